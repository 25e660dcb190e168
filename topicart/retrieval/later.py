"""Ways on which each work is later than the one before: in its century, or in its year."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from knowledge_graph import CENTURIES, cut
from topicart.errors import RetrievalError
from topicart.retrieval.corridor import nearness, unit_rows
from topicart.retrieval.neighbours import LEAST_ANGLE
from topicart.retrieval.ways import Way, raised

if TYPE_CHECKING:
    from topicart.retrieval.facts import Facts
    from topicart.retrieval.index import ConditionalIndex

__all__ = ["Later", "LaterWays", "Times", "later_ways", "times_of", "ways_by_time"]

Later = Literal["century", "half_century", "date"]
"""What is later at each step: the century, the half of a century, or the year."""

_OF_EACH, _OF_ALL = 400, 3000
"""Works of one time, and of all together, that ways lead over: their angles are a square."""
_SLICES = 8
"""Parts of the time between two works where it has many centuries or years."""


@dataclass(frozen=True, eq=False)
class Times:
    """When works were made, in centuries, half-centuries or years, as whole numbers."""

    first: NDArray[np.int64]
    """The earliest that each may be of, shape ``(n_works,)``."""
    last: NDArray[np.int64]
    """The latest."""
    known: NDArray[np.bool_]
    """Whether it is known at all."""


def times_of(facts: Facts, later: Later) -> Times:
    """Number the centuries, half-centuries or years that works are from.

    Parameters
    ----------
    facts : Facts
        Of the works.
    later : {"century", "half_century", "date"}
        Which of them.

    Returns
    -------
    Times
        A work is known to be of a century if its years span no more than a hundred, as the facet
        has it; an open span (“before 1700”) tells no time.

    Raises
    ------
    RetrievalError
        If it is none of these, or the works have no dates.
    """
    if later not in (*CENTURIES, "date"):
        raise RetrievalError(
            f"Works cannot be later in {cut(later)!r}: a step is later in century, half_century or "
            "date."
        )
    first, last, known = facts.spans()
    if later == "date":
        return Times(first, last, known)
    length = CENTURIES[later]
    return Times(_numbered(first, length), _numbered(last, length), known & (last - first < length))


def _numbered(years: NDArray[np.int64], length: int) -> NDArray[np.int64]:
    """The years 1 to 100 are 0, -100 to -1 are -1, as the facet of centuries counts them."""
    numbers: NDArray[np.int64] = np.where(
        years >= 0, (np.maximum(years, 1) - 1) // length, -((-years - 1) // length) - 1
    )
    return numbers


class _Sorted(NamedTuple):
    """Works in the two orders of time in which ways among them are sought."""

    by_first: NDArray[np.intp]
    """Places by their earliest time."""
    by_last: NDArray[np.intp]
    """Places by their latest time."""
    line: NDArray[np.intp]
    """Where each place stands in ``by_first``."""
    column: NDArray[np.intp]
    """Where it stands in ``by_last``."""
    before: NDArray[np.intp]
    """For each of ``by_first``, how many of ``by_last`` are before it."""


@dataclass(frozen=True, eq=False)
class LaterWays:
    """The ways among a few works, each step to any later one: a graph without cycles."""

    vectors: NDArray[np.float32]
    """Of these works, of length 1, shape ``(m, dim)``."""
    rows: NDArray[np.intp]
    """Which rows of the index they are, ascending."""
    first: NDArray[np.int64]
    """The earliest time that each may be of."""
    last: NDArray[np.int64]
    """The latest."""
    start: int
    """Where ways start, as a place in ``rows``."""
    end: int
    """Where they end."""

    @cached_property
    def _sorted(self) -> _Sorted:
        by_first = np.argsort(self.first, kind="stable")
        by_last = np.argsort(self.last, kind="stable")
        places = np.arange(len(self.rows))
        line, column = np.empty_like(places), np.empty_like(places)
        line[by_first], column[by_last] = places, places
        before = np.searchsorted(self.last[by_last], self.first[by_first], side="left")
        return _Sorted(by_first, by_last, line, column, before)

    @cached_property
    def _weighed(self) -> dict[float, NDArray[np.float64]]:
        """Weights of all steps, by the last power that was asked for.

        Lines are works by their earliest time, columns by their latest, so that those from which
        a work may be reached begin its line.
        """
        return {}

    def _weights(self, power: float) -> NDArray[np.float64]:
        if power not in self._weighed:
            order = self._sorted
            cosines = self.vectors[order.by_first] @ self.vectors[order.by_last].T
            angles = np.maximum(np.arccos(np.clip(cosines, -1, 1)), np.float32(LEAST_ANGLE))
            self._weighed.clear()
            self._weighed[power] = raised(angles, power)
        return self._weighed[power]

    def least(
        self, power: float, *, banned: NDArray[np.intp], steps: int | None = None
    ) -> Way | None:
        """Find the way of least weight, as :class:`Ways` has it.

        Works are reached in the order of their earliest time, each from all whose latest time is
        before it, so that one pass is enough; with a limit it is one pass for each step.

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
        layers = self._layers(power, banned, steps)
        order, weights = self._sorted, self._weights(power)
        at, layer = self.end, len(layers) - 1
        cost = float(layers[layer][order.column[at]])
        if not np.isfinite(cost):
            return None
        works = [at]
        while at != self.start:
            own = order.column[at]
            if steps is not None:
                layer -= 1
                if layers[layer][own] <= layers[layer + 1][own]:
                    continue
            line = order.line[at]
            few = order.before[line]
            at = int(order.by_last[np.argmin(layers[layer][:few] + weights[line, :few])])
            works.append(at)
        return Way(tuple(works[::-1]), cost)

    def _layers(
        self, power: float, banned: NDArray[np.intp], steps: int | None
    ) -> list[NDArray[np.float64]]:
        """Costs from the start, by column: of ways of any length, or of up to 0, 1, 2, … steps."""
        order, weights = self._sorted, self._weights(power)
        open_ = np.ones(len(self.rows), dtype=np.bool_)
        open_[banned] = False
        cost = np.full(len(self.rows), np.inf)
        cost[order.column[self.start]] = 0
        layers = [cost]
        for _ in range(1 if steps is None else steps):
            own = cost.copy()
            # Ways of any length go on, in the same pass, from what it has just reached.
            source = own if steps is None else cost
            for line, place in enumerate(order.by_first):
                few = order.before[line]
                if few and open_[place]:
                    own[order.column[place]] = min(
                        own[order.column[place]], np.min(source[:few] + weights[line, :few])
                    )
            cost = own
            layers.append(cost)
        return layers if steps is not None else layers[1:]

    def within(self, power: float, bound: float, banned: NDArray[np.intp]) -> LaterWays:
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
        LaterWays
            With the same ways of at most that weight; works are numbered anew.
        """
        order, weights = self._sorted, self._weights(power)
        through = self._layers(power, banned, None)[0]
        left = np.full(len(self.rows), np.inf)
        left[order.column[self.end]] = 0
        open_ = np.ones(len(self.rows), dtype=np.bool_)
        open_[banned] = False
        for line in range(len(self.rows) - 1, -1, -1):
            few, place = order.before[line], order.by_first[line]
            if few and open_[place]:
                further = weights[line, :few] + left[order.column[place]]
                np.minimum(left[:few], further, out=left[:few])
        near = (through + left)[order.column] <= bound * (1 + 1e-9)
        kept = np.flatnonzero(near & open_)
        start, end = np.searchsorted(kept, (self.start, self.end)).tolist()
        of_kept = (self.vectors[kept], self.rows[kept], self.first[kept], self.last[kept])
        return LaterWays(*of_kept, start, end)

    def fewest(self) -> int | None:
        """Count the steps of the way of fewest steps.

        Returns
        -------
        int or None
            1, since the end is later than the start; None where it is not.
        """
        return 1 if self.first[self.end] > self.last[self.start] else None


def later_ways(
    vectors: NDArray[np.floating],
    times: Times,
    allowed: NDArray[np.bool_],
    start: int,
    end: int,
) -> LaterWays:
    """Open the ways between two works on which each work is later than the one before.

    Of every century (or half of one; of years, of every eighth of the time between) the works
    nearest to the straight way are taken, at most 400 of one time and 3,000 of all, so that the
    work does not grow with the square of the collection.

    Parameters
    ----------
    vectors : ndarray of float, shape (n, dim)
        Of length 1.
    times : Times
        Of the same works; both ends are known, and the end is later.
    allowed : ndarray of bool, shape (n,)
        Works that a way may lead over.
    start, end : int
        Rows of both ends.

    Returns
    -------
    LaterWays
        Among these works and both ends.
    """
    floor, ceiling = int(times.last[start]), int(times.first[end])
    between = allowed & times.known & (times.first > floor) & (times.last < ceiling)
    rows = np.flatnonzero(between)
    near = nearness(vectors, rows, start, end)
    # A work of two centuries counts as one of the first.
    levels = times.first[rows] - floor - 1
    width = ceiling - floor - 1
    if width > _SLICES * 2:
        levels = levels * _SLICES // width
    order = np.lexsort((rows, -near, levels))
    of_level: NDArray[np.intp] = np.bincount(levels)
    each = min(_OF_EACH, _OF_ALL // max(int(np.count_nonzero(of_level)), 1))
    place = np.arange(len(rows)) - np.repeat(np.cumsum(of_level) - of_level, of_level)
    kept = np.sort(np.append(rows[order[place < each]], (start, end)))
    return LaterWays(
        unit_rows(vectors, kept),
        kept,
        times.first[kept],
        times.last[kept],
        int(np.searchsorted(kept, start)),
        int(np.searchsorted(kept, end)),
    )


def ways_by_time(
    index: ConditionalIndex, later: Later, allowed: NDArray[np.bool_], start: int, end: int
) -> LaterWays:
    """Open the ways between two works of an index on which each is later than the one before.

    Parameters
    ----------
    index : ConditionalIndex
        The works.
    later : {"century", "half_century", "date"}
        What is later at each step.
    allowed : ndarray of bool, shape (n,)
        Works that a way may lead over.
    start, end : int
        Rows of both ends.

    Returns
    -------
    LaterWays
        See :func:`later_ways`.

    Raises
    ------
    RetrievalError
        If an end is not dated, or the end is not later than the start.
    """
    times = times_of(index.facts, later)
    first, last, _ = index.facts.spans()
    what = {"date": "date", "century": "century", "half_century": "half of a century"}[later]
    for row in (start, end):
        if not times.known[row]:
            raise RetrievalError(
                f"The work {cut(index.ids[row])!r} has no date that tells its {what}: both ends "
                "of a way on which each step is later must be dated."
            )
    if times.first[end] <= times.last[start]:
        turned = times.first[start] > times.last[end]
        raise RetrievalError(
            f"The work {cut(index.ids[end])!r} ({_years(first[end], last[end])}) is not of a "
            f"later {what} than {cut(index.ids[start])!r} ({_years(first[start], last[start])}): "
            "no way leads there on which each step is later. Ask for "
            f"{'the way back' if turned else 'other works'}, or without this condition."
        )
    return later_ways(index.vectors, times, allowed, start, end)


def _years(first: int, last: int) -> str:
    return f"{first}" if first == last else f"{first}–{last}"
