"""A page that asks people what they see: pictures and questions in one file, no network.

What the catalogue says of a work is not on it: neither title nor artist, which would answer for
the picture.
"""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import topicart.report
from evaluation.studies.looking.pictures import key_of, seed_of
from evaluation.studies.perception.questions import (
    CANNOT_TELL,
    Question,
    questions_of,
    shown_as,
)
from knowledge_graph.atomic import make_folder, write_text_atomic
from topicart.errors import PictureError, StudyError
from topicart.images import load_picture
from topicart.model import derive_seed
from topicart.report.environment import page_environment

if TYPE_CHECKING:
    from PIL import Image

    from evaluation.studies.looking import StudiedWorks, Treatment
    from evaluation.studies.perception.result import DimensionTold

__all__ = ["MOST_WORKS", "WORKS", "write_form"]

WORKS = 50
"""Works that people are shown unless told otherwise."""

MOST_WORKS = 500
"""More do not go into a page."""

_HERE = Path(__file__).parent
_HOUSE = Path(topicart.report.__file__).parent / "static" / "site.css"
_SIDES = ((75, 1000), (150, 720), (300, 512), (MOST_WORKS * 2, 400))
"""Up to how many pictures, and their longest side in pixels: the page stays below some 15 MB."""
_QUALITY = 82
_MARK = b'<meta name="generator" content="topicart annotate">'
"""By it a file is known to be a form."""
_KEYS = "1234567890abcdefghijklmnopqrstuvwxyz"
_BY_DEGREE = "deformation"
_UNTOUCHED = 4
"""Of so many pictures that are judged by degree one is as it was."""


@dataclass(frozen=True)
class _Shown:
    """A picture on the page, and what is asked of it."""

    key: str
    uri: str
    width: int
    height: int
    questions: tuple[Question, ...]


def write_form(
    works: StudiedWorks,
    out: str | Path,
    *,
    dimensions: Sequence[DimensionTold],
    count: int = WORKS,
    seed: int = 0,
    deformed: Mapping[str, Treatment] | None = None,
    name: str = "",
) -> Path:
    """Write a page that asks people what they see, and saves their answers as a CSV.

    Everybody is shown the same pictures in the same order, so that two who stop half-way have
    answered for the same works.

    Parameters
    ----------
    works
        The works.
    out
        The file, or a folder, where it becomes ``annotate.html``.
    dimensions
        What is asked.
    count
        How many works are drawn; more keep those that fewer had.
    seed
        Decides which, and in which order.
    deformed
        By name, what spoils pictures, as ``looking.treated`` takes it: of half as many works again
        ``deformation`` alone is asked, most of them spoilt by one of these, some as they are.
        Without it, it is asked of all pictures.
    name
        What the page calls the collection; its source's name if empty.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    StudyError
        If there is nothing to ask, no picture can be read, or ``count`` is out of range.
    WriteError
        If it cannot be written.
    """
    questions = questions_of(dimensions)
    if not questions:
        raise StudyError(
            "There is nothing to ask: no dimension has two answers or more in this collection. "
            "Give works with a genre, style, subject or period, or lower least-works in a file of "
            "dimensions (--dimensions FILE)."
        )
    path = Path(out)
    if path.suffix.lower() not in (".html", ".htm"):
        path = path / "annotate.html"
    _require_own(path)
    if not 1 <= count <= MOST_WORKS:
        raise StudyError(
            f"--works is {count:,}; a form shows 1 to {MOST_WORKS}. Who has more patience than "
            "that can be given a second form with another --seed."
        )
    shown = _drawn(works, questions, count, seed, deformed or {})
    if not shown:
        raise StudyError(
            f"None of the {len(works.pictures):,} pictures can be read: there is nothing to show."
        )
    make_folder(path.parent)
    title = name or works.collection.root.name or works.collection.source
    write_text_atomic(path, _page(shown, questions, title))
    return path


def _require_own(path: Path) -> None:
    """Refuse to replace a file that is no such form."""
    if not path.exists():
        return
    with suppress(OSError), path.open("rb") as file:
        if _MARK in file.read(4096):
            return
    raise StudyError(
        f"--out {path} is there already and is no form for annotations. Name a new file; nothing "
        "that is not such a form is ever replaced."
    )


