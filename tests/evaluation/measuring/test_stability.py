"""The numbers of refits: known ones, chance, and what cannot be told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import t
from sklearn.metrics import adjusted_rand_score

from evaluation.fitting.refits import Refit
from evaluation.matching import Assigned
from evaluation.measuring.stability import stability_metrics
from evaluation.metric import Metric
from evaluation.stability import topic_stability
from evaluation.values import RunValues
from knowledge_graph import Artwork, Collection
from topicart.run import Model

N_WORKS = 90


def _values(topics: list[int]) -> RunValues:
    works = [Artwork(id=f"w{row:02}") for row in range(len(topics))]
    return RunValues(
        encoder=Model(
            name="m", weights_sha256="a", fingerprint="a", dim=2, device="cpu", precision="fp32"
        ),
        works=Collection.from_artworks(works, Path(), "works"),
        vectors=np.ones((len(topics), 2), dtype=np.float32),
        assignments=np.array(topics, dtype=np.int32),
        topics=(),
        own_words=False,
        tokens=((),) * len(topics),
    )


def _again(
    values: RunValues, topics: np.ndarray | list[int], kind: str = "seeds", number: int = 0
) -> Refit:
    return Refit(kind, number, Assigned(values.ids, np.asarray(topics, dtype=np.int32)))


def _by_name(metrics: list[Metric]) -> dict[str, Metric]:
    return {metric.name: metric for metric in metrics}


@pytest.fixture
def values() -> RunValues:
    return _values([row % 3 for row in range(N_WORKS - 10)] + [-1] * 10)


def test_the_same_topics_under_other_numbers_are_wholly_stable(values: RunValues) -> None:
    renumbered = np.array([2, 0, 1, -1])[values.assignments]
    refits = [_again(values, renumbered, number=number) for number in range(3)]
    metrics, topics = stability_metrics(values, refits)
    assert {(metric.value, metric.interval) for metric in metrics} == {(1.0, None)}
    told = _by_name(metrics)
    assert told["ari_seeds"].baseline == pytest.approx(0, abs=0.05)
    assert told["jaccard_seeds"].baseline == pytest.approx(0.2, abs=0.07)
    assert told["share_found_seeds"].baseline == 0
    assert {topic: (one.n_found, one.n_runs) for topic, one in topics.items()} == {
        0: (3, 3), 1: (3, 3), 2: (3, 3),
    }  # fmt: skip
    assert {metric.family for metric in metrics} == {"stability"}
    assert {metric.n for metric in metrics} == {3}


def test_the_numbers_are_those_of_an_independent_computation(values: RunValues) -> None:
    generator = np.random.default_rng(1)
    drawn = [
        np.where(generator.random(N_WORKS) < 0.7, values.assignments,
                 generator.integers(-1, 3, N_WORKS))
        for _ in range(4)
    ]  # fmt: skip
    refits = [_again(values, topics, number=number) for number, topics in enumerate(drawn)]
    metrics, by_topic = stability_metrics(values, refits)
    told = _by_name(metrics)
    expected = [adjusted_rand_score(values.assignments, topics) for topics in drawn]
    assert told["ari_seeds"].value == pytest.approx(np.mean(expected))
    half = t.ppf(0.975, 3) * np.std(expected, ddof=1) / 2
    mean = np.mean(expected)
    assert told["ari_seeds"].interval == pytest.approx((mean - half, mean + half))
    inside = [
        adjusted_rand_score(values.assignments[both], topics[both])
        for topics in drawn
        for both in [(values.assignments >= 0) & (topics >= 0)]
    ]
    assert told["ari_without_outliers_seeds"].value == pytest.approx(np.mean(inside))
    whole = topic_stability(
        Assigned(values.ids, values.assignments), [one.assigned for one in refits]
    )
    assert whole is not None
    assert told["jaccard_seeds"].value == pytest.approx(whole.matched.mean())
    assert told["share_found_seeds"].value == pytest.approx((whole.likest >= 0.5).mean())
    for topic in whole.topics:
        own = by_topic[topic.topic]
        assert (own.n_found, own.n_runs, own.share) == (topic.n_found, topic.n_runs, topic.share)
        assert own.jaccard == pytest.approx(topic.jaccard)


def test_kinds_are_told_apart_and_topics_are_told_over_all(values: RunValues) -> None:
    split = np.where(np.arange(N_WORKS) < 40, values.assignments, -1)
    refits = [
        _again(values, values.assignments),
        _again(values, np.where(values.assignments == 0, -1, split), "orders"),
    ]
    metrics, topics = stability_metrics(values, refits)
    told = _by_name(metrics)
    assert told["share_found_seeds"].value == 1
    assert told["share_found_orders"].value is not None
    assert told["share_found_orders"].value < 1
    assert (topics[0].n_found, topics[0].n_runs) == (1, 2)
    assert told["ari_orders"].interval is None
    assert told["ari_orders"].note == "Of one refit there is no interval."


def test_a_sample_is_compared_on_its_own_works(values: RunValues) -> None:
    rows = np.arange(0, N_WORKS, 2)
    ids = [values.ids[row] for row in rows]
    sample = Refit("bootstrap", 0, Assigned(ids, values.assignments[rows]))
    without = np.flatnonzero(values.assignments != 0)
    lacking = Refit(
        "bootstrap", 1,
        Assigned([values.ids[row] for row in without], values.assignments[without]),
    )  # fmt: skip
    metrics, topics = stability_metrics(values, [sample, lacking])
    assert {metric.value for metric in metrics} == {1.0}
    assert {topic: one.n_runs for topic, one in topics.items()} == {0: 1, 1: 2, 2: 2}


def test_without_topics_there_is_nothing_to_find_again() -> None:
    values = _values([-1] * 20)
    metrics, topics = stability_metrics(values, [_again(values, [0] * 20)])
    assert not topics
    assert len(metrics) == 4
    for metric in metrics:
        assert (metric.value, metric.interval, metric.baseline, metric.n) == (None, None, None, 0)
        assert metric.note == "The run has no topics: there is nothing to find again."


def test_a_refit_without_topics_finds_none(values: RunValues) -> None:
    metrics, topics = stability_metrics(values, [_again(values, [-1] * N_WORKS)])
    told = _by_name(metrics)
    assert told["share_found_seeds"].value == told["jaccard_seeds"].value == 0
    assert told["ari_without_outliers_seeds"].value is None
    assert told["ari_without_outliers_seeds"].note is not None
    assert told["ari_without_outliers_seeds"].note.startswith("No refit has two works")
    assert all(topic.share == 0 for topic in topics.values())


def test_one_topic_and_works_left_out_are_said() -> None:
    values = replace(_values([0] * 20), left_out=5)
    metrics, _ = stability_metrics(values, [_again(values, [0] * 20, number=n) for n in range(2)])
    assert metrics[0].note == (
        "The run has one topic only, which is easily found again. The model was fitted again to "
        "the 20 works looked at, the run to 5 more. All refits gave the same, which does not say "
        "how sure it is."
    )


def test_without_refits_nothing_is_told(values: RunValues) -> None:
    assert stability_metrics(values, []) == ([], {})
