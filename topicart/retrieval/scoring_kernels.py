"""Compiled loops over scores; imported only inside the functions that need them.

They let go of the interpreter's lock, so that a server's threads search at the same time, and use
no threads of their own.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, types

__all__ = ["inner", "inner_products", "take_best"]

_COMPILED: dict[str, Any] = {"cache": True, "nogil": True}
_VECTORS = types.Array(types.float32, 2, "C", readonly=True)
_ROWS = types.Array(types.intp, 1, "C", readonly=True)
_SCORES, _FOUND = types.float32[:, ::1], types.intp[:, ::1]
# One signature each, that takes what may be written and what may not: compiled once.
_GROUP = 64
"""Scores that are looked at together: nearly all groups hold none that counts."""


@njit(types.float32(_VECTORS, types.intp, _VECTORS, types.intp), **_COMPILED)
def inner(vectors: Any, row: int, queries: Any, query: int) -> Any:
    """The inner product that decides: added in float64 in one fixed order, rounded to float32.

    The order does not depend on the machine, on how many rows are scored, or on who asks, so that
    every plan gives the same last bit. Eight sums side by side keep the processor's lanes full.
    """
    dim = vectors.shape[1]  # pragma: no cover
    whole = dim - dim % 8  # pragma: no cover
    a = b = c = d = e = f = g = h = 0.0  # pragma: no cover
    for i in range(0, whole, 8):  # pragma: no cover
        a += np.float64(vectors[row, i]) * np.float64(queries[query, i])
        b += np.float64(vectors[row, i + 1]) * np.float64(queries[query, i + 1])
        c += np.float64(vectors[row, i + 2]) * np.float64(queries[query, i + 2])
        d += np.float64(vectors[row, i + 3]) * np.float64(queries[query, i + 3])
        e += np.float64(vectors[row, i + 4]) * np.float64(queries[query, i + 4])
        f += np.float64(vectors[row, i + 5]) * np.float64(queries[query, i + 5])
        g += np.float64(vectors[row, i + 6]) * np.float64(queries[query, i + 6])
        h += np.float64(vectors[row, i + 7]) * np.float64(queries[query, i + 7])
    total = ((a + b) + (c + d)) + ((e + f) + (g + h))  # pragma: no cover
    for i in range(whole, dim):  # pragma: no cover
        total += np.float64(vectors[row, i]) * np.float64(queries[query, i])
    return np.float32(total)  # pragma: no cover


@njit(types.float32[::1](_VECTORS, _ROWS, _VECTORS, types.intp), **_COMPILED)
def inner_products(vectors: Any, rows: Any, queries: Any, query: int) -> Any:
    """Score some rows of an array anew."""
    scores = np.empty(len(rows), np.float32)  # pragma: no cover
    for at in range(len(rows)):  # pragma: no cover
        scores[at] = inner(vectors, rows[at], queries, query)
    return scores  # pragma: no cover


@njit(**_COMPILED)  # type: ignore[untyped-decorator]
def _replace(heap: Any, score: Any) -> None:
    """Put a score in the place of the least one."""
    at, size = 0, len(heap)  # pragma: no cover
    while True:  # pragma: no cover
        child = 2 * at + 1
        if child >= size:
            break
        if child + 1 < size and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= score:
            break
        heap[at] = heap[child]
        at = child
    heap[at] = score  # pragma: no cover


@njit(**_COMPILED)  # type: ignore[untyped-decorator]
def _replace_both(scores: Any, rows: Any, score: Any, row: int) -> None:
    """Put a work in the place of the worst: the least score, of equal ones the highest row."""
    at, size = 0, len(scores)  # pragma: no cover
    while True:  # pragma: no cover
        child = 2 * at + 1
        if child >= size:
            break
        other = child + 1
        if other < size and (
            scores[other] < scores[child]
            or (scores[other] == scores[child] and rows[other] > rows[child])
        ):
            child = other
        if scores[child] >= score:
            break
        scores[at], rows[at] = scores[child], rows[child]
        at = child
    scores[at], rows[at] = score, row  # pragma: no cover


@njit(
    types.void(_VECTORS, _ROWS, types.intp, _VECTORS, _SCORES, types.float32[::1], _SCORES, _FOUND),
    **_COMPILED,
)
def take_best(
    block: Any, rows: Any, first: int, queries: Any, fast: Any, margins: Any, best: Any, found: Any
) -> None:
    """Take from a block of works those that are among the k nearest so far.

    ``fast`` (n_queries, n) are the scores of a matrix product, true within ``margins``
    (n_queries,); not-a-number bans a work. ``rows`` (n,) are the block's rows of the index,
    ascending and after those of earlier blocks; where it is empty, they are ``first`` and those
    that follow. ``best`` and ``found`` (n_queries, k) are heaps of canonical scores and their
    rows, the worst on top: minus infinity where none was found yet.
    """
    k = best.shape[1]  # pragma: no cover
    n = fast.shape[1]  # pragma: no cover
    near = np.empty(n, np.intp)  # pragma: no cover
    bounds = np.empty(k, np.float32)  # pragma: no cover
    for query in range(fast.shape[0]):  # pragma: no cover
        # k works of at least (the top of bounds - margin) are known, so that nothing below that
        # by another margin can be one of the k.
        bounds[:] = best[query]
        margin = 2 * margins[query]
        least = bounds[0] - margin
        taken = 0
        for start in range(0, n, _GROUP):
            end = min(start + _GROUP, n)
            hits = 0
            for at in range(start, end):
                hits += fast[query, at] >= least
            if hits == 0:
                continue
            for at in range(start, end):
                score = fast[query, at]
                if score >= least:
                    near[taken] = at
                    taken += 1
                    if score > bounds[0]:
                        _replace(bounds, score)
                        least = bounds[0] - margin
        for position in range(taken):
            at = near[position]
            if fast[query, at] >= least:
                score = inner(block, at, queries, query)
                # Of equal scores the earlier row is the better, and it is there already.
                if score > best[query, 0]:
                    row = rows[at] if len(rows) else first + at
                    _replace_both(best[query], found[query], score, row)
