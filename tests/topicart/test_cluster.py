from __future__ import annotations

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from topicart.cluster import (
    Clusters,
    Evoc,
    Hdbscan,
    KMeans,
    default_min_cluster_size,
    largest_first,
)


def _blobs(*sizes: int) -> np.ndarray:
    generator = np.random.default_rng(0)
    blobs = [generator.normal(5 * at, 0.1, size=(size, 2)) for at, size in enumerate(sizes)]
    return np.concatenate(blobs).astype(np.float32)


def test_points_in_thin_regions_are_outliers() -> None:
    strays = np.array([[50.0, -50.0], [-80.0, 90.0]], dtype=np.float32)
    clusters = Hdbscan(10, 5, 1.0)(np.concatenate([_blobs(40, 30), strays]))
    assert clusters.labels[-2:].tolist() == [-1, -1]
    assert clusters.probabilities[-2:].tolist() == [0, 0]
    assert set(clusters.labels[:70]) >= {0, 1}


def test_many_works_are_the_same_clusters_pile_by_pile(monkeypatch: pytest.MonkeyPatch) -> None:
    points = _blobs(7_000, 6_000, 5_000)  # up to 16,384 HDBSCAN makes no piles
    monkeypatch.setattr("topicart.cluster._PILE", 3_000)
    piled = Hdbscan(60, 7, 1.0)(points)
    monkeypatch.setattr("topicart.cluster._PILE", len(points))
    at_once = Hdbscan(60, 7, 1.0)(points)
    assert piled.labels.max() >= 2
    np.testing.assert_array_equal(piled.labels, at_once.labels)
    np.testing.assert_array_equal(piled.probabilities, at_once.probabilities)


def test_a_huge_cluster_is_taken_apart_where_it_has_parts() -> None:
    """One far crumb makes excess of mass prefer the rest as a whole."""
    generator = np.random.default_rng(0)
    parts = [generator.normal((x, 0), 0.5, size=(60, 2)) for x in (0, 2, 4, 6)]
    crumb = generator.normal((500, 0), 0.1, size=(20, 2))
    points = np.concatenate([*parts, crumb]).astype(np.float32)
    whole = Hdbscan(10, 5, 1.0)(points).labels
    apart = Hdbscan(10, 5, 1 / 3)(points).labels
    assert np.bincount(whole[whole >= 0]).max() > len(points) / 3
    assert np.bincount(apart[apart >= 0]).max() <= len(points) / 3
    assert (apart == -1).sum() <= len(points) / 3


def test_a_huge_cluster_without_parts_is_left_whole() -> None:
    labels = Hdbscan(10, 5, 1 / 3)(_blobs(100, 20)).labels
    assert np.bincount(labels[labels >= 0]).max() > 60


@pytest.mark.parametrize(("works", "seen"), [(99, 80), (100, 64)])
def test_evoc_sees_fewer_dimensions_of_many_works(
    works: int, seen: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    shapes = []

    class Shape:
        def __init__(self, **_: int) -> None:
            self.membership_strengths_ = np.ones(works)

        def fit_predict(self, points: np.ndarray) -> np.ndarray:
            shapes.append(points.shape)
            return np.zeros(works, dtype=int)

    monkeypatch.setattr("topicart.cluster.STOCK", 100)
    monkeypatch.setattr("topicart.cluster.keep_compiled", lambda _: None)
    monkeypatch.setitem(sys.modules, "evoc", SimpleNamespace(EVoC=Shape))
    vectors = np.random.default_rng(0).normal(size=(works, 80)).astype(np.float32)
    Evoc(min_cluster_size=5, seed=0)(vectors)
    assert shapes == [(works, seen)]


def test_kmeans_is_unsure_on_a_border() -> None:
    points = np.array([[0, 0], [0, 0.1], [10, 0], [10, 0.1], [4.9, 0.05]], dtype=np.float32)
    clusters = KMeans(2, seed=0)(points)
    assert clusters.probabilities.argmin() == 4
    assert (clusters.labels >= 0).all()


def test_kmeans_with_one_point_for_each_centre_is_quite_sure() -> None:
    clusters = KMeans(2, seed=0)(np.array([[0, 0], [1, 1]], dtype=np.float32))
    assert clusters.probabilities.tolist() == [1, 1]


@pytest.mark.parametrize(("works", "size"), [(20, 5), (100, 5), (1361, 18), (100_000, 158)])
def test_least_size_grows_with_the_collection(works: int, size: int) -> None:
    assert default_min_cluster_size(works) == size


def test_clusters_are_renumbered_by_size_then_by_first_member() -> None:
    clusters = Clusters(
        np.array([2, 0, -1, 1, 1, 2, 1], dtype=np.int32), np.ones(7, dtype=np.float32)
    )
    assert largest_first(clusters).labels.tolist() == [1, 2, -1, 0, 0, 1, 0]
    nothing = Clusters(np.full(3, -1, dtype=np.int32), np.zeros(3, dtype=np.float32))
    assert largest_first(nothing).labels.tolist() == [-1, -1, -1]
