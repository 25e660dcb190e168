"""Works drawn anew as weights, so that a number is computed again without copying its works.

The bootstrap of ``evaluation.bootstrap``, for studies of many works: a draw says how often each
work was drawn.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from evaluation.bootstrap import FEWEST

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["interval_of", "numbered", "redrawn", "weighted_medians"]


def numbered(names: Sequence[str]) -> tuple[NDArray[np.intp], int]:
    """Number names.

    Parameters
    ----------
    names
        Names, of groups for example.

    Returns
    -------
    tuple of ndarray of intp, shape (n,), and int
        The number of each from 0, and how many there are.
    """
    known: dict[str, int] = {}
    numbers = np.array([known.setdefault(name, len(known)) for name in names], np.intp)
    return numbers, len(known)


def redrawn(
    works: int, groups: Sequence[str] | None, repeats: int, *, seed: int
) -> Iterator[NDArray[np.float64]]:
    """Draw works with replacement, or groups, each with all of its works.

    Parameters
    ----------
    works
        How many there are.
    groups
        The group of each; without them works are drawn by themselves.
    repeats
        How many draws.
    seed
        Decides them.

    Yields
    ------
    ndarray of float64, shape (works,)
        How often each was drawn. Nothing is drawn of fewer than three works or groups.

    Raises
    ------
    ValueError
        If there is not one group for each work.
    """
    if groups is not None and len(groups) != works:
        raise ValueError(f"{works} works need as many groups; got {len(groups)}.")
    numbers, count = (np.arange(works), works) if groups is None else numbered(groups)
    generator = np.random.default_rng(seed)
    for _ in range(repeats if count >= FEWEST else 0):
        drawn = np.bincount(generator.integers(count, size=count), minlength=count)
        yield drawn[numbers].astype(np.float64)


def interval_of(
    drawn: Sequence[float] | NDArray[np.float64], level: float = 0.95
) -> tuple[float, float] | None:
    """Return the percentile interval of numbers drawn anew (Efron & Tibshirani 1993, section 13.3).

    Parameters
    ----------
    drawn
        The number of each draw; not a number where a draw left nothing to measure it on.
    level
        How much of them lies within.

    Returns
    -------
    tuple of float, or None
        The lower and the upper end; ``None`` where fewer than nine draws in ten have a number.
    """
    known = np.asarray(drawn, np.float64)
    finite = known[np.isfinite(known)]
    if not len(finite) or len(finite) < 0.9 * len(known):
        return None
    low, high = np.quantile(finite, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def weighted_medians(
    sorted_values: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the median of values that come as often as their weights say.

    Parameters
    ----------
    sorted_values
        Ascending, shape ``(n,)``.
    weights
        How often each comes, whole numbers, shape ``(n,)`` or ``(draws, n)``.

    Returns
    -------
    ndarray of float64, shape () or (draws,)
        As ``numpy.median`` of the values written out; not a number where none comes.
    """
    rows = np.atleast_2d(weights)
    medians = np.full(len(rows), np.nan)
    for row, own in enumerate(rows):
        reached = np.cumsum(own)
        whole = int(reached[-1]) if len(reached) else 0
        if whole:
            # Of an even number the middle two are averaged.
            below = np.searchsorted(reached, (whole - 1) // 2 + 1)
            above = np.searchsorted(reached, whole // 2 + 1)
            medians[row] = (sorted_values[below] + sorted_values[above]) / 2
    return medians if weights.ndim == 2 else medians[0]
