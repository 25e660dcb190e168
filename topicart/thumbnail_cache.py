"""Reduced copies of a collection's pictures, many in one file, to be read instead of them.

::

    thumbnails/
      512-1f0c8a….safetensors  a few hundred small picture files; 512 is their shorter side
      ...

A copy's name is made of its picture's path in the collection, of that file's size and time of
change, and of its own checksum. A picture that is small already is kept as it is, byte by byte;
one of which a copy would be no help (a very long strip, a damaged file) is kept as no bytes.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from topicart.errors import PictureError
from topicart.images import DECODER_VERSION, load_picture, picture_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PIL import Image


__all__ = ["VERSION", "LoadPicture", "Thumbnails", "checksum", "key_of", "leads_inside", "state_of"]

VERSION = 1
"""Part of every state: raise it when the same file would give another copy."""
_OWN_NAME = re.compile(r"(\d+)-[0-9a-f]{24}\.safetensors")
_KEY, _STATE, _CHECK = 20, 12, 8


class LoadPicture(Protocol):
    """What reads a picture, as :func:`topicart.images.load_picture` does."""

    def __call__(self, path: Path, *, at_least: int | None = None) -> Image.Image:
        """Read a picture.

        Parameters
        ----------
        path : Path
            The file.
        at_least : int, optional
            The shorter side that is needed, in pixels.

        Returns
        -------
        PIL.Image.Image
            In mode RGB.
        """
        ...


class Thumbnails:
    """The copies that a folder holds, to be read from any thread.

    Parameters
    ----------
    folder : Path
        The folder; where there is none, every picture is read from its own file.
    side : int, optional
        Only copies of this shorter side; by default all of them.
    """

    def __init__(self, folder: Path, *, side: int | None = None) -> None:
        from safetensors import SafetensorError

        self.folder = Path(folder)
        self.damaged: list[Path] = []
        self.shards: list[Path] = []
        self._sides: list[int] = []
        self._opened = lru_cache(maxsize=4)(_open_shard)
        # Shards added since the index was sorted are few beside it: a million copies are sorted
        # a few times in all.
        self._recent: dict[str, tuple[int, str, int]] = {}
        found = []
        for file in sorted(self.folder.glob("*.safetensors")):
            match = _OWN_NAME.fullmatch(file.name)
            if not match or side not in (None, int(match[1])):
                continue
            try:
                shard = _open_shard(file)
            except SafetensorError:
                self.damaged.append(file)
                continue
            # What cannot be opened at this moment may be the last copies there are.
            if shard is not None:
                found.append((shard.keys(), self._number(file, int(match[1]))))
        self._index = _sorted(found)

    def load(self, root: Path, file: str, *, at_least: int) -> Image.Image:
        """Read a picture from its copy; from its own file where no copy is large enough.

        Parameters
        ----------
        root : Path
            The collection's folder.
        file : str
            The picture's path in it, which leads nowhere else.
        at_least : int
            The shorter side that is needed, in pixels, as :func:`topicart.images.load_picture`
            takes it.

        Returns
        -------
        PIL.Image.Image
            The picture in mode RGB.

        Raises
        ------
        PictureError
            If there is no copy and the file cannot be read.
        """
        state = state_of(root / file)
        side, data = self.read(file, state) or (0, b"")
        # Of a file that is gone an earlier copy, of whatever size, is better than nothing.
        if data and (state is None or at_least <= side):
            with suppress(PictureError):
                return picture_of(data, at_least=at_least)
        return load_picture(root / file, at_least=at_least)

    def reader(self, root: Path) -> LoadPicture:
        """Give what reads pictures of a collection by their place, from copies where it can.

        Parameters
        ----------
        root : Path
            The collection's folder.

        Returns
        -------
        LoadPicture
            As :func:`topicart.images.load_picture`.
        """
        if not self.shards:
            return load_picture
        within = root.resolve()

        def _load(path: Path, *, at_least: int | None = None) -> Image.Image:
            for folder in (root, within):
                if at_least is not None and path.is_relative_to(folder):
                    file = path.relative_to(folder).as_posix()
                    return self.load(folder, file, at_least=at_least)
            return load_picture(path, at_least=at_least)

        return _load

    def find(self, file: str, state: str | None) -> list[tuple[int, str, int]]:
        """Look up the copies of a picture.

        Parameters
        ----------
        file : str
            Its path in the collection.
        state : str or None
            Of its file; ``None`` for any.

        Returns
        -------
        list of tuple of (int, str, int)
            Shorter side, name and number of the shard of each, the largest first.
        """
        start = key_of(file) + (state or "")
        # In this order: a copy is in the index before it leaves what is recent.
        if (recent := self._recent.get(start)) is not None:
            return [recent]
        names, shards = self._index
        row = int(np.searchsorted(names, start.encode()))
        found = []
        while row < len(names) and (name := names[row].decode()).startswith(start):
            found.append((self._sides[shards[row]], name, int(shards[row])))
            row += 1
        return sorted(found, reverse=True)

    def read(self, file: str, state: str | None) -> tuple[int, bytes] | None:
        """Give the largest copy of a picture that is not damaged.

        Parameters
        ----------
        file : str
            Its path in the collection.
        state : str or None
            Of its file; ``None`` for any.

        Returns
        -------
        tuple of (int, bytes) or None
            Its shorter side, and a small picture file, or no bytes where it was found that nothing
            is worth keeping; ``None`` where there is no copy.
        """
        from safetensors import SafetensorError

        for side, name, shard in self.find(file, state):
            with suppress(SafetensorError):
                opened = self._opened(self.shards[shard])
                data = b"" if opened is None else bytes(opened.get_tensor(name))
                if name.endswith(checksum(data)):
                    return side, data
        return None

    def _number(self, file: Path, side: int) -> int:
        """Enter a shard and give its number."""
        self.shards.append(file)
        self._sides.append(side)
        return len(self.shards) - 1

    def _add(self, names: Iterable[str], file: Path, side: int) -> None:
        """Enter the copies of a shard that has been written."""
        shard = self._number(file, side)
        self._recent |= {name[:-_CHECK]: (side, name, shard) for name in names}
        known, shards = self._index
        if len(self._recent) > 4096 + len(known) // 4:
            more = [([name], number) for _, name, number in self._recent.values()]
            self._index = _sorted(more, known, shards)
            self._recent = {}


def leads_inside(root: Path, file: str) -> bool:
    """Tell whether a picture's path stays in the collection's folder, links followed.

    Parameters
    ----------
    root : Path
        The folder, resolved.
    file : str
        The path in it.

    Returns
    -------
    bool
        Whether it does.

    Raises
    ------
    PictureError
        If the path cannot be followed.
    """
    try:
        return (root / file).resolve().is_relative_to(root)
    except (OSError, RuntimeError, ValueError) as error:  # a loop of links; a NUL in the path
        raise PictureError(f"the path cannot be followed ({error})") from error


def state_of(path: Path) -> str | None:
    """Say which state of a file a copy is of.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    str or None
        Made of its size, its time of change, and the way that copies are made; ``None`` if it
        cannot be looked at.
    """
    try:
        found = path.stat()
    except (OSError, ValueError):  # ValueError: a NUL in the path
        return None
    told = f"{found.st_size}|{found.st_mtime_ns}|{DECODER_VERSION}|{VERSION}"
    return hashlib.sha256(told.encode()).hexdigest()[:_STATE]


def key_of(file: str) -> str:
    """Say how the names of a picture's copies begin.

    Parameters
    ----------
    file : str
        Its path in the collection.

    Returns
    -------
    str
        Hexadecimal digits; the state of the file and the checksum follow.
    """
    return hashlib.sha256(file.encode("utf-8", "surrogatepass")).hexdigest()[:_KEY]


def checksum(data: bytes) -> str:
    """Say how the name of a copy ends.

    Parameters
    ----------
    data : bytes
        The copy.

    Returns
    -------
    str
        Hexadecimal digits.
    """
    return f"{zlib.crc32(data):08x}"


def _open_shard(file: Path) -> Any:
    """Open a shard for reading single copies; ``None`` if it is gone or cannot be read now."""
    from safetensors import safe_open

    try:
        return safe_open(file, framework="numpy")
    except OSError:
        return None


def _sorted(
    found: Iterable[tuple[Iterable[str], int]],
    known: NDArray[np.bytes_] | None = None,
    shards: NDArray[np.int32] | None = None,
) -> tuple[NDArray[np.bytes_], NDArray[np.int32]]:
    """Sort the names of copies, each with the number of its shard, into two arrays."""
    kind = f"S{_KEY + _STATE + _CHECK}"
    parts = [np.array([], kind) if known is None else known]
    numbers = [np.array([], np.int32) if shards is None else shards]
    for names, shard in found:
        part = np.array([name.encode() for name in names], kind)
        parts.append(part)
        numbers.append(np.full(len(part), shard, np.int32))
    names_, numbers_ = np.concatenate(parts), np.concatenate(numbers)
    order = np.argsort(names_, kind="stable")
    return names_[order], numbers_[order]
