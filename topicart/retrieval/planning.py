"""How an index seeks: which works are multiplied, and where they lie."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topicart.retrieval.found import Plan
from topicart.retrieval.grouped import Allowed
from topicart.retrieval.scoring import Block

__all__ = ["plan_for", "scanned"]

_GROUPED_SHARE = 0.75
"""Share of the works up to which the allowed ones are gathered. Above, multiplying all costs at
most a third more, and needs no copy."""
_TREE_DIMENSIONS, _TREE_WORKS = 4, 300_000
"""Dimensions up to which, and works from which, a ball tree is descended where all are allowed.
Under a condition, with 16 dimensions, or with fewer works a product is quicker
(``evaluation/benchmarks/conditional_retrieval.py``)."""
_GATHERED_BYTES = 8 << 20
"""Bytes of float32 vectors that a scan gathers or converts at a time: a processor's cache."""


def plan_for(works: int, dim: int, allowed: Allowed | None, limit: int) -> Plan:
    """Choose how to seek, and say why.

    Parameters
    ----------
    works, dim : int
        Of the index.
    allowed : Allowed or None
        The works that meet the conditions; ``None`` for all, where there are none.
    limit : int
        Bytes of gathered works that are kept.

    Returns
    -------
    Plan
        The way that is quickest.
    """
    if allowed is None and dim <= _TREE_DIMENSIONS and works >= _TREE_WORKS:
        why = f"With {dim} dimensions a tree of balls leaves most of the works unseen."
        return Plan("tree", works, works, why)
    if allowed is None:
        return Plan("scan", works, works, "All works are allowed, so all are multiplied.")
    n = len(allowed.rows)
    size = n * dim * 4
    if n > _GROUPED_SHARE * works:
        why = f"Most works are allowed ({n:,} of {works:,}): multiplying all needs no copy."
        return Plan("scan", n, works, why)
    if size + allowed.rows.nbytes > limit:
        why = (
            f"The {n:,} allowed works' vectors ({size >> 20:,} MB) are more than is kept "
            f"({limit >> 20:,} MB): they are gathered and multiplied a part at a time."
        )
        return Plan("scan", n, works, why)
    why = f"The {n:,} allowed works of {works:,} lie side by side and are multiplied alone."
    return Plan("grouped", n, works, why)


def scanned(
    vectors: NDArray[Any],
    vectors_of: Callable[[NDArray[np.intp] | slice], NDArray[np.float32]],
    rows: NDArray[np.intp] | None,
    gone: NDArray[np.intp],
) -> Iterator[Block]:
    """Give all works, or the allowed ones, some at a time.

    Parameters
    ----------
    vectors : ndarray of float32 or float16, shape (n_works, dim)
        As they are stored.
    vectors_of : callable
        Takes some of them as float32.
    rows : ndarray of int or None
        The allowed works, ascending; ``None`` for all.
    gone : ndarray of int
        Those of them that are passed over, ascending.

    Yields
    ------
    Block
        In ascending order of rows.
    """
    n, dim = vectors.shape
    step = max(_GATHERED_BYTES // (4 * dim), 1)
    if rows is not None and len(rows) <= _GROUPED_SHARE * n:
        kept = np.setdiff1d(rows, gone, assume_unique=True)
        for start in range(0, len(kept), step):
            some = kept[start : start + step]
            yield Block(vectors_of(some), some)
        return
    if rows is not None:
        banned = np.ones(n, np.bool_)
        banned[rows] = False
        banned[gone] = True
        gone = np.flatnonzero(banned)
    if vectors.dtype == np.float32:
        step = max(n, 1)
    for start in range(0, n, step):
        first, last = np.searchsorted(gone, (start, start + step))
        part = vectors_of(slice(start, start + step))
        yield Block(part, None, start, gone[first:last] - start)
