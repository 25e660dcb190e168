"""A conditional index on disk: vectors that can be mapped, facts, and what tells them apart.

::

    index/
      vectors.npy      (n_works, dim), float32 or float16
      facets.parquet   ids and facts, a row for each vector
      manifest.json    format, version, sizes, fingerprints; written last

Without its manifest an index counts for nothing, so that half a change is none.
"""

from __future__ import annotations

import hashlib
import json
import os
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from knowledge_graph import printable
from knowledge_graph.atomic import (
    make_folder,
    remove,
    remove_leftovers,
    replacing,
    write_text_atomic,
)
from topicart.errors import RetrievalError
from topicart.retrieval.facts import Facts

if TYPE_CHECKING:
    import pyarrow as pa

    from topicart.embeddings import Embeddings

__all__ = ["Reader", "open_index", "row_reader", "write_index"]

Reader = Callable[[NDArray[np.intp]], NDArray[Any]]
"""Takes some rows of the vectors."""

_MANIFEST, _VECTORS, _FACETS = "manifest.json", "vectors.npy", "facets.parquet"
_FORMAT, _VERSION = "topicart-index", 1
_ID = "id"
_YEARS = ("year_from", "year_to")
_READ = 1 << 22
_AT_ONCE = 1 << 30
"""Bytes asked of the system at a time: it gives less than 2 GiB."""
_REMEDY = "Make it again with ConditionalIndex(…).save(folder)."


class _Manifest(BaseModel):
    """The contents of ``manifest.json``."""

    model_config = ConfigDict(frozen=True, strict=True)
    format: str
    version: int
    works: int
    dim: int
    dtype: str
    facets: list[str]
    model: str | None
    fingerprint: str
    """SHA-256 of ids and stored vectors: what the index is of."""
    vectors_sha256: str
    facets_sha256: str


