"""Facts from plain lists, brought to the table that a run's works have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from knowledge_graph import CENTURIES, cut
from topicart.errors import RetrievalError
from topicart.retrieval.conditions import DATE

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["facts_table"]

_YEARS = ("year_from", "year_to")


def facts_table(
    facets: Mapping[str, Sequence[str | Sequence[str] | None]],
    years: Sequence[tuple[int | None, int | None]] | None,
) -> pa.Table:
    """Bring facts to a table.

    Parameters
    ----------
    facets : mapping of str to sequence
        For each facet what each work states: a value, several, or ``None``.
    years : sequence of (int or None, int or None), optional
        First and last year of each work.

    Returns
    -------
    pyarrow.Table
        A column of lists for each facet, and the years.

    Raises
    ------
    RetrievalError
        If the lists differ in length, there is none, a facet has a name that no condition could
        ask for, a value is no text, or a year no whole number.
    """
    import pyarrow as pa

    for name in facets:
        _check_name(name)
    try:
        lengths = {name: len(stated) for name, stated in facets.items()}
        if years is not None:
            lengths[DATE] = len(years)
    except TypeError as error:
        raise RetrievalError(f"Facts are lists, one entry for each work: {error}.") from error
    if len(set(lengths.values())) != 1:
        raise RetrievalError(
            f"Facets must say something of the same number of works, got {lengths or 'none'}."
        )
    columns = {name: _column(name, stated) for name, stated in facets.items()}
    if years is not None:
        try:
            first, last = zip(*years, strict=True) if years else ((), ())
            spans = [pa.array(side, pa.int64()) for side in (first, last)]
        except (TypeError, ValueError, OverflowError) as error:
            raise RetrievalError(
                "Years are two whole numbers or None for each work, the first and the last: "
                f"{error}."
            ) from error
        columns |= dict(zip(_YEARS, spans, strict=True))
    return pa.table(columns)


def _check_name(name: object) -> None:
    if name in (DATE, *_YEARS, *CENTURIES):
        raise RetrievalError(f"A date is no facet: give years=[(first, last), …], not {name!r}.")
    # As conditions are read: what is spelled otherwise could never be asked for.
    if (
        not isinstance(name, str)
        or not name
        or name != "_".join(name.casefold().split())
        or set(name) & set("=!<>")
    ):
        raise RetrievalError(
            f"A facet's name is a text in lower case, without blanks and without = ! < >, such as "
            f"style or half_century; got {cut(repr(name))}."
        )


def _column(name: str, stated: Sequence[str | Sequence[str] | None]) -> pa.Array:
    import pyarrow as pa

    listed = []
    for place, one in enumerate(stated):
        several = [] if one is None else [one] if isinstance(one, str) else one
        try:
            values = list(several)
            if not all(isinstance(value, str) for value in values):
                raise TypeError
        except TypeError:
            raise RetrievalError(
                f"Work {place} states {cut(repr(one))} as its {name}; expected a text, several, or "
                "None. Write numbers as texts."
            ) from None
        listed.append(values)
    try:
        return pa.array(listed, pa.list_(pa.string()))
    except UnicodeEncodeError as error:
        raise RetrievalError(
            f"A value of {name} holds half a letter, which no file can keep ({error})."
        ) from error
