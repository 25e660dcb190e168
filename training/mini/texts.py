"""The short texts on which the text tower is distilled: what catalogues and art-lovers write.

No picture belongs to them. Titles, subjects, terms set into prompts, and captions put together
from the facts of one work, from museums' tables, ArtGraph, Iconclass and ImageNet's names.
"""

from __future__ import annotations

import csv
import gzip
import io
import random
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from prompts import clean_value, load_templates, phrase

LONGEST = 160
"""Characters; longer texts are cut at a space."""

_MUSEUMS = (
    # file, title, facet -> (column, separator)
    (
        "tate_artworks.csv.gz",
        "title",
        {
            "artist": ("all_artists", ";"),
            "style": ("movements", ";"),
            "genre": ("subjects_level1", ";"),
            "subject": ("subjects_level3", ";"),
            "medium": ("medium", ";"),
            "period": ("date_text", ";"),
        },
    ),
    (
        "wikidata_paintings.csv.gz",
        "_title",
        {
            "artist": ("_artist", ","),
            "style": ("_movement", ","),
            "genre": ("_genre", ","),
            "subject": ("_depicts", ","),
            "medium": ("_material", ","),
            "place": ("_country", ","),
            "period": ("_creation", ","),
        },
    ),
)
_NAME = re.compile(r'artgraph:(?:name|title)\s+"((?:[^"\\]|\\.)*)"')
_CODE = re.compile(r"\s*\(with NAME\)|\(\.\.\.\)|\(story of\)\s*|\s+-\s+[A-Z]{1,3}\s+-\s+")


@dataclass(frozen=True)
class Record:
    """Title and facts of one work, as words."""

    title: str
    facets: Mapping[str, tuple[str, ...]]


def gather_texts(
    data: Path,
    class_names: Sequence[str],
    records: Sequence[Record] = (),
    *,
    limit: int,
    seed: int,
) -> list[str]:
    """Return the corpus: short texts, no two the same, in an order that the seed decides.

    Parameters
    ----------
    data
        The folder with ``museum-tables`` and ``artgraph``; what is absent there is left out.
    class_names
        ImageNet's classes.
    records
        Works whose captions must be among the texts.
    limit
        At most this many texts are kept; those of ``records`` and the prompts come first.
    seed
        Decides captions and order.

    Returns
    -------
    list of str
        The texts.
    """
    chance = random.Random(seed)
    museums = [*_museum_records(data / "museum-tables")]
    first = [*_prompts([*records, *museums]), *_names(class_names)]
    for record in records:
        first += [record.title, *(compose(record, chance) for _ in range(4))]
    rest = [*_iconclass(), *_artgraph(data / "artgraph"), *_wider_names()]
    for record in museums:
        rest += [record.title, ", ".join(record.facets.get("subject", ())[:6])]
        rest += [compose(record, chance) for _ in range(2)]
    chance.shuffle(rest)
    texts = list(dict.fromkeys(tidy(text) for text in [*first, *rest]))
    texts = [text for text in texts if len(text) > 1][:limit]
    chance.shuffle(texts)
    return texts


def compose(record: Record, chance: random.Random) -> str:
    """Put some facts of a work into one caption, another choice at each call.

    Parameters
    ----------
    record
        The work.
    chance
        The source of chance.

    Returns
    -------
    str
        The caption.
    """

    def _some(facet: str, most: int = 1) -> str:
        """Some values of a facet."""
        values = record.facets.get(facet, ())
        return ", ".join(clean_value(v) for v in chance.sample(values, min(most, len(values))))

    def _perhaps(text: str, value: str, probability: float) -> str:
        """A part of the caption, or nothing."""
        return text.format(value) if value and chance.random() < probability else ""

    start = chance.choice(("a painting", "an artwork", "a picture", "painting", "a work of art"))
    genre = _some("genre")
    if genre and chance.random() < 0.5:
        start = genre if chance.random() < 0.4 else f"a {genre}"
    manner = chance.choice((" in the style of {}", ", {}", " in a {} manner", ". Style: {}"))
    parts = [
        start,
        _perhaps(" of {}", _some("subject", chance.randint(1, 3)), 0.7),
        _perhaps(manner, _some("style"), 0.4),
        _perhaps(" by {}", _some("artist"), 0.25),
        _perhaps(", {}", _some("medium"), 0.2),
        _perhaps(", {}", _some("period"), 0.2),
    ]
    text = "".join(parts)
    return f'{text}, titled "{record.title}"' if record.title and chance.random() < 0.2 else text


def tidy(text: str) -> str:
    """Collapse white space and cut a text to `LONGEST` characters.

    Parameters
    ----------
    text
        A text.

    Returns
    -------
    str
        The shortened text.
    """
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else text[:LONGEST].rsplit(" ", 1)[0]


def split_names(names: str, most: int = 3) -> list[str]:
    """The first synonyms of an ImageNet class: "gondola, boat" gives both.

    Parameters
    ----------
    names
        Synonyms with commas between.
    most
        At most this many.

    Returns
    -------
    list of str
        The names.
    """
    return [name.strip() for name in names.split(",")][:most]


def _museum_records(folder: Path) -> Iterator[Record]:
    for name, title, columns in _MUSEUMS:
        path = folder / name
        if not path.exists():
            continue
        with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                yield Record(
                    row[title],
                    {
                        facet: tuple(v.strip() for v in row[column].split(mark) if v.strip())
                        for facet, (column, mark) in columns.items()
                        if row[column]
                    },
                )


def _prompts(records: Sequence[Record]) -> Iterator[str]:
    """Every term of a facet in one phrasing of the project's own, frequent terms in all."""
    templates = load_templates()
    for facet in templates:
        uses: dict[str, int] = {}
        for record in records:
            for value in record.facets.get(facet, ()):
                uses[value] = uses.get(value, 0) + 1
        for place, (term, count) in enumerate(uses.items()):
            prompts = phrase(templates, facet, term)
            yield from prompts if count >= 5 else (prompts[place % len(prompts)],)
            yield clean_value(term)


def _names(class_names: Iterable[str]) -> Iterator[str]:
    for names in class_names:
        yield names
        for name in split_names(names):
            yield from (name, f"a photo of a {name}", f"a painting of a {name}")


def _wider_names() -> Iterator[str]:
    """The 21,841 classes of ImageNet-22k with their glosses, as timm carries them."""
    from timm.data.imagenet_info import ImageNetInfo

    info = ImageNetInfo("imagenet-22k")
    for index in range(info.num_classes()):  # type: ignore[no-untyped-call]
        yield info.index_to_description(index, detailed=True)
        yield f"a painting of {split_names(info.index_to_description(index))[0]}"


def _iconclass() -> Iterator[str]:
    """The English texts of Iconclass, without its placeholders; none if it is not installed."""
    if find_spec("iconclass") is None:
        return
    content = files("iconclass").joinpath("data.zip").read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in ("txt_en.txt", "kw_en.txt"):
            for line in archive.read(name).decode("utf-8").splitlines():
                _, _, text = line.partition("|")
                yield _CODE.sub(" ", text)


def _artgraph(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*.ttl")):
        for value in _NAME.findall(path.read_text(encoding="utf-8")):
            yield clean_value(value.rsplit("_", 1)[-1].removesuffix(".jpg").replace("\\", ""))