def write_index(
    folder: Path, ids: tuple[str, ...], vectors: NDArray[Any], facts: Facts, model: str | None
) -> None:
    """Write an index; one that is there is replaced.

    Parameters
    ----------
    folder : Path
        It is made where it is not there.
    ids : tuple of str
        The works.
    vectors : ndarray of float32 or float16, shape (n_works, dim)
        Contiguous.
    facts : Facts
        Of the works.
    model : str or None
        Fingerprint of the model that encoded them.

    Raises
    ------
    RetrievalError
        If the folder holds files that are no index, or a facet is called ``id``.
    WriteError
        If it cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    known = facts.columns()
    facets = [name for name in known.column_names if name not in _YEARS]
    if _ID in facts.facets:
        raise RetrievalError(
            f"A facet called {_ID!r} cannot be saved: the index keeps the works' ids in a column "
            "of this name. Give it another name."
        )
    table = pa.table({_ID: pa.array(ids, pa.string()), **{n: known[n] for n in known.column_names}})
    make_folder(folder)
    remove_leftovers(folder)
    strangers = {file.name for file in folder.iterdir()} - {_MANIFEST, _VECTORS, _FACETS}
    if strangers:
        raise RetrievalError(
            f"{folder} is not written into: it holds {printable(min(strangers))!r}, which is no "
            "part of an index. Name a new folder."
        )
    remove(folder / _MANIFEST)
    # Renamed into its place: whoever has the old file mapped keeps reading the old vectors.
    with replacing(folder / _VECTORS) as place, place.open("wb") as file:
        np.lib.format.write_array(file, np.asarray(vectors), allow_pickle=False)
    with replacing(folder / _FACETS) as place:
        pq.write_table(table, place, compression="zstd")
    manifest = _Manifest(
        format=_FORMAT,
        version=_VERSION,
        works=len(ids),
        dim=int(vectors.shape[1]),
        dtype=str(vectors.dtype),
        facets=facets,
        model=model,
        fingerprint=_fingerprint(ids, vectors),
        vectors_sha256=_sha256(folder / _VECTORS),
        facets_sha256=_sha256(folder / _FACETS),
    )
    write_text_atomic(folder / _MANIFEST, manifest.model_dump_json(indent=2) + "\n")


def open_index(
    folder: Path, embeddings: Embeddings | None, *, verify: bool
) -> tuple[tuple[str, ...], NDArray[Any], Facts, str | None]:
    """Open an index; its vectors are mapped, not read.

    Parameters
    ----------
    folder : Path
        Where it is.
    embeddings : Embeddings or None
        The works' vectors as they are now.
    verify : bool
        Read all of it once and compare its SHA-256.

    Returns
    -------
    ids : tuple of str
        The works.
    vectors : ndarray of float32 or float16, shape (n_works, dim)
        Mapped, and not to be written.
    facts : Facts
        Of the works.
    model : str or None
        Fingerprint of the model that encoded them.

    Raises
    ------
    RetrievalError
        If there is none, it is damaged, of another version, or of other works.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    manifest = _manifest(folder)
    for name in (_VECTORS, _FACETS):
        if not (folder / name).is_file():  # a pipe would be waited for without end
            raise _damaged(folder, f"{name} is missing or no file")
    try:
        if verify:
            for name, expected in (
                (_VECTORS, manifest.vectors_sha256),
                (_FACETS, manifest.facets_sha256),
            ):
                if _sha256(folder / name) != expected:
                    raise _damaged(folder, f"{name} is not the file that was written")
        mapped = np.load(folder / _VECTORS, mmap_mode="r", allow_pickle=False)
        table = pq.read_table(folder / _FACETS)
        # Not a memmap but what is beneath it: numba and others know plain arrays only.
        vectors = np.asarray(mapped)
        if vectors.shape != (manifest.works, manifest.dim) or vectors.dtype != manifest.dtype:
            raise _damaged(folder, f"{_VECTORS} has the shape {vectors.shape}, {vectors.dtype}")
        size = (folder / _VECTORS).stat().st_size
        if not vectors.flags.c_contiguous or size != mapped.offset + vectors.nbytes:
            raise _damaged(folder, f"{_VECTORS} is not laid out as it was written")
        if len(table) != manifest.works or not {_ID, *manifest.facets} <= set(table.column_names):
            raise _damaged(folder, f"{_FACETS} has {len(table)} rows of {table.column_names}"[:200])
        _check_kinds(folder, table, manifest.facets)
        ids = tuple(table[_ID].to_pylist())
    except RetrievalError:  # which is a ValueError: it says all that is to be said
        raise
    except (OSError, ValueError, EOFError, OverflowError, pa.ArrowException) as error:
        raise _damaged(folder, str(error)) from error
    if embeddings is not None:
        now = np.ascontiguousarray(embeddings.vectors.astype(vectors.dtype, copy=False))
        if _fingerprint(embeddings.ids, now) != manifest.fingerprint:
            raise RetrievalError(
                f"The index in {folder} is of other works: {manifest.works:,} with "
                f"{manifest.dim} dimensions, which have changed since; the embeddings have "
                f"{len(embeddings):,} with {embeddings.dim}. {_REMEDY}"
            )
    return ids, vectors, Facts(table, manifest.facets), manifest.model


def _check_kinds(folder: Path, table: pa.Table, facets: Sequence[str]) -> None:
    """Refuse columns that hold anything but what was written."""
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = pa.list_(pa.string())
    kinds = {_ID: pa.string(), **dict.fromkeys(facets, texts)}
    kinds |= {name: pa.int64() for name in _YEARS if name in table.column_names}
    for name, kind in kinds.items():
        if table[name].type != kind:
            told = f"{_FACETS}: the column {name} is of the kind {table[name].type}"
            raise _damaged(folder, told)
        values = pc.list_flatten(table[name]) if kind == texts else table[name]
        if values.null_count and name not in _YEARS:
            raise _damaged(folder, f"{_FACETS}: the column {name} has gaps")


