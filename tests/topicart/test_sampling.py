"""Topics sought in a sample are those of all works; no more than the sample is in memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from tests.topicart.conftest import World
from topicart import TopicModel, TopicModelConfig, Topics
from topicart.sampling import fit_sample
from topicart.store import open_embeddings, save_embeddings

CONFIG = TopicModelConfig(clusterer="kmeans", n_topics=5)
"""k-means on reduced points: the planted themes, whatever the sample."""


@pytest.fixture(scope="module")
def store(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sampling") / "embeddings"
    inside = [world.embeddings.ids[row] for row in np.flatnonzero(world.truth >= 0)]
    save_embeddings(world.embeddings.select(inside), folder)
    return folder


@pytest.fixture(scope="module")
def topics(world: World, store: Path) -> Topics:
    return fit_sample(TopicModel(CONFIG), 90, store, world.collection, world)


def test_works_outside_the_sample_join_its_topics(world: World, topics: Topics) -> None:
    assert topics.fitted is not None
    assert topics.fitted.sum() == topics.parameters["sample"] == 90
    assert topics.parameters["assigned"] == 110
    truth = world.truth[world.truth >= 0]
    assert adjusted_rand_score(truth[topics.fitted], topics.assignments[topics.fitted]) > 0.95
    assert adjusted_rand_score(truth[~topics.fitted], topics.assignments[~topics.fitted]) > 0.9
    assert np.isfinite(topics.positions).all()


def test_sizes_ranks_and_names_are_those_of_all_works(topics: Topics, store: Path) -> None:
    sizes = np.bincount(topics.assignments[topics.assignments >= 0])
    assert [topic.size for topic in topics.topics] == sizes.tolist()
    assert (np.diff(sizes) <= 0).all()
    cosines = open_embeddings(store).vectors @ topics.centroids.T
    for topic in topics.topics:
        members = np.flatnonzero(topics.assignments == topic.id)
        assert sorted(topics.ranks[members]) == list(range(len(members)))
        by_rank = members[np.argsort(topics.ranks[members])]
        assert (np.diff(cosines[by_rank, topic.id]) <= 1e-6).all()
        assert topic.representatives[0] == topics.ids[by_rank[0]]


def test_a_sample_of_all_works_is_a_fit_of_all_works(world: World, store: Path) -> None:
    whole = TopicModel(CONFIG).fit(open_embeddings(store), world.collection, world)
    for sample in (None, 200, 5000):
        same = fit_sample(TopicModel(CONFIG), sample, store, world.collection, world)
        assert same.topics == whole.topics
        assert same.fitted is None


def test_the_rest_is_read_shard_by_shard(
    world: World, topics: Topics, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("topicart.sampling.open_embeddings", None)  # would hold all vectors
    again = fit_sample(TopicModel(CONFIG), 90, store, world.collection, world)
    np.testing.assert_array_equal(again.assignments, topics.assignments)
    assert again.topics == topics.topics
