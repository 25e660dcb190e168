"""The nearest neighbours of each: the same as comparing with all of them, one by one."""

from __future__ import annotations

import numpy as np
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import normalize

from topicart.retrieval import nearest_to_each


def test_neighbours_are_those_of_brute_force() -> None:
    vectors = normalize(np.random.default_rng(0).normal(size=(2_500, 16)).astype(np.float32))
    rows, scores = nearest_to_each(vectors, 5)
    asked = NearestNeighbors(n_neighbors=6, algorithm="brute", metric="cosine").fit(vectors)
    theirs, found = asked.kneighbors(vectors)
    assert np.allclose(1 - scores, theirs[:, 1:], atol=1e-5)
    assert (rows == found[:, 1:]).mean() > 0.999


def test_equal_vectors_keep_their_order_and_two_works_have_one_neighbour() -> None:
    rows, scores = nearest_to_each(np.repeat(np.eye(1, 4, dtype=np.float32), 2, axis=0), 15)
    assert rows.tolist() == [[1], [0]]
    assert scores.tolist() == [[1.0], [1.0]]
