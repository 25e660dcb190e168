"""Clusterers behind one protocol: points in, a cluster and a probability for each point out."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from topicart.compiled import keep_compiled
from topicart.errors import FitError
from topicart.gpu import hdbscan_on_gpu
from topicart.reduce import STOCK, project_on_main_directions
from topicart.topics import OUTLIER

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ClustererName = Literal["hdbscan", "kmeans", "evoc"]
Backend = Literal["cpu", "cuml"]
"""Who reduces and clusters: umap-learn and hdbscan, or cuML on a CUDA GPU."""

_PILE = 1 << 16
"""So many works HDBSCAN compares with all at a time; a million at a time take twice as long."""

_EVOC_DIMENSIONS = 64
"""From `STOCK` works on EVoC compares by so many: quicker, and the themes are no worse."""


@dataclass(frozen=True)
class Clusters:
    """A clustering.

    Parameters
    ----------
    labels
        Cluster of each point, shape ``(n_works,)``, int32; -1 is an outlier.
    probabilities
        How firmly each point belongs, 0 to 1, shape ``(n_works,)``, float32; 0 for outliers.
    """

    labels: NDArray[np.int32]
    probabilities: NDArray[np.float32]


class Clusterer(Protocol):
    """A way to find groups of points."""

    @property
    def reduces(self) -> bool:
        """Whether it wants the points reduced by UMAP, or the unit vectors as they are."""
        ...

    def __call__(self, points: NDArray[np.float32]) -> Clusters:
        """Cluster points of shape ``(n_works, n_dimensions)``."""
        ...


def default_min_cluster_size(n_works: int) -> int:
    """Return the least size of a topic, scaled to the collection: about half the square root.

    Parameters
    ----------
    n_works
        Works with a vector.

    Returns
    -------
    int
        100 works give 5, 1,361 give 18, 100,000 give 158.
    """
    return max(5, round(math.sqrt(n_works) / 2))


@dataclass(frozen=True)
class Hdbscan:
    """HDBSCAN (Campello, Moulavi & Sander 2013; McInnes & Healy 2017) on reduced points."""

    min_cluster_size: int
    min_samples: int
    max_share: float
    backend: Backend = "cpu"
    reduces: bool = True

    def __call__(self, points: NDArray[np.float32]) -> Clusters:
        """Cluster by density; points in thin regions are outliers.

        HDBSCAN's choice by excess of mass can fall into one huge cluster and a few crumbs. Where
        a cluster holds more than ``max_share`` of the points, the choice is made again from
        smaller clusters, and kept if at most half as many points are then in none as were in
        the huge one: a cloud without parts would fall to crumbs.
        """
        most = int(self.max_share * len(points))
        clusters = self._cluster(points, max_cluster_size=0)
        largest = _largest(clusters)
        if largest <= most:
            return clusters
        finer = self._cluster(points, max_cluster_size=most)
        return finer if 2 * (finer.labels == OUTLIER).sum() <= largest else clusters

    def _cluster(self, points: NDArray[np.float32], max_cluster_size: int) -> Clusters:
        import numpy as np

        if self.backend == "cuml":
            return Clusters(
                *hdbscan_on_gpu(
                    points,
                    min_cluster_size=self.min_cluster_size,
                    min_samples=self.min_samples,
                    max_cluster_size=max_cluster_size,
                )
            )
        from hdbscan import HDBSCAN
        from joblib import parallel_config

        with parallel_config(backend="sequential"):  # one pile after the other
            found = HDBSCAN(
                min_cluster_size=self.min_cluster_size,
                min_samples=self.min_samples,
                max_cluster_size=max_cluster_size,
                core_dist_n_jobs=max(1, round(len(points) / _PILE)),
            ).fit(points.astype(np.float64))
        return Clusters(found.labels_.astype(np.int32), found.probabilities_.astype(np.float32))


@dataclass(frozen=True)
class KMeans:
    """k-means (Lloyd 1982) on reduced points, as in the published pipeline; no outliers."""

    n_clusters: int
    seed: int
    reduces: bool = True

    def __call__(self, points: NDArray[np.float32]) -> Clusters:
        """Cluster into a given number of groups.

        The probability of a point is ``1 - d1/d2``, with its distances to the nearest and the
        second nearest centre: 0 on a border, 1 at a centre.
        """
        import numpy as np
        from sklearn.cluster import KMeans as SklearnKMeans
        from threadpoolctl import threadpool_limits

        if self.n_clusters > len(points):
            raise FitError(
                f"n_topics is {self.n_clusters}, but only {len(points)} works have a vector. "
                "Ask for fewer topics."
            )
        # Threads add up in the order in which they end: on one, the result is the same to the bit.
        with threadpool_limits(1):
            model = SklearnKMeans(self.n_clusters, n_init=10, random_state=self.seed).fit(points)
        distances = np.sort(model.transform(points), axis=1)
        second = distances[:, 1] if self.n_clusters > 1 else np.full(len(points), np.inf)
        sure = 1.0 - np.divide(distances[:, 0], second, out=np.ones(len(points)), where=second > 0)
        return Clusters(model.labels_.astype(np.int32), sure.astype(np.float32))


@dataclass(frozen=True)
class Evoc:
    """EVoC (Tutte Institute): clusters unit vectors without UMAP, many works' by 64 dimensions."""

    min_cluster_size: int
    seed: int
    reduces: bool = False

    def __call__(self, points: NDArray[np.float32]) -> Clusters:
        """Cluster by EVoC's best layer."""
        import numpy as np

        try:
            keep_compiled("evoc")
            from evoc import EVoC
        except ImportError as error:
            raise FitError(
                "The clusterer 'evoc' needs the package evoc: pip install 'topicart[evoc]'."
            ) from error
        if len(points) >= STOCK and points.shape[1] > _EVOC_DIMENSIONS:
            points = project_on_main_directions(points, _EVOC_DIMENSIONS)
        model = EVoC(base_min_cluster_size=self.min_cluster_size, random_state=self.seed)
        labels = np.asarray(model.fit_predict(points), dtype=np.int32)
        return Clusters(labels, np.asarray(model.membership_strengths_, dtype=np.float32))


