"""Cluster indices: scikit-learn's and the paper's numbers, chance, and what is degenerate."""

from __future__ import annotations

import tracemalloc
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial.distance import cdist
from scipy.special import logsumexp
from sklearn.metrics import davies_bouldin_score, silhouette_samples, silhouette_score

from evaluation.clusters import (
    ClusterScore,
    davies_bouldin,
    density_validity,
    outlier_share,
    silhouette,
    topic_sizes,
)


def _groups(
    n: int, *, topics: int = 4, dim: int = 8, noise: float = 0.4, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    own = np.r_[np.arange(topics), generator.integers(-1, topics, size=n - topics)]
    vectors = generator.normal(size=(topics + 1, dim))[own] + noise * generator.normal(
        size=(n, dim)
    )
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True), own


@settings(deadline=None, max_examples=40)
@given(st.integers(8, 80), st.integers(2, 6), st.integers(2, 12), st.integers(0, 10**6))
def test_silhouette_and_davies_bouldin_are_scikit_learns(
    n: int, topics: int, dim: int, seed: int
) -> None:
    vectors, own = _groups(n, topics=topics, dim=dim, seed=seed)
    inside = own >= 0
    found, apart = silhouette(vectors, own), davies_bouldin(vectors, own)
    assert found is not None
    assert apart is not None
    samples = silhouette_samples(vectors[inside], own[inside], metric="cosine")
    assert found.value == pytest.approx(samples.mean(), abs=1e-9)
    by_topic = [samples[own[inside] == topic].mean() for topic in found.topics]
    np.testing.assert_allclose(found.per_topic, by_topic, atol=1e-9)
    assert found.n_works == apart.n_works == inside.sum()
    expected = davies_bouldin_score(vectors[inside], own[inside])
    # Its distances are roots of differences of squares, good to 1e-8.
    assert apart.value == pytest.approx(expected, rel=1e-6)
    assert apart.per_topic.mean() == pytest.approx(apart.value)


def test_many_blocks_are_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, own = _groups(500, topics=7)
    whole = silhouette(vectors, own), davies_bouldin(vectors, own)
    monkeypatch.setattr("evaluation.clusters.BLOCK", 33)
    parts = silhouette(vectors, own), davies_bouldin(vectors, own)
    for one, other in zip(whole, parts, strict=True):
        assert one is not None
        assert other is not None
        assert one.value == pytest.approx(other.value, abs=1e-12)


def test_float32_vectors_are_summed_in_float64() -> None:
    vectors, own = _groups(3000, topics=3, dim=32)
    single = vectors.astype(np.float32)
    found = silhouette(single, own)
    inside = own >= 0
    assert found is not None
    expected = silhouette_score(single[inside].astype(np.float64), own[inside], metric="cosine")
    assert found.value == pytest.approx(expected, abs=1e-6)


def test_memory_does_not_grow_with_works_times_topics() -> None:
    vectors, own = _groups(40_000, topics=200, dim=8)
    tracemalloc.start()
    assert silhouette(vectors, own) is not None
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40_000 * 200 * 8 / 2


def test_topics_may_have_any_numbers() -> None:
    vectors, own = _groups(90)
    odd = np.where(own >= 0, own * 10 + 3, -1)
    one, other = silhouette(vectors, own), silhouette(vectors, odd)
    assert one is not None
    assert other is not None
    assert one.value == other.value
    assert other.topics.tolist() == [3, 13, 23, 33]


def test_equal_pictures_are_no_warning() -> None:
    vectors = np.ones((6, 16), dtype=np.float32) / 4
    own = np.array([0, 0, 0, 1, 1, 1])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = [index(vectors, own) for index in (silhouette, davies_bouldin, density_validity)]
    assert [score and score.value for score in found] == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("index", [silhouette, davies_bouldin, density_validity])
@pytest.mark.parametrize("topics", [[], [-1] * 5, [0] * 5, [0, 0, -1, -1, 0]])
def test_of_fewer_than_two_topics_nothing_is_said(index: object, topics: list[int]) -> None:
    own = np.array(topics, dtype=np.int32)
    assert callable(index)
    assert index(np.eye(5)[: len(own)], own) is None


def test_of_works_all_alone_the_silhouette_is_zero() -> None:
    found = silhouette(np.eye(4), np.arange(4))
    assert found is not None
    assert found.value == 0
    assert density_validity(np.eye(4), np.arange(4)) is None


