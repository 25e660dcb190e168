"""The five dimensions in which the published pipeline and stock BERTopic look for groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evaluation.baselines.found import require_works
from topicart.model import MIN_WORKS, derive_seed
from topicart.reduce import reduce_umap

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

N_COMPONENTS = 5
N_NEIGHBORS = 15
MIN_DIST = 0.0

UMAP_SETTINGS: dict[str, Any] = {
    "n_components": N_COMPONENTS,
    "n_neighbors": N_NEIGHBORS,
    "min_dist": MIN_DIST,
    "metric": "cosine",
}
"""The settings, to be told."""


def umap_seed(seed: int) -> int:
    """Return the seed of UMAP, the one that ``TopicModel`` derives.

    Parameters
    ----------
    seed
        The one seed.

    Returns
    -------
    int
        With it a baseline and our model cluster the very same points.
    """
    return derive_seed(seed, "reduce")


def reduced(name: str, vectors: NDArray[np.float32], seed: int) -> NDArray[np.float32]:
    """Reduce vectors for a baseline.

    Parameters
    ----------
    name
        The baseline, for the message.
    vectors
        Unit vectors, shape ``(n_works, dim)``.
    seed
        The one seed.

    Returns
    -------
    numpy.ndarray
        Shape ``(n_works, 5)``, float32.

    Raises
    ------
    BaselineError
        If there are fewer than ``topicart.model.MIN_WORKS`` works: neighbourhoods mean nothing.
    """
    require_works(name, len(vectors), MIN_WORKS)
    return reduce_umap(
        vectors,
        n_components=N_COMPONENTS,
        n_neighbors=N_NEIGHBORS,
        min_dist=MIN_DIST,
        seed=umap_seed(seed),
    )
