"""Birch on UMAP's five dimensions, with the published settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from evaluation.baselines.found import (
    Description,
    Found,
    decided,
    gather,
    installed,
    require_aligned,
    required_count,
)
from evaluation.baselines.space import UMAP_SETTINGS, reduced, umap_seed

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Birch:
    """Birch (Zhang, Ramakrishnan & Livny 1996): a tree of subclusters, then Ward's tree of these.

    The second step is quadratic in the subclusters. Where there are more than ``most_subclusters``
    the tree is built again with a threshold half as large again, as the paper does when memory
    runs out (section 5.1); the threshold that was used is among the parameters.

    Parameters
    ----------
    threshold
        Largest radius of a subcluster; .3 as published.
    branching_factor
        Subclusters in a node; 150 as published.
    most_subclusters
        See above.
    """

    threshold: float = 0.3
    branching_factor: int = 150
    most_subclusters: int = 5_000

    name: ClassVar[str] = "birch"
    reads: ClassVar[Literal["vectors"]] = "vectors"
    takes_n_topics: ClassVar[bool] = True

    def describe(self) -> Description:  # numpydoc ignore=RT01
        """Return what it is, with its settings and source."""
        return Description(
            self.name,
            "Birch on UMAP's five dimensions",
            self._settings(self.threshold),
            "Zhang, Ramakrishnan & Livny 1996",
            "scikit-learn",
            installed("scikit-learn"),
        )

    def fit(
        self,
        vectors: NDArray[np.float32],
        texts: Sequence[str],
        n_topics: int | None,
        seed: int,
    ) -> Found:  # numpydoc ignore=PR01,RT01
        """Group the works; see ``Baseline.fit``. Birch knows no degrees of belonging."""
        require_aligned(vectors, texts)
        count = required_count(self.name, n_topics, len(vectors))
        labels, threshold = self._cluster(reduced(self.name, vectors, seed), count)
        notes: tuple[str, ...] = ()
        if threshold > self.threshold:
            notes = (
                f"threshold raised from {self.threshold:g} to {threshold:g}: more than "
                f"{self.most_subclusters:,} subclusters",
            )
        used = {
            **self._settings(threshold),
            "n_topics": count,
            "umap": {**UMAP_SETTINGS, "seed": umap_seed(seed)},
        }
        return gather(decided(labels), used, n_topics=count, notes=notes)

    def _cluster(self, points: NDArray[np.float32], count: int) -> tuple[NDArray[np.int64], float]:
        """Return the group of each point and the threshold used."""
        from sklearn.cluster import AgglomerativeClustering
        from sklearn.cluster import Birch as SklearnBirch
        from threadpoolctl import threadpool_limits

        threshold = self.threshold
        with threadpool_limits(1):
            while True:
                tree = SklearnBirch(
                    threshold=threshold, branching_factor=self.branching_factor, n_clusters=None
                ).fit(points)
                n_subclusters = len(tree.subcluster_centers_)
                if n_subclusters <= self.most_subclusters:
                    break
                threshold *= 1.5
            groups = np.arange(n_subclusters)
            if count < n_subclusters:
                ward = AgglomerativeClustering(n_clusters=count)
                groups = ward.fit_predict(tree.subcluster_centers_)
        return groups[tree.labels_], threshold

    def _settings(self, threshold: float) -> dict[str, Any]:
        return {
            "threshold": threshold,
            "branching_factor": self.branching_factor,
            "most_subclusters": self.most_subclusters,
            "umap": UMAP_SETTINGS,
        }
