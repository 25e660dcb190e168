"""Works as these pages show them: what is told of each, and its picture inside the page."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from topicart.errors import PictureError
from topicart.evidence_in_words import web_address
from topicart.images import load_picture
from topicart.report.cards import Card, cards_by_id
from topicart.report.frame import PICTURES
from topicart.report.miniatures import kept_miniatures, open_miniature
from topicart.report.sprites import SIDES
from topicart.report.thumbnails import Wanted, kept_thumbnails, make_thumbnails

if TYPE_CHECKING:
    from PIL import Image

    from topicart.retrieval.queries import Query
    from topicart.run import Run

__all__ = [
    "BUDGET",
    "MOST_PICTURES",
    "Picture",
    "Shown",
    "hung_and_listed",
    "ids_of",
    "works_shown",
    "works_sought",
]

BUDGET = 7_000_000
"""Most characters that a page's pictures take: what a mail still carries."""

MOST_PICTURES = 240
"""Works with a picture; further ones stand in a list."""

_LADDER = ((480, 80), (400, 78), (320, 76), (256, 74), (200, 70), (160, 66), (128, 60))
"""Longest side in pixels and WebP quality, the best first; the last is taken at any size."""

_ASKED = 4
_SAMPLE = 40
_FEW = 40
_LEAST_RATIO, _GREATEST_RATIO = 0.6, 2.2


@dataclass(frozen=True)
class Picture:
    """A picture inside the page.

    Parameters
    ----------
    width, height
        In pixels.
    uri
        The picture as a ``data:`` address.
    """

    width: int
    height: int
    uri: str

    @property
    def hundredths(self) -> int:
        """Width over height as it is shown: extreme pictures are cut at their ends.

        Returns
        -------
        int
            In hundredths.
        """
        ratio = min(max(self.width / self.height, _LEAST_RATIO), _GREATEST_RATIO)
        return round(ratio * 100)


@dataclass(frozen=True)
class Shown:
    """A work on the page.

    Parameters
    ----------
    card
        What is told of it.
    address
        Its page at its source, http or https, or empty.
    picture
        Its picture, or ``None`` where none can be read.
    """

    card: Card
    address: str
    picture: Picture | None


class _OfWork(Protocol):
    @property
    def work(self) -> Shown:
        """The work.

        Returns
        -------
        Shown
            With its picture, if there is one.
        """


_Item = TypeVar("_Item", bound=_OfWork)


def hung_and_listed(items: Sequence[_Item]) -> tuple[list[_Item], list[_Item]]:
    """Part works that are hung on the wall from those that are listed.

    Parameters
    ----------
    items : sequence
        Each with a work.

    Returns
    -------
    hung : list
        Those with a picture; where there are few works all of them.
    listed : list
        The rest.
    """
    hung = [item for item in items if item.work.picture is not None or len(items) <= _FEW]
    kept = {id(item) for item in hung}
    return hung, [item for item in items if id(item) not in kept]


def ids_of(run: Run, rows: Sequence[int]) -> list[str]:
    """Name the works of an index of a run by its rows.

    Parameters
    ----------
    run : Run
        The run.
    rows : sequence of int
        Rows of its pictures' vectors.

    Returns
    -------
    list of str
        Their ids.
    """
    ids = run.picture_embeddings.ids
    return [ids[row] for row in rows]


def works_shown(run: Run, ids: Sequence[str]) -> dict[str, Shown]:
    """Read works with their pictures.

    Parameters
    ----------
    run : Run
        The run whose works they are.
    ids : sequence of str
        Which; the pictures of the first :data:`MOST_PICTURES` are taken in.

    Returns
    -------
    dict of str to Shown
        By id. A picture is made of the original, else of a copy that the run keeps; all are as
        large as :data:`BUDGET` allows, at most 480 pixels.
    """
    once = list(dict.fromkeys(ids))
    cards = cards_by_id(run.works, once)
    addresses = run.works.column("iri")
    pictures = _pictures(run, {id_: cards[id_] for id_ in once[:MOST_PICTURES] if id_ in cards})
    return {
        id_: Shown(card, web_address(addresses[card.row].as_py() or ""), pictures.get(id_))
        for id_, card in cards.items()
    }


