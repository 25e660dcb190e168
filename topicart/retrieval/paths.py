"""From one work to another in small, even steps through a graph of nearest neighbours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import degrees
from numbers import Integral
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from topicart.errors import RetrievalError
from topicart.retrieval.corridor import angles_between, nearness, unit_rows
from topicart.retrieval.distinct import Claims, distinct_way, one_of_each
from topicart.retrieval.later import Later, ways_by_time
from topicart.retrieval.neighbours import LEAST_ANGLE, Neighbours, find_neighbours
from topicart.retrieval.ways import POWER, GraphWays, Ways

if TYPE_CHECKING:
    from topicart.retrieval.conditions import Condition
    from topicart.retrieval.index import ConditionalIndex

__all__ = ["POWER", "WorkPath", "find_path", "path"]

_ANEW = 10_000
"""Works whose neighbours are found anew, comparing all with all: two seconds."""
_ONE_OF_EACH = 4_000
_POWERS = (6.0, 8.0, 12.0, 16.0, 24.0, 32.0)
"""Powers tried, one after another, for a way of more steps."""
_GREATEST_POWER = 64.0
_PERHAPS = "There may be a way of smaller steps still: the search was ended before it was certain."
_NONE = np.empty(0, dtype=np.intp)


@dataclass(frozen=True)
class WorkPath:
    """A way from one work to another."""

    rows: tuple[int, ...]
    """The works on it, both ends among them."""
    angles: tuple[float, ...]
    """Angle of each step in radians, one fewer than works."""
    note: str = ""
    """What a reader should know of it, in sentences; empty where it is as was asked for."""

    @property
    def steps(self) -> int:
        """Number of steps.

        Returns
        -------
        int
            One fewer than works.
        """
        return len(self.angles)

    @property
    def degrees(self) -> tuple[float, ...]:
        """Angle of each step in degrees.

        Returns
        -------
        tuple of float
            One fewer than works.
        """
        return tuple(degrees(angle) for angle in self.angles)


def find_path(
    index: ConditionalIndex,
    start: int,
    end: int,
    *,
    graph: Neighbours | Callable[[], Neighbours] | None = None,
    steps: int | None = None,
    where: Sequence[Condition | str] = (),
    later: Later | None = None,
    once: str | None = None,
    power: float = POWER,
) -> WorkPath:
    """Find the way of least weight from one work to another, under conditions.

    Each step weighs its angle to a power; see :func:`path`. After X Degrees of Separation (M.
    Klingemann, Google Arts & Culture 2016), which walks a graph of 15 nearest neighbours.

    Parameters
    ----------
    index : ConditionalIndex
        The works.
    start, end : int
        Rows of it.
    graph : Neighbours or callable, optional
        Of all works of the index, as :func:`topicart.retrieval.neighbours_of` keeps it; or what
        opens it, which is called only where it is needed. Made anew if not given, which takes
        minutes for large collections.
    steps : int, optional
        How many steps the way should have: never more. Where it has fewer by nature, the power is
        raised until it has as many, or no more can be had, which the note then says.
    where : sequence of Condition or str
        What the works between must meet; the ends need not. Up to 10,000 such works are joined
        to their nearest among themselves. Of more, the graph's own edges are walked, if they are
        half of all works or more, and lead from end to end; otherwise the 10,000 nearest to the
        straight way between both ends are joined anew.
    later : {"century", "half_century", "date"}, optional
        That each work must surely be later than the one before. Works then need not be
        neighbours; those near the straight way are considered, 3,000 at most.
    once : str, optional
        A facet of which no value may come twice, such as ``artist``; works that state none may
        come as they like. Both ends may share a value, which then no work between has.
    power : float
        From 1 to 64.

    Returns
    -------
    WorkPath
        The works from start to end; one work and no step where both are the same.

    Raises
    ------
    RetrievalError
        If there is no such row, facet or value, ``steps`` or the power are out of range, the
        graph is of other works, no way has so few steps (the message says how many are needed),
        or the end is not later than the start.
    """
    _check(index, start, end, steps, power)
    if start == end:
        return WorkPath((start,), ())
    allowed = index.facts.mask(where)
    notes = []
    if not allowed[[start, end]].all():
        notes.append("The conditions hold for the works between; the ends do not both meet them.")
    allowed[[start, end]] = True
    if later is not None:
        ways: Ways = ways_by_time(index, later, allowed, start, end)
    elif where:
        ways = _restricted(index, graph, np.flatnonzero(allowed), start, end)
    else:
        ways = GraphWays(_opened(index, graph), np.arange(len(index)), start, end)
    if len(ways.rows) == 2 and len(index) > 2:
        notes.append("No work can stand between: this is one step from end to end.")
    if once is not None and _share(index, once, start, end):
        notes.append(f"Both ends state the same {once}, which no work between them does.")
    seek = _Seeker(index, ways, allowed, once)
    found = _of_steps(seek, steps, power)
    notes.append(found.note)
    if steps is not None and found.steps < steps and len(ways.rows) > 2:
        notes.append(
            f"{steps} steps were asked for; no way of smaller steps with more than {found.steps} "
            "was found."
        )
    return WorkPath(found.rows, _angles(index.vectors, found.rows), " ".join(filter(None, notes)))


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
    _check_row(len(graph), start, end)
    if not power >= 1:
        raise RetrievalError(f"The power of a path must be at least 1, got {power}.")
    if start == end:
        return WorkPath((start,), ())
    found = GraphWays(graph, np.arange(len(graph)), start, end).least(power, banned=_NONE)
    if found is None:
        raise RetrievalError(
            f"There is no way from work {start} to work {end}: the graph is in pieces."
        )
    angles = [_angle(graph, one, other) for one, other in pairwise(found.works)]
    return WorkPath(found.works, tuple(angles))


def _check_row(works: int, *rows: int) -> None:
    for row in rows:
        if not isinstance(row, Integral) or not 0 <= row < works:
            raise RetrievalError(f"There is no work {row!r}: rows are 0 to {works - 1}.")


def _check(index: ConditionalIndex, start: int, end: int, steps: int | None, power: float) -> None:
    _check_row(len(index), start, end)
    if steps is not None and steps < 1:
        raise RetrievalError(f"A way has at least 1 step, got {steps}.")
    if not 1 <= power <= _GREATEST_POWER:
        raise RetrievalError(
            f"The power of a path is at least 1 and at most {_GREATEST_POWER:g}, got {power}."
        )


def _opened(
    index: ConditionalIndex, graph: Neighbours | Callable[[], Neighbours] | None
) -> Neighbours:
    if graph is None:
        return find_neighbours(unit_rows(index.vectors, np.arange(len(index))))
    graph = graph if isinstance(graph, Neighbours) else graph()
    if len(graph) != len(index):
        raise RetrievalError(
            f"The graph of neighbours is of {len(graph):,} works, the index of {len(index):,}: "
            "make it anew from the index's vectors."
        )
    return graph


def _restricted(
    index: ConditionalIndex,
    graph: Neighbours | Callable[[], Neighbours] | None,
    rows: NDArray[np.intp],
    start: int,
    end: int,
) -> GraphWays:
    """Open the ways over some works only."""
    if len(rows) > _ANEW and 2 * len(rows) >= len(index):
        places = np.searchsorted(rows, (start, end)).tolist()
        own = GraphWays(_opened(index, graph).among(rows), rows, *places)
        if own.fewest() is not None:
            return own
    if len(rows) > _ANEW:
        near = nearness(index.vectors, rows, start, end)
        nearest = rows[np.argsort(-near, kind="stable")[:_ANEW]]
        rows = np.union1d(nearest, (start, end))
    return _joined(index, rows, start, end)


def _joined(index: ConditionalIndex, rows: NDArray[np.intp], start: int, end: int) -> GraphWays:
    """Find the neighbours of some works among themselves."""
    made = find_neighbours(unit_rows(index.vectors, rows), exact=len(rows))
    return GraphWays(made, rows, *np.searchsorted(rows, (start, end)).tolist())


def _share(index: ConditionalIndex, facet: str, start: int, end: int) -> bool:
    claims = Claims.of(index.facts, facet, np.array(sorted((start, end)), dtype=np.intp))
    return len(np.intersect1d(claims.values(0), claims.values(1))) > 0


class _Sought(NamedTuple):
    """A way that was found, and what is to be said of it."""

    rows: tuple[int, ...]
    note: str = ""

    @property
    def steps(self) -> int:
        return len(self.rows) - 1


class _Seeker:
    """Finds the way of least weight, with no value twice where that is asked."""

    def __init__(
        self, index: ConditionalIndex, ways: Ways, allowed: NDArray[np.bool_], once: str | None
    ) -> None:
        self._index, self._allowed = index, allowed
        self.ways, self.once = ways, once
        self._others: Ways | None = None
        self._why = ""

    def __call__(self, power: float, steps: int | None) -> _Sought | None:
        """Seek a way of at most so many steps; None if there is none."""
        if self.once is None:
            return self._plain(self.ways, power, steps)
        if self._others is None:
            found = distinct_way(self.ways, self._index.facts, self.once, power, steps)
            if found.rows is not None:
                return _Sought(found.rows, "" if found.least else _PERHAPS)
            if not isinstance(self.ways, GraphWays):
                return None
        # The graph has no such way, or none that is found in time. Of works of which no two share
        # a value, any way will do.
        others = self._others or self._of_different()
        sought = self._plain(others, power, steps)
        if sought is None:
            return None
        if self._others is None:
            so_short = "" if steps is None else f" of at most {_steps(steps)}"
            self._why = (
                f"From neighbour to neighbour no way{so_short} was found on which no {self.once} "
                "comes twice; this one leads "
            )
        self._others = others
        alone = len(others.rows) == 2
        led = "over works near the straight way, one of each."
        return sought._replace(
            note=self._why + ("from end to end: no work can stand between." if alone else led)
        )

    def _of_different(self) -> Ways:
        ends = (int(self.ways.rows[self.ways.start]), int(self.ways.rows[self.ways.end]))
        rows = np.flatnonzero(self._allowed)
        claims = Claims.of(self._index.facts, str(self.once), rows)
        near = nearness(self._index.vectors, rows, *ends)
        start, end = np.searchsorted(rows, ends).tolist()
        chosen = rows[one_of_each(claims, near, (start, end), _ONE_OF_EACH)]
        return _joined(self._index, chosen, *ends)

    @staticmethod
    def _plain(ways: Ways, power: float, steps: int | None) -> _Sought | None:
        found = ways.least(power, banned=_NONE, steps=steps)
        return None if found is None else _Sought(tuple(ways.rows[list(found.works)].tolist()))


def _of_steps(seek: _Seeker, steps: int | None, power: float) -> _Sought:
    """Find a way of at most so many steps, and if it can be of no fewer."""
    found = seek(power, None)
    if found is None:
        raise RetrievalError(
            "There is no way between these works: the graph of neighbours is in pieces. Make it "
            "anew from the index's vectors."
        )
    if steps is None or found.steps == steps:
        return found
    if found.steps > steps:
        limited = seek(power, steps)
        if limited is None:
            raise RetrievalError(
                f"No way of at most {_steps(steps)} leads from the one work to the other: "
                f"{_needed(seek, found.steps)}"
            )
        return limited
    for raised in (one for one in _POWERS if one > power):
        finer = seek(raised, None)
        if finer is not None and finer.steps > steps:
            finer = seek(raised, steps)
        if finer is not None and finer.steps > found.steps:
            found = finer
        if found.steps == steps:
            break
    return found


def _steps(number: int) -> str:
    return "1 step" if number == 1 else f"{number} steps"


def _needed(seek: _Seeker, natural: int) -> str:
    fewest = seek.ways.fewest()
    if seek.once is None:
        return f"the shortest has {fewest}. Ask for {fewest} or more."
    return (
        f"not one on which no {seek.once} comes twice. The way of least weight has {natural}; "
        f"without that condition the shortest has {fewest or natural}."
    )


def _angles(vectors: NDArray[np.floating], rows: Sequence[int]) -> tuple[float, ...]:
    """Angles of the steps, as the graph of neighbours has them."""
    units = unit_rows(vectors, np.asarray(rows, dtype=np.intp))
    angles = np.maximum(angles_between(units[1:], units[:-1]), np.float32(LEAST_ANGLE))
    return tuple(angles.tolist())


def _angle(graph: Neighbours, one: int, other: int) -> float:
    own = slice(int(graph.starts[one]), int(graph.starts[one + 1]))
    at = int(np.searchsorted(graph.ends[own], other))
    return float(graph.angles[own][at])
