"""A small run of our own model, to be measured, compared and fitted again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from knowledge_graph import open_collection
from topicart import Encoder, FitConfig, Run, TopicModelConfig, fit_run


@pytest.fixture(scope="session")
def encoder(tiny_model: Path) -> Encoder:
    return Encoder.load(str(tiny_model))


@pytest.fixture(scope="session")
def source(paintings: Path, encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run of three topics, its map and its reduction the vectors' own first dimensions."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "topicart.space.reduce_umap",
            lambda vectors, *, n_components, **_: np.ascontiguousarray(vectors[:, :n_components]),
        )
        config = FitConfig(topics=TopicModelConfig(clusterer="kmeans", n_topics=3))
        out = tmp_path_factory.mktemp("source") / "run"
        return fit_run(open_collection(paintings), out, encoder, config)
