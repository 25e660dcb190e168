"""Whether a model's vectors tell painted from generated works (Asperti et al. 2025).

Published for CLIP ViT-L/14 at 336 pixels on AI-Pastiche: vectors reduced to 50 principal
components, logistic regression, a fifth of the prompts held out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluation.studies.estimate import Estimate
from evaluation.studies.looking.pictures import treated
from evaluation.studies.looking.seen import see_all
from evaluation.studies.perception.answers import pair_answers
from evaluation.studies.perception.result import GeneratedTold
from evaluation.studies.perception.scoring import auc_of, ordered
from evaluation.studies.redrawing import interval_of, redrawn
from evaluation.studies.semantic_gap.treatments import TREATMENTS, TREATMENTS_VERSION
from topicart.errors import StudyError
from topicart.model import derive_seed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from evaluation.studies.looking import Space, StudiedWorks, StudyModel
    from evaluation.studies.perception.dimensions import PromptPair
    from evaluation.studies.perception.generated import Generated
    from topicart.fit import Progress

__all__ = ["PUBLISHED", "TOUGHENED", "Sample", "tell_generated", "told_apart"]

PUBLISHED: Mapping[str, Any] = MappingProxyType(
    {
        "source": "Asperti et al., Interpreting_Human_AI_separability; CLIP ViT-L/14@336",
        "works": 1_906,
        "accuracy": 0.893,
        "precision": 0.895,
        "recall": 0.893,
        "f1": 0.893,
    }
)
"""The published numbers, of 953 painted and 953 generated works; averages over both kinds."""

COMPONENTS = 50
HELD_OUT = 0.2
TOUGHENED = ("grey", "blur")
"""What is done to the pictures held out, beside leaving them as they are."""

_SCORES = ("accuracy", "precision", "recall", "f1")


@dataclass(frozen=True, eq=False)
class Sample:
    """Painted and generated works, as many of each, the painted first.

    Parameters
    ----------
    painted
        Rows of works.
    made
        Rows of generated works.
    groups
        The artist or the prompt of each, shape ``(n,)``.
    learn
        Places of the works to learn from, in ``chain(painted, made)``.
    judge
        Places of the others; no artist and no prompt is on both sides.
    """

    painted: NDArray[np.intp]
    made: NDArray[np.intp]
    groups: tuple[str, ...]
    learn: NDArray[np.intp]
    judge: NDArray[np.intp]

    @property
    def is_made(self) -> NDArray[np.bool_]:
        """Which works are generated.

        Returns
        -------
        ndarray of bool, shape (n,)
            In the order of ``groups``.
        """
        return np.arange(len(self.groups)) >= len(self.painted)


def tell_generated(
    generated: Generated,
    works: StudiedWorks,
    models: Sequence[StudyModel],
    spaces: Sequence[Space],
    folder: Path,
    prompts: PromptPair | None,
    *,
    judge: NDArray[np.bool_] | None = None,
    repeats: int = 500,
    seed: int = 0,
    progress: Progress | None = None,
) -> list[GeneratedTold]:
    """Tell painted from generated works by each model.

    Parameters
    ----------
    generated
        The generated works.
    works
        The painted ones; as many are drawn as there are generated ones, or the other way round.
    models
        What looks.
    spaces
        Their spaces, in the same order.
    folder
        Where vectors of pictures are kept.
    prompts
        What is said of a generated and of a painted work; ``None`` if that is not asked.
    judge
        Works that no map was trained on, shape ``(n_works,)``; by default all.
    repeats
        Draws of the bootstrap.
    seed
        Decides who is drawn and held out.
    progress
        Told of counts.

    Returns
    -------
    list of GeneratedTold
        One a model.

    Raises
    ------
    StudyError
        If the painted works are of one artist, so that none can be held out.
    WriteError
        If the folder cannot be written.
    """
    sample = _sampled(generated, works, seed)
    features = list({own.pictures.name: own.pictures for own in models}.values())
    whole = see_all(generated.pictures, features, folder, progress=progress)
    treatments = {name: TREATMENTS[name].treat for name in TOUGHENED}
    painted = [int(sample.painted[own]) for own in sample.judge if own < len(sample.painted)]
    made = [
        int(sample.made[own - len(sample.painted)])
        for own in sample.judge
        if own >= len(sample.painted)
    ]
    tough = [
        see_all(
            treated(own, rows, treatments, version=TREATMENTS_VERSION, seed=seed),
            features,
            folder,
            progress=progress,
        )
        for own, rows in ((works.pictures, painted), (generated.pictures, made))
    ]
    makers = [""] * len(sample.painted) + [generated.makers[row] for row in sample.made]
    told = []
    for model, space in zip(models, spaces, strict=True):
        name = model.pictures.name
        seen = np.concatenate([space.features[sample.painted], whole[name][sample.made]])
        hard = np.concatenate([own[name] for own in tough]).reshape(
            len(sample.judge), len(TOUGHENED), -1
        )
        zero_shot = _in_words(space, seen, sample, prompts, judge, repeats, seed)
        told.append(
            told_apart(
                space.model, seen, hard, sample, makers, zero_shot, repeats=repeats, seed=seed
            )
        )
    return told


def told_apart(
    model: str,
    features: NDArray[np.float32],
    tough: NDArray[np.float32],
    sample: Sample,
    makers: Sequence[str],
    zero_shot: Estimate,
    *,
    repeats: int = 500,
    seed: int = 0,
) -> GeneratedTold:
    """Fit a logistic regression on principal components and judge it on other prompts and artists.

    As published the vectors are taken as they are, at unit length, and not standardised.

    Parameters
    ----------
    model
        The model's name.
    features
        What its picture tower gives for the painted and the generated works, shape ``(n, width)``.
    tough
        What it gives for the works held out, as ``TOUGHENED`` makes them, in the order of
        ``sample.judge``, shape ``(n_judge, len(TOUGHENED), width)``.
    sample
        Who learns and who judges.
    makers
        What generated each work; empty for a painted one and where it is not known.
    zero_shot
        The area under the curve of the answer in words.
    repeats
        Draws of the bootstrap, of artists and prompts.
    seed
        Decides the components and the draws.

    Returns
    -------
    GeneratedTold
        Precision, recall and F1 are means over both kinds, painted and generated, as published.
    """
    from sklearn.decomposition import PCA
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import Normalizer

    made = sample.is_made
    components = min(COMPONENTS, len(sample.learn) - 1, features.shape[1])
    probe = make_pipeline(
        Normalizer(),
        PCA(components, random_state=derive_seed(seed, "components")),
        LogisticRegression(max_iter=1000),
    )
    probe.fit(features[sample.learn], made[sample.learn])
    truth = made[sample.judge]
    said = np.asarray(probe.predict(features[sample.judge]), np.bool_)
    groups = [sample.groups[own] for own in sample.judge]
    draws = list(redrawn(len(truth), groups, repeats, seed=derive_seed(seed, "told apart")))
    drawn = np.array([_scores(said, truth, own) for own in draws]).reshape(-1, len(_SCORES))
    found = _scores(said, truth, np.ones(len(truth)))
    share = float(truth.mean())
    # Who calls all works what most are, and who answers by lot.
    chances = (max(share, 1 - share), 0.5, 0.5, None)
    accuracy, precision, recall, f1 = (
        Estimate(
            None if np.isnan(value) else float(value), interval_of(drawn[:, own]), chance, len(said)
        )
        for own, (value, chance) in enumerate(zip(found, chances, strict=True))
    )
    robustness = {
        name: float(np.mean(np.asarray(probe.predict(tough[:, own]), np.bool_) == truth))
        for own, name in enumerate(TOUGHENED)
    }
    names = np.array([makers[own] for own in sample.judge])
    by_maker = {
        str(name): float(said[truth & (names == name)].mean())
        for name in sorted(set(names[truth].tolist()) - {""})
    }
    settings = {
        "painted": len(sample.painted),
        "generated": len(sample.made),
        "prompts": len(set(sample.groups[len(sample.painted) :])),
        "artists": len(set(sample.groups[: len(sample.painted)])),
        "held out": len(sample.judge),
        "components": components,
        "method": "vectors at unit length, principal components, logistic regression",
        "precision, recall and F1": "means over painted and generated works",
        "published": dict(PUBLISHED),
    }
    return GeneratedTold(
        model, accuracy, precision, recall, f1, robustness, by_maker, zero_shot, settings
    )


def _sampled(generated: Generated, works: StudiedWorks, seed: int) -> Sample:
    """Draw as many of each, and hold out a fifth of the artists and of the prompts."""
    random = np.random.default_rng(derive_seed(seed, "painted and generated"))
    count = min(len(works.groups), len(generated.prompts))
    painted = np.sort(random.choice(len(works.groups), count, replace=False))
    made = np.sort(random.choice(len(generated.prompts), count, replace=False))
    artists = [f"artist {works.groups[row]}" for row in painted]
    prompts = [f"prompt {generated.prompts[row]}" for row in made]
    for names, what, remedy in (
        (artists, "painted works are by one artist", "Give works of several artists."),
        (prompts, "generated works are of one prompt", "Give works of several prompts."),
    ):
        if len(set(names)) < 2:
            raise StudyError(
                f"All {count:,} {what}; expected two or more, for a fifth of them is held out. "
                f"{remedy}"
            )
    # Each kind is parted by itself, so that as large a share of both judges.
    one = _parted(artists, derive_seed(seed, "artists held out"))
    other = _parted(prompts, derive_seed(seed, "prompts held out"))
    held = np.concatenate([one, other])
    groups = tuple(chain(artists, prompts))
    return Sample(painted, made, groups, np.flatnonzero(~held), np.flatnonzero(held))


def _parted(groups: Sequence[str], seed: int) -> NDArray[np.bool_]:
    from sklearn.model_selection import GroupShuffleSplit

    split = GroupShuffleSplit(1, test_size=HELD_OUT, random_state=seed)
    _, judge = next(split.split(groups, groups=groups))
    held = np.zeros(len(groups), np.bool_)
    held[judge] = True
    return held


def _scores(
    said: NDArray[np.bool_], truth: NDArray[np.bool_], weights: NDArray[np.float64]
) -> tuple[float, float, float, float]:
    """Give accuracy, and precision, recall and F1 as means over both kinds, of weighted works."""
    total = float(weights.sum())
    accuracy = float(weights @ (said == truth)) / total if total else float("nan")
    of_kinds = np.full((2, 3), np.nan)
    for kind, (told, real) in enumerate(((said, truth), (~said, ~truth))):
        right = float(weights @ (told & real))
        named, there = float(weights @ told), float(weights @ real)
        # Of a kind that is never named nothing is named rightly, as scikit-learn has it.
        precision = right / named if named else 0.0
        recall = right / there if there else float("nan")
        of_kinds[kind] = precision, recall, 2 * right / (named + there) if there else float("nan")
    precision, recall, f1 = of_kinds.mean(axis=0).tolist()
    return accuracy, precision, recall, f1


def _in_words(
    space: Space,
    features: NDArray[np.float32],
    sample: Sample,
    prompts: PromptPair | None,
    judge: NDArray[np.bool_] | None,
    repeats: int,
    seed: int,
) -> Estimate:
    """Ask in words which works are generated; a map's own lessons do not judge it."""
    if space.read is None or prompts is None:
        return Estimate(None, None, 0.5, 0)
    asked = np.ones(len(features), np.bool_)
    if space.joined and judge is not None:
        asked[: len(sample.painted)] = judge[sample.painted]
    answers = pair_answers(space, space.place(features[asked]), prompts.spoilt, prompts.sound)
    order, made = ordered(answers), sample.is_made[asked]
    groups = [own for own, taken in zip(sample.groups, asked, strict=True) if taken]
    area = auc_of(order, made)
    draws = redrawn(len(made), groups, repeats, seed=derive_seed(seed, "told in words"))
    drawn = [auc_of(order, made, own) for own in draws]
    return Estimate(None if np.isnan(area) else area, interval_of(drawn), 0.5, len(made))
