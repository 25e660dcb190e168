"""Two models' topics side by side: the best matching by brute force, and no work lost."""

from __future__ import annotations

import warnings
from collections import Counter
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.matching import Assigned, Matching, match_topics

TOPICS = st.dictionaries(st.integers(0, 30), st.integers(-1, 3), max_size=25)


def _assigned(topics: dict[int, int]) -> Assigned:
    return Assigned(
        [f"w{work}" for work in topics], np.array(list(topics.values()), dtype=np.int32)
    )


def _works(topics: dict[int, int], of: int, among: set[int]) -> set[int]:
    return {work for work, topic in topics.items() if topic == of and work in among}


def _jaccard(first: set[int], second: set[int]) -> float:
    return len(first & second) / len(first | second) if first | second else 0.0


@given(TOPICS, TOPICS)
def test_the_matching_is_the_best_there_is(first: dict[int, int], second: dict[int, int]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = match_topics(_assigned(first), _assigned(second))
    common = first.keys() & second.keys()
    ours, theirs = (sorted(set(own.values()) - {-1}) for own in (first, second))
    table = np.zeros((4, 4))
    for row, one in enumerate(ours):
        for column, two in enumerate(theirs):
            table[row, column] = _jaccard(_works(first, one, common), _works(second, two, common))
    best = max(
        sum(table[row, column] for row, column in enumerate(p)) for p in permutations(range(4))
    )
    assert sum(pair.jaccard for pair in found.pairs) == pytest.approx(best)
    for pair in found.pairs:
        shared = _works(first, pair.first, common) & _works(second, pair.second, common)
        assert pair.n_shared == len(shared) > 0
        assert pair.jaccard == pytest.approx(
            table[ours.index(pair.first), theirs.index(pair.second)]
        )
    assert [pair.jaccard for pair in found.pairs] == sorted(
        (pair.jaccard for pair in found.pairs), reverse=True
    )
    assert sorted([pair.first for pair in found.pairs] + list(found.unmatched_first)) == ours
    assert sorted([pair.second for pair in found.pairs] + list(found.unmatched_second)) == theirs


@given(TOPICS, TOPICS)
def test_every_common_work_flows_and_the_others_are_counted(
    first: dict[int, int], second: dict[int, int]
) -> None:
    found = match_topics(_assigned(first), _assigned(second))
    common = first.keys() & second.keys()
    flows = {(a, b): works for a, b, works in found.flows.tolist()}
    assert flows == Counter((first[work], second[work]) for work in common)
    assert found.flows[:, 2].tolist() == sorted(found.flows[:, 2].tolist(), reverse=True)
    assert (found.n_common, found.n_only_first, found.n_only_second) == (
        len(common),
        len(first) - len(common),
        len(second) - len(common),
    )


def test_the_same_topics_by_other_numbers_and_in_another_order_match_wholly() -> None:
    generator = np.random.default_rng(0)
    topics = generator.integers(-1, 6, size=300)
    ids = [f"w{row}" for row in range(300)]
    order, names = generator.permutation(300), np.array([40, 3, 17, 8, 25, 11, -1])
    found = match_topics(
        Assigned(ids, topics), Assigned([ids[row] for row in order], names[topics[order]])
    )
    assert {pair.first: pair.second for pair in found.pairs} == dict(enumerate(names[:-1].tolist()))
    assert found.mean_jaccard == 1
    assert len(found.flows) == 7


def test_an_outlier_of_one_model_counts_in_the_topic_of_the_other() -> None:
    found = match_topics(_assigned({0: 0, 1: 0, 2: 0, 3: 0}), _assigned({0: 5, 1: 5, 2: 5, 3: -1}))
    assert [pair.jaccard for pair in found.pairs] == [3 / 4]
    assert found.flows.tolist() == [[0, 5, 3], [0, -1, 1]]


def test_works_of_one_model_alone_make_no_topic_smaller() -> None:
    found = match_topics(_assigned({0: 0, 1: 0, 7: 0, 8: 1}), _assigned({1: 2, 0: 2}))
    assert [(pair.first, pair.second, pair.jaccard) for pair in found.pairs] == [(0, 2, 1.0)]
    assert found.unmatched_first == (1,)
    assert (found.n_common, found.n_only_first, found.n_only_second) == (2, 2, 0)
    assert found.mean_jaccard == 1 / 2


@pytest.mark.parametrize(
    ("first", "second"),
    [({}, {}), ({0: -1}, {0: -1}), ({0: 1}, {5: 1}), ({0: 1}, {0: -1}), ({}, {0: 1})],
    ids=["no work", "all outliers", "no common work", "one has topics", "one is empty"],
)
def test_without_common_topics_there_is_no_pair(
    first: dict[int, int], second: dict[int, int]
) -> None:
    found: Matching = match_topics(_assigned(first), _assigned(second))
    assert found.pairs == ()
    has_topics = 1 in (*first.values(), *second.values())
    assert found.mean_jaccard == (0 if has_topics else None)
    assert found.flows.shape == (len(first.keys() & second.keys()), 3)


def test_mistakes_are_named() -> None:
    with pytest.raises(ValueError, match="2 works need as many topics; got 3"):
        Assigned(["a", "b"], np.arange(3))
    with pytest.raises(ValueError, match="A work comes twice; name each once"):
        Assigned(["a", "b", "a"], np.arange(3))