def _drawn(
    works: StudiedWorks,
    questions: tuple[Question, ...],
    count: int,
    seed: int,
    deformed: Mapping[str, Treatment],
) -> list[_Shown]:
    """Draw works by lot, and others to be judged by degree; put them in an order by lot."""
    by_degree = tuple(own for own in questions if own.dimension == _BY_DEGREE)
    asked = tuple(own for own in questions if own not in by_degree) if deformed else questions
    n_whole = count if asked else 0
    n_judged = 0 if not (by_degree and deformed) else (count + 1) // 2 if asked else count
    side = next(longest for most, longest in _SIDES if n_whole + n_judged <= most)
    ids = works.pictures.ids
    lots = sorted(range(len(ids)), key=lambda row: key_of([seed, ids[row]]))
    shown: dict[str, _Shown] = {}
    left = lots[::-1]
    while left and len(shown) < n_whole:
        row = left.pop()
        picture = _whole(works.pictures.files[row], side)
        if picture is not None:
            shown[ids[row]] = _embedded(ids[row], picture, asked)
    # Other works, which nobody has seen whole; where there are too few, the same again.
    rows = [*left[::-1], *lots[: len(lots) - len(left)]]
    judged = _judged(works, rows, seed, deformed, set(shown))
    for _, (key, small) in zip(range(n_judged), judged, strict=False):
        shown[key] = _embedded(key, small, by_degree)
    order = (
        np.random.default_rng(derive_seed(seed, "order of the form"))
        .permutation(len(shown))
        .tolist()
    )
    every = list(shown.values())
    return [every[at] for at in order]


def _whole(file: Path, side: int) -> Image.Image | None:
    try:
        picture = load_picture(file, at_least=side)
    except PictureError:
        return None
    picture.thumbnail((side, side), reducing_gap=3.0)
    return picture


def _judged(
    works: StudiedWorks,
    rows: Sequence[int],
    seed: int,
    deformed: Mapping[str, Treatment],
    seen: set[str],
) -> Iterator[tuple[str, Image.Image]]:
    """Give pictures spoilt, and one in four as it is, under the names that they are filed by.

    All are of the size at which models see them, spoilt by the same seeds: people judge what
    models judge, and a picture's sharpness tells nothing.
    """
    names = sorted(deformed, key=lambda own: key_of([seed, own]))
    spoilt = 0
    for at, row in enumerate(rows):
        work = works.pictures.ids[row]
        try:
            picture = works.pictures.picture(row)
        except StudyError:
            continue
        if at % _UNTOUCHED == _UNTOUCHED - 1 and work not in seen:
            yield shown_as(work), picture
            continue
        name = names[spoilt % len(names)]
        spoilt += 1
        # The seed that ``looking.treated`` hands over.
        own = seed_of(seed, work, name.partition("@")[0])
        yield shown_as(work, name), deformed[name](picture, own)


def _embedded(key: str, picture: Image.Image, questions: tuple[Question, ...]) -> _Shown:
    taken = io.BytesIO()
    # A JPEG goes into a printed PDF as it is; a WebP would be unpacked, ten times the size.
    picture.convert("RGB").save(taken, "JPEG", quality=_QUALITY, optimize=True)
    coded = base64.b64encode(taken.getvalue()).decode("ascii")
    return _Shown(key, f"data:image/jpeg;base64,{coded}", *picture.size, questions)


def _page(shown: Sequence[_Shown], questions: Sequence[Question], name: str) -> str:
    """Write the page; its policy allows its own style and script by their hashes, and no other."""
    own = [_HERE / "static" / file for file in ("form.css", "form_screens.css")]
    style = "\n".join(path.read_text(encoding="utf-8") for path in (_HOUSE, *own))
    script = (_HERE / "static" / "form.js").read_text(encoding="utf-8")
    asked = [(own.key, [question.dimension for question in own.questions]) for own in shown]
    form = hashlib.sha256(repr((asked, list(questions))).encode()).hexdigest()[:16]
    template = page_environment(_HERE / "templates").get_template("form.html")
    return template.render(
        name=name,
        form=form,
        shown=shown,
        questions=questions,
        keys=_KEYS,
        cannot_tell=CANNOT_TELL,
        style=style,
        style_sha256=_sha256(style),
        script=script,
        script_sha256=_sha256(script),
    )


def _sha256(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
