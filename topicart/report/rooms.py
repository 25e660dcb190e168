"""The pages of the themes: all of them, a room for each, the works outside, and what was done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from topicart.report.plates import Plate, hero_of, plate_of
from topicart.report.wording import counted, day

if TYPE_CHECKING:
    from topicart.report.frame import Frame
    from topicart.report.summarize import Exhibition

__all__ = ["write_rooms"]


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
    plates = [plate_of(tiles[card.id] for card in theme.cards) for theme in exhibition.themes]
    outliers = plate_of(
        (tiles[card.id] for card in exhibition.outliers), lead=False, row_height=150.0
    )
    hero = hero_of([plate.tiles for plate in plates] or [outliers.tiles])
    themes = list(zip(exhibition.themes, plates, strict=True))
    sheets = ("mosaic", "themes", "names")
    frame.write(
        "themes.html", "themes.html", page="themes", sheets=sheets, themes=themes, hero=hero
    )
    for theme, plate in themes:
        frame.write(
            f"theme-{theme.topic}.html",
            "theme.html",
            page="themes",
            sheets=sheets,
            theme=theme,
            plate=plate,
            themes=themes,
        )
    frame.write("outside.html", "outside.html", page="themes", sheets=sheets, outliers=outliers)
    frame.write(
        "about.html",
        "about.html",
        page="about",
        sheets=("method",),
        citation=citation(exhibition),
    )
    return [hero, outliers, *plates]


def citation(exhibition: Exhibition) -> str:
    """Return how to cite the run, in one line.

    Parameters
    ----------
    exhibition
        What is shown of it.

    Returns
    -------
    str
        Name, size, version, encoder, seed and day.
    """
    record = exhibition.record
    seed = "" if exhibition.seed is None else f", seed {exhibition.seed}"
    return (
        f"“{exhibition.name}”: a topic model of {exhibition.n_works:,} works in "
        f"{counted(len(exhibition.themes), 'theme')}. Made with topicart "
        f"{record.topicart_version}, encoder {record.model.name} (weights SHA-256 "
        f"{record.model.weights_sha256[:16]}){seed}, {day(record.finished or record.created)}."
    )
