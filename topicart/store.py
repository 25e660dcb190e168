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
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from knowledge_graph import Problem
from knowledge_graph.atomic import make_folder, remove, remove_leftovers
from topicart.embeddings import Embeddings, fuse_texts
from topicart.errors import EmbeddingStoreError
from topicart.shards import (
    FORMAT,
    MANIFEST,
    listed_shards,
    read_manifest,
    remove_beyond,
    shard_name,
    write_manifest,
    write_shard,
)
from topicart.slices import EncodedSlice, Progress, slices_of
from topicart.store_in_work import StoreInWork, digest, size_and_time

if TYPE_CHECKING:
    from knowledge_graph import Collection
    from topicart.encoder import Encoder

__all__ = [
    "Embeddings",
    "count_embeddings",
    "encode_collection",
    "encode_to",
    "fuse_texts",
    "iter_embeddings",
    "open_embeddings",
    "save_embeddings",
    "size_and_time",
]


def encode_to(
    encoder: Encoder,
    collection: Collection,
    folder: Path,
    *,
    shard_size: int | None = None,
    batch_size: int = 32,
    workers: int | None = None,
    dtype: str = "float32",
    thumbnails: Path | None = None,
    progress: Progress | None = None,
) -> tuple[Problem, ...]:
    """Encode a collection's pictures into a folder, going on where an earlier call stopped.

    No more than one shard is held in memory; :func:`iter_embeddings` reads them back as lightly.

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
    thumbnails : Path, optional
        Folder of reduced copies of the pictures, which are read, or made where they are missing.
        The vectors differ slightly from those of the pictures, and are stored as others.
    progress : callable, optional
        Called with the works done and all works; works on disk count at once.

    Returns
    -------
    tuple of Problem
        Pictures that could not be read, in the collection's order.

    Raises
    ------
    WriteError
        If the folder cannot be written: disk full, read-only, not permitted. What was finished
        stays, nothing is half-written.
    ValueError
        If a number is less than 1, or ``dtype`` unknown.
    """
    store = StoreInWork(encoder, collection, Path(folder), shard_size, dtype, thumbnails)
    make_folder(store.folder)
    remove_leftovers(store.folder)
    found = {number: store.problems_in(number) for number in range(len(store.slices))}
    missing = [number for number, problems in found.items() if problems is None]
    if missing:
        store.open_again()
    done = len(collection) - sum(len(store.slices[number]) for number in missing)
    if progress is not None and done:
        progress(done, len(collection))
    found |= store.encode(
        missing, batch_size=batch_size, workers=workers, progress=progress, done=done
    )
    store.finish()
    return tuple(problem for problems in found.values() for problem in problems or ())


def encode_collection(
    encoder: Encoder,
    collection: Collection,
    folder: Path,
    *,
    shard_size: int | None = None,
    batch_size: int = 32,
    workers: int | None = None,
    dtype: str = "float32",
    thumbnails: Path | None = None,
    progress: Progress | None = None,
) -> tuple[Embeddings, tuple[Problem, ...]]:
    """Encode a collection's pictures into a folder, as :func:`encode_to`, and read them back.

    Parameters
    ----------
    encoder, collection, folder, shard_size, batch_size, workers, dtype, thumbnails, progress
        As for :func:`encode_to`.

    Returns
    -------
    embeddings : Embeddings
        Of the works that have a readable picture, in the collection's order.
    problems : tuple of Problem
        Pictures that could not be read, in the collection's order.

    Raises
    ------
    WriteError, ValueError
        As :func:`encode_to`.
    """
    problems = encode_to(
        encoder,
        collection,
        folder,
        shard_size=shard_size,
        batch_size=batch_size,
        workers=workers,
        dtype=dtype,
        thumbnails=thumbnails,
        progress=progress,
    )
    return open_embeddings(folder), problems


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
    remove(folder / MANIFEST)
    keys = []
    slices = slices_of(len(embeddings))
    for number, rows in enumerate(slices):
        ids = embeddings.ids[rows.start : rows.stop]
        vectors = embeddings.vectors[rows.start : rows.stop]
        key = digest([FORMAT, ids, hashlib.sha256(vectors.tobytes()).hexdigest()])
        part = EncodedSlice(rows, Embeddings(ids, vectors), ())
        write_shard(folder / shard_name(number), key, part, "float32")
        keys.append(key)
    remove_beyond(folder, len(slices))
    write_manifest(folder, keys, embeddings.dim, "float32", dict(about or {}))


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
    folder = Path(folder)
    manifest = read_manifest(folder)
    ids: list[str] = []
    rows = sum(shard["rows"] for shard in manifest["shards"])
    # Memory is that of the result and one shard.
    vectors = np.empty((rows, manifest["dim"]), dtype=np.float32)
    for shard in listed_shards(folder, manifest):
        vectors[len(ids) : len(ids) + len(shard.ids)] = shard.vectors
        ids += shard.ids
    try:
        return Embeddings(tuple(ids), vectors)
    except ValueError as error:
        raise _unusable(folder, error) from error


def iter_embeddings(folder: Path) -> Iterator[Embeddings]:
    """Read a folder of embeddings shard by shard; no more than one is in memory.

    Parameters
    ----------
    folder : Path
        A store that was finished.

    Yields
    ------
    Embeddings
        Of the next works, in the collection's order; a shard without vectors is left out.

    Raises
    ------
    EmbeddingStoreError
        As :func:`open_embeddings`, where the shard is met.
    """
    folder = Path(folder)
    for shard in listed_shards(folder, read_manifest(folder)):
        if shard.ids:
            try:
                part = Embeddings(shard.ids, shard.vectors)
            except ValueError as error:
                raise _unusable(folder, error) from error
            yield part


def count_embeddings(folder: Path) -> int:
    """Return how many works have a vector, without reading any.

    Parameters
    ----------
    folder : Path
        A store that was finished.

    Returns
    -------
    int
        As its manifest says.

    Raises
    ------
    EmbeddingStoreError
        If the folder is none, is unfinished, or of a newer version.
    """
    return sum(shard["rows"] for shard in read_manifest(Path(folder))["shards"])


def _unusable(folder: Path, error: ValueError) -> EmbeddingStoreError:
    return EmbeddingStoreError(
        f"{folder} holds no usable vectors: {error} Delete the folder and run the fit again."
    )
