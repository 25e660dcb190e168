"""From a collection to a finished run: encode, find topics, write. Resumes where it was cut."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from prompts import caption
from topicart.embedding import EMBEDDINGS, encode_stage
from topicart.embeddings import Embeddings, fuse_texts
from topicart.errors import FitError
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
from topicart.run_files import write_topics
from topicart.store import open_embeddings, save_embeddings

if TYPE_CHECKING:
    from knowledge_graph import Collection
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
    record = new_record(collection, encoder, config)
    require_enough_works(
        record.source.works if config.text_weight else record.source.with_picture, config.topics
    )
    require_usable(folder)
    with in_use(folder):
        if prepare(folder, record, overwrite=overwrite):
            return Run.open(folder)
        return _fit(collection, folder, encoder, config, record, batch_size, workers, progress)


def _fit(
    collection: Collection,
    folder: Path,
    encoder: Encoder,
    config: FitConfig,
    record: RunRecord,
    batch_size: int,
    workers: int | None,
    progress: Progress,
) -> Run:
    """Fit, in a folder that is ready and nobody else's."""
    clock = _Clock(progress)
    with clock.timed("encode"):
        problems = encode_stage(
            collection,
            encoder,
            folder,
            batch_size=batch_size,
            workers=workers,
            progress=progress,
        )
        pictures = open_embeddings(folder / EMBEDDINGS)
        embeddings = _fused(pictures, collection, encoder, config, folder)
    if not embeddings.ids:
        raise FitError(
            f"None of the {len(collection):,} works of {collection.source} has a readable picture; "
            f"{folder / 'problems.csv'} says why for each."
        )
    topics = TopicModel(config.topics).fit(
        embeddings, collection, encoder, on_stage=clock.next_stage, on_count=progress.count
    )
    clock.next_stage("write")
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


def _fused(
    pictures: Embeddings,
    collection: Collection,
    encoder: Encoder,
    config: FitConfig,
    folder: Path,
) -> Embeddings:
    """Mix in the captions; a work without words keeps its picture's vector, if it has one."""
    if config.text_weight == 0.0:
        return pictures
    told = {work.id: words for work in collection if (words := caption(work))}
    captions = Embeddings(tuple(told), encoder.encode_texts(list(told.values())))
    ids = [work_id for work_id in collection.ids if work_id in told or work_id in pictures]
    texts = np.stack(
        [own.vectors[own.rows([work_id])[0]] for work_id in ids
         for own in [captions if work_id in told else pictures]]
    )  # fmt: skip
    fused = fuse_texts(pictures, ids, texts, config.text_weight)
    save_embeddings(fused, folder / "fused")
    return fused


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
