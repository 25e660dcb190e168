"""What is known of works, and the rows that meet conditions on it, from an inverted index."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from knowledge_graph import CENTURIES, FACETS, centuries_of, cut, listed, nearest
from prompts import shown
from topicart.errors import RetrievalError
from topicart.retrieval.conditions import DATE, FIRST_YEAR, LAST_YEAR, Condition, parse_condition
from topicart.retrieval.plain_facts import facts_table

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Facts"]


class Facts:
    """The facts of works, by value: which rows state it.

    Parameters
    ----------
    works : pyarrow.Table
        The works, as a run has them. A facet is indexed when it is first asked for.
    facets : sequence of str, optional
        Which columns are facets; by default those that a run's works have.
    """

    def __init__(self, works: pa.Table, facets: Sequence[str] | None = None) -> None:
        self._works = works
        dated = "year_from" in works.column_names
        own = (*FACETS, "topic") if facets is None else tuple(facets)
        self.facets: tuple[str, ...] = (*own, *(CENTURIES if dated else ()))
        """What works can be asked for, besides a date."""
        self._dated = dated
        self._lock = threading.Lock()
        self._indexes: dict[str, _Index] = {}
        self._spans: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None

    @classmethod
    def of(
        cls,
        facets: Mapping[str, Sequence[str | Sequence[str] | None]],
        years: Sequence[tuple[int | None, int | None]] | None = None,
    ) -> Facts:
        """Take facts from plain lists.

        Parameters
        ----------
        facets : mapping of str to sequence
            For each facet what each work states: a value, several, or ``None``.
        years : sequence of (int or None, int or None), optional
            First and last year of each work, for conditions on dates and centuries.

        Returns
        -------
        Facts
            Of as many works as the lists are long.

        Raises
        ------
        RetrievalError
            If the lists differ in length, there is none, a facet has a name that no condition
            could ask for, such as ``date``, a value is no text, or a year no whole number.
        """
        return cls(facts_table(facets, years), tuple(facets))

    def __len__(self) -> int:
        return len(self._works)

    def columns(self) -> pa.Table:
        """Give what facts are made of, to be kept: a column for each facet, and the years.

        Returns
        -------
        pyarrow.Table
            A row for each work; with its column names but the years', :class:`Facts` is made anew.
        """
        own = [name for name in self.facets if name not in CENTURIES]
        return self._works.select([*own, *(["year_from", "year_to"] if self._dated else [])])

    def mask(self, conditions: Iterable[Condition | str]) -> NDArray[np.bool_]:
        """Tell which works meet all conditions.

        Parameters
        ----------
        conditions : iterable of Condition or str
            Conditions, or texts for :func:`parse_condition`; together they are and.

        Returns
        -------
        ndarray of bool, shape (n_works,)
            True for works that meet them.

        Raises
        ------
        RetrievalError
            If one is no condition, or asks for a facet or value that no work has; the message
            offers the nearest spelling.
        """
        meets = np.ones(len(self), dtype=np.bool_)
        for asked in conditions:
            condition = parse_condition(asked) if isinstance(asked, str) else asked
            meets &= self._meets(condition)
        return meets

    def rows(self, conditions: Sequence[Condition | str]) -> NDArray[np.intp] | None:
        """Find the works that meet all conditions.

        Parameters
        ----------
        conditions : sequence of Condition or str
            As for :meth:`mask`.

        Returns
        -------
        ndarray of int or None
            Their rows, ascending; ``None`` for all, where there is no condition.

        Raises
        ------
        RetrievalError
            As :meth:`mask`.
        """
        return np.flatnonzero(self.mask(conditions)) if conditions else None

    def stated(self, facet: str) -> int:
        """Count what is stated of a facet.

        Parameters
        ----------
        facet : str
            The facet; it is indexed from now on.

        Returns
        -------
        int
            Values, each counted once for each work.

        Raises
        ------
        RetrievalError
            If there is no such facet.
        """
        return len(self._index(facet).stated)

    def other_than(self, row: int, facet: str) -> Condition:
        """Ask for the works that differ from one work in a facet.

        Parameters
        ----------
        row : int
            The work.
        facet : str
            The facet, such as ``artist``.

        Returns
        -------
        Condition
            Works that state the facet and none of this work's values meet it.

        Raises
        ------
        RetrievalError
            If there is no such facet, or the work states none.
        """
        index = self._index(facet)
        own = tuple(index.shown(number) for number in index.values_of(row))
        if not own:
            raise RetrievalError(
                f"This work states no {facet}, so that none can be said to be of another."
            )
        return Condition(facet, own, negated=True, stated=True)

    def statements(self, facet: str) -> tuple[tuple[str, ...], NDArray[np.intp], NDArray[np.intp]]:
        """Give all that is stated of a facet.

        Parameters
        ----------
        facet : str
            The facet; it is indexed from now on.

        Returns
        -------
        values : tuple of str
            Its different values, as they are shown.
        codes : ndarray of int, shape (n_statements,)
            For each statement the place of its value, ascending.
        rows : ndarray of int, shape (n_statements,)
            For each the work that states it, ascending for each value.

        Raises
        ------
        RetrievalError
            If there is no such facet.
        """
        return self._index(facet).statements()

    def spans(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
        """Give the years of the works.

        Returns
        -------
        first, last : ndarray of int, shape (n_works,)
            First and last year; without meaning where they are not known.
        known : ndarray of bool, shape (n_works,)
            Whether both are stated, in their order.

        Raises
        ------
        RetrievalError
            If these works have no dates at all.
        """
        import pyarrow.compute as pc

        self._years()  # says so where there are none
        columns = [self._works[name] for name in ("year_from", "year_to")]
        first, last = (pc.fill_null(pc.cast(one, "int64"), 0).to_numpy() for one in columns)
        stated = pc.and_(*(pc.is_valid(one) for one in columns)).to_numpy()
        return first, last, stated & (first <= last)

    def _meets(self, condition: Condition) -> NDArray[np.bool_]:
        if condition.years is not None:
            first, last = self._years()
            return (first <= condition.years[1]) & (last >= condition.years[0])
        index = self._index(condition.facet)
        meets = np.zeros(len(self), dtype=np.bool_)
        for value in condition.values:
            meets[index.rows(value)] = True
        if condition.negated:
            np.logical_not(meets, out=meets)
            if condition.stated:
                states = np.zeros(len(self), dtype=np.bool_)
                states[index.stated] = True
                meets &= states
        return meets

    def _index(self, facet: str) -> _Index:
        if facet == DATE:
            raise RetrievalError("A date is no facet that works differ in; century is one.")
        if facet not in self.facets:
            legal = (*self.facets, *([DATE] if self._dated else []))
            raise RetrievalError(
                f"There is no facet {cut(facet)!r}.{nearest(facet, legal)} "
                f"Facets are {listed(legal, len(legal))}."
            )
        with self._lock:
            if facet not in self._indexes:
                self._indexes[facet] = _Index(facet, *_stated(self._works, facet))
            return self._indexes[facet]

    def _years(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """First and last year of each work; undated ones are in no span."""
        import pyarrow.compute as pc

        if not self._dated:
            raise RetrievalError("These works have no dates: no condition can be put on them.")
        with self._lock:
            if self._spans is None:
                first, last = (self._works[name] for name in ("year_from", "year_to"))
                # An open span ("before 1700") counts as the year that it states.
                first, last = pc.coalesce(first, last), pc.coalesce(last, first)
                self._spans = (
                    pc.fill_null(pc.cast(first, "int64"), 2 * LAST_YEAR).to_numpy(),
                    pc.fill_null(pc.cast(last, "int64"), 2 * FIRST_YEAR).to_numpy(),
                )
            return self._spans


class _Index:
    """The rows of each value of a facet, one array sorted by value, then row."""

    def __init__(
        self, facet: str, values: Sequence[str], codes: NDArray[Any], rows: NDArray[Any]
    ) -> None:
        self._facet = facet
        # Case does not matter, nor whether a slug or its words are given: all these are one value.
        self._shown: dict[str, str] = {}
        united = np.empty(len(values), dtype=np.intp)
        numbers: dict[str, int] = {}
        for code, value in enumerate(values):
            spelled = shown(value, facet)
            key = spelled.casefold()
            united[code] = numbers.setdefault(key, len(numbers))
            self._shown.setdefault(key, spelled)
        self._numbers = numbers
        own = united[codes] if len(codes) else np.empty(0, dtype=np.intp)
        order = np.argsort(own, kind="stable")
        self.stated = self._rows = rows[order]
        self._starts = np.searchsorted(own[order], np.arange(len(numbers) + 1))

    def rows(self, value: str) -> NDArray[np.intp]:
        """Rows of works that state a value, ascending (a work may occur twice)."""
        number = self._numbers.get(value.casefold())
        if number is None:
            number = self._numbers.get(shown(value, self._facet).casefold())
        if number is None and value.endswith("…"):
            # A site cuts long values, and asks for them as it shows them.
            begun = value[:-1].casefold()
            number = next(
                (own for key, own in self._numbers.items() if key.startswith(begun)), None
            )
        if number is None:
            raise RetrievalError(
                f"No work has the {self._facet} {cut(value)!r}."
                f"{nearest(value, self._shown.values())}"
                + (
                    f" There are {len(self._shown):,}: {listed(list(self._shown.values()), 8)}."
                    if self._shown
                    else f" No work of this collection states its {self._facet}."
                )
            )
        return self.of(number)

    def statements(self) -> tuple[tuple[str, ...], NDArray[np.intp], NDArray[np.intp]]:
        """The values as shown, and each statement's value and row."""
        codes = np.repeat(np.arange(len(self._numbers)), np.diff(self._starts))
        return tuple(self._shown.values()), codes, self._rows.astype(np.intp, copy=False)

    def of(self, number: int) -> NDArray[np.intp]:
        """Rows of works that state the value of a number."""
        found: NDArray[np.intp] = self._rows[self._starts[number] : self._starts[number + 1]]
        return found

    def shown(self, number: int) -> str:
        """How the value of a number is spelled."""
        return next(islice(self._shown.values(), number, None))

    def values_of(self, row: int) -> NDArray[np.intp]:
        """Numbers of the values that a work states."""
        at = np.flatnonzero(self._rows == row)
        return np.unique(np.searchsorted(self._starts, at, side="right") - 1)


