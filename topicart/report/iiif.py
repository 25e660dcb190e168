"""The themes of a run as IIIF: a collection with a manifest for each theme.

IIIF Presentation API 3.0, https://iiif.io/api/presentation/3.0/. A viewer (Mirador, the Universal
Viewer) or another museum's site opens them from their addresses; every ``id`` is one, so where the
site will stand must be known when they are written.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from knowledge_graph import FACETS
from knowledge_graph.atomic import make_folder, remove, replacing, write_text_atomic
from prompts import shown
from topicart.errors import RunError
from topicart.evidence_in_words import called_by, decider, origin, web_address
from topicart.report.iiif_pictures import Pictures, find_pictures
from topicart.report.wording import capitalised, collection_name, counted, percent, times
from topicart.topics import OUTLIER, Label, Topic

if TYPE_CHECKING:
    from topicart.run import Run

__all__ = ["DEFAULT_BASE", "FOLDER", "require_base", "write_iiif"]

DEFAULT_BASE = "http://localhost:8765/"
"""Where `topicart explore` serves the site."""

FOLDER = "iiif"
"""The folder of a site that they are written into."""

_CONTEXT = "http://iiif.io/api/presentation/3/context.json"
_LONGEST = 1000
_OUTSIDE = "In no theme"

Json = dict[str, Any]


@dataclass(frozen=True)
class _Set:
    """What a manifest holds: a theme, or the works in none."""

    file: str
    name: str
    summary: str
    page: str
    metadata: list[Json]
    size: int
    topic: int


def write_iiif(
    run: Run,
    folder: Path,
    *,
    base: str = DEFAULT_BASE,
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Write a IIIF collection with a manifest for each theme, and one for the works in none.

    A work is a canvas of the proportions of its picture. The picture is that at the work's own web
    address, where the collection knows one; otherwise the site's copy. Canvases are written one
    by one: memory does not grow with a theme's size.

    Parameters
    ----------
    run
        A finished run with its site.
    folder
        ``site/iiif`` of the run; made if missing.
    base
        The address that the site will have, http or https.
    progress
        Called with the number done and the number of all, of pictures copied and then of works.

    Returns
    -------
    pathlib.Path
        ``collection.json``, written last.

    Raises
    ------
    topicart.errors.RunError
        If ``base`` is no address, or the run is damaged.
    topicart.errors.WriteError
        If the folder cannot be written.
    """
    base = require_base(base)
    make_folder(folder)
    remove(folder / "collection.json")
    pictures = find_pictures(run, folder, base, base + FOLDER + "/", progress=progress)
    sets = list(_sets(run))
    total = sum(own.size for own in sets)
    items, done = [], 0
    for own in sets:
        head = _manifest(own, base)
        rows = _rows(run, own.topic)
        first = next(_canvases(run, rows[:1], head["id"], base, pictures), None)
        head |= {"thumbnail": first["thumbnail"]} if first and "thumbnail" in first else {}
        with replacing(folder / own.file) as beside, beside.open("w", encoding="utf-8") as file:
            # All but the closing brace, then the canvases as they come.
            file.write(json.dumps(head, ensure_ascii=False)[:-1] + ', "items": [')
            for number, canvas in enumerate(_canvases(run, rows, head["id"], base, pictures)):
                file.write((",\n" if number else "\n") + json.dumps(canvas, ensure_ascii=False))
                done += 1
                if progress is not None and done % 100 == 0:
                    progress(done, total)
            file.write("\n]}\n")
        kept = ("id", "type", "label", "thumbnail")
        items.append({key: head[key] for key in kept if key in head})
    wanted = {own.file for own in sets}
    for path in folder.glob("theme-*.json"):
        if path.name not in wanted:
            remove(path)
    if "outside.json" not in wanted:
        remove(folder / "outside.json")
    text = json.dumps(_collection(run, base, items), ensure_ascii=False, indent=1)
    write_text_atomic(folder / "collection.json", text + "\n")
    if progress is not None:
        progress(total, total)
    return folder / "collection.json"


