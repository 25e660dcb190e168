"""The first stage of a fit, alone or shared out: the pictures of a collection become vectors."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge_graph import Problem
from knowledge_graph.atomic import make_folder
from topicart.errors import RunError
from topicart.lock import at_work, in_use, let_go, try_lock
from topicart.out import prepare, require_same_works, require_usable
from topicart.processes import Processes
from topicart.recording import FitConfig, Progress, Silent, new_record
from topicart.run import THUMBNAILS
from topicart.run_files import write_problems
from topicart.store import count_embeddings, encode_to
from topicart.store_in_work import SHARE, StoreInWork
from topicart.thumbnail_making import make_missing, side_for

if TYPE_CHECKING:
    from knowledge_graph import Collection
    from topicart.encoder import Encoder

__all__ = ["Embedded", "embed_run", "encode_stage", "keep_thumbnails"]

EMBEDDINGS = "embeddings"
"""The store's folder in a run."""
_PAUSE_S = 0.2
_DAY_S = 86_400.0


@dataclass(frozen=True)
class Embedded:
    """What embedding a collection left."""

    folder: Path
    """The run, which ``fit`` goes on with."""
    works: int
    """How many the collection has."""
    embedded: int
    """How many of them have a vector."""
    problems: int | None
    """Lines of ``problems.csv``; ``None`` if a finished run of these works was there already."""

    def told(self) -> str:
        """Say it in a line or two.

        Returns
        -------
        str
            With the command that comes next.
        """
        if self.problems is None:
            return f"{self.folder} holds a finished run of these works by this model already."
        without = (
            f" What could not be read is in {self.folder / 'problems.csv'}."
            if self.problems
            else ""
        )
        return (
            f"{self.embedded:,} of {self.works:,} works have a vector.{without}\n"
            f"`topicart fit` with the same source, model and --out {self.folder} goes on from here."
        )


def embed_run(
    collection: Collection,
    out: str | Path,
    encoder: Encoder,
    config: FitConfig | None = None,
    *,
    overwrite: bool = False,
    batch_size: int = 32,
    workers: int | None = None,
    thumbnails: bool = False,
    processes: Processes | None = None,
    progress: Progress | None = None,
) -> Embedded:
    """Encode a collection's pictures into a run, which a fit with the same ``out`` goes on with.

    Several processes, on any number of machines that see the same folder, share out the work: each
    takes some shards after the other, and when its own are done, those that nobody is at work on,
    so that those of one that died are not left. Which of them encodes a work changes no vector.

    Parameters
    ----------
    collection
        The works.
    out
        The run's folder, as for :func:`topicart.fit_run`.
    encoder
        The model that embeds pictures.
    config
        Of the fit that will follow, as far as it is known.
    overwrite
        Replace another fit that is in ``out``.
    batch_size, workers
        As for :func:`topicart.fit_run`.
    thumbnails
        Keep reduced copies of the pictures in the run, or read from those that are there.
    processes
        Which of several processes this one is; by default the only one.
    progress
        Told of the stage and counts.

    Returns
    -------
    Embedded
        In every process, when all works are done.

    Raises
    ------
    RunError
        If ``out`` is in use for something else, or by somebody else, or no work has a picture.
    """
    progress = progress or Silent()
    processes = processes or Processes()
    folder = Path(out)
    record = new_record(collection, encoder, config or FitConfig())
    require_usable(folder)
    if not record.source.with_picture:
        raise RunError(
            f"None of the {len(collection):,} works of {collection.source} has a picture that is "
            f"there; expected them in {collection.root}. Put them there, or name their folder with "
            "--images."
        )
    progress.stage("encode")
    if processes.world > 1:
        store = StoreInWork(
            encoder, collection, folder / EMBEDDINGS, thumbnails=_thumbnails(folder, thumbnails)
        )
        with ExitStack() as stack:
            with in_use(folder, among_workers=True):
                others_at_work = stack.enter_context(at_work(folder, processes.rank))
                if others_at_work():
                    require_same_works(folder, record)
                elif prepare(folder, record, overwrite=overwrite, only_works=True):
                    keep_thumbnails(collection, encoder, folder, wanted=thumbnails, workers=workers)
                    return _embedded(folder, collection, None)
            unread = _encode_together(store, processes, batch_size, workers, progress)
            with in_use(folder, among_workers=True, wait_s=_DAY_S):
                if not store.is_finished:  # the first to come does it for all
                    keep_thumbnails(collection, encoder, folder, wanted=thumbnails, workers=workers)
                    store.finish()
                problems = {*collection.problems, *unread}
                write_problems(folder, problems)
    else:
        with in_use(folder):
            if prepare(folder, record, overwrite=overwrite, only_works=True):
                keep_thumbnails(collection, encoder, folder, wanted=thumbnails, workers=workers)
                return _embedded(folder, collection, None)
            problems = encode_stage(
                collection,
                encoder,
                folder,
                batch_size=batch_size,
                workers=workers,
                thumbnails=thumbnails,
                progress=progress,
            )
    return _embedded(folder, collection, problems)


