"""What the terminal shows of hidden connections: works found, analogies, ways, blind spots."""

from __future__ import annotations

from collections.abc import Sequence
from shutil import get_terminal_size
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from knowledge_graph import cut, printable

if TYPE_CHECKING:
    from topicart.report.cards import Card
    from topicart.retrieval import Analogies, BlindSpots, Query, Region, Searcher, WorkPath
    from topicart.retrieval.found import Found

_AMPLE = 100
_BAR = 12
_CENTRAL = 3
_LONGEST_CELL = 200


def found_table(
    searcher: Searcher, query: Query, found: Found, facets: Sequence[str] = ()
) -> RenderableType:
    """Lay out what a search found, and say why there is less than was asked for.

    Parameters
    ----------
    searcher
        The run that was searched.
    query
        What was sought.
    found
        What was found.
    facets
        Facts to be shown beside each work: those that the conditions ask for.

    Returns
    -------
    rich.console.RenderableType
        For a rich console.
    """
    table = _table("score", *_ABOUT, *map(_called, facets))
    scores = found.scores.tolist()
    for score, card in zip(scores, _cards(searcher, found.rows.tolist()), strict=True):
        table.add_row(
            Text(f"{score:.3f}"), *_work(card), *(_fact(searcher, card, facet) for facet in facets)
        )
    lines: list[RenderableType] = [_head("Nearest to", query.shown), table] if len(found) else []
    if len(found):
        lines += [Text(), _dim(_SCORE)]
    if found.note:
        lines.append(_remark(found.note))
    if plan := found.plan:
        lines.append(
            _dim(
                f"Sought as {plan.how}: {plan.allowed:,} of {plan.works:,} works were allowed. "
                f"{plan.why}"
            )
        )
    return Group(*lines)


def analogies_table(searcher: Searcher, found: Analogies) -> RenderableType:
    """Lay out for each value of a facet its nearest work.

    Parameters
    ----------
    searcher
        The run that was searched.
    found
        The analogies.

    Returns
    -------
    rich.console.RenderableType
        For a rich console.
    """
    by_artist = found.across == "artist"
    about = [heading for heading in _ABOUT if not (by_artist and heading == "artist")]
    table = _table(_called(found.across), *about, right=("score", "works"))
    cards = _cards(searcher, [item.row for item in found.items])
    for item, card in zip(found.items, cards, strict=True):
        value = Text(_short(_value(searcher, found.across, item.value)), style="bold")
        if item.own:
            value.append(" (its own)", style="dim not bold")
        title, artist, date = _work(card)
        work = (title, date) if by_artist else (title, artist, date)
        table.add_row(value, *work, f"{item.score:.3f}", Text(f"{item.works:,}", "dim"))
    lines: list[RenderableType] = [_head("Nearest to", found.query.shown), table]
    if found.items:
        lines += [Text(), _dim(f"{_SCORE} Works: among how many it is the nearest.")]
    return Group(*lines, *([_remark(found.note)] if found.note else []))


def path_table(
    searcher: Searcher, way: WorkPath, direct: float, facets: Sequence[str] = ()
) -> RenderableType:
    """Lay out a way from one work to another.

    Parameters
    ----------
    searcher
        The run that it leads through.
    way
        The way.
    direct
        The angle between its ends, in degrees.
    facets
        Facts to be shown beside each work.

    Returns
    -------
    rich.console.RenderableType
        For a rich console.
    """
    degrees = way.degrees
    widest = max(degrees, default=0.0)
    table = _table("", *_ABOUT, *map(_called, facets), right=("angle",))
    table.add_column("")
    for place, card in enumerate(_cards(searcher, way.rows)):
        angle = degrees[place - 1] if place else None
        bar = "" if angle is None or not widest else "━" * max(round(_BAR * angle / widest), 1)
        table.add_row(
            Text(str(place), style="dim"),
            *_work(card),
            *(_fact(searcher, card, facet) for facet in facets),
            "" if angle is None else f"{angle:.1f}°",
            Text(bar, style="cyan"),
        )
    steps = len(degrees)
    told = f"{steps} step{'' if steps == 1 else 's'}"
    if steps:
        least = min(degrees)
        told += f" of {least:.0f}°" + (f" to {widest:.0f}°" if widest - least >= 1 else "")
        told += f"; straight across it is {direct:.0f}°"
    lines: list[RenderableType] = [table, Text(), _dim(f"{told}.")]
    return Group(*lines, *([_remark(way.note)] if way.note else []))


