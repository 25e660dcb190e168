"""Compiled loops over scores; imported only inside the functions that need them.

They let go of the interpreter's lock, so that a server's threads search at the same time, and use
no threads of their own.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, types

from topicart.compiled import use_compiled_folder

__all__ = ["inner", "inner_products", "replace_least", "take_best"]

use_compiled_folder()  # one place, whoever imports this module first
_COMPILED: dict[str, Any] = {"cache": True, "nogil": True}
_VECTORS = types.Array(types.float32, 2, "C", readonly=True)
_ROWS = types.Array(types.intp, 1, "C", readonly=True)
_SCORES, _FOUND = types.float32[:, ::1], types.intp[:, ::1]
# One signature each, that takes what may be written and what may not: compiled once.
_COLUMNS = 64
"""Columns that the scores of a query are folded into, where k is not much smaller."""
_LEAST = np.float32(np.finfo(np.float32).min)
# Above minus infinity, so that what is banned is below every bound.


@njit(
    types.float32(_VECTORS, types.intp, _VECTORS, types.intp),
    fastmath={"reassoc", "contract"},
    **_COMPILED,
)
def inner(vectors: Any, row: int, queries: Any, query: int) -> Any:
    """The inner product that decides: added in float64, rounded to float32.

    The order of adding is the compiler's, so that it fills the processor's lanes, but one for all:
    it does not depend on how many rows are scored, nor on who asks.
    """
    total = 0.0
    for i in range(vectors.shape[1]):
        total += np.float64(vectors[row, i]) * np.float64(queries[query, i])
    return np.float32(total)


@njit(types.float32[::1](_VECTORS, _ROWS, _VECTORS, types.intp), **_COMPILED)
def inner_products(vectors: Any, rows: Any, queries: Any, query: int) -> Any:
    """Score some rows of an array anew."""
    scores = np.empty(len(rows), np.float32)
    for at in range(len(rows)):
        scores[at] = inner(vectors, rows[at], queries, query)
    return scores


@njit(**_COMPILED)  # type: ignore[untyped-decorator]
def replace_least(heap: Any, score: Any) -> None:
    """Put a score in the place of a heap's least one."""
    at, size = 0, len(heap)
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        if child + 1 < size and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= score:
            break
        heap[at] = heap[child]
        at = child
    heap[at] = score


@njit(**_COMPILED)  # type: ignore[untyped-decorator]
def _replace_both(scores: Any, rows: Any, score: Any, row: int) -> None:
    """Put a work in the place of the worst: the least score, of equal ones the highest row."""
    at, size = 0, len(scores)
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        other = child + 1
        if other < size and (
            scores[other] < scores[child]
            or (scores[other] == scores[child] and rows[other] > rows[child])
        ):
            child = other
        if scores[child] > score or (scores[child] == score and rows[child] < row):
            break
        scores[at], rows[at] = scores[child], rows[child]
        at = child
    scores[at], rows[at] = score, row


@njit(fastmath={"nnan", "nsz"}, **_COMPILED)  # type: ignore[untyped-decorator]
def _tops(scores: Any, tops: Any) -> None:
    """The largest score at each place modulo their number: columns, which the processor likes."""
    columns = len(tops)
    tops[:] = scores[:columns]
    for start in range(columns, len(scores), columns):
        part = scores[start : start + columns]
        for at in range(len(part)):
            tops[at] = max(part[at], tops[at])


@njit(
    types.void(_VECTORS, _ROWS, types.intp, _VECTORS, _SCORES, types.float32[::1], _SCORES, _FOUND),
    **_COMPILED,
)
def take_best(
    block: Any, rows: Any, first: int, queries: Any, fast: Any, margins: Any, best: Any, found: Any
) -> None:
    """Take from a block of works those that are among the k nearest so far.

    ``fast`` (n_queries, n) are the scores of a matrix product, true within ``margins``
    (n_queries,); minus infinity bans a work. ``rows`` (n,) are the block's rows of the index;
    where it is empty, they are ``first`` and those that follow. ``best`` and ``found``
    (n_queries, k) are heaps of canonical scores and their rows, the worst on top: minus infinity
    where none was found yet.

    Each column's largest score is sought first. The k-th largest of those is a bound so good that
    few columns are looked at again, and few works are scored anew.
    """
    k = best.shape[1]
    n = fast.shape[1]
    near = np.empty(n, np.intp)
    bounds = np.empty(k, np.float32)
    columns = min(n, max(_COLUMNS, 4 * k))
    tops = np.empty(columns, np.float32)
    for query in range(fast.shape[0]):
        # k works of at least (the top of bounds - margin) are known, so that nothing below that
        # by another margin can be one of the k.
        for at in range(k):
            bounds[at] = max(best[query, at], _LEAST)
        margin = 2 * margins[query]
        scores = fast[query]
        _tops(scores, tops)
        for at in range(columns):
            if tops[at] > bounds[0]:
                replace_least(bounds, tops[at])
        least = bounds[0] - margin
        taken = 0
        for column in range(columns):
            if tops[column] < least:
                continue
            for at in range(column, n, columns):
                if scores[at] >= least:
                    near[taken] = at
                    taken += 1
        for position in range(taken):
            at = near[position]
            score = inner(block, at, queries, query)
            row = rows[at] if len(rows) else first + at
            worst = best[query, 0]
            if score > worst or (score == worst and row < found[query, 0]):
                _replace_both(best[query], found[query], score, row)
