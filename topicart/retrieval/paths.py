"""From one work to another in small, even steps through a graph of nearest neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from topicart.errors import RetrievalError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from topicart.retrieval.neighbours import Neighbours

__all__ = ["POWER", "WorkPath", "path"]

POWER = 4.0
"""Power of the angle that an edge weighs: the larger, the smaller and evener the steps."""

_FIRST_LIMIT = 2.0
"""Where the two searches first stop, in steps as long as the middle one of the graph."""


@dataclass(frozen=True)
class WorkPath:
    """A way from one work to another."""

    rows: tuple[int, ...]
    """The works on it, both ends among them."""
    angles: tuple[float, ...]
    """Angle of each step in radians, one fewer than works."""


def path(graph: Neighbours, start: int, end: int, *, power: float = POWER) -> WorkPath:
    """Find the way of least weight, each edge weighing its angle to a power.

    A plain shortest way favours a few long hops, for the angle obeys the triangle inequality; a
    power above 1 makes several small steps cheaper than one large one.

    Parameters
    ----------
    graph : Neighbours
        The works' graph, in one piece.
    start, end : int
        Rows of its works.
    power : float
        At least 1.

    Returns
    -------
    WorkPath
        The works from start to end; one work and no step where both are the same.

    Raises
    ------
    RetrievalError
        If there is no such row, the power is less than 1, or there is no way (a graph that was
        not made by :func:`topicart.retrieval.neighbours_of`).
    """
    for row in (start, end):
        if not 0 <= row < len(graph):
            raise RetrievalError(f"There is no work {row}: rows are 0 to {len(graph) - 1}.")
    if not power >= 1:
        raise RetrievalError(f"The power of a path must be at least 1, got {power}.")
    if start == end:
        return WorkPath((start,), ())
    rows = _shortest(graph, start, end, power)
    angles = [_angle(graph, one, other) for one, other in pairwise(rows)]
    return WorkPath(tuple(rows), tuple(angles))


def _shortest(graph: Neighbours, start: int, end: int, power: float) -> list[int]:
    """Search from both ends, each only so far as is needed for the two to meet.

    One search over all of 100,000 works takes scipy a multiple of what an answer may take. Two
    balls of half the way's weight hold far fewer works. Each search gives every weight up to its
    limit; the least sum over an edge between the balls is the least of all as soon as it is no
    more than both limits together, for a lighter way would cross such an edge within them.
    """
    from scipy.sparse.csgraph import dijkstra

    weights = _weights(graph, power)
    limit = _FIRST_LIMIT * float(np.median(weights.data))
    everything = float(weights.data.sum(dtype=np.float64))
    while True:
        sums, before = dijkstra(
            weights, indices=[start, end], limit=limit, return_predecessors=True
        )
        reached = np.flatnonzero(np.isfinite(sums[0]))
        least, one, other = _meeting(weights, sums, reached)
        if least <= 2 * limit:
            there = _back(before[0], start, one)
            return there[::-1] + _back(before[1], end, other)
        if limit > everything:
            raise RetrievalError(
                f"There is no way from work {start} to work {end}: the graph is in pieces."
            )
        limit = limit * 2 if not np.isfinite(least) else max(least / 2, limit * 1.01)


def _meeting(
    weights: Any, sums: NDArray[np.float64], reached: NDArray[np.intp]
) -> tuple[float, int, int]:
    """The edge over which both searches meet with the least sum: the sum and its two works."""
    counts = weights.indptr[reached + 1] - weights.indptr[reached]
    tails = np.repeat(reached, counts)
    # Positions of the reached works' edges: each run of them starts where its work's edges do.
    offsets = np.repeat(weights.indptr[reached] - np.cumsum(counts) + counts, counts)
    edges = np.arange(len(tails)) + offsets
    heads = weights.indices[edges]
    through = sums[0][tails] + weights.data[edges] + sums[1][heads]
    best = int(np.argmin(through))
    return float(through[best]), int(tails[best]), int(heads[best])


def _back(before: NDArray[np.int32], origin: int, row: int) -> list[int]:
    """The works from a row back to where the search began."""
    rows = [row]
    while row != origin:
        row = int(before[row])
        rows.append(row)
    return rows


def _weights(graph: Neighbours, power: float) -> Any:
    """The graph as scipy takes it without copying: float64 weights, made once for each power."""
    from scipy.sparse import csr_array

    if power not in graph.weights:
        n = len(graph)
        data = graph.angles.astype(np.float64) ** power
        graph.weights[power] = csr_array((data, graph.ends, graph.starts), shape=(n, n))
    return graph.weights[power]


def _angle(graph: Neighbours, one: int, other: int) -> float:
    own = slice(int(graph.starts[one]), int(graph.starts[one + 1]))
    at = int(np.searchsorted(graph.ends[own], other))
    return float(graph.angles[own][at])
