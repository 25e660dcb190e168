"""New works put into a copy of a run: the same topics, with more members."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from knowledge_graph import Collection, Problem, join_collections
from knowledge_graph.atomic import remove
from topicart.assigning import Assigned, compared
from topicart.captions import fuse_captions
from topicart.centroids import ranks_in_topics
from topicart.embeddings import Embeddings
from topicart.errors import RunError
from topicart.fit import write_finished
from topicart.labels import describe_topics
from topicart.lock import in_use
from topicart.model import TopicModelConfig
from topicart.newcomers import joined, require_own_encoder
from topicart.out import prepare, require_usable
from topicart.recording import Progress, Silent, absolute, content_sha256, now, versions_here
from topicart.run import Run, RunRecord, Source
from topicart.run_files import write_problems
from topicart.store import encode_collection, save_embeddings
from topicart.topics import Topics

if TYPE_CHECKING:
    from topicart.encoder import Encoder

__all__ = ["add_works"]

_ARRIVED = "arrived"
"""Where the vectors of new works are kept while a run is made; removed when it is finished."""


def add_works(
    run: Run,
    collection: Collection,
    out: str | Path,
    encoder: Encoder,
    *,
    overwrite: bool = False,
    batch_size: int = 32,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Run:
    """Put new works into a copy of a run: the same topics, with more members.

    The topics keep their numbers, centroids and members; names, sizes and evidence are told anew,
    of all works. A work whose id the run has already stays as it was.

    Parameters
    ----------
    run
        The run, which stays as it is.
    collection
        The works.
    out
        The copy's folder. If it holds the same, cut short, that is gone on with; if it holds the
        same, finished, that is returned.
    encoder
        The run's own.
    overwrite
        Replace another run that is in ``out``.
    batch_size, workers, progress
        As for :func:`topicart.newcomers.assign_works`.

    Returns
    -------
    Run
        The copy, without measurements and page: ``topicart.finish_run`` makes them.

    Raises
    ------
    RunError
        If nothing is new, ``out`` is the run itself or in use for something else, the encoder is
        not the run's own, or the run is damaged.
    """
    require_own_encoder(encoder, run)
    progress = progress or Silent()
    folder = Path(out)
    if folder.resolve() == run.folder.resolve():
        raise RunError(
            f"--into {folder} is the run itself, which stays as it is. Name another folder."
        )
    if "method" in run.record.config:
        raise RunError(f"{run.folder} is a baseline; works are put into runs by `topicart fit`.")
    new = _new_works(run, collection)
    everything = _together(run.collection, new)
    run.require_whole()
    require_usable(folder)
    with in_use(folder):
        if prepare(folder, record := _record(run, everything), overwrite=overwrite):
            remove(folder / _ARRIVED)
            return Run.open(folder)
        encode = partial(
            encode_collection,
            encoder,
            new,
            folder / _ARRIVED,
            batch_size=batch_size,
            workers=workers,
            progress=progress.count,
        )
        return _grow(run, new, everything, folder, record, encoder, encode, progress)


def _grow(
    run: Run,
    new: Collection,
    everything: Collection,
    folder: Path,
    record: RunRecord,
    encoder: Encoder,
    encode: Callable[[], tuple[Embeddings, tuple[Problem, ...]]],
    progress: Progress,
) -> Run:
    """Make the copy, in a folder that is ready and nobody else's."""
    started = time.perf_counter()
    progress.stage("encode")
    pictures, unread = encode()
    if not len(pictures):
        why = f" {unread[0].file}: {unread[0].reason}." if unread else ""
        raise RunError(
            f"None of the pictures of the {len(new):,} new works can be read.{why} `topicart "
            "assign` without --into lists them all; mend them, or name another source."
        )
    problems = {*run.problems, *new.problems, *unread}
    write_problems(folder, problems)
    _merge_into(folder / "embeddings", run.picture_embeddings, pictures, run)
    weight = float(run.record.config.get("text_weight") or 0.0)
    vectors = fuse_captions(pictures, new, encoder, weight)
    if weight:
        _merge_into(folder / "fused", run.embeddings, vectors, run)
    encoded = time.perf_counter()
    progress.stage("assign")
    topics = _with_more(run, everything, vectors, encoder, progress)
    timings = {"encode": encoded - started, "assign": time.perf_counter() - encoded}
    added = write_finished(
        folder,
        record,
        everything,
        topics,
        n_problems=len(problems),
        timings_s={name: round(seconds, 3) for name, seconds in timings.items()},
    )
    remove(folder / _ARRIVED)
    return added


