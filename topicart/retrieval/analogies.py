"""For each value of a facet the work nearest to a query: this dress, as a Dutch tile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from knowledge_graph import listed
from topicart.errors import RetrievalError
from topicart.retrieval.conditions import Condition, written
from topicart.retrieval.index import ConditionalIndex
from topicart.retrieval.queries import Query

__all__ = ["Analogies", "Analogy", "LeftOut", "analogies"]

_WHY = {
    "far": "whose nearest work is further away",
    "few": "that too few works state",
    "none": "that no other work states, or none that meets the conditions",
}


@dataclass(frozen=True)
class Analogy:
    """The work of one value of a facet that is nearest to a query."""

    value: str
    """The value, as people read it."""
    row: int
    """The work; of equal ones the lowest row."""
    score: float
    """Its inner product with the query (the cosine)."""
    works: int
    """Works that state the value and meet the conditions, the query's own not counted."""
    own: bool = False
    """Whether a work of the query states this value itself: then its nearest other work."""


@dataclass(frozen=True)
class LeftOut:
    """A value of the facet that is not shown."""

    value: str
    """The value."""
    works: int
    """Works that state it and meet the conditions, the query's own not counted."""
    why: str
    """Why: ``few`` (fewer works than asked for), ``far`` (others are nearer), ``none`` (no work
    besides the query's meets the conditions)."""


@dataclass(frozen=True, eq=False)
class Analogies:
    """For each value of a facet its nearest work."""

    query: Query
    """What was sought."""
    across: str
    """The facet."""
    where: tuple[str, ...]
    """The conditions, in words."""
    items: tuple[Analogy, ...]
    """Nearest first; of equal ones the lower row, then the value."""
    left_out: tuple[LeftOut, ...] = ()
    """Values that are not shown."""

    @property
    def note(self) -> str:
        """Which values were left out and why.

        Returns
        -------
        str
            Sentences, or nothing where all are shown.
        """
        told = []
        for why, said in _WHY.items():
            own = [self._named(value.value) for value in self.left_out if value.why == why]
            if own:
                values = "1 value" if len(own) == 1 else f"{len(own):,} values"
                told.append(f"{values} {said} ({listed(own)})")
        return f"Not shown: {'; '.join(told)}." if told else ""

    def _named(self, value: str) -> str:
        """A theme's value is its number, which says nothing alone; below 0 is none."""
        if self.across != "topic":
            return value
        return "no theme" if value.startswith("-") else f"theme {value}"


def analogies(
    index: ConditionalIndex,
    query: Query,
    across: str,
    where: Sequence[Condition | str] = (),
    *,
    least: int = 1,
    most: int | None = None,
) -> Analogies:
    """Find for each value of a facet the work nearest to a query.

    A work of the query is never its own analogy: for the values that it states itself the nearest
    other work is given, marked ``own``. A work that states several values may stand for each.

    Parameters
    ----------
    index : ConditionalIndex
        Of the works.
    query : Query
        What is sought.
    across : str
        The facet, such as ``style`` or ``century``.
    where : sequence of Condition or str
        Conditions that works must meet besides.
    least : int
        Values that fewer works state are left out.
    most : int, optional
        How many values are shown at most, the nearest; all by default.

    Returns
    -------
    Analogies
        And what was left out.

    Raises
    ------
    RetrievalError
        If there is no such facet, no work states it, ``least`` or ``most`` is less than 1, or as
        :meth:`ConditionalIndex.search` says.
    """
    for name, number in (("least", least), ("most", most)):
        if number is not None and number < 1:
            raise RetrievalError(f"{name} must be at least 1, got {number}.")
    own = _own_values(index, query, across)
    best = index.best_of_each(query.vector, across, where, least=least, without=query.rows)
    found = [
        Analogy(value, row, score, works, value in own)
        for value, row, score, works in zip(
            best.values, best.rows.tolist(), best.scores.tolist(), best.works.tolist(), strict=True
        )
    ]
    shown = found if most is None else found[:most]
    left_out = [LeftOut(one.value, one.works, "far") for one in found[len(shown) :]]
    fewer = sorted(best.left_out.items(), key=lambda item: (-item[1], item[0]))
    left_out += [LeftOut(value, works, "few" if works else "none") for value, works in fewer]
    conditions = tuple(one if isinstance(one, str) else written(one) for one in where)
    return Analogies(query, across, conditions, tuple(shown), tuple(left_out))


def _own_values(index: ConditionalIndex, query: Query, across: str) -> set[str]:
    """Values that the query's own works state."""
    values, codes, rows = index.facts.statements(across)
    if not values:
        raise RetrievalError(
            f"No work of this collection states its {across}, so that no analogies can be found "
            f"across it. Facets are {listed(index.facts.facets, 20)}."
        )
    return {values[code] for code in np.unique(codes[np.isin(rows, query.rows)])}
