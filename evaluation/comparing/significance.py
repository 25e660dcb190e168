"""How sure a model's number is over its runs, and which differences between models are real."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

import numpy as np

from evaluation.bootstrap import NO_SPREAD
from evaluation.comparing.compared import ModelNumber, PairTest
from evaluation.metric import Metric

LEVEL = 0.05
"""Differences with a corrected p-value up to this are called real."""

_Z = 1.959964
_SAME = 1e-12

_UNBOUNDED = ("c_uci", "u_mass", "davies_bouldin", "n_topics", "median_size")
_SHARES = (
    "topic_diversity", "label_diversity", "irbo", "nmi_", "homogeneity_", "completeness_",
    "purity_", "outlier_share", "largest_share", "gini", "jaccard_", "share_found_",
)  # fmt: skip


@dataclass(frozen=True)
class Pooled:
    """The mean of a measure over the runs of a model.

    Parameters
    ----------
    value
        The mean.
    interval
        Its 95 % interval, or ``None``.
    standard_error
        Its standard error, or ``None`` where neither intervals nor several runs tell of it.
    freedom
        Degrees of freedom of the standard error, or ``None`` for infinitely many.
    """

    value: float
    interval: tuple[float, float] | None
    standard_error: float | None
    freedom: float | None


def pool_runs(metrics: Sequence[Metric]) -> Pooled:
    """Return the mean of a measure over the runs of one model, and how sure it is.

    Parameters
    ----------
    metrics
        The measure in each run, at least one, each with a value.

    Returns
    -------
    Pooled
        Of a single run the interval is that of the run itself. Where nothing tells how sure the
        mean is, or where nothing varied, there is none: one value again and again is no certainty.

    Notes
    -----
    ``se^2 = mean(w^2) + b^2 / n``: ``w`` is a run's own standard error (where it is not told, the
    width of its interval over 3.92); ``b^2`` the variance of the values over the ``n`` runs. The
    runs share their works, so more seeds do not make ``w`` smaller. The second part has ``n - 1``
    degrees of freedom, and those of the sum are by Satterthwaite (1946); with them Student's t
    takes the place of 1.96.
    """
    values = [metric.value for metric in metrics if metric.value is not None]
    mean = float(np.mean(values))
    errors = [error for metric in metrics if (error := _own_error(metric)) is not None]
    if len(metrics) == 1:
        known = bool(errors) and errors[0] > NO_SPREAD
        return Pooled(
            mean,
            metrics[0].interval if known else None,
            errors[0] if known else None,
            metrics[0].freedom if known else None,
        )
    within = float(np.mean(np.square(errors))) if errors else 0.0
    between = float(np.var(values, ddof=1)) / len(values)
    error = math.sqrt(within + between)
    if error <= NO_SPREAD:
        return Pooled(mean, None, None, None)
    freedom = error**4 / (between**2 / (len(values) - 1)) if between > 0 else None
    reach = _quantile(freedom) * error
    low, high = _range(metrics[0].name)
    return Pooled(mean, (max(mean - reach, low), min(mean + reach, high)), error, freedom)


def _own_error(metric: Metric) -> float | None:
    """Return the standard error of one run's number."""
    if metric.standard_error is not None:
        return metric.standard_error
    if metric.interval is None:
        return None
    return (metric.interval[1] - metric.interval[0]) / (2 * _Z)


def _range(name: str) -> tuple[float, float]:
    """Return what a measure can be, so that no interval goes beyond."""
    if name in _UNBOUNDED:
        return -math.inf, math.inf
    return (0.0 if name.startswith(_SHARES) else -1.0), 1.0


def compare_pairs(numbers: Sequence[ModelNumber | None]) -> tuple[PairTest, ...]:
    """Test every two models for a difference.

    Parameters
    ----------
    numbers
        A measure of each model.

    Returns
    -------
    tuple of PairTest
        Of the pairs that both have a value and a standard error.

    Notes
    -----
    Welch's test of two means, as if they were independent. The models group the same works, so
    their errors go together as a rule and the true p-value is smaller: the test is conservative.
    P-values are corrected over the pairs of one measure, step by step (Holm 1979).
    """
    tests = []
    for (first, one), (second, two) in combinations(enumerate(numbers), 2):
        p_value = _p_value(one, two)
        if one is not None and two is not None and p_value is not None:
            tests.append(PairTest(first, second, _less(two, one), p_value, p_value))
    corrected = holm([test.p_value for test in tests])
    return tuple(replace(test, p_holm=p) for test, p in zip(tests, corrected, strict=True))


def mark_best(
    numbers: Sequence[ModelNumber | None],
    tests: Sequence[PairTest],
    better: Literal["higher", "lower"] | None,
) -> tuple[ModelNumber | None, ...]:
    """Mark the best models, and those that cannot be told from them.

    Parameters
    ----------
    numbers
        A measure of each model.
    tests
        Its tests.
    better
        Which way is better; ``None`` marks nothing.

    Returns
    -------
    tuple of ModelNumber or None
        The same numbers. Nothing is marked where fewer than two models have a value, or where all
        have the same.
    """
    values = [number.value for number in numbers if number and number.value is not None]
    if better is None or len(values) < 2 or max(values) - min(values) <= _SAME:
        return tuple(numbers)
    top = max(values) if better == "higher" else min(values)
    best = {
        place
        for place, number in enumerate(numbers)
        if number and number.value is not None and abs(number.value - top) <= _SAME
    }
    level = {
        place
        for test in tests
        if test.p_holm > LEVEL
        for place, other in ((test.first, test.second), (test.second, test.first))
        if other in best and place not in best
    }
    return tuple(
        number and replace(number, best=place in best, level=place in level)
        for place, number in enumerate(numbers)
    )


def holm(p_values: Sequence[float]) -> list[float]:
    """Correct p-values for their number (Holm 1979).

    Parameters
    ----------
    p_values
        Those of a family of tests.

    Returns
    -------
    list of float
        In the same order; each at least as large, at most 1, and in the order of the p-values.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    corrected = [0.0] * len(p_values)
    highest = 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[place]))
        corrected[place] = highest
    return corrected


def _less(one: ModelNumber, two: ModelNumber) -> float:
    return float((one.value or 0.0) - (two.value or 0.0))


def _p_value(one: ModelNumber | None, two: ModelNumber | None) -> float | None:
    """Return the two-sided p-value of a difference, or ``None`` where it cannot be tested."""
    if one is None or two is None or one.value is None or two.value is None:
        return None
    if one.standard_error is None or two.standard_error is None:
        return None
    difference = abs(_less(one, two))
    squares = [one.standard_error**2, two.standard_error**2]
    terms = [
        square**2 / number.freedom
        for square, number in zip(squares, (one, two), strict=True)
        if number.freedom
    ]
    statistic = difference / math.sqrt(sum(squares))
    if not sum(terms):
        return math.erfc(statistic / math.sqrt(2))
    from scipy.stats import t

    return float(2 * t.sf(statistic, sum(squares) ** 2 / sum(terms)))


def _quantile(freedom: float | None) -> float:
    if freedom is None:
        return _Z
    from scipy.stats import t

    return float(t.ppf(0.975, freedom))