def row_reader(folder: Path, vectors: NDArray[Any]) -> Reader | None:
    """Read scattered rows from the file rather than through memory.

    A row that is touched in a mapped file brings the 64 kB around it into the process: a hundredth
    of the works would fill the memory with nearly all of them, and take longer.

    Parameters
    ----------
    folder : Path
        Of the index.
    vectors : ndarray, shape (n_works, dim)
        As :func:`open_index` gives them.

    Returns
    -------
    callable or None
        ``None`` where the system cannot read so.
    """
    if not hasattr(os, "preadv"):
        return None
    # Held open: a new index that takes the file's place does not change this one.
    file = (folder / _VECTORS).open("rb", buffering=0)
    width = vectors.shape[1] * vectors.itemsize
    begin = os.fstat(file.fileno()).st_size - vectors.nbytes

    def _read(rows: NDArray[np.intp]) -> NDArray[Any]:
        taken = np.empty((len(rows), vectors.shape[1]), vectors.dtype)
        bytes_ = taken.view(np.uint8).reshape(-1).data
        if len(rows) and bool((np.diff(rows) == 1).all()):
            _fill(bytes_, begin + int(rows[0]) * width)
        else:
            for at, row in enumerate(rows.tolist()):
                _fill(bytes_[at * width : (at + 1) * width], begin + row * width)
        return taken

    def _fill(place: memoryview, at: int) -> None:
        while len(place):
            got = os.preadv(file.fileno(), [place[:_AT_ONCE]], at)
            if got == 0:
                raise _damaged(folder, f"{_VECTORS} ends too early")
            place, at = place[got:], at + got

    weakref.finalize(_read, file.close)
    return _read


def _manifest(folder: Path) -> _Manifest:
    try:
        if (folder / _MANIFEST).exists() and not (folder / _MANIFEST).is_file():
            raise OSError(f"{_MANIFEST} is no file")
        text = (folder / _MANIFEST).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise RetrievalError(
            f"{folder} holds no index: it has no {_MANIFEST}. Name a folder that "
            "ConditionalIndex(…).save(folder) has written; one that was cut short is none."
        ) from None
    except (OSError, ValueError) as error:
        raise _damaged(folder, str(error)) from error
    try:
        values = json.loads(text)
        if isinstance(values, dict) and values.get("format") == _FORMAT:
            version = values.get("version")
            if version != _VERSION:
                raise RetrievalError(
                    f"The index in {folder} is of version {printable(str(version))[:20]}; this "
                    f"topicart reads version {_VERSION}. {_REMEDY}"
                )
        manifest = _Manifest.model_validate(values)
        if manifest.format != _FORMAT or manifest.dtype not in ("float32", "float16"):
            raise ValueError(f"it is of the format {manifest.format!r}, {manifest.dtype!r}")
    except RetrievalError:
        raise
    except ValidationError as error:
        first = error.errors()[0]
        told = f"{_MANIFEST}: {'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise _damaged(folder, told) from error
    except (ValueError, RecursionError) as error:
        raise _damaged(folder, f"{_MANIFEST}: {error}") from error
    return manifest


def _damaged(folder: Path, told: str) -> RetrievalError:
    said = " ".join(printable(told).split())[:200]
    return RetrievalError(f"The index in {folder} is damaged ({said}). {_REMEDY}")


def _fingerprint(ids: tuple[str, ...], vectors: NDArray[Any]) -> str:
    digest = hashlib.sha256(repr((vectors.shape, str(vectors.dtype))).encode())
    for id_ in ids:
        # Ids may hold any letter; their lengths keep them apart.
        coded = id_.encode("utf-8", "surrogatepass")
        digest.update(len(coded).to_bytes(8, "little"))
        digest.update(coded)
    digest.update(np.asarray(vectors).data)
    return digest.hexdigest()


def _sha256(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while part := opened.read(_READ):
            digest.update(part)
    return digest.hexdigest()
