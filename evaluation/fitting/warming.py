"""Loading and compiling what a method runs, that neither is counted as the method's time."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np

from evaluation.baselines.space import MIN_DIST, N_COMPONENTS, N_NEIGHBORS
from topicart.model import MIN_WORKS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from evaluation.baselines import Baseline

_LOADS = {
    "lda": ("gensim.corpora", "gensim.models", "sklearn.feature_extraction.text"),
    "nmf": ("sklearn.decomposition", "sklearn.feature_extraction.text"),
    "umap-hdbscan": ("hdbscan",),
    "topicart": ("hdbscan",),
    "bertopic": ("bertopic",),
}
"""What a method loads that takes long; scikit-learn's clusterers are loaded for all."""

_FEW = 512

_UMAP_MANY = 4096
"""From so many works on UMAP seeks neighbours by another, separately compiled, algorithm."""


def warm_up(model: Baseline, n_works: int, dim: int) -> None:
    """Load and compile what a method will run, by a tiny fit, once in a process.

    Parameters
    ----------
    model
        The method.
    n_works
        Works that it will group.
    dim
        Dimensions of their vectors.
    """
    for module in ("sklearn.cluster", *_LOADS.get(model.name, ())):
        with suppress(ImportError):  # the method itself will tell
            import_module(module)
    enough = _FEW if n_works < _UMAP_MANY else _UMAP_MANY
    if n_works < MIN_WORKS:
        return
    settings = model.describe().parameters
    if "evoc" in (model.name, settings.get("clusterer")):
        _compile_evoc(enough, dim)
    elif "umap" in settings or model.name == "topicart":
        _compile_umap(enough, dim)


@cache
def _compile_umap(n_works: int, dim: int) -> None:
    from topicart.reduce import reduce_umap

    reduce_umap(
        _any_vectors(n_works, dim),
        n_components=N_COMPONENTS,
        n_neighbors=N_NEIGHBORS,
        min_dist=MIN_DIST,
        seed=0,
    )


@cache
def _compile_evoc(n_works: int, dim: int) -> None:
    from topicart import FitError
    from topicart.cluster import Evoc

    with suppress(FitError):  # it is not installed: the method itself will tell
        Evoc(min_cluster_size=5, seed=0)(_any_vectors(n_works, dim))


def _any_vectors(n_works: int, dim: int) -> NDArray[np.float32]:
    drawn = np.random.default_rng(0).normal(size=(n_works, dim))
    return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), dtype=np.float32)
