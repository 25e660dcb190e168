"""Ways on which no value of a facet comes twice: no artist, no place."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from topicart.retrieval.facts import Facts
    from topicart.retrieval.ways import Way, Ways

__all__ = ["Claims", "Distinct", "distinct_way", "one_of_each"]

_SEARCHES = 500
"""Ways that are looked at among few works before the best so far is taken."""
_SMALL = 5000
_DIVE = 30
"""Ways that are looked at among more works than these."""
_LITTLE_MORE = 1.3
_NONE = np.empty(0, dtype=np.intp)


@dataclass(frozen=True, eq=False)
class Claims:
    """Which values the works of some rows state, and which of them state a value."""

    codes: NDArray[np.intp]
    """Values of all statements, ascending."""
    places: NDArray[np.intp]
    """The works that state them, as places in the rows."""
    by_place: NDArray[np.intp]
    """The statements' numbers in the order of their works."""

    @classmethod
    def of(cls, facts: Facts, facet: str, rows: NDArray[np.intp]) -> Claims:
        """Take what the works of some rows state of a facet.

        Parameters
        ----------
        facts : Facts
            Of all works.
        facet : str
            Such as ``artist``.
        rows : ndarray of int
            The works, ascending.

        Returns
        -------
        Claims
            Works that state nothing are in no one's way.

        Raises
        ------
        RetrievalError
            If there is no such facet.
        """
        _, codes, stating = facts.statements(facet)
        places = np.searchsorted(rows, stating)
        held = places < len(rows)
        held[held] = rows[places[held]] == stating[held]
        codes, places = codes[held], places[held]
        return cls(codes, places, np.argsort(places, kind="stable"))

    def values(self, place: int) -> NDArray[np.intp]:
        """Give the values that a work states, each once.

        Parameters
        ----------
        place : int
            The work.

        Returns
        -------
        ndarray of int
            The values' numbers.
        """
        first, last = np.searchsorted(self.places, (place, place + 1), sorter=self.by_place)
        return np.unique(self.codes[self.by_place[first:last]])

    def works(self, code: int) -> NDArray[np.intp]:
        """Give the works that state a value, as places.

        Parameters
        ----------
        code : int
            The value's number.

        Returns
        -------
        ndarray of int
            Their places.
        """
        first, last = np.searchsorted(self.codes, (code, code + 1))
        return self.places[first:last]

    def rivals(self, places: Sequence[int]) -> NDArray[np.intp]:
        """Give all other works that state a value of these works.

        Parameters
        ----------
        places : sequence of int
            These works.

        Returns
        -------
        ndarray of int
            Places of the others, ascending.
        """
        codes = [code for place in places for code in self.values(place)]
        stating = np.unique(np.concatenate([_NONE, *(self.works(code) for code in codes)]))
        return np.setdiff1d(stating, np.asarray(places, dtype=np.intp))

    def twice(self, works: Sequence[int]) -> list[int]:
        """Give the works of a way that share the first value which comes twice; or nothing.

        Both ends may share a value, since they are given.

        Parameters
        ----------
        works : sequence of int
            The way, as places.

        Returns
        -------
        list of int
            Places of the works that share it.
        """
        stating: dict[int, list[int]] = {}
        for work in works[1:-1]:
            for code in self.values(work).tolist():
                stating.setdefault(code, []).append(work)
        return next((own for own in stating.values() if len(own) > 1), [])


@dataclass(frozen=True)
class Distinct:
    """What a search for a way without a value twice came to."""

    rows: tuple[int, ...] | None
    """The way's works as rows of the index; None if none was found."""
    least: bool
    """Whether it is certain that none weighs less, or that there is none."""


