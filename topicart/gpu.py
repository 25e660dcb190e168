"""UMAP and HDBSCAN on a CUDA GPU, by cuML; what they leave is the same run as a CPU's."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from topicart.errors import FitError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["hdbscan_on_gpu", "reduce_on_gpu", "require_gpu"]


def require_gpu() -> None:
    """Refuse to begin where cuML is missing or sees no GPU.

    Raises
    ------
    FitError
        If it is not installed, or there is no CUDA GPU.
    """
    import torch

    _cuml("manifold")
    if not torch.cuda.is_available():
        raise FitError(
            "Topics are to be sought by cuML (--backend cuml), but torch sees no CUDA GPU here. "
            "Use --backend cpu."
        )


def reduce_on_gpu(
    vectors: NDArray[np.float32], *, n_components: int, n_neighbors: int, min_dist: float, seed: int
) -> NDArray[np.float32]:
    """Reduce unit vectors with cuML's UMAP (Nolet et al. 2021) under the cosine metric.

    Parameters
    ----------
    vectors
        Unit vectors, shape ``(n_works, dim)``.
    n_components
        Dimensions of the result.
    n_neighbors
        Size of the neighbourhood that is kept; lowered to ``n_works - 1`` where there are fewer.
    min_dist
        Least distance between points of the result.
    seed
        Of every random step; results repeat on the same GPU, up to rounding.

    Returns
    -------
    numpy.ndarray
        Shape ``(n_works, n_components)``, float32.
    """
    import numpy as np

    reducer = _cuml("manifold").UMAP(
        n_components=n_components,
        n_neighbors=min(n_neighbors, len(vectors) - 1),
        min_dist=min_dist,
        metric="cosine",
        random_state=seed,
        output_type="numpy",
    )
    return np.asarray(reducer.fit_transform(vectors), dtype=np.float32)


def hdbscan_on_gpu(
    points: NDArray[np.float32], *, min_cluster_size: int, min_samples: int, max_cluster_size: int
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Cluster points with cuML's HDBSCAN.

    Parameters
    ----------
    points
        Shape ``(n_works, n_dimensions)``.
    min_cluster_size, min_samples, max_cluster_size
        As hdbscan has them; 0 for the last is no limit.

    Returns
    -------
    tuple of numpy.ndarray
        Cluster of each point, -1 an outlier, and its probability, shape ``(n_works,)`` each.
    """
    import numpy as np

    found = (
        _cuml("cluster")
        .HDBSCAN(
            min_cluster_size=min_cluster_size,
            min_samples=min_samples,
            max_cluster_size=max_cluster_size,
            output_type="numpy",
        )
        .fit(points)
    )
    return np.asarray(found.labels_, np.int32), np.asarray(found.probabilities_, np.float32)


def _cuml(part: str) -> Any:
    """Import a module of cuML."""
    try:
        return import_module(f"cuml.{part}")
    except ImportError as error:
        raise FitError(
            f"Topics are to be sought by cuML (--backend cuml), which is not installed ({error}): "
            "pip install 'topicart[gpu]' on Linux with a CUDA GPU, or use --backend cpu."
        ) from error
