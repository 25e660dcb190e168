"""Small WebP copies of the pictures that the page shows, made once and kept."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge_graph.atomic import make_folder, remove, remove_leftovers, replacing
from topicart.errors import PictureError
from topicart.images import load_picture

if TYPE_CHECKING:
    from topicart.thumbnail_cache import LoadPicture

__all__ = ["Thumbnail", "Wanted", "kept_thumbnails", "make_thumbnails"]

_QUALITY = 80
# Part of every name: raise it when the same file would give another thumbnail.
_VERSION = 1
_OWN_NAME = re.compile(r"[0-9a-f]{20}-[0-9a-f]{12}\.webp")


@dataclass(frozen=True)
class Wanted:
    """A picture to make small.

    Parameters
    ----------
    root
        The folder that the picture must lie in.
    image
        Its path relative to ``root``.
    long_side
        Longest side of the copy in pixels; smaller pictures are not enlarged.
    load
        Reads the picture; a run may keep a reduced one.
    """

    root: Path
    image: str
    long_side: int
    load: LoadPicture = load_picture


@dataclass(frozen=True)
class Thumbnail:
    """A small copy.

    Parameters
    ----------
    file
        Its name, made of hashes: nothing of the collection's own names is in it.
    width, height
        In pixels.
    """

    file: str
    width: int
    height: int


def make_thumbnails(
    wanted: Mapping[str, Wanted],
    folder: Path,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Thumbnail]:
    """Make the small copies that are not there yet, and remove those no longer wanted.

    Parameters
    ----------
    wanted
        The picture of each work id.
    folder
        Where the copies go; made if missing.
    progress
        Called with the number done and the number wanted.

    Returns
    -------
    dict
        The copy of each work id. Works whose picture is missing, damaged or outside its root are
        left out, unless an earlier copy is there: a page can be made anew after the pictures
        have moved.
    """
    make_folder(folder)
    remove_leftovers(folder)
    present: dict[str, list[str]] = {}
    for name in sorted(entry.name for entry in os.scandir(folder)):
        if _OWN_NAME.fullmatch(name):
            present.setdefault(name[:20], []).append(name)
    done: dict[str, Thumbnail] = {}
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        futures = {
            pool.submit(_make, work_id, item, folder, present.get(_key(work_id), [])): work_id
            for work_id, item in wanted.items()
        }
        try:
            for count, future in enumerate(as_completed(futures), start=1):
                thumbnail = future.result()
                if thumbnail is not None:
                    done[futures[future]] = thumbnail
                if progress is not None:
                    progress(count, len(futures))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    kept = {thumbnail.file for thumbnail in done.values()}
    for names in present.values():
        for name in names:
            if name not in kept:
                remove(folder / name)
    return done


def kept_thumbnails(ids: Iterable[str], folder: Path) -> dict[str, Thumbnail]:
    """Return the copies that are there, without looking at the pictures they were made of.

    Parameters
    ----------
    ids
        The works'.
    folder
        Where the copies lie; it need not be there.

    Returns
    -------
    dict
        The copy of each work id that has one.
    """
    names = sorted(entry.name for entry in os.scandir(folder)) if folder.is_dir() else []
    present = {name[:20]: name for name in names if _OWN_NAME.fullmatch(name)}
    found = {
        work_id: _existing(folder / present[key])
        for work_id in ids
        if (key := _key(work_id)) in present
    }
    return {work_id: copy for work_id, copy in found.items() if copy is not None}


def _make(work_id: str, item: Wanted, folder: Path, present: list[str]) -> Thumbnail | None:
    """Return the copy of one picture: an earlier one of the same file, or a new one."""
    path = item.root / item.image
    try:
        stat = path.stat()
        if not path.resolve().is_relative_to(item.root.resolve()):
            return None
    except (OSError, ValueError):  # ValueError: a NUL in the path
        return _existing(folder / present[-1]) if present else None
    state = f"{item.image}|{stat.st_size}|{stat.st_mtime_ns}|{item.long_side}|{_VERSION}"
    name = f"{_key(work_id)}-{hashlib.sha256(state.encode()).hexdigest()[:12]}.webp"
    if name in present and (found := _existing(folder / name)):
        return found
    try:
        picture = item.load(path, at_least=item.long_side)
    except PictureError:
        # The run's problems.csv says why; the page shows a quiet placeholder.
        return None
    picture.thumbnail((item.long_side, item.long_side), reducing_gap=3.0)
    with replacing(folder / name) as beside:
        picture.save(beside, "WEBP", quality=_QUALITY, method=4)
    return Thumbnail(name, *picture.size)


def _existing(path: Path) -> Thumbnail | None:
    """Return an earlier copy, unless it is damaged."""
    from PIL import Image

    try:
        with Image.open(path, formats=("WEBP",)) as picture:
            return Thumbnail(path.name, *picture.size)
    except OSError:
        return None


def _key(work_id: str) -> str:
    return hashlib.sha256(work_id.encode()).hexdigest()[:20]
