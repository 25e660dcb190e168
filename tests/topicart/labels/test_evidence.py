from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import false_discovery_control, hypergeom

from knowledge_graph import Artwork, Collection
from prompts import Term, add_terms, build_vocabulary
from topicart.labels.evidence import adjusted_p_values, hypergeometric_tail, weigh_evidence

GENRES = ("marina", "marina", "marina", "portrait", "marina", "portrait", "")
MEMBERS = np.array([0, 0, 0, 0, 1, -1, 0], dtype=np.int32)


@pytest.fixture
def collection() -> Collection:
    return Collection.from_artworks(
        Artwork(id=f"w{row}", facets={"genre": (genre,) if genre else ()})
        for row, genre in enumerate(GENRES)
    )


def test_evidence_counts_members_against_the_whole_collection(collection: Collection) -> None:
    vocabulary = build_vocabulary(collection, min_works=1)
    found = weigh_evidence(vocabulary, MEMBERS, 2)
    marina = [term.text for term in vocabulary.terms].index("marina")
    assert found.shares[:, marina].tolist() == [3 / 5, 1.0]
    assert found.stated_shares[:, marina].tolist() == [3 / 4, 1.0]
    assert found.coverages[:, marina].tolist() == [4 / 5, 1.0]
    assert found.lifts[0, marina] == pytest.approx((3 / 5) / (4 / 7))
    assert found.overlaps[0, marina] == pytest.approx(3 / 6)
    assert found.information[0, marina] == pytest.approx(3 / 4 * np.log2((3 / 4) / (4 / 6)))


def test_chance_is_drawn_from_the_works_that_state_the_facet(collection: Collection) -> None:
    vocabulary = build_vocabulary(collection, min_works=1)
    marina = [term.text for term in vocabulary.terms].index("marina")
    found = weigh_evidence(vocabulary, MEMBERS, 2)
    p_values = [hypergeom.sf(3 - 1, 6, 4, 4), hypergeom.sf(1 - 1, 6, 4, 1), 1.0, 1.0]
    expected = false_discovery_control(p_values)
    assert found.q_values[:, marina] == pytest.approx(expected[:2])


def test_the_tail_is_scipys() -> None:
    generator = np.random.default_rng(0)
    population = generator.integers(10, 5000, 2000).astype(float)
    marked = np.ceil(population * generator.uniform(0.001, 1.0, 2000))
    drawn = np.ceil(population * generator.uniform(0.001, 1.0, 2000))
    expected = np.floor(marked * drawn / population)
    hits = np.minimum(expected + generator.integers(1, 40, 2000), np.minimum(marked, drawn))
    right = hypergeom.sf(hits - 1, population, marked, drawn)
    found = hypergeometric_tail(hits, population, marked, drawn)
    assert found == pytest.approx(right, rel=1e-7, abs=1e-300)


def test_corrected_p_values_are_scipys_among_the_tests_and_1_elsewhere() -> None:
    p_values = np.random.default_rng(0).uniform(0, 1, (5, 8)) ** 3
    tested = np.random.default_rng(1).uniform(size=(5, 8)) < 0.7
    found = adjusted_p_values(p_values, tested)
    assert found[tested] == pytest.approx(false_discovery_control(p_values[tested]))
    assert (found[~tested] == 1.0).all()


def test_words_that_no_work_states_are_no_tests(collection: Collection) -> None:
    own = build_vocabulary(collection, min_works=1)
    more = add_terms(own, [Term("genre", f"word {number}") for number in range(50)])
    before, after = (weigh_evidence(vocabulary, MEMBERS, 2) for vocabulary in (own, more))
    stated = [place for place, term in enumerate(more.terms) if term.n_works]
    assert after.q_values[:, stated] == pytest.approx(before.q_values)


def test_facts_strewn_at_random_are_hardly_ever_taken_for_evidence() -> None:
    generator = np.random.default_rng(0)
    works = Collection.from_artworks(
        Artwork(id=f"w{row:04}", facets={"genre": (f"g{generator.integers(20)}",)})
        for row in range(2000)
    )
    topics = generator.integers(-1, 30, 2000).astype(np.int32)
    found = weigh_evidence(build_vocabulary(works), topics, 30)
    assert (found.q_values <= 0.05).sum() <= 2


def test_nothing_stated_is_no_evidence() -> None:
    works = Collection.from_artworks(Artwork(id=f"w{row}") for row in range(4))
    found = weigh_evidence(build_vocabulary(works), np.zeros(4, dtype=np.int32), 1)
    assert found.shares.shape == (1, 0)
