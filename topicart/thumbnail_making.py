"""Make the reduced copies of a collection's pictures, while they are read to be encoded."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

from knowledge_graph.atomic import make_folder, remove, remove_leftovers, write_bytes_atomic
from topicart.errors import PictureError
from topicart.images import reading_picture
from topicart.stream import default_workers, run_ahead
from topicart.thumbnail_cache import (
    VERSION,
    Thumbnails,
    checksum,
    key_of,
    leads_inside,
    state_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PIL import Image

    from knowledge_graph import Collection
    from topicart.preprocess import Preprocess

Used = TypeVar("Used")

__all__ = ["SIDE", "Made", "ThumbnailMaker", "made_as", "make_missing", "side_for"]

SIDE = 512
"""Shorter side of a copy in pixels: more than most encoders take, and all that a page shows."""

_QUALITY = 92
_LONGEST_STRIP = 8
_KEPT_WHOLE = 512 << 10
"""Most bytes of a file that is kept as it is."""
_SHARD_BYTES = 16 << 20


def side_for(preprocess: Preprocess) -> int:
    """Say how large the copies for an encoder are.

    Parameters
    ----------
    preprocess : Preprocess
        How the encoder takes pictures.

    Returns
    -------
    int
        Their shorter side in pixels: :data:`SIDE`, or the encoder's own where that is larger.
    """
    return max(SIDE, *preprocess.size)


def made_as(preprocess: Preprocess) -> str:
    """Say how the copies for an encoder are made: vectors of copies are not those of files.

    Parameters
    ----------
    preprocess : Preprocess
        How the encoder takes pictures.

    Returns
    -------
    str
        A part of the key of stored vectors.
    """
    return f"thumbnails {VERSION}: {side_for(preprocess)} px, quality {_QUALITY}"


class Made(NamedTuple):
    """A copy that was made and is still to be written."""

    start: str
    """Its name without the checksum."""
    data: bytes


class ThumbnailMaker(Thumbnails):
    """The copies of one size in a folder, to be read, and made where they are missing.

    Parameters
    ----------
    folder : Path
        The folder; created where it is missing. Damaged shards in it are removed.
    side : int
        Shorter side of the copies, in pixels.
    """

    def __init__(self, folder: Path, side: int) -> None:
        make_folder(folder)
        super().__init__(folder, side=side)
        for file in self.damaged:
            remove(file)
        self._side = side
        self._pending: dict[str, bytes] = {}
        self._bytes = 0

    def use(
        self, root: Path, file: str, use: Callable[[Image.Image], Used]
    ) -> tuple[Used | PictureError, Made | None]:
        """Use a picture as its copy shows it, which is made if it is missing; from any thread.

        Parameters
        ----------
        root : Path
            The collection's folder.
        file : str
            The picture's path in it, which leads nowhere else.
        use : callable
            Given the picture, in mode RGB; the same whether the copy was there or not.

        Returns
        -------
        used : object or PictureError
            What ``use`` gave, or why there is no picture.
        made : Made or None
            What to give to :meth:`keep`.
        """
        path = root / file
        state = state_of(path)
        copy = None if state is None else self.read(file, state)
        made = None
        try:
            if copy is None and state is not None:
                made = Made(key_of(file) + state, b"")
                used, data = _used_and_reduced(path, self._side, use)
                return used, made._replace(data=data)
            data = copy[1] if copy else b""
            with reading_picture(data or path, at_least=self._side) as picture:
                return use(picture), None
        except PictureError as error:
            # What has its cause in the moment is tried again the next time.
            return error, None if error.passing else made

    def keep(self, made: Made | None) -> None:
        """Take a copy that was made; full shards are written.

        Parameters
        ----------
        made : Made or None
            What :meth:`use` gave.

        Raises
        ------
        WriteError
            If the folder cannot be written.
        """
        if made is None or made.start in self._pending or made.start in self._recent:
            return
        self._pending[made.start] = made.data
        self._bytes += len(made.data)
        if self._bytes >= _SHARD_BYTES:
            self.write()

    def write(self) -> None:
        """Write what was taken and is not written yet, as a shard.

        Raises
        ------
        WriteError
            If the folder cannot be written.
        """
        from safetensors.numpy import save

        if not self._pending:
            return
        copies = {start + checksum(data): data for start, data in sorted(self._pending.items())}
        digest = hashlib.sha256("".join(copies).encode()).hexdigest()[:24]
        file = self.folder / f"{self._side}-{digest}.safetensors"
        write_bytes_atomic(
            file, save({name: np.frombuffer(data, np.uint8) for name, data in copies.items()})
        )
        self._add(copies, file, self._side)
        self._pending, self._bytes = {}, 0


def make_missing(
    collection: Collection,
    folder: Path,
    side: int,
    *,
    workers: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> None:
    """Make the copies that encoding did not: of works whose vectors were there already.

    Parameters
    ----------
    collection : Collection
        The works.
    folder : Path
        Where copies are kept; shards with none of these works' are removed.
    side : int
        Shorter side of the copies, from :func:`side_for`.
    workers : int, optional
        Threads that decode.
    progress : callable, optional
        Called with the number of copies made so far.

    Raises
    ------
    WriteError
        If the folder cannot be written.
    """
    maker = ThumbnailMaker(folder, side)
    # Not by each maker: on another node the one that writes seems to be gone.
    remove_leftovers(folder)
    root = collection.root.resolve()
    used: set[int] = set()

    def _missing() -> Iterator[str]:
        for chunk in collection.arrow.column("images").chunks:
            for file in chunk.flatten().to_pylist():
                state = state_of(root / file)
                # Of a file that is gone every copy stays.
                if found := maker.find(file, state):
                    used.update(shard for _, _, shard in found)
                elif state is not None:
                    yield file

    def _make(file: str) -> Made | None:
        with suppress(PictureError):  # told when the work was encoded
            if leads_inside(root, file):
                return maker.use(root, file, lambda _: None)[1]
        return None

    threads = default_workers() if workers is None else workers
    present = len(maker.shards)
    stream = run_ahead(_missing(), _make, workers=threads, ahead=4 * threads)
    for done, (_, made) in enumerate(stream, start=1):
        maker.keep(made)
        if progress is not None:
            progress(done)
    maker.write()
    for number, file in enumerate(maker.shards[:present]):
        if number not in used:
            remove(file)


def _used_and_reduced(
    path: Path, side: int, use: Callable[[Image.Image], Used]
) -> tuple[Used, bytes]:
    """Use a picture as its copy shows it, and give that copy."""
    from PIL import Image

    whole, written = b"", BytesIO()
    with suppress(OSError):  # told when it is read
        # A pipe has no size, and no end.
        if path.is_file() and path.stat().st_size <= _KEPT_WHOLE:
            whole = path.read_bytes()
    with reading_picture(whole or path, at_least=side) as picture:
        short, long = sorted(picture.size)
        if whole and short <= side:
            return use(picture), whole
        if long > _LONGEST_STRIP * short:
            return use(picture), b""
        if short > side:
            width, height = (max(round(n * side / short), side) for n in picture.size)
            picture = picture.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)
        picture.save(written, "JPEG", quality=_QUALITY, subsampling=0)
    with reading_picture(written.getvalue(), at_least=side) as copy:
        return use(copy), written.getvalue()
