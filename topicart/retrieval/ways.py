"""The way of least weight through a graph of neighbours: of any, or of at most so many, steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from topicart.retrieval.neighbours import Neighbours

__all__ = ["POWER", "GraphWays", "Way", "Ways", "raised"]

POWER = 4.0
"""Power of the angle that an edge weighs: the larger, the smaller and evener the steps."""
_FAR = 1e300


@dataclass(frozen=True)
class Way:
    """A way, and what it weighs."""

    works: tuple[int, ...]
    """Its works, as numbered by the ways that found it."""
    cost: float
    """Sum of its steps' weights."""

    @property
    def steps(self) -> int:
        """Number of steps.

        Returns
        -------
        int
            One fewer than works.
        """
        return len(self.works) - 1


class Ways(Protocol):
    """The ways from one work to another among some works of an index."""

    @property
    def rows(self) -> NDArray[np.intp]:
        """The works that ways may lead over, both ends among them: rows, ascending."""

    @property
    def start(self) -> int:
        """Where ways start, as a place in ``rows``."""

    @property
    def end(self) -> int:
        """Where they end, as a place in ``rows``."""

    def least(
        self, power: float, *, banned: NDArray[np.intp], steps: int | None = None
    ) -> Way | None:
        """Find the way of least weight.

        Parameters
        ----------
        power : float
            Power of the angle that a step weighs.
        banned : ndarray of int
            Places in ``rows`` that it must not lead over.
        steps : int, optional
            Most steps that it may have.

        Returns
        -------
        Way or None
            None where there is none.
        """

    def within(self, power: float, bound: float, banned: NDArray[np.intp]) -> Ways:
        """Leave out works over which no way weighs as little as a bound.

        Parameters
        ----------
        power : float
            Power of the angle that a step weighs.
        bound : float
            The weight that a way may have.
        banned : ndarray of int
            Places in ``rows`` that are left out in any case.

        Returns
        -------
        Ways
            With the same ways of at most that weight; works are numbered anew.
        """

    def fewest(self) -> int | None:
        """Count the steps of the way of fewest steps.

        Returns
        -------
        int or None
            None where there is no way.
        """


