"""I-RBO against its formula and published examples; embedding coherence against each pair."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.words import embedding_coherence, inverse_rbo, rank_overlaps

_topic = st.lists(st.sampled_from("abcdefghijklmnop"), min_size=1, max_size=14, unique=True)


def _extrapolated(one: list[str], other: list[str], p: float) -> float:
    """Transcribe equation 32 of Webber, Moffat & Zobel (2010)."""
    short, long = sorted((one, other), key=len)
    s, l = len(short), len(long)  # noqa: E741

    def x(d: int) -> int:
        return len(set(short[:d]) & set(long[:d]))

    agreed = sum(x(d) / d * p**d for d in range(1, l + 1))
    went_on = sum(x(s) * (d - s) / (s * d) * p**d for d in range(s + 1, l + 1))
    return (1 - p) / p * (agreed + went_on) + ((x(l) - x(s)) / l + x(s) / s) * p**l


@settings(max_examples=100, deadline=None)
@given(
    topics=st.lists(_topic, min_size=2, max_size=6),
    p=st.floats(0.05, 0.99),
    top_n=st.integers(1, 15),
)
def test_i_rbo_is_the_formula_over_all_pairs(topics: list[list[str]], p: float, top_n: int) -> None:
    by_pairs = [_extrapolated(a[:top_n], b[:top_n], p) for a, b in combinations(topics, 2)]
    found = inverse_rbo(topics, p=p, top_n=top_n)
    assert found == pytest.approx(1 - np.mean(by_pairs), abs=1e-9)


def test_i_rbo_of_webbers_lists_by_hand() -> None:
    # Figure 5 of the paper: of the first seven, 0 0 2 2 2 2 2 are in both.
    agreement = [0, 0, 2 / 3, 2 / 4, 2 / 5, 2 / 6, 2 / 7]
    overlap = 0.1 * sum(0.9**d * a for d, a in enumerate(agreement)) + 0.9**7 * 2 / 7
    assert inverse_rbo(["abcdefg", "zcavwxy"]) == pytest.approx(1 - overlap)
    # As the package rbo documents it: only the first word differs, which weighs 1 - p.
    assert inverse_rbo(["abcdefg", "bacdefg"]) == pytest.approx(1 - 0.9)


def test_i_rbo_of_a_list_that_ends_early_by_hand() -> None:
    # "ab" agrees with "abc" as far as it goes, so it is taken to go on agreeing.
    assert inverse_rbo(["ab", "abc"]) == pytest.approx(0)
    # X = 0, 1, 1 at depths 1, 2, 3; the shorter list agrees by a half, and goes on to at 3.
    total = 0.5**2 * 1 / 2 + 0.5**3 * (1 / 3 + 1 / 6)
    assert inverse_rbo(["ab", "cad"], p=0.5) == pytest.approx(1 - (total + 0.5**3 * 1 / 2))


def test_i_rbo_runs_from_same_to_different() -> None:
    assert inverse_rbo([["sea", "ship"]] * 3) == pytest.approx(0)
    assert inverse_rbo([["Sea", "ship", "SEA"], ["sea", "Ship"]]) == pytest.approx(0)
    assert inverse_rbo([["sea"], ["ship"], ["sun", "moon"]]) == 1
    assert inverse_rbo([["sea", "ship", "sun"], ["sea", "ship", "tree"]], top_n=2) == (
        pytest.approx(0)
    )


def test_i_rbo_needs_two_topics_with_words() -> None:
    assert inverse_rbo([]) is None
    assert inverse_rbo([["sea"], []]) is None
    assert inverse_rbo([["sea"], [], ["ship"]]) == 1


@pytest.mark.parametrize("p", [0, 1, -0.5, math.nan])
def test_i_rbo_says_what_p_may_be(p: float) -> None:
    with pytest.raises(ValueError, match="expected a number between 0 and 1"):
        inverse_rbo([["sea"], ["ship"]], p=p)


def test_i_rbo_needs_a_word() -> None:
    with pytest.raises(ValueError, match="top_n is 0; expected at least 1 word"):
        inverse_rbo([["sea"], ["ship"]], top_n=0)


def test_embedding_coherence_is_the_mean_cosine_over_pairs() -> None:
    vectors = np.random.default_rng(0).normal(size=(30, 8)).astype(np.float32)
    index = {f"w{row}": row for row in range(30)}
    topics = [[f"w{row}" for row in range(start, start + 6)] for start in range(0, 30, 6)]
    found = embedding_coherence(topics, vectors, index, top_n=5)
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    by_pairs = [
        np.mean([units[index[a]] @ units[index[b]] for a, b in combinations(topic[:5], 2)])
        for topic in topics
    ]
    np.testing.assert_allclose(found.per_topic, by_pairs, atol=1e-6)
    assert found.mean == pytest.approx(np.mean(by_pairs), abs=1e-6)
    assert found.n_missing == (0,) * 5
    assert not found.reasons


def test_words_without_a_vector_are_left_out_and_counted() -> None:
    vectors = np.array([[2.0, 0], [3, 3], [0, 0]])
    index = {"sea": 0, "ship": 1, "nothing": 2}
    topics = [["sea", "moon", "ship", "nothing", "sea"], ["sea", "moon"], [], ["nothing", "ship"]]
    found = embedding_coherence(topics, vectors, index)
    assert found.per_topic[0] == pytest.approx(math.sqrt(0.5))
    assert found.n_missing == (2, 1, 0, 1)
    assert found.reasons == {
        1: "1 of its 2 words have a vector; coherence needs two",
        2: "0 of its 0 words have a vector; coherence needs two",
        3: "1 of its 2 words have a vector; coherence needs two",
    }
    assert np.isnan(found.per_topic[1:]).all()
    assert found.mean == found.per_topic[0]


def test_no_topic_has_no_embedding_coherence() -> None:
    found = embedding_coherence([], np.ones((1, 2)), {"sea": 0})
    assert found.per_topic == ()
    assert math.isnan(found.mean)


def test_vectors_must_be_a_table_of_numbers() -> None:
    with pytest.raises(ValueError, match="finite, of shape"):
        embedding_coherence([["sea"]], np.ones(3), {"sea": 0})
    with pytest.raises(ValueError, match="finite, of shape"):
        embedding_coherence([["sea"]], np.array([[np.nan]]), {"sea": 0})
    with pytest.raises(ValueError, match="top_n is 1; expected at least 2"):
        embedding_coherence([["sea"]], np.ones((1, 2)), {"sea": 0}, top_n=1)


def test_the_overlap_of_each_pair_is_that_of_the_two_alone() -> None:
    topics = [["sea", "ship"], ["ship", "Sea", "sun"], ["tree"], ["sea", "ship"]]
    overlaps = rank_overlaps(topics)
    for i, j in combinations(range(4), 2):
        alone = inverse_rbo([topics[i], topics[j]])
        assert alone is not None
        assert overlaps[i, j] == overlaps[j, i] == pytest.approx(1 - alone)
    np.testing.assert_allclose(overlaps.diagonal(), 1)


def test_a_topic_without_words_overlaps_with_nothing_and_is_refused() -> None:
    with pytest.raises(ValueError, match="a topic has no word; leave it out"):
        rank_overlaps([["sea"], []])
