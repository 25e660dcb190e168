"""What a judge saw, kept: a picture is encoded once for all the runs that show it.

::

    CACHE/<first 16 digits of the judge's fingerprint>/
      part-<digest of its keys>.safetensors   "vectors" (n, dim); keys in its metadata

A key is the SHA-256 of a work's picture files: where they are, their sizes and times of change.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from evaluation.judging.judges import OwnVectors
from knowledge_graph.atomic import make_folder, remove_leftovers, write_bytes_atomic
from topicart import Embeddings
from topicart.store import size_and_time

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from evaluation.judging.judges import Judge
    from knowledge_graph import Collection
    from topicart.slices import Progress

PART = 128
"""Works encoded, and kept, as one: so many at most are lost by an interruption."""

_FORMAT = "topicart-judged-1"


def judged_pictures(
    judge: Judge, works: Collection, cache: Path | None, *, progress: Progress | None = None
) -> Embeddings:
    """Return a judge's vectors of works; what is in the cache is not encoded again.

    Parameters
    ----------
    judge
        Who looks at the pictures.
    works
        The works; works that have the very same picture files are encoded once.
    cache
        Folder of what was judged before, created where it is missing; ``None`` keeps nothing.
        New vectors are added every ``PART`` works, so that an interrupted call goes on. A picture
        that was moved or changed is encoded anew; a damaged file is made anew.
    progress
        Called with the works done and all works; works in the cache count at once.

    Returns
    -------
    Embeddings
        Of the works that have a readable picture, in the collection's order.

    Raises
    ------
    WriteError
        If the cache cannot be written. What was finished stays.
    """
    if not len(works):
        return Embeddings((), np.empty((0, 0), dtype=np.float32))
    if cache is None or isinstance(judge, OwnVectors):
        return judge.encode_pictures(works, progress=progress)
    folder = cache / judge.fingerprint[:16]
    make_folder(folder)
    remove_leftovers(folder)
    keys = _keys(works)
    found = _read(folder, judge.fingerprint, {key for key in keys if key is not None})
    # Of works with the same pictures one speaks for all.
    missing = sorted(
        {key: row for row, key in enumerate(keys) if key and key not in found}.values()
    )
    done = len(works) - len(missing)
    if progress is not None and done:
        progress(done, len(works))
    for start in range(0, len(missing), PART):
        rows = missing[start : start + PART]
        part = works.select(rows)
        seen = judge.encode_pictures(part)
        key_of = dict(zip(part.ids, (str(keys[row]) for row in rows), strict=True))
        if len(seen):
            own = [key_of[id_] for id_ in seen.ids]
            _write(folder, judge.fingerprint, own, seen.vectors)
            found.update(zip(own, seen.vectors, strict=True))
        if progress is not None:
            progress(done + start + len(rows), len(works))
    kept = [(id_, found[key]) for id_, key in zip(works.ids, keys, strict=True) if key in found]
    vectors = np.stack([vector for _, vector in kept]) if kept else np.empty((0, 0), np.float32)
    return Embeddings(tuple(id_ for id_, _ in kept), vectors)


def _keys(works: Collection) -> list[str | None]:
    """Return what decides each work's vector besides the judge; ``None`` without a picture."""
    keys: list[str | None] = []
    for images in works.arrow.column("images").to_pylist():
        files = [(works.root / name).resolve() for name in images]
        told = json.dumps([[str(file), *size_and_time(file)] for file in files])
        keys.append(hashlib.sha256(told.encode()).hexdigest() if files else None)
    return keys


def _read(
    folder: Path, fingerprint: str, wanted: set[str]
) -> dict[str | None, NDArray[np.float32]]:
    """Return the wanted vectors that are in a cache; remove what is damaged."""
    found: dict[str | None, NDArray[np.float32]] = {}
    for file in sorted(folder.glob("part-*.safetensors")):
        try:
            for key, vector in _read_part(file, fingerprint):
                if key in wanted:
                    # A copy: a row would keep its whole part in memory.
                    found[key] = vector.copy()
        except _DamagedPartError:
            with suppress(OSError):
                file.unlink()
        except OSError:  # not to be read now; its pictures are looked at again
            continue
    return found


class _DamagedPartError(Exception):
    """A part cannot be used."""


def _read_part(file: Path, fingerprint: str) -> Iterator[tuple[str, NDArray[np.float32]]]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, framework="numpy") as part:
            about = json.loads(part.metadata()[_FORMAT])
            vectors = part.get_tensor("vectors")
        keys = about["keys"]
        whole = about["vectors_sha256"] == hashlib.sha256(vectors.tobytes()).hexdigest()
        if not whole or about["fingerprint"] != fingerprint or len(keys) != len(vectors):
            raise _DamagedPartError
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise _DamagedPartError from error
    yield from zip(keys, vectors, strict=True)


def _write(
    folder: Path, fingerprint: str, keys: Sequence[str], vectors: NDArray[np.float32]
) -> None:
    from safetensors.numpy import save

    vectors = np.ascontiguousarray(vectors, dtype=np.float32)
    about = {
        "fingerprint": fingerprint,
        "keys": list(keys),
        "vectors_sha256": hashlib.sha256(vectors.tobytes()).hexdigest(),
    }
    content = save({"vectors": vectors}, metadata={_FORMAT: json.dumps(about)})
    # Named by what is in it: two commands that fill one cache do not overwrite each other.
    digest = hashlib.sha256(json.dumps(about["keys"]).encode()).hexdigest()[:16]
    write_bytes_atomic(folder / f"part-{digest}.safetensors", content)
