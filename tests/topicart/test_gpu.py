"""cuML behind the topic model, against a stand-in: no GPU is needed to see what it is asked for."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pytest
from pydantic import ValidationError

from topicart import FitError, TopicModel, TopicModelConfig
from topicart.gpu import require_gpu
from topicart.model import derive_seed


class _Umap:
    asked: ClassVar[dict[str, Any]] = {}

    def __init__(self, **settings: Any) -> None:
        _Umap.asked = settings

    def fit_transform(self, vectors: np.ndarray) -> np.ndarray:
        return vectors[:, : self.asked["n_components"]].astype(np.float64)


class _Hdbscan:
    asked: ClassVar[dict[str, Any]] = {}

    def __init__(self, **settings: Any) -> None:
        _Hdbscan.asked = settings

    def fit(self, points: np.ndarray) -> _Hdbscan:
        self.labels_ = (points[:, 0] > 0).astype(np.int64)
        self.probabilities_ = np.ones(len(points))
        return self


@pytest.fixture
def cuml(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cuml", SimpleNamespace())
    monkeypatch.setitem(sys.modules, "cuml.manifold", SimpleNamespace(UMAP=_Umap))
    monkeypatch.setitem(sys.modules, "cuml.cluster", SimpleNamespace(HDBSCAN=_Hdbscan))


@pytest.mark.usefixtures("cuml")
def test_cuml_reduces_and_clusters_with_our_settings() -> None:
    vectors = np.random.default_rng(0).normal(size=(200, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    config = TopicModelConfig(backend="cuml", max_share=1.0, min_cluster_size=20)
    clusters, _ = TopicModel(config).cluster(vectors)
    assert clusters.labels.dtype == np.int32
    assert set(clusters.labels) == {0, 1}
    assert _Umap.asked == {
        "n_components": 5,
        "n_neighbors": 15,
        "min_dist": 0.0,
        "metric": "cosine",
        "random_state": derive_seed(0, "reduce"),
        "output_type": "numpy",
    }
    assert _Hdbscan.asked == {
        "min_cluster_size": 20,
        "min_samples": 3,
        "max_cluster_size": 0,
        "output_type": "numpy",
    }


@pytest.mark.usefixtures("cuml")
def test_no_gpu_is_told_before_the_long_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    with pytest.raises(FitError, match=r"torch sees no CUDA GPU here\. Use --backend cpu"):
        require_gpu()


def test_without_cuml_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cuml", None)
    with pytest.raises(FitError, match=r"pip install 'topicart\[gpu\]' on Linux with a CUDA GPU"):
        require_gpu()


def test_evoc_has_no_other_backend() -> None:
    with pytest.raises(ValidationError, match="evoc runs on the CPU alone; leave --backend out"):
        TopicModelConfig(clusterer="evoc", backend="cuml")
