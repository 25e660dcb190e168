"""From a collection to a finished run: encode, find topics, write. Resumes where it was cut."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from topicart.captions import fuse_captions
from topicart.embedding import EMBEDDINGS, encode_stage, keep_thumbnails
from topicart.errors import FitError
from topicart.gpu import require_gpu
from topicart.graph_export import export_topics
from topicart.labels import read_words
from topicart.lock import in_use
from topicart.model import TopicModel, require_enough_works
from topicart.out import prepare, require_usable
from topicart.recording import (
    FitConfig,
    Progress,
    Silent,
    absolute,
    content_sha256,
    most_memory_mb,
    new_record,
    now,
    versions_here,
)
from topicart.run import Run, RunRecord, write_record
from topicart.run_files import fingerprint_of, write_nearest, write_topics
from topicart.sampling import fit_sample
from topicart.store import count_embeddings, iter_embeddings, open_embeddings, save_embeddings

if TYPE_CHECKING:
    from knowledge_graph import Collection, Problem
    from topicart.encoder import Encoder
    from topicart.topics import Topics

__all__ = [
    "FitConfig",
    "Progress",
    "Silent",
    "absolute",
    "content_sha256",
    "fit_run",
    "most_memory_mb",
    "now",
    "versions_here",
    "write_finished",
]


def fit_run(
    collection: Collection,
    out: str | Path,
    encoder: Encoder,
    config: FitConfig | None = None,
    *,
    overwrite: bool = False,
    batch_size: int = 32,
    workers: int | None = None,
    thumbnails: bool = False,
    progress: Progress | None = None,
) -> Run:
    """Fit a topic model to a collection and leave a run.

    Parameters
    ----------
    collection
        The works.
    out
        The run's folder. If it holds the same fit, cut short, the fit goes on there; if it holds
        the same fit, finished, that is returned.
    encoder
        The model that embeds pictures and prompts.
    config
        What decides the result.
    overwrite
        Replace another fit that is in ``out``. Its embeddings are used again where they fit.
    batch_size, workers
        Pictures encoded at a time, and threads that decode them. The first can change vectors in
        their last bits, the second changes nothing.
    thumbnails
        Keep reduced copies of the pictures in the run: the vectors are of these, and later stages
        and the page read them. A run that keeps some already goes on without being asked.
    progress
        Told of stages and counts.

    Returns
    -------
    Run
        The finished run, without measurements and page yet: see ``evaluation.evaluate`` and
        ``topicart.write_site``.

    Raises
    ------
    RunError
        If ``out`` is in use for something else.
    FitError
        If no picture could be read, or there are too few works.
    prompts.VocabularyError, prompts.TemplateError
        If the labels' vocabularies or templates cannot be used.
    """
    config = config or FitConfig()
    progress = progress or Silent()
    folder = Path(out)
    read_words(config.topics.labels)  # a mistake in them is told before the long work
    if config.topics.backend == "cuml":
        require_gpu()
    record = new_record(collection, encoder, config)
    most = record.source.works if config.text_weight else record.source.with_picture
    require_enough_works(most, config.topics)
    if config.sample is not None and config.sample < most:
        require_enough_works(config.sample, config.topics, sample=True)
    require_usable(folder)
    with in_use(folder):
        if prepare(folder, record, overwrite=overwrite):
            if thumbnails:
                keep_thumbnails(collection, encoder, folder, wanted=True, workers=workers)
            run = Run.open(folder)
            run.require_whole()
            return run
        encode = partial(
            encode_stage,
            collection,
            encoder,
            folder,
            batch_size=batch_size,
            workers=workers,
            thumbnails=thumbnails,
            progress=progress,
        )
        return _fit(collection, folder, encoder, config, record, encode, progress)


def _fit(
    collection: Collection,
    folder: Path,
    encoder: Encoder,
    config: FitConfig,
    record: RunRecord,
    encode: Callable[[], set[Problem]],
    progress: Progress,
) -> Run:
    """Fit, in a folder that is ready and nobody else's."""
    clock = _Clock(progress)
    with clock.timed("encode"):
        problems = encode()
        vectors = _fused(collection, encoder, config, folder)
    if not count_embeddings(vectors):
        raise FitError(
            f"None of the {len(collection):,} works of {collection.source} has a readable picture; "
            f"{folder / 'problems.csv'} says why for each."
        )
    topics = fit_sample(
        TopicModel(config.topics),
        config.sample,
        vectors,
        collection,
        encoder,
        on_stage=clock.next_stage,
        on_count=progress.count,
    )
    clock.next_stage("write")
    if topics.nearest is not None:
        shape = (len(topics.ids), encoder.dim)
        same = fingerprint_of(shape, (part.vectors for part in iter_embeddings(vectors)))
        write_nearest(folder, topics.nearest, same)
    return write_finished(
        folder, record, collection, topics, n_problems=len(problems), timings_s=clock.seconds
    )


def write_finished(
    folder: Path,
    record: RunRecord,
    collection: Collection,
    topics: Topics,
    *,
    n_problems: int,
    timings_s: Mapping[str, float],
    peak_memory_mb: float | None = None,
) -> Run:
    """Write what a fit found into its folder, which becomes a finished run by it.

    Parameters
    ----------
    folder
        A folder that ``prepare`` made ready, with ``embeddings/`` and ``problems.csv`` in it.
    record
        The fit, in state ``fitting``.
    collection
        The works; it may hold more than have a vector.
    topics
        What was found.
    n_problems
        Lines of ``problems.csv``.
    timings_s
        Seconds of the stages before this one.
    peak_memory_mb
        By default the most memory that the process has held so far.

    Returns
    -------
    Run
        Opened from the disk.
    """
    started = time.perf_counter()
    write_topics(folder, collection, topics)
    export_topics(Run(folder, record), folder / "topics.ttl", overwrite=True)
    seconds = round(time.perf_counter() - started, 3)
    finished = record.model_copy(
        update={
            "state": "finished",
            "finished": now(),
            "parameters": dict(topics.parameters),
            "timings_s": {**timings_s, "write": seconds},
            "peak_memory_mb": most_memory_mb() if peak_memory_mb is None else peak_memory_mb,
            "counts": {
                "works": len(collection),
                "embedded": len(topics.ids),
                "topics": len(topics),
                "outliers": topics.n_outliers,
                "reassigned": topics.parameters.get("reassigned", 0),
                "problems": n_problems,
            },
        }
    )
    write_record(folder, finished)
    return Run.open(folder)


def _fused(collection: Collection, encoder: Encoder, config: FitConfig, folder: Path) -> Path:
    """Mix in the captions, if asked to; give the store to find topics in."""
    if config.text_weight == 0.0:
        return folder / EMBEDDINGS
    pictures = open_embeddings(folder / EMBEDDINGS)
    fused = fuse_captions(pictures, collection, encoder, config.text_weight)
    save_embeddings(fused, folder / "fused")
    return folder / "fused"


class _Clock:
    """Measures the stages, one after the other, and tells of them."""

    def __init__(self, progress: Progress) -> None:
        self.seconds: dict[str, float] = {}
        self._progress = progress
        self._stage = ""
        self._start = 0.0

    def next_stage(self, name: str) -> None:
        """End the stage before, if any, and begin another."""
        self._end()
        self._stage, self._start = name, time.perf_counter()
        self._progress.stage(name)

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        self.next_stage(name)
        yield
        self._end()

    def _end(self) -> None:
        if self._stage:
            self.seconds[self._stage] = round(time.perf_counter() - self._start, 3)
        self._stage = ""