def blind_spots_table(searcher: Searcher, found: BlindSpots) -> RenderableType:
    """Lay out where a group of works is missing, and where there are more than chance gives.

    Parameters
    ----------
    searcher
        The run that was looked at.
    found
        The regions.

    Returns
    -------
    rich.console.RenderableType
        For a rich console.
    """
    facet, value = _called(found.facet), _short(_value(searcher, found.facet, found.value))
    told = (
        f"{found.group:,} of {found.works:,} works have the {facet} {value}; {found.tested:,} "
        f"regions were compared with {found.permutations:,} shufflings of the labels."
    )
    if found.left_out:
        told += f" {found.left_out:,} works state no {facet} and took no part."
    lines: list[RenderableType] = [_dim(told)]
    for heading, regions in (
        (f"Where {value} is missing", found.missing),
        (f"Where there is more {value} than elsewhere", found.over),
    ):
        if regions:
            lines += [Text(f"\n{heading}", style="bold"), _regions(searcher, regions)]
    if found.missing or found.over:
        lines += [Text(), _dim(_CHANCE)]
    else:
        lines.append(
            _remark(
                f"No region differs from chance (corrected p at most {found.level:g}): {value} is "
                "spread among the other works as if at random, or there are too few works to tell."
            )
        )
    return Group(*lines)


_ABOUT = ("title", "artist", "date")
_SCORE = (
    "Score: the cosine, from -1 to 1, which only the same picture has. Compare scores within one "
    "answer; between words and pictures all are low."
)
_CHANCE = (
    "Works: how many look alike there. Lift: found over expected. P: how often shuffled labels "
    "alone give as much in any region."
)
_RIGHT = ("score", "")


def _table(*headings: str, right: Sequence[str] = ()) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", expand=False)
    # In a narrow terminal the other texts give way to titles.
    other = 24 if get_terminal_size().columns >= _AMPLE else 18
    for heading in headings:
        if heading in _RIGHT:
            table.add_column(heading, justify="right", no_wrap=True)
        else:
            most = 48 if heading == "title" else other
            table.add_column(printable(heading), overflow="fold", max_width=most)
    for heading in right:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def _cards(searcher: Searcher, rows: Sequence[int]) -> list[Card]:
    import numpy as np

    from topicart.report.cards import cards_of

    return cards_of(searcher.works, np.array(rows, dtype=np.int64))


def _work(card: Card) -> tuple[Text, Text, Text]:
    return (
        Text(_short(card.title), style="bold"),
        Text(_short(card.artist)),
        Text(_short(card.date), style="dim"),
    )


def _fact(searcher: Searcher, card: Card, facet: str) -> Text:
    values = (_value(searcher, facet, value) for value in searcher.values(card.row, facet))
    return Text(_short(", ".join(values)), style="dim")


def _called(facet: str) -> str:
    return "theme" if facet == "topic" else facet.replace("_", " ")


def _value(searcher: Searcher, facet: str, value: str) -> str:
    """A value as people read it: of a theme its number and name."""
    if facet != "topic":
        return value
    topics = searcher.run.topics
    return f"{value} {topics[int(value)].name}" if 0 <= int(value) < len(topics) else "in no theme"


def _regions(searcher: Searcher, regions: Sequence[Region]) -> Table:
    table = _table(right=("works", "found", "expected", "lift", "p"))
    table.add_column("its most central works", overflow="fold")
    for region in regions:
        cards = _cards(searcher, region.central[:_CENTRAL])
        names = "; ".join(
            ", ".join(part for part in (cut(card.title, 60), card.artist) if part) for card in cards
        )
        table.add_row(
            f"{region.size:,}",
            Text(f"{region.found:,}", style="bold"),
            f"{region.expected:,.1f}",
            f"{region.lift:.1f}×",
            f"{region.corrected:.3f}",
            Text(_short(names), style="dim"),
        )
    return table


def _head(what: str, shown: str) -> Text:
    return Text.assemble((f"{what} ", "dim"), (_short(shown), "bold"))


def _short(text: str) -> str:
    return printable(cut(" ".join(text.split()), _LONGEST_CELL))


def _dim(text: str) -> Text:
    return Text(printable(text), style="dim")


def _remark(text: str) -> Text:
    return Text(printable(text), style="yellow")
