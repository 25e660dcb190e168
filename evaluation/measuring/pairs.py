"""Numbers that are means over pairs of topics, and their intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from evaluation.bootstrap import FEWEST

if TYPE_CHECKING:
    from numpy.typing import NDArray

RESAMPLES = 1000
"""Draws of topics."""


def mean_of_pairs(similarity: NDArray[np.float64]) -> float:
    """Return the mean similarity of two different topics.

    Parameters
    ----------
    similarity
        Of each topic with each, shape ``(n_topics, n_topics)``, two topics at least.

    Returns
    -------
    float
        The mean off the diagonal.
    """
    n = len(similarity)
    return float((similarity.sum() - np.trace(similarity)) / (n * (n - 1)))


def interval_of_pairs(
    similarity: NDArray[np.float64], generator: np.random.Generator
) -> tuple[float, float] | None:
    """Return the 95 % percentile bootstrap interval over topics of a mean over their pairs.

    A topic drawn twice makes no pair with itself; a draw of one topic alone has none and is left
    out.

    Parameters
    ----------
    similarity
        Of each topic with each, shape ``(n_topics, n_topics)``.
    generator
        Draws the topics.

    Returns
    -------
    tuple of float, or None
        The lower and the upper end; None of fewer than three topics.
    """
    n = len(similarity)
    if n < FEWEST:
        return None
    drawn = generator.multinomial(n, np.full(n, 1 / n), size=RESAMPLES).astype(np.float64)
    drawn = drawn[(drawn > 0).sum(axis=1) > 1]
    others = similarity - np.diag(np.diag(similarity))
    totals = np.einsum("rt,rt->r", drawn @ others, drawn)
    low, high = np.quantile(totals / (n**2 - (drawn**2).sum(axis=1)), [0.025, 0.975])
    return float(low), float(high)
