"""The vectors of a fit, and what is found of their neighbourhoods on the way."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from topicart.gpu import reduce_on_gpu
from topicart.neighbours import KEPT_NEIGHBOURS, Nearest, nearest_works
from topicart.reduce import STOCK, reduce_umap

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from topicart.cluster import Backend

__all__ = ["Space"]


class Space:
    """Unit vectors that are reduced more than once; their neighbours are sought once.

    Parameters
    ----------
    vectors
        Unit vectors, shape ``(n_works, dim)``.
    n_neighbors
        UMAP's neighbourhood.
    backend
        ``cpu`` or ``cuml``.
    seed
        Of the search for neighbours.
    """

    def __init__(
        self, vectors: NDArray[np.float32], *, n_neighbors: int, backend: Backend, seed: int
    ) -> None:
        self.vectors = vectors
        self._n_neighbors = n_neighbors
        self._backend = backend
        self._seed = seed
        self._points: NDArray[np.float32] | None = None

    @cached_property
    def nearest(self) -> Nearest | None:
        """The nearest works of each, sought once.

        Returns
        -------
        Nearest or None
            None where UMAP is used as it comes.
        """
        if len(self.vectors) < STOCK or self._backend != "cpu":
            return None
        most = max(self._n_neighbors, KEPT_NEIGHBOURS)
        return nearest_works(self.vectors, most, seed=self._seed)

    @cached_property
    def _surroundings(self) -> Nearest | None:
        """As many of the nearest as UMAP is to keep together."""
        return None if self.nearest is None else self.nearest.first(self._n_neighbors)

    def reduced(self, n_components: int, min_dist: float, seed: int) -> NDArray[np.float32]:
        """Reduce the vectors; what was reduced before is where the next layout starts from.

        Parameters
        ----------
        n_components
            Dimensions of the result.
        min_dist
            Least distance between points of the result.
        seed
            Of every random step of the layout.

        Returns
        -------
        numpy.ndarray
            Shape ``(n_works, n_components)``, float32.
        """
        if self._backend == "cuml":
            return reduce_on_gpu(
                self.vectors,
                n_components=n_components,
                n_neighbors=self._n_neighbors,
                min_dist=min_dist,
                seed=seed,
            )
        self._points = reduce_umap(
            self.vectors,
            n_components=n_components,
            n_neighbors=self._n_neighbors,
            min_dist=min_dist,
            seed=seed,
            nearest=self._surroundings,
            start=self._points,
        )
        return self._points