@pytest.mark.parametrize("index", [silhouette, davies_bouldin, density_validity])
def test_the_interval_is_over_topics_and_needs_three(index: object) -> None:
    assert callable(index)
    for n_topics, has in ((2, False), (5, True)):
        found = index(*_groups(200, topics=n_topics))
        assert isinstance(found, ClusterScore)
        assert (found.interval is not None) == has
        if found.interval:
            assert found.interval[0] < found.value < found.interval[1]


def _dbcv_by_the_paper(points: np.ndarray, topics: np.ndarray) -> float:
    """Moulavi et al. 2014, definitions 1 to 8, for points without ties."""
    dim, inner, core, sparse = points.shape[1], {}, {}, {}
    for topic in set(topics[topics >= 0].tolist()):
        own = points[topics == topic]
        apart = cdist(own, own)
        others = np.where(np.eye(len(own)) > 0, -np.inf, -dim * np.log(apart + np.eye(len(own))))
        core[topic] = np.exp(-(logsumexp(others, axis=1) - np.log(len(own) - 1)) / dim)
        reach = np.maximum(apart, np.maximum.outer(core[topic], core[topic]))
        np.fill_diagonal(reach, 0)
        tree = minimum_spanning_tree(reach).toarray()
        tree += tree.T
        inner[topic] = (tree > 0).sum(axis=1) > 1
        sparse[topic] = tree[np.ix_(inner[topic], inner[topic])].max()
    value = 0.0
    for one in core:
        gaps = []
        for two in core.keys() - {one}:
            reach = cdist(points[topics == one], points[topics == two])
            reach = np.maximum(reach, np.maximum.outer(core[one], core[two]))
            gaps.append(reach[np.ix_(inner[one], inner[two])].min())
        gap = min(gaps)
        validity = (gap - sparse[one]) / max(gap, sparse[one])
        value += (topics == one).mean() * validity
    return value


@pytest.mark.parametrize("dim", [2, 5])
@pytest.mark.parametrize("scale", [1.0, 1e-3, 1e4])
def test_dbcv_is_the_papers_with_outliers_as_noise(dim: int, scale: float) -> None:
    generator = np.random.default_rng(6)
    own = np.repeat([0, 1, 2, -1], [40, 30, 50, 20])
    points = generator.normal(size=(140, dim)) + 6 * np.eye(4, dim)[own]
    found = density_validity(points * scale, own)
    assert found is not None
    assert found.value == pytest.approx(_dbcv_by_the_paper(points, own), abs=1e-9)
    assert found.n_works == 140
    assert abs(found.value) > 0.1


def test_outliers_lower_the_density_validity() -> None:
    vectors, own = _groups(200, noise=0.1)
    inside = own >= 0
    without, noisy = density_validity(vectors[inside], own[inside]), density_validity(vectors, own)
    assert without is not None
    assert noisy is not None
    assert noisy.value == pytest.approx(without.value * inside.mean())


def test_a_large_collection_is_drawn_from_by_the_seed() -> None:
    vectors, own = _groups(600, topics=3)
    drawn = [density_validity(vectors, own, max_works=100, seed=seed) for seed in (1, 1, 2)]
    one, same, other = [(score.value, score.n_works) for score in drawn if score]
    assert one == same
    assert one[1] == other[1] == 100
    assert one != other


def test_density_in_512_dimensions_with_copies_is_a_number_without_a_warning() -> None:
    vectors, own = _groups(300, dim=512)
    vectors[own == 2] = vectors[own == 2][0]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for scale in (1.0, 100.0):
            found = density_validity((vectors * scale).astype(np.float32), own)
            assert found is not None
            assert np.isfinite(found.per_topic).all()
            assert -1 <= found.value <= 1


def test_sizes_and_outliers() -> None:
    own = np.array([-1, 0, 0, 0, 0, 4, 4, 7, 7, -1])
    sizes = topic_sizes(own)
    assert outlier_share(own) == 0.2
    assert sizes is not None
    assert (sizes.n_topics, sizes.smallest, sizes.median, sizes.largest) == (3, 2, 2.0, 4)
    by_pairs = np.abs(np.subtract.outer([4, 2, 2], [4, 2, 2])).mean() / (2 * np.mean([4, 2, 2]))
    assert sizes.gini == pytest.approx(by_pairs)
    alone = topic_sizes(np.zeros(3, dtype=int))
    assert alone is not None
    assert alone.gini == 0
    assert topic_sizes(np.array([-1, -1])) is None
    assert outlier_share(np.array([-1, -1])) == 1
    assert outlier_share(np.array([], dtype=int)) is None


def test_vectors_and_topics_must_be_of_the_same_works() -> None:
    for index in (silhouette, davies_bouldin, density_validity):
        with pytest.raises(ValueError, match="4 vectors need as many topics; got 3"):
            index(np.eye(4), np.arange(3))
