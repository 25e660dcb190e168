"""Whether the picture that belongs to a text is found by it, and the text by its picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

TIE = 1e-6
"""Cosines this close are equal: what float32 leaves of the same text in another batch."""
_BLOCK_CELLS = 1 << 24


def ranks(
    queries: NDArray[np.float32],
    gallery: NDArray[np.float32],
    own: NDArray[np.intp] | None = None,
) -> NDArray[np.float64]:
    """Return the rank of each query's own item in the gallery; ties count half.

    A rank is ``1 + |better| + |equal others| / 2``, its expectation if equals are ordered at
    random, so that an encoder that puts everything in one place ranks in the middle.

    Parameters
    ----------
    queries
        Shape (n, dim), rows of length 1.
    gallery
        Shape (m, dim), rows of length 1.
    own
        The row in the gallery that belongs to each query, shape (n,); by default the query's own
        number.

    Returns
    -------
    ndarray of float64, shape (n,)
        From 1 to m. Memory does not grow with n times m.

    Raises
    ------
    ValueError
        If there is no own item for each query.
    """
    own = np.arange(len(queries)) if own is None else np.asarray(own)
    if len(own) != len(queries) or (len(own) and not 0 <= own.min() <= own.max() < len(gallery)):
        raise ValueError(
            f"{len(queries)} queries need {len(queries)} rows of a gallery of {len(gallery)}; got "
            f"{len(own)}" + (f" from {own.min()} to {own.max()}." if len(own) else ".")
        )
    found = np.empty(len(queries))
    block = max(1, _BLOCK_CELLS // max(1, len(gallery)))
    for start in range(0, len(queries), block):
        rows = slice(start, start + block)
        scores = queries[rows] @ gallery.T
        at_own = np.take_along_axis(scores, own[rows, None], axis=1)
        better = (scores > at_own + TIE).sum(axis=1)
        as_good = (scores >= at_own - TIE).sum(axis=1) - better
        found[rows] = 1 + better + (as_good - 1) / 2
    return found


def recall_at(ranks: NDArray[np.float64], k: int) -> float:
    """Return R@k: the share of queries whose own item is among the best k.

    Parameters
    ----------
    ranks
        Rank of each query's own item, shape (n,).
    k
        How many of the best are looked at.

    Returns
    -------
    float
        From 0 to 1; ``k / m`` is chance in a gallery of m.
    """
    return float(np.mean(ranks <= k))


def median_rank(ranks: NDArray[np.float64]) -> float:
    """Return the median rank (MedR).

    Parameters
    ----------
    ranks
        Rank of each query's own item, shape (n,).

    Returns
    -------
    float
        1 at best; ``(m + 1) / 2`` is chance in a gallery of m.
    """
    return float(np.median(ranks))
