"""Scores that are the same however they are sought.

A matrix product in float32 has other last bits for other shapes of its blocks, so that ties and
near ties would fall differently from plan to plan. It is therefore taken only as a first look: an
inner product of ``dim`` terms, added in any order, is off by at most ``dim u |x| |q|`` with
``u = 2 ** -24`` (Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd ed. 2002, section
3.1). Whatever this leaves in doubt is scored anew in float64, in one fixed order, and rounded to
float32: the canonical score. Equal ones are ordered by row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from topicart.errors import RetrievalError

__all__ = [
    "LONGEST",
    "Block",
    "best_of",
    "canonical_scores",
    "margins_of",
    "require_queries",
    "require_unit",
]

LONGEST = 1.002
"""Length that no vector of an index exceeds: 1 within 0.001, rounded to float16."""

_HALF_STEP = 2.0**-24
_QUERIES = 512
"""Queries that are multiplied at a time."""
_PRODUCTS = 1 << 21
"""Inner products that are held at a time: 8 MB, what a processor's cache takes."""
_SHORTEST, _LARGEST = 1e-15, 1e15


@dataclass(frozen=True, eq=False)
class Block:
    """Some works of an index."""

    vectors: NDArray[np.float32]
    """Shape ``(n, dim)``, contiguous."""
    rows: NDArray[np.intp] | None
    """Their rows, ascending; ``None`` for ``first`` and those that follow."""
    first: int = 0
    """The row of the first, where the others follow it."""
    banned: NDArray[np.intp] | None = None
    """Places in the block of works that must not be found, ascending."""


def require_queries(queries: NDArray[np.floating], dim: int) -> NDArray[np.float32]:
    """Refuse vectors that nothing can be near to.

    Parameters
    ----------
    queries : ndarray, shape (m, dim)
        What is sought.
    dim : int
        Dimensions of the works' vectors.

    Returns
    -------
    ndarray of float32, shape (m, dim)
        Contiguous; rows need not be of length 1.

    Raises
    ------
    RetrievalError
        If the shape is another, or a query is not finite or has no length.
    """
    if queries.ndim != 2 or queries.shape[1] != dim:
        raise RetrievalError(
            f"The query has the shape {queries.shape if len(queries) != 1 else queries.shape[1:]}, "
            f"the works' vectors have {dim} dimensions: encode it with the model that encoded the "
            "works."
        )
    if queries.dtype.kind not in "fiub":
        raise RetrievalError(
            f"The query is of the kind {queries.dtype}: give numbers, the vector that the model "
            "makes of words or a picture."
        )
    with np.errstate(over="ignore"):  # told below
        ready = np.ascontiguousarray(queries, dtype=np.float32)
    lengths = _lengths(ready)
    # Not-a-number compares false, so this finds it too.
    wrong = np.flatnonzero(~((lengths >= _SHORTEST) & (lengths <= _LARGEST)))
    if wrong.size:
        first = int(wrong[0])
        which = "The query's vector" if len(ready) == 1 else f"The vector of query {first}"
        if not np.isfinite(ready[first]).all():
            raise RetrievalError(
                f"{which} is not finite: there is nothing near it. Give numbers, of length 1."
            )
        raise RetrievalError(
            f"{which} has the length {lengths[first]:.3g}, which has no direction to seek in. "
            "Divide it by its length; one of only zeros cannot be sought."
        )
    return ready


def require_unit(ids: Sequence[str], vectors: NDArray[np.floating]) -> None:
    """Refuse works whose vectors are not of length 1.

    Parameters
    ----------
    ids : sequence of str, length n
        The works, to name the first such.
    vectors : ndarray of float32 or float16, shape (n, dim)
        Their vectors.

    Raises
    ------
    RetrievalError
        If one is of zeros, not finite, or of another length by more than rounding to float16.
    """
    for start in range(0, len(vectors), 1 << 14):
        part = vectors[start : start + (1 << 14)].astype(np.float32)
        lengths = np.sqrt(np.einsum("ij,ij->i", part, part))
        off = np.flatnonzero(~(np.abs(lengths - 1) <= LONGEST - 1))
        if off.size:
            first = int(off[0])
            raise RetrievalError(
                f"The vector of the work {ids[start + first]!r} has the length "
                f"{lengths[first]:.4g}: every vector must be finite and of length 1. Divide each "
                "by its length; leave works without a vector out."
            )


