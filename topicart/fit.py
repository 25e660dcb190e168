"""From a collection to a finished run: encode, find topics, write. Resumes where it was cut."""

from __future__ import annotations

import hashlib
import json
import platform
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from prompts import caption
from topicart.embeddings import Embeddings, fuse_texts
from topicart.errors import FitError
from topicart.graph_export import export_topics
from topicart.labels import read_words
from topicart.model import TopicModel, TopicModelConfig, require_enough_works
from topicart.out import prepare
from topicart.run import Model, Run, RunRecord, Source, write_record
from topicart.run_files import write_problems, write_topics
from topicart.store import encode_collection, save_embeddings, size_and_time

if TYPE_CHECKING:
    from knowledge_graph import Collection
    from topicart.encoder import Encoder
    from topicart.topics import Topics

_PACKAGES = ("datasets", "hdbscan", "numpy", "open_clip_torch", "pillow", "scikit-learn", "torch",
             "umap-learn")  # fmt: skip


class FitConfig(BaseModel):
    """What decides the result of a fit; two fits with the same are the same fit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    topics: TopicModelConfig = TopicModelConfig()
    """How topics are found and named."""
    text_weight: float = Field(default=0.0, ge=0.0, le=1.0)
    """Share of the caption's vector in a work's vector; 0 is pictures only, as published."""
    opened_with: dict[str, Any] = {}
    """The options the collection was opened with (column map, separator, folders as a facet)."""


class Progress(Protocol):
    """Told of what is going on."""

    def stage(self, name: str) -> None:
        """Tell that a stage begins."""
        ...

    def count(self, done: int, total: int) -> None:
        """Tell how far the stage is."""
        ...

    def note(self, text: str) -> None:
        """Tell how the stage goes, in a few words."""
        ...


class Silent:
    """Progress that nobody looks at."""

    def stage(self, name: str) -> None:
        """Do nothing."""

    def count(self, done: int, total: int) -> None:
        """Do nothing."""

    def note(self, text: str) -> None:
        """Do nothing."""


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
    record = _new_record(collection, encoder, config)
    require_enough_works(
        record.source.works if config.text_weight else record.source.with_picture, config.topics
    )
    if prepare(folder, record, overwrite=overwrite):
        return Run.open(folder)
    clock = _Clock(progress)
    with clock.timed("encode"):
        pictures, unread = encode_collection(
            encoder,
            collection,
            folder / "embeddings",
            batch_size=batch_size,
            workers=workers,
            progress=progress.count,
        )
        embeddings = _fused(pictures, collection, encoder, config, folder)
    problems = {*collection.problems, *unread}
    write_problems(folder, problems)
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


def _new_record(collection: Collection, encoder: Encoder, config: FitConfig) -> RunRecord:
    from topicart import __version__

    return RunRecord(
        topicart_version=__version__,
        created=now(),
        source=Source(
            path=str(absolute(collection.source)),
            root=str(collection.root.resolve()),
            works=len(collection),
            with_picture=sum(bool(images) for images in collection.column("images")),
            sha256=content_sha256(collection),
        ),
        model=Model(
            name=encoder.name,
            weights_sha256=encoder.weights_sha256,
            fingerprint=encoder.fingerprint,
            dim=encoder.dim,
            device=encoder.device,
            precision=encoder.precision,
            note=encoder.note,
        ),
        config=config.model_dump(mode="json"),
        versions=versions_here(),
    )


def versions_here() -> dict[str, str]:
    """Return the versions of what decides a fit's result.

    Returns
    -------
    dict
        Of Python and of packages, by name.
    """
    return {
        "python": platform.python_version(),
        **{package: version(package) for package in _PACKAGES},
    }


def content_sha256(collection: Collection) -> str:
    """Return a hash of all that the works' facts and picture files say.

    Parameters
    ----------
    collection
        The works.

    Returns
    -------
    str
        SHA-256, in hexadecimal, of facts, and of the files' sizes and times.
    """
    digest = hashlib.sha256()
    for work in collection:
        files = [[*size_and_time(collection.root / image)] for image in work.images]
        digest.update(json.dumps([asdict(work), files]).encode())
    return digest.hexdigest()


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


def absolute(source: str) -> Path | str:
    """Return a path made absolute; the name of what is none as it is.

    Parameters
    ----------
    source
        What a collection was opened from.

    Returns
    -------
    Path or str
        Where it is.
    """
    path = Path(source)
    return path.resolve() if path.exists() else source


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


def now() -> str:
    """Return the time as records state it.

    Returns
    -------
    str
        ISO 8601, to the second, in UTC.
    """
    return datetime.now(UTC).isoformat(timespec="seconds")


def most_memory_mb() -> float | None:
    """Return the most memory that the process has held so far.

    Returns
    -------
    float or None
        In MiB, resident; ``None`` where the system does not tell.
    """
    if sys.platform == "win32":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1 << 20 if sys.platform == "darwin" else 1 << 10), 1)
