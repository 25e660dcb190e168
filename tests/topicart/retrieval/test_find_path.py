"""Ways between works under conditions."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from topicart.embeddings import Embeddings, normalise
from topicart.errors import RetrievalError
from topicart.retrieval import ConditionalIndex, Facts, Neighbours, WorkPath, find_path, path
from topicart.retrieval.neighbours import find_neighbours

_ARTISTS = 25


def _index(vectors: NDArray[np.float32], seed: int = 0, **facets: Any) -> ConditionalIndex:
    n = len(vectors)
    rng = np.random.default_rng(seed)
    some = [(int(year), int(year) + 3) for year in rng.integers(1400, 1990, n)]
    years = facets.pop("years", some)
    facts = Facts.of(
        {
            "artist": [f"Artist {number}" for number in rng.integers(_ARTISTS, size=n)],
            "genre": [("marina", "portrait", "still life")[row % 3] for row in range(n)],
            **facets,
        },
        years,
    )
    return ConditionalIndex(Embeddings(tuple(f"w{row:05}" for row in range(n)), vectors), facts)


def _cloud(n: int = 400, dim: int = 6, seed: int = 0) -> NDArray[np.float32]:
    return normalise(np.random.default_rng(seed).normal(size=(n, dim)))


def _arc(n: int) -> NDArray[np.float32]:
    turn = np.linspace(0, np.pi / 2, n)
    return normalise(np.stack([np.cos(turn), np.sin(turn)], axis=1))


@pytest.fixture(scope="module")
def cloud() -> tuple[ConditionalIndex, Neighbours]:
    index = _index(_cloud())
    return index, find_neighbours(_cloud())


def _between(index: ConditionalIndex, found: WorkPath, facet: str) -> list[str]:
    values, codes, rows = index.facts.statements(facet)
    return [values[code] for row in found.rows[1:-1] for code in codes[rows == row]]


def test_without_conditions_it_is_the_way_through_the_graph(
    cloud: tuple[ConditionalIndex, Neighbours],
) -> None:
    index, graph = cloud
    found = find_path(index, 3, 40, graph=graph)
    assert found.rows == path(graph, 3, 40).rows
    assert found.angles == pytest.approx(path(graph, 3, 40).angles, rel=1e-5)
    assert found.note == ""
    assert found.steps == len(found.rows) - 1
    assert find_path(index, 3, 40) == found
    assert find_path(index, 3, 40, graph=lambda: graph) == found
    assert find_path(index, 7, 7, graph=graph) == WorkPath((7,), ())


def test_a_way_has_as_many_steps_as_are_asked_for() -> None:
    index = _index(_arc(300))
    graph = find_neighbours(_arc(300))
    natural = find_path(index, 0, 299, graph=graph).steps
    fewer = find_path(index, 0, 299, graph=graph, steps=natural - 6)
    assert fewer.steps == natural - 6
    assert fewer.note == ""
    assert sum(fewer.angles) == pytest.approx(np.pi / 2, rel=1e-3)
    assert max(fewer.angles) < 2.1 * min(fewer.angles)
    more = find_path(_index(_cloud(), 0), 3, 40, steps=20)
    assert more.steps <= 20
    assert more.steps > find_path(_index(_cloud()), 3, 40).steps
    assert max(more.angles) < max(find_path(_index(_cloud()), 3, 40).angles)


def test_more_steps_than_there_are_is_said() -> None:
    found = find_path(_index(_arc(4)), 0, 3, steps=9)
    assert found.rows == (0, 1, 2, 3)
    assert found.note == (
        "9 steps were asked for; no way of smaller steps with more than 3 was found."
    )
    only = find_path(_index(_arc(2)), 0, 1, steps=5)
    assert only.rows == (0, 1)


def test_so_few_steps_that_no_way_has_them_is_an_error_that_says_how_many_it_takes() -> None:
    index, graph = _index(_arc(300)), find_neighbours(_arc(300))
    with pytest.raises(RetrievalError, match=r"No way of at most 5 steps .* Ask for \d+ or") as no:
        find_path(index, 0, 299, graph=graph, steps=5)
    fewest = int(str(no.value).split("the shortest has ")[1].split(".")[0])
    assert find_path(index, 0, 299, graph=graph, steps=fewest).steps == fewest
    with pytest.raises(RetrievalError, match=f"at most {fewest - 1} steps"):
        find_path(index, 0, 299, graph=graph, steps=fewest - 1)


def test_works_between_meet_the_conditions_and_the_ends_need_not(
    cloud: tuple[ConditionalIndex, Neighbours],
) -> None:
    index, graph = cloud
    found = find_path(index, 0, 4, graph=graph, where=["genre=still life"])
    assert len(found.rows) > 2
    assert set(_between(index, found, "genre")) == {"still life"}
    assert found.note == (
        "The conditions hold for the works between; the ends do not both meet them."
    )
    assert find_path(index, 2, 5, graph=graph, where=["genre=still life"]).note == ""
    with pytest.raises(RetrievalError, match="No work has the genre"):
        find_path(index, 0, 4, graph=graph, where=["genre=sculpture"])


def test_where_no_work_can_stand_between_both_ends_are_one_step_apart(
    cloud: tuple[ConditionalIndex, Neighbours],
) -> None:
    index, graph = cloud
    alone = find_path(index, 0, 4, graph=graph, where=["date<1000"], steps=3)
    assert alone.rows == (0, 4)
    assert "No work can stand between" in alone.note


@pytest.mark.parametrize("where", ["genre!=portrait", "genre=portrait"])
def test_of_many_works_the_graph_itself_is_walked_or_those_near_the_straight_way_are_joined(
    cloud: tuple[ConditionalIndex, Neighbours], where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    index, graph = cloud
    monkeypatch.setattr("topicart.retrieval.paths._ANEW", 60)
    found = find_path(index, 1, 40, graph=graph, where=[where])
    assert (found.rows[0], found.rows[-1]) == (1, 40)
    assert all(index.facts.mask([where])[list(found.rows[1:-1])])
    tails = np.repeat(np.arange(len(graph)), np.diff(graph.starts))
    edges = set(zip(tails.tolist(), graph.ends.tolist(), strict=True))
    if where == "genre!=portrait":  # two thirds of all
        assert set(pairwise(found.rows)) <= edges


def test_works_far_from_all_others_that_meet_a_condition_are_reached(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Two heaps that only works of the other kind join: the graph among the rest is in pieces.
    rng = np.random.default_rng(0)
    heaps = [np.eye(8)[row // 100] + rng.normal(0, 0.01, 8) for row in range(200)]
    bridge = [np.eye(8)[0] * (1 - at) + np.eye(8)[1] * at for at in np.linspace(0.05, 0.95, 40)]
    vectors = normalise(np.array([*heaps, *bridge]))
    index = _index(vectors, genre=["heap"] * 200 + ["bridge"] * 40)
    graph = find_neighbours(vectors)
    assert "bridge" in _between(index, find_path(index, 0, 150, graph=graph), "genre")
    monkeypatch.setattr("topicart.retrieval.paths._ANEW", 120)
    found = find_path(index, 0, 150, graph=graph, where=["genre=heap"])
    assert set(_between(index, found, "genre")) <= {"heap"}


@pytest.mark.parametrize("later", ["century", "half_century", "date"])
def test_each_work_is_later_than_the_one_before(
    cloud: tuple[ConditionalIndex, Neighbours], later: Any
) -> None:
    index, graph = cloud
    first, last, _ = index.facts.spans()
    start, end = int(np.argmin(first)), int(np.argmax(last))
    found = find_path(index, start, end, graph=graph, later=later, steps=4)
    assert found.steps >= 3
    length = {"century": 100, "half_century": 50, "date": 1}[later]
    for one, other in pairwise(found.rows):
        assert (last[one] - 1) // length < (first[other] - 1) // length
    assert (
        max(found.angles)
        < find_path(index, start, end, graph=graph, later=later, steps=1).angles[0]
    )
    with pytest.raises(RetrievalError, match=r"is not of a later .* Ask for the way back"):
        find_path(index, end, start, graph=graph, later=later)


def test_works_without_a_date_or_of_one_time_have_no_way_on_which_each_is_later() -> None:
    years = [(1500, 1510), (None, 1700), (1508, 1512), (1800, 1950), (1900, 1900), (None, None)]
    index = _index(_cloud(6), years=years)
    with pytest.raises(RetrievalError, match="'w00001' has no date that tells its century"):
        find_path(index, 0, 1, later="century")
    with pytest.raises(RetrievalError, match="'w00003' has no date that tells its century"):
        find_path(index, 0, 3, later="century")
    assert find_path(index, 0, 3, later="date").rows[-1] == 3
    with pytest.raises(
        RetrievalError, match=r"'w00002' \(1508–1512\) is not of a later date .*oth"
    ):
        find_path(index, 0, 2, later="date")
    undated = _index(_cloud(3), years=None)
    with pytest.raises(RetrievalError, match="These works have no dates"):
        find_path(undated, 0, 1, later="date")
    with pytest.raises(RetrievalError, match="a step is later in century, half_century or date"):
        find_path(index, 0, 4, later="style")  # type: ignore[arg-type]


def test_no_artist_comes_twice(cloud: tuple[ConditionalIndex, Neighbours]) -> None:
    index, graph = cloud
    for end in range(100, 112):
        found = find_path(index, 0, end, graph=graph, once="artist", steps=9)
        artists = _between(index, found, "artist")
        ends = index.facts.statements("artist")
        own = {ends[0][code] for row in (0, end) for code in ends[1][ends[2] == row]}
        assert len(set(artists)) == len(artists)
        assert not own & set(artists)
        assert "From neighbour" not in found.note
    with pytest.raises(RetrievalError, match="no facet 'artsit'.*artist"):
        find_path(index, 0, 1, graph=graph, once="artsit")


def test_where_the_graph_has_no_such_way_one_work_of_each_artist_is_joined() -> None:
    # Four artists, each of whose works are neighbours of one another only.
    rng = np.random.default_rng(0)
    places = np.repeat(_arc(4), 30, axis=0) + rng.normal(0, 1e-3, (120, 2))
    artists = [f"Artist {row // 30}" for row in range(120)]
    index = _index(normalise(places), artist=artists)
    found = find_path(index, 0, 119, once="artist")
    assert sorted({artists[row] for row in found.rows}) == sorted(
        artists[row] for row in found.rows
    )
    assert len(found.rows) > 2
    assert "no way was found on which no artist comes twice" in found.note
    nothing = _index(_cloud(50), artist=[None] * 50)
    assert find_path(nothing, 0, 9, once="artist").rows == find_path(nothing, 0, 9).rows
    same = find_path(_index(_cloud(50, 2), artist=["One"] * 50), 0, 3, once="artist")
    assert same.rows == (0, 3)
    assert "from end to end: no work can stand between" in same.note
    assert "one of each" not in same.note


def test_that_a_limit_of_steps_forbade_a_way_without_an_artist_twice_is_said() -> None:
    # Each of a row of works is by another; those that skip some are by one and the same.
    turn = np.concatenate([np.linspace(0, np.pi / 2, 60), np.linspace(0.13, 1.43, 12)])
    vectors = normalise(np.stack([np.cos(turn), np.sin(turn), np.repeat([0, 0.02], [60, 12])], 1))
    index = _index(vectors, artist=[f"{row}" if row < 60 else "One" for row in range(72)])
    graph = find_neighbours(vectors, k=3)
    free = find_path(index, 0, 59, graph=graph, once="artist")
    assert free.note == ""
    fewest = find_path(index, 0, 59, graph=graph, once="artist", steps=free.steps // 2)
    assert fewest.steps <= free.steps // 2
    assert f"no way of at most {free.steps // 2} steps was found on which" in fewest.note


def test_that_both_ends_share_an_artist_is_said(cloud: tuple[ConditionalIndex, Neighbours]) -> None:
    index = _index(_cloud(), artist=[f"{row % 40}" for row in range(400)])
    found = find_path(index, 80, 40, graph=cloud[1], once="artist")
    assert found.note == "Both ends state the same artist, which no work between them does."
    assert "0" not in _between(index, found, "artist")
    assert find_path(index, 80, 41, graph=cloud[1], once="artist").note == ""


def test_so_few_steps_that_an_artist_must_come_twice_is_an_error() -> None:
    index = _index(_arc(300), artist=[f"{row}" for row in range(300)])
    with pytest.raises(RetrievalError, match="at most 1 step .* on which no artist comes twice"):
        find_path(index, 0, 299, steps=1, once="artist")


@settings(deadline=None, max_examples=30)
@given(
    st.integers(0, 399),
    st.integers(0, 399),
    st.none() | st.integers(1, 8),
    st.sampled_from([[], ["genre!=marina"], ["genre=portrait", "date<1900"]]),
    st.none() | st.sampled_from(["century", "date"]),
    st.none() | st.sampled_from(["artist", "half_century"]),
)
def test_conditions_hold_together(
    cloud: tuple[ConditionalIndex, Neighbours],
    start: int,
    end: int,
    steps: int | None,
    where: list[str],
    later: Any,
    once: str | None,
) -> None:
    index, graph = cloud
    asked = {"steps": steps, "where": where, "later": later, "once": once}
    try:
        found = find_path(index, start, end, graph=graph, **asked)
    except RetrievalError as error:
        no = str(error)
    else:
        no = ""
    if no:
        assert "is not of a later" in no or f"at most {steps} step" in no
        return
    assert (found.rows[0], found.rows[-1]) == (start, end)
    assert len(set(found.rows)) == len(found.rows)
    assert steps is None or found.steps <= steps
    assert index.facts.mask(where)[list(found.rows[1:-1])].all()
    first, last, _ = index.facts.spans()
    if later is not None:
        assert all(last[one] < first[other] for one, other in pairwise(found.rows))
    if once is not None:
        values = _between(index, found, once)
        assert len(set(values)) == len(values)
    again = find_path(index, start, end, graph=graph, **asked)
    assert again == found


def test_what_cannot_be_asked_is_refused(cloud: tuple[ConditionalIndex, Neighbours]) -> None:
    index, graph = cloud
    with pytest.raises(RetrievalError, match="no work 400: rows are 0 to 399"):
        find_path(index, 0, 400, graph=graph)
    with pytest.raises(RetrievalError, match="at least 1 step, got 0"):
        find_path(index, 0, 1, graph=graph, steps=0)
    for power in (0.5, 65, float("nan")):
        with pytest.raises(RetrievalError, match="at least 1 and at most 64"):
            find_path(index, 0, 1, graph=graph, power=power)
    with pytest.raises(RetrievalError, match="is of 30 works, the index of 400"):
        find_path(index, 0, 1, graph=find_neighbours(_cloud(30)))
    starts = np.array([0, 1, 2, 3, 4], np.int32)
    ends, angles = np.array([1, 0, 3, 2], np.int32), np.full(4, 0.1, np.float32)
    with pytest.raises(RetrievalError, match="graph of neighbours is in pieces. Make it anew"):
        find_path(_index(_cloud(4)), 0, 3, graph=Neighbours(starts, ends, angles, 0))
