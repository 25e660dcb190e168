"""What every page of a site shares: the folder, what is shown, and the templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from knowledge_graph.atomic import write_text_atomic
from prompts import year_in_words
from topicart.report.addresses import filter_address
from topicart.report.environment import page_environment
from topicart.report.facet_codes import FACET_TITLES
from topicart.report.palette import N_COLOURS
from topicart.report.plates import Tile, ratio_class, share_class
from topicart.report.summarize import Exhibition
from topicart.report.thumbnails import Thumbnail
from topicart.report.wording import signed, times

if TYPE_CHECKING:
    import jinja2

    from topicart.run import Run

__all__ = ["ASSETS", "PICTURES", "VIEWS", "Frame"]

PICTURES = "pictures"
ASSETS = "assets"
VIEWS = (
    ("index.html", "Map"),
    ("themes.html", "Themes"),
    ("time.html", "Time"),
    ("facets.html", "Facets"),
    ("works.html", "Works"),
    ("about.html", "About"),
)
"""File and name of each view, in the order of the bar; a page belongs to one of them."""

_HERE = Path(__file__).parent
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


@dataclass(frozen=True)
class Frame:
    """A site being made.

    Parameters
    ----------
    folder
        ``site/`` of the run.
    run
        The run.
    exhibition
        What is shown of it.
    tiles
        By work id: every work that a page shows with its large picture.
    pictures
        By work id: all large pictures that the site has; a small collection has one of every work.
    """

    folder: Path
    run: Run
    exhibition: Exhibition
    tiles: Mapping[str, Tile]
    pictures: Mapping[str, Thumbnail] = field(default_factory=dict)

    def write(
        self,
        file: str,
        template: str,
        *,
        page: str,
        sheets: tuple[str, ...] = (),
        scripts: tuple[str, ...] = (),
        **values: Any,
    ) -> None:
        """Write one page.

        Parameters
        ----------
        file
            Its name in the site.
        template
            The template, which extends ``page.html``.
        page
            The view that it belongs to, in lower case (``themes`` for a theme's room).
        sheets, scripts
            Style sheets and scripts beside those that all pages have, without suffix.
        **values
            What the template shows.
        """
        text = (
            _site_environment()
            .get_template(template)
            .render(
                exhibition=self.exhibition,
                record=self.run.record,
                page=page,
                sheets=list(sheets),
                scripts=list(scripts),
                views=VIEWS,
                filter_facets=self.exhibition.facets,
                **values,
            )
        )
        write_text_atomic(self.folder / file, text)


@cache
def _site_environment() -> jinja2.Environment:
    environment = page_environment(_HERE / "templates")
    environment.filters.update(
        signed=signed,
        ratio_class=ratio_class,
        share_class=share_class,
        times=times,
        tone_class=lambda topic: f"t{topic % N_COLOURS}",
        year=year_in_words,
    )
    environment.globals.update(
        filter_address=filter_address,
        headings=FACET_TITLES,
        questions=_QUESTIONS,
        pictures=PICTURES,
        assets=ASSETS,
    )
    return environment