def require_base(base: str) -> str:
    """Refuse what no site could be served from, before any long work.

    Parameters
    ----------
    base
        The address that the site will have.

    Returns
    -------
    str
        The same, with a slash at its end.

    Raises
    ------
    topicart.errors.RunError
        If it is no address of the web, or has a query or a fragment.
    """
    try:
        parts = urlsplit(base)
        fit = parts.scheme in {"http", "https"} and parts.hostname and base.isprintable()
    except ValueError:
        fit = False
    if not fit or parts.query or parts.fragment or any(sign in base for sign in ' <>"'):
        raise RunError(
            f"--base {base!r} is no address that a site could have. Give that of its folder, for "
            "example https://museum.example/exhibition/."
        )
    return base if base.endswith("/") else base + "/"


def _sets(run: Run) -> Iterator[_Set]:
    groups = {group.id: group for group in run.groups}
    for topic in run.topics:
        yield _Set(
            f"theme-{topic.id}.json",
            topic.name,
            topic.summary.text,
            f"theme-{topic.id}.html",
            _said_of(topic, groups),
            topic.size,
            topic.id,
        )
    size = run.works["topic"].to_pylist().count(OUTLIER)
    if size:
        told = f"{counted(size, 'work')} that belong to no theme of this collection."
        yield _Set("outside.json", _OUTSIDE, told, "outside.html", [], size, OUTLIER)


def _collection(run: Run, base: str, items: list[Json]) -> Json:
    record = run.record
    name = collection_name(record.source.path)
    return {
        "@context": _CONTEXT,
        "id": f"{base}{FOLDER}/collection.json",
        "type": "Collection",
        "label": {"none": [_plain(name)]},
        "summary": {
            "en": [
                f"{counted(run.works.num_rows, 'work')} in {counted(len(run.topics), 'theme')}, "
                f"found by topicart {record.topicart_version} with the encoder "
                f"{_plain(record.model.name)}."
            ]
        },
        "homepage": [_homepage(base + "index.html", name)],
        "seeAlso": [
            _topics(base),
            {
                "id": base + "works.csv",
                "type": "Dataset",
                "label": {"en": ["The works as a table"]},
                "format": "text/csv",
            },
        ],
        "items": items,
    }


def _manifest(own: _Set, base: str) -> Json:
    manifest: Json = {
        "@context": _CONTEXT,
        "id": f"{base}{FOLDER}/{own.file}",
        "type": "Manifest",
        "label": {"none": [_plain(own.name)]},
        # The works are single pictures, not the leaves of a book.
        "behavior": ["individuals"],
        "homepage": [_homepage(base + own.page, own.name)],
        "seeAlso": [_topics(base)],
        "partOf": [{"id": f"{base}{FOLDER}/collection.json", "type": "Collection"}],
    }
    if own.summary:
        manifest["summary"] = {"en": [_plain(own.summary)]}
    if own.metadata:
        manifest["metadata"] = own.metadata
    return manifest


def _said_of(topic: Topic, groups: dict[int, Topic]) -> list[Json]:
    """Return a theme's labels with their evidence, who summed it up, and the group it is in."""
    told = [_pair("Works", [f"{topic.size:,}"])]
    told += [
        _pair(capitalised(label.facet), [f"{label.term} ({_evidence(label)})"])
        for label in called_by(topic)
    ]
    if topic.summary.machine_written:
        told.append(
            _pair("Summary", [f"Machine-written, by {topic.summary.model} {topic.summary.date}"])
        )
    if topic.broader in groups:
        told.append(_pair("Part of", [groups[topic.broader].name]))
    return told


def _evidence(label: Label) -> str:
    said = [] if label.share == 0 else [f"{percent(label.share)} of its works"]
    if label.lift > 1:
        said.append(f"{times(label.lift)} as often as in the collection")
    if decided := decider(label):
        said.append(f"chosen by {decided}" if decided != "records and pictures agree" else decided)
    return "; ".join([*said, f"word of {origin(label)}"])


