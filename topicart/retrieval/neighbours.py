"""The graph of nearest neighbours: each work joined to those most like it, and all of one piece.

Every work is joined to its 15 nearest, in both directions. Where the graph falls apart (a folder
of copies has no reason to know others), the pieces are joined by their nearest pairs, so that there
is a way from any work to any other. Making it takes minutes for large collections, so it is kept
in the run's folder, ``neighbours/``, with the fingerprint of the vectors that it was made from.
"""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge_graph import WriteError
from knowledge_graph.atomic import make_folder, remove_leftovers, write_bytes_atomic
from topicart.errors import RetrievalError
from topicart.neighbours import EXACT, nearest_works
from topicart.retrieval.corridor import angles_between, unit_rows
from topicart.run_files import fingerprint_of, read_nearest

__all__ = [
    "LEAST_ANGLE",
    "NEIGHBOURS",
    "Neighbours",
    "find_neighbours",
    "neighbours_of",
]

NEIGHBOURS = 15
"""Nearest works that each work is joined to, as X Degrees of Separation has it."""

_FOLDER = "neighbours"
_MANIFEST = "manifest.json"
_GRAPH = "graph.safetensors"
_FORMAT, _VERSION = "topicart-neighbours", 1
_BLOCK = 1024
_HUBS = 2048
"""Pieces that the others are joined to at a time, the largest: never all with all."""
LEAST_ANGLE = 1e-3
"""The smallest angle of an edge, in radians."""
# The cosine of two equal float32 vectors is 1 within 1e-7: smaller angles are rounding.


@dataclass(frozen=True, eq=False)
class Neighbours:
    """A symmetric graph in compressed rows: each edge stands in both directions."""

    starts: NDArray[np.int32]
    """Where each work's edges start, shape ``(n + 1,)``."""
    ends: NDArray[np.int32]
    """The works that they lead to, shape ``(n_edges,)``, ascending for each work."""
    angles: NDArray[np.float32]
    """The angle between both, in radians, shape ``(n_edges,)``; at least 0.001."""
    joined: int
    """Edges that are there only to join pieces."""

    def __len__(self) -> int:
        return len(self.starts) - 1

    @cached_property
    def weights(self) -> dict[float, Any]:
        """Matrices of weights by power, filled where paths are sought.

        Returns
        -------
        dict of float to scipy.sparse.csr_array
            The usual power's, once it was asked for.
        """
        return {}

    def among(self, places: NDArray[np.intp]) -> Neighbours:
        """Take the graph of some of its works.

        Parameters
        ----------
        places : ndarray of int
            Which works, ascending, each once; they are numbered in this order.

        Returns
        -------
        Neighbours
            With the edges between them; it may be in pieces.
        """
        number = np.full(len(self), -1, dtype=np.int32)
        number[places] = np.arange(len(places), dtype=np.int32)
        lengths = np.diff(self.starts)
        kept = np.repeat(number >= 0, lengths) & (number[self.ends] >= 0)
        starts = np.concatenate([[0], np.cumsum(kept)])[self.starts]
        starts = np.append(starts[places], starts[-1])
        ends = number[self.ends[kept]]
        return Neighbours(starts.astype(np.int32), ends, self.angles[kept], self.joined)


def find_neighbours(
    vectors: NDArray[np.float32],
    *,
    k: int = NEIGHBOURS,
    seed: int = 0,
    exact: int = EXACT,
    known: NDArray[np.int32] | None = None,
) -> Neighbours:
    """Join each work to its nearest ones.

    Parameters
    ----------
    vectors : ndarray of float32, shape (n, dim)
        Rows of length 1.
    k : int
        Nearest works that each is joined to.
    seed : int
        Of the approximate search.
    exact : int
        Works up to which the search is exact.
    known : ndarray of int, shape (n, at least k + 1), optional
        The nearest works of each, itself first, where they were sought before.

    Returns
    -------
    Neighbours
        In one piece.

    Raises
    ------
    RetrievalError
        If a vector is not finite or there is none.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    n = len(vectors)
    if n == 0:
        raise RetrievalError("No work has a vector: there are no neighbours.")
    if not np.isfinite(vectors).all():
        raise RetrievalError("A work's vector is not finite: it has no neighbours.")
    k = min(k, n - 1)
    if known is None or known.shape[1] <= k:
        known = nearest_works(vectors, k + 1, seed=seed, exact=exact).rows
    found = known[:, 1 : k + 1]
    left = np.repeat(np.arange(n, dtype=np.int64), found.shape[1])
    right = found.ravel().astype(np.int64)
    pairs = _once(left[left != right], right[left != right], n)
    joined = 0
    while True:
        graph = coo_array((np.ones(len(pairs), np.int8), (pairs // n, pairs % n)), shape=(n, n))
        pieces, piece_of = connected_components(graph, directed=False)
        if pieces == 1:
            break
        bridges = _bridges(vectors, piece_of, pieces)
        joined += len(bridges)
        pairs = np.union1d(pairs, bridges)
    return _compressed(vectors, pairs, n, joined)


def neighbours_of(folder: Path, vectors: NDArray[np.floating]) -> Neighbours:
    """Read a run's graph of neighbours, or make and keep it.

    Parameters
    ----------
    folder : Path
        The run's folder; the graph is kept in ``neighbours/``.
    vectors : ndarray of float32 or float16, shape (n, dim)
        Of its works.

    Returns
    -------
    Neighbours
        Of just these vectors: a graph of others, or a damaged one, is made anew. Where it cannot
        be kept (a run that may only be read) that is said in the log.
    """
    own = folder / _FOLDER
    fingerprint = fingerprint_of(vectors.shape, [vectors])
    kept = _read(own, fingerprint, len(vectors))
    if kept is not None:
        return kept
    # Of length 1 again where half precision has rounded them.
    rounded = vectors.dtype != np.float32
    graph = find_neighbours(
        unit_rows(vectors, np.arange(len(vectors))) if rounded else vectors,
        known=read_nearest(folder, fingerprint, len(vectors)),
    )
    try:
        _keep(own, graph, fingerprint)
    except (WriteError, OSError) as error:
        told = "The graph of neighbours is not kept, and will be made again next time: %s"
        logging.getLogger("topicart").warning(told, error)
    return graph


def _keep(own: Path, graph: Neighbours, fingerprint: str) -> None:
    from safetensors.numpy import save

    make_folder(own)
    remove_leftovers(own)
    # Without its manifest a graph counts for nothing, so that half a change is none.
    (own / _MANIFEST).unlink(missing_ok=True)
    arrays = {"starts": graph.starts, "ends": graph.ends, "angles": graph.angles}
    stored = save(arrays)
    write_bytes_atomic(own / _GRAPH, stored)
    manifest = {
        "format": _FORMAT,
        "version": _VERSION,
        "embeddings_sha256": fingerprint,
        "graph_sha256": hashlib.sha256(stored).hexdigest(),
        "neighbours": NEIGHBOURS,
        "works": len(graph),
        "joined": graph.joined,
    }
    write_bytes_atomic(own / _MANIFEST, (json.dumps(manifest, indent=2) + "\n").encode())


def _read(folder: Path, fingerprint: str, n: int) -> Neighbours | None:
    """Read a graph that was made of these vectors; None if there is none, or it is damaged."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        asked = (_FORMAT, _VERSION, fingerprint, NEIGHBOURS, n)
        names = ("format", "version", "embeddings_sha256", "neighbours", "works")
        if tuple(manifest[name] for name in names) != asked:
            return None
        stored = (folder / _GRAPH).read_bytes()
        if hashlib.sha256(stored).hexdigest() != manifest["graph_sha256"]:
            return None
        arrays = load(stored)
        graph = Neighbours(
            arrays["starts"], arrays["ends"], arrays["angles"], int(manifest["joined"])
        )
        return graph if _is_sound(graph, n) else None
    except (OSError, ValueError, KeyError, TypeError, RecursionError, SafetensorError):
        return None


