"""How alike the pictures of a topic are, and how different the topics, as a judge sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from evaluation.bootstrap import FEWEST, bootstrap_interval
from evaluation.judging.judged import judged_pictures
from evaluation.judging.judges import flattery, kinship
from evaluation.measuring.chance import GROUPS, n_dealings
from evaluation.measuring.pairs import RESAMPLES, interval_of_pairs, mean_of_pairs
from evaluation.metric import Metric
from evaluation.pictures import (
    image_embedding_coherence,
    image_embedding_pairwise_similarity,
)
from evaluation.values import TOP_N, RunValues

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from evaluation.judging.judges import Judge
    from topicart import Embeddings
    from topicart.slices import Progress


@dataclass(frozen=True, eq=False)
class _Groups:
    """Works that stand for topics, or for random clusters: ``TOP_N`` rows of the works each."""

    names: tuple[int, ...]
    rows: NDArray[np.intp]
    """Shape ``(n_groups, TOP_N)``."""

    def seen(self, ids: Sequence[str], pictures: Embeddings) -> _Groups:
        """Leave out those of which the judge could not read every picture."""
        readable = np.array([id_ in pictures for id_ in ids], dtype=bool)
        kept = np.flatnonzero(np.all(readable[self.rows], axis=1))
        return _Groups(tuple(self.names[group] for group in kept.tolist()), self.rows[kept])

    def vectors(self, ids: Sequence[str], pictures: Embeddings) -> NDArray[np.float32]:
        """Return what the judge saw, shape ``(n_groups, TOP_N, dim)``."""
        flat = pictures.rows([ids[row] for row in self.rows.ravel().tolist()])
        return pictures.vectors[flat].reshape(*self.rows.shape, pictures.dim)


def picture_metrics(
    values: RunValues,
    judge: Judge,
    *,
    cache: Path | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> list[Metric]:
    """Return IEC and IEPS of a run.

    A topic's pictures are its ``TOP_N`` most central works, as published; those of a random
    cluster are found in the same way, by the run's own vectors. Works are dealt to random clusters
    of the topics' sizes until there are 100 of them (ten times at most); where one dealing gives
    more, 100 of them are drawn. So the judge looks at 1,000 pictures more than the topics' own.

    Parameters
    ----------
    values
        What the run found.
    judge
        Who looks at the pictures.
    cache
        Folder of what the judge saw before; see ``judged_pictures``.
    seed
        Decides random clusters and the bootstrap.
    progress
        Called with the works judged and all works to be judged.

    Returns
    -------
    list of Metric
        ``iec`` and ``ieps`` (Gonzalez-Pizarro & Carenini, LREC-COLING 2024). Intervals are of the
        bootstrap over topics.
    """
    ids = values.ids
    dealer, resampler = np.random.default_rng(seed).spawn(2)
    own = _own_groups(values)
    dealings = _random_groups(values, own, dealer)
    pictures = _judged(values, judge, [own, *dealings], cache, progress)
    told = own.seen(ids, pictures)
    chance = [dealt.seen(ids, pictures) for dealt in dealings]
    pairs = len(told.names) * (len(told.names) - 1) // 2
    common = Metric(
        name="iec",
        title="Image embedding coherence (IEC)",
        family="pictures",
        value=None,
        better="higher",
        judge=judge.picture_tower,
        parameters={
            "top_k": TOP_N,
            "of": "topics",
            "resamples": RESAMPLES,
            "random_clusterings": len(dealings),
            "random_clusters": sum(len(dealt.names) for dealt in dealings),
        },
        n=len(told.names),
        warning=flattery(judge, values.encoder),
    )
    iec = replace(common, note=_note(values, told, 1, kinship(judge, values.encoder)))
    ieps = replace(
        common,
        name="ieps",
        title="Image embedding pairwise similarity (IEPS)",
        better="lower",
        parameters={**common.parameters, "of": "pairs of topics"},
        n=pairs,
        note=_note(values, told, 2, kinship(judge, values.encoder)),
    )
    if told.names:
        vectors = told.vectors(ids, pictures)
        coherence = image_embedding_coherence(vectors)
        random = [dealt.vectors(ids, pictures) for dealt in chance if dealt.names]
        iec = replace(
            iec,
            value=float(coherence.mean()),
            interval=bootstrap_interval(coherence, np.mean, repeats=RESAMPLES, seed=seed),
            baseline=_mean([image_embedding_coherence(each).mean() for each in random]),
        )
        if pairs:
            similarity = image_embedding_pairwise_similarity(vectors)
            ieps = replace(
                ieps,
                value=mean_of_pairs(similarity),
                interval=interval_of_pairs(similarity, resampler),
                baseline=_mean(
                    [
                        mean_of_pairs(image_embedding_pairwise_similarity(each))
                        for each in random
                        if len(each) > 1
                    ]
                ),
            )
    metrics = [iec, ieps]
    # What is not there flatters nobody.
    return [each if each.value is not None else replace(each, warning=None) for each in metrics]


def _own_groups(values: RunValues) -> _Groups:
    """Return the topics with enough pictures, each by its most central works with a picture."""
    pictured = _has_picture(values)
    row_of = {id_: row for row, id_ in enumerate(values.ids)}
    names, groups = [], []
    members_of = _members(values.assignments)
    for topic in values.topics:
        members = members_of[topic.id]
        members = members[pictured[members]]
        if len(members) < TOP_N:
            continue
        first = [row for row in (row_of[id_] for id_ in topic.central) if pictured[row]]
        # Where central works have no picture (captions fused in), the next ones stand in.
        rest = np.setdiff1d(members, first)
        more = _most_central(values, rest, of=members, count=TOP_N - len(first))
        names.append(topic.id)
        groups.append(np.concatenate([np.array(first, dtype=np.intp), more]))
    rows = np.stack(groups) if groups else np.empty((0, TOP_N), dtype=np.intp)
    return _Groups(tuple(names), rows)


def _random_groups(
    values: RunValues, own: _Groups, generator: np.random.Generator
) -> list[_Groups]:
    """Deal all works with a picture to clusters as large as the topics, as often as is needed."""
    if not own.names:
        return []
    pictured = _has_picture(values)
    members_of = _members(values.assignments)
    sizes = [int(pictured[members_of[name]].sum()) for name in own.names]
    pool = np.flatnonzero(pictured)
    dealings = []
    for _ in range(n_dealings(len(sizes))):
        dealt = np.split(generator.permutation(pool), np.cumsum(sizes))
        drawn = generator.permutation(len(sizes))[:GROUPS].tolist()
        rows = [_most_central(values, dealt[one], of=dealt[one], count=TOP_N) for one in drawn]
        dealings.append(_Groups(tuple(own.names[one] for one in drawn), np.stack(rows)))
    return dealings


def _has_picture(values: RunValues) -> NDArray[np.bool_]:
    images = values.works.arrow.column("images").to_pylist()
    return np.array([bool(files) for files in images], dtype=bool)


def _members(assignments: NDArray[np.int32]) -> dict[int, NDArray[np.intp]]:
    """Return the rows of each topic, ascending."""
    order = np.argsort(assignments, kind="stable")
    topics, counts = np.unique(assignments, return_counts=True)
    ends = np.cumsum(counts)
    return {
        topic: order[end - count : end]
        for topic, count, end in zip(topics.tolist(), counts, ends, strict=True)
    }


def _most_central(
    values: RunValues, rows: NDArray[np.intp], *, of: NDArray[np.intp], count: int
) -> NDArray[np.intp]:
    """Return the rows nearest by cosine to the mean of others, the nearest first."""
    if not count:
        return rows[:0]
    cosines = values.vectors[rows] @ values.vectors[of].mean(axis=0)
    return rows[np.argsort(-cosines, kind="stable")[:count]]


def _judged(
    values: RunValues,
    judge: Judge,
    groups: Sequence[_Groups],
    cache: Path | None,
    progress: Progress | None,
) -> Embeddings:
    rows = np.unique(np.concatenate([group.rows.ravel() for group in groups]))
    return judged_pictures(judge, values.works.select(rows.tolist()), cache, progress=progress)


def _note(values: RunValues, told: _Groups, needed: int, kin: str | None) -> str | None:
    """Say what was left out, why a number is missing, and whom the judge is akin to."""
    n, left_out = len(told.names), len(values.topics) - len(told.names)
    said = []
    if not values.topics:
        said.append("There is no topic.")
    elif n < needed:
        said.append(f"It takes {'a topic' if needed == 1 else 'two topics'} to be measured.")
    if left_out:
        verb = "is" if left_out == 1 else "are"
        said.append(
            f"{left_out} of {len(values.topics)} topics {verb} left out, with fewer than {TOP_N} "
            "readable pictures."
        )
    if needed <= n < FEWEST:
        said.append(f"No interval of fewer than {FEWEST} topics.")
    if n >= needed and kin:
        said.append(kin)
    return " ".join(said) or None


def _mean(numbers: Sequence[float]) -> float | None:
    return float(np.mean(numbers)) if numbers else None
