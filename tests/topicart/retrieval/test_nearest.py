"""Nearest works: the same as comparing with all of them, one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import normalize

from topicart.errors import RetrievalError
from topicart.retrieval import nearest, nearest_to_each


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_it_equals_a_filtered_sort(data: st.DataObject) -> None:
    n, dim = data.draw(st.integers(1, 60)), data.draw(st.integers(1, 5))
    # Small whole numbers: many ties and duplicates, and no rounding.
    values = st.lists(st.integers(-2, 2), min_size=n * dim, max_size=n * dim)
    vectors = np.array(data.draw(values), dtype=np.float32).reshape(n, dim)
    query = vectors[data.draw(st.integers(0, n - 1))]
    k = data.draw(st.integers(1, 70))
    allowed = data.draw(st.none() | st.sets(st.integers(0, n - 1)).map(sorted))
    rows = None if allowed is None else np.array(allowed, dtype=np.intp)

    found, scores = nearest(vectors, query, k, rows)

    candidates = range(n) if allowed is None else allowed
    expected = sorted(candidates, key=lambda row: (-float(vectors[row] @ query), row))[:k]
    assert found.tolist() == expected
    assert scores.tolist() == [float(vectors[row] @ query) for row in expected]


def test_few_and_many_allowed_rows_give_the_same() -> None:
    vectors = np.random.default_rng(0).normal(size=(200, 16)).astype(np.float32)
    every, _ = nearest(vectors, vectors[3], 200)
    for share in (5, 60, 199):
        rows = np.arange(share)
        found, _ = nearest(vectors, vectors[3], 5, rows)
        assert found.tolist() == [row for row in every.tolist() if row < share][:5]


def test_queries_that_cannot_be_compared_are_refused() -> None:
    vectors = np.eye(4, dtype=np.float32)
    with pytest.raises(RetrievalError, match="have 4 dimensions: encode it with the model"):
        nearest(vectors, np.ones(3, dtype=np.float32), 1)
    with pytest.raises(RetrievalError, match="not finite"):
        nearest(vectors, np.full(4, np.nan, dtype=np.float32), 1)
    with pytest.raises(RetrievalError, match="At least 1 work"):
        nearest(vectors, vectors[0], 0)


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
