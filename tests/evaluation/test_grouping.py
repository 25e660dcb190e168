"""Topics against a facet: scikit-learn's numbers, what chance gives, and intervals that hold."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics
from sklearn.metrics.cluster import contingency_matrix

from evaluation.grouping import (
    GroupingAgreement,
    adjusted_rand,
    agreement_measures,
    contingency,
    grouping_agreement,
)


def _oracle(topics: np.ndarray, facts: np.ndarray) -> dict[str, float]:
    table = contingency_matrix(topics, facts)
    return {
        "ami": metrics.adjusted_mutual_info_score(facts, topics),
        "nmi": metrics.normalized_mutual_info_score(facts, topics),
        "homogeneity": metrics.homogeneity_score(facts, topics),
        "completeness": metrics.completeness_score(facts, topics),
        "ari": metrics.adjusted_rand_score(facts, topics),
        "purity": table.max(axis=1).sum() / table.sum(),
        "inverse_purity": table.max(axis=0).sum() / table.sum(),
    }


def _half_true(n: int, *, groups: int, seed: int) -> tuple[np.ndarray, list[str | None]]:
    generator = np.random.default_rng(seed)
    facts = generator.integers(groups, size=n)
    topics = np.where(generator.random(n) < 0.5, facts, generator.integers(groups, size=n))
    return topics, [f"v{fact}" for fact in facts]


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=4, max_size=60).filter(
        lambda pairs: all(len({pair[side] for pair in pairs}) > 1 for side in (0, 1))
    )
)
def test_every_measure_is_scikit_learns(pairs: list[tuple[int, int]]) -> None:
    topics, facts = np.array(pairs).T
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = agreement_measures(contingency(topics, facts))
    oracle = _oracle(topics, facts)
    assert found.keys() == oracle.keys()
    for name, value in oracle.items():
        assert found[name] == pytest.approx(value, abs=1e-9), name
    assert found["nmi"] == pytest.approx(metrics.v_measure_score(facts, topics), abs=1e-9)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=20))
def test_the_rand_index_is_scikit_learns_also_of_a_single_group(
    pairs: list[tuple[int, int]],
) -> None:
    first, second = np.array(pairs).T
    expected = metrics.adjusted_rand_score(first, second)
    assert adjusted_rand(contingency(first, second)) == pytest.approx(expected, abs=1e-9)


def test_outliers_and_works_without_the_facet_are_left_out() -> None:
    topics, values = _half_true(400, groups=5, seed=1)
    topics[:40] = -1
    values[100:120] = [None] * 20
    found = grouping_agreement(topics, values, permutations=20, resamples=20)
    kept = np.r_[40:100, 120:400]
    facts = np.unique([str(values[row]) for row in kept], return_inverse=True)[1]
    assert found is not None
    assert (found.n_works, found.n_topics, found.n_values) == (340, 5, 5)
    for name, value in _oracle(topics[kept], facts).items():
        assert found.measures[name].value == pytest.approx(value, abs=1e-9), name


def test_chance_is_scikit_learns_ami_of_shuffled_values() -> None:
    topics, values = _half_true(300, groups=4, seed=2)
    found = grouping_agreement(topics, values, permutations=50, resamples=10, seed=7)
    generator = np.random.default_rng(7)
    facts = np.unique(values, return_inverse=True)[1]
    chance = [
        metrics.adjusted_mutual_info_score(generator.permutation(facts), topics) for _ in range(50)
    ]
    assert found is not None
    ami = found.measures["ami"]
    assert ami.baseline == pytest.approx(np.mean(chance), abs=1e-9)
    assert ami.baseline_95 == pytest.approx(np.quantile(chance, 0.95), abs=1e-9)
    assert ami.p_value == pytest.approx((1 + sum(one >= ami.value for one in chance)) / 51)


def test_chance_is_zero_only_for_the_corrected_measures() -> None:
    generator = np.random.default_rng(3)
    topics = generator.integers(20, size=600)
    values = [f"v{value}" for value in generator.integers(30, size=600)]
    found = grouping_agreement(topics, values)
    assert found is not None
    for name in ("ami", "ari"):
        assert abs(found.measures[name].baseline) < 0.01
    for name in ("nmi", "homogeneity", "completeness", "purity", "inverse_purity"):
        assert found.measures[name].baseline > 0.1
    for measured in found.measures.values():
        assert measured.p_value > 0.01
        assert measured.baseline_95 >= measured.baseline


def test_real_agreement_is_seen_by_every_measure() -> None:
    found = grouping_agreement(*_half_true(300, groups=5, seed=4))
    assert found is not None
    for name, measured in found.measures.items():
        assert measured.p_value == pytest.approx(1 / 101), name
        assert measured.value > measured.baseline_95
        assert measured.interval is not None
        low, high = measured.interval
        assert low < measured.value < high


def test_the_interval_is_as_wide_as_the_numbers_of_other_works_are_spread() -> None:
    many = [
        agreement_measures(
            contingency(topics, np.unique(values, return_inverse=True)[1]), expected=0.0
        )
        for topics, values in (_half_true(400, groups=8, seed=seed) for seed in range(300))
    ]
    found = grouping_agreement(*_half_true(400, groups=8, seed=999), resamples=400)
    assert found is not None
    for name in ("nmi", "ari", "purity", "inverse_purity"):
        low, high = np.quantile([one[name] for one in many], [0.025, 0.975])
        interval = found.measures[name].interval
        assert interval is not None
        assert interval[1] - interval[0] == pytest.approx(high - low, rel=0.3), name


def test_a_facet_of_many_values_lies_within_its_interval() -> None:
    topics, _ = _half_true(600, groups=12, seed=6)
    rare = np.random.default_rng(7).integers(10, size=600)
    values = [f"{topic}, {value}" for topic, value in zip(topics, rare, strict=True)]
    shaken = np.where(rare < 5, topics, np.random.default_rng(8).integers(12, size=600))
    found = grouping_agreement(shaken, values, permutations=1)
    assert found is not None
    for name, measured in found.measures.items():
        assert measured.interval is not None
        low, high = measured.interval
        assert abs((low + high) / 2 - measured.value) < (high - low) / 5, name


def test_full_agreement_is_one_and_sure() -> None:
    values: list[str | None] = ["a", "b", "c"] * 20
    found = grouping_agreement(np.array([2, 5, 9] * 20), values)
    assert found is not None
    for measured in found.measures.values():
        assert measured.value == pytest.approx(1.0)
        assert measured.interval == pytest.approx((1.0, 1.0))


@pytest.mark.parametrize(
    ("topics", "values"),
    [
        ([], []),
        ([-1, -1, -1], ["a", "b", "c"]),
        ([0, 0, 0], ["a", "b", "c"]),
        ([0, 1, 2], ["a", "a", "a"]),
        ([0, 1, 2], [None, None, None]),
        ([0, 1, -1], ["a", "a", "b"]),
    ],
    ids=["no work", "all outliers", "one topic", "constant facet", "unstated", "one value left"],
)
def test_nothing_is_said_where_nothing_can_agree(
    topics: list[int], values: list[str | None]
) -> None:
    assert grouping_agreement(np.array(topics, dtype=np.int32), values) is None


@pytest.mark.parametrize("n", [2, 3, 12])
def test_works_that_are_all_alone_are_no_crash_and_no_warning(n: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = grouping_agreement(np.arange(n), [f"v{row}" for row in range(n)])
    assert found is not None
    assert found.measures["ami"].p_value == 1.0, "chance does as well"
    assert (found.measures["ami"].interval is None) == (n < 3)
    for measured in found.measures.values():
        assert measured.value == pytest.approx(1.0)


def test_the_seed_decides_everything() -> None:
    topics, values = _half_true(120, groups=4, seed=5)

    def told(seed: int) -> GroupingAgreement | None:
        return grouping_agreement(topics, values, permutations=10, resamples=20, seed=seed)

    assert told(1) == told(1)
    assert told(1) != told(2)


def test_mistakes_are_named() -> None:
    with pytest.raises(ValueError, match="3 works need as many values; got 2"):
        grouping_agreement(np.arange(3), ["a", "b"])
    with pytest.raises(ValueError, match="a shuffle and a draw at least; got permutations=0"):
        grouping_agreement(np.arange(2), ["a", "b"], permutations=0)
