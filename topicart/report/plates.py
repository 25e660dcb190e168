"""Works as tiles, tiles as plates, and the style sheet of their proportions and colours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from topicart.report.mosaic import Arrangement, arrange, shown_ratio
from topicart.report.palette import N_COLOURS, topic_tones
from topicart.report.summarize import Card
from topicart.report.thumbnails import Thumbnail

__all__ = [
    "Plate",
    "Tile",
    "layout_sheet",
    "loose_plate",
    "plate_of",
    "ratio_class",
    "share_class",
    "tile_of",
]

_PLACEHOLDER_RATIO = 0.8


@dataclass(frozen=True)
class Tile:
    """A work in a mosaic.

    Parameters
    ----------
    card
        What is told of it.
    thumbnail
        Its picture, or ``None`` for a quiet placeholder.
    ratio
        Width over height at which it is shown.
    """

    card: Card
    thumbnail: Thumbnail | None
    ratio: float


@dataclass(frozen=True)
class Plate:
    """Tiles and how they are arranged.

    Parameters
    ----------
    tiles
        Those with a picture first.
    arrangement
        Speaks of them by their positions.
    face
        The picture that stands for all of them, or ``None`` where none has one.
    """

    tiles: tuple[Tile, ...]
    arrangement: Arrangement
    face: Thumbnail | None


def tile_of(card: Card, thumbnail: Thumbnail | None) -> Tile:
    """Return a work as a tile.

    Parameters
    ----------
    card
        What is told of it.
    thumbnail
        Its picture, or ``None``.

    Returns
    -------
    Tile
        In the picture's proportions, within bounds.
    """
    ratio = shown_ratio(thumbnail.width / thumbnail.height if thumbnail else _PLACEHOLDER_RATIO)
    return Tile(card, thumbnail, ratio)


def plate_of(found: Iterable[Tile], *, lead: bool = True, row_height: float = 185.0) -> Plate:
    """Arrange tiles as a mosaic.

    Parameters
    ----------
    found
        The tiles; those without a picture are put last.
    lead
        Give the first the height of two rows.
    row_height
        Height of the rows to come near to, for a mosaic 1,200 wide.

    Returns
    -------
    Plate
        Every tile once.
    """
    # Works without a picture come last, so that none of them is the large one.
    tiles = tuple(sorted(found, key=lambda tile: tile.thumbnail is None))
    arrangement = arrange([tile.ratio for tile in tiles], lead=lead, row_height=row_height)
    return Plate(tiles, arrangement, tiles[0].thumbnail if tiles else None)


def loose_plate(found: Iterable[Tile]) -> Plate:
    """Return tiles in the order given, arranged by the style sheet alone.

    Parameters
    ----------
    found
        The tiles.

    Returns
    -------
    Plate
        Without rows.
    """
    tiles = tuple(found)
    face = next((tile.thumbnail for tile in tiles if tile.thumbnail is not None), None)
    return Plate(tiles, Arrangement(None, 0.0, (), ()), face)


def layout_sheet(plates: Sequence[Plate], n_topics: int) -> str:
    """Return the proportions and colours that are in use as a style sheet.

    The page's policy allows no styles inside the page, and so no one can smuggle any in.

    Parameters
    ----------
    plates
        All that the site shows.
    n_topics
        How many colours are needed.

    Returns
    -------
    str
        CSS.
    """
    rows = [row for plate in plates for row in plate.arrangement.rows]
    ratios = {tile.ratio for plate in plates for tile in plate.tiles} | {row.filler for row in rows}
    shares = {plate.arrangement.lead_share for plate in plates}
    tones = topic_tones(min(n_topics, N_COLOURS))
    lines = [
        *(f".{ratio_class(ratio)}{{--r:{ratio:.2f}}}" for ratio in sorted(ratios)),
        *(f".{share_class(share)}{{--s:{share:.3f}}}" for share in sorted(shares)),
        *(f".t{number}{{--tone:{tone.light}}}" for number, tone in enumerate(tones)),
        "@media screen and (prefers-color-scheme:dark){",
        *(f".t{number}{{--tone:{tone.dark}}}" for number, tone in enumerate(tones)),
        "}",
    ]
    return "\n".join(lines) + "\n"


def ratio_class(ratio: float) -> str:
    """Name the class of a proportion.

    Parameters
    ----------
    ratio
        Width over height.

    Returns
    -------
    str
        As ``layout_sheet`` has it.
    """
    return f"r{round(ratio * 100)}"


def share_class(share: float) -> str:
    """Name the class of a share of the width.

    Parameters
    ----------
    share
        0 to 1.

    Returns
    -------
    str
        As ``layout_sheet`` has it.
    """
    return f"s{round(share * 1000)}"
