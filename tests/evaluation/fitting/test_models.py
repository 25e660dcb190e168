"""What made a run is known from its record, and can be fitted again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evaluation.baselines import BaselineError
from evaluation.fitting.models import model_name, model_of, our_model
from tests.topicart.report_runs import harbour
from topicart import Run, TopicModel, TopicModelConfig
from topicart.cluster import Clusters


def _run(folder: Path, config: dict[str, Any]) -> Run:
    run = harbour(folder)
    return Run(run.folder, run.record.model_copy(update={"config": config}))


@pytest.fixture
def no_umap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take five of the vectors' own dimensions in the place of UMAP's."""

    def first(vectors: np.ndarray, *, n_components: int, **_: object) -> np.ndarray:
        return vectors[:, :n_components]

    monkeypatch.setattr("topicart.space.reduce_umap", first)


@pytest.mark.usefixtures("no_umap")
def test_our_model_groups_as_the_topic_model_does() -> None:
    vectors = np.random.default_rng(0).normal(size=(60, 8)).astype(np.float32)
    config = TopicModelConfig(clusterer="kmeans", n_topics=4, seed=9)
    found = our_model(config).fit(vectors, [""] * 60, None, 3)
    clusters, used = TopicModel(config.model_copy(update={"seed": 3})).cluster(vectors)
    assert found.assignments.tolist() == clusters.labels.tolist()
    assert found.parameters == used
    assert found.note == ""
    fewer = our_model(config).fit(vectors, [""] * 60, 2, 3)
    assert set(fewer.assignments.tolist()) == {0, 1}


def test_our_model_notes_a_number_of_topics_that_it_does_not_use(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    labels = np.zeros(20, dtype=np.int32)
    fake = Clusters(labels, np.ones(20, dtype=np.float32))
    monkeypatch.setattr(TopicModel, "cluster", lambda *_: (fake, {}))
    model = our_model()
    assert not model.takes_n_topics
    found = model.fit(np.eye(20, dtype=np.float32), [""] * 20, 7, 0)
    assert found.note == "finds the number of topics itself; n_topics=7 was not used"


def test_too_few_works_are_told_as_any_baseline_does() -> None:
    with pytest.raises(BaselineError, match=r"topicart: 5 works have a picture.*at least 15"):
        our_model().fit(np.eye(5, dtype=np.float32), [""] * 5, None, 0)


def test_a_run_by_our_model_is_fitted_again_with_its_own_settings(tmp_path: Path) -> None:
    config = TopicModelConfig(min_cluster_size=6, n_neighbors=4, seed=5)
    run = _run(tmp_path, {"topics": config.model_dump(mode="json")})
    assert model_name(run) == "topicart"
    told = model_of(run).describe().parameters
    assert (told["min_cluster_size"], told["n_neighbors"]) == (6, 4)
    assert "labels" not in told


def test_a_baselines_run_is_fitted_again_by_that_baseline(tmp_path: Path) -> None:
    run = _run(tmp_path, {"topics": {"seed": 1}, "method": {"name": "kmeans-umap"}})
    assert model_name(run) == model_of(run).name == "kmeans-umap"


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ({"topics": {}, "method": {"name": "som"}}, "made by 'som', which this topicart"),
        ({"topics": {"min_size": 3}}, r"settings that this topicart does not know \(min_size: "),
    ],
)
def test_what_is_not_known_cannot_be_fitted_again(
    tmp_path: Path, config: dict[str, Any], told: str
) -> None:
    with pytest.raises(BaselineError, match=told):
        model_of(_run(tmp_path, config))


def test_vectors_that_are_no_numbers_are_refused(world_vectors: np.ndarray) -> None:
    world_vectors[3, 1] = np.nan
    with pytest.raises(ValueError, match="finite numbers"):
        our_model().fit(world_vectors, [""] * len(world_vectors), None, 0)


@pytest.fixture
def world_vectors() -> np.ndarray:
    return np.eye(20, dtype=np.float32)
