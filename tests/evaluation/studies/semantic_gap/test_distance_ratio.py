"""Distance within over distance between, against counting every pair."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import numpy as np
import pytest
from numpy.typing import NDArray

from evaluation.studies.redrawing import interval_of, redrawn, weighted_medians
from evaluation.studies.semantic_gap.distance_ratio import (
    MOST_CLASSES,
    PUBLISHED_RATIOS,
    distance_ratio,
)
from evaluation.studies.semantic_gap.result import DistanceRatio

WORKS, DIM = 60, 8


def _vectors(seed: int = 0, works: int = WORKS) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(size=(works, DIM)).astype(np.float32)


def _ratio(
    vectors: NDArray[np.float32], values: Sequence[tuple[str, ...]], **options: object
) -> DistanceRatio:
    settings: dict[str, object] = {"permutations": 20, "repeats": 20, **options}
    return distance_ratio(vectors, values, model="m", facet="genre", **settings)  # type: ignore[arg-type]


def _by_hand(
    vectors: NDArray[np.float32],
    values: Sequence[tuple[str, ...]],
    works: Sequence[int] | None = None,
) -> tuple[float, float]:
    """Both ratios from a list of works, pair by pair; copies of one work are no pair."""
    unit = vectors.astype(np.float64)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    works = range(len(values)) if works is None else works
    memberships = [(work, copy, v) for copy, work in enumerate(works) for v in values[work]]
    within: list[float] = []
    between: list[float] = []
    for (one, _, left), (other, _, right) in permutations(memberships, 2):
        if one != other:
            (within if left == right else between).append(1 - unit[one] @ unit[other])
    each = []
    for value in {v for own in values for v in own}:
        inside = [work for work in works if value in values[work]]
        outside = [work for work in works if values[work] and value not in values[work]]
        own = [1 - unit[a] @ unit[b] for a, b in permutations(inside, 2) if a != b]
        apart = [1 - unit[a] @ unit[b] for a in inside for b in outside]
        if own and apart:
            each.append(np.mean(own) / np.mean(apart))
    return float(np.mean(within) / np.mean(between)), float(np.mean(each))


def test_of_works_with_one_value_each_it_is_the_mean_over_all_pairs() -> None:
    vectors = _vectors()
    values = [(f"g{n % 5}",) for n in range(WORKS - 1)] + [("alone",)]
    told = _ratio(vectors, values)
    pairs, classes = _by_hand(vectors, values)
    assert told.pairs.value == pytest.approx(pairs, rel=1e-9)
    assert told.classes.value == pytest.approx(classes, rel=1e-9)
    assert (told.works, told.unknown, told.singletons) == (WORKS, 0, 1)
    alone = next(own for own in told.by_class if own.value == "alone")
    assert alone.within is None
    assert alone.ratio is None
    assert alone.between is not None


def test_works_of_several_values_count_once_with_each() -> None:
    vectors = _vectors(1)
    generator = np.random.default_rng(2)
    values = [
        tuple(f"g{n}" for n in generator.choice(5, size=generator.integers(4), replace=False))
        for _ in range(WORKS)
    ]
    told = _ratio(vectors, values)
    pairs, classes = _by_hand(vectors, values)
    assert told.pairs.value == pytest.approx(pairs, rel=1e-9)
    assert told.classes.value == pytest.approx(classes, rel=1e-9)
    assert told.unknown == sum(not own for own in values) > 0


def test_a_value_said_twice_of_a_work_counts_once() -> None:
    vectors, values = _vectors(), [(f"g{n % 3}",) for n in range(WORKS)]
    twice = [own * 2 for own in values]
    assert _ratio(vectors, twice) == _ratio(vectors, values)


def test_a_draw_counts_a_work_as_often_as_it_was_drawn_but_no_work_with_itself() -> None:
    """One draw of the bootstrap, whose interval is then the number itself."""
    vectors, values = _vectors(3), [(f"g{n % 4}", "all")[: 1 + n % 2] for n in range(WORKS)]
    artists = [f"a{n // 7}" for n in range(WORKS)]
    told = _ratio(vectors, values, groups=artists, repeats=1, seed=5)
    from topicart.model import derive_seed

    weights = next(redrawn(WORKS, artists, 1, seed=derive_seed(5, "bootstrap genre")))
    drawn = [work for work, times in enumerate(weights) for _ in range(int(times))]
    pairs, classes = _by_hand(vectors, values, drawn)
    assert told.pairs.interval == pytest.approx((pairs, pairs), rel=1e-9)
    assert told.classes.interval == pytest.approx((classes, classes), rel=1e-9)


def test_what_lies_together_is_told_from_chance_and_what_does_not_is_not() -> None:
    values = [(f"g{n % 3}",) for n in range(WORKS)]
    by_lot = _ratio(_vectors(), values, permutations=99)
    assert by_lot.p is not None
    assert by_lot.p > 0.05
    assert by_lot.pairs.value == pytest.approx(1, abs=0.05)
    together = _vectors() * 0.3
    together[np.arange(WORKS), np.arange(WORKS) % 3] += 2
    told = _ratio(together, values, permutations=99)
    assert told.p == 1 / 100
    assert told.pairs.value is not None
    assert told.pairs.value < 0.3
    assert told.pairs.chance == pytest.approx(1, abs=0.05)
    assert told.permuted is not None
    assert told.permuted[0] < 1 < told.permuted[1]
    assert told.pairs.interval is not None
    assert told.pairs.interval[0] <= told.pairs.value <= told.pairs.interval[1]


def test_values_told_one_by_one_are_those_of_most_works() -> None:
    values = [(f"g{n // 2 if n < 40 else 20 + n}",) for n in range(120)]
    told = _ratio(_vectors(works=120), values, permutations=0, repeats=0)
    assert len(told.by_class) == MOST_CLASSES
    counts = [own.works for own in told.by_class]
    assert counts == sorted(counts, reverse=True)


@pytest.mark.parametrize("values", [[()] * 4, [("one",)] * 4, [("a",), ("b",), ("c",), ()]])
def test_without_a_pair_there_is_no_number(values: list[tuple[str, ...]]) -> None:
    told = _ratio(_vectors(works=4), values)
    assert (told.pairs.value, told.classes.value, told.p) == (None, None, None)
    assert told.pairs.interval is None


def test_works_in_one_place_have_no_ratio() -> None:
    told = _ratio(np.ones((9, DIM), np.float32), [(f"g{n % 3}",) for n in range(9)])
    assert told.pairs.value is None
    assert told.classes.value is None


def test_a_vector_without_a_direction_is_far_from_all() -> None:
    vectors = np.eye(4, dtype=np.float32)
    vectors[0] = 0
    told = _ratio(vectors, [("a",), ("a",), ("b",), ("b",)])
    assert told.pairs.value == pytest.approx(1)


def test_the_same_seed_gives_the_same_numbers_and_published_ones_stand_beside() -> None:
    vectors, values = _vectors(), [(f"g{n % 3}",) for n in range(WORKS)]
    one = _ratio(vectors, values, seed=3, published=PUBLISHED_RATIOS["genre"])
    assert one == _ratio(vectors, values, seed=3, published=PUBLISHED_RATIOS["genre"])
    assert one.pairs.interval != _ratio(vectors, values, seed=4).pairs.interval
    assert (one.published_as, one.published) == ("Type", 0.78)


def test_as_many_values_as_vectors_are_needed() -> None:
    with pytest.raises(ValueError, match="5 vectors need as many values and groups"):
        _ratio(_vectors(works=5), [("a",)] * 4)


def test_weighted_medians_are_those_of_the_values_written_out() -> None:
    generator = np.random.default_rng(0)
    for _ in range(100):
        values = np.sort(generator.integers(6, size=7)).astype(np.float64)
        weights = generator.integers(3, size=7).astype(np.float64)
        if weights.sum():
            written = np.repeat(values, weights.astype(int))
            assert float(weighted_medians(values, weights)) == np.median(written)
    both = weighted_medians(np.array([1.0, 2, 3]), np.array([[1.0, 1, 1], [0, 0, 0]]))
    assert both[0] == 2
    assert np.isnan(both[1])


def test_groups_are_redrawn_whole_and_of_two_nothing_is_said() -> None:
    groups = ["a", "a", "b", "c", "c", "c"]
    draws = np.array(list(redrawn(6, groups, 200, seed=1)))
    assert (draws[:, 0] == draws[:, 1]).all()
    assert (draws[:, [0, 2, 3]].sum(axis=1) == 3).all()
    assert not list(redrawn(3, ["a", "a", "b"], 5, seed=0))
    with pytest.raises(ValueError, match="6 works need as many groups; got 2"):
        next(redrawn(6, ["a", "b"], 1, seed=0))


def test_an_interval_needs_nearly_all_draws() -> None:
    assert interval_of(np.arange(101.0)) == pytest.approx((2.5, 97.5))
    assert interval_of([1.0, np.nan]) is None
    assert interval_of([]) is None