def margins_of(queries: NDArray[np.float32]) -> NDArray[np.float32]:
    """Bound how far a score of a float32 matrix product is from the canonical one.

    Parameters
    ----------
    queries : ndarray of float32, shape (m, dim)
        What is sought.

    Returns
    -------
    ndarray of float32, shape (m,)
        ``(dim + 8) u |q|`` times the longest vector's length, a little more than is needed: the
        score's own rounding to float32 and that of the bound are within it.
    """
    dim = queries.shape[1]
    bound = (dim + 8) * _HALF_STEP * 1.01 * LONGEST * _lengths(queries).astype(np.float64)
    margins: NDArray[np.float32] = (bound + dim * 1e-37).astype(np.float32)
    return margins


def canonical_scores(
    vectors: NDArray[np.float32], rows: NDArray[np.intp], query: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Score works so that the last bit is the same whoever asks.

    Parameters
    ----------
    vectors : ndarray of float32, shape (n, dim)
        Contiguous.
    rows : ndarray of int, shape (m,)
        Which of them.
    query : ndarray of float32, shape (dim,)
        What is sought.

    Returns
    -------
    ndarray of float32, shape (m,)
        Inner products, added in float64 and rounded.
    """
    from topicart.retrieval.scoring_kernels import inner_products

    asked = np.ascontiguousarray(query[None], dtype=np.float32)
    ready = np.ascontiguousarray(rows, np.intp)
    scores = inner_products(np.asarray(vectors), ready, asked, 0)
    return np.asarray(scores, dtype=np.float32)


def best_of(
    blocks: Iterable[Block], queries: NDArray[np.float32], k: int
) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Find the k works of some blocks with the largest inner products with each query.

    Parameters
    ----------
    blocks : iterable of Block
        The works, each once; together at least ``k`` that may be found.
    queries : ndarray of float32, shape (m, dim)
        From :func:`require_queries`.
    k : int
        How many are wanted, at least 1.

    Returns
    -------
    rows : ndarray of int, shape (m, k)
        Best first, of equal scores the lower row first.
    scores : ndarray of float32, shape (m, k)
        Their canonical scores.
    """
    from topicart.retrieval.scoring_kernels import take_best

    margins = margins_of(queries)
    best = np.full((len(queries), k), -np.inf, np.float32)
    found = np.full((len(queries), k), -1, np.intp)
    for block in blocks:
        rows = np.empty(0, np.intp) if block.rows is None else block.rows
        for some in _slices(len(queries), _QUERIES):
            asked = queries[some]
            for part in _slices(len(block.vectors), max(_PRODUCTS // len(asked), 1024)):
                vectors = np.asarray(block.vectors[part])
                # A product of one row is a matrix times a vector, which BLAS does better so.
                fast = (vectors @ asked[0])[None] if len(asked) == 1 else asked @ vectors.T
                if block.banned is not None:
                    fast[:, _within(block.banned, part)] = -np.inf
                take_best(
                    vectors,
                    rows[part],
                    block.first + part.start,
                    asked,
                    fast,
                    margins[some],
                    best[some],
                    found[some],
                )
    order = np.lexsort((found, -best), axis=-1)
    each = np.arange(len(queries))[:, None]
    return found[each, order], best[each, order]


def _slices(n: int, step: int) -> Iterator[slice]:
    for start in range(0, n, step):
        yield slice(start, min(start + step, n))


def _within(places: NDArray[np.intp], part: slice) -> NDArray[np.intp]:
    """The places that lie in a part, counted from its start."""
    start, end = np.searchsorted(places, (part.start, part.stop))
    within: NDArray[np.intp] = places[start:end] - part.start
    return within


def _lengths(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Lengths within some thousandths of a percent; too large and too small ones as inf and 0."""
    with np.errstate(invalid="ignore", over="ignore", under="ignore"):
        lengths: NDArray[np.float32] = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    return lengths
