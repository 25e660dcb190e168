"""The writing of a run's tables. Every file is written beside its place and renamed into it."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from knowledge_graph import Problem, problems_csv
from knowledge_graph.atomic import write_bytes_atomic, write_text_atomic

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from knowledge_graph import Collection
    from topicart.topics import Topic, Topics

NEAREST = "nearest.safetensors"
"""File of the nearest works of each, where a fit has sought them."""


def write_topics(folder: Path, collection: Collection, topics: Topics) -> None:
    """Write ``works.parquet``, ``topics.json`` and ``model.safetensors``.

    The same topics give the same bytes: no file of these holds a time or a machine.

    Parameters
    ----------
    folder
        The run's folder.
    collection
        The works.
    topics
        What was found.
    """
    import pyarrow.parquet as pq
    from safetensors.numpy import save

    buffer = io.BytesIO()
    pq.write_table(works_table(collection, topics), buffer, compression="zstd")
    write_bytes_atomic(folder / "works.parquet", buffer.getvalue())
    write_names(folder, topics.topics, topics.groups)
    arrays = {"centroids": topics.centroids, "thresholds": topics.thresholds}
    write_bytes_atomic(folder / "model.safetensors", save(arrays))


def write_nearest(folder: Path, rows: NDArray[np.int32], fingerprint: str) -> None:
    """Write ``nearest.safetensors``: the nearest works of each, for whoever seeks paths.

    Parameters
    ----------
    folder
        The run's folder.
    rows
        Itself first, shape ``(n_works, k)``.
    fingerprint
        Of the vectors that they are near by, from :func:`fingerprint_of`.
    """
    from safetensors.numpy import save

    metadata = {"embeddings_sha256": fingerprint}
    write_bytes_atomic(folder / NEAREST, save({"rows": rows}, metadata=metadata))


def read_nearest(folder: Path, fingerprint: str, n_works: int) -> NDArray[np.int32] | None:
    """Read the nearest works of each.

    Parameters
    ----------
    folder
        The run's folder.
    fingerprint
        Of the vectors, from :func:`fingerprint_of`.
    n_works
        How many there are.

    Returns
    -------
    ndarray or None
        Itself first, shape ``(n_works, k)``; ``None`` where there are none of these vectors, or
        they are damaged.
    """
    import numpy as np
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(folder / NEAREST, framework="numpy") as kept:
            same = (kept.metadata() or {}).get("embeddings_sha256") == fingerprint
            rows = kept.get_tensor("rows")
    except (OSError, SafetensorError):
        return None
    sound = (
        same
        and rows.ndim == 2
        and rows.dtype == np.int32
        and len(rows) == n_works
        and rows.size > 0
        and rows.min() >= 0
        and rows.max() < n_works
    )
    return rows if sound else None


def fingerprint_of(shape: tuple[int, ...], parts: Iterable[NDArray[np.floating]]) -> str:
    """Give what tells one run's vectors from another's.

    Parameters
    ----------
    shape : tuple of int
        Of all vectors.
    parts : iterable of ndarray of float32 or float16
        The vectors, in the order of the works, however they are cut.

    Returns
    -------
    str
        SHA-256 of their shape and values.
    """
    import numpy as np

    digest = hashlib.sha256(repr(shape).encode())
    for part in parts:
        digest.update(np.ascontiguousarray(part).data)
    return digest.hexdigest()


def write_names(folder: Path, topics: Iterable[Topic], groups: Iterable[Topic]) -> None:
    """Write ``topics.json``: all that is said of topics and of their groups.

    Parameters
    ----------
    folder
        The run's folder.
    topics, groups
        As :class:`topicart.Topics` has them.
    """
    told = {"topics": topics, "groups": groups}
    write_json(
        folder / "topics.json",
        {kind: [topic.to_dict() for topic in own] for kind, own in told.items()},
    )


def write_json(path: Path, values: Mapping[str, Any]) -> None:
    """Write values as readable JSON.

    Parameters
    ----------
    path
        The file.
    values
        JSON-ready values; numbers must be finite.
    """
    text = json.dumps(values, ensure_ascii=False, indent=2, allow_nan=False)
    write_text_atomic(path, text + "\n")


def write_problems(folder: Path, problems: Iterable[Problem]) -> None:
    """Write ``problems.csv``, sorted, each problem once.

    Parameters
    ----------
    folder
        The run's folder.
    problems
        What could not be read.
    """
    write_text_atomic(folder / "problems.csv", problems_csv(problems))


def works_table(collection: Collection, topics: Topics) -> pa.Table:
    """Return the collection's table with what the fit found in five or six more columns.

    Parameters
    ----------
    collection
        The works.
    topics
        What was found.

    Returns
    -------
    pyarrow.Table
        With ``topic``, ``probability``, ``rank``, ``x`` and ``y``, all null for works without a
        vector; and ``fitted``, if topics were sought in some of the works only.
    """
    import pyarrow as pa

    row_of = {work_id: row for row, work_id in enumerate(topics.ids)}
    rows = pa.array([row_of.get(work_id) for work_id in collection.ids], pa.int64())
    found: dict[str, NDArray[Any]] = {
        "topic": topics.assignments,
        "probability": topics.probabilities,
        "rank": topics.ranks,
        "x": topics.positions[:, 0],
        "y": topics.positions[:, 1],
    }
    if topics.fitted is not None:
        found["fitted"] = topics.fitted
    table = collection.arrow.combine_chunks().replace_schema_metadata(None)
    for name, values in found.items():
        table = table.append_column(name, pa.array(values).take(rows))
    return table