def _is_sound(graph: Neighbours, n: int) -> bool:
    """Whether a graph that was read leads to none but its works: kernels do not look again."""
    starts, ends, angles = graph.starts, graph.ends, graph.angles
    return bool(
        starts.shape == (n + 1,)
        and starts.dtype == ends.dtype == np.int32
        and angles.dtype == np.float32
        and ends.ndim == 1
        and ends.shape == angles.shape
        and starts[0] == 0
        and starts[-1] == len(ends)
        and (np.diff(starts) >= 0).all()
        and (len(ends) == 0 or (ends.min() >= 0 and ends.max() < n))
        and (angles > 0).all()
        and np.isfinite(angles).all()
    )


def _once(left: NDArray[np.int64], right: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """Pairs as single numbers, smaller row first, each once."""
    return np.unique(np.minimum(left, right) * n + np.maximum(left, right))


def _bridges(
    vectors: NDArray[np.float32], piece_of: NDArray[np.int32], pieces: int
) -> NDArray[np.int64]:
    """Edges from each piece to the one nearest to it, as Borůvka's tree grows.

    Each round at least halves the pieces. Near is said of the pieces' means, and the edge is that
    between the member nearest to the other's mean and the one nearest to that member: not always
    the nearest pair of all, which would take a comparison of all works with all.
    """
    order = np.argsort(piece_of, kind="stable")
    starts = np.searchsorted(piece_of[order], np.arange(pieces + 1))
    means = np.add.reduceat(vectors[order], starts[:-1], axis=0, dtype=np.float32)
    means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)
    hubs = np.argsort(-np.diff(starts), kind="stable")[:_HUBS]
    left, right = [], []
    for first in range(0, pieces, _BLOCK):
        cosines = means[first : first + _BLOCK] @ means[hubs].T
        own = np.arange(first, first + len(cosines))
        cosines[own[:, None] == hubs[None, :]] = -np.inf
        for piece, other in zip(own, hubs[cosines.argmax(axis=1)], strict=True):
            mine = order[starts[piece] : starts[piece + 1]]
            theirs = order[starts[other] : starts[other + 1]]
            near = mine[np.argmax(vectors[mine] @ means[other])]
            left.append(near)
            right.append(theirs[np.argmax(_sampled(vectors, theirs) @ vectors[near])])
    return _once(np.array(left, np.int64), np.array(right, np.int64), len(vectors))


def _sampled(vectors: NDArray[np.float32], rows: NDArray[np.intp]) -> NDArray[np.float32]:
    """At most 4,096 rows: thousands of pieces may join the one large piece."""
    return vectors[rows[:4096]]


def _compressed(
    vectors: NDArray[np.float32], pairs: NDArray[np.int64], n: int, joined: int
) -> Neighbours:
    left, right = pairs // n, pairs % n
    angles = np.empty(len(pairs), dtype=np.float32)
    for start in range(0, len(pairs), 1 << 12):
        part = slice(start, start + (1 << 12))
        angles[part] = angles_between(vectors[left[part]], vectors[right[part]])
    angles = np.maximum(angles, np.float32(LEAST_ANGLE))
    tails, heads = np.concatenate([left, right]), np.concatenate([right, left])
    order = np.lexsort((heads, tails))
    starts = np.searchsorted(tails[order], np.arange(n + 1)).astype(np.int32)
    return Neighbours(
        starts, heads[order].astype(np.int32), np.concatenate([angles, angles])[order], joined
    )
