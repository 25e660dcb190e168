"""New works get the topic of the fitted works nearest to them, and only what is near."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from tests.topicart.conftest import World, unit
from topicart import FitError
from topicart.assigning import Fitted, assign
from topicart.centroids import closeness, topic_centroids
from topicart.cluster import Clusters


@pytest.fixture(scope="module")
def fitted(world: World) -> Fitted:
    """Topics as the world was made, with the strays in none."""
    vectors = world.embeddings.vectors
    inside = (world.truth >= 0).astype(np.float32)
    clusters = Clusters(world.truth.astype(np.int32), inside)
    centroids = topic_centroids(vectors, clusters)
    thresholds = closeness(vectors, clusters, centroids, 0.01)[1]
    positions = vectors[:, :2] * 10
    return Fitted(vectors, clusters.labels, inside, positions, centroids, thresholds)


def test_fitted_works_get_their_own_topic_place_and_probability(fitted: Fitted) -> None:
    again = assign(fitted.vectors, fitted)
    np.testing.assert_array_equal(again.labels, fitted.labels)
    np.testing.assert_allclose(again.positions, fitted.positions, atol=0.01)
    np.testing.assert_allclose(again.probabilities, fitted.probabilities, atol=0.01)


def test_unseen_works_of_a_theme_join_its_topic(world: World, fitted: Fitted) -> None:
    seen = np.arange(len(fitted.labels)) % 4 > 0
    part = replace(
        fitted,
        **{
            name: getattr(fitted, name)[seen]
            for name in ("vectors", "labels", "probabilities", "positions")
        },
    )
    inside = ~seen & (world.truth >= 0)
    found = assign(fitted.vectors[inside], part)
    assert (found.labels == fitted.labels[inside]).mean() >= 0.95
    assert (found.nearest == fitted.labels[inside]).mean() >= 0.95
    own = (fitted.vectors[inside] * fitted.centroids[found.labels]).sum(axis=1)
    joined = found.labels >= 0
    np.testing.assert_allclose(found.cosines[joined], own[joined], atol=1e-6)


def test_the_vote_is_that_of_scikit_learns_neighbours(
    fitted: Fitted, monkeypatch: pytest.MonkeyPatch
) -> None:
    generator = np.random.default_rng(3)
    new = unit(fitted.vectors[::3] + 0.15 * generator.normal(size=fitted.vectors[::3].shape))
    oracle = KNeighborsClassifier(
        7, algorithm="brute", metric="cosine", weights=lambda apart: np.arccos(1.0 - apart) ** -2.0
    ).fit(fitted.vectors, fitted.labels)
    near = replace(fitted, thresholds=np.full_like(fitted.thresholds, -1.0))
    # In blocks much smaller than what is compared, so that their borders are crossed.
    monkeypatch.setattr("topicart.assigning._BLOCK", 16)
    monkeypatch.setattr("topicart.assigning._REFERENCES", 50)
    found = assign(new, near, neighbours=7)
    np.testing.assert_array_equal(found.labels, oracle.predict(new))
    shares = oracle.predict_proba(new)
    named = np.searchsorted(oracle.classes_, found.labels)
    inside = found.labels >= 0
    sure = replace(near, probabilities=np.ones_like(fitted.probabilities))
    np.testing.assert_allclose(
        assign(new, sure, neighbours=7).probabilities[inside],
        shares[np.arange(len(new)), named][inside],
        atol=1e-4,
    )


def test_what_is_far_from_every_topic_joins_none_but_is_told_the_nearest(fitted: Fitted) -> None:
    members = replace(
        fitted,
        **{
            name: getattr(fitted, name)[fitted.labels >= 0]
            for name in ("vectors", "labels", "probabilities", "positions")
        },
    )
    afar = unit(-fitted.centroids.mean(axis=0, keepdims=True))
    found = assign(afar, members)
    assert found.labels == [-1]
    assert found.probabilities == [0]
    cosines = fitted.centroids @ afar[0]
    assert found.nearest == [cosines.argmax()]
    assert found.cosines[0] == pytest.approx(cosines.max(), abs=1e-6)


def test_no_works_are_assigned_to_nothing(fitted: Fitted) -> None:
    assert assign(fitted.vectors[:0], fitted).labels.shape == (0,)


def test_vectors_of_another_space_are_refused(fitted: Fitted) -> None:
    with pytest.raises(FitError, match=r"this model's space has 32 dimensions"):
        assign(np.ones((2, 5), dtype=np.float32), fitted)


def test_vectors_that_are_not_of_length_1_are_refused(fitted: Fitted) -> None:
    with pytest.raises(FitError, match="must have length 1"):
        assign(3 * fitted.centroids, fitted)
    with pytest.raises(FitError, match="must have length 1"):
        assign(np.nan * fitted.centroids, fitted)
