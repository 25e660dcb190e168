"""The pages that compare facets: each theme beside the values of a facet, as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from topicart.report.crossing import Cell, Crossing, cell, cross, strength, telling
from topicart.report.facet_codes import FACET_TITLES, FacetCodes, facet_codes, site_facets
from topicart.report.summarize import topic_column
from topicart.report.wording import capitalised, shorten
from topicart.topics import OUTLIER

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from topicart.contents import Part
    from topicart.report.frame import Frame
    from topicart.report.summarize import Exhibition, Theme

__all__ = ["Column", "Matrix", "Row", "Striking", "compare", "write_facet_pages"]

MOST_COLUMNS = 16
_BY_TELLING = frozenset(["artist"])
_MOST_STRIKING = 3


@dataclass(frozen=True)
class Column:
    """A value of the facet.

    Parameters
    ----------
    code
        Its number in the facet's shard.
    value
        As readers see it.
    cell
        Its works in the whole collection.
    """

    code: int
    value: str
    cell: Cell


@dataclass(frozen=True)
class Row:
    """A theme, the works outside, or the name of a group before its themes.

    Parameters
    ----------
    topic
        The theme's number, -1 for the works outside, ``None`` for a group.
    name
        As it is shown.
    size
        Number of works.
    stated
        Those of them that state the facet.
    cells
        One for each column.
    outer
        Whether it is a group of groups.
    """

    topic: int | None
    name: str
    size: int = 0
    stated: int = 0
    cells: tuple[Cell, ...] = ()
    outer: bool = False


@dataclass(frozen=True)
class Striking:
    """A theme and a value that meet far more often than chance would have it.

    Parameters
    ----------
    topic, name
        The theme.
    value
        The value.
    cell
        How often they meet.
    """

    topic: int
    name: str
    value: str
    cell: Cell


@dataclass(frozen=True)
class Matrix:
    """A facet beside the themes.

    Parameters
    ----------
    facet, title
        Its name, and how its page is called.
    columns
        The values shown, the one of most works first.
    by_telling
        Whether they were chosen for how much they tell, not for their number of works.
    rows
        Under their groups; the works outside come last.
    n_values, stated
        Different values, and works that state any, among those that took part.
    strength
        How far it tells the themes apart, 0 to 1.
    striking
        What strikes most, of different themes.
    """

    facet: str
    title: str
    columns: tuple[Column, ...]
    by_telling: bool
    rows: tuple[Row, ...]
    n_values: int
    stated: int
    strength: float
    striking: tuple[Striking, ...]


def write_facet_pages(frame: Frame) -> None:
    """Write ``facets.html`` and a ``facet-NAME.html`` for each facet.

    Parameters
    ----------
    frame
        The site being made.
    """
    works, exhibition = frame.run.works, frame.exhibition
    topics = topic_column(works)
    matrices = [
        compare(exhibition, facet_codes(works, facet), topics) for facet in site_facets(works)
    ]
    matrices = [matrix for matrix in matrices if matrix.columns]
    pages = [(matrix.facet, matrix.title) for matrix in matrices]
    ranked = sorted(matrices, key=lambda matrix: -matrix.strength)
    frame.write(
        "facets.html", "facets.html", page="facets", sheets=("facets",), matrices=ranked,
        pages=pages, current=None,
    )  # fmt: skip
    for matrix in matrices:
        frame.write(
            f"facet-{matrix.facet}.html",
            "facet.html",
            page="facets",
            sheets=("facets", "matrix"),
            scripts=("facets",),
            matrix=matrix,
            pages=pages,
            current=matrix.facet,
        )


def compare(exhibition: Exhibition, codes: FacetCodes, topics: NDArray[np.int64]) -> Matrix:
    """Set the themes beside the values of a facet.

    Parameters
    ----------
    exhibition
        What is shown of the run.
    codes
        What each work states.
    topics
        Topic of each work, shape ``(n_works,)``: -1 for none, -2 for works that took no part.

    Returns
    -------
    Matrix
        Every theme, and at most sixteen values.
    """
    themes = exhibition.themes
    found = cross(codes, topics, len(themes))
    by_telling = codes.facet in _BY_TELLING and np.count_nonzero(found.values) > MOST_COLUMNS
    if by_telling:
        chosen = telling(found, MOST_COLUMNS)
    else:
        # By works that took part: another order than that of all works, if hardly ever.
        chosen = np.argsort(-found.values, kind="stable")[:MOST_COLUMNS]
        chosen = chosen[found.values[chosen] > 0]
    chosen = chosen[np.argsort(-found.values[chosen], kind="stable")]
    columns = tuple(
        Column(int(code), codes.values[code], _overall(found, int(code))) for code in chosen
    )
    by_topic = dict(_rows(themes, exhibition.n_outliers, found, chosen))
    rows = list(_in_groups(exhibition.contents, by_topic))
    if exhibition.n_outliers:
        rows.append(by_topic[OUTLIER])
    return Matrix(
        facet=codes.facet,
        title=FACET_TITLES.get(codes.facet, capitalised(codes.facet)),
        columns=columns,
        by_telling=bool(by_telling),
        rows=tuple(rows),
        n_values=int(np.count_nonzero(found.values)),
        stated=found.n_stated,
        strength=strength(found),
        striking=_striking(rows, columns),
    )


def _overall(found: Crossing, code: int) -> Cell:
    works = int(found.values[code])
    return Cell(works, works / max(found.n_stated, 1), 1.0, 0)


def _rows(
    themes: Sequence[Theme], n_outliers: int, found: Crossing, chosen: NDArray[np.int64]
) -> Iterator[tuple[int, Row]]:
    table = found.table(chosen).tolist()
    of_values, stated = found.values[chosen].tolist(), found.stated.tolist()
    of_all = found.n_stated
    named = [(theme.topic, theme.name, theme.size) for theme in themes]
    named.append((OUTLIER, "In no theme", n_outliers))
    for topic, name, size in named:
        cells = tuple(
            cell(works, of_topic=stated[topic], of_value=of_value, of_all=of_all)
            for works, of_value in zip(table[topic], of_values, strict=True)
        )
        yield topic, Row(topic, name, size, stated[topic], cells)


def _in_groups(parts: Sequence[Part], by_topic: dict[int, Row]) -> Iterator[Row]:
    for part in parts:
        if part.group is not None:
            name = capitalised(shorten(part.group.name, 160))
            yield Row(None, name, outer=bool(part.parts))
        elif len(parts) > 1:
            yield Row(None, "On their own")
        for topic in part.topics:
            yield by_topic[topic.id]
        yield from _in_groups(part.parts, by_topic)


def _striking(rows: Sequence[Row], columns: Sequence[Column]) -> tuple[Striking, ...]:
    """Return where most works lie beyond what chance gives, a theme and a value once each."""
    candidates = sorted(
        (
            Striking(row.topic, row.name, column.value, own)
            for row in rows
            if row.topic is not None and row.topic != OUTLIER
            for column, own in zip(columns, row.cells, strict=True)
            if own.level > 1
        ),
        key=lambda pair: pair.cell.works / pair.cell.lift - pair.cell.works,
    )
    kept: list[Striking] = []
    for pair in candidates:
        if any(pair.topic == other.topic or pair.value == other.value for other in kept):
            continue
        kept.append(pair)
        if len(kept) == _MOST_STRIKING:
            break
    return tuple(kept)
