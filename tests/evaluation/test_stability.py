"""Topics found again, or not: known runs, scikit-learn's ARI, brute-force Jaccards, and chance."""

from __future__ import annotations

import warnings
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from evaluation.matching import Assigned, match_topics
from evaluation.stability import topic_stability

RUN = st.dictionaries(st.integers(0, 20), st.integers(-1, 3), min_size=1, max_size=20)


def _run(topics: dict[int, int]) -> Assigned:
    return Assigned([f"w{work:02}" for work in topics], np.array(list(topics.values())))


def _ari(
    runs: list[dict[int, int]], pairs: list[tuple[int, int]], *, outliers: bool
) -> list[float]:
    told = []
    for one, two in pairs:
        works = [
            work
            for work in sorted(runs[one].keys() & runs[two].keys())
            if outliers or min(runs[one][work], runs[two][work]) >= 0
        ]
        if len(works) > 1:
            told.append(
                adjusted_rand_score(
                    [runs[one][work] for work in works], [runs[two][work] for work in works]
                )
            )
    return told


@settings(deadline=None, max_examples=50)
@given(st.lists(RUN, min_size=2, max_size=5).filter(lambda runs: max(runs[0].values()) >= 0))
def test_the_numbers_are_those_of_brute_force(runs: list[dict[int, int]]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = topic_stability(_run(runs[0]), [_run(run) for run in runs[1:]])
    assert found is not None
    pairs = list(combinations(range(len(runs)), 2))
    for summary, outliers in ((found.ari, True), (found.ari_without_outliers, False)):
        expected = _ari(runs, pairs, outliers=outliers)
        assert (summary is None) == (not expected)
        if summary:
            assert summary.n_pairs == len(expected)
            assert (summary.mean, summary.lowest, summary.highest) == pytest.approx(
                (np.mean(expected), min(expected), max(expected)), abs=1e-9
            )
    # Of two matchings with the same sum either will do.
    sums = [
        sum(pair.jaccard for pair in match_topics(_run(runs[0]), _run(run)).pairs)
        for run in runs[1:]
    ]
    assert np.nansum(found.matched, axis=0) == pytest.approx(sums)
    assert [own.topic for own in found.topics] == sorted(set(runs[0].values()) - {-1})
    for own, likest, matched in zip(found.topics, found.likest, found.matched, strict=True):
        told = []
        for number, run in enumerate(runs[1:]):
            common = runs[0].keys() & run.keys()
            ours = {work for work in common if runs[0][work] == own.topic}
            theirs = [
                {work for work in common if run[work] == topic}
                for topic in set(run.values()) - {-1}
            ]
            if not ours:
                assert np.isnan([likest[number], matched[number]]).all()
                continue
            told.append(max((len(ours & it) / len(ours | it) for it in theirs), default=0.0))
            assert likest[number] == pytest.approx(told[-1])
            assert 0 <= matched[number] <= likest[number]
        assert (own.n_found, own.n_runs) == (sum(value >= 0.5 for value in told), len(told))
        assert own.share == (own.n_found / own.n_runs if told else None)
        assert own.jaccard == (pytest.approx(np.mean(told)) if told else None)


def test_a_theme_is_found_in_19_of_20_runs() -> None:
    ids = [f"w{row:03}" for row in range(300)]
    reference = np.repeat([0, 1, 2], 100)
    others = []
    for seed in range(20):
        generator = np.random.default_rng(seed)
        topics = generator.permutation(3)[reference]
        if seed == 7:
            topics[reference == 1] = np.arange(100) % 10 + 5
        topics[reference == 2] = generator.integers(20, 40, size=100)
        order = generator.permutation(300)
        others.append(Assigned([ids[row] for row in order], topics[order]))
    found = topic_stability(Assigned(ids, reference), others)
    assert found is not None
    assert [(own.n_found, own.n_runs) for own in found.topics] == [(20, 20), (19, 20), (0, 20)]
    assert found.topics[0].jaccard == 1
    assert found.topics[1].share == 0.95
    for own in found.topics[:2]:
        assert own.baseline is not None
        assert 0.1 < own.baseline < 0.35
        assert own.baseline_share == 0


def test_shuffled_runs_agree_no_more_than_chance() -> None:
    generator = np.random.default_rng(4)
    ids = [f"w{row:03}" for row in range(400)]
    topics = generator.integers(-1, 8, size=400)
    found = topic_stability(Assigned(ids, topics), [Assigned(ids, topics)] * 6)
    assert found is not None
    assert found.ari is not None
    assert found.ari_without_outliers is not None
    assert found.ari.lowest == found.ari_without_outliers.lowest == 1
    assert found.ari.n_pairs == 21
    assert found.ari_baseline == pytest.approx(0, abs=0.02)


def test_outliers_are_one_group_or_left_out() -> None:
    ids = ["a", "b", "c", "d", "e", "f"]
    one = Assigned(ids, np.array([0, 0, 1, 1, -1, -1]))
    two = Assigned(ids, np.array([0, 0, 1, 1, 1, 1]))
    found = topic_stability(one, [two])
    assert found is not None
    assert found.ari is not None
    assert found.ari_without_outliers is not None
    assert found.ari_without_outliers.mean == 1
    assert found.ari.mean == pytest.approx(
        adjusted_rand_score([0, 0, 1, 1, 2, 2], [0, 0, 1, 1, 1, 1])
    )


def test_a_sample_counts_only_the_works_that_it_has() -> None:
    reference = _run({0: 0, 1: 0, 2: 0, 3: 1, 4: 1})
    found = topic_stability(reference, [_run({0: 9, 1: 9}), _run({0: 9, 1: 9, 2: 9, 3: 9, 4: 8})])
    assert found is not None
    kept, thin = found.topics
    assert (kept.n_found, kept.n_runs) == (2, 2)
    assert kept.jaccard == pytest.approx((1 + 3 / 4) / 2)
    assert (thin.n_found, thin.n_runs) == (1, 1)
    assert np.isnan(found.likest[1, 0])


def test_the_threshold_decides_what_is_found() -> None:
    reference, other = _run({0: 0, 1: 0, 2: 0, 3: 1}), _run({0: 0, 1: 0, 2: 1, 3: 1})
    told = [topic_stability(reference, [other], threshold=value) for value in (0.5, 2 / 3, 0.67)]
    assert [found.topics[0].n_found for found in told if found] == [1, 1, 0]


def test_a_likest_topic_is_found_though_the_matching_gives_it_away() -> None:
    # Half of what is in 0 of either is in both, but 1/3 + 1/3 with the others is a larger sum.
    one = _run({0: 0, 1: 0, 2: 0, 3: 1})
    two = _run({0: 0, 1: 0, 3: 0, 2: 1})
    found = topic_stability(one, [two])
    assert found is not None
    assert found.likest[:, 0].tolist() == [1 / 2, 1 / 3]
    assert found.matched[:, 0].tolist() == [1 / 3, 1 / 3]
    assert found.topics[0].n_found == 1


def test_the_order_of_the_works_changes_nothing() -> None:
    generator = np.random.default_rng(5)
    ids = [f"w{row:03}" for row in range(200)]
    topics = generator.integers(-1, 6, size=(3, 200))
    order = generator.permutation(200)
    straight = topic_stability(Assigned(ids, topics[0]), [Assigned(ids, own) for own in topics[1:]])
    shuffled = [Assigned([ids[row] for row in order], own[order]) for own in topics]
    turned = topic_stability(shuffled[0], shuffled[1:])
    assert straight is not None
    assert turned is not None
    assert (straight.ari, straight.ari_baseline, straight.topics) == (
        turned.ari,
        turned.ari_baseline,
        turned.topics,
    )


def test_without_a_topic_or_another_run_nothing_is_said() -> None:
    some, none = _run({0: 0, 1: 1}), _run({0: -1, 1: -1})
    assert topic_stability(some, []) is None
    assert topic_stability(none, [some]) is None
    assert topic_stability(Assigned([], np.array([], dtype=int)), [some]) is None


def test_a_run_without_topics_or_common_works_finds_nothing() -> None:
    some = _run({0: 0, 1: 0, 2: 1})
    empty = topic_stability(some, [_run({0: -1, 1: -1, 2: -1})])
    assert empty is not None
    assert [own.n_found for own in empty.topics] == [0, 0]
    assert empty.ari_without_outliers is None
    foreign = topic_stability(some, [_run({7: 0, 8: 1})])
    assert foreign is not None
    assert foreign.ari is None
    assert foreign.ari_baseline is None
    for own in foreign.topics:
        assert (own.n_runs, own.share, own.jaccard, own.baseline, own.baseline_share) == (
            (0,) + (None,) * 4
        )


@pytest.mark.parametrize("threshold", [0.0, -0.5, 1.1])
def test_a_threshold_out_of_range_is_named(threshold: float) -> None:
    with pytest.raises(ValueError, match=f"over 0 and at most 1; got {threshold}"):
        topic_stability(_run({0: 0}), [_run({0: 0})], threshold=threshold)