def distinct_way(
    ways: Ways, facts: Facts, facet: str, power: float, steps: int | None = None
) -> Distinct:
    """Find the way of least weight on which no value of a facet comes twice.

    That is NP-hard in general, but few values come twice on a natural way. The way of least weight
    is sought; where some of its works share a value, the ways fall into those that keep one of
    these works, and then none other of that value, and those that keep none of these works; the
    search goes on with the set of ways whose best weighs least (branch and bound). A first way
    found greedily says what no way may weigh more than, which leaves few works to search among.

    Parameters
    ----------
    ways : Ways
        The ways from start to end. Their ends may share a value, which no work between them has.
    facts : Facts
        Of the index's works.
    facet : str
        Such as ``artist``.
    power : float
        Power of the angle that a step weighs.
    steps : int, optional
        Most steps that it may have.

    Returns
    -------
    Distinct
        The way; after 500 searches (30, if there are many works and the greedy search found
        none) the best so far.

    Raises
    ------
    RetrievalError
        If there is no such facet.
    """
    claims = Claims.of(facts, facet, ways.rows)
    banned = claims.rivals((ways.start, ways.end))
    first = ways.least(power, banned=banned, steps=steps)
    if first is None:
        return Distinct(None, least=True)
    if not claims.twice(first.works):
        return Distinct(_rows(ways, first), least=True)
    # Mostly there is one that weighs little more: it is sought among few works, then among all.
    near = ways.within(power, _LITTLE_MORE * first.cost, banned)
    best, known = None, None
    for among in (near, ways):
        their = Claims.of(facts, facet, among.rows)
        none = their.rivals((among.start, among.end))
        known = _dive(among, their, none, power, steps)
        if known is not None:
            best = _rows(among, known)
            # Of all ways: the one found may weigh more than those that are near.
            ways = ways.within(power, known.cost, banned)
            claims, banned = Claims.of(facts, facet, ways.rows), _NONE
            break
    start = ways.least(power, banned=banned, steps=steps)
    waiting = [] if start is None else [(start.cost, 0, start, banned)]
    searches = 0
    most = _SEARCHES if known is not None or len(ways.rows) <= _SMALL else _DIVE
    while waiting:
        cost, _, way, banned = heapq.heappop(waiting)
        if known is not None and cost >= known.cost:
            return Distinct(best, least=True)
        shared = claims.twice(way.works)
        if not shared:
            return Distinct(_rows(ways, way), least=True)
        if searches >= most:
            return Distinct(best, least=False)
        for more in _branches(claims, shared):
            searches += 1
            own = np.union1d(banned, more)
            found = ways.least(power, banned=own, steps=steps)
            if found is not None and (known is None or found.cost < known.cost):
                heapq.heappush(waiting, (found.cost, searches, found, own))
    return Distinct(best, least=True)


def _branches(claims: Claims, shared: Sequence[int]) -> list[NDArray[np.intp]]:
    """What is left out where one of these works is kept, for each of them; and where none is."""
    keeping = [claims.rivals((work,)) for work in shared]
    return [*keeping, np.asarray(shared, dtype=np.intp)]


def _dive(
    ways: Ways,
    claims: Claims,
    banned: NDArray[np.intp],
    power: float,
    steps: int | None,
) -> Way | None:
    """Keep, of each value that comes twice, the one work that costs least; None if that fails."""
    way = ways.least(power, banned=banned, steps=steps)
    searches = 0
    while way is not None and (shared := claims.twice(way.works)):
        found = []
        for work in shared:
            own = np.union1d(banned, claims.rivals((work,)))
            other = ways.least(power, banned=own, steps=steps)
            if other is not None:
                found.append((other.cost, work, other, own))
        searches += len(shared)
        if not found or searches > _DIVE:
            return None
        _, _, way, banned = min(found, key=lambda one: one[:2])
    return way


def _rows(ways: Ways, way: Way) -> tuple[int, ...]:
    return tuple(ways.rows[list(way.works)].tolist())


def one_of_each(
    claims: Claims, near: NDArray[np.float32], ends: tuple[int, int], most: int
) -> NDArray[np.intp]:
    """Choose works of which no two share a value, those first that are nearest to a way.

    Parameters
    ----------
    claims : Claims
        What the works state.
    near : ndarray of float32, shape (n,)
        How near each is; see :func:`topicart.retrieval.corridor.nearness`.
    ends : tuple of int
        Places of both ends, which are taken in any case.
    most : int
        How many works are taken at most.

    Returns
    -------
    ndarray of int
        Their places, ascending.
    """
    taken = set(ends)
    out = np.zeros(len(near), dtype=np.bool_)
    out[claims.rivals(ends)] = True
    for place in np.argsort(-near, kind="stable").tolist():
        if len(taken) >= most:
            break
        if not out[place] and place not in taken:
            taken.add(place)
            out[claims.rivals((place,))] = True
    return np.array(sorted(taken), dtype=np.intp)
