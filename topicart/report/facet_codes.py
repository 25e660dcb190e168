"""The values of a facet as numbers: what each work states, for filters, colours and matrices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from knowledge_graph import FACETS, centuries_of
from prompts import shown
from topicart.report.wording import shorten

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

__all__ = ["CENTURY", "FACET_TITLES", "FacetCodes", "facet_codes", "site_facets"]

CENTURY = "century"
"""The facet that is derived from the dates."""

FACET_TITLES: Mapping[str, str] = MappingProxyType({
    "artist": "Artists",
    "style": "Styles",
    "genre": "Genres",
    "subject": "Subjects",
    "medium": "Media",
    "period": "Periods",
    "place": "Places",
    "series": "Series",
    "emotion": "Emotions",
    CENTURY: "Centuries",
})  # fmt: skip
"""What readers call each facet."""

_CENTURY_YEARS = 100
_LONGEST_VALUE = 160
_MOST_OF_A_WORK = 255


@dataclass(frozen=True)
class FacetCodes:
    """What each work states of a facet.

    Parameters
    ----------
    facet
        Its name.
    values
        The different values as readers see them, the most frequent first, then by the alphabet,
        shape ``(n_values,)``.
    counts
        Works that state each value, shape ``(n_values,)``.
    sizes
        Number of values of each work, at most 255, shape ``(n_works,)``.
    codes
        Positions in ``values``, the first work's, then the second's, each work's in the order of
        its record and each once, shape ``(sizes.sum(),)``.
    """

    facet: str
    values: tuple[str, ...]
    counts: NDArray[np.int64]
    sizes: NDArray[np.uint8]
    codes: NDArray[np.uint32]

    @property
    def rows(self) -> NDArray[np.int64]:
        """Tell which work each code is of.

        Returns
        -------
        numpy.ndarray
            Rows of the works, shape ``(n_codes,)``.
        """
        rows: NDArray[np.int64] = np.repeat(np.arange(len(self.sizes)), self.sizes)
        return rows

    @property
    def stated(self) -> int:
        """Count the works that state the facet.

        Returns
        -------
        int
            Those with a value at least.
        """
        return int(np.count_nonzero(self.sizes))


def facet_codes(works: pa.Table, facet: str) -> FacetCodes:
    """Number the values of a facet.

    Parameters
    ----------
    works
        The run's works.
    facet
        Name of a many-valued column, or ``century``, which follows from the years.

    Returns
    -------
    FacetCodes
        Values that readers see alike are one value.
    """
    rows, codes, names = _centuries(works) if facet == CENTURY else _stated(works, facet)
    names = [shorten(shown(name, facet), _LONGEST_VALUE) for name in names]
    values, merged = np.unique(np.array(names, dtype=object), return_inverse=True)
    rows, codes = _once(rows, merged[codes] if len(codes) else codes, len(values))
    counts = np.bincount(codes, minlength=len(values))
    order = np.argsort(-counts, kind="stable")  # values are in the alphabet's order already
    place = np.empty(len(values), np.uint32)
    place[order] = np.arange(len(values), dtype=np.uint32)
    return FacetCodes(
        facet=facet,
        values=tuple(str(value) for value in values[order]),
        counts=counts[order],
        sizes=np.bincount(rows, minlength=works.num_rows).astype(np.uint8),
        codes=place[codes],
    )


def site_facets(works: pa.Table) -> tuple[str, ...]:
    """Name the facets that the site lets readers filter, colour and compare by.

    Parameters
    ----------
    works
        The run's works.

    Returns
    -------
    tuple of str
        Those that any work states, in the order of :data:`knowledge_graph.FACETS`; last
        ``century``, if any work's years tell one.
    """
    facets = tuple(facet for facet in FACETS if len(_stated(works, facet)[0]))
    return (*facets, CENTURY) if len(_centuries(works)[0]) else facets


_Stated = tuple["NDArray[np.int64]", "NDArray[np.int64]", list[str]]


def _stated(works: pa.Table, facet: str) -> _Stated:
    """Return the row of each statement, which value it is of, and the values as recorded."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column = works.column(facet).combine_chunks()
    statements = pa.table({"row": pc.list_parent_indices(column), "value": pc.list_flatten(column)})
    known = pc.not_equal(pc.utf8_trim_whitespace(statements["value"]), "")
    statements = statements.filter(known)  # what is null or blank states nothing
    coded = statements["value"].combine_chunks().dictionary_encode()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    rows = statements["row"].to_numpy().astype(np.int64)
    return rows, coded.indices.to_numpy().astype(np.int64), coded.dictionary.to_pylist()


def _centuries(works: pa.Table) -> _Stated:
    """Return the same of the centuries in which works were made."""
    import pyarrow as pa
    import pyarrow.compute as pc

    first, last = (works.column(name).combine_chunks() for name in ("year_from", "year_to"))
    dated = pc.and_(pc.is_valid(first), pc.is_valid(last)).to_numpy(zero_copy_only=False)
    at = np.flatnonzero(dated)
    spans = np.stack(
        [pc.fill_null(years.cast(pa.int64()), 0).to_numpy()[at] for years in (first, last)], axis=1
    )
    different, which = np.unique(spans, axis=0, return_inverse=True)
    names: dict[str, int] = {}
    told = [
        [names.setdefault(name, len(names)) for name in centuries_of(begin, end, _CENTURY_YEARS)]
        for begin, end in different.tolist()
    ]
    n_told = np.array([len(own) for own in told], np.int64)
    start = np.cumsum(n_told) - n_told
    flat = np.array([code for own in told for code in own], np.int64)
    which = which.reshape(-1)
    many = n_told[which] if len(which) else which
    rows = np.repeat(at, many)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(many) - many, many)
    return rows, flat[np.repeat(start[which], many) + within] if len(rows) else rows, list(names)


def _once(
    rows: NDArray[np.int64], codes: NDArray[np.int64], n_values: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Keep each value of a work once, the first of equals, and 255 of a work at most."""
    _, first = np.unique(rows * max(n_values, 1) + codes, return_index=True)
    first.sort()
    rows, codes = rows[first], codes[first]
    starts = np.searchsorted(rows, rows)
    kept = np.arange(len(rows)) - starts < _MOST_OF_A_WORK
    return rows[kept], codes[kept]
