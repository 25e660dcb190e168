"""The nearest works of each work: sought once, used by the groups, by the map and by paths.

Up to 20,000 works all are compared with all, some seconds; above, pynndescent (Dong, Moses & Li
2011) finds nearly all of the neighbours in a time that grows with the number of works.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from topicart.compiled import keep_compiled

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

__all__ = ["EXACT", "KEPT_NEIGHBOURS", "Nearest", "measured", "nearest_works"]

KEPT_NEIGHBOURS = 16
"""So many a run keeps for paths, the work itself included."""

EXACT = 20_000
"""Works up to which the search is exact."""

_BLOCK = 1 << 24
"""Cosines held at a time, 64 MB."""

_MEASURED = 1024
"""Works whose neighbours' vectors are held at a time."""


@dataclass(frozen=True, eq=False)
class Nearest:
    """The nearest works of each work, itself first."""

    rows: NDArray[np.int32]
    """Shape ``(n_works, k)``, best first."""
    distances: NDArray[np.float32]
    """One minus the cosine, shape ``(n_works, k)``."""

    @cached_property
    def memberships(self) -> csr_matrix:  # numpydoc ignore=RT01
        """How firmly works belong together, 0 to 1: UMAP's fuzzy simplicial set, symmetric."""
        import numpy as np
        from umap.umap_ import fuzzy_simplicial_set

        keep_compiled()
        n, k = self.rows.shape
        # The data themselves are asked for their number alone where neighbours are given.
        few = np.broadcast_to(np.float32(0), (n, 1))
        graph, _, _ = fuzzy_simplicial_set(
            few, k, None, "cosine", knn_indices=self.rows, knn_dists=self.distances
        )
        return graph

    def first(self, k: int) -> Nearest:
        """Take fewer of them.

        Parameters
        ----------
        k : int
            How many, the work itself included.

        Returns
        -------
        Nearest
            The best.
        """
        return Nearest(self.rows[:, :k].copy(), self.distances[:, :k].copy())


def nearest_works(
    vectors: NDArray[np.float32], k: int, *, seed: int = 0, exact: int = EXACT
) -> Nearest:
    """Find the nearest works of each.

    Parameters
    ----------
    vectors : ndarray of float32, shape (n, dim)
        Rows of length 1.
    k : int
        How many, the work itself included; no more than there are works are found.
    seed : int
        Of the approximate search, which is the same to the bit on any number of threads.
    exact : int
        Works up to which the search is exact.

    Returns
    -------
    Nearest
        By cosine; of equals the lower row first where the search is exact.
    """
    k = min(k, len(vectors))
    return _compared(vectors, k) if len(vectors) <= exact else _descended(vectors, k, seed)


def measured(vectors: NDArray[np.float32], rows: NDArray[np.int32]) -> Nearest:
    """Measure how near works are that were found before.

    Parameters
    ----------
    vectors : ndarray of float32, shape (n, dim)
        Rows of length 1.
    rows : ndarray of int32, shape (n, k)
        The nearest works of each, itself first.

    Returns
    -------
    Nearest
        The same works, best first.
    """
    import numpy as np

    distances = np.empty(rows.shape, dtype=np.float32)
    for start in range(0, len(rows), _MEASURED):
        part = slice(start, start + _MEASURED)
        cosines = np.einsum("id,ikd->ik", vectors[part], vectors[rows[part]])
        distances[part] = np.clip(1.0 - cosines, 0.0, 2.0)
    distances[:, 0] = 0.0
    # Sums of another order differ in their last bits.
    order = np.argsort(distances, axis=1, kind="stable")
    return Nearest(
        np.take_along_axis(rows, order, axis=1), np.take_along_axis(distances, order, axis=1)
    )


def _compared(vectors: NDArray[np.float32], k: int) -> Nearest:
    """Compare all with all, a block of rows at a time."""
    import numpy as np

    n = len(vectors)
    rows = np.empty((n, k), dtype=np.int32)
    distances = np.empty((n, k), dtype=np.float32)
    step = max(1, _BLOCK // max(n, 1))
    for start in range(0, n, step):
        apart = np.clip(1.0 - vectors[start : start + step] @ vectors.T, 0.0, 2.0)
        own = np.arange(len(apart))
        apart[own, start + own] = -1.0  # itself first, also where others are equal to it
        near = np.sort(np.argpartition(apart, k - 1, axis=1)[:, :k], axis=1)
        order = np.argsort(np.take_along_axis(apart, near, axis=1), axis=1, kind="stable")
        near = np.take_along_axis(near, order, axis=1)
        rows[start : start + step] = near
        distances[start : start + step] = np.take_along_axis(apart, near, axis=1)
    distances[:, 0] = 0.0
    return Nearest(rows, distances)


def _descended(vectors: NDArray[np.float32], k: int, seed: int) -> Nearest:
    """Nearly the nearest, by descent from neighbours' neighbours, with UMAP's settings."""
    import numpy as np
    from pynndescent import NNDescent

    keep_compiled()
    n = len(vectors)
    index = NNDescent(
        vectors,
        metric="cosine",
        n_neighbors=k,
        n_trees=min(64, 5 + round(math.sqrt(n) / 20)),
        n_iters=max(5, round(math.log2(n))),
        max_candidates=60,
        random_state=seed,
    )
    rows, distances = (np.array(own) for own in index.neighbor_graph)
    # Where fewer were found, the work itself stands for one, as far away as the farthest.
    own = np.arange(n, dtype=rows.dtype)[:, None]
    missing = rows < 0
    rows = np.where(missing, own, rows)
    distances[missing] = 0.0
    distances = np.where(missing, distances.max(axis=1, keepdims=True), distances)
    # A work with more than k equals may have been left out of its own list.
    itself = rows == own
    itself[~itself.any(axis=1), -1] = True
    order = np.argsort(~itself, axis=1, kind="stable")
    rows = np.take_along_axis(rows, order, axis=1).astype(np.int32)
    distances = np.take_along_axis(distances, order, axis=1).astype(np.float32)
    rows[:, 0], distances[:, 0] = own[:, 0], 0.0
    return Nearest(rows, distances)
