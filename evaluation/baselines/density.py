"""Clusterers that find the number of topics themselves: stock UMAP with HDBSCAN, and EVoC."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from evaluation.baselines.found import (
    Description,
    Found,
    gather,
    installed,
    require_aligned,
    require_works,
    unused_count,
)
from evaluation.baselines.space import UMAP_SETTINGS, reduced, umap_seed
from topicart.cluster import Clusters, default_min_cluster_size
from topicart.cluster import Evoc as EvocClusterer
from topicart.model import MIN_WORKS, derive_seed

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class UmapHdbscan:
    """UMAP and HDBSCAN with the settings that BERTopic has in stock, whatever the collection.

    Parameters
    ----------
    min_cluster_size
        Least works of a topic; HDBSCAN takes the same number for ``min_samples``.
    """

    min_cluster_size: int = 10

    name: ClassVar[str] = "umap-hdbscan"
    reads: ClassVar[Literal["vectors"]] = "vectors"
    takes_n_topics: ClassVar[bool] = False

    def describe(self) -> Description:  # numpydoc ignore=RT01
        """Return what it is, with its settings and source."""
        return Description(
            self.name,
            "UMAP and HDBSCAN with BERTopic's stock settings",
            {**asdict(self), "cluster_selection_method": "eom", "umap": UMAP_SETTINGS},
            "Campello, Moulavi & Sander 2013; settings of Grootendorst 2022",
            "hdbscan",
            installed("hdbscan"),
        )

    def fit(
        self,
        vectors: NDArray[np.float32],
        texts: Sequence[str],
        n_topics: int | None,
        seed: int,
    ) -> Found:  # numpydoc ignore=PR01,RT01
        """Group the works; see ``Baseline.fit``. Works in thin regions are outliers."""
        from hdbscan import HDBSCAN

        require_aligned(vectors, texts)
        points = reduced(self.name, vectors, seed)
        model = HDBSCAN(
            min_cluster_size=self.min_cluster_size,
            cluster_selection_method="eom",
            core_dist_n_jobs=1,
        ).fit(points.astype(np.float64))
        clusters = Clusters(model.labels_.astype(np.int32), model.probabilities_.astype(np.float32))
        used = {**self.describe().parameters, "umap": {**UMAP_SETTINGS, "seed": umap_seed(seed)}}
        return gather(clusters, used, notes=unused_count(n_topics))


@dataclass(frozen=True)
class Evoc:
    """EVoC (Tutte Institute) on the unit vectors, without UMAP.

    Parameters
    ----------
    min_cluster_size
        Least works of a topic; by default that of ``TopicModel``, about half the square root of
        the number of works, so that both look for themes of one size.
    """

    min_cluster_size: int | None = None

    name: ClassVar[str] = "evoc"
    reads: ClassVar[Literal["vectors"]] = "vectors"
    takes_n_topics: ClassVar[bool] = False

    def describe(self) -> Description:  # numpydoc ignore=RT01
        """Return what it is, with its settings and source."""
        return Description(
            self.name,
            "EVoC's best layer on the unit vectors",
            asdict(self),
            "Tutte Institute, github.com/TutteInstitute/evoc",
            "evoc",
            installed("evoc"),
        )

    def fit(
        self,
        vectors: NDArray[np.float32],
        texts: Sequence[str],
        n_topics: int | None,
        seed: int,
    ) -> Found:  # numpydoc ignore=PR01,RT01
        """Group the works; see ``Baseline.fit``. Works in thin regions are outliers."""
        require_aligned(vectors, texts)
        require_works(self.name, len(vectors), MIN_WORKS)
        own = derive_seed(seed, "cluster")
        least = self.min_cluster_size or default_min_cluster_size(len(vectors))
        clusters = EvocClusterer(least, own)(vectors)
        used = {"min_cluster_size": least, "seed": own}
        return gather(clusters, used, notes=unused_count(n_topics))