def encode_stage(
    collection: Collection,
    encoder: Encoder,
    folder: Path,
    *,
    batch_size: int = 32,
    workers: int | None = None,
    thumbnails: bool = False,
    progress: Progress | None = None,
) -> set[Problem]:
    """Encode a collection's pictures into a run that is ready for it, and tell what cannot be read.

    Parameters
    ----------
    collection
        The works.
    encoder
        The model that embeds pictures.
    folder
        The run, which nobody else is at work in.
    batch_size, workers, thumbnails, progress
        As for :func:`embed_run`.

    Returns
    -------
    set of Problem
        What ``problems.csv`` says.
    """
    unread = encode_to(
        encoder,
        collection,
        folder / EMBEDDINGS,
        batch_size=batch_size,
        workers=workers,
        thumbnails=_thumbnails(folder, thumbnails),
        progress=None if progress is None else progress.count,
    )
    keep_thumbnails(collection, encoder, folder, wanted=thumbnails, workers=workers)
    problems = {*collection.problems, *unread}
    write_problems(folder, problems)
    return problems


def _encode_together(
    store: StoreInWork,
    processes: Processes,
    batch_size: int,
    workers: int | None,
    progress: Progress,
) -> list[Problem]:
    """Make shards until all are there, whoever has made them."""
    make_folder(store.folder)
    total = len(store.collection)
    found: dict[int, tuple[Problem, ...]] = {}

    def missing(share: range) -> list[int]:
        for number in share:
            if number not in found and (problems := store.problems_in(number)) is not None:
                found[number] = problems
        return [number for number in share if number not in found]

    def encode(numbers: list[int]) -> None:
        store.open_again()
        done = sum(len(store.slices[number]) for number in found)
        found.update(
            store.encode(
                numbers,
                batch_size=batch_size,
                workers=workers,
                progress=lambda now, _: progress.count(now, total),
                done=done,
            )
        )

    shares = list(_shares(len(store.slices), processes))
    while True:
        for share in shares:
            if missing(share) and (lock := try_lock(store.folder / f"{SHARE}{share.start:05d}")):
                try:
                    # Looked at again: somebody may have had it until now.
                    if numbers := missing(share):
                        encode(numbers)
                finally:
                    let_go(lock)
        if len(found) == len(store.slices):
            return [problem for number in sorted(found) for problem in found[number]]
        time.sleep(_PAUSE_S)


def _shares(shards: int, processes: Processes) -> Iterator[range]:
    """Cut the shards into shares; each process begins with others."""
    # Some for each, so that a slow one is helped out; large, so that pictures are read ahead.
    size = min(max(shards // (8 * processes.world), 1), 64)
    shares = [range(start, min(start + size, shards)) for start in range(0, shards, size)]
    for ahead in range(processes.world):
        yield from shares[(processes.rank + ahead) % processes.world :: processes.world]


def keep_thumbnails(
    collection: Collection,
    encoder: Encoder,
    folder: Path,
    *,
    wanted: bool,
    workers: int | None = None,
) -> None:
    """Make the reduced copies that are missing in a run, of works that were encoded before.

    Parameters
    ----------
    collection
        The works.
    encoder
        The model, which decides how large they are.
    folder
        The run, which nobody else is at work in.
    wanted
        Whether they were asked for; a run that keeps some already keeps all.
    workers
        Threads that decode.
    """
    if (place := _thumbnails(folder, wanted)) is not None:
        make_missing(collection, place, side_for(encoder.preprocess), workers=workers)


def _thumbnails(folder: Path, wanted: bool) -> Path | None:
    """Say where reduced copies are kept; those that are there are read without being asked for."""
    place = folder / THUMBNAILS
    return place if wanted or place.is_dir() else None


def _embedded(folder: Path, collection: Collection, problems: set[Problem] | None) -> Embedded:
    return Embedded(
        folder,
        len(collection),
        count_embeddings(folder / EMBEDDINGS),
        None if problems is None else len(problems),
    )
