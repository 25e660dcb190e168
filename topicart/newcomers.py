"""Works of a collection among the topics of a run, which stays as it is."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from knowledge_graph import Problem
from knowledge_graph.atomic import write_bytes_atomic
from topicart.assigning import Assigned, unassigned
from topicart.captions import fuse_captions
from topicart.errors import ModelError, RunError, WriteError
from topicart.recording import Progress, Silent
from topicart.slices import encode_slices, slices_of

if TYPE_CHECKING:
    import pyarrow as pa

    from knowledge_graph import Collection
    from topicart.encoder import Encoder
    from topicart.run import Run

__all__ = [
    "AssignedWorks",
    "assign_works",
    "encoder_of_run",
    "joined",
    "require_own_encoder",
    "require_writable",
    "write_assigned",
]


@dataclass(frozen=True, eq=False)
class AssignedWorks:
    """Works of a collection among the topics of a run.

    Parameters
    ----------
    ids
        The works that have a vector, in the collection's order.
    found
        Their topics; aligned with ``ids``.
    problems
        What could not be read.
    """

    ids: tuple[str, ...]
    found: Assigned
    problems: tuple[Problem, ...]

    def table(self, run: Run) -> pa.Table:
        """Return one row a work, with the names of the topics.

        Parameters
        ----------
        run
            The run that they were assigned to.

        Returns
        -------
        pyarrow.Table
            ``id``, ``topic`` (-1: none), ``label``, ``probability``, ``nearest``,
            ``nearest_label``, ``cosine``, ``x``, ``y``; a name is empty where there is no topic.
        """
        import pyarrow as pa

        names = np.array([*(topic.name for topic in run.topics), ""], dtype=object)
        found = self.found
        return pa.table(
            {
                "id": pa.array(self.ids, pa.string()),
                "topic": found.labels,
                "label": pa.array(names[found.labels], pa.string()),
                "probability": found.probabilities,
                "nearest": found.nearest,
                "nearest_label": pa.array(names[found.nearest], pa.string()),
                "cosine": found.cosines,
                "x": found.positions[:, 0],
                "y": found.positions[:, 1],
            }
        )


def encoder_of_run(run: Run, *, model: str | None = None, device: str = "auto") -> Encoder:
    """Load the model that encoded a run's works, in the precision and by the engine it had.

    Parameters
    ----------
    run
        The run.
    model
        Where the model is now; by default where it was.
    device
        ``auto``, ``cpu``, ``cuda``, ``cuda:1`` or ``mps``.

    Returns
    -------
    Encoder
        Ready to encode.

    Raises
    ------
    ModelError
        If it cannot be loaded.
    RunError
        If it is another model, or has changed.
    """
    from topicart.encoder import Encoder

    own = run.record.model
    try:
        encoder = Encoder.load(
            model or own.name,
            device=device,
            precision=own.precision,
            engine=own.engine,
            progress=False,
        )
    except ModelError as error:
        if (own.engine, own.precision) == ("torch", "fp32"):
            raise
        raise ModelError(
            f"{error} The vectors of {run.folder} are by {own.engine} in {own.precision}, and so "
            "must new ones be: use a machine that can, or fit again in another precision."
        ) from error
    require_own_encoder(encoder, run)
    return encoder


def assign_works(
    run: Run,
    collection: Collection,
    encoder: Encoder,
    *,
    batch_size: int = 32,
    workers: int | None = None,
    progress: Progress | None = None,
) -> AssignedWorks:
    """Encode works and assign them to a run's topics; the run stays as it is.

    No more than a slice of vectors is in memory beside those of the fitted works.

    Parameters
    ----------
    run
        The run.
    collection
        New works, or known ones.
    encoder
        The run's own.
    batch_size, workers
        Pictures encoded at a time, and threads that decode them.
    progress
        Told of the stage and how far it is.

    Returns
    -------
    AssignedWorks
        Of the works that have a readable picture.

    Raises
    ------
    RunError
        If the encoder is not the run's own, or the run is damaged.
    """
    require_own_encoder(encoder, run)
    progress = progress or Silent()
    progress.stage("assign")
    weight = float(run.record.config.get("text_weight") or 0.0)
    ids: list[str] = []
    parts = [unassigned(0)]
    problems = list(collection.problems)
    for part in encode_slices(
        encoder,
        collection,
        slices_of(len(collection)),
        batch_size=batch_size,
        workers=workers,
        progress=progress.count,
    ):
        embeddings = fuse_captions(part.embeddings, collection.select(part.rows), encoder, weight)
        ids += embeddings.ids
        parts.append(run.assign(embeddings.vectors))
        problems += part.problems
    return AssignedWorks(tuple(ids), joined(parts), tuple(problems))


def require_own_encoder(encoder: Encoder, run: Run) -> None:
    """Refuse an encoder whose vectors cannot be compared with a run's.

    Parameters
    ----------
    encoder
        The model that new works would be encoded with.
    run
        The run.

    Raises
    ------
    RunError
        If its fingerprint is another.
    """
    own = run.record.model
    if encoder.fingerprint != own.fingerprint:
        raise RunError(
            f"The encoder {encoder.name!r} ({encoder.precision}, {encoder.engine}) does not make "
            f"the vectors that {run.folder} was fitted with ({own.name!r}, {own.precision}, "
            f"{own.engine}; fingerprint {own.fingerprint[:12]}…, now {encoder.fingerprint[:12]}…): "
            "they cannot be compared. Name the model that made the run with --model, or fit again."
        )


def joined(parts: Iterable[Assigned]) -> Assigned:
    """Put what was found of several groups of works together.

    Parameters
    ----------
    parts
        One or more.

    Returns
    -------
    Assigned
        One after the other.
    """
    found = list(parts)
    return Assigned(
        *(
            np.concatenate([getattr(part, column.name) for part in found])
            for column in fields(Assigned)
        )
    )


def require_writable(path: Path, *, overwrite: bool) -> None:
    """Refuse a file that assigned works cannot be written to, before any long work.

    Parameters
    ----------
    path
        The file.
    overwrite
        It may be there already.

    Raises
    ------
    WriteError
        If it is neither ``.csv`` nor ``.parquet``, is there already, or its folder is not.
    """
    if path.suffix.lower() not in (".csv", ".parquet"):
        raise WriteError(f"--out {path}: name a file that ends in .csv or .parquet.")
    if path.exists() and not (overwrite and path.is_file()):
        raise WriteError(f"--out {path} is there already. Give another name, or --overwrite.")
    if not path.parent.is_dir():
        raise WriteError(
            f"--out {path}: there is no folder {path.parent}. Make it, or name another."
        )


def write_assigned(works: pa.Table, path: Path) -> None:
    """Write assigned works as CSV or Parquet, by the file's ending.

    Parameters
    ----------
    works
        As :meth:`AssignedWorks.table` gives them.
    path
        The file; it is replaced.

    Raises
    ------
    WriteError
        If it cannot be written.
    """
    buffer = io.BytesIO()
    if path.suffix.lower() == ".csv":
        from pyarrow import csv

        csv.write_csv(works, buffer)
    else:
        import pyarrow.parquet as pq

        pq.write_table(works, buffer, compression="zstd")
    write_bytes_atomic(path, buffer.getvalue())