def _new_works(run: Run, collection: Collection) -> Collection:
    """Leave out what the run has."""
    there = set(run.collection.ids)
    rows = [row for row, work_id in enumerate(collection.ids) if work_id not in there]
    if not rows:
        raise RunError(
            f"{collection.source} has no work that {run.folder} has not: all {len(collection):,} "
            "ids are there. Name a source of new works; to see where known ones stand, leave out "
            "--into."
        )
    return collection.select(rows)


def _together(old: Collection, new: Collection) -> Collection:
    """Give both as one collection, whose root is the folder that both roots lie in."""
    both = join_collections([old, new])
    return Collection(f"{absolute(old.source)} + {absolute(new.source)}", both.root, both.arrow)


def _record(run: Run, everything: Collection) -> RunRecord:
    """Describe the copy, before it is made."""
    from topicart import __version__

    old = run.record
    source = Source(
        path=everything.source,
        root=str(everything.root),
        works=len(everything),
        with_picture=sum(bool(images) for images in everything.column("images")),
        sha256=content_sha256(everything),
    )
    return RunRecord(
        topicart_version=__version__,
        created=now(),
        source=source,
        model=old.model,
        # A fit to all these works has other topics.
        config={**old.config, "added_to": old.source.sha256},
        versions=versions_here(),
    )


def _merge_into(folder: Path, old: Embeddings, new: Embeddings, run: Run) -> None:
    """Store the vectors of old and new works, in the order of ids."""
    ids = np.array([*old.ids, *new.ids], dtype=object)
    order = np.argsort(ids, kind="stable")
    both = Embeddings(tuple(ids[order]), np.concatenate([old.vectors, new.vectors])[order])
    model = run.record.model
    about = {
        "model": model.name,
        "weights_sha256": model.weights_sha256,
        "fingerprint": model.fingerprint,
        "precision": model.precision,
    }
    save_embeddings(both, folder, about=about)


def _with_more(
    run: Run, everything: Collection, vectors: Embeddings, encoder: Encoder, progress: Progress
) -> Topics:
    """Give the run's topics with the new works in them, described anew."""
    config = TopicModelConfig.model_validate(run.record.config["topics"])
    known = run.works_with_vector
    arrays = run.model_arrays
    new = run.assign(vectors.vectors)
    old_labels = known["topic"].to_numpy().astype(np.int32)
    old = Assigned(
        old_labels,
        known["probability"].to_numpy().astype(np.float32),
        np.stack([known[name].to_numpy() for name in "xy"], axis=1).astype(np.float32),
        *compared(run.embeddings.vectors, old_labels, arrays["centroids"]),
    )
    was_fitted = np.ones(len(known), dtype=bool)
    if "fitted" in known.column_names:
        was_fitted = known["fitted"].to_numpy()
    ids = np.array([*known["id"].to_pylist(), *vectors.ids], dtype=object)
    order = np.argsort(ids, kind="stable")
    both = joined([old, new])
    labels = both.labels[order]
    fitted = np.concatenate([was_fitted, np.zeros(len(vectors), dtype=bool)])[order]
    ranks = ranks_in_topics(labels, both.cosines[order])
    total = run.embeddings.vectors.sum(axis=0, dtype=np.float64)
    mean = (total + vectors.vectors.sum(axis=0, dtype=np.float64)) / len(ids)
    row_of = {work_id: row for row, work_id in enumerate(everything.ids)}
    added = int(run.record.parameters.get("added", 0)) + len(vectors)
    progress.stage("label")
    described = describe_topics(
        everything.select([row_of[work_id] for work_id in ids[order]]),
        labels,
        ranks,
        arrays["centroids"],
        mean.astype(np.float32),
        encoder=encoder,
        config=config.labels,
        on_count=progress.count,
    )
    return Topics(
        ids=tuple(ids[order]),
        assignments=labels,
        probabilities=both.probabilities[order],
        ranks=ranks,
        positions=both.positions[order],
        centroids=arrays["centroids"],
        thresholds=arrays["thresholds"],
        topics=described.topics,
        groups=described.groups,
        parameters={**run.record.parameters, "added": added},
        fitted=fitted,
    )
