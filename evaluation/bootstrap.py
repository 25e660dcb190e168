"""How far a number could be from the same number on other works: bootstrap intervals."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

Statistic = Callable[[NDArray[Any]], float]
"""Values of some works, shape (m,) or (m, k), to one number."""

FEWEST = 3
"""Of fewer works or groups nothing is said."""

NO_SPREAD = 1e-9
"""A standard error up to this is rounding, and where nothing varied none is known."""


_DRAWN = 1 << 21
"""Groups drawn at once, which bounds memory."""


@dataclass(frozen=True)
class Difference:
    """One number before and after, on the same works.

    Parameters
    ----------
    before
        The number before.
    after
        The number after.
    lift
        ``after - before``.
    interval
        An interval of the lift, or ``None`` of fewer than three works or groups.
    """

    before: float
    after: float
    lift: float
    interval: tuple[float, float] | None


def bootstrap_interval(
    values: NDArray[Any],
    statistic: Statistic,
    *,
    groups: Sequence[str] | None = None,
    repeats: int = 2000,
    level: float = 0.95,
    seed: int = 0,
) -> tuple[float, float] | None:
    """Return a percentile bootstrap interval (Efron & Tibshirani 1993, section 13.3).

    Works are drawn with replacement, as many as there are. With ``groups``, groups are, and a
    group comes with all of its works (the cluster bootstrap: Davison & Hinkley 1997, section 3.8),
    for works of one artist are more alike than others.

    Parameters
    ----------
    values
        A row for each work, shape (n,), or (n, 2) for what is paired.
    statistic
        Rows to a number.
    groups
        The group of each work, shape (n,).
    repeats
        How often is drawn.
    level
        How much of the draws' numbers lie within.
    seed
        Decides every draw.

    Returns
    -------
    tuple of float, or None
        The lower and the upper end; None of fewer than three works or groups.

    Raises
    ------
    ValueError
        If there is not one group for each work.
    """
    if groups is not None and len(groups) != len(values):
        raise ValueError(f"{len(values)} works need as many groups; got {len(groups)}.")
    if (len(values) if groups is None else len(set(groups))) < FEWEST:
        return None
    generator = np.random.default_rng(seed)
    draws = _drawn(len(values), groups, generator)
    drawn = [statistic(values[next(draws)]) for _ in range(repeats)]
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def ratio_interval(
    above: NDArray[Any],
    below: NDArray[Any],
    groups: Sequence[Any],
    *,
    repeats: int = 2000,
    level: float = 0.95,
    seed: int = 0,
) -> tuple[float, float] | None:
    """Return a percentile interval of one sum over another by the cluster bootstrap.

    The same as ``bootstrap_interval`` gives of that statistic, from the sums of groups: as quick
    for a thousand works a group as for one.

    Parameters
    ----------
    above
        Shape (n,).
    below
        Shape (n,); ones for the mean of ``above``.
    groups
        What is drawn together, shape (n,).
    repeats
        How often is drawn.
    level
        How much of the draws' numbers lie within.
    seed
        Decides every draw.

    Returns
    -------
    tuple of float, or None
        The lower and the upper end; None of fewer than three groups. Draws with nothing below are
        left out.
    """
    if len(groups) == 0:
        return None
    _, group = np.unique(np.asarray(groups), return_inverse=True)
    tops = np.bincount(group, weights=above)
    bottoms = np.bincount(group, weights=below)
    if len(tops) < FEWEST:
        return None
    generator = np.random.default_rng(seed)
    block = max(1, _DRAWN // len(tops))
    ratios = []
    for start in range(0, repeats, block):
        chosen = generator.integers(len(tops), size=(min(block, repeats - start), len(tops)))
        over, under = tops[chosen].sum(axis=1), bottoms[chosen].sum(axis=1)
        ratios.append(over[under > 0] / under[under > 0])
    drawn = np.concatenate(ratios)
    if not len(drawn):
        return None
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def mean_error(values: Sequence[float]) -> tuple[float, float] | None:
    """Return the standard error of a mean, and half of its 95 % interval (Student 1908).

    Parameters
    ----------
    values
        What the mean is of, taken to be drawn independently.

    Returns
    -------
    tuple of float, or None
        Both; the interval has ``len(values) - 1`` degrees of freedom. ``None`` of fewer than two
        values, or where all are the same: that does not make the mean certain.
    """
    if len(values) < 2:
        return None
    error = float(np.std(values, ddof=1)) / len(values) ** 0.5
    if error <= NO_SPREAD:
        return None
    from scipy.stats import t

    return error, float(t.ppf(0.975, len(values) - 1)) * error


def paired_difference(
    before: NDArray[Any],
    after: NDArray[Any],
    statistic: Statistic = np.mean,
    *,
    groups: Sequence[str] | None = None,
    repeats: int = 2000,
    level: float = 0.95,
    seed: int = 0,
) -> Difference:
    """Compare a number of the same works before and after; the draws keep each work's pair.

    Parameters
    ----------
    before
        A value for each work, shape (n,) or (n, k).
    after
        A value for each of the same works, of the same shape.
    statistic
        Values to a number.
    groups
        The group of each work, shape (n,), if groups are to be drawn.
    repeats
        How often is drawn.
    level
        How much of the draws' differences lie within the interval.
    seed
        Decides every draw.

    Returns
    -------
    Difference
        Both numbers and the interval of their difference.

    Raises
    ------
    ValueError
        If the shapes differ, or there is not one group for each work.
    """
    if before.shape != after.shape:
        raise ValueError(f"The same works have shape {before.shape} before, {after.shape} after.")
    interval = bootstrap_interval(
        np.stack([before, after], axis=1),
        partial(_lift, statistic=statistic),
        groups=groups,
        repeats=repeats,
        level=level,
        seed=seed,
    )
    first, then = float(statistic(before)), float(statistic(after))
    return Difference(first, then, then - first, interval)


def _lift(pairs: NDArray[Any], *, statistic: Statistic) -> float:
    return float(statistic(pairs[:, 1]) - statistic(pairs[:, 0]))


def _drawn(
    n: int, groups: Sequence[str] | None, generator: np.random.Generator
) -> Iterator[NDArray[np.intp]]:
    """Draw rows for ever: n works, or as many groups as there are, each with all its works."""
    if groups is None:
        while True:
            yield generator.integers(n, size=n)
    _, group = np.unique(np.asarray(groups), return_inverse=True)
    members = np.split(np.argsort(group, kind="stable"), np.cumsum(np.bincount(group))[:-1])
    while True:
        chosen = generator.integers(len(members), size=len(members))
        yield np.concatenate([members[number] for number in chosen])
