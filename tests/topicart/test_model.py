from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError
from sklearn.metrics import adjusted_rand_score

from tests.topicart.conftest import DIM, PER_THEME, STRAYS, THEMES, World, unit
from topicart import FitError, TopicModel, TopicModelConfig, Topics
from topicart.assigning import Fitted, assign
from topicart.centroids import topic_centroids
from topicart.cluster import Clusters
from topicart.model import derive_seed


@pytest.fixture(scope="module")
def topics(world: World) -> Topics:
    return TopicModel().fit(world.embeddings, world.collection, world)


@pytest.fixture
def strays_left_out(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cluster as the world was made, with the strays in no cluster."""

    class AsMade:
        reduces = False

        def __call__(self, points: np.ndarray) -> Clusters:
            inside = (world.truth >= 0).astype(np.float32)
            return Clusters(world.truth.astype(np.int32), inside)

    monkeypatch.setattr("topicart.model.make_clusterer", lambda *_, **__: AsMade())


def test_planted_topics_are_found_and_named_after_their_facts(world: World, topics: Topics) -> None:
    inside = world.truth >= 0
    assert adjusted_rand_score(world.truth[inside], topics.assignments[inside]) > 0.95
    leading = {topic.name.split(", ")[0] for topic in topics.topics}
    assert set(THEMES) <= leading


@pytest.mark.usefixtures("strays_left_out")
def test_outliers_stay_out_and_are_counted(world: World) -> None:
    topics = TopicModel().fit(world.embeddings, world.collection)
    assert topics.n_outliers == STRAYS
    assert (topics.ranks[world.truth == -1] == -1).all()
    members = {work_id for topic in topics.topics for work_id in topic.representatives}
    assert members.isdisjoint(np.array(topics.ids)[world.truth == -1])


def test_topics_are_numbered_by_size_and_led_by_their_most_central_works(topics: Topics) -> None:
    sizes = [topic.size for topic in topics.topics]
    assert sizes == sorted(sizes, reverse=True)
    for topic in topics.topics:
        members = np.flatnonzero(topics.assignments == topic.id)
        assert topic.size == len(members)
        assert sorted(topics.ranks[members]) == list(range(len(members)))
        first = members[topics.ranks[members] == 0][0]
        assert topic.representatives[0] == topics.ids[first]


def test_labels_carry_the_share_of_members_that_have_the_fact(world: World, topics: Topics) -> None:
    topic = next(topic for topic in topics.topics if topic.name.startswith("forest"))
    members = {
        work_id
        for work_id, found in zip(topics.ids, topics.assignments, strict=True)
        if found == topic.id
    }
    having = sum(
        1 for work in world.collection if work.id in members and "forest" in work.facets["genre"]
    )
    label = topic.labels_of("genre")[0]
    assert label.term == "forest"
    assert label.share == pytest.approx(having / len(members), abs=1e-4)
    assert label.lift == pytest.approx(label.share / (PER_THEME / len(topics.ids)), abs=0.01)
    assert label.score is not None
    assert label.cosine is not None
    assert label.contrast is not None
    assert 0 < label.contrast < label.cosine
    assert label.score > 1.0


def test_the_same_fit_twice_is_the_same_to_the_bit(world: World, topics: Topics) -> None:
    again = TopicModel().fit(world.embeddings, world.collection, world)
    assert again.topics == topics.topics
    for name in ("assignments", "probabilities", "ranks", "positions", "centroids", "thresholds"):
        np.testing.assert_array_equal(getattr(again, name), getattr(topics, name))


def test_vectors_of_other_works_are_refused(world: World) -> None:
    with pytest.raises(FitError, match=r"40 works have a vector but are not in the collection"):
        TopicModel().fit(world.embeddings, world.collection.select(range(40, len(world.truth))))


def test_terms_that_the_encoder_cannot_tell_apart_are_ranked_by_facts(world: World) -> None:
    class Blind:
        dim = DIM

        def encode_texts(self, texts: list[str], progress: object = None) -> np.ndarray:
            return np.tile(world.directions.mean(axis=0), (len(texts), 1))

    topics = TopicModel().fit(world.embeddings, world.collection, Blind())
    assert set(THEMES) <= {topic.name.split(", ")[0] for topic in topics.topics}


def test_without_an_encoder_topics_are_named_from_facts_alone(world: World) -> None:
    topics = TopicModel().fit(world.embeddings, world.collection)
    assert set(THEMES) <= {topic.name.split(", ")[0] for topic in topics.topics}
    assert all(label.score is None for topic in topics.topics for label in topic.labels)


@pytest.mark.usefixtures("strays_left_out")
def test_outliers_join_the_nearest_topic_on_request(world: World) -> None:
    topics = TopicModel(TopicModelConfig(reassign=True)).fit(world.embeddings, world.collection)
    assert topics.n_outliers == 0
    assert sum(topic.size for topic in topics.topics) == len(topics.ids)
    joined = world.truth == -1
    assert (topics.probabilities[joined] == 0).all()
    cosines = world.embeddings.vectors @ topics.centroids.T
    np.testing.assert_array_equal(topics.assignments[joined], cosines[joined].argmax(axis=1))


@pytest.mark.parametrize(
    "settings", [{"clusterer": "kmeans", "n_topics": len(THEMES)}, {"clusterer": "evoc"}]
)
def test_other_clusterers_find_the_planted_topics(
    world: World, settings: dict[str, object]
) -> None:
    config = TopicModelConfig.model_validate(settings)
    inside = world.truth >= 0
    kept = [world.embeddings.ids[row] for row in np.flatnonzero(inside)]
    topics = TopicModel(config).fit(world.embeddings.select(kept), world.collection)
    assert topics.parameters["clusterer"] == settings["clusterer"]
    assert adjusted_rand_score(world.truth[inside], topics.assignments) > 0.9


def test_a_shapeless_cloud_may_have_no_topic_at_all(world: World) -> None:
    topics = TopicModel(TopicModelConfig(min_cluster_size=100)).fit(
        world.embeddings, world.collection, world
    )
    assert len(topics) == 0
    assert topics.n_outliers == len(topics.ids)
    fitted = Fitted(
        world.embeddings.vectors,
        topics.assignments,
        topics.probabilities,
        topics.positions,
        topics.centroids,
        topics.thresholds,
    )
    found = assign(world.embeddings.vectors, fitted)
    assert (found.labels == -1).all()
    assert (found.nearest == -1).all()


def test_too_few_works_get_a_clear_answer(world: World) -> None:
    few = world.embeddings.select(world.embeddings.ids[:12])
    # A smaller least size would not help here, so that it is not offered.
    with pytest.raises(
        FitError, match=r"12 works have a picture; .* at least 15 .*\. Add works\.$"
    ):
        TopicModel().fit(few, world.collection)
    with pytest.raises(FitError, match=r"^1 work has a picture"):
        TopicModel().fit(few.select(few.ids[:1]), world.collection)
    with pytest.raises(FitError, match=r"at least 400 .*, 200, .* or lower --min-size\.$"):
        TopicModel(TopicModelConfig(min_cluster_size=200)).fit(world.embeddings, world.collection)
    with pytest.raises(FitError, match=r"n_topics is 500, but only 215 works"):
        TopicModel(TopicModelConfig(clusterer="kmeans", n_topics=500)).fit(
            world.embeddings, world.collection
        )


@pytest.mark.parametrize(
    "wrong", [{"clusterer": "dbscan"}, {"min_cluster_size": 1}, {"seed": -1}, {"colour": 1}]
)
def test_settings_are_checked(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        TopicModelConfig.model_validate(wrong)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n_topics": 5}, r"hdbscan finds the number of topics itself; n_topics \(--topics\) goes"),
        ({"clusterer": "kmeans", "min_samples": 5}, "is of hdbscan, not of kmeans"),
        ({"clusterer": "kmeans", "min_cluster_size": 5}, "kmeans takes a number of topics"),
    ],
)
def test_a_setting_that_would_do_nothing_is_refused(
    settings: dict[str, object], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        TopicModelConfig.model_validate(settings)


def test_works_without_facts_are_named_after_their_most_central_work(world: World) -> None:
    from knowledge_graph import Artwork, Collection

    bare = Collection.from_artworks(
        [Artwork(id=work.id, title=work.title) for work in world.collection],
        world.collection.root,
        "bare",
    )
    topics = TopicModel().fit(world.embeddings, bare, world)
    names = [topic.name for topic in topics.topics]
    assert all(name.startswith("Works like “Title ") for name in names)
    assert len(set(names)) == len(names)


def test_centroids_are_the_weighted_mean_direction() -> None:
    vectors = unit(np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]))
    clusters = Clusters(
        np.array([0, 0, -1], dtype=np.int32), np.array([0.75, 0.25, 0.0], dtype=np.float32)
    )
    expected = np.array([[3.0, 1.0]]) / np.sqrt(10.0)
    np.testing.assert_allclose(topic_centroids(vectors, clusters), expected, rtol=1e-6)


def test_seeds_differ_by_step_and_by_seed() -> None:
    assert derive_seed(0, "map") != derive_seed(0, "reduce") != derive_seed(1, "reduce")
    assert 0 <= derive_seed(0, "map") < 2**31
