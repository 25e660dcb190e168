"""The works nearest to a query: exact, by one matrix product over the rows that are allowed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from topicart.errors import RetrievalError

__all__ = ["nearest", "nearest_to_each"]

_GATHERED_SHARE = 0.15
"""Share of the rows up to which they are copied out; above, all are multiplied and some taken."""
_BLOCK = 1024


def nearest(
    vectors: NDArray[np.float32],
    query: NDArray[np.float32],
    k: int,
    rows: NDArray[np.intp] | None = None,
) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Find the rows with the largest inner product with a query.

    Parameters
    ----------
    vectors : ndarray of float32, shape (n, dim)
        Rows of length 1.
    query : ndarray of float32, shape (dim,)
        Of length 1, so that scores are cosines.
    k : int
        How many are wanted.
    rows : ndarray of int, optional
        The rows that are allowed, ascending, each once; all by default.

    Returns
    -------
    rows : ndarray of int, shape (found,)
        Best first, of equal ones the lower row first; fewer than ``k`` where fewer are allowed.
    scores : ndarray of float32, shape (found,)
        Their inner products.

    Raises
    ------
    RetrievalError
        If the query has another number of dimensions or is not finite, or ``k`` is less than 1.
    """
    if k < 1:
        raise RetrievalError(f"At least 1 work must be asked for, got {k}.")
    if query.shape != vectors.shape[1:]:
        raise RetrievalError(
            f"The query has the shape {query.shape}, the works' vectors have {vectors.shape[1]} "
            "dimensions: encode it with the model that encoded the works."
        )
    if not np.isfinite(query).all():
        raise RetrievalError("The query's vector is not finite: there is nothing near it.")
    if rows is None:
        scores = vectors @ query
    elif len(rows) <= _GATHERED_SHARE * len(vectors):
        scores = vectors[rows] @ query
    else:
        scores = (vectors @ query)[rows]
    best = _largest(scores, k)
    return (best if rows is None else rows[best]).astype(np.intp, copy=False), scores[best]


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
        Best first; of equal ones mostly the lower row first.
    scores : ndarray of float32, shape (n, k)
        Their inner products.
    """
    n = len(vectors)
    k = max(min(k, n - 1), 0)
    rows = np.empty((n, k), np.intp)
    scores = np.empty((n, k), np.float32)
    for first in range(0, n if k else 0, _BLOCK):
        block = vectors[first : first + _BLOCK] @ vectors.T
        own = np.arange(len(block))
        block[own, first + own] = -np.inf
        found = np.sort(np.argpartition(block, n - k, axis=1)[:, n - k :], axis=1)
        cosines = np.take_along_axis(block, found, axis=1)
        order = np.argsort(-cosines, axis=1, kind="stable")
        rows[first : first + len(block)] = np.take_along_axis(found, order, axis=1)
        scores[first : first + len(block)] = np.take_along_axis(cosines, order, axis=1)
    return rows, scores


def _largest(scores: NDArray[np.float32], k: int) -> NDArray[np.intp]:
    """Positions of the k largest, largest first, the lower position first among equals."""
    if k < len(scores):
        least = np.partition(scores, len(scores) - k)[len(scores) - k]
        above = np.flatnonzero(scores > least)
        # Of those that equal the last one, the lowest rows are taken.
        equal = np.flatnonzero(scores == least)[: k - len(above)]
        kept = np.concatenate([above, equal])
    else:
        kept = np.arange(len(scores))
    order: NDArray[np.intp] = kept[np.lexsort((kept, -scores[kept]))]
    return order
