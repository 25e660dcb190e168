"""Baselines that group vectors find planted bundles."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from evaluation.baselines import Random, make_baseline
from evaluation.baselines.birch import Birch
from evaluation.baselines.density import Evoc
from tests.evaluation.baselines.conftest import THEMES, Planted
from topicart.errors import FitError


@pytest.mark.parametrize("name", ["kmeans", "kmeans-umap", "birch", "fcmeans", "umap-hdbscan"])
def test_planted_bundles_are_found(name: str, planted: Planted) -> None:
    found = make_baseline(name).fit(planted.vectors, [""] * 200, len(THEMES), 3)
    assert adjusted_rand_score(planted.truth, found.assignments) >= 0.95
    assert found.words == ()


def test_evoc_finds_planted_bundles_when_told_their_least_size(planted: Planted) -> None:
    found = Evoc(min_cluster_size=20).fit(planted.vectors, [""] * 200, None, 3)
    assert adjusted_rand_score(planted.truth, found.assignments) >= 0.8


def test_evoc_looks_for_themes_of_the_size_that_our_model_does(planted: Planted) -> None:
    found = make_baseline("evoc").fit(planted.vectors, [""] * 200, None, 3)
    assert found.parameters["min_cluster_size"] == 7


def test_evoc_that_is_not_installed_is_told(
    planted: Planted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "evoc", None)
    with pytest.raises(FitError, match="pip install"):
        make_baseline("evoc").fit(planted.vectors, planted.texts, None, 0)


def test_lots_agree_with_nothing(planted: Planted) -> None:
    scores = []
    for seed in range(20):
        found = make_baseline("random").fit(planted.vectors, planted.texts, len(THEMES), seed)
        assert np.bincount(found.assignments).tolist() == [40] * 5
        scores.append(adjusted_rand_score(planted.truth, found.assignments))
    assert abs(np.mean(scores)) < 0.02
    assert len(set(scores)) > 1


def test_lots_can_have_the_sizes_of_other_topics(planted: Planted) -> None:
    like = np.repeat(np.array([-1, 0, 1, 2], np.int32), (17, 100, 50, 33))
    baseline = Random(like)
    assert not baseline.takes_n_topics
    found = baseline.fit(planted.vectors, planted.texts, None, 0)
    assert np.bincount(found.assignments + 1).tolist() == [17, 100, 50, 33]
    assert not np.array_equal(found.assignments, like)
    with pytest.raises(ValueError, match="like has 200 assignments, but there are 3"):
        baseline.fit(planted.vectors[:3], planted.texts[:3], None, 0)


def test_works_that_are_all_the_same_make_one_topic(planted: Planted) -> None:
    same = np.tile(planted.vectors[:1], (20, 1))
    found = make_baseline("kmeans").fit(same, [""] * 20, 3, 0)
    assert found.assignments.tolist() == [0] * 20
    assert found.note == "asked for 3 topics; 1 have works"


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", ["kmeans-umap", "birch", "fcmeans", "umap-hdbscan", "evoc"])
def test_works_that_are_all_the_same_are_no_accident(name: str, planted: Planted) -> None:
    same = np.tile(planted.vectors[:1], (20, 1))
    found = make_baseline(name).fit(same, [""] * 20, 3, 0)
    assert len(found.assignments) == 20


def test_birch_is_that_of_scikit_learn(planted: Planted) -> None:
    from sklearn.cluster import Birch as SklearnBirch

    points = np.random.default_rng(1).uniform(0, 6, size=(500, 5)).astype(np.float32)
    labels, threshold = Birch()._cluster(points, 7)
    oracle = SklearnBirch(threshold=0.3, branching_factor=150, n_clusters=7).fit(points)
    assert threshold == 0.3
    assert adjusted_rand_score(oracle.labels_, labels) == 1.0


def test_birch_takes_a_larger_threshold_where_its_tree_grows_too_large(planted: Planted) -> None:
    baseline = Birch(threshold=1e-4, most_subclusters=50)
    found = baseline.fit(planted.vectors, planted.texts, len(THEMES), 0)
    assert found.parameters["threshold"] > 1e-4
    assert "more than 50 subclusters" in found.note
    assert adjusted_rand_score(planted.truth, found.assignments) >= 0.95
