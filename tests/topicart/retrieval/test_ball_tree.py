"""The conditional ball tree: always what a filtered sort gives, with fewer points compared."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from topicart.embeddings import Embeddings
from topicart.errors import RetrievalError
from topicart.retrieval import ConditionalBallTree, ConditionalIndex
from topicart.retrieval.balls import build_balls

# The data, labels, needles and sizes of SynapseML's own ConditionalBallTreeTest and BallTreeTest.
_GRID = np.array(
    [[x, y, z] for x in range(2, 21, 2) for y in range(2, 21, 2) for z in range(2, 21, 2)],
    dtype=np.float32,
)
_RANDOM = np.random.default_rng(0).random((10_000, 3)).astype(np.float32)
_NEEDLES = ([9, 10, 11], [0, 0, 0], [2, 2, 20])


def _sorted(
    vectors: NDArray[Any], query: NDArray[Any], k: int, allowed: Iterable[int]
) -> tuple[list[int], list[float]]:
    rows = np.array(sorted(allowed), dtype=np.intp)
    scores = (vectors[rows].astype(np.float64) @ query.astype(np.float64)).astype(np.float32)
    best = np.lexsort((rows, -scores))[:k]
    return rows[best].tolist(), scores[best].tolist()


@pytest.mark.parametrize("vectors", [_GRID, _RANDOM], ids=["grid", "random"])
@pytest.mark.parametrize("names", [(1, 2), ("one", "two")], ids=["numbers", "texts"])
def test_it_gives_the_references_own_cases(
    vectors: NDArray[np.float32], names: tuple[Hashable, Hashable]
) -> None:
    half = len(vectors) // 2
    labels = [names[0]] * half + [names[1]] * (len(vectors) - half)
    tree = ConditionalBallTree(vectors, labels)
    for needle in _NEEDLES:
        for asked in ({names[0]}, {names[1]}, set(names)):
            for k in (1, 5, 10, 100):
                query = np.array(needle, dtype=np.float32)
                found = tree.search(query, k, any_of=asked)
                allowed = [row for row, label in enumerate(labels) if label in asked]
                rows, scores = _sorted(vectors, query, k, allowed)
                assert found.scores.tolist() == scores
                assert found.rows.tolist() == rows
                assert {labels[row] for row in found.rows} <= asked


def test_the_references_golden_case() -> None:
    tree = ConditionalBallTree(np.array([[1, 2], [2, 3]]), ["foo", "bar"])
    found = tree.search(np.array([1, 2]), 5, any_of={"foo"})
    assert list(zip(found.rows.tolist(), found.scores.tolist(), strict=True)) == [(0, 5.0)]


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_it_equals_a_filtered_sort(data: st.DataObject) -> None:
    n, dim = data.draw(st.integers(1, 60)), data.draw(st.integers(1, 6))
    # Small whole numbers: many ties and duplicates; or any size of number, each its own.
    if data.draw(st.booleans()):
        values = data.draw(st.lists(st.integers(-2, 2), min_size=n * dim, max_size=n * dim))
        vectors = np.array(values, dtype=np.float32).reshape(n, dim)
    else:
        random = np.random.default_rng(data.draw(st.integers(0, 9)))
        vectors = random.normal(size=(n, dim)).astype(np.float32)
        vectors *= np.float32(data.draw(st.sampled_from([1e-12, 1.0, 1e12])))
    labels = data.draw(st.lists(st.sets(st.integers(0, 4), max_size=3), min_size=n, max_size=n))
    present = sorted(set().union(*labels))
    sets = st.lists(st.sampled_from(present), min_size=1, max_size=3)
    all_of = data.draw(st.lists(sets, max_size=3)) if present else []
    any_of = data.draw(st.none() | sets) if present else None
    k = data.draw(st.integers(1, 70))
    query = vectors[data.draw(st.integers(0, n - 1))]
    tree = ConditionalBallTree(vectors, labels, leaf_size=data.draw(st.integers(1, 8)))

    found = tree.search(
        query,
        k,
        any_of=any_of,
        all_of=all_of,
    )

    allowed = [
        row
        for row in range(n)
        if all(labels[row] & set(one) for one in all_of)
        and (any_of is None or labels[row] & set(any_of))
    ]
    assert (found.rows.tolist(), found.scores.tolist()) == _sorted(vectors, query, k, allowed)
    assert found.compared <= len(allowed)
    assert found.visited <= len(tree.balls)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 300), st.integers(1, 5), st.integers(0, 6), st.integers(0, 99))
def test_each_ball_holds_its_points_and_each_point_is_in_one_leaf(
    n: int, leaf_size: int, rounds: int, seed: int
) -> None:
    vectors = np.random.default_rng(seed).normal(size=(n, 3)).astype(np.float32)
    vectors[n // 2 :] = vectors[: n - n // 2]
    balls = build_balls(vectors, leaf_size=leaf_size, rounds=rounds, seed=seed)
    leaves = []
    for node in range(len(balls)):
        rows = balls.order[balls.starts[node] : balls.ends[node]]
        away = np.linalg.norm(vectors[rows].astype(np.float64) - balls.centres[node], axis=1)
        assert away.max() <= balls.radii[node]
        left = balls.children[node]
        if left < 0:
            leaves.extend(rows.tolist())
            # What is not split is small, or copies of one point.
            assert len(rows) <= leaf_size or len(np.unique(vectors[rows], axis=0)) == 1
        else:
            assert balls.parents[left] == balls.parents[left + 1] == node
            ends = balls.starts[node], balls.starts[left + 1], balls.ends[node]
            assert (balls.starts[left], balls.ends[left], balls.ends[left + 1]) == ends
    assert sorted(leaves) == list(range(n))


def test_the_index_of_a_label_names_all_nodes_that_hold_it() -> None:
    vectors = np.random.default_rng(1).normal(size=(400, 4)).astype(np.float32)
    labels = [[row % 7, ("odd", row % 2 == 1)] for row in range(400)]
    tree = ConditionalBallTree(vectors, labels, leaf_size=5)
    balls = tree.balls
    for label in tree.labels:
        holding = {
            node
            for node in range(len(balls))
            if any(
                label in labels[row] for row in balls.order[balls.starts[node] : balls.ends[node]]
            )
        }
        assert set(tree.nodes_of(label).tolist()) == holding
        assert len(tree.nodes_of(label)) == len(holding)


def test_labels_prune_while_descending() -> None:
    random = np.random.default_rng(2)
    vectors = random.normal(size=(20_000, 3)).astype(np.float32)
    rare = random.random(20_000) < 0.001
    tree = ConditionalBallTree(vectors, ["rare" if one else "common" for one in rare])
    query = np.ones(3, dtype=np.float32)
    all_, some = tree.search(query, 5), tree.search(query, 5, any_of={"rare"})
    assert all_.visited < len(tree.balls) / 10
    assert all_.compared < 2_000
    assert some.visited <= len(tree.nodes_of("rare"))
    assert some.compared <= rare.sum()


def test_facets_and_values_together_are_labels() -> None:
    labels = [{("genre", "marina"), ("style", "Baroque")}, {("genre", "marina")}, None]
    tree = ConditionalBallTree(np.eye(3), labels)
    both = [{("genre", "marina")}, {("style", "Baroque")}]
    assert tree.search(np.ones(3), 3, all_of=both).rows.tolist() == [0]
    assert tree.search(np.ones(3), 3, any_of=[("genre", "marina")]).rows.tolist() == [0, 1]
    assert tree.search(np.ones(3), 3).rows.tolist() == [0, 1, 2]
    # A text is one label, not its letters.
    texts = ConditionalBallTree(np.eye(3), ["a", "abc", "b"])
    assert texts.search(np.ones(3), 3, any_of="abc").rows.tolist() == [1]


def test_copies_of_one_point_and_far_outliers_are_found_in_order() -> None:
    vectors = np.ones((5_000, 2), dtype=np.float32)
    vectors[4_000:] = 2.0 ** np.linspace(0, 100, 1_000)[:, None]
    tree = ConditionalBallTree(vectors)
    # Only just above the copies: at the other end all are further away.
    found = tree.search(np.array([-1, 0]), 4_500)
    assert (found.rows.tolist(), found.scores.tolist()) == _sorted(
        vectors, np.array([-1, 0]), 4_500, range(5_000)
    )


def test_near_copies_come_as_the_index_gives_them() -> None:
    # Scores that differ in their last bits alone, many of them equal once rounded.
    random = np.random.default_rng(4)
    vectors = random.normal(size=(1, 64)) + 3e-7 * random.normal(size=(3_000, 64))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    labels = ["even" if row % 2 == 0 else "odd" for row in range(3_000)]
    ids = tuple(f"{row:04d}" for row in range(3_000))
    index = ConditionalIndex(Embeddings(ids, vectors), {"parity": labels})
    tree = ConditionalBallTree(vectors, labels)
    for query in vectors[:5]:
        expected = index.search(query, 40, ["parity=even"])
        found = tree.search(query, 40, any_of=["even"])
        assert found.rows.tolist() == expected.rows.tolist()
        assert found.scores.tolist() == expected.scores.tolist()


def test_the_same_vectors_give_the_same_tree() -> None:
    vectors = np.random.default_rng(3).normal(size=(500, 8)).astype(np.float32)
    one, same, other = (build_balls(vectors, seed=seed) for seed in (1, 1, 2))
    assert one.order.tolist() == same.order.tolist() != other.order.tolist()


def test_what_cannot_be_asked_or_built_is_refused() -> None:
    tree = ConditionalBallTree(np.eye(3), ["marina", "portrait", 7])
    with pytest.raises(RetrievalError, match="No point has the label 'marine'. Did you mean"):
        tree.search(np.ones(3), 1, any_of={"marine"})
    with pytest.raises(RetrievalError, match="No label is asked for"):
        tree.search(np.ones(3), 1, any_of=set())
    with pytest.raises(RetrievalError, match="At most 64 sets of labels"):
        tree.search(np.ones(3), 1, all_of=[{7}] * 65)
    with pytest.raises(RetrievalError, match="At least 1 point must be asked for, got 0"):
        tree.search(np.ones(3), 0)
    with pytest.raises(RetrievalError, match="have 3 dimensions"):
        tree.search(np.ones(4), 1)
    with pytest.raises(RetrievalError, match="not finite: there is nothing near it"):
        tree.search(np.full(3, np.nan), 1)
    with pytest.raises(RetrievalError, match="got 3 vectors and 2 labels"):
        ConditionalBallTree(np.eye(3), ["a", "b"])
    with pytest.raises(RetrievalError, match="of point 1 is not hashable"):
        ConditionalBallTree(np.eye(3), ["a", {"b": 1}, "c"])
    with pytest.raises(RetrievalError, match="Vector 1 is not finite"):
        ConditionalBallTree(np.array([[1.0], [np.inf]]))
    with pytest.raises(RetrievalError, match=r"got the shape \(0, 3\)"):
        ConditionalBallTree(np.empty((0, 3)))
    with pytest.raises(RetrievalError, match="leaf_size is at least 1"):
        ConditionalBallTree(np.eye(3), leaf_size=0)
