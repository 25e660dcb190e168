"""Measure a run: every number with its judge, its parameters, its interval and its baseline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from evaluation.agreement import facet_agreement
from evaluation.pictures import (
    TOP_K,
    image_embedding_coherence,
    image_embedding_pairwise_similarity,
)
from evaluation.words import topic_diversity
from knowledge_graph import FACETS
from topicart import OUTLIER

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from topicart import Run

PERMUTATIONS = 100
RESAMPLES = 1000


@dataclass(frozen=True)
class Metric:
    """One number and all that is needed to read it.

    Parameters
    ----------
    name
        Short name, stable, for machines.
    title
        Its name in words.
    value
        The number, or ``None`` where it cannot be had; then ``note`` says why.
    interval
        A 95 % interval, or ``None``.
    baseline
        The mean value that chance gives, or ``None``.
    p_value
        Share of chance values at least as good, or ``None`` where it was not tested.
    better
        ``higher``, ``lower``, or ``None`` where neither is.
    judge
        The encoder or facts that scored it.
    parameters
        What it was computed with.
    n
        How many things (topics, pairs, works) it is a mean over.
    note
        What a reader must know.
    """

    name: str
    title: str
    value: float | None
    interval: tuple[float, float] | None = None
    baseline: float | None = None
    p_value: float | None = None
    better: Literal["higher", "lower"] | None = None
    judge: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    n: int = 0
    note: str | None = None


def evaluate(run: Run, *, seed: int = 0) -> tuple[Metric, ...]:
    """Measure a run.

    Parameters
    ----------
    run
        A finished run.
    seed
        Seed of the resampling and the shuffles.

    Returns
    -------
    tuple of Metric
        IEC, IEPS, topic diversity, share of outliers, and AMI against each facet.
    """
    assignments = run.works_with_vector.column("topic").to_numpy().astype(np.int32)
    generator = np.random.default_rng(seed)
    return (
        *_picture_metrics(run, assignments, generator),
        _diversity(run),
        _outliers(assignments),
        *_agreements(run, assignments, seed),
    )


def to_json(metrics: tuple[Metric, ...]) -> dict[str, Any]:
    """Return the contents of ``metrics.json``.

    Parameters
    ----------
    metrics
        What was measured.

    Returns
    -------
    dict
        JSON-ready values.
    """
    return {"metrics": [asdict(metric) for metric in metrics]}


def _picture_metrics(
    run: Run, assignments: NDArray[np.int32], generator: np.random.Generator
) -> tuple[Metric, Metric]:
    pictures = run.picture_embeddings
    vectors = pictures.vectors
    chosen = [
        pictures.rows(shown[:TOP_K])
        for topic in run.topics
        if len(shown := [work for work in topic.representatives if work in pictures]) >= TOP_K
    ]
    iec = Metric(
        name="iec",
        title="Image embedding coherence (IEC)",
        value=None,
        better="higher",
        judge=f"{run.record.model.name} (the encoder that made the topics)",
        parameters={"top_k": TOP_K, "resamples": RESAMPLES},
        n=len(chosen),
        note=f"Topics with fewer than {TOP_K} pictures are left out.",
    )
    ieps = replace(
        iec,
        name="ieps",
        title="Image embedding pairwise similarity (IEPS)",
        better="lower",
        n=len(chosen) * (len(chosen) - 1) // 2,
    )
    if not chosen:
        return iec, ieps
    own = vectors[np.stack(chosen)]
    chance = vectors[_central_of_random_groups(vectors, assignments, len(chosen), generator)]
    coherence = image_embedding_coherence(own)
    iec = replace(
        iec,
        value=float(coherence.mean()),
        interval=_interval(
            len(chosen), lambda drawn: float(drawn @ coherence / drawn.sum()), generator
        ),
        baseline=float(image_embedding_coherence(chance).mean()),
    )
    if len(chosen) > 1:
        similarity = image_embedding_pairwise_similarity(own)
        once = np.ones(len(chosen))
        ieps = replace(
            ieps,
            value=_mean_of_pairs(similarity, once),
            interval=_interval(
                len(chosen), lambda drawn: _mean_of_pairs(similarity, drawn), generator
            ),
            baseline=_mean_of_pairs(image_embedding_pairwise_similarity(chance), once),
        )
    return iec, ieps


def _central_of_random_groups(
    vectors: NDArray[np.float32],
    assignments: NDArray[np.int32],
    n_groups: int,
    generator: np.random.Generator,
) -> NDArray[np.int64]:
    """Return the most central rows of random groups as large as the ``n_groups`` largest topics.

    The shape is ``(n_groups, TOP_K)``.
    """
    sizes = np.maximum(np.bincount(assignments[assignments != OUTLIER])[:n_groups], TOP_K)
    shuffled = generator.permutation(len(vectors))
    rows = []
    for end, size in zip(np.cumsum(sizes), sizes, strict=True):
        group = np.take(shuffled, np.arange(end - size, end), mode="wrap")
        cosines = vectors[group] @ vectors[group].mean(axis=0)
        rows.append(group[np.argsort(-cosines, kind="stable")[:TOP_K]])
    return np.stack(rows)


def _mean_of_pairs(similarity: NDArray[np.float64], drawn: NDArray[np.float64]) -> float:
    """Return the mean over pairs of different topics, each as often as it was drawn."""
    weights = np.outer(drawn, drawn)
    np.fill_diagonal(weights, 0.0)
    return float((weights * similarity).sum() / weights.sum())


def _interval(
    n_topics: int,
    statistic: Callable[[NDArray[np.float64]], float],
    generator: np.random.Generator,
) -> tuple[float, float] | None:
    """Return the 95 % percentile bootstrap interval over topics; ``None`` under three topics."""
    if n_topics < 3:
        return None
    draws = generator.multinomial(n_topics, np.full(n_topics, 1 / n_topics), size=RESAMPLES)
    # A resample of one topic alone has no pair.
    usable = draws[(draws > 0).sum(axis=1) > 1].astype(np.float64)
    low, high = np.quantile([statistic(drawn) for drawn in usable], [0.025, 0.975])
    return float(low), float(high)


def _diversity(run: Run) -> Metric:
    words = [[label.term for label in topic.labels] for topic in run.topics]
    told = [own for own in words if own]
    metric = Metric(
        name="topic_diversity",
        title="Topic diversity of the labels",
        value=None,
        better="higher",
        judge="the topics' labels",
        parameters={"words": "all labels of a topic"},
        n=len(told),
        note="No topic has a label.",
    )
    return replace(metric, value=topic_diversity(told), note=None) if told else metric


def _outliers(assignments: NDArray[np.int32]) -> Metric:
    return Metric(
        name="outlier_share",
        title="Share of outliers",
        value=float((assignments == OUTLIER).mean()),
        n=len(assignments),
        note="Works in no topic, of those with a vector.",
    )


def _agreements(run: Run, assignments: NDArray[np.int32], seed: int) -> list[Metric]:
    metrics = []
    rows = run.works_with_vector
    for facet in FACETS:
        stated = rows.column(facet).to_pylist()
        first = [values[0].casefold() if values else None for values in stated]
        if not any(first):
            continue
        found = facet_agreement(assignments, first, permutations=PERMUTATIONS, seed=seed)
        metric = Metric(
            name=f"ami_{facet}",
            title=f"Agreement with {facet} (AMI)",
            value=None,
            better="higher",
            judge="the collection's facts",
            parameters={
                "permutations": PERMUTATIONS,
                "value": "first stated",
                "outliers": "left out",
            },
            note="Needs two topics and two values among the works in topics.",
        )
        if found:
            metric = replace(
                metric,
                value=found.ami,
                baseline=found.baseline,
                p_value=found.p_value,
                n=found.n_works,
                note=None,
            )
        metrics.append(metric)
    return metrics
