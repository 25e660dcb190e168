"""Pictures of works as they are, and as treatments make them, part by part."""

from __future__ import annotations

import hashlib
import json
import os
import warnings
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from knowledge_graph import printable
from topicart.errors import PictureError, StudyError
from topicart.fit import Silent
from topicart.images import DECODER_VERSION, FORMATS, load_picture
from topicart.store import size_and_time

if TYPE_CHECKING:
    from PIL import Image

    from evaluation.studies.looking.seen import PicturesInParts
    from knowledge_graph import Collection
    from topicart.fit import Progress

__all__ = [
    "SIDE",
    "ReadableWorks",
    "Treatment",
    "WorkPictures",
    "key_of",
    "load_small",
    "pictures_of_works",
    "readable_works",
    "seed_of",
    "treated",
]

SIDE = 256
"""Shorter side of a picture in pixels when a study looks at it, longer side at most four times."""

_VERSION = 1
"""Counts up when the same file gives other pixels here."""
_PART = 64
"""Pictures a part: so many at most are lost when a study is interrupted."""
_NARROWEST = 16
"""Strips stay wide enough for every treatment."""
_LONGER = 4
_LARGE = 40_000_000
_END_OF_JPEG = b"\xff\xd9"

Treatment = Callable[["Image.Image", int], "Image.Image"]
"""A picture (RGB) and a seed to a picture (RGB) of the same size."""


@dataclass(frozen=True, eq=False)
class WorkPictures:
    """Pictures that are read when they are looked at; meets ``PicturesInParts``, a row a work.

    Parameters
    ----------
    ids
        The works.
    files
        Their pictures.
    parts
        Rows that are read together.
    keys
        What decides each part's pictures, as SHA-256.
    pictures_of
        The pictures of a part, RGB.
    side
        Shorter side in pixels.
    """

    ids: tuple[str, ...]
    files: tuple[Path, ...]
    parts: tuple[range, ...]
    keys: tuple[str, ...]
    pictures_of: Callable[[int], Sequence[Image.Image]] = field(repr=False)
    side: int = SIDE

    def __len__(self) -> int:
        return len(self.ids)

    def picture(self, row: int) -> Image.Image:
        """Read one picture.

        Parameters
        ----------
        row
            Of the work.

        Returns
        -------
        PIL.Image.Image
            RGB, the same as its part has it.

        Raises
        ------
        StudyError
            If the file, which could be opened, cannot be read to its end.
        """
        return load_small(self.files[row], shorter=self.side)

    def decides(self, row: int) -> list[object]:
        """Say what decides one picture, to be part of a key of what is made of it.

        Parameters
        ----------
        row
            Of the work.

        Returns
        -------
        list
            JSON-ready; the same means the same pixels.
        """
        return _decides(self.files[row], self.side)


@dataclass(frozen=True)
class ReadableWorks:
    """Works with a readable picture, in the order of the lot."""

    rows: tuple[int, ...]
    """Rows of the collection."""
    files: tuple[Path, ...]
    """The first readable picture of each."""
    unreadable: int
    """Works met that have none."""


def readable_works(
    collection: Collection,
    works: int | None = None,
    *,
    seed: int = 0,
    progress: Progress | None = None,
) -> ReadableWorks:
    """Take works by lot that have a readable picture.

    Parameters
    ----------
    collection
        The collection.
    works
        How many; by default all. More works keep those that fewer had.
    seed
        Decides the order.
    progress
        Told of counts.

    Returns
    -------
    ReadableWorks
        Fewer than were asked for where the collection has no more.
    """
    progress = progress or Silent()
    progress.stage("Looking for readable pictures")
    root = collection.root.resolve()
    images, ids = collection.column("images"), collection.ids
    order = sorted(range(len(ids)), key=lambda row: key_of([seed, ids[row]]))
    wanted = len(ids) if works is None else min(works, len(ids))
    rows: list[int] = []
    files: list[Path] = []
    unreadable = 0
    for row in order:
        if len(rows) == wanted:
            break
        file = next((own for image in images[row] if (own := _readable(root, image))), None)
        if file is None:
            unreadable += 1
            continue
        rows.append(row)
        files.append(file)
        if len(rows) % 100 == 0 or len(rows) == wanted:
            progress.count(len(rows), wanted)
    return ReadableWorks(tuple(rows), tuple(files), unreadable)


def pictures_of_works(
    ids: Sequence[str], files: Sequence[Path], *, side: int = SIDE
) -> WorkPictures:
    """Read works' pictures when they are looked at.

    Parameters
    ----------
    ids
        The works.
    files
        A readable picture of each.
    side
        Shorter side in pixels.

    Returns
    -------
    WorkPictures
        A part for every few works.
    """
    own = tuple(files)
    parts = _parts(len(own), _PART)

    def _read(part: int) -> list[Image.Image]:
        with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
            return list(pool.map(lambda row: load_small(own[row], shorter=side), parts[part]))

    keys = tuple(key_of([_decides(own[row], side) for row in part]) for part in parts)
    return WorkPictures(tuple(ids), own, parts, keys, _read, side)


