"""The data that the pages' scripts load: files of JSON in a call, for a page on disk may not fetch.

A work's number in all of them is its row in the run, which is sorted by id. What a collection says
is only ever a JSON string in them, shortened, and with no letter that means anything to HTML.
"""

from __future__ import annotations

import base64
import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np

from knowledge_graph import FACETS
from knowledge_graph.atomic import make_folder, remove, remove_leftovers, write_bytes_atomic
from topicart.contents import Part, broader_groups
from topicart.report.facet_codes import FACET_TITLES, FacetCodes, facet_codes, site_facets
from topicart.report.places import Places, places_of
from topicart.report.summarize import topic_column
from topicart.report.wording import capitalised, shorten

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from topicart.report.frame import Frame
    from topicart.report.sprites import Atlases, Sprites

__all__ = ["DATA", "write_shards"]

DATA = "data"
"""The folder of the shards in a site."""

_TEXT_ROWS = 2000
_RECORD_ROWS = 500
_LONGEST_TITLE = 120
_LONGEST_ARTIST = 120
_LONGEST_DATE = 40
_LONGEST_DESCRIPTION = 600
_LONGEST_VALUE = 160
_LONGEST_ADDRESS = 2000
_LONGEST_ID = 400
_MOST_VALUES = 12
_MOST_ARTISTS = 3
_UNDATED = -32768
_LAST_YEAR = 32767
_OWN_NAME = re.compile(r"[a-z_]+(-[a-z_]+|-\d+)?\.js")
# Inside a script these letters could end it, or begin a comment.
_FOR_SCRIPTS = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def write_shards(frame: Frame, sprites: Sprites) -> None:
    """Write ``data/``, and remove what an earlier site had there.

    Parameters
    ----------
    frame
        The site being made.
    sprites
        Where each work's small picture stands.

    Raises
    ------
    topicart.errors.WriteError
        If the folder cannot be written.
    """
    folder = frame.folder / DATA
    make_folder(folder)
    remove_leftovers(folder)
    written = {_put(folder, name, value) for name, value in _shards(frame, sprites)}
    for path in list(folder.iterdir()):
        if path.name not in written and _OWN_NAME.fullmatch(path.name):
            remove(path)


def _put(folder: Path, name: str, value: Any) -> str:
    """Write one shard, unless it is there as it should be, and return its file's name."""
    told = json.dumps(value, allow_nan=False, separators=(",", ":")).translate(_FOR_SCRIPTS)
    text = f"topicart.put({json.dumps(name)}, {told});\n".encode("ascii")
    file = folder / f"{name}.js"
    if not (file.is_file() and file.stat().st_size == len(text) and file.read_bytes() == text):
        write_bytes_atomic(file, text)
    return file.name


def _shards(frame: Frame, sprites: Sprites) -> Iterator[tuple[str, Any]]:
    works = frame.run.works
    coded = {facet: facet_codes(works, facet) for facet in site_facets(works)}
    first, last = _years(works)
    texts = _texts(works, coded.get("artist"))
    yield "base", _base(frame, sprites, coded, first, last)
    yield "years", {"first": _packed(first, "<i2"), "last": _packed(last, "<i2")}
    for facet, codes in coded.items():
        yield (
            f"facet-{facet}",
            {
                "values": list(codes.values),
                "counts": codes.counts.tolist(),
                "sizes": _packed(codes.sizes, "u1"),
                "codes": _packed(codes.codes, "<u4"),
            },
        )
    for column in ("title", "artist"):
        order = _packed(_alphabetical(texts[column]), "<u4")
        yield f"order-{column}", {"rows": order, "blank": texts[column].count("")}
    for number, rows in enumerate(_slices(works.num_rows, _TEXT_ROWS)):
        yield f"titles-{number}", {name: column[rows] for name, column in texts.items()}
    yield "certainty", {"probability": _packed(np.round(255 * _certainty(works)), "u1")}
    stated = {facet: _stated(codes) for facet, codes in coded.items() if facet in FACETS}
    for number, rows in enumerate(_slices(works.num_rows, _RECORD_ROWS)):
        yield f"records-{number}", _records(frame, works, stated, rows)


def _certainty(works: pa.Table) -> NDArray[np.float64]:
    """Return how firmly each work belongs to its topic, 0 to 1; 0 where nothing is known."""
    known: NDArray[np.float64] = works["probability"].to_numpy().astype(np.float64)
    return np.nan_to_num(known).clip(0, 1)


