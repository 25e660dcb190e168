"""Fewer dimensions, so that density means something: UMAP (McInnes, Healy & Melville 2018)."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from topicart.compiled import keep_compiled

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from topicart.neighbours import Nearest

__all__ = ["STOCK", "project_on_main_directions", "reduce_umap"]

STOCK = 4_096
"""Works below which UMAP is used as it comes: it is quick there, and compares all with all."""

_EPOCHS = ((200_000, 50), (10_000, 100))
"""Above so many works, so many epochs. UMAP's own are 200, but from a start by PCA half of them are
as good (see `topicart bench topics`). Of so many works that no cache holds them an epoch takes
several times as long for each, and a quarter finds as good groups (`topicart bench growth`). Up to
the least number of works, UMAP's own."""
_DRAWN = 1 << 16
"""Works that the axes of the start are computed from, at most."""


def reduce_umap(
    vectors: NDArray[np.float32],
    *,
    n_components: int,
    n_neighbors: int = 15,
    min_dist: float = 0.0,
    seed: int = 0,
    nearest: Nearest | None = None,
    start: NDArray[np.float32] | None = None,
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
        With ``nearest`` it is all of these.
    min_dist
        Least distance between points of the result; 0 packs clusters tightly.
    seed
        Seed of every random step. The result is the same to the bit on the same machine and
        versions, which holds UMAP to one thread (measured: on two cores that costs nothing).
    nearest
        The nearest works of each, if they are known. The layout then starts from principal
        components, not from the graph's spectrum, which takes minutes for a million works.
        Without it UMAP does as it comes.
    start
        Points whose principal components are the start, shape ``(n_works, any)``; by default the
        vectors. Only with ``nearest``.

    Returns
    -------
    numpy.ndarray
        Shape ``(n_works, n_components)``, float32.
    """
    import numpy as np

    keep_compiled()
    with warnings.catch_warnings():
        # A collection with many equal or isolated pictures is reported by UMAP as not connected;
        # its fallback initialisation is what we want.
        warnings.simplefilter("ignore", UserWarning)
        if nearest is None:
            from umap import UMAP

            reducer = UMAP(
                n_components=n_components,
                n_neighbors=min(n_neighbors, len(vectors) - 1),
                min_dist=min_dist,
                metric="cosine",
                random_state=seed,
                n_jobs=1,
            )
            return np.asarray(reducer.fit_transform(vectors), dtype=np.float32)
        points = _principal(vectors if start is None else start, n_components, seed)
        return _laid_out(nearest, points, min_dist, seed)


def project_on_main_directions(
    vectors: NDArray[np.float32], n_components: int
) -> NDArray[np.float32]:
    """Reduce unit vectors to the directions that most of their length lies in.

    Angles stay about what they are: it is a truncated SVD, without centring, and lengths are made 1
    again.

    Parameters
    ----------
    vectors
        Unit vectors, shape ``(n_works, dim)``.
    n_components
        Dimensions of the result, at most ``dim``.

    Returns
    -------
    numpy.ndarray
        Unit vectors, shape ``(n_works, n_components)``, float32; the same to the bit on any number
        of cores.
    """
    import numpy as np
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        drawn = vectors[:: -(-len(vectors) // _DRAWN)]
        _, directions = np.linalg.eigh(drawn.T @ drawn)  # ascending
        projected = vectors @ directions[:, -n_components:]
    projected /= np.maximum(np.linalg.norm(projected, axis=1, keepdims=True), 1e-12)
    return np.asarray(projected, dtype=np.float32)


def _laid_out(
    nearest: Nearest, start: NDArray[np.float32], min_dist: float, seed: int
) -> NDArray[np.float32]:
    """Lay points out as UMAP does, from a start and known neighbours."""
    import numpy as np
    from umap.umap_ import find_ab_params, simplicial_set_embedding

    n, n_components = start.shape
    a, b = find_ab_params(1.0, min_dist)
    points, _ = simplicial_set_embedding(
        None,  # the data are looked at for a spectral start alone
        nearest.memberships.copy(),  # weak edges are taken out of it
        n_components,
        initial_alpha=1.0,
        a=a,
        b=b,
        gamma=1.0,
        negative_sample_rate=5,
        n_epochs=next((epochs for more_than, epochs in _EPOCHS if n > more_than), None),
        init=start,
        random_state=np.random.RandomState(seed),
        metric="cosine",
        metric_kwds={},
        densmap=False,
        densmap_kwds={},
        output_dens=False,
    )
    return np.asarray(points, dtype=np.float32)


def _principal(points: NDArray[np.float32], n_components: int, seed: int) -> NDArray[np.float32]:
    """Project on principal axes, in the scale and with the little noise of UMAP's own starts.

    By one thread: the same to the bit on any number of cores.
    """
    import numpy as np
    from sklearn.decomposition import PCA
    from threadpoolctl import threadpool_limits

    drawn = points[:: -(-len(points) // _DRAWN)]
    axes = PCA(n_components, svd_solver="covariance_eigh")
    # Of copies of one picture no axis explains more than another: 0 divided by 0.
    with threadpool_limits(1), np.errstate(invalid="ignore", divide="ignore"):
        axes.fit(drawn)
        parts = [
            axes.transform(points[begin : begin + _DRAWN])
            for begin in range(0, len(points), _DRAWN)
        ]
    start = np.concatenate(parts)
    start *= 10.0 / max(float(np.abs(start).max()), 1e-12)
    noise = np.random.default_rng(seed).normal(scale=1e-4, size=start.shape)
    return np.asarray(start + noise, dtype=np.float32)