@dataclass(frozen=True, eq=False)
class GraphWays:
    """The ways through a graph of neighbours."""

    graph: Neighbours
    """The graph of the works in ``rows``, in their order."""
    rows: NDArray[np.intp]
    """Which rows of the index they are, ascending."""
    start: int
    """Where ways start, as a place in ``rows``."""
    end: int
    """Where they end."""

    def least(
        self, power: float, *, banned: NDArray[np.intp], steps: int | None = None
    ) -> Way | None:
        """Find the way of least weight, as :class:`Ways` has it.

        Without a limit it is Dijkstra's, by scipy; with one Bellman and Ford's, a layer a step,
        among the works over which any way so short can lead.

        Parameters
        ----------
        power : float
            Power of the angle that a step weighs.
        banned : ndarray of int
            Places in ``rows`` that it must not lead over.
        steps : int, optional
            Most steps that it may have.

        Returns
        -------
        Way or None
            None where there is none.
        """
        if steps is not None:
            return self._limited(power, banned, steps)
        cost, before = self._search(power, self.end, banned)
        if cost[self.start] > _FAR:
            return None
        works = [self.start]
        while works[-1] != self.end:
            works.append(int(before[works[-1]]))
        return Way(tuple(works), float(cost[self.start]))

    def within(self, power: float, bound: float, banned: NDArray[np.intp]) -> GraphWays:
        """Leave out works over which no way weighs as little as a bound.

        Parameters
        ----------
        power : float
            Power of the angle that a step weighs.
        bound : float
            The weight that a way may have.
        banned : ndarray of int
            Places in ``rows`` that are left out in any case.

        Returns
        -------
        GraphWays
            With the same ways of at most that weight; works are numbered anew.
        """
        through = self._search(power, self.start, banned)[0]
        through += self._search(power, self.end, banned)[0]
        # Sums of the same weights in another order differ in their last digits.
        keep = np.flatnonzero(through <= bound * (1 + 1e-9))
        return self._among(np.setdiff1d(keep, banned, assume_unique=True))

    def fewest(self) -> int | None:
        """Count the steps of the way of fewest steps.

        Returns
        -------
        int or None
            None where there is no way.
        """
        hops = self._hops(self.start, len(self.rows), np.empty(0, np.intp), until=self.end)
        found = int(hops[self.end])
        return found if found < len(self.rows) else None

    def _among(self, places: NDArray[np.intp]) -> GraphWays:
        start, end = np.searchsorted(places, (self.start, self.end))
        return GraphWays(self.graph.among(places), self.rows[places], int(start), int(end))

    def _search(
        self, power: float, origin: int, banned: NDArray[np.intp]
    ) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
        """Search from one work through the whole graph.

        For 100,000 works this takes scipy some 50 ms. Two searches that stop where they meet would
        see fewer works, but how far they must go is known only afterwards: with limits that grow
        until they do, they took longer.
        """
        from scipy.sparse.csgraph import dijkstra

        weights = self._weights(power)
        if len(banned):
            # A banned work may be reached, but none may be left: no way leads over it.
            weights = weights.copy()
            weights.data[_slots(self.graph.starts, banned)] = np.inf
        cost, before = dijkstra(weights, indices=origin, return_predecessors=True, limit=_FAR)
        return cost, before

    def _weights(self, power: float) -> Any:
        """The graph as scipy takes it without copying; the usual power's is kept."""
        from scipy.sparse import csr_array

        if power in self.graph.weights:
            return self.graph.weights[power]
        n = len(self.graph)
        data = raised(self.graph.angles, power)
        made = csr_array((data, self.graph.ends, self.graph.starts), shape=(n, n))
        if power == POWER:
            self.graph.weights[power] = made
        return made

    def _limited(self, power: float, banned: NDArray[np.intp], steps: int) -> Way | None:
        there = self._hops(self.start, steps, banned)
        back = self._hops(self.end, steps, banned)
        short = np.flatnonzero(there + back <= steps)
        if len(short) == 0:
            return None
        near = self._among(short)
        weights = raised(near.graph.angles, power)
        ends, starts = near.graph.ends, near.graph.starts
        cost = np.full(len(near.rows), np.inf)
        cost[near.start] = 0
        layers = [cost]
        for _ in range(steps):
            # Each of these works lies on some way from end to end: none is without an edge.
            cost = np.minimum(cost, np.minimum.reduceat(weights + cost[ends], starts[:-1]))
            layers.append(cost)
        at, works = near.end, [near.end]
        for before, own in zip(layers[-2::-1], layers[:0:-1], strict=True):
            if before[at] > own[at]:
                edges = slice(int(starts[at]), int(starts[at + 1]))
                at = int(ends[edges][np.argmin(weights[edges] + before[ends[edges]])])
                works.append(at)
        places = np.searchsorted(self.rows, near.rows[works[::-1]])
        return Way(tuple(places.tolist()), float(cost[near.end]))

    def _hops(
        self, origin: int, most: int, banned: NDArray[np.intp], *, until: int | None = None
    ) -> NDArray[np.int64]:
        """Count the steps from one work to each, a layer at a time; ``most + 1`` for more."""
        starts, ends = self.graph.starts, self.graph.ends
        hops = np.full(len(self.rows), most + 1, dtype=np.int64)
        hops[origin] = 0
        # Below all others, so that they are never reached.
        hops[banned] = -1
        reached = np.array([origin], dtype=np.intp)
        for step in range(1, most + 1):
            next_ = ends[_slots(starts, reached)]
            hops[next_[hops[next_] > most]] = step
            reached = np.flatnonzero(hops == step)
            if len(reached) == 0 or (until is not None and hops[until] <= most):
                break
        hops[banned] = most + 1
        return hops


def raised(angles: NDArray[np.float32], power: float) -> NDArray[np.float64]:
    """Raise angles to a power, whole ones by squaring: millions of them, a tenth of the time.

    Parameters
    ----------
    angles : ndarray of float32
        Of any shape.
    power : float
        At least 1.

    Returns
    -------
    ndarray of float64
        Of the same shape.
    """
    base = angles.astype(np.float64)
    if power != int(power):
        return np.asarray(base**power)
    left, whole = int(power), None
    while True:
        if left % 2:
            whole = base.copy() if whole is None else np.multiply(whole, base, out=whole)
        left //= 2
        if left == 0:
            break
        np.square(base, out=base)
    return base if whole is None else whole


def _slots(starts: NDArray[np.int32], works: Sequence[int] | NDArray[Any]) -> NDArray[np.intp]:
    """Where the edges of some works stand in a graph's arrays."""
    works = np.asarray(works, dtype=np.intp)
    first = starts[works].astype(np.intp)
    lengths = starts[works + 1] - first
    shift = np.repeat(first - np.cumsum(lengths) + lengths, lengths)
    slots: NDArray[np.intp] = np.arange(len(shift)) + shift
    return slots
