"""UMAP from known neighbours: as good as UMAP as it comes, and the same each time."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import adjusted_rand_score

from topicart import TopicModel, TopicModelConfig
from topicart.neighbours import nearest_works
from topicart.reduce import project_on_main_directions, reduce_umap


def _planted(n: int, themes: int = 12, dim: int = 32) -> tuple[NDArray[np.float32], NDArray]:
    draw = np.random.default_rng(0)
    own = draw.integers(themes, size=n)
    vectors = draw.normal(size=(themes, dim))[own] + draw.normal(scale=0.35, size=(n, dim))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float32), own


@pytest.fixture(scope="module")
def works() -> tuple[NDArray[np.float32], NDArray]:
    return _planted(700)


def _reduced(vectors: NDArray[np.float32], n_components: int = 5, **more: object) -> NDArray:
    near = nearest_works(vectors, 15)
    return reduce_umap(vectors, n_components=n_components, seed=4, nearest=near, **more)


def test_the_same_neighbours_give_the_same_layout(
    works: tuple[NDArray[np.float32], NDArray],
) -> None:
    points = _reduced(works[0])
    assert points.shape == (700, 5)
    assert points.dtype == np.float32
    assert (points == _reduced(works[0])).all()


def test_what_was_reduced_before_is_where_the_map_starts_from(
    works: tuple[NDArray[np.float32], NDArray],
) -> None:
    points = _reduced(works[0])
    drawn = _reduced(works[0], 2, min_dist=0.5, start=points)
    assert drawn.shape == (700, 2)
    # Works of a theme lie together on it: the nearest on the map is of the same theme.
    apart = ((drawn[:, None] - drawn[None]) ** 2).sum(-1)
    np.fill_diagonal(apart, np.inf)
    assert (works[1][apart.argmin(axis=1)] == works[1]).mean() > 0.95


def test_copies_of_one_picture_can_be_laid_out() -> None:
    vectors = np.tile(np.eye(1, 8, dtype=np.float32), (300, 1))
    assert np.isfinite(_reduced(vectors)).all()


def test_from_many_works_on_neighbours_are_sought_once_and_themes_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("topicart.space.STOCK", 500)
    sought = []

    def counted(vectors: NDArray[np.float32], k: int, **more: int) -> object:
        sought.append((len(vectors), k))
        return nearest_works(vectors, k, **more)

    monkeypatch.setattr("topicart.space.nearest_works", counted)
    vectors, themes = _planted(700)
    placed = TopicModel(TopicModelConfig(min_cluster_size=20)).place(vectors)
    assert sought == [(700, 16)]
    assert placed.nearest is not None
    assert placed.nearest.rows.shape == (700, 16)
    assert adjusted_rand_score(themes, placed.clusters.labels) > 0.95


def test_angles_stay_where_the_main_directions_hold_all_lengths() -> None:
    generator = np.random.default_rng(0)
    flat = generator.normal(size=(300, 3)) @ generator.normal(size=(3, 40))
    vectors = (flat / np.linalg.norm(flat, axis=1, keepdims=True)).astype(np.float32)
    fewer = project_on_main_directions(vectors, 3)
    assert (fewer.shape, fewer.dtype) == ((300, 3), np.float32)
    np.testing.assert_allclose(fewer @ fewer.T, vectors @ vectors.T, atol=1e-5)
    np.testing.assert_array_equal(fewer, project_on_main_directions(vectors, 3))
