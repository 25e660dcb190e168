"""Fewer dimensions, so that density means something: UMAP (McInnes, Healy & Melville 2018)."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def reduce_umap(
    vectors: NDArray[np.float32],
    *,
    n_components: int,
    n_neighbors: int = 15,
    min_dist: float = 0.0,
    seed: int = 0,
) -> NDArray[np.float32]:
    """Reduce unit vectors with UMAP under the cosine metric.

    Parameters
    ----------
    vectors
        Unit vectors, shape ``(n_works, dim)``.
    n_components
        Dimensions of the result.
    n_neighbors
        Size of the neighbourhood that is kept; lowered to ``n_works - 1`` where there are fewer.
    min_dist
        Least distance between points of the result; 0 packs clusters tightly.
    seed
        Seed of every random step. The result is the same to the bit on the same machine and
        versions, which holds UMAP to one thread (measured: on two cores that costs nothing).

    Returns
    -------
    numpy.ndarray
        Shape ``(n_works, n_components)``, float32.
    """
    import numpy as np
    from umap import UMAP

    reducer = UMAP(
        n_components=n_components,
        n_neighbors=min(n_neighbors, len(vectors) - 1),
        min_dist=min_dist,
        metric="cosine",
        random_state=seed,
        n_jobs=1,
    )
    with warnings.catch_warnings():
        # A collection with many equal or isolated pictures is reported by UMAP as not connected;
        # its fallback initialisation is what we want.
        warnings.simplefilter("ignore", UserWarning)
        return np.asarray(reducer.fit_transform(vectors), dtype=np.float32)