def _stated(works: pa.Table, facet: str) -> tuple[list[str], NDArray[Any], NDArray[Any]]:
    """Give a facet's different values, and for each statement its value's number and its row."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if facet in CENTURIES:
        return _centuries(works, CENTURIES[facet])
    if pa.types.is_integer(works.schema.field(facet).type):
        # As on the site, -2 is said of works that took no part.
        column = pc.fill_null(pc.cast(works[facet], "string"), "-2").combine_chunks()
        rows = np.arange(len(column))
        coded = column.dictionary_encode()
    else:
        lists = works[facet].combine_chunks()
        rows = pc.list_parent_indices(lists).to_numpy()
        coded = pc.list_flatten(lists).dictionary_encode()
    return coded.dictionary.to_pylist(), coded.indices.to_numpy(), rows


def _centuries(works: pa.Table, length: int) -> tuple[list[str], NDArray[Any], NDArray[Any]]:
    numbers: dict[str, int] = {}
    codes, rows = [], []
    known: dict[tuple[int | None, int | None], list[int]] = {}
    spans = zip(works["year_from"].to_pylist(), works["year_to"].to_pylist(), strict=True)
    for row, span in enumerate(spans):
        if span not in known:
            known[span] = [
                numbers.setdefault(name, len(numbers)) for name in centuries_of(*span, length)
            ]
        for code in known[span]:
            codes.append(code)
            rows.append(row)
    return list(numbers), np.array(codes, dtype=np.intp), np.array(rows, dtype=np.intp)
