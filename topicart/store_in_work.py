"""A store of embeddings that is being made: which shards there will be, and which are there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from knowledge_graph import Problem
from knowledge_graph.atomic import remove
from topicart.shards import (
    FORMAT,
    MANIFEST,
    VERSION,
    find_shard,
    remove_beyond,
    shard_name,
    write_manifest,
    write_shard,
)
from topicart.slices import Progress, encode_slices, slices_of
from topicart.thumbnail_making import ThumbnailMaker, made_as, side_for

if TYPE_CHECKING:
    from knowledge_graph import Collection
    from topicart.encoder import Encoder

__all__ = ["SHARE", "StoreInWork", "digest", "size_and_time"]

SHARE = ".share-"
"""How the locks begin by which several processes share out the shards."""
_DTYPES = ("float32", "float16")


@dataclass(frozen=True, eq=False)
class StoreInWork:
    """A folder of embeddings that is being made of a collection: which shards, and which are there.

    Raises
    ------
    ValueError
        If ``shard_size`` is less than 1, or ``dtype`` unknown.
    """

    encoder: Encoder
    """The model."""
    collection: Collection
    """Works and their pictures."""
    folder: Path
    """Where to; made by :func:`encode_to`."""
    shard_size: int | None = None
    """Works in a shard; by default 256 up to 10,000 works, 1,024 above."""
    dtype: str = "float32"
    """Type of the vectors on disk: ``float32``, or ``float16`` for half the space."""
    thumbnails: Path | None = None
    """Folder of reduced copies of the pictures, which are read, or made where they are missing."""

    def __post_init__(self) -> None:
        if self.dtype not in _DTYPES:
            raise ValueError(f"dtype must be {' or '.join(_DTYPES)}, got {self.dtype!r}.")

    @cached_property
    def slices(self) -> list[range]:
        """Rows of the collection, for each shard.

        Returns
        -------
        list of range
            In order.
        """
        return slices_of(len(self.collection), self.shard_size)

    @cached_property
    def keys(self) -> list[str]:
        """What decides the content of each shard, as a hash; looked up once.

        Returns
        -------
        list of str
            As many as there are shards.
        """
        kind = [self.encoder.fingerprint, self.dtype]
        if self.thumbnails is not None:
            kind.append(made_as(self.encoder.preprocess))
        return [_slice_key(self.collection, rows, kind) for rows in self.slices]

    @cached_property
    def _maker(self) -> ThumbnailMaker | None:
        """Of the reduced copies, for all shards: it opens each file of copies that is there."""
        if self.thumbnails is None:
            return None
        return ThumbnailMaker(self.thumbnails, side_for(self.encoder.preprocess))

    def problems_in(self, number: int) -> tuple[Problem, ...] | None:
        """Look for a shard.

        Parameters
        ----------
        number : int
            Its place.

        Returns
        -------
        tuple of Problem or None
            The pictures that could not be read, or ``None`` if the shard is still to be made, or
            made anew: because a picture of it can be read now.
        """
        file = self.folder / shard_name(number)
        shard = find_shard(file, self.keys[number], self.encoder.dim)
        if shard is None or any(_is_readable(self.collection.root / it) for it in shard.passing):
            return None
        return shard.problems

    def encode(
        self,
        numbers: Iterable[int],
        *,
        batch_size: int = 32,
        workers: int | None = None,
        progress: Progress | None = None,
        done: int = 0,
    ) -> Iterator[tuple[int, tuple[Problem, ...]]]:
        """Make shards, in a stream.

        Parameters
        ----------
        numbers : iterable of int
            Their places.
        batch_size, workers, progress
            As for :func:`encode_to`.
        done : int
            Works that are there already and count as progress.

        Yields
        ------
        tuple of int and tuple of Problem
            The place of a shard that is on the disk now, and its pictures that could not be read.

        Raises
        ------
        WriteError
            If it cannot be written.
        """
        wanted = list(numbers)
        encoded = encode_slices(
            self.encoder,
            self.collection,
            [self.slices[number] for number in wanted],
            batch_size=batch_size,
            workers=workers,
            maker=self._maker,
            progress=progress,
            done=done,
        )
        for number, part in zip(wanted, encoded, strict=True):
            write_shard(self.folder / shard_name(number), self.keys[number], part, self.dtype)
            yield number, part.problems

    def open_again(self) -> None:
        """Take away the manifest: a store without one is being made; see :func:`open_embeddings`.

        Raises
        ------
        WriteError
            If it may not be removed.
        """
        remove(self.folder / MANIFEST)

    @property
    def is_finished(self) -> bool:
        """Whether the manifest is there.

        Returns
        -------
        bool
            Not while shards are made.
        """
        return (self.folder / MANIFEST).is_file()

    def finish(self) -> None:
        """Write the manifest, now that all shards are there; it is the same whoever writes it.

        Raises
        ------
        WriteError
            If it cannot be written.
        """
        remove_beyond(self.folder, len(self.slices))
        for left in self.folder.glob(f"{SHARE}*"):  # by a process that was killed
            with suppress(OSError):  # Windows removes none that is open
                left.unlink()
        described = {
            "model": self.encoder.name,
            "weights_sha256": self.encoder.weights_sha256,
            "fingerprint": self.encoder.fingerprint,
            "preprocess": self.encoder.preprocess.as_dict(),
            "precision": self.encoder.precision,
        }
        if self.thumbnails is not None:
            described["thumbnails"] = made_as(self.encoder.preprocess)
        write_manifest(self.folder, self.keys, self.encoder.dim, self.dtype, described)


def _slice_key(collection: Collection, rows: range, kind: list[str]) -> str:
    """The key of a slice: SHA-256 of all that decides its vectors and problems."""
    part = collection.arrow.select(["id", "images"]).slice(rows.start, len(rows)).to_pydict()
    works = [
        [id_, [[file, *size_and_time(collection.root / file)] for file in images]]
        for id_, images in zip(part["id"], part["images"], strict=True)
    ]
    return digest([FORMAT, VERSION, *kind, works])


def _is_readable(file: Path) -> bool:
    try:
        with file.open("rb") as picture:
            return bool(picture.read(1))
    except OSError:
        return False


def size_and_time(file: Path) -> tuple[int, int]:
    """Look up what tells whether a file has changed.

    Parameters
    ----------
    file : Path
        A file, which need not be there.

    Returns
    -------
    tuple of int
        Size in bytes and time of change in nanoseconds; -1 for what cannot be looked at.
    """
    try:
        status = file.stat()
    except OSError:
        return (-1, -1)
    return (status.st_size, status.st_mtime_ns)


def digest(content: Any) -> str:
    """Hash JSON values.

    Parameters
    ----------
    content : Any
        The values.

    Returns
    -------
    str
        SHA-256, in hexadecimal.
    """
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()
