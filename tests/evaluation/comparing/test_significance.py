"""Means over runs, their errors, and which differences are real."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from scipy import stats

from evaluation.comparing.compared import ModelNumber
from evaluation.comparing.significance import compare_pairs, holm, mark_best, pool_runs
from evaluation.metric import Metric


def _runs(
    values: Sequence[float], interval: tuple[float, float] | None = None, **more: float
) -> list[Metric]:
    """A measure in runs of one model."""
    return [Metric("iec", "IEC", "pictures", value, interval, **more) for value in values]  # type: ignore[arg-type]


def test_a_single_run_keeps_its_own_interval() -> None:
    pooled = pool_runs(_runs([0.4], (0.3, 0.6)))
    assert (pooled.value, pooled.interval) == (0.4, (0.3, 0.6))
    assert pooled.standard_error == pytest.approx(0.3 / 3.92, rel=1e-3)


def test_without_an_interval_and_with_one_run_nothing_is_known_of_the_error() -> None:
    pooled = pool_runs(_runs([0.4]))
    assert (pooled.interval, pooled.standard_error) == (None, None)


def test_runs_alone_give_students_interval() -> None:
    values = [0.31, 0.36, 0.33, 0.4]
    pooled = pool_runs(_runs(values))
    low, high = stats.t.interval(0.95, 3, np.mean(values), stats.sem(values))
    assert pooled.interval == pytest.approx((low, high))


def test_more_seeds_do_not_shrink_the_error_within_a_run() -> None:
    few = pool_runs(_runs([0.5, 0.5], (0.4, 0.6)))
    many = pool_runs(_runs([0.5] * 50, (0.4, 0.6)))
    assert few.standard_error == pytest.approx(many.standard_error)
    assert many.interval == pytest.approx((0.4, 0.6), abs=1e-4)


def test_a_number_that_never_changes_has_no_interval() -> None:
    assert pool_runs(_runs([0.8, 0.8])).interval is None


def test_what_never_varied_is_not_certain_and_is_not_tested() -> None:
    pooled = pool_runs(_runs([17 / 18], (0.9444, 0.9444), standard_error=1.7e-16, freedom=2))
    assert (pooled.interval, pooled.standard_error) == (None, None)
    sure = ModelNumber(pooled.value, standard_error=pooled.standard_error)
    assert compare_pairs([sure, ModelNumber(1.0, standard_error=0.1)]) == ()


def test_a_run_with_its_own_error_is_tested_with_its_own_freedom() -> None:
    values = [0.7, 0.8, 0.95]
    error = float(stats.sem(values))
    pooled = pool_runs(_runs([sum(values) / 3], (0.5, 1.0), standard_error=error, freedom=2))
    assert (pooled.standard_error, pooled.freedom) == (error, 2)


def test_no_interval_leaves_the_range_of_its_measure() -> None:
    pooled = pool_runs([Metric("irbo", "I-RBO", "words", value) for value in (0.99, 1.0, 0.97)])
    assert pooled.interval is not None
    assert pooled.interval[1] == 1.0


def test_models_known_by_their_runs_alone_are_tested_as_welch_does() -> None:
    one, two = [0.31, 0.36, 0.33, 0.4], [0.42, 0.47, 0.41]
    numbers = []
    for values in (one, two):
        pooled = pool_runs(_runs(values))
        numbers.append(
            ModelNumber(pooled.value, standard_error=pooled.standard_error, freedom=pooled.freedom)
        )
    (test,) = compare_pairs(numbers)
    assert test.p_value == pytest.approx(stats.ttest_ind(one, two, equal_var=False).pvalue)


def test_a_model_without_value_or_error_is_not_tested() -> None:
    numbers = [ModelNumber(0.5, standard_error=0.1), None, ModelNumber(None), ModelNumber(0.4)]
    assert compare_pairs(numbers) == ()


def test_holm_is_step_by_step_and_keeps_the_order() -> None:
    assert holm([0.04, 0.01, 0.03, 0.9]) == pytest.approx([0.09, 0.04, 0.09, 0.9])
    assert holm([]) == []


def test_the_best_and_those_level_with_it_are_marked() -> None:
    numbers = [ModelNumber(value, standard_error=0.01) for value in (0.9, 0.89, 0.5)]
    marked = mark_best(numbers, compare_pairs(numbers), "higher")
    assert [(own.best, own.level) for own in marked if own] == [
        (True, False), (False, True), (False, False),
    ]  # fmt: skip
    marked = mark_best(numbers, compare_pairs(numbers), "lower")
    assert [own.best for own in marked if own] == [False, False, True]


@pytest.mark.parametrize("better", ["higher", None])
def test_nothing_is_best_where_all_are_the_same_or_no_way_is_better(better: str | None) -> None:
    values = (0.5, 0.5) if better else (0.5, 0.7)
    numbers = [ModelNumber(value, standard_error=0.01) for value in values]
    marked = mark_best(numbers, compare_pairs(numbers), better)  # type: ignore[arg-type]
    assert not any(own.best or own.level for own in marked if own)