def _base(
    frame: Frame,
    sprites: Sprites,
    coded: dict[str, FacetCodes],
    first: NDArray[np.int64],
    last: NDArray[np.int64],
) -> dict[str, Any]:
    """Return what every page needs at once."""
    works = frame.run.works
    places, topics = places_of(works), topic_column(works)
    dated = first != _UNDATED
    return {
        "n": works.num_rows,
        "text": _TEXT_ROWS,
        "record": _RECORD_ROWS,
        "x": _packed(places.x, "<u2"),
        "y": _packed(places.y, "<u2"),
        "topic": _packed(topics, "<i2"),
        "sprites": {**_atlases(sprites.atlases), "cell": _packed(sprites.cell, "<i4")},
        "faces": {**_atlases(sprites.faces), "row": sprites.face_rows.tolist()},
        "topics": _topics(frame, places, topics, sprites.face_rows.tolist()),
        "groups": _groups(frame, places, topics),
        "facets": [
            {
                "name": facet,
                "title": FACET_TITLES[facet],
                "values": len(codes.values),
                "stated": codes.stated,
            }
            for facet, codes in coded.items()
        ],
        "years": {"first": int(first[dated].min()), "last": int(last[dated].max())}
        if dated.any()
        else None,
    }


def _atlases(atlases: Atlases) -> dict[str, Any]:
    return {
        "files": list(atlases.files),
        "side": atlases.side,
        "columns": atlases.columns,
        "per": atlases.per_atlas,
        "width": _packed(atlases.width, "u1"),
        "height": _packed(atlases.height, "u1"),
    }


def _topics(
    frame: Frame, places: Places, topics: NDArray[np.int64], faces: list[int]
) -> list[dict[str, Any]]:
    themes = frame.exhibition.themes
    n_topics = max((theme.topic for theme in themes), default=-1) + 1
    middles = places.middles(topics, n_topics)
    group_of = broader_groups(frame.exhibition.contents)
    own_faces: dict[int, list[int]] = {}
    for row in faces:
        own_faces.setdefault(int(topics[row]), []).append(row)
    return [
        {
            "id": theme.topic,
            "name": theme.name,
            "size": theme.size,
            "x": middles[theme.topic][0],
            "y": middles[theme.topic][1],
            "group": group_of[theme.topic][-1].id if group_of.get(theme.topic) else None,
            "faces": own_faces.get(theme.topic, []),
        }
        for theme in themes
    ]


def _groups(frame: Frame, places: Places, topics: NDArray[np.int64]) -> list[dict[str, Any]]:
    parts = list(_parts(frame.exhibition.contents, None))
    inside = broader_groups(frame.exhibition.contents)
    n_topics = int(topics.max(initial=-1)) + 1
    number = {group.id: place for place, (group, _, _) in enumerate(parts)}
    middles: dict[int, tuple[int, int]] = {}
    for depth in range(2):
        # A topic's groups are the broadest first; each pass looks at one of them.
        own = np.full(n_topics + 1, -1, np.int64)  # the last stands for works in no topic
        for topic, groups in inside.items():
            if depth < len(groups) and topic < n_topics:
                own[topic] = number[groups[depth].id]
        found = places.middles(own[np.where(topics < 0, n_topics, topics)], len(parts))
        members = {groups[depth].id for groups in inside.values() if depth < len(groups)}
        middles.update({group: found[number[group]] for group in members})
    return [
        {
            "id": group.id,
            "name": capitalised(shorten(group.name, _LONGEST_VALUE)),
            "level": group.level,
            "group": broader,
            "size": size,
            "x": middles[group.id][0],
            "y": middles[group.id][1],
        }
        for group, broader, size in parts
    ]


def _parts(parts: Sequence[Part], broader: int | None) -> Iterator[tuple[Any, int | None, int]]:
    """Yield each group, the group that it is in, and its works."""
    for part in parts:
        if part.group is not None:
            yield part.group, broader, part.n_works
            yield from _parts(part.parts, part.group.id)


