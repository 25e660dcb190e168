"""Parts, borders and neighbours of themes, against brute force and scikit-learn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import silhouette_score

from tests.topicart.test_report_rooms import parted
from topicart.report.within import Stated, divide, look_within, mean_silhouette


def _unit(vectors: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / lengths, dtype=np.float32)


def _bundles(sizes: list[int], spread: float, dim: int = 32) -> np.ndarray:
    generator = np.random.default_rng(1)
    centres = np.repeat(np.eye(dim)[: len(sizes)] + np.eye(dim)[-1], sizes, axis=0)
    return _unit(centres + generator.normal(size=(sum(sizes), dim)) * spread)


def test_clear_bundles_are_found_the_largest_first_and_each_from_its_centre() -> None:
    vectors = _bundles([30, 60, 45], 0.08)
    parts = divide(vectors)
    assert [sorted(part.tolist()) for part in parts] == [
        list(range(30, 90)), list(range(90, 135)), list(range(30)),
    ]  # fmt: skip
    for part in parts:
        cosines = vectors[part] @ vectors[part].mean(axis=0)
        assert (np.diff(cosines) <= 1e-6).all()


@pytest.mark.parametrize("spread", [0.1, 1.0])
def test_one_cloud_is_left_in_one_piece(spread: float) -> None:
    assert divide(_bundles([200], spread)) == []


def test_a_long_cloud_without_a_gap_is_left_in_one_piece() -> None:
    generator = np.random.default_rng(2)
    cloud = generator.normal(size=(300, 16)) * ([0.4] + [0.1] * 15) + np.eye(16)[3] * 2
    assert divide(_unit(cloud)) == []


def test_small_themes_and_stragglers_make_no_parts() -> None:
    assert divide(_bundles([20, 19], 0.05)) == []
    assert divide(_bundles([100, 3], 0.05)) == []
    assert divide(np.repeat(_bundles([1], 0.1), 50, axis=0)) == []


def test_parts_are_the_same_each_time() -> None:
    vectors = _bundles([300, 900, 400], 0.2)
    first, again = divide(vectors), divide(vectors.copy())
    assert len(first) == 3
    assert all((a == b).all() for a, b in zip(first, again, strict=True))


def test_the_silhouette_is_scikit_learns() -> None:
    vectors = _bundles([15, 25, 9], 0.3)
    labels = np.repeat([0, 1, 2], [15, 25, 9]).astype(np.int32)
    distances = np.clip(1 - vectors @ vectors.T, 0, None)
    np.fill_diagonal(distances, 0)
    expected = silhouette_score(distances, labels, metric="precomputed")
    assert mean_silhouette(distances, labels) == pytest.approx(expected, abs=1e-5)


def test_borders_and_neighbours_are_those_of_brute_force(tmp_path: Path) -> None:
    run = parted(tmp_path)
    centroids, vectors = run.model_arrays["centroids"], run.embeddings.vectors
    found = look_within(run)
    cosines = vectors[60:] @ centroids.T
    margins = cosines[:, 1] - cosines[:, 0]
    order = np.argsort(margins)[:6]
    assert [case.row for case in found[1].borders] == (60 + order).tolist()
    assert [case.margin for case in found[1].borders] == pytest.approx(margins[order], abs=1e-3)
    assert {case.leans_to for case in found[1].borders} == {0}
    (near,) = found[0].neighbours
    assert near.topic == 1
    assert near.cosine == pytest.approx(float(centroids[0] @ centroids[1]), abs=1e-3)


def test_a_part_is_told_by_what_stands_out_against_its_theme(tmp_path: Path) -> None:
    ships, harbours = look_within(parted(tmp_path))[0].parts
    assert (ships.size, harbours.size) == (40, 20)
    assert ships.stated == Stated("subject", "ships", 1.0, 1.5)
    assert harbours.stated == Stated("subject", "harbours", 1.0, 3.0)  # not the sea, which all have
