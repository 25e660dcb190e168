"""What the page's scripts read: themselves scripts, since a page on disk may not fetch files."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from prompts import shown
from topicart.report.summarize import Card, Exhibition, topic_column
from topicart.report.thumbnails import Thumbnail
from topicart.report.wording import shorten

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

__all__ = ["map_script", "works_script"]

_LONGEST_TITLE = 120
_STEPS = 65_535


def works_script(
    exhibition: Exhibition, cards: Sequence[Card], thumbnails: Mapping[str, Thumbnail], folder: str
) -> str:
    """Return the script that holds the works shown with a picture.

    Parameters
    ----------
    exhibition
        For the names of the themes.
    cards
        The works, in the order of the numbers that the page uses.
    thumbnails
        Their pictures by id.
    folder
        Where the pictures lie, relative to the page.

    Returns
    -------
    str
        JavaScript that sets ``topicartWorks``.
    """
    return _script(
        "topicartWorks",
        {
            "themes": [[theme.topic, theme.name, theme.size] for theme in exhibition.themes],
            "works": [
                {
                    "title": card.title,
                    "artist": card.artist,
                    "date": card.date,
                    "topic": card.topic,
                    "probability": card.probability,
                    "rank": card.rank,
                    "facts": [[facet, ", ".join(values)] for facet, values in card.facts],
                    "picture": _picture(thumbnails.get(card.id), folder),
                }
                for card in cards
            ],
        },
    )


def map_script(works: pa.Table, cards: Sequence[Card], n_topics: int) -> str:
    """Return the script that holds the place, the topic and the name of every work on the map.

    Coordinates are 16-bit integers and topics 16-bit, both in base64: 100,000 works take 0.8 MB,
    and their titles about ten times that. The file is loaded when the map comes into view.

    Parameters
    ----------
    works
        The run's works.
    cards
        The works shown with a picture, in the order of their numbers.
    n_topics
        Number of topics.

    Returns
    -------
    str
        JavaScript that sets ``topicartMap``.
    """
    x, y = (works.column(name).to_numpy().astype(np.float64) for name in ("x", "y"))
    rows = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    x, y = x[rows], y[rows]
    # One scale for both axes, or the map would tell of distances that are not there.
    span = max(float(np.ptp(x)), float(np.ptp(y)), 1e-9) if len(rows) else 1.0
    kept = works.select(["id", "title", "artist", "date"]).take(rows)
    place_of = {work_id: place for place, work_id in enumerate(kept.column("id").to_pylist())}
    artists: dict[str, int] = {"": 0}
    artist_of = [
        artists.setdefault(
            shorten(shown(names[0], "artist"), _LONGEST_TITLE) if names else "", len(artists)
        )
        for names in kept.column("artist").to_pylist()
    ]
    return _script(
        "topicartMap",
        {
            "x": _packed((x - x.min()) / span * _STEPS, "<u2") if len(rows) else "",
            "y": _packed((y.max() - y) / span * _STEPS, "<u2") if len(rows) else "",
            "topic": _packed(topic_column(works)[rows], "<i2"),
            "title": [
                shorten(title or work_id, _LONGEST_TITLE)
                for title, work_id in zip(
                    kept.column("title").to_pylist(), kept.column("id").to_pylist(), strict=True
                )
            ],
            "artists": list(artists),
            "artist": artist_of,
            "date": [shorten(date or "", 40) for date in kept.column("date").to_pylist()],
            "shown": {
                place_of[card.id]: number
                for number, card in enumerate(cards)
                if card.id in place_of
            },
            "topics": n_topics,
        },
    )


def _picture(thumbnail: Thumbnail | None, folder: str) -> tuple[str, int, int] | None:
    if thumbnail is None:
        return None
    return f"{folder}/{thumbnail.file}", thumbnail.width, thumbnail.height


def _packed(values: NDArray[Any], kind: str) -> str:
    return base64.b64encode(np.rint(values).astype(kind).tobytes()).decode("ascii")


def _script(name: str, values: Mapping[str, Any]) -> str:
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return f"window.{name} = {text};\n"
