"""A run's topics against the facts: scikit-learn's numbers, and facets that tell nothing."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn import metrics as oracle

from evaluation.measuring.facets import facet_metrics
from evaluation.metric import Metric
from evaluation.values import RunValues
from tests.evaluation.measuring.made_runs import made_run

MEASURES = ["ami", "nmi", "ari", "homogeneity", "completeness", "purity"]


def _measured(values: RunValues, permutations: int = 30) -> dict[str, Metric]:
    metrics = facet_metrics(values, permutations=permutations)
    for metric in metrics:
        assert metric.family == "facts"
        assert metric.better == "higher"
        assert metric.judge == "the collection's facts"
        assert metric.value is None or math.isfinite(metric.value)
        assert metric.value is not None or metric.note
        assert Metric.from_dict(metric.to_dict()) == metric
    return {metric.name: metric for metric in metrics}


def test_every_stated_facet_is_measured_as_scikit_learn_does() -> None:
    draw = np.random.default_rng(0)
    topics = draw.integers(-1, 4, size=200)
    styles = np.where(draw.random(200) < 0.6, topics, draw.integers(4, size=200))
    stated = [None if row < 10 else f"{'  Style' if row % 2 else 'STYLE'} {style}"
              for row, style in enumerate(styles)]  # fmt: skip
    genres = [f"genre {genre}" for genre in draw.integers(3, size=200)]
    found = _measured(made_run(topics, facets={"style": stated, "genre": genres}))
    assert list(found) == [f"{name}_{facet}" for facet in ("style", "genre") for name in MEASURES]
    kept = (topics >= 0) & (np.arange(200) >= 10)
    facts, own = styles[kept], topics[kept]
    expected = {
        "ami": oracle.adjusted_mutual_info_score(facts, own),
        "nmi": oracle.v_measure_score(facts, own),
        "ari": oracle.adjusted_rand_score(facts, own),
        "homogeneity": oracle.homogeneity_score(facts, own),
        "completeness": oracle.completeness_score(facts, own),
        "purity": np.mean([facts[row] == np.bincount(facts[own == topic] + 1).argmax() - 1
                           for row, topic in enumerate(own)]),
    }  # fmt: skip
    silent = int(np.count_nonzero(topics[:10] >= 0))
    for name, value in expected.items():
        metric = found[f"{name}_style"]
        assert metric.value == pytest.approx(value, abs=1e-9), name
        assert metric.interval is not None
        assert metric.interval[0] < value < metric.interval[1]
        assert metric.baseline is not None
        assert metric.baseline < value
        assert metric.p_value == pytest.approx(1 / 31)
        assert metric.n == kept.sum()
        assert f"{np.count_nonzero(topics < 0)} outliers are left out." in str(metric.note)
        assert f"{silent} works in topics do not state it" in str(metric.note)
        assert ("Not corrected for chance" in str(metric.note)) == (name not in ("ami", "ari"))
    assert abs(found["ami_genre"].value or 1.0) < 0.05
    assert found["ami_genre"].p_value is not None
    assert "V-measure" in found["nmi_style"].title


@pytest.mark.parametrize(
    ("topics", "values", "told"),
    [
        ([0, 0, 1, 1], ["a", "A", "a ", "a"], "It is constant: all 4 works in topics"),
        ([0, 0, 1, -1], ["a", "a", "a", "b"], "It is constant: all 3 works in topics"),
        ([0, 0, 0, 0], ["a", "b", "a", "b"], "There is one topic only; it takes two to agree"),
        ([-1] * 4, ["a", "b", "a", "b"], "There is no topic: all 4 works are outliers."),
        ([0, 1, -1, -1], [None, None, "a", "b"], "Only outliers state it"),
        ([0, 0, 1, 1], ["a", "b", None, None], "are all in one topic"),
    ],
    ids=["constant", "constant in topics", "one topic", "all outliers", "of outliers", "of one"],
)
def test_a_facet_that_nothing_can_agree_with_is_one_line_that_says_why(
    topics: list[int], values: list[str | None], told: str
) -> None:
    found = _measured(made_run(topics, facets={"style": values}))
    assert list(found) == ["ami_style"]
    metric = found["ami_style"]
    assert (metric.value, metric.interval, metric.baseline, metric.p_value) == (None,) * 4
    assert told in str(metric.note)


def test_facts_that_nobody_states_are_said_to_be_missing() -> None:
    for topics in ([0, 0, 1, 1], []):
        found = _measured(made_run(topics))
        assert list(found) == ["ami"]
        assert "No work states any facet (artist, style" in str(found["ami"].note)


def test_two_works_have_numbers_but_no_interval() -> None:
    metric = _measured(made_run([0, 1], facets={"style": ["a", "b"]}))["ari_style"]
    assert (metric.value, metric.interval) == (1.0, None)
    assert "Fewer than three works give no interval" in str(metric.note)


def test_no_permutation_is_refused() -> None:
    with pytest.raises(ValueError, match="permutations is 0; expected at least 1"):
        facet_metrics(made_run([0, 1]), permutations=0)
