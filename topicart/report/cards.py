"""Works as a page shows them: what is told of each, shortened and on one line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from knowledge_graph import FACETS
from prompts import shown
from topicart.report.wording import shorten
from topicart.topics import OUTLIER

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from topicart.report.within import Stated

__all__ = ["BorderCase", "Card", "Subtheme", "cards_by_id", "cards_of"]

_LONGEST_TITLE = 400
_LONGEST_VALUE = 160
_MOST_VALUES = 12
_MOST_ARTISTS = 3


@dataclass(frozen=True)
class Card:
    """A work that the page shows with its picture.

    Parameters
    ----------
    row
        Its row in the run's works, by which the scripts know it.
    id, title, date
        As recorded, shortened; the id stands in for a missing title.
    artist
        Names as recorded, in one line, or empty.
    alt
        What stands for the picture where it is not seen.
    topic
        Its topic, -1 for none.
    probability
        How firmly it belongs there, 0 to 1.
    rank
        Place in its topic by closeness to the centre, 0 first; -1 for outliers.
    facts
        Facet and values of what else is recorded.
    image
        Path of its first picture relative to the collection's root, or ``None``.
    """

    row: int
    id: str
    title: str
    date: str
    artist: str
    alt: str
    topic: int
    probability: float
    rank: int
    facts: tuple[tuple[str, tuple[str, ...]], ...]
    image: str | None


@dataclass(frozen=True)
class BorderCase:
    """A work at the edge of its theme.

    Parameters
    ----------
    card
        The work.
    leans_to
        The other theme that is nearest to it.
    margin
        How much nearer its own centre is, as a difference of cosines; below 0 the other is nearer.
    """

    card: Card
    leans_to: int
    margin: float


@dataclass(frozen=True)
class Subtheme:
    """A part of a theme.

    Parameters
    ----------
    size
        Works in it.
    share
        Share of the theme's works.
    cards
        Its most central works, the most central first.
    stated
        What its records say more often than the theme's, or ``None``.
    """

    size: int
    share: float
    cards: tuple[Card, ...]
    stated: Stated | None


def cards_by_id(works: pa.Table, ids: Sequence[str]) -> dict[str, Card]:
    """Read the works of these ids.

    Parameters
    ----------
    works
        The run's works.
    ids
        Which; those that are not there are left out.

    Returns
    -------
    dict
        By id.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    wanted = pa.array(ids, works.schema.field("id").type)
    rows = pc.index_in(wanted, value_set=works.column("id").combine_chunks()).drop_null()
    return {card.id: card for card in cards_of(works, rows.to_numpy())}


def cards_of(works: pa.Table, rows: NDArray[np.int64]) -> list[Card]:
    """Read the works of these rows.

    Parameters
    ----------
    works
        The run's works.
    rows
        Which, shape ``(n,)``.

    Returns
    -------
    list of Card
        In the order asked.
    """
    import pyarrow as pa

    found = works.take(pa.array(rows, pa.int64())).to_pylist()
    return [_card(number, row) for number, row in zip(rows.tolist(), found, strict=True)]


def _card(number: int, row: Mapping[str, Any]) -> Card:
    def values(facet: str) -> tuple[str, ...]:
        return tuple(
            shorten(shown(value, facet), _LONGEST_VALUE) for value in (row[facet] or ()) if value
        )

    title = shorten(row["title"] or "", _LONGEST_TITLE) or shorten(row["id"], _LONGEST_TITLE)
    date = shorten(row["date"] or "", 60)
    artist = " and ".join(values("artist")[:_MOST_ARTISTS])
    return Card(
        row=number,
        id=row["id"],
        title=title,
        date=date,
        artist=artist,
        alt=", ".join(part for part in (shorten(title, 160), artist, date) if part),
        topic=OUTLIER if row["topic"] is None else row["topic"],
        probability=round(float(row["probability"] or 0.0), 3),
        rank=-1 if row["rank"] is None else row["rank"],
        facts=tuple(
            (facet, values(facet)[:_MOST_VALUES])
            for facet in FACETS
            if facet != "artist" and values(facet)
        ),
        image=next(iter(row["images"] or ()), None),
    )
