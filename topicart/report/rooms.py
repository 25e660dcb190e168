"""The pages of the themes: all of them, a room for each, the works outside, and what was done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from topicart.report.charts import Row, draw_rows
from topicart.report.citation import bibtex, citation, methods
from topicart.report.plates import Plate, Tile, loose_plate, plate_of

if TYPE_CHECKING:
    from topicart.report.frame import Frame
    from topicart.report.summarize import Theme

__all__ = ["Room", "write_rooms"]

_MOST_FACES = 4
_ROW_OF_OUTLIERS = 150.0


@dataclass(frozen=True)
class Room:
    """A theme and its pictures.

    Parameters
    ----------
    theme
        What is told of it.
    plate
        Its most central works.
    faces
        The few that stand for it on its card.
    parts
        The pictures of each of its parts.
    borders
        Those of its border cases.
    years
        The bars of its years, or ``None`` where no work is dated.
    """

    theme: Theme
    plate: Plate
    faces: tuple[Tile, ...]
    parts: tuple[Plate, ...]
    borders: Plate
    years: Row | None


def write_rooms(frame: Frame) -> list[Plate]:
    """Write ``themes.html``, ``theme-N.html``, ``outside.html`` and ``about.html``.

    Parameters
    ----------
    frame
        The site being made.

    Returns
    -------
    list of Plate
        Every plate that is shown, for the style sheet of their proportions.
    """
    exhibition, tiles = frame.exhibition, frame.tiles
    years, all_years = _years(exhibition.themes)
    rooms = {
        theme.topic: _room(frame, theme, years.get(theme.topic)) for theme in exhibition.themes
    }
    outliers = plate_of(
        (tiles[card.id] for card in exhibition.outliers), lead=False, row_height=_ROW_OF_OUTLIERS
    )
    frame.write(
        "themes.html",
        "themes.html",
        page="themes",
        sheets=("themes",),
        scripts=("themes",),
        rooms=rooms,
        outside=_faces(outliers),
    )
    order = list(rooms.values())
    for place, room in enumerate(order):
        frame.write(
            f"theme-{room.theme.topic}.html",
            "theme.html",
            page="themes",
            sheets=("mosaic", "themes", "names", "room"),
            scripts=("themes",),
            room=room,
            theme=room.theme,
            all_years=all_years,
            rooms=rooms,
            before=order[place - 1].theme if place else None,
            after=order[place + 1].theme if place + 1 < len(order) else None,
        )
    frame.write(
        "outside.html",
        "outside.html",
        page="themes",
        sheets=("mosaic", "themes", "room"),
        scripts=("themes",),
        outliers=outliers,
    )
    frame.write(
        "about.html",
        "about.html",
        page="about",
        sheets=("method",),
        citation=citation(exhibition),
        bibtex=bibtex(exhibition),
        methods=methods(exhibition),
    )
    return [outliers, *(plate for room in order for plate in _plates(room))]


def _years(themes: Sequence[Theme]) -> tuple[dict[int, Row], Row | None]:
    """Draw the years of each theme, and those of the whole collection."""
    dated = [(theme.topic, theme.years) for theme in themes if theme.years is not None]
    if not dated:
        return {}, None
    heights = [years.counts for _, years in dated] + [dated[0][1].collection]
    *own, everything = draw_rows(np.array(heights, dtype=float))
    return {topic: row for (topic, _), row in zip(dated, own, strict=True)}, everything


def _room(frame: Frame, theme: Theme, years: Row | None) -> Room:
    tiles = frame.tiles
    plate = plate_of(tiles[card.id] for card in theme.cards)
    return Room(
        theme,
        plate,
        _faces(plate),
        tuple(loose_plate(tiles[card.id] for card in part.cards) for part in theme.parts),
        loose_plate(tiles[case.card.id] for case in theme.borders),
        years,
    )


def _faces(plate: Plate) -> tuple[Tile, ...]:
    """Return the first tiles that have a picture."""
    return tuple(tile for tile in plate.tiles if tile.thumbnail is not None)[:_MOST_FACES]


def _plates(room: Room) -> Sequence[Plate]:
    return (room.plate, *room.parts, room.borders)
