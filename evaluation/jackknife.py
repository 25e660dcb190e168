"""Intervals of numbers that compare topics with each other, which a bootstrap would bend."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from evaluation.bootstrap import FEWEST, NO_SPREAD

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NORMAL_95 = 1.959963984540054


def jackknife_interval(
    value: float,
    without: NDArray[np.float64],
    *,
    low: float = 0.0,
    high: float = 1.0,
) -> tuple[float, float] | None:
    """Return a 95 % interval from the numbers that leave out one topic each.

    A bootstrap draws a topic twice, and a topic is no different from itself: diversity would seem
    lower than it is in every draw. The jackknife draws none twice (Efron & Tibshirani 1993,
    equation 11.5; for means over pairs Arvesen 1969), and the normal distribution gives the rest.

    Parameters
    ----------
    value
        The number of all topics.
    without
        The number without each topic, shape ``(n_topics,)``.
    low, high
        Ends of the number's range, which the interval does not leave.

    Returns
    -------
    tuple of float, or None
        The lower and the upper end; ``None`` of fewer than three topics, or where leaving out any
        of them changes nothing.
    """
    n = len(without)
    if n < FEWEST:
        return None
    error = float(np.sqrt((n - 1) / n * np.sum((without - without.mean()) ** 2)))
    if error <= NO_SPREAD:
        return None
    return max(value - _NORMAL_95 * error, low), min(value + _NORMAL_95 * error, high)
