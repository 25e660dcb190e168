"""For each value of a facet the work nearest to a query: this dress, as a Dutch tile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from topicart.retrieval.conditions import Condition
from topicart.retrieval.index import ConditionalIndex
from topicart.retrieval.queries import Query

__all__ = ["Analogies", "Analogy", "LeftOut", "analogies"]


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
    """The conditions, as they were written."""
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
        raise NotImplementedError


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
    raise NotImplementedError
