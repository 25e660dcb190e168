"""A run's topics judged as clusters of its vectors, and how large they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import sqrt
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from evaluation.clusters import (
    ClusterScore,
    davies_bouldin,
    density_validity,
    outlier_share,
    silhouette,
    topic_sizes,
)
from evaluation.measuring.chance import dealings, n_dealings, too_few_topics
from evaluation.metric import Metric
from topicart import OUTLIER

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from evaluation.values import RunValues

    Score = Callable[[NDArray[np.integer[Any]]], ClusterScore | None]

DENSITY_WORKS = 4000
"""So many works are drawn for DBCV, which looks at pairs of works."""

_NORMAL_95 = 1.959963984540054
_SAME_BY_CHANCE = "Random clusters of the same sizes have the same."
_COUNTING = "counting"
_COUNTED = f"Counted, not estimated, so without an interval. {_SAME_BY_CHANCE}"


def cluster_metrics(values: RunValues, *, seed: int = 0) -> list[Metric]:
    """Measure topics as clusters, beside random clusters of the same sizes.

    Parameters
    ----------
    values
        The run's values.
    seed
        Decides the random clusters and the drawing of works.

    Returns
    -------
    list of Metric
        ``silhouette``, ``davies_bouldin``, ``dbcv``, ``outlier_share``, ``n_topics``,
        ``median_size``, ``largest_share`` and ``gini``, in this order, always all.
    """
    vectors, n_works = values.vectors, len(values.assignments)
    n_outliers = int(np.count_nonzero(values.assignments == OUTLIER))
    n_drawn = min(n_works, DENSITY_WORKS)
    own_space = "Only runs of the same encoder can be compared."
    without = f"{n_outliers:,} outliers are left out. " if n_outliers else ""
    drawn = f"{n_drawn:,} of {n_works:,} works were drawn. " if n_drawn < n_works else ""
    as_noise = f"{n_outliers:,} outliers count as noise. " if n_outliers else ""
    return [
        _separation(
            _metric(values, "silhouette", "Silhouette", "higher", of="works", distance="cosine"),
            values,
            lambda topics: silhouette(vectors, topics),
            note=without + own_space,
            seed=seed,
        ),
        _separation(
            _metric(
                values,
                "davies_bouldin",
                "Davies-Bouldin index",
                "lower",
                of="topics",
                distance="Euclidean",
            ),
            values,
            lambda topics: davies_bouldin(vectors, topics),
            note=without + own_space,
            seed=seed,
        ),
        _separation(
            _metric(
                values,
                "dbcv",
                "Density-based validity (DBCV)",
                "higher",
                of="works",
                distance="Euclidean",
                most_works=DENSITY_WORKS,
                seed=seed,
            ),
            values,
            lambda topics: density_validity(vectors, topics, max_works=DENSITY_WORKS, seed=seed),
            note=drawn + as_noise + own_space,
            seed=seed,
        ),
        _outliers(values),
        *_sizes(values),
    ]


def _metric(
    values: RunValues,
    name: str,
    title: str,
    better: Literal["higher", "lower"],
    **parameters: object,
) -> Metric:
    n_topics = len(values.topics)
    return Metric(
        name=name,
        title=title,
        family="clusters",
        value=None,
        better=better,
        judge=f"{values.encoder.name} (the run's own encoder)",
        parameters={
            **parameters,
            "interval": "bootstrap over topics",
            "random_clusterings": n_dealings(n_topics),
        },
    )


def _separation(metric: Metric, values: RunValues, score: Score, *, note: str, seed: int) -> Metric:
    """Fill in how well parted the topics are, beside random clusters."""
    why_none = too_few_topics(values, 2, "to be apart")
    if why_none:
        return replace(metric, note=why_none)
    found = score(values.assignments)
    if found is None:
        return replace(metric, note="Fewer than two topics have two works among those drawn.")
    dealt = [score(places) for places in dealings(values, seed=seed)]
    chance = [one.value for one in dealt if one is not None]
    if found.interval is None:
        note = f"{note} Fewer than three topics give no interval."
    return replace(
        metric,
        value=found.value,
        interval=found.interval,
        baseline=float(np.mean(chance)) if chance else None,
        n=found.n_works if metric.parameters["of"] == "works" else len(found.topics),
        note=note,
    )


def _outliers(values: RunValues) -> Metric:
    """Count the works in no topic."""
    n = len(values.assignments)
    share = outlier_share(values.assignments)
    metric = Metric(
        name="outlier_share",
        title="Share of outliers",
        family="clusters",
        value=share,
        judge=_COUNTING,
        parameters={"of": "works", "interval": "Wilson"},
        n=n,
    )
    if share is None:
        return replace(metric, note="No work has a vector.")
    return replace(
        metric,
        interval=_wilson(share, n),
        note=f"Works in no topic, of those with a vector. {_SAME_BY_CHANCE}",
    )


def _wilson(share: float, n: int) -> tuple[float, float]:
    """Return the 95 % score interval of a share of n (Wilson 1927), which holds at 0 and 1 too."""
    squared = _NORMAL_95**2 / n
    middle = (share + squared / 2) / (1 + squared)
    half = _NORMAL_95 * sqrt(share * (1 - share) / n + squared / (4 * n)) / (1 + squared)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def _sizes(values: RunValues) -> list[Metric]:
    """Count the topics and their works."""
    found = topic_sizes(values.assignments)
    n_topics = found.n_topics if found else 0
    n_inside = int(np.count_nonzero(values.assignments != OUTLIER))
    counted: tuple[tuple[str, str, float | None], ...] = (
        ("median_size", "Works in the median topic", found.median if found else None),
        (
            "largest_share",
            "Share of the largest topic in the works of topics",
            found.largest / n_inside if found else None,
        ),
        ("gini", "Inequality of the topics' sizes (Gini)", found.gini if found else None),
    )
    why_none = too_few_topics(values, 1, "")
    return [
        Metric(
            name="n_topics",
            title="Number of topics",
            family="clusters",
            value=float(n_topics),
            judge=_COUNTING,
            parameters={"of": "topics"},
            n=n_topics,
            note=_COUNTED,
        ),
        *(
            Metric(
                name=name,
                title=title,
                family="clusters",
                value=value,
                judge=_COUNTING,
                parameters={"of": "topics"},
                n=n_topics,
                note=why_none or _COUNTED,
            )
            for name, title, value in counted
        ),
    ]
