"""The graph of neighbours, and the ways through it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.typing import NDArray

from topicart.embeddings import normalise
from topicart.errors import RetrievalError
from topicart.retrieval import Neighbours, neighbours_of, path
from topicart.retrieval.neighbours import find_neighbours


def _vectors(n: int, dim: int = 8, seed: int = 0) -> NDArray[np.float32]:
    return normalise(np.random.default_rng(seed).normal(size=(n, dim)))


def _arc(n: int) -> NDArray[np.float32]:
    """Works along a quarter of a circle, evenly."""
    turn = np.linspace(0, np.pi / 2, n)
    return normalise(np.stack([np.cos(turn), np.sin(turn)], axis=1))


def _edges(graph: Neighbours) -> set[tuple[int, int]]:
    tails = np.repeat(np.arange(len(graph)), np.diff(graph.starts))
    return set(zip(tails.tolist(), graph.ends.tolist(), strict=True))


def test_every_work_is_joined_to_its_nearest_in_both_directions() -> None:
    vectors = _vectors(120)
    graph = find_neighbours(vectors, k=5)
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -2)
    wanted = {(row, int(near)) for row in range(120) for near in np.argsort(-cosines[row])[:5]}
    assert _edges(graph) == wanted | {(near, row) for row, near in wanted}
    tail, head = 0, int(graph.ends[0])
    assert graph.angles[0] == pytest.approx(np.arccos(cosines[tail, head]), abs=1e-4)


def test_large_collections_are_searched_approximately(monkeypatch: pytest.MonkeyPatch) -> None:
    # A stand-in that misses neighbours as the real one may; that takes a minute to be compiled.
    asked = {}

    class _NNDescent:
        def __init__(self, vectors: NDArray[np.float32], **settings: object) -> None:
            asked.update(settings)
            found = np.argsort(-(vectors @ vectors.T), axis=1)[:, :16]
            found[::7, 9:] = -1
            self.neighbor_graph = (found, np.ones_like(found, np.float32))

    monkeypatch.setitem(sys.modules, "pynndescent", SimpleNamespace(NNDescent=_NNDescent))
    monkeypatch.setattr("topicart.neighbours.keep_compiled", lambda *_: None)
    vectors = _vectors(400)
    exact = _edges(find_neighbours(vectors))
    nearly = _edges(find_neighbours(vectors, exact=100, seed=3))
    assert nearly < exact
    assert len(nearly) > 0.9 * len(exact)
    assert all(tail != head for tail, head in nearly)
    assert asked.items() >= {"metric": "cosine", "n_neighbors": 16, "random_state": 3}.items()


def test_what_falls_apart_is_joined() -> None:
    # Forty heaps of twenty copies: no work of a heap has a neighbour outside it.
    vectors = np.repeat(_vectors(40, dim=32), 20, axis=0)
    graph = find_neighbours(vectors)
    assert graph.joined >= 39
    for end in range(0, 800, 37):
        assert path(graph, 0, end).rows[-1] == end


def test_a_path_takes_small_even_steps() -> None:
    vectors = _arc(200)
    graph = find_neighbours(vectors)
    far, near = path(graph, 0, 199, power=1.0), path(graph, 0, 199)
    assert near.rows[0] == 0
    assert near.rows[-1] == 199
    assert len(near.rows) > len(far.rows)
    assert max(near.angles) < max(far.angles)
    assert max(near.angles) < 1.6 * min(near.angles)
    assert sum(near.angles) == pytest.approx(np.pi / 2, rel=0.01)


def test_ends_of_a_path() -> None:
    graph = find_neighbours(_vectors(30))
    assert path(graph, 4, 4).rows == (4,)
    assert path(graph, 4, 4).angles == ()
    there, back = path(graph, 3, 20), path(graph, 20, 3)
    assert sum(angle**4 for angle in there.angles) == pytest.approx(
        sum(angle**4 for angle in back.angles)
    )
    with pytest.raises(RetrievalError, match="no work 30: rows are 0 to 29"):
        path(graph, 0, 30)
    with pytest.raises(RetrievalError, match="power of a path must be at least 1"):
        path(graph, 0, 1, power=0.5)


def test_a_graph_in_pieces_has_no_way_and_says_so() -> None:
    starts = np.array([0, 1, 2, 3, 4], np.int32)
    ends, angles = np.array([1, 0, 3, 2], np.int32), np.full(4, 0.1, np.float32)
    with pytest.raises(RetrievalError, match="no way from work 0 to work 3"):
        path(Neighbours(starts, ends, angles, 0), 0, 3)


@pytest.mark.parametrize("n", [1, 2, 5])
def test_few_works_are_all_joined(n: int) -> None:
    graph = find_neighbours(_vectors(n))
    assert len(_edges(graph)) == n * (n - 1)


def test_vectors_that_have_no_neighbours_are_refused() -> None:
    with pytest.raises(RetrievalError, match="No work has a vector"):
        find_neighbours(np.empty((0, 4), np.float32))
    with pytest.raises(RetrievalError, match="not finite"):
        find_neighbours(np.full((3, 4), np.nan, np.float32))


def test_the_graph_is_kept_until_the_vectors_change(tmp_path: Path) -> None:
    vectors = _vectors(40)
    made = neighbours_of(tmp_path, vectors)
    manifest = tmp_path / "neighbours" / "manifest.json"
    stored = tmp_path / "neighbours" / "graph.safetensors"
    written = stored.stat().st_mtime_ns
    kept = neighbours_of(tmp_path, vectors)
    assert (kept.ends == made.ends).all()
    assert (kept.angles == made.angles).all()
    assert stored.stat().st_mtime_ns == written

    other = _vectors(40, seed=1)
    assert (neighbours_of(tmp_path, other).ends == find_neighbours(other).ends).all()

    for damage in (lambda: manifest.write_text("{"), lambda: stored.write_bytes(b"no")):
        damage()
        assert (neighbours_of(tmp_path, other).ends == find_neighbours(other).ends).all()
        assert json.loads(manifest.read_text())["works"] == 40


def test_vectors_of_half_precision_have_neighbours(tmp_path: Path) -> None:
    halves = _vectors(40).astype(np.float16)
    made = neighbours_of(tmp_path, halves)
    assert (made.ends == find_neighbours(normalise(halves.astype(np.float32))).ends).all()
    assert (neighbours_of(tmp_path, halves).angles == made.angles).all()


def test_a_graph_that_cannot_be_kept_is_made_all_the_same(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "neighbours").write_text("a file where the folder would be")
    assert len(neighbours_of(tmp_path, _vectors(20))) == 20
    assert "is not kept, and will be made again" in caplog.text
