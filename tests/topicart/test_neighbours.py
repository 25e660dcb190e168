"""The nearest works of each: the same as comparing with all of them, one by one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import normalize

from topicart.neighbours import Nearest, nearest_works
from topicart.run_files import NEAREST, fingerprint_of, read_nearest, write_nearest


def _vectors(n: int, dim: int = 16) -> np.ndarray:
    return normalize(np.random.default_rng(0).normal(size=(n, dim))).astype(np.float32)


def test_neighbours_are_those_of_brute_force() -> None:
    vectors = _vectors(2_500)
    near = nearest_works(vectors, 6)
    asked = NearestNeighbors(n_neighbors=6, algorithm="brute", metric="cosine").fit(vectors)
    theirs, found = asked.kneighbors(vectors)
    assert np.allclose(near.distances, theirs, atol=1e-5)
    assert (near.rows == found).mean() > 0.999


def test_equal_vectors_keep_their_order_and_each_work_is_its_own_first() -> None:
    near = nearest_works(np.repeat(np.eye(1, 4, dtype=np.float32), 3, axis=0), 15)
    assert near.rows.tolist() == [[0, 1, 2], [1, 0, 2], [2, 0, 1]]
    assert near.distances.tolist() == [[0.0] * 3] * 3


@pytest.fixture(scope="module")
def descended() -> tuple[Nearest, Nearest]:
    vectors = _vectors(3_000)
    return nearest_works(vectors, 10), nearest_works(vectors, 10, exact=0)


def test_descent_finds_nearly_all(descended: tuple[Nearest, Nearest]) -> None:
    exact, found = descended
    shared = [np.intersect1d(*rows).size for rows in zip(exact.rows, found.rows, strict=True)]
    assert np.mean(shared) > 9.3
    assert (found.rows[:, 0] == np.arange(3_000)).all()
    assert not found.distances[:, 0].any()


def test_descent_is_the_same_on_one_thread_and_on_two(descended: tuple[Nearest, Nearest]) -> None:
    import numba

    before = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        alone = nearest_works(_vectors(3_000), 10, exact=0)
    finally:
        numba.set_num_threads(before)
    assert (alone.rows == descended[1].rows).all()
    assert (alone.distances == descended[1].distances).all()


def test_memberships_are_those_of_umap() -> None:
    from umap import UMAP

    vectors = _vectors(400)
    stock = UMAP(n_neighbors=8, metric="cosine", random_state=0, n_jobs=1, n_epochs=2).fit(vectors)
    ours = nearest_works(vectors, 8).memberships
    assert abs(ours - stock.graph_).max() < 1e-4


def test_what_a_run_keeps_is_read_for_the_same_vectors_alone(tmp_path: Path) -> None:
    vectors = _vectors(50)
    rows = nearest_works(vectors, 4).rows
    fingerprint = fingerprint_of(vectors.shape, [vectors])
    assert fingerprint_of(vectors.shape, [vectors[:20], vectors[20:]]) == fingerprint
    write_nearest(tmp_path, rows, fingerprint)
    kept = read_nearest(tmp_path, fingerprint, 50)
    assert kept is not None
    assert (kept == rows).all()
    assert read_nearest(tmp_path, fingerprint, 51) is None
    assert read_nearest(tmp_path, fingerprint_of(vectors.shape, [-vectors]), 50) is None
    write_nearest(tmp_path, rows + 50, fingerprint)
    assert read_nearest(tmp_path, fingerprint, 50) is None
    (tmp_path / NEAREST).write_bytes(b"damaged")
    assert read_nearest(tmp_path, fingerprint, 50) is None
