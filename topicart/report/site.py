"""The site of a run: a folder of pages that opens from a double click and from any web server."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge_graph.atomic import (
    make_folder,
    remove,
    remove_leftovers,
    write_bytes_atomic,
    write_text_atomic,
)
from topicart.lock import alone
from topicart.report.downloads import write_downloads
from topicart.report.frame import ASSETS, PICTURES, Frame
from topicart.report.matrices import write_facet_pages
from topicart.report.plates import layout_sheet, tile_of
from topicart.report.rooms import write_rooms
from topicart.report.shards import write_shards
from topicart.report.sprites import first_pictures, write_sprites
from topicart.report.summarize import Card, Exhibition, summarize
from topicart.report.thumbnails import Wanted, make_thumbnails
from topicart.report.timeline import write_time_page

if TYPE_CHECKING:
    from topicart.run import Run

__all__ = ["write_site"]

_STATIC = Path(__file__).parent / "static"
_PICTURE_PX = 512
_LEAD_PX = 960
# Of a collection up to this size every work has a picture that fills the dialog.
_ALL_LARGE = 2000
_MAP_SHEETS = ("map-panel", "map")
_MAP_SCRIPTS = tuple(
    f"map-{part}"
    for part in (
        "data", "colours", "points", "pictures", "places", "names", "legend",
        "eye", "hover", "hands", "view",
    )
)  # fmt: skip


@alone
def write_site(run: Run, *, progress: Callable[[int, int], None] | None = None) -> Path:
    """Write the site of a run.

    Parameters
    ----------
    run
        A finished run. Pictures are read from where they were when it was fitted; copies made for
        an earlier site are used again.
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
    make_folder(site / ASSETS)
    # A page beside the parts of another would be wrong: there is none until all is there.
    remove(run.page)
    remove_leftovers(run.folder, deep=True)
    for room in (*site.glob("theme-*.html"), *site.glob("facet-*.html")):
        if room.is_file():
            remove(room)
    cards = {card.id: card for card in _shown(exhibition)}
    wanted = _wanted(run, exhibition, cards.values())
    count = progress or (lambda _done, _total: None)
    n = len(wanted)
    thumbnails = make_thumbnails(
        wanted, site / PICTURES, progress=lambda done, _: count(done, n + run.works.num_rows)
    )
    sprites = write_sprites(run, site, progress=lambda done, total: count(n + done, n + total))
    frame = Frame(
        site,
        run,
        exhibition,
        {card.id: tile_of(card, thumbnails.get(card.id)) for card in cards.values()},
        thumbnails,
    )
    for source in sorted(_STATIC.iterdir()):
        write_bytes_atomic(site / ASSETS / source.name, source.read_bytes())
    write_shards(frame, sprites)
    write_downloads(frame)
    write_time_page(frame)
    write_facet_pages(frame)
    plates = write_rooms(frame)
    write_text_atomic(site / ASSETS / "layout.css", layout_sheet(plates, len(exhibition.themes)))
    frame.write("works.html", "works.html", page="works", sheets=("works",), scripts=("works",))
    frame.write("index.html", "index.html", page="map", sheets=_MAP_SHEETS, scripts=_MAP_SCRIPTS)
    return run.page


def _shown(exhibition: Exhibition) -> Iterable[Card]:
    for theme in exhibition.themes:
        yield from theme.shown
    yield from exhibition.outliers


def _wanted(run: Run, exhibition: Exhibition, cards: Iterable[Card]) -> dict[str, Wanted]:
    leads = {theme.cards[0].id for theme in exhibition.themes if theme.cards}
    root = Path(exhibition.record.source.root)
    images = {card.id: card.image for card in cards}
    if run.works.num_rows <= _ALL_LARGE:
        images |= dict(zip(run.works["id"].to_pylist(), first_pictures(run.works), strict=True))
    return {
        work_id: Wanted(
            root, image, _LEAD_PX if work_id in leads else _PICTURE_PX, run.load_picture
        )
        for work_id, image in images.items()
        if image is not None
    }
