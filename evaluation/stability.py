"""Whether topics are found again: in fits with other seeds, row orders or samples of the works."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from evaluation.grouping import adjusted_rand, contingency
from evaluation.matching import Assigned, assign, jaccard
from topicart import OUTLIER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

ABSENT = -2
"""In a table of runs, a work that a run does not have."""


@dataclass(frozen=True)
class PairwiseAri:
    """The adjusted Rand index of every two runs, over the works that both have.

    Parameters
    ----------
    mean
        Mean over the pairs.
    lowest
        The least alike two.
    highest
        The most alike two.
    n_pairs
        Pairs with at least two works that count; the others are left out.
    """

    mean: float
    lowest: float
    highest: float
    n_pairs: int


@dataclass(frozen=True)
class TopicStability:
    """How often a topic of the reference is found again.

    Parameters
    ----------
    topic
        The topic.
    n_found
        Runs in which a topic is like it: Jaccard at least the threshold.
    n_runs
        Runs that have a work of it; "found in ``n_found`` of ``n_runs`` runs".
    share
        ``n_found / n_runs``, or ``None`` if no run has a work of it.
    jaccard
        Mean over those runs of the Jaccard with the likest topic, or ``None`` likewise
        (Hennig 2007: over 0.75 stable, under 0.5 dissolved).
    baseline
        The same mean when each run's topics are shuffled among its works, or ``None``.
    baseline_share
        The share of runs in which it is "found" in shuffled topics, or ``None``.
    """

    topic: int
    n_found: int
    n_runs: int
    share: float | None
    jaccard: float | None
    baseline: float | None
    baseline_share: float | None


@dataclass(frozen=True)
class Stability:
    """What a set of runs of one model says about one of them.

    Parameters
    ----------
    ari
        Over all works, the outliers as one group; ``None`` if no pair of runs can be compared.
        Two runs that both put all works together agree fully.
    ari_without_outliers
        Over the works that are in a topic in both runs of a pair; ``None`` likewise.
    ari_baseline
        Mean of ``ari`` between the reference and each other run with its topics shuffled among
        its works, or ``None``.
    topics
        Each topic of the reference, ascending.
    matched
        Jaccard of each topic with the one that it is matched with, one to one (Hungarian), shape
        ``(n_topics, n_runs)``; 0 of an unmatched topic, NaN where the run has no work of it.
    likest
        Likewise with the likest topic, which may be the likest of several. It decides what is
        found: a matching may give a topic's likest to another for the sake of the sum.
    threshold
        The Jaccard from which a topic is found.
    """

    ari: PairwiseAri | None
    ari_without_outliers: PairwiseAri | None
    ari_baseline: float | None
    topics: tuple[TopicStability, ...]
    matched: NDArray[np.float64]
    likest: NDArray[np.float64]
    threshold: float


def topic_stability(
    reference: Assigned, others: Sequence[Assigned], *, threshold: float = 0.5, seed: int = 0
) -> Stability | None:
    """Measure how stable the topics of a run are over other runs of the same model.

    Parameters
    ----------
    reference
        The run whose topics are in question.
    others
        Other runs, in any order of works; works may be missing, as from bootstrap samples. Every
        two runs are compared on the works that both have.
    threshold
        The Jaccard from which a topic is found, over 0 and at most 1.
    seed
        Seed of the shuffled topics.

    Returns
    -------
    Stability or None
        ``None`` without another run, or if the reference has no topic: nothing to find again. A run
        without topics finds none.

    Raises
    ------
    ValueError
        If the threshold is not over 0 and at most 1.

    Notes
    -----
    Jaccards of topics are over the works that both runs have (Hennig 2007, section 3).
    """
    if not 0 < threshold <= 1:
        raise ValueError(f"The threshold must be over 0 and at most 1; got {threshold}.")
    present = reference.present
    if not others or not len(present):
        return None
    table = _table((reference, *others))
    matched, likest = _jaccards(table, present)
    generator = np.random.default_rng(seed)
    shuffled = np.stack([table[0], *(_shuffled(run, generator) for run in table[1:])])
    _, by_chance = _jaccards(shuffled, present)
    chance = _summary(_ari(shuffled[0], run, fewest=OUTLIER) for run in shuffled[1:])
    every_two = list(combinations(table, 2))
    return Stability(
        ari=_summary(_ari(one, two, fewest=OUTLIER) for one, two in every_two),
        ari_without_outliers=_summary(_ari(one, two, fewest=0) for one, two in every_two),
        ari_baseline=chance.mean if chance else None,
        topics=tuple(
            _of_topic(int(topic), own, drawn, threshold)
            for topic, own, drawn in zip(present, likest, by_chance, strict=True)
        ),
        matched=matched,
        likest=likest,
        threshold=threshold,
    )


def _table(runs: Sequence[Assigned]) -> NDArray[np.int64]:
    """Return the topic of each work in each run, shape ``(n_runs, n_works)``."""
    # Sorted, that what is shuffled later does not hang on the order of the works.
    works = sorted({work for run in runs for work in run.ids})
    place = {work: column for column, work in enumerate(works)}
    table = np.full((len(runs), len(place)), ABSENT, dtype=np.int64)
    for row, run in zip(table, runs, strict=True):
        row[[place[work] for work in run.ids]] = run.topics
    return table


def _jaccards(
    table: NDArray[np.int64], present: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the Jaccard of each reference topic with its match, and with its likest, by run."""
    reference, *others = table
    matched = np.zeros((len(present), len(others)))
    likest = np.zeros_like(matched)
    for number, run in enumerate(others):
        both = (reference != ABSENT) & (run != ABSENT)
        theirs = run[both]
        overlap = jaccard(reference[both], theirs, present, np.unique(theirs[theirs != OUTLIER]))
        rows, columns = assign(overlap)
        by_topic = overlap.toarray()
        matched[rows, number] = by_topic[rows, columns]
        likest[:, number] = by_topic.max(axis=1, initial=0.0)
        unseen = ~np.isin(present, reference[both])
        matched[unseen, number] = likest[unseen, number] = np.nan
    return matched, likest