def _rows(run: Run, topic: int) -> list[int]:
    """Return the rows of a theme's works, the most central first."""
    import numpy as np

    topics = run.works["topic"].to_numpy(zero_copy_only=False)
    rows = np.flatnonzero(topics == topic)
    ranks = run.works["rank"].to_numpy(zero_copy_only=False)[rows]
    ordered: list[int] = rows[np.argsort(ranks, kind="stable")].tolist()
    return ordered


def _canvases(
    run: Run, rows: list[int], manifest: str, base: str, pictures: Pictures
) -> Iterator[Json]:
    names = ["id", "iri", "title", "date", "probability", *FACETS]
    works = run.works.select([*names, "images", "image_urls"])
    for start in range(0, len(rows), 1000):
        part = rows[start : start + 1000]
        for row, work in zip(part, works.take(part).to_pylist(), strict=True):
            yield _canvas(row, work, manifest, base, pictures)


def _canvas(row: int, work: Json, manifest: str, base: str, pictures: Pictures) -> Json:
    own = f"{manifest.removesuffix('.json')}/canvas/{row}"
    found = pictures.of(row, work)
    canvas: Json = {
        "id": own,
        "type": "Canvas",
        "label": {"none": [_plain(work["title"] or work["id"])]},
        "width": found.width,
        "height": found.height,
        "metadata": _facts(work),
        "homepage": [_homepage(f"{base}index.html#work={row}", work["title"] or work["id"])],
    }
    if iri := web_address(work["iri"] or ""):
        canvas["seeAlso"] = [{"id": _ascii(iri), "type": "Dataset"}]
    if found.thumbnail is not None:
        canvas["thumbnail"] = [found.thumbnail]
    if found.body is not None:
        canvas["items"] = [
            {
                "id": f"{own}/page",
                "type": "AnnotationPage",
                "items": [
                    {
                        "id": f"{own}/picture",
                        "type": "Annotation",
                        "motivation": "painting",
                        "body": found.body | {"id": _ascii(found.body["id"])},
                        "target": own,
                    }
                ],
            }
        ]
    return canvas


def _facts(work: Json) -> list[Json]:
    told = [
        _pair(capitalised(facet), [shown(value, facet) for value in work[facet]], "none")
        for facet in FACETS
        if work[facet]
    ]
    if work["date"]:
        told.append(_pair("Date", [work["date"]], "none"))
    told.append(_pair("Identifier", [work["id"]], "none"))
    if work["probability"]:
        told.append(_pair("Belongs to the theme", [percent(work["probability"])]))
    return told


def _pair(label: str, values: list[str], language: str = "en") -> Json:
    return {"label": {"en": [label]}, "value": {language: [_plain(value) for value in values]}}


def _homepage(address: str, name: str) -> Json:
    return {
        "id": address,
        "type": "Text",
        "label": {"none": [_plain(name)]},
        "format": "text/html",
        "language": ["en"],
    }


def _topics(base: str) -> Json:
    return {
        "id": base + "topics.ttl",
        "type": "Dataset",
        "label": {"en": ["The themes as SKOS"]},
        "format": "text/turtle",
    }


def _plain(text: str) -> str:
    """Return a text that no viewer takes for HTML.

    A value is HTML if its first character is ``<`` and its last is ``>`` (section 4.5.3 of the
    specification, which recommends a space before those that are not).
    """
    told = "".join(sign if sign.isprintable() else " " for sign in text).strip()
    cut = told if len(told) <= _LONGEST else told[: _LONGEST - 1] + "…"
    return f" {cut}" if cut.startswith("<") else cut


def _ascii(address: str) -> str:
    """Return an address with its other letters in percent signs, as ``id`` must be a URI."""
    return quote(address, safe="%/:=&?~#+!$,;'@()*[]")
