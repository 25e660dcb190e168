"""Encode a collection slice by slice, in a stream: what is stored, and resumed, as one.

Decoding runs ahead of the encoder across the borders of slices; the batches do not. A batch is
begun before the one before it is waited for, so that an engine that can always has one in hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from knowledge_graph import Problem
from topicart.embeddings import Embeddings, normalise
from topicart.errors import PictureError
from topicart.preprocess import Preprocess, read_and_keep, read_pixels
from topicart.stream import default_workers, run_ahead

if TYPE_CHECKING:
    from pathlib import Path

    from knowledge_graph import Collection
    from topicart.encoder import Encoder
    from topicart.engines import Pending
    from topicart.thumbnail_making import Made, ThumbnailMaker

__all__ = ["EncodedSlice", "Progress", "encode_slices", "require_positive", "slices_of"]

Progress = Callable[[int, int], None]
"""Called with the number of works done and of all works."""


@dataclass(frozen=True, eq=False)
class EncodedSlice:
    """What encoding a few neighbouring works of a collection gave."""

    rows: range
    """The works' rows in the collection."""
    embeddings: Embeddings
    """Vectors of those with a readable picture."""
    problems: tuple[Problem, ...]
    """Pictures that could not be read."""
    passing: tuple[str, ...] = ()
    """Files among them of which another attempt may read what this one could not."""


def slices_of(works: int, size: int | None = None) -> list[range]:
    """Cut a collection into the slices that are encoded, and stored, as one.

    Parameters
    ----------
    works : int
        Number of works.
    size : int, optional
        Works in a slice. By default 256 up to 10,000 works (an interruption costs seconds) and
        1,024 above (a million works make a thousand files).

    Returns
    -------
    list of range
        Rows from 0 to ``works``; the last slice may be shorter.

    Raises
    ------
    ValueError
        If ``size`` is less than 1.
    """
    step = (256 if works <= 10_000 else 1_024) if size is None else size
    require_positive("the size of a slice", step)
    return [range(start, min(start + step, works)) for start in range(0, works, step)]


def encode_slices(
    encoder: Encoder,
    collection: Collection,
    slices: Sequence[range],
    *,
    batch_size: int = 32,
    workers: int | None = None,
    progress: Progress | None = None,
    done: int = 0,
    maker: ThumbnailMaker | None = None,
) -> Iterator[EncodedSlice]:
    """Encode slices of a collection in a stream: the next pictures are decoded meanwhile.

    A batch never holds pictures of two slices. A slice's vectors therefore do not depend on
    which other slices are encoded, and an interrupted run that goes on is equal to the bit.

    Parameters
    ----------
    encoder : Encoder
        The model.
    collection : Collection
        Works and their pictures.
    slices : sequence of range
        Rows of the collection.
    batch_size : int
        Pictures at a time.
    workers : int, optional
        Threads that decode.
    progress : callable, optional
        Called with the works done and all works.
    done : int
        Works that were done before and count as progress.
    maker : ThumbnailMaker, optional
        Of reduced copies: those that are missing are made, and the vectors are of the copies, not
        of the files. By default none are read or made.

    Yields
    ------
    EncodedSlice
        One for each of ``slices``, in order.

    Raises
    ------
    ValueError
        If ``batch_size`` or ``workers`` is less than 1.
    WriteError
        If the folder of copies cannot be written.
    """
    threads = default_workers() if workers is None else workers
    require_positive("batch_size", batch_size)
    require_positive("workers", threads)
    total = done + sum(len(rows) for rows in slices)
    stream = run_ahead(
        _picture_jobs(collection, slices),
        partial(_load, root=collection.root, preprocess=encoder.preprocess, maker=maker),
        workers=threads,
        # One batch ready while another is encoded, and work for every thread besides.
        ahead=2 * batch_size + 2 * threads,
    )
    remaining = iter(slices)
    current = _SliceInWork(encoder, next(remaining, range(0)))
    ended: _SliceInWork | None = None
    for job, (outcome, made) in stream:
        if maker is not None:
            maker.keep(made)
        begun = current.add(job, outcome, batch_size) if job.file else current.end()
        if maker is not None and not job.file:
            maker.write()
        if begun and ended is not None:
            yield ended.finish()
            done += len(ended.rows)
            ended = None
            if progress is not None:
                progress(done, total)
        if not job.file:
            ended, current = current, _SliceInWork(encoder, next(remaining, range(0)))
        elif begun and progress is not None:
            progress(done + job.row - current.rows.start, total)
    if ended is not None:
        yield ended.finish()
        if progress is not None:
            progress(total, total)


