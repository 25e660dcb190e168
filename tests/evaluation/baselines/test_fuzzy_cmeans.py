"""Fuzzy c-means against Bezdek's formulas, transcribed one number at a time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import kmeans_plusplus
from sklearn.metrics import adjusted_rand_score

from evaluation.baselines.fuzzy_cmeans import FuzzyCMeans, fuzzy_c_means
from tests.evaluation.baselines.conftest import Planted


def transcribed(points: np.ndarray, c: int, m: float, steps: int, seed: int) -> np.ndarray:
    n = len(points)
    v, _ = kmeans_plusplus(points - points.mean(axis=0), c, random_state=seed)
    v = v + points.mean(axis=0)
    for _ in range(steps):
        d = [[max(1e-8, np.linalg.norm(points[k] - v[i])) for i in range(c)] for k in range(n)]
        u = np.array(
            [
                [1 / sum((d[k][i] / d[k][j]) ** (2 / (m - 1)) for j in range(c)) for i in range(c)]
                for k in range(n)
            ]
        )
        v = [
            sum(u[k, i] ** m * points[k] for k in range(n)) / sum(u[k, i] ** m for k in range(n))
            for i in range(c)
        ]
    return u


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 4), st.sampled_from([1.5, 2.0, 3.0]))
def test_memberships_are_those_of_the_formulas(seed: int, c: int, m: float) -> None:
    points = np.random.default_rng(seed).normal(size=(12, 3)) + 100
    got, n_iter = fuzzy_c_means(points, c, fuzzifier=m, max_iter=4, tolerance=-1.0, seed=seed)
    assert n_iter == 4
    np.testing.assert_allclose(got, transcribed(points, c, m, 4, seed), atol=1e-7)


def test_it_ends_when_nothing_changes(planted: Planted) -> None:
    points = planted.vectors
    memberships, n_iter = fuzzy_c_means(points, 3, tolerance=1e-6, max_iter=2000)
    assert 1 < n_iter < 2000
    longer, _ = fuzzy_c_means(points, 3, tolerance=-1.0, max_iter=n_iter + 1)
    assert np.abs(longer - memberships).max() <= 1e-6
    np.testing.assert_allclose(memberships.sum(axis=1), 1.0)


def test_many_clusters_do_not_fall_together() -> None:
    generator = np.random.default_rng(0)
    truth = generator.integers(60, size=1500)
    points = generator.uniform(0, 15, size=(60, 5))[truth] + generator.normal(size=(1500, 5)) * 0.2
    memberships, _ = fuzzy_c_means(points, 60)
    assert adjusted_rand_score(truth, memberships.argmax(axis=1)) >= 0.9


def test_a_point_on_a_centre_belongs_to_it_alone() -> None:
    points = np.repeat([[0.0, 0.0], [9.0, 9.0]], 5, axis=0)
    memberships, _ = fuzzy_c_means(points, 2)
    assert (memberships.max(axis=1) > 1 - 1e-9).all()


def test_points_that_are_all_the_same_belong_to_all_alike() -> None:
    memberships, _ = fuzzy_c_means(np.ones((6, 2)), 3)
    np.testing.assert_allclose(memberships, 1 / 3)


def test_a_fit_cut_short_is_noted(planted: Planted) -> None:
    found = FuzzyCMeans(max_iter=1).fit(planted.vectors, planted.texts, 5, 0)
    assert "stopped before it converged" in found.note


def test_a_fuzzifier_of_one_is_refused() -> None:
    with pytest.raises(ValueError, match="fuzzifier must be more than 1"):
        fuzzy_c_means(np.ones((6, 2)), 3, fuzzifier=1.0)
