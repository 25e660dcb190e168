"""A study of conditional retrieval from its pictures to its files: features, questions, results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluation.studies.conditional.accuracy import (
    NEAREST,
    Accuracy,
    conditional_accuracy,
    draw_questions,
    facts_of,
)
from evaluation.studies.conditional.metrics import METRICS
from evaluation.studies.looking.features import FEATURES, load_feature
from evaluation.studies.looking.seen import see_all
from knowledge_graph import nearest
from knowledge_graph.atomic import make_folder, write_text_atomic
from topicart.errors import RetrievalError
from topicart.fit import Silent
from topicart.run_files import write_json

if TYPE_CHECKING:
    from evaluation.studies.conditional.pictures_in_styles import PicturesInStyles
    from topicart.fit import Progress

__all__ = ["ABOUT", "QUESTIONS", "StudyResult", "run_study"]

QUESTIONS = 20_000
"""Questions asked of every feature and metric, unless told otherwise."""

ABOUT = (
    "A question is a picture and another style; the haystack is all pictures of that style; right "
    "is the picture of the same content.",
    "Chance is what pictures in any order would get.",
    "“Without” is the same question put to all pictures without the condition: its answer among "
    "the nearest of everything. “Own” is how many of the ten nearest are then in the style "
    "that one came from.",
    "Centred cosine is the cosine about each style's mean vector: what all pictures of a style "
    "share is taken off first.",
    "An interval is a 95 % bootstrap interval over contents; it speaks of other contents, not of "
    "other styles.",
    "All searches are exact; all metrics are answered by the conditional index.",
)
"""How to read a result."""


@dataclass(frozen=True)
class StudyResult:
    """What features and metrics find in other styles."""

    name: str
    """``font`` or ``art``."""
    pictures: int
    """How many pictures there are."""
    contents: int
    """How many contents."""
    styles: int
    """How many styles."""
    questions: int
    """How many questions were asked."""
    haystack: float
    """Pictures of the style asked for, the mean over questions."""
    chance_at_1: float
    """Accuracy at 1 of pictures in any order."""
    chance_at_10: float
    """Accuracy at 10 of pictures in any order."""
    rows: tuple[Accuracy, ...]
    """Features in order, metrics in order within each."""
    features: Mapping[str, str]
    """What each feature is, in words."""
    settings: Mapping[str, Any]
    """What the pictures are, what was left out, and the seed; JSON-ready."""
    differs: tuple[str, ...]
    """Where the pictures differ from the paper's."""
    about: tuple[str, ...] = ABOUT
    """How to read it."""

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON-ready values.

        Returns
        -------
        dict
            One entry a field.
        """
        own = {name: value for name, value in vars(self).items() if name != "rows"}
        return {
            **own,
            "features": dict(self.features),
            "settings": dict(self.settings),
            "rows": [row.to_dict() for row in self.rows],
        }


def run_study(
    pictures: PicturesInStyles,
    out: str | Path,
    *,
    features: Sequence[str] = FEATURES,
    metrics: Sequence[str] = tuple(METRICS),
    questions: int = QUESTIONS,
    seed: int = 0,
    device: str = "auto",
    progress: Progress | None = None,
) -> StudyResult:
    """Let features look at pictures and measure what they find in other styles.

    Parameters
    ----------
    pictures
        Letters in fonts, or works in styles.
    out
        Folder for what features saw and the results; what is finished there is not done again.
    features
        Names as :func:`load_feature` takes them.
    metrics
        Names of ``METRICS``.
    questions
        How many are drawn, at most.
    seed
        Decides which questions, the intervals, and random weights.
    device
        ``auto``, ``cpu``, ``cuda``, ``cuda:1``, ``mps``.
    progress
        Told of stages and counts.

    Returns
    -------
    StudyResult
        Also written to ``out/NAME.json`` and, as tables, to ``out/NAME.md``.

    Raises
    ------
    RetrievalError
        If there is no such metric, nothing to compare, or nothing to ask.
    ModelError
        If a feature's weights are not to be had.
    WriteError
        If the folder cannot be written.
    """
    from evaluation.studies.conditional.study_tables import study_markdown

    for metric in metrics:
        if metric not in METRICS:
            raise RetrievalError(
                f"There is no metric {metric!r}.{nearest(metric, METRICS)} Metrics are "
                f"{', '.join(METRICS)}."
            )
    if not features or not metrics:
        raise RetrievalError("A study compares one feature by one metric at least; none is named.")
    progress = progress or Silent()
    folder = Path(out)
    make_folder(folder)
    drawn = draw_questions(pictures, questions, seed=seed)
    progress.stage("load")
    loaded = [load_feature(name, device=device, seed=seed) for name in dict.fromkeys(features)]
    told = {feature.name: feature.told for feature in loaded}
    seen = see_all(pictures, loaded, folder / "seen", progress=progress)
    del loaded
    rows: list[Accuracy] = []
    facts = facts_of(pictures)
    progress.stage("Asking")
    pairs = [(feature, metric) for feature in told for metric in dict.fromkeys(metrics)]
    for count, (feature, metric) in enumerate(pairs):
        rows.append(
            conditional_accuracy(
                pictures,
                seen[feature],
                drawn,
                feature=feature,
                metric=metric,
                facts=facts,
                seed=seed,
            )
        )
        progress.count(count + 1, len(pairs))
    # Pictures in any order: the right one is at each place of its style as often.
    sizes = np.bincount(pictures.style_of)[drawn.style].astype(float)
    result = StudyResult(
        name=pictures.name,
        pictures=len(pictures),
        contents=len(pictures.contents),
        styles=len(pictures.styles),
        questions=len(drawn),
        haystack=float(sizes.mean()),
        chance_at_1=float((1 / sizes).mean()),
        chance_at_10=float(np.minimum(NEAREST / sizes, 1.0).mean()),
        rows=tuple(rows),
        features=told,
        settings={"seed": seed, "asked_at_most": questions, **pictures.about},
        differs=pictures.differs,
    )
    write_json(folder / f"{pictures.name}.json", result.to_dict())
    write_text_atomic(folder / f"{pictures.name}.md", study_markdown(result))
    return result
