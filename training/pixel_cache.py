"""Pictures decoded once and kept at the model's size.

An epoch reads every picture again, and a scan of some megapixels takes far longer to decode than
to be learned from. The cache is a folder of ``.npy`` files, 256 pictures each, under a name made of
all that decides the pixels: what is there is therefore right, and an interrupted filling goes on.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from knowledge_graph.atomic import make_folder, replacing, write_text_atomic
from topicart.errors import PictureError, TrainingError
from topicart.images import DECODER_VERSION
from topicart.preprocess import Preprocess, read_pixels
from topicart.stream import default_workers, run_ahead
from training.pairs import Pairs

if TYPE_CHECKING:
    from topicart.slices import Progress

__all__ = ["PixelCache"]

_SHARD = 256
_SPARE = 1 << 30
"""Bytes of the disk that are left free: checkpoints have to be written, too."""


@dataclass(frozen=True, eq=False)
class PixelCache:
    """The pixels of a collection's pictures, as far as they have been decoded."""

    folder: Path
    """Holds ``manifest.json`` and the shards."""
    root: Path
    """The folder that the pictures' paths are relative to."""
    preprocess: Preprocess
    """How pictures were brought to size."""
    files: tuple[str, ...]
    """The pictures' paths, sorted; shard k holds those from ``256 k``."""
    _rows: dict[str, int] = field(repr=False)
    _open: dict[int, NDArray[np.uint8]] = field(default_factory=dict, repr=False)

    @classmethod
    def open(cls, folder: Path, pairs: Pairs, preprocess: Preprocess, *, root: Path) -> PixelCache:
        """Find the cache of some works' pictures, filled or not; nothing is written.

        Parameters
        ----------
        folder : Path
            Where caches are kept.
        pairs : Pairs
            The works.
        preprocess : Preprocess
            How the encoder takes pictures.
        root : Path
            The folder that the pictures' paths are relative to.

        Returns
        -------
        PixelCache
            In a folder named by the pictures' names, sizes and times, and by ``preprocess``.
        """
        files = tuple(sorted({image for work in pairs.works for image in work.images}))
        digest = hashlib.sha256(json.dumps(_made_with(preprocess), sort_keys=True).encode())
        for file in files:
            digest.update(f"{file}\0{_state(root / file)}\0".encode("utf-8", "surrogateescape"))
        rows = {file: row for row, file in enumerate(files)}
        return cls(folder / digest.hexdigest()[:16], root.resolve(), preprocess, files, rows)

    def fill(
        self, *, workers: int | None = None, progress: Progress | None = None, start: float = 0.0
    ) -> None:
        """Decode the pictures of the shards that are missing.

        Parameters
        ----------
        workers : int, optional
            Threads that decode.
        progress : callable, optional
            Called with the pictures done and all pictures.
        start : float
            Share of the shards to pass over at first: machines that share the folder begin at
            different ones, and each finds the others' done.

        Raises
        ------
        TrainingError
            The disk has too little space.
        WriteError
            The folder cannot be written.
        """
        make_folder(self.folder)
        shards = -(-len(self.files) // _SHARD)
        first = int(start * shards)
        missing = [k for k in [*range(first, shards), *range(first)] if self._shard(k) is None]
        self._require_space(len(missing))
        self._write_manifest()
        threads = default_workers() if workers is None else workers
        left = sum(len(self._files_of(shard)) for shard in missing)
        pixels: list[NDArray[np.uint8]] = []
        for (shard, _), outcome in run_ahead(
            self._jobs(missing), self._decode, workers=threads, ahead=4 * threads
        ):
            pixels.append(outcome)
            if len(pixels) == len(self._files_of(shard)):
                with replacing(self._path(shard)) as beside, beside.open("wb") as file:
                    np.save(file, np.stack(pixels), allow_pickle=False)
                left -= len(pixels)
                pixels = []
                if progress is not None:
                    progress(len(self.files) - left, len(self.files))

    def read(self, file: str) -> NDArray[np.uint8] | None:
        """Give the pixels of a picture, from any thread.

        Parameters
        ----------
        file : str
            Its path in the collection's folder.

        Returns
        -------
        ndarray of uint8, shape (height, width, 3), or None
            None if it is not kept, or could not be read.
        """
        row = self._rows.get(file)
        if row is None:
            return None
        shard, place = divmod(row, _SHARD)
        pixels = self._open.get(shard)
        if pixels is None:
            # Two threads may open one shard at once; they see the same file.
            pixels = self._shard(shard)
            if pixels is None:
                return None
            self._open[shard] = pixels
        # A black picture may be one that could not be read: reading it again tells.
        return pixels[place] if pixels[place].any() else None

    def _decode(self, job: tuple[int, str]) -> NDArray[np.uint8]:
        """Read one picture, in a worker thread; black if that fails."""
        outcome = read_pixels(self.root, job[1], self.preprocess)
        if isinstance(outcome, PictureError):
            return np.zeros((*self.preprocess.size, 3), np.uint8)
        return outcome

    def _jobs(self, shards: list[int]) -> Iterator[tuple[int, str]]:
        """List the pictures of shards, lazily, but for those that another machine has written."""
        for shard in shards:
            if self._shard(shard) is None:
                for file in self._files_of(shard):
                    yield shard, file

    def _files_of(self, shard: int) -> tuple[str, ...]:
        return self.files[shard * _SHARD : (shard + 1) * _SHARD]

    def _path(self, shard: int) -> Path:
        return self.folder / f"pixels-{shard:06}.npy"

    def _shard(self, shard: int) -> NDArray[np.uint8] | None:
        """Map a shard into memory; None if it is not there, or damaged."""
        shape = (len(self._files_of(shard)), *self.preprocess.size, 3)
        try:
            pixels = np.load(self._path(shard), mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError):
            return None
        return pixels if pixels.shape == shape and pixels.dtype == np.uint8 else None

    def _require_space(self, shards: int) -> None:
        height, width = self.preprocess.size
        needed = shards * _SHARD * height * width * 3
        free = shutil.disk_usage(self.folder).free
        if needed + _SPARE > free:
            raise TrainingError(
                f"the pixels of {len(self.files):,} pictures need {needed / 1e9:.1f} GB more, and "
                f"{self.folder} is on a disk with {free / 1e9:.1f} GB free. Free some space, "
                "choose another disk, or train without --cache."
            )

    def _write_manifest(self) -> None:
        manifest = {**_made_with(self.preprocess), "pictures": len(self.files), "shard": _SHARD}
        write_text_atomic(self.folder / "manifest.json", json.dumps(manifest, indent=1) + "\n")


def _made_with(preprocess: Preprocess) -> dict[str, object]:
    """Everything but the files that decides the pixels; normalising comes later."""
    how = preprocess.as_dict()
    kept = {name: how[name] for name in ("size", "resize_mode", "interpolation", "fill_color")}
    return {"format": "1.0", "decoder": DECODER_VERSION, **kept}


def _state(file: Path) -> str:
    """Tell whether a file has changed: by its size and time, as make and rsync do."""
    try:
        found = file.stat()
    except OSError:
        return "missing"
    return f"{found.st_size} {found.st_mtime_ns}"
