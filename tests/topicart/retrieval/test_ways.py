"""Ways of least weight, beside all ways there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from topicart.embeddings import normalise
from topicart.retrieval import Facts
from topicart.retrieval.corridor import nearness, unit_rows
from topicart.retrieval.distinct import Claims, distinct_way, one_of_each
from topicart.retrieval.later import LaterWays, Times, later_ways, times_of
from topicart.retrieval.neighbours import Neighbours, find_neighbours
from topicart.retrieval.ways import GraphWays, Ways

_NONE = np.empty(0, dtype=np.intp)
_FEW = settings(deadline=None, max_examples=40)


def _vectors(n: int, dim: int = 3, seed: int = 0) -> NDArray[np.float32]:
    return normalise(np.random.default_rng(seed).normal(size=(n, dim)))


def _all_ways(
    follows: Callable[[int, int], bool], n: int, way: tuple[int, ...], end: int
) -> Iterator[tuple[int, ...]]:
    """Every way that begins so and ends there, over no work twice."""
    if way[-1] == end:
        yield way
        return
    for work in range(n):
        if work not in way and follows(way[-1], work):
            yield from _all_ways(follows, n, (*way, work), end)


def _weight(vectors: NDArray[np.float32], way: Sequence[int], power: float) -> float:
    exact = vectors.astype(np.float64)
    steps = exact[list(way[1:])] - exact[list(way[:-1])]
    angles = 2 * np.arcsin(np.minimum(np.linalg.norm(steps, axis=1) / 2, 1))
    return float(np.sum(np.maximum(angles, 1e-3) ** power))


@st.composite
def _walks(draw: st.DrawFn) -> tuple[NDArray[np.float32], Ways, list[tuple[int, ...]]]:
    """Ways through a small graph or through time, and a list of all of them."""
    n = draw(st.integers(2, 7))
    vectors = _vectors(n, draw(st.integers(2, 4)), draw(st.integers(0, 10**6)))
    end = draw(st.integers(1, n - 1))
    if draw(st.booleans()):
        graph = find_neighbours(vectors, k=draw(st.integers(1, 3)))
        tails = np.repeat(np.arange(n), np.diff(graph.starts))
        edges = set(zip(tails.tolist(), graph.ends.tolist(), strict=True))
        ways: Ways = GraphWays(graph, np.arange(n), 0, end)
        return vectors, ways, list(_all_ways(lambda a, b: (a, b) in edges, n, (0,), end))
    first = np.array(draw(st.lists(st.integers(0, 5), min_size=n, max_size=n)))
    last = first + np.array(draw(st.lists(st.integers(0, 2), min_size=n, max_size=n)))
    ways = LaterWays(vectors, np.arange(n), first, last, 0, end)
    return vectors, ways, list(_all_ways(lambda a, b: bool(last[a] < first[b]), n, (0,), end))


@_FEW
@given(_walks(), st.sampled_from([1.0, 4.0, 12.0]), st.data())
def test_the_least_of_all_ways_is_found(
    walk: tuple[NDArray[np.float32], Ways, list[tuple[int, ...]]],
    power: float,
    data: st.DataObject,
) -> None:
    vectors, ways, every = walk
    between = [work for work in range(1, len(vectors)) if work != ways.end]
    banned = data.draw(st.sets(st.sampled_from(between))) if between else set()
    steps = data.draw(st.none() | st.integers(1, 6))
    wanted = [
        _weight(vectors, way, power)
        for way in every
        if not banned & set(way) and (steps is None or len(way) - 1 <= steps)
    ]
    found = ways.least(power, banned=np.array(sorted(banned), dtype=np.intp), steps=steps)
    assert ways.fewest() == min((len(way) - 1 for way in every), default=None)
    if found is None:
        assert not wanted
        return
    assert found.works in every
    assert not banned & set(found.works)
    assert steps is None or found.steps <= steps
    # Angles of time's ways come from cosines in float32, which lose up to 3.5e-4 where works are
    # very close: the root of twice their rounding.
    assert found.cost == pytest.approx(min(wanted), rel=2e-3, abs=4e-4)
    assert _weight(vectors, found.works, power) == pytest.approx(min(wanted), rel=5e-3, abs=4e-4)

    near = ways.within(power, found.cost, np.array(sorted(banned), dtype=np.intp))
    again = near.least(power, banned=_NONE, steps=steps)
    assert again is not None
    assert tuple(near.rows[list(again.works)].tolist()) == found.works


@_FEW
@given(_walks(), st.sampled_from([1.0, 4.0]), st.data())
def test_the_least_way_without_a_value_twice_is_found(
    walk: tuple[NDArray[np.float32], Ways, list[tuple[int, ...]]],
    power: float,
    data: st.DataObject,
) -> None:
    vectors, ways, every = walk
    n = len(vectors)
    values = data.draw(
        st.lists(st.sets(st.sampled_from("ABCD"), max_size=2), min_size=n, max_size=n)
    )
    steps = data.draw(st.none() | st.integers(1, 4))
    facts = Facts.of({"artist": [sorted(own) for own in values]})

    def may(way: tuple[int, ...]) -> bool:
        if steps is not None and len(way) - 1 > steps:
            return False
        ends = values[way[0]] | values[way[-1]]
        between = [value for work in way[1:-1] for value in values[work]]
        return len(set(between)) == len(between) and not ends & set(between)

    wanted = [_weight(vectors, way, power) for way in every if may(way)]
    found = distinct_way(ways, facts, "artist", power, steps)
    assert found.least
    assert (found.rows is None) == (not wanted)
    if found.rows is not None:
        assert may(found.rows)
        assert found.rows in every
        assert _weight(vectors, found.rows, power) == pytest.approx(min(wanted), rel=5e-3)


@pytest.mark.parametrize("seed", [0, 377, 785, 887])
def test_no_lighter_way_is_missed_where_a_heavier_one_is_near(seed: int) -> None:
    # Weights as a hostile graph has them: the way that the greedy search finds may be a dear one.
    rng = np.random.default_rng(seed)
    n = int(rng.integers(8, 13))
    joined = np.triu(rng.random((n, n)) < 0.35, 1)
    joined[0, n - 1] = False
    tails, heads = np.nonzero(joined | joined.T)
    angles = rng.uniform(0.2, 1.5, (n, n)).astype(np.float32)
    angles = np.minimum(angles, angles.T)
    starts = np.searchsorted(tails, np.arange(n + 1)).astype(np.int32)
    graph = Neighbours(starts, heads.astype(np.int32), angles[tails, heads], 0)
    artists = rng.integers(0, 4, n)
    facts = Facts.of({"artist": [f"{one}" for one in artists]})
    edges = set(zip(tails.tolist(), heads.tolist(), strict=True))
    costs = [
        sum(float(angles[step]) ** 4 for step in pairwise(way))
        for way in _all_ways(lambda a, b: (a, b) in edges, n, (0,), n - 1)
        if len({*artists[list(way[1:-1])]} - {artists[0], artists[-1]}) == len(way) - 2
    ]
    found = distinct_way(GraphWays(graph, np.arange(n), 0, n - 1), facts, "artist", 4.0)
    assert found.least
    assert (found.rows is None) == (not costs)
    if found.rows is not None:
        own = sum(float(angles[step]) ** 4 for step in pairwise(found.rows))
        assert own == pytest.approx(min(costs))


def test_what_is_not_certain_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("topicart.retrieval.distinct._SEARCHES", 0)
    vectors = _vectors(300, dim=6)
    ways = GraphWays(find_neighbours(vectors, k=6), np.arange(300), 0, 1)
    facts = Facts.of({"artist": [f"{row % 40}" for row in range(300)]})
    found = distinct_way(ways, facts, "artist", 16.0)
    assert not found.least
    assert found.rows is not None
    assert len({row % 40 for row in found.rows}) == len(found.rows)


def test_works_of_which_no_two_share_a_value_are_chosen_by_nearness() -> None:
    facts = Facts.of({"artist": ["A", ["A", "B"], "B", None, None, "C", "C", "D"]})
    claims = Claims.of(facts, "artist", np.arange(8))
    near = np.array([0.1, 0.9, 0.8, 0.2, 0.3, 0.5, 0.6, 0.1], np.float32)
    assert one_of_each(claims, near, (0, 7), 100).tolist() == [0, 2, 3, 4, 6, 7]
    assert one_of_each(claims, near, (0, 7), 4).tolist() == [0, 2, 6, 7]


@given(st.integers(0, 10**6), st.integers(2, 40))
@_FEW
def test_some_works_of_a_graph_keep_the_edges_between_them(seed: int, n: int) -> None:
    graph = find_neighbours(_vectors(n, seed=seed), k=3)
    places = np.flatnonzero(np.random.default_rng(seed).random(n) < 0.5)
    kept = graph.among(places)

    def edges(of: Neighbours, rows: NDArray[np.intp]) -> dict[tuple[int, int], float]:
        tails = np.repeat(np.arange(len(of)), np.diff(of.starts))
        pairs = zip(rows[tails].tolist(), rows[of.ends].tolist(), strict=True)
        return dict(zip(pairs, of.angles.tolist(), strict=True))

    own = set(places.tolist())
    whole = edges(graph, np.arange(n))
    assert edges(kept, places) == {pair: at for pair, at in whole.items() if own >= set(pair)}


@given(st.integers(0, 10**6), st.integers(2, 5))
@_FEW
def test_nearness_is_the_cosine_with_the_nearest_point_of_the_arc(seed: int, dim: int) -> None:
    vectors = _vectors(12, dim, seed).astype(np.float64)
    turn = np.arccos(np.clip(vectors[0] @ vectors[1], -1, 1))
    assume(turn < 3.0)
    share = np.linspace(0, 1, 2001)[:, None]
    arc = np.sin((1 - share) * turn) * vectors[0] + np.sin(share * turn) * vectors[1]
    arc /= np.linalg.norm(arc, axis=1, keepdims=True)
    found = nearness(vectors, np.arange(12), 0, 1)
    np.testing.assert_allclose(found, (vectors @ arc.T).max(axis=1), atol=1e-5)


def test_nearness_to_a_way_between_equals_and_opposites() -> None:
    vectors = np.array([[1, 0, 0], [1, 0, 0], [-1, 0, 0], [0, 1, 0]], np.float16)
    np.testing.assert_allclose(nearness(vectors, np.arange(4), 0, 1), [1, 1, -1, 0], atol=1e-6)
    np.testing.assert_allclose(nearness(vectors, np.arange(3), 0, 2), [1, 1, 1], atol=1e-6)
    assert unit_rows(vectors, np.array([2, 0])).dtype == np.float32


def test_times_are_those_of_the_facets() -> None:
    years = [
        (1590, 1599),
        (1601, 1700),
        (1595, 1610),
        (None, 1700),
        (1500, 1700),
        (-50, -1),
        (0, 9),
    ]
    facts = Facts.of({"artist": ["A"] * 7}, years)
    times = times_of(facts, "century")
    assert times.known.tolist() == [True, True, True, False, False, True, True]
    assert times.first[[0, 1, 2, 5, 6]].tolist() == [15, 16, 15, -1, 0]
    assert times.last[[0, 1, 2, 5, 6]].tolist() == [15, 16, 16, -1, 0]
    assert times_of(facts, "date").known.tolist() == [True, True, True, False, True, True, True]
    assert times_of(facts, "half_century").first[0] == 31
    for century in facts.statements("century")[0]:
        told = np.flatnonzero(facts.mask([f"century={century}"]))
        assert times.known[told].all()


def test_few_works_are_taken_of_each_time_however_many_there_are() -> None:
    n = 20_000
    vectors = _vectors(n, dim=8)
    rng = np.random.default_rng(1)
    when = rng.integers(1, 6, n)
    when[[0, 1]] = 0, 6
    centuries = Times(when, when, np.ones(n, dtype=np.bool_))
    everything = np.ones(n, dtype=np.bool_)
    ways = later_ways(vectors, centuries, everything, 0, 1)
    assert np.bincount(ways.first).tolist() == [1, 400, 400, 400, 400, 400, 1]
    first = np.flatnonzero(when == 1)
    near = nearness(vectors, first, 0, 1)
    assert set(first[np.argsort(-near)[:400]]) <= set(ways.rows.tolist())

    years = np.where(np.isin(np.arange(n), (0, 1)), when * 500, rng.integers(1, 2999, n))
    dated = later_ways(vectors, Times(years, years, everything), everything, 0, 1)
    assert len(dated.rows) == 3002
    assert later_ways(vectors, centuries, ~everything, 0, 1).rows.tolist() == [0, 1]
