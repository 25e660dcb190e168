from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topicart.errors import TrainingError
from training.sampler import plan_epoch

KEYS = st.lists(st.integers(0, 12), min_size=2, max_size=120)


def most_batches(counts: list[int], size: int) -> int:
    """By brute force, for each number of batches from many to none."""
    return next(
        k for k in range(sum(counts), -1, -1) if sum(min(count, k) for count in counts) >= k * size
    )


@settings(max_examples=300)
@given(KEYS, st.integers(2, 10), st.integers(0, 1000))
def test_no_batch_holds_a_caption_twice_and_no_more_batches_are_possible(
    keys: list[int], size: int, seed: int
) -> None:
    possible = most_batches(list(Counter(keys).values()), size)
    if possible == 0:
        with pytest.raises(TrainingError):
            plan_epoch(len(keys), keys, size, avoid_duplicates=True, seed=seed)
        return
    plan = plan_epoch(len(keys), keys, size, avoid_duplicates=True, seed=seed)
    assert plan.shape == (possible, size)
    assert plan.dtype == np.int64
    assert len(np.unique(plan)) == plan.size
    assert set(plan.ravel().tolist()) <= set(range(len(keys)))
    for batch in plan:
        assert len({keys[row] for row in batch}) == size


@given(st.integers(2, 200), st.integers(2, 50), st.integers(0, 1000))
def test_where_captions_may_meet_all_full_batches_are_drawn(
    n_works: int, size: int, seed: int
) -> None:
    if n_works < size:
        with pytest.raises(TrainingError, match=f"at most {n_works}"):
            plan_epoch(n_works, None, size, avoid_duplicates=False, seed=seed)
        return
    plan = plan_epoch(n_works, None, size, avoid_duplicates=False, seed=seed)
    assert plan.shape == (n_works // size, size)
    assert len(np.unique(plan)) == plan.size


def test_the_seed_decides_the_plan() -> None:
    keys = np.arange(1000) % 300
    one, again, other = (
        plan_epoch(1000, keys, 16, avoid_duplicates=True, seed=seed) for seed in (1, 1, 2)
    )
    assert np.array_equal(one, again)
    assert not np.array_equal(one[: len(other)], other[: len(one)])


def test_who_sits_out_changes_from_epoch_to_epoch() -> None:
    keys = [0] * 50 + list(range(1, 51))  # of the first caption, few can be dealt
    seen: Counter[int] = Counter()
    for seed in range(200):
        seen.update(plan_epoch(100, keys, 10, avoid_duplicates=True, seed=seed).ravel().tolist())
    # 5 batches of 10: 5 of the 50 equal ones, and 45 of the others, each as often as the next.
    equal, others = ([seen[row] for row in rows] for rows in (range(50), range(50, 100)))
    assert sum(equal) / 200 == pytest.approx(5, abs=0.5)
    assert 5 < min(equal) <= max(equal) < 45  # expected 20
    assert min(others) > 150  # expected 180


def test_works_meet_others_in_each_epoch() -> None:
    met: Counter[int] = Counter()
    for seed in range(300):
        plan = plan_epoch(40, np.arange(40), 10, avoid_duplicates=True, seed=seed)
        batch = next(batch for batch in plan if 0 in batch)
        met.update(batch.tolist())
    del met[0]
    assert len(met) == 39
    assert 40 < min(met.values()) <= max(met.values()) < 105  # expected 300 * 9 / 39 = 69


def test_too_few_works_or_captions_are_refused_with_numbers() -> None:
    with pytest.raises(TrainingError, match="256 pairs, and there are 12 works.*at most 12"):
        plan_epoch(12, None, 256, avoid_duplicates=False, seed=0)
    with pytest.raises(
        TrainingError, match="12 works have 3 different captions.*at most 3, or --loss multi-posit"
    ):
        plan_epoch(12, np.arange(12) % 3, 4, avoid_duplicates=True, seed=0)
