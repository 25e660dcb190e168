"""The files of a store of embeddings: shards, and the manifest that lists them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from knowledge_graph import Problem
from knowledge_graph.atomic import remove, write_bytes_atomic, write_text_atomic
from topicart.embeddings import normalise
from topicart.errors import EmbeddingStoreError

if TYPE_CHECKING:
    from topicart.slices import EncodedSlice

__all__ = [
    "FORMAT",
    "MANIFEST",
    "VERSION",
    "Shard",
    "find_shard",
    "listed_shards",
    "read_manifest",
    "remove_beyond",
    "shard_name",
    "write_manifest",
    "write_shard",
]

FORMAT = "topicart-embeddings"
VERSION = 1
MANIFEST = "manifest.json"


@dataclass(frozen=True, eq=False)
class Shard:
    """One shard, as read and checked."""

    key: str
    """What decides its content, as a hash."""
    ids: tuple[str, ...]
    """The works that have a vector."""
    problems: tuple[Problem, ...]
    """Pictures that could not be read."""
    vectors: NDArray[np.float32]
    """One row for each of the works, of length 1."""
    passing: tuple[str, ...] = ()
    """Files of problems that may have passed: no permission, a drive that was away."""


def shard_name(number: int) -> str:
    """Name the file of a shard.

    Parameters
    ----------
    number : int
        Its place in the store, from 0.

    Returns
    -------
    str
        Without folder.
    """
    return f"shard-{number:05d}.safetensors"


def write_shard(file: Path, key: str, part: EncodedSlice, dtype: str) -> None:
    """Write one shard, atomically; the same content gives the same bytes.

    Parameters
    ----------
    file : Path
        Where to.
    key : str
        What decides the content, as a hash.
    part : EncodedSlice
        The content.
    dtype : str
        ``float32`` or ``float16``.

    Raises
    ------
    WriteError
        If it cannot be written.
    """
    from safetensors.numpy import save

    vectors = np.ascontiguousarray(part.embeddings.vectors, dtype=dtype)
    about = {
        "key": key,
        "vectors_sha256": hashlib.sha256(vectors.tobytes()).hexdigest(),
        "ids": part.embeddings.ids,
        "problems": [[problem.id, problem.file, problem.reason] for problem in part.problems],
    }
    if part.passing:
        about["passing"] = part.passing
    # All in one entry: safetensors writes several in an order that changes from run to run.
    metadata = {FORMAT: json.dumps(about)}
    write_bytes_atomic(file, save({"vectors": vectors}, metadata=metadata))


def find_shard(file: Path, key: str, dim: int) -> Shard | None:
    """Read a shard if it is on disk, whole, and holds what its key says.

    Parameters
    ----------
    file : Path
        Where it would be.
    key : str
        What decides the content, as a hash.
    dim : int
        Length of its vectors.

    Returns
    -------
    Shard or None
        ``None`` if it is to be made, or made anew.
    """
    try:
        shard = _read_shard(file, key)
    except EmbeddingStoreError:
        return None
    return shard if shard.key == key and shard.vectors.shape[1:] == (dim,) else None


def listed_shards(folder: Path, manifest: Mapping[str, Any]) -> Iterator[Shard]:
    """Read the shards that a manifest lists, one after the other.

    Parameters
    ----------
    folder : Path
        The store.
    manifest : mapping
        As :func:`read_manifest` gives it.

    Yields
    ------
    Shard
        In the collection's order.

    Raises
    ------
    EmbeddingStoreError
        If one is missing, damaged or another than the manifest says.
    """
    for entry in manifest["shards"]:
        file = folder / entry["file"]
        try:
            shard = _read_shard(file)
        except EmbeddingStoreError as error:
            raise EmbeddingStoreError(
                f"{error} Run the same fit again: only this shard is made anew."
            ) from error
        wanted = (entry["rows"], manifest["dim"])
        if shard.key != entry["key"] or shard.vectors.shape != wanted:
            raise EmbeddingStoreError(
                f"{file} is not the shard that {MANIFEST} lists (its key or its shape, "
                f"{shard.vectors.shape} for {wanted}, differs). Run the same fit "
                "again, or copy the whole folder again."
            )
        yield shard


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read and check a manifest.

    Parameters
    ----------
    folder : Path
        The store.

    Returns
    -------
    dict
        With ``dim``, and ``shards`` by ``file``, ``rows`` and ``key``.

    Raises
    ------
    EmbeddingStoreError
        If the folder is no store, is unfinished, or of a newer version.
    """
    file = folder / MANIFEST
    if not file.is_file():
        if any(folder.glob("shard-*.safetensors")):
            raise EmbeddingStoreError(
                f"{folder} is unfinished: it has shards but no {MANIFEST}, so encoding was "
                "interrupted. Run the same fit again: it goes on where it stopped."
            )
        raise EmbeddingStoreError(
            f"{folder} is no folder of embeddings: it has no {MANIFEST}. Run the "
            "same fit again, with --overwrite where it was finished."
        )
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
        version = manifest["version"]
        is_ours = manifest["format"] == FORMAT and isinstance(version, int)
        if is_ours and version <= VERSION:
            int(manifest["dim"])
            for shard in manifest["shards"]:
                # A name with a folder in it would be read from outside the store.
                is_ours &= shard["file"] == Path(shard["file"]).name and shard["rows"] >= 0
                str(shard["key"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EmbeddingStoreError(
            f"{file} cannot be read ({type(error).__name__}: {error}). Run the same fit again: "
            "the shards are kept."
        ) from error
    if not is_ours:
        raise EmbeddingStoreError(f"{file} is no manifest of embeddings written by topicart.")
    if version > VERSION:
        raise EmbeddingStoreError(
            f"{folder} was written by a newer topicart (embeddings of version {version}; this one "
            f"reads {VERSION}). Update topicart."
        )
    return dict(manifest)


def write_manifest(
    folder: Path, keys: Sequence[str], dim: int, dtype: str, described: Mapping[str, Any]
) -> None:
    """Write the manifest; it makes the store a finished one.

    Parameters
    ----------
    folder : Path
        The store, with all shards.
    keys : sequence of str
        The shards' keys.
    dim : int
        Length of the vectors.
    dtype : str
        Type of the vectors on disk.
    described : mapping
        What else to note; plain JSON values.

    Raises
    ------
    WriteError
        If it cannot be written.
    """
    shards = []
    for number, key in enumerate(keys):
        name = shard_name(number)
        shards.append({"file": name, "rows": _rows(folder / name), "key": key})
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        **described,
        "dim": dim,
        "dtype": dtype,
        "works": sum(shard["rows"] for shard in shards),
        "shards": shards,
    }
    write_text_atomic(folder / MANIFEST, json.dumps(manifest, indent=1) + "\n")


def remove_beyond(folder: Path, count: int) -> None:
    """Remove shards of an earlier, larger collection.

    Parameters
    ----------
    folder : Path
        The store.
    count : int
        The number of shards to keep.

    Raises
    ------
    WriteError
        If one may not be removed.
    """
    names = {shard_name(number) for number in range(count)}
    for file in folder.glob("shard-*.safetensors"):
        if file.name not in names:
            remove(file)


def _read_shard(file: Path, expected: str | None = None) -> Shard:
    """Read one shard and check that it is whole; of one with another key no vectors are read."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, framework="numpy") as shard:
            about = json.loads(shard.metadata()[FORMAT])
            if expected not in (None, about["key"]):
                raise EmbeddingStoreError(f"The shard {file} is of other works or another model.")
            stored = shard.get_tensor("vectors")
        ids = tuple(about["ids"])
        problems = tuple(Problem(*problem) for problem in about["problems"])
        passing = tuple(map(str, about.get("passing", ())))
        key, digest = str(about["key"]), about["vectors_sha256"]
    except FileNotFoundError:
        raise EmbeddingStoreError(f"The shard {file} is missing.") from None
    except (SafetensorError, OSError, ValueError, KeyError, TypeError) as error:
        raise EmbeddingStoreError(
            f"The shard {file} is damaged ({type(error).__name__}: {error})."
        ) from error
    if hashlib.sha256(stored.tobytes()).hexdigest() != digest or len(stored) != len(ids):
        raise EmbeddingStoreError(f"The shard {file} is damaged: its vectors have changed.")
    # Rounded to half precision, the rows have no longer quite length 1.
    vectors = stored if stored.dtype == np.float32 else normalise(stored)
    return Shard(key, ids, problems, vectors, passing)


def _rows(file: Path) -> int:
    """Number of rows of a shard, from its header."""
    from safetensors import safe_open

    with safe_open(file, framework="numpy") as shard:
        return int(shard.get_slice("vectors").get_shape()[0])