def _texts(works: pa.Table, artists: FacetCodes | None) -> dict[str, list[str]]:
    """Return title, artist and date of every work in a line each; its id for a missing title."""
    titles = [
        shorten(title or "", _LONGEST_TITLE) or shorten(work_id, _LONGEST_TITLE)
        for title, work_id in zip(works["title"].to_pylist(), works["id"].to_pylist(), strict=True)
    ]
    dates = [shorten(date or "", _LONGEST_DATE) for date in works["date"].to_pylist()]
    names = [""] * works.num_rows if artists is None else _told(artists, " and ", _MOST_ARTISTS)
    artist = [shorten(name, _LONGEST_ARTIST) for name in names]
    return {"title": titles, "artist": artist, "date": dates}


def _told(codes: FacetCodes, between: str, most: int) -> list[str]:
    """Return what each work states of a facet in one line."""
    return [between.join(values) for values in _stated(codes, most)]


def _stated(codes: FacetCodes, most: int = _MOST_VALUES) -> list[list[str]]:
    """Return what each work states of a facet."""
    ends = np.cumsum(codes.sizes, dtype=np.int64).tolist()
    values, flat = codes.values, codes.codes.tolist()
    stated, start = [], 0
    for end in ends:
        stated.append([values[code] for code in flat[start : min(end, start + most)]])
        start = end
    return stated


def _records(
    frame: Frame, works: pa.Table, stated: dict[str, list[list[str]]], rows: slice
) -> dict[str, list[Any]]:
    """Return what the dialog of each work tells beside its title."""
    part = works.slice(rows.start, rows.stop - rows.start)
    ids = part["id"].to_pylist()
    own = [(facet, column[rows]) for facet, column in stated.items()]
    return {
        "id": [shorten(work_id, _LONGEST_ID) for work_id in ids],
        "iri": [_link(iri) for iri in part["iri"].to_pylist()],
        "description": [
            shorten(text or "", _LONGEST_DESCRIPTION) for text in part["description"].to_pylist()
        ],
        "probability": _certainty(part).round(3).tolist(),
        "rank": [-1 if value is None else value for value in part["rank"].to_pylist()],
        "facts": [
            [[facet, column[place]] for facet, column in own if column[place]]
            for place in range(len(ids))
        ],
        "picture": [_picture(frame, work_id) for work_id in ids],
        "address": [
            next((link for address in addresses or () if (link := _link(address))), "")
            for addresses in part["image_urls"].to_pylist()
        ],
    }


def _picture(frame: Frame, work_id: str) -> list[Any] | None:
    found = frame.pictures.get(work_id)
    return None if found is None else [f"pictures/{found.file}", found.width, found.height]


def _link(address: str | None) -> str:
    """Return an address that may be followed: of the web, and of it only."""
    if not address or len(address) > _LONGEST_ADDRESS or not address.isprintable():
        return ""
    if not address.lower().startswith(("https://", "http://")) or " " in address:
        return ""
    try:
        return address if urlsplit(address).hostname else ""
    except ValueError:  # brackets that hold no IPv6 address
        return ""


def _years(works: pa.Table) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the first and the last year of each work; one that is open is as the other."""
    import pyarrow as pa
    import pyarrow.compute as pc

    first, last = works["year_from"], works["year_to"]
    years = [
        pc.coalesce(one, other).cast(pa.int64()).fill_null(_UNDATED).to_numpy()
        for one, other in ((first, last), (last, first))
    ]
    begin, end = (
        np.where(own == _UNDATED, _UNDATED, own.clip(-_LAST_YEAR, _LAST_YEAR)) for own in years
    )
    return begin, np.maximum(begin, end)


def _alphabetical(texts: list[str]) -> NDArray[np.int64]:
    """Order rows as an index would: case and accents count for nothing, blanks come last."""
    keys = {text: _plain(text) for text in set(texts)}
    order = sorted(range(len(texts)), key=lambda row: (not texts[row], keys[texts[row]], row))
    return np.array(order, np.int64)


def _plain(text: str) -> str:
    if not text.isascii():
        parts = unicodedata.normalize("NFKD", text)
        text = "".join(letter for letter in parts if not unicodedata.combining(letter))
    return text.casefold().lstrip("\"'‘’“”«»„([.…-– ")


def _packed(values: NDArray[Any], kind: str) -> str:
    """Return numbers as base64, little endian, as the scripts unpack them."""
    return base64.b64encode(values.astype(kind).tobytes()).decode("ascii")


def _slices(n: int, size: int) -> Iterator[slice]:
    for start in range(0, n, size):
        yield slice(start, min(start + size, n))