def make_clusterer(
    name: ClustererName,
    *,
    min_cluster_size: int,
    min_samples: int,
    max_share: float,
    n_topics: int,
    seed: int,
    backend: Backend = "cpu",
) -> Clusterer:
    """Return the clusterer of a name.

    Parameters
    ----------
    name
        ``hdbscan``, ``kmeans`` or ``evoc``.
    min_cluster_size, min_samples, max_share
        For ``hdbscan``; the first also for ``evoc``.
    n_topics
        For ``kmeans``.
    seed
        Seed of the random steps.
    backend
        Where ``hdbscan`` runs.

    Returns
    -------
    Clusterer
        Ready to be called with points.
    """
    makers: dict[str, Callable[[], Clusterer]] = {
        "hdbscan": lambda: Hdbscan(min_cluster_size, min_samples, max_share, backend),
        "kmeans": lambda: KMeans(n_topics, seed),
        "evoc": lambda: Evoc(min_cluster_size, seed),
    }
    return makers[name]()


def largest_first(clusters: Clusters) -> Clusters:
    """Renumber clusters by size, the largest 0; equal sizes by their first member.

    Parameters
    ----------
    clusters
        A clustering.

    Returns
    -------
    Clusters
        The same groups under other numbers.
    """
    import numpy as np

    inside = clusters.labels != OUTLIER
    names, first, sizes = np.unique(clusters.labels[inside], return_index=True, return_counts=True)
    new_of = np.empty(names.max(initial=-1) + 1, dtype=np.int32)
    new_of[names[np.lexsort((first, -sizes))]] = np.arange(len(names), dtype=np.int32)
    labels = np.full_like(clusters.labels, OUTLIER)
    labels[inside] = new_of[clusters.labels[inside]]
    return Clusters(labels, clusters.probabilities)


def _largest(clusters: Clusters) -> int:
    """Return the size of the largest cluster, 0 if there is none."""
    import numpy as np

    return int(np.bincount(clusters.labels[clusters.labels != OUTLIER]).max(initial=0))