def works_sought(
    run: Run, query: Query, ids: Sequence[str]
) -> tuple[dict[str, Shown], dict[str, Any]]:
    """Read what a query was made of, and the works that it found.

    Parameters
    ----------
    run : Run
        The run that was searched.
    query : Query
        What was sought.
    ids : sequence of str
        The works that were found.

    Returns
    -------
    works : dict of str to Shown
        Of both, by id.
    sought : dict
        What a page shows of the query: ``query``, its first works (``asked``), how many ``more``
        there are, and the picture of one's own that was ``sent``, if it can be read.
    """
    asked = ids_of(run, query.rows)
    works = works_shown(run, [*asked[:_ASKED], *ids])
    sought = {
        "query": query,
        "asked": [works[id_] for id_ in asked[:_ASKED] if id_ in works],
        "more": max(len(asked) - _ASKED, 0),
        "sent": None if query.picture is None else _small(query.picture, *_LADDER[0]),
    }
    return works, sought


def _pictures(run: Run, cards: Mapping[str, Card]) -> dict[str, Picture]:
    root = Path(run.record.source.root)
    wanted = {
        id_: Wanted(root, card.image, _LADDER[0][0], run.load_picture)
        for id_, card in cards.items()
        if card.image is not None
    }
    with TemporaryDirectory() as folder:
        made = make_thumbnails(wanted, Path(folder))
        files = {id_: Path(folder) / copy.file for id_, copy in made.items()}
        # The originals may have been moved since: the run's site has copies of some.
        site = run.folder / "site" / PICTURES
        gone = [id_ for id_ in cards if id_ not in files]
        files |= {id_: site / copy.file for id_, copy in kept_thumbnails(gone, site).items()}
        files = {id_: files[id_] for id_ in cards if id_ in files}
        sizes = _affordable(list(files.values()))
        found = {}
        for id_, path in files.items():
            if id_ in made and sizes == _LADDER[0]:  # just so it was made
                found[id_] = _taken(path.read_bytes(), made[id_].width, made[id_].height)
            elif (picture := _small(path, *sizes)) is not None:
                found[id_] = picture
    return found | _miniatures(run, [id_ for id_ in cards if id_ not in found])


def _miniatures(run: Run, ids: Sequence[str]) -> dict[str, Picture]:
    """The smallest copies, which a run with a site has of every work."""
    copies = kept_miniatures(ids, run.folder / "miniatures", sides=SIDES) if ids else []
    return {
        id_: _coded(picture, 82)
        for id_, copy in zip(ids, copies, strict=True)
        if copy is not None and (picture := open_miniature(copy)) is not None
    }


def _affordable(files: Sequence[Path]) -> tuple[int, int]:
    """Return the largest side and quality that fit, the smaller ones by a sample."""
    if sum(path.stat().st_size for path in files) * 4 / 3 <= BUDGET:
        return _LADDER[0]
    sample = files[:: max(1, len(files) // _SAMPLE)]
    for side, quality in _LADDER[1:-1]:
        taken = [_small(path, side, quality) for path in sample]
        characters = sum(len(picture.uri) for picture in taken if picture is not None)
        if characters * len(files) <= BUDGET * len(sample):
            return side, quality
    return _LADDER[-1]


def _small(file: Path, side: int, quality: int) -> Picture | None:
    try:
        picture = load_picture(file, at_least=side)
    except PictureError:
        return None
    picture.thumbnail((side, side), reducing_gap=3.0)
    return _coded(picture, quality)


def _coded(picture: Image.Image, quality: int) -> Picture:
    written = BytesIO()
    picture.save(written, "WEBP", quality=quality, method=4)
    return _taken(written.getvalue(), *picture.size)


def _taken(webp: bytes, width: int, height: int) -> Picture:
    coded = base64.b64encode(webp).decode("ascii")
    return Picture(width, height, f"data:image/webp;base64,{coded}")
