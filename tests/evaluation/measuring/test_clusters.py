"""A run's topics as clusters: scikit-learn's numbers, chance, and runs that have none."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.metrics import davies_bouldin_score, silhouette_score

from evaluation.measuring.clusters import cluster_metrics
from evaluation.metric import Metric
from evaluation.values import RunValues
from tests.evaluation.measuring.made_runs import made_run

NAMES = [
    "silhouette", "davies_bouldin", "dbcv", "outlier_share", "n_topics", "median_size",
    "largest_share", "gini",
]  # fmt: skip


def _measured(values: RunValues, seed: int = 0) -> dict[str, Metric]:
    metrics = cluster_metrics(values, seed=seed)
    assert [metric.name for metric in metrics] == NAMES
    for metric in metrics:
        assert metric.family == "clusters"
        assert metric.value is None or math.isfinite(metric.value)
        assert metric.note
        assert Metric.from_dict(metric.to_dict()) == metric
    return {metric.name: metric for metric in metrics}


def _parted() -> RunValues:
    return made_run([*np.repeat([0, 1, 2, 5], [40, 30, 20, 10]), *[-1] * 25], apart=6.0)


def test_separation_is_scikit_learns_with_chance_beside() -> None:
    values = _parted()
    found = _measured(values)
    inside = values.assignments >= 0
    vectors, topics = values.vectors[inside].astype(np.float64), values.assignments[inside]
    silhouette = silhouette_score(vectors, topics, metric="cosine")
    assert found["silhouette"].value == pytest.approx(silhouette, abs=1e-5)
    assert found["davies_bouldin"].value == pytest.approx(davies_bouldin_score(vectors, topics))
    for name, better in (("silhouette", 1), ("davies_bouldin", -1), ("dbcv", 1)):
        metric = found[name]
        assert metric.value is not None
        assert metric.baseline is not None
        assert better * (metric.value - metric.baseline) > 0.2
        assert metric.interval is not None
        assert metric.interval[0] <= metric.value <= metric.interval[1]
        assert metric.better == ("higher" if better > 0 else "lower")
        assert metric.judge == "tiny (the run's own encoder)"
        assert "Only runs of the same encoder can be compared" in str(metric.note)
        assert "25 outliers" in str(metric.note)
    assert [found[name].n for name in NAMES[:3]] == [100, 4, 125]


def test_random_clusters_are_no_worse_than_topics_without_sense() -> None:
    found = _measured(made_run(np.random.default_rng(5).integers(4, size=200)))
    for name, span in (("silhouette", 0.03), ("dbcv", 0.15)):
        metric = found[name]
        assert metric.value == pytest.approx(metric.baseline, abs=span)


def test_sizes_are_counted() -> None:
    found = _measured(_parted())
    assert found["outlier_share"].value == 0.2
    assert found["outlier_share"].interval == pytest.approx((0.1393, 0.2786), abs=1e-3)
    assert found["n_topics"].value == 4
    assert found["median_size"].value == 25
    assert found["largest_share"].value == 0.4
    assert found["gini"].value == pytest.approx(0.25)
    for name in NAMES[4:]:
        assert found[name].better is None
        assert found[name].interval is None
        assert "Counted, not estimated" in str(found[name].note)


@pytest.mark.parametrize(
    ("topics", "told", "n_topics", "outliers"),
    [
        ([], "No work has a vector", 0, None),
        ([-1] * 6, "There is no topic: all 6 works are outliers.", 0, 1.0),
        ([3] * 6, "There is one topic only; it takes two to be apart.", 1, 0.0),
        ([3] * 6 + [-1] * 2, "There is one topic only", 1, 0.25),
    ],
    ids=["no work", "all outliers", "one topic", "one topic and outliers"],
)
def test_fewer_than_two_topics_are_not_apart_and_say_so(
    topics: list[int], told: str, n_topics: int, outliers: float | None
) -> None:
    found = _measured(made_run(topics))
    for name in NAMES[:3]:
        metric = found[name]
        assert (metric.value, metric.interval, metric.baseline) == (None, None, None)
        assert told in str(metric.note)
    assert found["n_topics"].value == n_topics
    assert found["outlier_share"].value == outliers
    assert (found["gini"].value is None) == (n_topics == 0)


def test_topics_of_one_work_have_no_density() -> None:
    found = _measured(made_run(range(5)))
    assert found["dbcv"].value is None
    assert "two works" in str(found["dbcv"].note)
    assert found["silhouette"].value == 0


def test_two_topics_have_numbers_but_no_interval() -> None:
    found = _measured(made_run([0] * 10 + [1] * 10, apart=3.0))
    for name in NAMES[:3]:
        assert found[name].value is not None
        assert found[name].interval is None
        assert "Fewer than three topics give no interval" in str(found[name].note)


def test_the_seed_decides_the_random_clusters() -> None:
    values = _parted()
    first, again, other = (_measured(values, seed)["silhouette"] for seed in (1, 1, 2))
    assert first == again
    assert first.baseline != other.baseline
