"""Blind spots: a hole that was made is found, and chance finds none."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import hypergeom

from topicart.embeddings import Embeddings
from topicart.errors import RetrievalError
from topicart.retrieval import BlindSpots, ConditionalIndex, blind_spots
from topicart.retrieval.balls import build_balls
from topicart.retrieval.label_permutation import smallest_by_chance, tails_of

_N, _CLUSTERS, _HOLE, _CROWD = 2_400, 20, 4, 9


class Told:
    """What progress was told."""

    def __init__(self) -> None:
        self.stages: list[str] = []
        self.last = (0, 0)

    def stage(self, name: str) -> None:
        self.stages.append(name)

    def count(self, done: int, total: int) -> None:
        self.last = (done, total)

    def note(self, text: str) -> None: ...


@pytest.fixture(scope="module")
def vectors() -> NDArray[np.float32]:
    random = np.random.default_rng(0)
    centres = random.normal(size=(_CLUSTERS, 32))
    drawn = centres[_clusters()] + 0.5 * random.normal(size=(_N, 32))
    made: NDArray[np.float32] = (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype("f4")
    return made


def _clusters() -> NDArray[np.intp]:
    return np.arange(_N) % _CLUSTERS


def _drawn(seed: int = 1) -> NDArray[np.bool_]:
    """Four works of ten, whatever they look like."""
    return np.random.default_rng(seed).random(_N) < 0.4


def _planted() -> NDArray[np.bool_]:
    """None in one cluster, all of another."""
    return (_drawn() & (_clusters() != _HOLE)) | (_clusters() == _CROWD)


def _index(vectors: NDArray[np.float32], member: NDArray[np.bool_]) -> ConditionalIndex:
    ids = tuple(f"{row:05d}" for row in range(len(vectors)))
    origin = ["Generated" if one else "painted" for one in member]
    # Every tenth work says nothing of where it is from.
    stated = [None if row % 10 == 7 else one for row, one in enumerate(origin)]
    return ConditionalIndex(Embeddings(ids, vectors), {"origin": stated})


@pytest.fixture(scope="module")
def spots(vectors: NDArray[np.float32]) -> BlindSpots:
    return blind_spots(_index(vectors, _planted()), "origin", "generated", permutations=199)


def test_a_planted_hole_and_a_planted_crowd_are_found(spots: BlindSpots) -> None:
    assert len(spots.missing) == len(spots.over) == 1
    (hole,), (crowd,) = spots.missing, spots.over
    clusters = _clusters()
    assert (clusters[hole.rows] == _HOLE).mean() > 0.9
    assert (clusters[crowd.rows] == _CROWD).mean() > 0.9
    assert hole.found / hole.size < 0.1 < 5 < hole.expected
    assert hole.lift == pytest.approx(hole.found / hole.expected)
    assert hole.lift < 0.2
    assert crowd.lift > 2
    assert hole.corrected == crowd.corrected == 1 / 200
    assert hole.p < 1e-9


def test_counts_are_those_of_works_that_state_the_facet(spots: BlindSpots) -> None:
    states = np.arange(_N) % 10 != 7
    assert (spots.works, spots.left_out) == (states.sum(), _N - states.sum())
    assert spots.group == (_planted() & states).sum()
    assert (spots.value, spots.facet) == ("Generated", "origin")
    for region in (*spots.missing, *spots.over):
        assert states[region.rows].all()
        assert region.size == len(region.rows)
        assert region.found == _planted()[region.rows].sum()
        assert region.expected == pytest.approx(region.size * spots.group / spots.works)
        p = hypergeom(spots.works, spots.group, region.size)
        tails = p.cdf(region.found), p.sf(region.found - 1)
        assert region.p == pytest.approx(2 * min(tails), rel=1e-6)


def test_a_region_shows_its_works(vectors: NDArray[np.float32], spots: BlindSpots) -> None:
    member = _planted()
    (hole,), (crowd,) = spots.missing, spots.over
    away = np.linalg.norm(vectors[crowd.rows] - vectors[crowd.rows].mean(axis=0), axis=1)
    assert crowd.central[0] == crowd.rows[away.argmin()]
    assert len(crowd.central) == len(crowd.members) == 12
    assert member[list(crowd.members)].all()
    assert crowd.nearest == ()
    # Where the group is missing, its works nearest to the place are shown instead.
    assert len(hole.nearest) == 12
    assert member[list(hole.nearest)].all()
    assert not set(hole.nearest) & set(hole.rows.tolist())


def test_regions_do_not_overlap(vectors: NDArray[np.float32]) -> None:
    # Half of the clusters, so that nested regions are all improbable.
    found = blind_spots(_index(vectors, _clusters() < 10), "origin", "Generated", permutations=19)
    rows = [row for region in (*found.missing, *found.over) for row in region.rows.tolist()]
    assert len(found.missing) + len(found.over) > 10
    assert len(rows) == len(set(rows))


def test_shuffled_labels_have_no_blind_spots(vectors: NDArray[np.float32]) -> None:
    balls = build_balls(vectors, leaf_size=20)
    told = 0
    for seed in range(20):
        index = _index(vectors, _drawn(seed))
        found = blind_spots(
            index, "origin", "Generated", permutations=99, seed=seed, level=0.02, balls=balls
        )
        assert found.tested > 50
        told += bool(found.missing or found.over)
    # At this level one of twenty would be no surprise; three would.
    assert told <= 2


def test_the_table_of_tails_is_scipys() -> None:
    sizes = np.array([20, 35, 20, 900])
    for group in (3, 240, 990):
        tails = tails_of(sizes, group, 1_000)
        for count in (0, 1, 8, 19, 210):
            exact = [
                min(
                    1,
                    2
                    * min(hypergeom.cdf(x, 1_000, group, s), hypergeom.sf(x - 1, 1_000, group, s)),
                )
                for s in sizes
                for x in [np.clip(count, max(0, s + group - 1_000), min(s, group))]
            ]
            assert tails.p(np.full(4, count)) == pytest.approx(exact, rel=1e-6, abs=1e-290)


def test_the_smallest_p_of_one_region_is_spread_as_chance_has_it() -> None:
    tails = tails_of(np.array([50]), 300, 1_000)
    smallest = smallest_by_chance(
        tails, np.array([100]), np.array([150]), 300, 1_000, permutations=2_000, seed=0
    )
    for level in (0.05, 0.2, 0.5):
        assert level - 0.1 <= (smallest <= level).mean() <= level + 0.02


def test_it_is_the_same_again_and_tells_how_far_it_is(
    vectors: NDArray[np.float32], spots: BlindSpots
) -> None:
    told = Told()
    index = _index(vectors, _planted())
    again = blind_spots(index, "origin", "Generated", permutations=199, progress=told)
    assert [one.rows.tolist() for one in again.missing] == [
        one.rows.tolist() for one in spots.missing
    ]
    assert told.stages == ["Parting the space into regions", "Shuffling labels"]
    assert told.last == (199, 199)


def test_vectors_held_by_half_have_the_same_blind_spots(
    vectors: NDArray[np.float32], spots: BlindSpots
) -> None:
    whole = _index(vectors, _planted())
    half = ConditionalIndex(Embeddings(whole.ids, vectors), whole.facts, storage="float16")
    found = blind_spots(half, "origin", "Generated", permutations=199)
    (hole,), (expected,) = found.missing, spots.missing
    assert np.isin(expected.rows, hole.rows).mean() > 0.9


def test_what_cannot_be_compared_is_refused(vectors: NDArray[np.float32]) -> None:
    index = _index(vectors[:100], _planted()[:100])
    with pytest.raises(RetrievalError, match="No work has the origin 'generate'. Did you mean"):
        blind_spots(index, "origin", "generate")
    with pytest.raises(RetrievalError, match="There is no facet 'origins'"):
        blind_spots(index, "origins", "Generated")
    with pytest.raises(RetrievalError, match="All 90 works that state their origin state"):
        blind_spots(_index(vectors[:100], np.ones(100, bool)), "origin", "generated")
    with pytest.raises(RetrievalError, match="90 works state their origin; regions of 60 to 200"):
        blind_spots(index, "origin", "Generated", least=60)
    with pytest.raises(RetrievalError, match="No region has between 44 and 44 of the 90 works"):
        blind_spots(index, "origin", "Generated", least=44, largest=44)
    with pytest.raises(RetrievalError, match="labels are shuffled at least 19 times"):
        blind_spots(index, "origin", "Generated", permutations=5)
