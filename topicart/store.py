"""Embeddings on disk: shards and a manifest, resumable after a kill, reused by the next fit.

::

    embeddings/
      manifest.json            model, preprocessing, dimensions, list of shards; written last
      shard-00000.safetensors  "vectors" (n, dim); ids, problems and key in its metadata
      ...

Each shard holds one slice of the collection and a key: the SHA-256 of all that decides its content
(the encoder's fingerprint, and each work's id and picture files with their sizes and times of
change). A shard on disk with the right key is never encoded again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from knowledge_graph import Problem
from knowledge_graph.atomic import (
    make_folder,
    remove_leftovers,
    write_bytes_atomic,
    write_text_atomic,
)
from topicart.embeddings import Embeddings, fuse_texts, normalise
from topicart.errors import EmbeddingStoreError
from topicart.slices import EncodedSlice, Progress, encode_slices, slices_of

if TYPE_CHECKING:
    from knowledge_graph import Collection
    from topicart.encoder import Encoder

__all__ = ["Embeddings", "encode_collection", "fuse_texts", "open_embeddings", "save_embeddings"]

_FORMAT = "topicart-embeddings"
_VERSION = 1
_MANIFEST = "manifest.json"
_DTYPES = ("float32", "float16")


@dataclass(frozen=True, eq=False)
class _Shard:
    """One shard, as read and checked."""

    key: str
    ids: tuple[str, ...]
    problems: tuple[Problem, ...]
    vectors: NDArray[np.float32]


def encode_collection(
    encoder: Encoder,
    collection: Collection,
    folder: Path,
    *,
    shard_size: int | None = None,
    batch_size: int = 32,
    workers: int | None = None,
    dtype: str = "float32",
    progress: Progress | None = None,
) -> tuple[Embeddings, tuple[Problem, ...]]:
    """Encode a collection's pictures into a folder, going on where an earlier call stopped.

    Parameters
    ----------
    encoder : Encoder
        The model.
    collection : Collection
        Works and their pictures.
    folder : Path
        The store; created where it is missing. Shards that hold other works, or vectors of
        another model, are replaced.
    shard_size : int, optional
        Works in a shard; by default 256 up to 10,000 works, 1,024 above.
    batch_size : int
        Pictures encoded at a time. The vectors depend on it in their last bits.
    workers : int, optional
        Threads that decode; they change no vector.
    dtype : str
        ``float32``, or ``float16`` for half the space (cosines then change by less than 0.001).
    progress : callable, optional
        Called with the works done and all works; works on disk count at once.

    Returns
    -------
    embeddings : Embeddings
        Of the works that have a readable picture, in the collection's order.
    problems : tuple of Problem
        Pictures that could not be read, in the collection's order.

    Raises
    ------
    WriteError
        If the folder cannot be written: disk full, read-only, not permitted. What was finished
        stays, nothing is half-written.
    ValueError
        If a number is less than 1, or ``dtype`` unknown.
    """
    if dtype not in _DTYPES:
        raise ValueError(f"dtype must be {' or '.join(_DTYPES)}, got {dtype!r}.")
    folder = Path(folder)
    make_folder(folder)
    remove_leftovers(folder)
    slices = slices_of(len(collection), shard_size)
    keys = [_slice_key(encoder, collection, rows, dtype) for rows in slices]
    missing = [
        number
        for number, key in enumerate(keys)
        if not _is_valid(folder / _shard_name(number), key, encoder.dim)
    ]
    if missing:
        # A store without manifest is one that is being written; see open_embeddings.
        _remove(folder / _MANIFEST)
    done = len(collection) - sum(len(slices[number]) for number in missing)
    if progress is not None and done:
        progress(done, len(collection))
    encoded = encode_slices(
        encoder,
        collection,
        [slices[number] for number in missing],
        batch_size=batch_size,
        workers=workers,
        progress=progress,
        done=done,
    )
    for number, part in zip(missing, encoded, strict=True):
        _write_shard(folder / _shard_name(number), keys[number], part, dtype)
    _remove_beyond(folder, len(slices))
    described = {
        "model": encoder.name,
        "weights_sha256": encoder.weights_sha256,
        "fingerprint": encoder.fingerprint,
        "preprocess": encoder.preprocess.as_dict(),
        "precision": encoder.precision,
    }
    _write_manifest(folder, keys, encoder.dim, dtype, described)
    return _read_all(folder)


def save_embeddings(
    embeddings: Embeddings, folder: Path, *, about: Mapping[str, Any] | None = None
) -> None:
    """Store vectors that were computed otherwise (fused with captions, for example).

    Parameters
    ----------
    embeddings : Embeddings
        The vectors, stored as float32.
    folder : Path
        The store; created where it is missing, replaced where there is one.
    about : mapping, optional
        What to note in the manifest about where they come from; plain JSON values.

    Raises
    ------
    WriteError
        If the folder cannot be written.
    """
    folder = Path(folder)
    make_folder(folder)
    remove_leftovers(folder)
    _remove(folder / _MANIFEST)
    keys = []
    slices = slices_of(len(embeddings))
    for number, rows in enumerate(slices):
        ids = embeddings.ids[rows.start : rows.stop]
        vectors = embeddings.vectors[rows.start : rows.stop]
        key = _digest([_FORMAT, ids, hashlib.sha256(vectors.tobytes()).hexdigest()])
        part = EncodedSlice(rows, Embeddings(ids, vectors), ())
        _write_shard(folder / _shard_name(number), key, part, "float32")
        keys.append(key)
    _remove_beyond(folder, len(slices))
    _write_manifest(folder, keys, embeddings.dim, "float32", dict(about or {}))


def open_embeddings(folder: Path) -> Embeddings:
    """Read a folder of embeddings, checking every shard.

    Parameters
    ----------
    folder : Path
        A store that was finished.

    Returns
    -------
    Embeddings
        float32, whatever the type on disk.

    Raises
    ------
    EmbeddingStoreError
        If the folder is none, is unfinished, of a newer version, or has a shard that is missing,
        damaged or another than the manifest says.
    """
    return _read_all(Path(folder))[0]


def _read_all(folder: Path) -> tuple[Embeddings, tuple[Problem, ...]]:
    """Read a whole store; memory is that of the result and one shard."""
    manifest = _read_manifest(folder)
    dim, listed = manifest["dim"], manifest["shards"]
    ids: list[str] = []
    problems: list[Problem] = []
    vectors = np.empty((sum(shard["rows"] for shard in listed), dim), dtype=np.float32)
    for entry in listed:
        file = folder / entry["file"]
        try:
            shard = _read_shard(file)
        except EmbeddingStoreError as error:
            raise EmbeddingStoreError(
                f"{error} Run the same fit again: only this shard is made anew."
            ) from error
        if shard.key != entry["key"] or shard.vectors.shape != (entry["rows"], dim):
            raise EmbeddingStoreError(
                f"{file} is not the shard that {_MANIFEST} lists (its key or its shape, "
                f"{shard.vectors.shape} for {(entry['rows'], dim)}, differs). Run the same fit "
                "again, or copy the whole folder again."
            )
        vectors[len(ids) : len(ids) + len(shard.ids)] = shard.vectors
        ids += shard.ids
        problems += shard.problems
    try:
        return Embeddings(tuple(ids), vectors), tuple(problems)
    except ValueError as error:
        raise EmbeddingStoreError(
            f"{folder} holds no usable vectors: {error} Delete the folder and run the fit again."
        ) from error


def _read_manifest(folder: Path) -> dict[str, Any]:
    """Read and check a manifest."""
    file = folder / _MANIFEST
    if not file.is_file():
        if any(folder.glob("shard-*.safetensors")):
            raise EmbeddingStoreError(
                f"{folder} is unfinished: it has shards but no {_MANIFEST}, so encoding was "
                "interrupted. Run the same fit again: it goes on where it stopped."
            )
        raise EmbeddingStoreError(
            f"{folder} is no folder of embeddings: it has no {_MANIFEST}. Run the "
            "same fit again, with --overwrite where it was finished."
        )
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
        version = manifest["version"]
        is_ours = manifest["format"] == _FORMAT and isinstance(version, int)
        if is_ours and version <= _VERSION:
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
    if version > _VERSION:
        raise EmbeddingStoreError(
            f"{folder} was written by a newer topicart (embeddings of version {version}; this one "
            f"reads {_VERSION}). Update topicart."
        )
    return dict(manifest)


def _write_manifest(
    folder: Path, keys: Sequence[str], dim: int, dtype: str, described: Mapping[str, Any]
) -> None:
    """Write the manifest; it makes the store a finished one."""
    shards = []
    for number, key in enumerate(keys):
        name = _shard_name(number)
        shards.append({"file": name, "rows": _rows(folder / name), "key": key})
    manifest = {
        "format": _FORMAT,
        "version": _VERSION,
        **described,
        "dim": dim,
        "dtype": dtype,
        "works": sum(shard["rows"] for shard in shards),
        "shards": shards,
    }
    write_text_atomic(folder / _MANIFEST, json.dumps(manifest, indent=1) + "\n")


def _write_shard(file: Path, key: str, part: EncodedSlice, dtype: str) -> None:
    """Write one shard, atomically."""
    from safetensors.numpy import save

    vectors = np.ascontiguousarray(part.embeddings.vectors, dtype=dtype)
    about = {
        "key": key,
        "vectors_sha256": hashlib.sha256(vectors.tobytes()).hexdigest(),
        "ids": part.embeddings.ids,
        "problems": [[problem.id, problem.file, problem.reason] for problem in part.problems],
    }
    # All in one entry: safetensors writes several in an order that changes from run to run.
    metadata = {_FORMAT: json.dumps(about)}
    write_bytes_atomic(file, save({"vectors": vectors}, metadata=metadata))


def _read_shard(file: Path) -> _Shard:
    """Read one shard and check that it is whole."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, framework="numpy") as shard:
            about = json.loads(shard.metadata()[_FORMAT])
            stored = shard.get_tensor("vectors")
        ids = tuple(about["ids"])
        problems = tuple(Problem(*problem) for problem in about["problems"])
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
    return _Shard(key, ids, problems, vectors)


