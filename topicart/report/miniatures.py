"""A small copy of every work's picture, many in one file, made once and kept in the run.

The copies lie in Parquet files: key, state, width, height and the bytes of a WebP. The key is of
the work, the state of the file that the copy was made of, so that a picture that has changed is
copied anew and one that is gone is still there.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import lru_cache, partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge_graph.atomic import make_folder, remove, remove_leftovers, replacing
from topicart.errors import PictureError
from topicart.images import load_picture

if TYPE_CHECKING:
    import pyarrow as pa
    from PIL import Image

    from topicart.thumbnail_cache import LoadPicture

__all__ = [
    "Miniature",
    "SmallWanted",
    "kept_miniatures",
    "make_miniatures",
    "open_miniature",
]

_QUALITY = 82
# Part of every state: raise it when the same file would give another copy.
_VERSION = 1
# An interrupted run loses no more than these.
_PER_FILE = 2000
_LARGEST = 255


@dataclass(frozen=True)
class SmallWanted:
    """A picture to make small.

    Parameters
    ----------
    id
        The work's.
    image
        Its path relative to the collection's root.
    side
        Longest side of the copy in pixels; smaller pictures are not enlarged.
    """

    id: str
    image: str
    side: int


@dataclass(frozen=True)
class Miniature:
    """A small copy.

    Parameters
    ----------
    state
        Says of which file it is and how it was made: equal states, equal pictures.
    width, height
        In pixels.
    webp
        Its bytes.
    """

    state: str
    width: int
    height: int
    webp: bytes


def make_miniatures(
    wanted: Sequence[SmallWanted],
    root: Path,
    folder: Path,
    *,
    load: LoadPicture = load_picture,
    progress: Callable[[int, int], None] | None = None,
) -> list[Miniature | None]:
    """Make the small copies that are not there yet, and remove those no longer wanted.

    What an interrupted call has made is kept, and the next one goes on from there.

    Parameters
    ----------
    wanted
        The pictures.
    root
        The folder that they must lie in.
    folder
        Where the copies are kept; made if missing.
    load
        Reads a picture; a run may keep reduced ones.
    progress
        Called with the number done and the number wanted.

    Returns
    -------
    list of Miniature or None
        The copy of each; ``None`` where the picture is missing, damaged or outside its root and
        no earlier copy is there.
    """
    make_folder(folder)
    remove_leftovers(folder)
    kept = _read(folder)
    by_key = {key: copy for found in kept.values() for key, copy in found}
    by_state = {copy.state: copy for found in kept.values() for _, copy in found}
    real_root = os.path.realpath(root)
    keys = [_key(item) for item in wanted]
    states = [_state(item, real_root) for item in wanted]
    copies = [
        by_key.get(key) if state is None else by_state.get(state)
        for key, state in zip(keys, states, strict=True)
    ]
    missing = [
        row
        for row, (copy, state) in enumerate(zip(copies, states, strict=True))
        if copy is None and state is not None
    ]
    done = len(wanted) - len(missing)
    if progress is not None:
        progress(done, len(wanted))

    def count() -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(done, len(wanted))

    make = partial(_copy, root=Path(real_root), load=load)
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        for start in range(0, len(missing), _PER_FILE):
            rows = missing[start : start + _PER_FILE]
            try:
                _copy_all(pool, rows, wanted, states, copies, make, count)
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
            finally:
                _write(folder, [(keys[row], copy) for row in rows if (copy := copies[row])])
    _drop_stale(folder, kept, {copy.state for copy in copies if copy is not None})
    return copies


def kept_miniatures(
    ids: Sequence[str], folder: Path, *, sides: Sequence[int]
) -> list[Miniature | None]:
    """Return the small copies that are kept of some works, without looking at their pictures.

    Parameters
    ----------
    ids
        The works'.
    folder
        Where the copies are kept; it need not be there.
    sides
        Longest sides that a copy may have been made for, the best first.

    Returns
    -------
    list of Miniature or None
        The best copy of each; ``None`` where none is kept.
    """
    kept = {key: copy for found in _read(folder).values() for key, copy in found}
    return [
        next(
            (
                copy
                for side in sides
                if (copy := kept.get(_key(SmallWanted(work_id, "", side)))) is not None
            ),
            None,
        )
        for work_id in ids
    ]


def open_miniature(copy: Miniature) -> Image.Image | None:
    """Decode a small copy.

    Parameters
    ----------
    copy
        The copy.

    Returns
    -------
    PIL.Image.Image or None
        The picture in mode RGB; ``None`` if the file of copies is damaged there.
    """
    from PIL import Image

    try:
        with Image.open(BytesIO(copy.webp), formats=("WEBP",)) as picture:
            # Whoever hands over a run may have changed it: no more is decoded than was promised.
            if picture.size != (copy.width, copy.height) or max(picture.size) > _LARGEST:
                return None
            decoded: Image.Image = picture.convert("RGB")
            return decoded
    except (OSError, ValueError):
        return None


def _copy_all(
    pool: ThreadPoolExecutor,
    rows: Sequence[int],
    wanted: Sequence[SmallWanted],
    states: Sequence[str | None],
    copies: list[Miniature | None],
    make: Callable[[SmallWanted, str], Miniature | None],
    count: Callable[[], None],
) -> None:
    """Copy some of the pictures; those that are done stand in ``copies`` also if it is stopped."""
    futures = {pool.submit(make, wanted[row], states[row] or ""): row for row in rows}
    for future in as_completed(futures):
        copies[futures[future]] = future.result()
        count()


def _copy(item: SmallWanted, state: str, root: Path, load: LoadPicture) -> Miniature | None:
    try:
        picture = load(root / item.image, at_least=item.side)
    except PictureError:
        # The run's problems.csv says why.
        return None
    picture.thumbnail((item.side, item.side), reducing_gap=3.0)
    written = BytesIO()
    picture.save(written, "WEBP", quality=_QUALITY, method=2)
    return Miniature(state, *picture.size, written.getvalue())


def _state(item: SmallWanted, root: str) -> str | None:
    """Say of which file a copy is; ``None`` if there is no such file in the root."""
    path = Path(root, item.image)
    try:
        inside = _within(str(path.parent), root)
        found = path.lstat() if inside else None
        if found and stat.S_ISLNK(found.st_mode):
            found = path.stat() if path.resolve().is_relative_to(root) else None
    # A NUL in the path, a loop of links.
    except (OSError, ValueError, RuntimeError):
        return None
    if found is None or not stat.S_ISREG(found.st_mode):
        return None
    told = f"{item.id}|{item.image}|{found.st_size}|{found.st_mtime_ns}|{item.side}|{_VERSION}"
    return hashlib.sha256(told.encode()).hexdigest()[:24]


@lru_cache(maxsize=4096)
def _within(folder: str, root: str) -> bool:
    """Tell whether a folder lies in the root; many pictures share one."""
    return Path(os.path.realpath(folder)).is_relative_to(root)


def _key(item: SmallWanted) -> str:
    return hashlib.sha256(f"{item.id}|{item.side}".encode()).hexdigest()[:24]


def _read(folder: Path) -> dict[Path, list[tuple[str, Miniature]]]:
    """Read what is there; a file that cannot be read is removed, its pictures are copied again."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    found = {}
    for path in sorted(folder.glob("*.parquet")):
        try:
            table = pq.read_table(path, schema=_schema())
        except (pa.ArrowException, ValueError, OSError):
            remove(path)
            continue
        columns = [table[name].to_pylist() for name in ("state", "width", "height", "webp")]
        copies = [Miniature(*values) for values in zip(*columns, strict=True)]
        found[path] = [
            (key, copy)
            for key, copy in zip(table["key"].to_pylist(), copies, strict=True)
            if 0 < copy.width <= _LARGEST and 0 < copy.height <= _LARGEST
        ]
    return found


def _write(folder: Path, copies: Sequence[tuple[str, Miniature]], path: Path | None = None) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not copies:
        return
    rows = [
        {
            "key": key,
            "state": copy.state,
            "width": copy.width,
            "height": copy.height,
            "webp": copy.webp,
        }
        for key, copy in copies
    ]
    table = pa.Table.from_pylist(rows, schema=_schema())
    with replacing(path or folder / f"{secrets.token_hex(8)}.parquet") as beside:
        pq.write_table(table, beside, compression="none", use_dictionary=False)


def _drop_stale(
    folder: Path, kept: dict[Path, list[tuple[str, Miniature]]], wanted: set[str]
) -> None:
    for path, copies in kept.items():
        fresh = [(key, copy) for key, copy in copies if copy.state in wanted]
        if not fresh:
            remove(path)
        elif len(fresh) < len(copies):
            _write(folder, fresh, path)


def _schema() -> pa.Schema:
    import pyarrow as pa

    fields = {"key": pa.string(), "state": pa.string(), "width": pa.uint16()}
    return pa.schema(
        [
            pa.field(name, kind, nullable=False)
            for name, kind in {**fields, "height": pa.uint16(), "webp": pa.binary()}.items()
        ]
    )
