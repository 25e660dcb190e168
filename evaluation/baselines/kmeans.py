"""k-means on the vectors as they are, and on UMAP's five dimensions as published."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from evaluation.baselines.found import (
    Description,
    Found,
    gather,
    installed,
    require_aligned,
    required_count,
)
from evaluation.baselines.space import UMAP_SETTINGS, reduced, umap_seed
from topicart.cluster import KMeans as KMeansClusterer
from topicart.model import derive_seed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class KMeans:
    """k-means (Lloyd 1982; k-means++, ten starts).

    Parameters
    ----------
    on_umap
        Whether the vectors are reduced first, as in the published pipeline.
    """

    on_umap: bool = False

    reads: ClassVar[Literal["vectors"]] = "vectors"
    takes_n_topics: ClassVar[bool] = True

    @property
    def name(self) -> str:  # numpydoc ignore=RT01
        """``kmeans`` or ``kmeans-umap``."""
        return "kmeans-umap" if self.on_umap else "kmeans"

    def describe(self) -> Description:  # numpydoc ignore=RT01
        """Return what it is, with its settings and source."""
        return Description(
            self.name,
            "k-means on UMAP's five dimensions" if self.on_umap else "k-means on the unit vectors",
            self._settings(),
            "Lloyd 1982; Arthur & Vassilvitskii 2007",
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
        """Group the works; see ``Baseline.fit``. Probabilities as ``topicart.cluster.KMeans``."""
        from sklearn.exceptions import ConvergenceWarning

        require_aligned(vectors, texts)
        count = required_count(self.name, n_topics, len(vectors))
        points = reduced(self.name, vectors, seed) if self.on_umap else vectors
        own = derive_seed(seed, "cluster")
        with warnings.catch_warnings():
            # Fewer distinct points than topics: the note of the result says so.
            warnings.simplefilter("ignore", ConvergenceWarning)
            clusters = KMeansClusterer(count, own)(points)
        used = {**self._settings(), "n_topics": count, "seed": own}
        if self.on_umap:
            used["umap"] = {**UMAP_SETTINGS, "seed": umap_seed(seed)}
        return gather(clusters, used, n_topics=count)

    def _settings(self) -> dict[str, Any]:
        return {"n_init": 10, "init": "k-means++"} | (
            {"umap": UMAP_SETTINGS} if self.on_umap else {}
        )
