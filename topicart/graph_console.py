"""What ``topicart graph`` shows on the terminal."""

from __future__ import annotations

import csv as csv_format
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from knowledge_graph.errors import printable
from prompts import shown
from topicart.door import print_json

if TYPE_CHECKING:
    from knowledge_graph import Answer, CollectionSummary

_PLURAL = {
    "artist": "artists",
    "style": "styles",
    "genre": "genres",
    "subject": "subjects",
    "medium": "media",
    "period": "periods",
    "place": "places",
    "series": "series",
    "emotion": "emotions",
}
_BAR = 12
_MOST_ROWS = 1000


def collection_summary(summary: CollectionSummary) -> RenderableType:
    """Lay out what a collection holds.

    Parameters
    ----------
    summary
        What ``knowledge_graph.describe`` counted.

    Returns
    -------
    RenderableType
        A headline, the facets as a table, then dates, pictures and problems.
    """
    facets = {facet.facet: facet for facet in summary.facets}
    counts = [_counted_as(facet.n_values, name, _PLURAL[name]) for name, facet in facets.items()]
    headline = ", ".join(
        [
            _counted_as(summary.works, "work", "works"),
            f"{_number(summary.with_picture)} with a picture",
            *counts,
        ]
    )
    parts: list[RenderableType] = [
        Text(summary.source, style="dim"),
        Text(headline, style="bold"),
        Text(),
    ]
    if facets:
        parts.append(_facets(summary))
        parts.append(Text())
    notes = Table.grid(padding=(0, 2))
    notes.add_column(style="bold", no_wrap=True)
    notes.add_column()
    for name, told in (
        ("dates", _dates(summary)),
        ("centuries", _counted(_short(summary.dates.centuries))),
        ("splits", _counted(summary.splits)),
        ("pictures", _pictures(summary)),
        ("problems", _problems(summary)),
    ):
        if told:
            notes.add_row(name, told if isinstance(told, Text) else Text(told))
    parts.append(notes)
    return Group(*parts)


def _facets(summary: CollectionSummary) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0), expand=True)
    table.show_header, table.header_style = True, "dim"
    table.add_column("facet", style="bold", min_width=7)
    for name in ("values", "works"):
        table.add_column(name, justify="right", min_width=6)
    table.add_column("coverage", min_width=_BAR + 5)
    with_iris = any(facet.n_iris for facet in summary.facets)
    if with_iris:
        table.add_column("IRIs", justify="right", min_width=6)
    table.add_column("most frequent", overflow="ellipsis", no_wrap=True, ratio=1)
    for facet in summary.facets:
        row = [
            Text(facet.facet),
            Text(_number(facet.n_values)),
            Text(_number(facet.n_works)),
            _coverage(facet.n_works / max(summary.works, 1)),
        ]
        if with_iris:
            row.append(Text(_number(facet.n_iris)))
        most = ((shown(value, facet.facet), n) for value, n in facet.most)
        table.add_row(*row, _counted(most))
    return table


def _coverage(share: float) -> Text:
    full = round(share * _BAR)
    bar = Text("━" * full, style="green")
    bar.append("━" * (_BAR - full), style="bright_black")
    told = f"{min(share, 0.99 if share < 1 else 1):4.0%}" if share >= 0.005 or not share else " <1%"
    return bar.append(f" {told}")


def _dates(summary: CollectionSummary) -> str:
    dates = summary.dates
    if not dates.n_dated:
        unknown = _number(dates.n_said_unknown)
        return f"{unknown} say that it is not known" if dates.n_said_unknown else ""
    told = (
        f"{_number(dates.n_dated)} works are dated, {_number(dates.n_understood)} of the dates "
        f"understood ({_share(dates.n_understood / dates.n_dated)})"
    )
    if dates.first is not None and dates.last is not None:
        told += f": {_year(dates.first)} to {_year(dates.last)}"
    if dates.n_said_unknown:
        told += f"; {_number(dates.n_said_unknown)} more say that it is not known"
    if dates.not_understood:
        texts = ", ".join(f"“{text}” {_number(n)}" for text, n in dates.not_understood[:5])
        told += f"\nnot understood: {texts}"
        if len(dates.not_understood) > 5:
            told += f" and {_number(len(dates.not_understood) - 5)} more texts (--json lists all)"
    return told


def _pictures(summary: CollectionSummary) -> str:
    told = f"{_number(summary.with_picture)} works have a picture here"
    if summary.pictures > summary.with_picture:
        told += f" ({_number(summary.pictures)} pictures)"
    if summary.with_address:
        told += (
            f"; of {_number(summary.with_address)} more the address is known "
            "(topicart graph download)"
        )
    return told


def _problems(summary: CollectionSummary) -> str:
    return (
        "\n".join(
            f"{_number(problem.n)} × {problem.reason}: {', '.join(problem.examples)}"
            + (" …" if problem.n > len(problem.examples) else "")
            for problem in summary.problems[:8]
        )
        or "none"
    )


def _counted(pairs: Iterable[tuple[str, int]]) -> Text:
    """Write texts with their counts, the counts dim."""
    told = Text()
    for text, n in pairs:
        told.append(f"{', ' if told else ''}{text} ").append(_number(n), style="dim")
    return told


def _short(centuries: Iterable[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    """Say ``19th`` for ``19th century``."""
    return ((name.replace(" century", ""), n) for name, n in centuries)


def _number(number: int) -> str:
    """Write a number, divided in thousands from five digits on."""
    return f"{number:,}" if number >= 10_000 else str(number)


def _counted_as(number: int, one: str, more: str) -> str:
    return f"{_number(number)} {one if number == 1 else more}"


def _share(share: float) -> str:
    """Write a share so that only all is 100 %."""
    return f"{share:.0%}" if share in (0.0, 1.0) else f"{min(share, 0.999):.1%}"


def _year(year: int) -> str:
    return str(year) if year > 0 else f"{-year} BCE"


def print_answer(answer: Answer, *, csv: bool, as_json: bool) -> None:
    """Print what a query found.

    Parameters
    ----------
    answer
        Names of the variables, and rows of terms as text.
    csv, as_json
        As CSV or JSON, whole; else as a table of the first rows.
    """
    if as_json:
        rows = [dict(zip(answer.names, row, strict=True)) for row in answer.rows]
        print_json({"names": list(answer.names), "rows": rows})
    elif csv:
        writer = csv_format.writer(sys.stdout, lineterminator="\n")
        writer.writerow(answer.names)
        writer.writerows(answer.rows)
    else:
        table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
        for name in answer.names:
            table.add_column(Text(name), overflow="fold")
        for row in answer.rows[:_MOST_ROWS]:
            table.add_row(*(Text(printable(term)) for term in row))
        console = Console()
        console.print(table)
        rest = len(answer.rows) - _MOST_ROWS
        more = f", {_number(rest)} of them not shown (--csv prints all)" if rest > 0 else ""
        console.print(Text(f"{_counted_as(len(answer.rows), 'row', 'rows')}{more}", style="dim"))