def _is_valid(file: Path, key: str, dim: int) -> bool:
    """Whether a shard is on disk, whole, and holds what its key says."""
    try:
        shard = _read_shard(file)
    except EmbeddingStoreError:
        return False
    return shard.key == key and shard.vectors.shape[1:] == (dim,)


def _rows(file: Path) -> int:
    """Number of rows of a shard, from its header."""
    from safetensors import safe_open

    with safe_open(file, framework="numpy") as shard:
        return int(shard.get_slice("vectors").get_shape()[0])


def _slice_key(encoder: Encoder, collection: Collection, rows: range, dtype: str) -> str:
    """The key of a slice: SHA-256 of all that decides its vectors and problems."""
    part = collection.arrow.select(["id", "images"]).slice(rows.start, len(rows)).to_pydict()
    works = [
        [id_, [[file, *size_and_time(collection.root / file)] for file in images]]
        for id_, images in zip(part["id"], part["images"], strict=True)
    ]
    return _digest([_FORMAT, _VERSION, encoder.fingerprint, dtype, works])


def size_and_time(file: Path) -> tuple[int, int]:
    """Look up what tells whether a file has changed.

    Parameters
    ----------
    file : Path
        A file, which need not be there.

    Returns
    -------
    tuple of int
        Size in bytes and time of change in nanoseconds; -1 for what cannot be looked at.
    """
    try:
        status = file.stat()
    except OSError:
        return (-1, -1)
    return (status.st_size, status.st_mtime_ns)


def _digest(content: Any) -> str:
    """SHA-256 of JSON values."""
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _shard_name(number: int) -> str:
    """File name of a shard."""
    return f"shard-{number:05d}.safetensors"


def _remove_beyond(folder: Path, count: int) -> None:
    """Remove shards of an earlier, larger collection."""
    names = {_shard_name(number) for number in range(count)}
    for file in folder.glob("shard-*.safetensors"):
        if file.name not in names:
            _remove(file)


def _remove(file: Path) -> None:
    """Remove a file if it is there."""
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        raise EmbeddingStoreError(
            f"{file} cannot be removed ({error.strerror}). Choose another folder, or change its "
            "permissions."
        ) from error