def _shuffled(run: NDArray[np.int64], generator: np.random.Generator) -> NDArray[np.int64]:
    """Shuffle a run's topics, outliers too, among the works that it has."""
    has = run != ABSENT
    drawn = run.copy()
    drawn[has] = generator.permutation(run[has])
    return drawn


def _ari(one: NDArray[np.int64], two: NDArray[np.int64], *, fewest: int) -> float | None:
    """Return the ARI over the works with a topic of at least ``fewest`` in both runs."""
    both = (one >= fewest) & (two >= fewest)
    if both.sum() < 2:
        return None
    # Topics count from 0 and outliers are -1, so both become groups without a sign.
    return adjusted_rand(contingency(one[both] + 1, two[both] + 1))


def _summary(told: Iterator[float | None]) -> PairwiseAri | None:
    values = [value for value in told if value is not None]
    if not values:
        return None
    return PairwiseAri(float(np.mean(values)), min(values), max(values), len(values))


def _of_topic(
    topic: int, own: NDArray[np.float64], drawn: NDArray[np.float64], threshold: float
) -> TopicStability:
    seen = ~np.isnan(own)
    found, by_chance = own[seen], drawn[~np.isnan(drawn)]
    n_found, n_runs = int((found >= threshold).sum()), len(found)
    return TopicStability(
        topic=topic,
        n_found=n_found,
        n_runs=n_runs,
        share=n_found / n_runs if n_runs else None,
        jaccard=float(found.mean()) if n_runs else None,
        baseline=float(by_chance.mean()) if n_runs else None,
        baseline_share=float((by_chance >= threshold).mean()) if n_runs else None,
    )