@dataclass(frozen=True, eq=False)
class _Treated:
    """Treated pictures; meets ``PicturesInParts``."""

    parts: tuple[range, ...]
    keys: tuple[str, ...]
    pictures_of: Callable[[int], Sequence[Image.Image]] = field(repr=False)

    def __len__(self) -> int:
        return self.parts[-1].stop if self.parts else 0


def treated(
    pictures: WorkPictures,
    rows: Sequence[int],
    treatments: Mapping[str, Treatment],
    *,
    version: int,
    seed: int = 0,
) -> PicturesInParts:
    """Treat pictures: row ``i * len(treatments) + j`` is work ``rows[i]`` under treatment ``j``.

    Parameters
    ----------
    pictures
        The pictures.
    rows
        Which of them.
    treatments
        By name, in order.
    version
        Counts up when a treatment gives other pixels; part of what decides a vector kept.
    seed
        Each picture's own seed is derived from it, the work's id and the treatment's name up to an
        ``@``: a treatment at other strengths spoils the same place.

    Returns
    -------
    PicturesInParts
        Made when looked at, the same for the same seed on every machine.
    """
    width = len(treatments)
    works = _parts(len(rows) if width else 0, max(1, _PART // max(1, width)))

    def _made(part: int) -> list[Image.Image]:
        made = []
        for place in works[part]:
            row = int(rows[place])
            picture = pictures.picture(row)
            made += [
                treat(picture.copy(), seed_of(seed, pictures.ids[row], name.partition("@")[0]))
                for name, treat in treatments.items()
            ]
        return made

    told = [version, seed, list(treatments)]
    return _Treated(
        tuple(range(part.start * width, part.stop * width) for part in works),
        tuple(
            key_of([told, *([pictures.ids[row], pictures.decides(row)] for row in chosen)])
            for part in works
            if (chosen := [int(rows[place]) for place in part])
        ),
        _made,
    )


def load_small(file: Path, *, shorter: int = SIDE, longer: int | None = None) -> Image.Image:
    """Read a picture at the size at which studies look at it, whole.

    Parameters
    ----------
    file
        The file.
    shorter
        Its shorter side in pixels; small pictures are enlarged, so that a blur is as strong on
        each.
    longer
        The longest that the longer side may be; by default four times the shorter. A strip's
        shorter side gets smaller for it, down to 16 pixels.

    Returns
    -------
    PIL.Image.Image
        RGB.

    Raises
    ------
    StudyError
        If it cannot be read.
    """
    from PIL import Image

    try:
        picture = load_picture(file, at_least=shorter)
    except PictureError as error:
        raise StudyError(
            f"{printable(file.name)} could be opened and cannot be read: {error}. Remove it, or "
            "put it there whole, and repeat the command."
        ) from error
    low, high = sorted(picture.size)
    scale = min(shorter / low, (longer or _LONGER * shorter) / high)
    width, height = (max(_NARROWEST, round(scale * side)) for side in picture.size)
    return picture.resize((width, height), Image.Resampling.BICUBIC, reducing_gap=3.0)


def seed_of(seed: int, *names: str) -> int:
    """Derive a seed.

    Parameters
    ----------
    seed
        The study's.
    *names
        What it is for: a work's id, a treatment's name.

    Returns
    -------
    int
        48 bits, the same on every machine.
    """
    return int(key_of([seed, *names])[:12], 16)


def key_of(told: Any) -> str:
    """Give the SHA-256 of something.

    Parameters
    ----------
    told
        JSON-ready.

    Returns
    -------
    str
        Hexadecimal digits.
    """
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _parts(works: int, size: int) -> tuple[range, ...]:
    return tuple(range(at, min(at + size, works)) for at in range(0, works, size))


def _decides(file: Path, side: int) -> list[object]:
    return [_VERSION, DECODER_VERSION, side, file.name, *size_and_time(file)]


def _readable(root: Path, image: str) -> Path | None:
    """Give a picture's file if it can be read.

    What is looked at is a file's frame: its header, a PNG's checksums, a JPEG's end. Only where
    that leaves a doubt the picture is decoded, which takes a hundred times as long.
    """
    from PIL import Image

    try:
        file = (root / image).resolve()
    except (OSError, RuntimeError, ValueError):  # a loop of links, a name with a null byte
        return None
    # A link may lead out of the collection's folder; its picture is not read.
    if not file.is_relative_to(root) or not file.is_file():
        return None
    sound = False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(file, formats=FORMATS) as picture:
                kind, pixels = picture.format, picture.width * picture.height
                picture.verify()
        sound = pixels <= _LARGE and (kind == "PNG" or (kind == "JPEG" and _ends(file)))
    except Exception:  # PIL's readers meet damaged files with almost any exception
        sound = False
    if sound:
        return file
    try:
        load_picture(file, at_least=SIDE)
    except PictureError:
        return None
    return file


def _ends(file: Path) -> bool:
    """Whether a JPEG's end is there, some bytes of a camera's or a server's after it or not."""
    with file.open("rb") as handle:
        handle.seek(max(0, file.stat().st_size - 64))
        return _END_OF_JPEG in handle.read()
