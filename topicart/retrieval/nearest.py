"""The nearest neighbours of each of many vectors, which need be in no index."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from topicart.retrieval.scoring import Block, best_of

__all__ = ["nearest_to_each"]

_BLOCK = 1024


def nearest_to_each(
    vectors: NDArray[np.float32], k: int
) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Find the nearest vectors of each, comparing all with all, a block of rows at a time.

    Parameters
    ----------
    vectors : ndarray of float32, shape (n, dim)
        Rows of length 1.
    k : int
        How many are wanted, the row itself not counted; no more than there are are found.

    Returns
    -------
    rows : ndarray of int, shape (n, k)
        Best first; of equal ones the lower row first.
    scores : ndarray of float32, shape (n, k)
        Their inner products.
    """
    n = len(vectors)
    k = max(min(k, n - 1), 0)
    rows = np.empty((n, k), np.intp)
    scores = np.empty((n, k), np.float32)
    held = np.ascontiguousarray(vectors)
    for first in range(0, n if k else 0, _BLOCK):
        part = slice(first, min(first + _BLOCK, n))
        found, near = best_of([Block(held, None)], held[part], k + 1)
        # The row itself is among those found, unless more than k lower ones equal it.
        itself = found == np.arange(part.start, part.stop)[:, None]
        itself[~itself.any(axis=1), -1] = True
        rows[part] = found[~itself].reshape(-1, k)
        scores[part] = near[~itself].reshape(-1, k)
    return rows, scores
