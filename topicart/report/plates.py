"""Works as tiles, tiles as plates, and the style sheet of their proportions and colours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from topicart.report.mosaic import Arrangement, Row, arrange, shown_ratio
from topicart.report.palette import N_COLOURS, topic_tones
from topicart.report.summarize import Card
from topicart.report.thumbnails import Thumbnail

__all__ = [
    "Plate",
    "Tile",
    "hero_of",
    "layout_sheet",
    "plate_of",
    "ratio_class",
    "share_class",
    "tile_of",
]

_HERO_RATIO = 7.0
_MOST_IN_HERO = 12
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
    ratio = shown_ratio(thumbnail.width / thumbnail.height if thumbnail else _PLACEHOLDER_RATIO)
    return Tile(card, thumbnail, ratio)


def plate_of(found: Iterable[Tile], *, lead: bool = True, row_height: float = 185.0) -> Plate:
    # Works without a picture come last, so that none of them is the large one.
    tiles = tuple(sorted(found, key=lambda tile: tile.thumbnail is None))
    arrangement = arrange([tile.ratio for tile in tiles], lead=lead, row_height=row_height)
    return Plate(tiles, arrangement, tiles[0].thumbnail if tiles else None)


def hero_of(sources: Sequence[Sequence[Tile]]) -> Plate:
    """Return one row of pictures, the first of each source in turn, then the second of each."""
    chosen: list[Tile] = []
    depth = max((len(tiles) for tiles in sources), default=0)
    candidates = (tiles[place] for place in range(depth) for tiles in sources if place < len(tiles))
    for tile in candidates:
        full = sum(own.ratio for own in chosen) >= _HERO_RATIO or len(chosen) == _MOST_IN_HERO
        if full:
            break
        if tile.thumbnail is not None:
            chosen.append(tile)
    filler = max(0.0, _HERO_RATIO * 0.7 - sum(tile.ratio for tile in chosen))
    rows = (Row(tuple(range(len(chosen))), round(filler, 2)),) if chosen else ()
    face = chosen[0].thumbnail if chosen else None
    return Plate(tuple(chosen), Arrangement(None, 0.0, (), rows), face)


def layout_sheet(plates: Sequence[Plate], n_topics: int) -> str:
    """Return the proportions and colours that are in use as a style sheet.

    The page's policy allows no styles inside the page, and so no one can smuggle any in.
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
    return f"r{round(ratio * 100)}"


def share_class(share: float) -> str:
    return f"s{round(share * 1000)}"
