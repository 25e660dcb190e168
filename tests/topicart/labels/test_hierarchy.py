from __future__ import annotations

import numpy as np
import pytest

from tests.topicart.conftest import unit
from topicart.labels.hierarchy import group_centroids, group_topics


def _bundles(n_bundles: int, each: int) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    middles = generator.normal(size=(n_bundles, 16))
    bundle = np.repeat(np.arange(n_bundles), each)
    return unit(middles[bundle] + generator.normal(size=(len(bundle), 16)) * 0.05), bundle


def test_topics_that_lie_together_are_grouped() -> None:
    centroids, bundle = _bundles(9, 3)
    first, second = group_topics(centroids, np.ones(27, dtype=np.int64))
    assert len(set(zip(first.tolist(), bundle.tolist(), strict=True))) == 9
    assert set(first.tolist()) == set(range(9))
    assert set(second.tolist()) == {0, 1, 2}


def test_the_levels_are_nested_and_the_group_with_most_works_comes_first() -> None:
    generator = np.random.default_rng(1)
    centroids, sizes = unit(generator.normal(size=(60, 8))), generator.integers(5, 90, 60)
    first, second = group_topics(centroids, sizes)
    assert len(set(zip(first.tolist(), second.tolist(), strict=True))) == len(set(first.tolist()))
    for groups in (first, second):
        works = np.bincount(groups, weights=sizes)
        assert (np.diff(works) <= 0).all()


@pytest.mark.parametrize(("n_topics", "levels"), [(0, []), (1, []), (2, []), (3, [2]), (8, [4, 2])])
def test_few_topics_have_fewer_levels(n_topics: int, levels: list[int]) -> None:
    centroids = unit(np.random.default_rng(0).normal(size=(n_topics, 8)) + 0.1)
    found = group_topics(centroids, np.ones(n_topics, dtype=np.int64))
    assert [len(set(groups.tolist())) for groups in found] == levels


def test_topics_that_all_point_one_way_have_no_groups() -> None:
    assert group_topics(unit(np.ones((10, 4))), np.ones(10, dtype=np.int64)) == []


def test_a_group_points_where_its_works_do() -> None:
    centroids = unit(np.eye(3))
    found = group_centroids(centroids, np.array([3, 1, 5]), np.array([0, 0, 1], dtype=np.int32))
    assert found == pytest.approx(unit(np.array([[3.0, 1, 0], [0, 0, 1]])))