def require_positive(name: str, value: int) -> None:
    """Refuse a number less than 1.

    Parameters
    ----------
    name : str
        What it is, for the message.
    value : int
        The number.

    Raises
    ------
    ValueError
        If it is.
    """
    if value < 1:
        raise ValueError(f"{name} must be at least 1, got {value}.")


@dataclass(frozen=True)
class _PictureJob:
    """One picture to read, or, without a file, the end of a slice."""

    row: int
    id: str = ""
    file: str = ""


def _picture_jobs(collection: Collection, slices: Sequence[range]) -> Iterator[_PictureJob]:
    """List the pictures of slices, lazily."""
    table = collection.arrow.select(["id", "images"])
    for rows in slices:
        part = table.slice(rows.start, len(rows)).to_pydict()
        for row, id_, images in zip(rows, part["id"], part["images"], strict=True):
            for file in images:
                yield _PictureJob(row, id_, file)
        yield _PictureJob(rows.stop)


class _SliceInWork:
    """Collects pictures of a slice into batches, and their vectors into those of works."""

    def __init__(self, encoder: Encoder, rows: range) -> None:
        self.rows = rows
        self._encoder = encoder
        self._jobs: list[_PictureJob] = []
        self._pixels: list[NDArray[np.uint8]] = []
        self._begun: tuple[list[_PictureJob], Pending] | None = None
        self._problems: list[tuple[int, Problem]] = []
        self._passing: list[str] = []
        self._vectors: dict[str, list[NDArray[np.float32]]] = {}

    def add(
        self,
        job: _PictureJob,
        outcome: NDArray[np.uint8] | PictureError | None,
        batch_size: int,
    ) -> bool:
        """Take what reading a picture gave; say whether a batch was full and has been begun."""
        if isinstance(outcome, PictureError):
            self._problems.append((job.row, Problem(job.id, job.file, str(outcome))))
            if outcome.passing:
                self._passing.append(job.file)
        elif outcome is not None:
            self._jobs.append(job)
            self._pixels.append(outcome)
        if len(self._jobs) < batch_size:
            return False
        self._begin()
        return True

    def end(self) -> bool:
        """Take that there are no more pictures, and begin the last batch, if any is left."""
        self._begin()
        return True

    def finish(self) -> EncodedSlice:
        """Wait for the last batch and put the works' vectors together."""
        self._settle()
        ids = tuple(self._vectors)
        vectors = np.empty((len(ids), self._encoder.dim), dtype=np.float32)
        for row, pictures in enumerate(self._vectors.values()):
            # Exactly opposite vectors would cancel out and leave nothing to scale.
            mean = normalise(np.mean([pictures], axis=1, dtype=np.float64))[0]
            vectors[row] = mean if np.isfinite(mean).all() else pictures[0]
        # A vector that is not finite is met later than a file that cannot be read.
        problems = [problem for _, problem in sorted(self._problems, key=itemgetter(0))]
        found = Embeddings(ids, vectors)
        return EncodedSlice(self.rows, found, tuple(problems), tuple(self._passing))

    def _begin(self) -> None:
        """Begin the batch in hand, if any, and only then wait for the one before it."""
        if not self._jobs:
            return
        begun = self._jobs, self._encoder.begin_pixels(self._pixels)
        self._jobs, self._pixels = [], []
        self._settle()
        self._begun = begun

    def _settle(self) -> None:
        """Wait for the batch that is under way, if any, and take its vectors."""
        if self._begun is None:
            return
        jobs, vectors = self._begun
        self._begun = None
        for job, vector in zip(jobs, vectors(), strict=True):
            if np.isfinite(vector).all():
                self._vectors.setdefault(job.id, []).append(vector)
            else:
                reason = (
                    f"the model gives no finite vector for it in {self._encoder.precision}; "
                    "--precision fp32 may help"
                )
                self._problems.append((job.row, Problem(job.id, job.file, reason)))


def _load(
    job: _PictureJob, *, root: Path, preprocess: Preprocess, maker: ThumbnailMaker | None
) -> tuple[NDArray[np.uint8] | PictureError | None, Made | None]:
    """Read one picture in a worker thread; what is wrong with it is a result, not a failure."""
    if not job.file:
        return None, None
    if maker is None:
        return read_pixels(root, job.file, preprocess), None
    return read_and_keep(root, job.file, preprocess, maker)
