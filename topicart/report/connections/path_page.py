"""The page of a path: from one work to another, picture by picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from topicart.report.connections.page import write_page
from topicart.report.connections.shown import Shown, ids_of, works_shown
from topicart.report.wording import counted, shorten

if TYPE_CHECKING:
    from topicart.report.cards import Card
    from topicart.retrieval.paths import WorkPath
    from topicart.run import Run

__all__ = ["write_path_page"]

_MOST_SHARED = 2
_TOLD_FIRST = ("artist", "series", "subject", "genre", "style", "period", "medium", "place")
"""What two works share, the most telling first."""


@dataclass(frozen=True)
class _Stop:
    """A work on the way, and the step that leads on from it."""

    work: Shown
    degrees: float | None
    shared: tuple[str, ...]

    @property
    def gap(self) -> int:
        """How long the step is drawn, in steps of the style sheet."""
        return 0 if self.degrees is None else min(max(round(self.degrees / 5), 1), 18)


def write_path_page(
    run: Run,
    way: WorkPath,
    file: Path,
    *,
    conditions: Sequence[str] = (),
    command: str = "",
) -> Path:
    """Write a path as a page.

    Parameters
    ----------
    run : Run
        The run whose works it leads through.
    way : WorkPath
        Its works, by their rows in the index, and the angles between them.
    file : Path
        The page; an earlier one is replaced, its folder is made if missing.
    conditions : sequence of str
        What was asked of it, for people: ``genre=marina``, ``each work in a later century``.
    command : str
        The command that makes the page again.

    Returns
    -------
    Path
        The file: whole, without script, with its pictures inside.

    Raises
    ------
    knowledge_graph.errors.WriteError
        If it cannot be written.
    """
    ids = ids_of(run, way.rows)
    works = works_shown(run, ids)
    degrees = way.degrees
    stops = []
    for place, id_ in enumerate(ids):
        if place == len(ids) - 1:
            stops.append(_Stop(works[id_], None, ()))
        else:
            shared = _shared(works[id_].card, works[ids[place + 1]].card)
            stops.append(_Stop(works[id_], degrees[place], shared))
    first, last = (shorten(works[id_].card.title, 120) for id_ in (ids[0], ids[-1]))
    return write_page(
        file,
        "path.html",
        run,
        about=f"A path from “{first}” to “{last}” in {counted(len(degrees), 'step')}",
        shown=works.values(),
        sheets=("path",),
        rules=[
            f".g{gap}{{--g:{4 + gap * 0.27:.1f}rem}}"
            for gap in sorted({stop.gap for stop in stops})
        ],
        command=command,
        stops=stops,
        degrees=degrees,
        straight=_straight(run, way),
        note=way.note,
        conditions=conditions,
    )


def _straight(run: Run, way: WorkPath) -> float:
    """The angle between both ends, in degrees."""
    from topicart.retrieval.corridor import angles_between

    one, other = run.picture_embeddings.vectors[[way.rows[0], way.rows[-1]]].astype("float64")
    return math.degrees(angles_between(one, other))


def _shared(one: Card, other: Card) -> tuple[str, ...]:
    """What the records of two works have in common."""
    stated = {"artist": _names(one), **dict(one.facts)}
    theirs = {"artist": _names(other), **dict(other.facts)}
    common = [
        value
        for facet in _TOLD_FIRST
        for value in stated.get(facet, ())
        if value in theirs.get(facet, ())
    ]
    return tuple(common[:_MOST_SHARED])


def _names(card: Card) -> tuple[str, ...]:
    return (card.artist,) if card.artist else ()
