"""Coherence against gensim, topic by topic, and where gensim has nothing to say."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import chain, combinations

import numpy as np
import pytest
from gensim.corpora import Dictionary
from gensim.models import CoherenceModel
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from evaluation import cooccurrence
from evaluation.coherence import topic_coherence, topic_coherences
from evaluation.cooccurrence import TopicTokens

MEASURES = ("c_v", "c_npmi", "c_uci", "u_mass")
TEXTS = [["sea", "ship", "sun"], ["sea", "ship"], ["tree", "sun"], [], ["tree", "sea", "tree"]]

_words = st.sampled_from("abcdefghijkl")


def _by_gensim(
    topics: Sequence[Sequence[str]],
    texts: Sequence[Sequence[str]],
    measure: str,
    window: int | None,
    top_n: int,
) -> list[float]:
    model = CoherenceModel(
        topics=topics,
        texts=texts,
        dictionary=Dictionary(texts),
        window_size=window,
        coherence=measure,
        topn=top_n,
        processes=1,
    )
    return model.get_coherence_per_topic()


@pytest.mark.parametrize("measure", MEASURES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_equals_gensim_for_every_topic(measure: str, data: st.DataObject) -> None:
    texts = data.draw(st.lists(st.lists(_words, max_size=25), min_size=1, max_size=20))
    seen = sorted(set(chain.from_iterable(texts)))
    assume(len(seen) >= 2)
    n_words = data.draw(st.integers(2, len(seen)))
    topic = st.lists(st.sampled_from(seen), min_size=n_words, max_size=n_words, unique=True)
    topics = data.draw(st.lists(topic, min_size=1, max_size=4))
    top_n = data.draw(st.integers(2, n_words))
    window = None if measure == "u_mass" else data.draw(st.none() | st.integers(1, 30))
    ours = topic_coherence(topics, texts, measure, window=window, top_n=top_n)
    theirs = _by_gensim(topics, texts, measure, window, top_n)
    np.testing.assert_allclose(ours.per_topic, theirs, rtol=0, atol=1e-9)
    assert ours.mean == pytest.approx(np.mean(theirs), abs=1e-9)
    assert not ours.reasons


@pytest.mark.parametrize("measure", MEASURES)
def test_equals_gensim_on_long_texts_with_its_own_windows(measure: str) -> None:
    draw = np.random.default_rng(3)
    words = [f"w{n}" for n in range(300)]
    shares = 1 / np.arange(1, 301)
    texts = [
        draw.choice(words, length, p=shares / shares.sum()).tolist()
        for length in draw.integers(0, 260, 60)
    ]
    topics = [draw.choice(words[:100], 8, replace=False).tolist() for _ in range(12)]
    ours = topic_coherence(topics, texts, measure, top_n=8)
    theirs = _by_gensim(topics, texts, measure, None, 8)
    np.testing.assert_allclose(ours.per_topic, theirs, rtol=0, atol=1e-9)
    assert len({round(value, 6) for value in ours.per_topic}) == len(topics)


@settings(max_examples=100, deadline=None)
@given(
    texts=st.lists(st.lists(_words, max_size=25, unique=True), min_size=1, max_size=15),
    window=st.integers(1, 15),
)
def test_windows_that_hold_two_words_are_counted_as_by_looking(
    texts: list[list[str]], window: int
) -> None:
    topics = [["a", "b", "c"], ["c", "z"], [], ["d"]]
    windows = [
        set(text[start : start + window])
        for text in texts
        for start in range(max(len(text) - window + 1, 1))
    ]
    counted = TopicTokens.read(topics, texts).shared_windows(window)
    assert counted.n_windows == len(windows)
    for words, shared in zip(topics, counted.shared, strict=True):
        expected = [[sum({a, b} <= held for held in windows) for b in words] for a in words]
        np.testing.assert_array_equal(shared, np.reshape(expected, shared.shape))


@pytest.mark.parametrize("longest", [4, 30, 200])
def test_all_measures_at_once_are_those_one_by_one(longest: int) -> None:
    draw = np.random.default_rng(longest)
    texts = [draw.choice(list("abcdefghijkl"), n).tolist() for n in draw.integers(0, longest, 50)]
    topics = [["a", "b", "c"], ["d", "e"], ["f"], ["g", "absent"], ["a", "k", "l", "h"]]
    together = topic_coherences(topics, texts, top_n=3)
    assert list(together) == ["c_v", "c_npmi", "c_uci", "u_mass"]
    for measure, found in together.items():
        alone = topic_coherence(topics, texts, measure, top_n=3)
        np.testing.assert_array_equal(found.per_topic, alone.per_topic)
        assert (found.mean, found.window, found.reasons) == (
            alone.mean,
            alone.window,
            alone.reasons,
        )


def test_a_word_is_forgotten_as_gensim_forgets_it() -> None:
    # The windows are "a b a", "b a c" and "a c d"; gensim forgets a as the first a leaves.
    counted = TopicTokens.read([["a", "c"]], [["a", "b", "a", "c", "d"]]).shared_windows(3)
    assert counted.n_windows == 3
    np.testing.assert_array_equal(counted.shared[0], [[1, 0], [0, 2]])


def test_words_met_together_are_coherent_and_words_met_apart_are_not() -> None:
    texts = [["sea", "ship"], ["tree", "leaf"]] * 10
    for measure in MEASURES:
        together, apart = topic_coherence(
            [["sea", "ship"], ["sea", "leaf"]], texts, measure
        ).per_topic
        assert together > apart
    assert topic_coherence([["sea", "ship"]], texts, "c_npmi").mean == pytest.approx(1)
    assert topic_coherence([["sea", "leaf"]], texts, "c_npmi").mean == pytest.approx(
        -0.95, abs=0.01
    )


def test_the_number_names_what_decided_it() -> None:
    found = topic_coherence([["sea", "ship", "sun"]], TEXTS, "c_npmi", top_n=2)
    assert (found.measure, found.window, found.segmentation) == ("c_npmi", 10, "s_one_one")
    assert (found.epsilon, found.top_n, found.n_texts) == (1e-12, 2, 5)
    assert topic_coherence([], TEXTS).window == 110
    assert topic_coherence([], TEXTS, "c_uci", window=4).window == 4
    assert topic_coherence([], TEXTS, "u_mass").window is None


def test_a_word_told_twice_counts_once() -> None:
    for measure in MEASURES:
        twice = topic_coherence([["sea", "sea", "ship", "sun"]], TEXTS, measure, top_n=3)
        assert twice == topic_coherence([["sea", "ship", "sun"]], TEXTS, measure, top_n=3)
        assert math.isfinite(twice.mean)


@pytest.mark.parametrize("measure", MEASURES)
def test_topics_without_a_value_are_left_out_of_the_mean_and_say_why(measure: str) -> None:
    topics = [["sea"], ["sea", "ship"], [], ["sea", "moon", "sun", "star"], ["tree", "sun"]]
    found = topic_coherence(topics, TEXTS, measure)
    assert found.reasons == {
        0: "has one word; coherence is between words",
        2: "has no word; coherence is between words",
        3: "2 of its 4 words are in no text: moon, star",
    }
    assert [math.isnan(value) for value in found.per_topic] == [True, False, True, True, False]
    assert found.mean == pytest.approx((found.per_topic[1] + found.per_topic[4]) / 2)
    assert found.per_topic[1] == topic_coherence([topics[1]], TEXTS, measure).mean


@pytest.mark.parametrize("measure", MEASURES)
def test_nothing_to_count_is_no_error(measure: str) -> None:
    none = topic_coherence([["sea", "ship"]], [], measure)
    assert none.reasons == {0: "there is no text to count its words in"}
    empty = topic_coherence([["sea", "ship"]], [[], []], measure)
    assert empty.reasons == {0: "2 of its 2 words are in no text: sea, ship"}
    no_topic = topic_coherence([], TEXTS, measure)
    assert (no_topic.per_topic, no_topic.reasons) == ((), {})
    assert all(math.isnan(found.mean) for found in (none, empty, no_topic))


@pytest.mark.parametrize("measure", MEASURES)
def test_one_text_with_all_the_words_has_a_value_as_in_gensim(measure: str) -> None:
    topics, texts = [["a", "b", "c"]], [["a", "b", "c"]]
    theirs = _by_gensim(topics, texts, measure, None, 3)
    np.testing.assert_allclose(topic_coherence(topics, texts, measure).per_topic, theirs, atol=1e-9)


def test_pairs_are_counted_for_many_topics_at_once() -> None:
    draw = np.random.default_rng(4)
    words = [f"w{n}" for n in range(2500)]  # pairs of them are more than the sieve has holes
    texts = [draw.choice(words, 40, replace=False).tolist() for _ in range(300)]
    topics = [texts[n][:6] for n in range(100)] + [words[n : n + 10] for n in range(0, 2500, 10)]
    counted = TopicTokens.read(topics, texts).shared_windows(None)
    held = [set(text) for text in texts]
    for topic in (0, 57, 99, 120, 349):
        for (i, a), (j, b) in combinations(enumerate(topics[topic]), 2):
            assert counted.shared[topic][i, j] == sum({a, b} <= own for own in held)


def test_whole_texts_are_counted_block_by_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cooccurrence, "_BITS_AT_ONCE", 1)  # so a block is 64 texts
    monkeypatch.setattr(cooccurrence, "_PAIRS_AT_ONCE", 5)
    draw = np.random.default_rng(5)
    texts = [draw.choice(list("abcdef"), n).tolist() for n in draw.integers(0, 6, 200)]
    topics = [["a", "b", "c"], ["d", "a", "e", "absent"]]
    held = [set(text) for text in texts]
    counted = TopicTokens.read(topics, texts).shared_windows(None)
    assert counted.n_windows == 200
    for words, shared in zip(topics, counted.shared, strict=True):
        expected = [[sum({a, b} <= own for own in held) for b in words] for a in words]
        np.testing.assert_array_equal(shared, expected)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"measure": "c_w2v"}, "measure is 'c_w2v'; expected one of c_v, c_npmi, c_uci, u_mass."),
        ({"measure": "u_mass", "window": 5}, "window is 5, but u_mass counts whole texts"),
        ({"window": 0}, "window is 0; expected at least 1 token"),
        ({"top_n": 1}, "top_n is 1; expected at least 2"),
        ({"texts": ["a sea", "a ship"]}, "texts must be lists of words; found a string"),
        ({"topics": ["sea, ship"]}, "topics must be lists of words; found a string"),
        ({"topics": "sea"}, "topics must be lists of words; found a string"),
    ],
)
def test_a_wrong_argument_is_named(arguments: dict[str, object], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        topic_coherence(**{"topics": [["sea", "ship"]], "texts": TEXTS, **arguments})  # type: ignore[arg-type]
