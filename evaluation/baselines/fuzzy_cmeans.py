"""Fuzzy c-means on UMAP's five dimensions: every work belongs to every topic, more or less.

Written out because the packages that have it are not kept up with numpy 2 (fuzzy-c-means 2.3.1
holds numpy below 2) or not kept at all (scikit-fuzzy), and it is twenty lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from evaluation.baselines.found import (
    Description,
    Found,
    gather,
    installed,
    require_aligned,
    required_count,
)
from evaluation.baselines.space import UMAP_SETTINGS, reduced, umap_seed
from topicart.cluster import Clusters
from topicart.model import derive_seed

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class FuzzyCMeans:
    """Fuzzy c-means (Bezdek 1981), the published pipeline's second clusterer.

    Parameters
    ----------
    fuzzifier
        Exponent of the memberships; 2 is Bezdek's and everybody's.
    max_iter
        Most steps; 500 as published.
    tolerance
        It ends when no membership changes by more.
    """

    fuzzifier: float = 2.0
    max_iter: int = 500
    tolerance: float = 1e-5

    name: ClassVar[str] = "fcmeans"
    reads: ClassVar[Literal["vectors"]] = "vectors"
    takes_n_topics: ClassVar[bool] = True

    def describe(self) -> Description:  # numpydoc ignore=RT01
        """Return what it is, with its settings and source."""
        return Description(
            self.name,
            "fuzzy c-means on UMAP's five dimensions",
            self._settings(),
            "Bezdek 1981, Pattern Recognition with Fuzzy Objective Function Algorithms, A11.1",
            "topicart",
            installed("topicart"),
        )

    def fit(
        self,
        vectors: NDArray[np.float32],
        texts: Sequence[str],
        n_topics: int | None,
        seed: int,
    ) -> Found:  # numpydoc ignore=PR01,RT01
        """Group the works; see ``Baseline.fit``. A probability is the strongest membership."""
        require_aligned(vectors, texts)
        count = required_count(self.name, n_topics, len(vectors))
        own = derive_seed(seed, "cluster")
        memberships, n_iter = fuzzy_c_means(
            reduced(self.name, vectors, seed),
            count,
            fuzzifier=self.fuzzifier,
            max_iter=self.max_iter,
            tolerance=self.tolerance,
            seed=own,
        )
        clusters = Clusters(
            memberships.argmax(axis=1).astype(np.int32), memberships.max(axis=1).astype(np.float32)
        )
        used = {
            **self._settings(),
            "n_topics": count,
            "n_iter": n_iter,
            "seed": own,
            "umap": {**UMAP_SETTINGS, "seed": umap_seed(seed)},
        }
        notes = ("stopped before it converged",) if n_iter == self.max_iter else ()
        return gather(clusters, used, n_topics=count, notes=notes)

    def _settings(self) -> dict[str, Any]:
        return {
            "fuzzifier": self.fuzzifier,
            "max_iter": self.max_iter,
            "tolerance": self.tolerance,
            "umap": UMAP_SETTINGS,
        }


def fuzzy_c_means(
    points: NDArray[np.floating[Any]],
    n_clusters: int,
    *,
    fuzzifier: float = 2.0,
    max_iter: int = 500,
    tolerance: float = 1e-5,
    seed: int = 0,
) -> tuple[NDArray[np.float64], int]:
    """Find fuzzy clusters (Bezdek 1981, algorithm A11.1) from centres of k-means++.

    In turn, with memberships ``u``, points ``x``, centres ``v`` and fuzzifier ``m``::

        v_i = sum_k u_ik^m x_k / sum_k u_ik^m
        u_ik = 1 / sum_j (|x_k - v_i| / |x_k - v_j|)^(2 / (m - 1))

    The algorithm starts from any memberships or centres. Random memberships, the usual start, put
    all centres near the mean: with 200 clusters most of them stay there together.

    Parameters
    ----------
    points
        Shape ``(n_points, n_dimensions)``.
    n_clusters
        Number of clusters.
    fuzzifier
        More than 1; near 1 the clusters are crisp.
    max_iter
        Most steps.
    tolerance
        It ends when no membership changes by more.
    seed
        Seed of the first centres.

    Returns
    -------
    memberships : numpy.ndarray
        Shape ``(n_points, n_clusters)``, float64; each row adds up to 1.
    n_iter : int
        Steps taken.

    Raises
    ------
    ValueError
        If the fuzzifier is not more than 1.
    """
    from sklearn.cluster import kmeans_plusplus
    from sklearn.metrics.pairwise import euclidean_distances
    from threadpoolctl import threadpool_limits

    if fuzzifier <= 1.0:
        raise ValueError(f"fuzzifier must be more than 1; got {fuzzifier}")
    # Distances come from a difference of squares, which is exact only near the origin.
    centred = np.asarray(points, dtype=np.float64) - points.mean(axis=0, dtype=np.float64)
    memberships: NDArray[np.float64] = np.zeros((len(centred), n_clusters))
    n_iter, change = 0, np.inf
    with threadpool_limits(1):
        centres, _ = kmeans_plusplus(centred, n_clusters, random_state=seed)
        while change > tolerance and n_iter < max_iter:
            n_iter += 1
            squared = euclidean_distances(centred, centres, squared=True)
            # A point on a centre would divide by 0; with the floor it is that centre's alone.
            closeness = np.maximum(squared, np.finfo(np.float64).eps) ** (-1 / (fuzzifier - 1))
            updated = closeness / closeness.sum(axis=1, keepdims=True)
            change = float(np.abs(updated - memberships).max(initial=0.0))
            memberships = updated
            weights = memberships**fuzzifier
            centres = weights.T @ centred / weights.sum(axis=0)[:, None]
    return memberships, n_iter
