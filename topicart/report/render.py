"""Put the summary of a run into the templates and write the folder of the page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge_graph.atomic import make_folder, write_bytes_atomic, write_text_atomic
from prompts import year_in_words
from topicart.report.data_files import map_script, works_script
from topicart.report.environment import page_environment
from topicart.report.mosaic import Arrangement, Row, arrange, shown_ratio
from topicart.report.palette import N_COLOURS, topic_tones
from topicart.report.summarize import Card, Exhibition, summarize
from topicart.report.thumbnails import Thumbnail, Wanted, make_thumbnails
from topicart.report.wording import (
    counted,
    day,
    signed,
    times,
)

if TYPE_CHECKING:
    import jinja2

    from topicart.run import Run

__all__ = ["write_site"]

_HERE = Path(__file__).parent
_PICTURES = "pictures"
_ASSETS = "assets"
_PICTURE_PX = 512
_LEAD_PX = 960
_HERO_RATIO = 7.0
_MOST_IN_HERO = 12
_PLACEHOLDER_RATIO = 0.8

_QUESTIONS = {
    "genre": "What",
    "subject": "What is shown",
    "style": "In which style",
    "artist": "By whom",
    "date": "When",
    "medium": "Made of what",
    "period": "In which period",
    "place": "Where",
    "series": "In which series",
    "emotion": "With what feeling",
}
_FACET_HEADINGS = {
    "artist": "Artists",
    "style": "Styles",
    "genre": "Genres",
    "subject": "Subjects",
    "medium": "Media",
    "period": "Periods",
    "place": "Places",
    "series": "Series",
    "emotion": "Emotions",
}


@dataclass(frozen=True)
class Tile:
    """A work in a mosaic.

    Parameters
    ----------
    number
        Its number among all works shown, by which the scripts know it.
    card
        What is told of it.
    thumbnail
        Its picture, or ``None`` for a quiet placeholder.
    ratio
        Width over height at which it is shown.
    """

    number: int
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


def write_site(run: Run, *, progress: Callable[[int, int], None] | None = None) -> Path:
    """Write the page of a run.

    Parameters
    ----------
    run
        A finished run. Nothing else is read but the pictures of the works that are shown.
    progress
        Called with the number of pictures done and the number of all.

    Returns
    -------
    pathlib.Path
        ``site/index.html`` in the run's folder; it opens from the disk. It is written last, so
        that it is only there when all that it needs is.

    Raises
    ------
    topicart.errors.RunError
        If the run is incomplete or damaged.
    topicart.errors.WriteError
        If the folder cannot be written.
    """
    exhibition = summarize(run)
    site = run.page.parent
    make_folder(site / _ASSETS)
    # A page beside the parts of another would be wrong: there is none until all is there.
    run.page.unlink(missing_ok=True)
    cards = {card.id: card for card in _shown(exhibition)}
    thumbnails = make_thumbnails(
        _wanted(exhibition, cards.values()), site / _PICTURES, progress=progress
    )
    tiles = {
        card.id: _tile(card, number, thumbnails.get(card.id))
        for number, card in enumerate(cards.values())
    }
    plates = [_plate(tiles[card.id] for card in theme.cards) for theme in exhibition.themes]
    outliers = _plate(
        (tiles[card.id] for card in exhibition.outliers), lead=False, row_height=150.0
    )
    hero = _hero([plate.tiles for plate in plates] or [outliers.tiles])
    for source in sorted((_HERE / "static").iterdir()):
        write_bytes_atomic(site / _ASSETS / source.name, source.read_bytes())
    everything = [hero, outliers, *plates]
    write_text_atomic(site / _ASSETS / "layout.css", _layout(everything, len(plates)))
    write_text_atomic(
        site / _ASSETS / "works.js",
        works_script(exhibition, list(cards.values()), thumbnails, _PICTURES),
    )
    write_text_atomic(
        site / _ASSETS / "map.js", map_script(run.works, list(cards.values()), len(plates))
    )
    page = _environment().get_template("index.html")
    text = page.render(
        exhibition=exhibition,
        record=run.record,
        hero=hero,
        themes=list(zip(exhibition.themes, plates, strict=True)),
        outliers=outliers,
        citation=_citation(exhibition),
    )
    write_text_atomic(run.page, text)
    return run.page


def _shown(exhibition: Exhibition) -> Iterable[Card]:
    for theme in exhibition.themes:
        yield from theme.cards
    yield from exhibition.outliers


def _wanted(exhibition: Exhibition, cards: Iterable[Card]) -> dict[str, Wanted]:
    leads = {theme.cards[0].id for theme in exhibition.themes if theme.cards}
    root = Path(exhibition.record.source.root)
    return {
        card.id: Wanted(root, card.image, _LEAD_PX if card.id in leads else _PICTURE_PX)
        for card in cards
        if card.image is not None
    }


def _tile(card: Card, number: int, thumbnail: Thumbnail | None) -> Tile:
    ratio = shown_ratio(thumbnail.width / thumbnail.height if thumbnail else _PLACEHOLDER_RATIO)
    return Tile(number, card, thumbnail, ratio)


def _plate(found: Iterable[Tile], *, lead: bool = True, row_height: float = 185.0) -> Plate:
    # Works without a picture come last, so that none of them is the large one.
    tiles = tuple(sorted(found, key=lambda tile: tile.thumbnail is None))
    arrangement = arrange([tile.ratio for tile in tiles], lead=lead, row_height=row_height)
    return Plate(tiles, arrangement, tiles[0].thumbnail if tiles else None)


def _hero(sources: Sequence[Sequence[Tile]]) -> Plate:
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


def _layout(plates: Sequence[Plate], n_topics: int) -> str:
    """Return the proportions and colours that are in use as a style sheet.

    The page's policy allows no styles inside the page, and so no one can smuggle any in.
    """
    rows = [row for plate in plates for row in plate.arrangement.rows]
    ratios = {tile.ratio for plate in plates for tile in plate.tiles} | {row.filler for row in rows}
    shares = {plate.arrangement.lead_share for plate in plates}
    tones = topic_tones(min(n_topics, N_COLOURS))
    lines = [
        *(f".{_ratio_class(ratio)}{{--r:{ratio:.2f}}}" for ratio in sorted(ratios)),
        *(f".{_share_class(share)}{{--s:{share:.3f}}}" for share in sorted(shares)),
        *(f".t{number}{{--tone:{tone.light}}}" for number, tone in enumerate(tones)),
        "@media screen and (prefers-color-scheme:dark){",
        *(f".t{number}{{--tone:{tone.dark}}}" for number, tone in enumerate(tones)),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _citation(exhibition: Exhibition) -> str:
    record = exhibition.record
    seed = "" if exhibition.seed is None else f", seed {exhibition.seed}"
    return (
        f"“{exhibition.name}”: a topic model of {exhibition.n_works:,} works in "
        f"{counted(len(exhibition.themes), 'theme')}. Made with topicart "
        f"{record.topicart_version}, encoder {record.model.name} (weights SHA-256 "
        f"{record.model.weights_sha256[:16]}){seed}, {day(record.finished or record.created)}."
    )


def _environment() -> jinja2.Environment:
    environment = page_environment(_HERE / "templates")
    environment.filters.update(
        signed=signed,
        ratio_class=_ratio_class,
        share_class=_share_class,
        times=times,
        tone_class=lambda topic: f"t{topic % N_COLOURS}",
        year=year_in_words,
    )
    environment.globals.update(
        headings=_FACET_HEADINGS, questions=_QUESTIONS, pictures=_PICTURES, assets=_ASSETS
    )
    return environment


def _ratio_class(ratio: float) -> str:
    return f"r{round(ratio * 100)}"


def _share_class(share: float) -> str:
    return f"s{round(share * 1000)}"
