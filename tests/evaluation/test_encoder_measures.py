"""Retrieval, zero-shot classes and intervals, each against brute force, a formula or scipy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import bootstrap, rankdata

from evaluation import (
    bootstrap_interval,
    class_vectors,
    median_rank,
    paired_difference,
    ranks,
    recall_at,
    retrieval,
    zero_shot_hits,
)


def _unit(*shape: int, seed: int = 0) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).normal(size=shape).astype(np.float32)
    unit: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return unit


def test_ranks_are_those_of_sorting_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    queries, gallery = _unit(37, 8), _unit(53, 8, seed=1)
    own = np.random.default_rng(2).integers(53, size=37)
    expected = [rankdata(-(gallery @ query))[row] for query, row in zip(queries, own, strict=True)]
    np.testing.assert_array_equal(ranks(queries, gallery, own), expected)
    monkeypatch.setattr(retrieval, "_BLOCK_CELLS", 5 * 53)
    np.testing.assert_array_equal(ranks(queries, gallery, own), expected)


def test_equal_captions_share_the_places_between_them() -> None:
    captions = np.eye(4, dtype=np.float32)[[0, 0, 0, 1]]
    pictures = np.eye(4, dtype=np.float32)[[0, 1, 2, 3]]
    assert ranks(pictures, captions).tolist() == [2.0, 3.0, 2.5, 2.5]


def test_an_encoder_that_tells_nothing_apart_ranks_in_the_middle() -> None:
    same = np.tile(_unit(1, 16), (101, 1))
    assert median_rank(ranks(same, same)) == 51
    assert recall_at(ranks(same, same), 10) == 0


def test_recall_counts_the_best_k() -> None:
    found = np.array([1.0, 2.0, 10.0, 10.5, 90.0])
    assert [recall_at(found, k) for k in (1, 5, 10)] == [0.2, 0.4, 0.6]
    assert median_rank(found) == 10


def test_an_own_item_outside_the_gallery_is_refused() -> None:
    with pytest.raises(ValueError, match="3 queries need 3 rows of a gallery of 2; got 3 from 0"):
        ranks(_unit(3, 4), _unit(2, 4))


def test_a_class_is_the_mean_direction_of_its_phrasings() -> None:
    texts = {"a": [1, 0], "b": [0, 1], "c": [0.6, 0.8]}

    def encode(asked: Sequence[str]) -> NDArray[np.float32]:
        return np.array([texts[text] for text in asked], dtype=np.float32)

    vectors = class_vectors([["a", "b"], ["c"]], encode)
    np.testing.assert_allclose(vectors, [[0.5**0.5, 0.5**0.5], [0.6, 0.8]], atol=1e-6)


def test_any_of_a_works_classes_is_right() -> None:
    images = np.array([[1, 0], [0, 1], [0.8, 0.6], [0.8, 0.6], [1, 0]], dtype=np.float32)
    values = [{"portrait"}, {"portrait"}, {"marina", "portrait"}, {"marina"}, set[str]()]
    names, vectors = ["portrait", "marina"], np.eye(2, dtype=np.float32)
    hits = zero_shot_hits(images, values, names, vectors)
    assert hits.tolist() == [True, False, True, False, False]
    assert zero_shot_hits(images, values, names, vectors, top=2).tolist() == [True] * 4 + [False]


def test_an_interval_of_a_mean_is_scipys() -> None:
    values = np.random.default_rng(0).exponential(size=200)
    ours = bootstrap_interval(values, np.mean, repeats=4000)
    theirs = bootstrap((values,), np.mean, n_resamples=4000, method="percentile", rng=1)
    expected = tuple(theirs.confidence_interval)
    np.testing.assert_allclose(ours, expected, atol=0.02)


def test_pairs_give_a_narrower_interval_than_their_difference_apart() -> None:
    generator = np.random.default_rng(0)
    before = generator.normal(size=300)
    after = before + 0.1 + 0.01 * generator.normal(size=300)
    found = paired_difference(before, after)
    assert found.lift == pytest.approx(np.mean(after) - np.mean(before))
    # Standard error of the mean difference, times 1.96 on both sides.
    width = 2 * 1.96 * np.std(after - before) / 300**0.5
    assert found.interval is not None
    low, high = found.interval
    assert high - low == pytest.approx(width, rel=0.1)
    assert 0.09 < low < found.lift < high < 0.11


def test_works_of_an_artist_are_drawn_together() -> None:
    by_artist = np.random.default_rng(0).normal(size=20)
    values, groups = np.repeat(by_artist, 30), [f"artist {n // 30:02}" for n in range(600)]
    order = np.random.default_rng(1).permutation(600)
    over_works = bootstrap_interval(values, np.mean)
    over_artists = bootstrap_interval(values[order], np.mean, groups=[groups[i] for i in order])
    assert over_works is not None
    assert over_artists is not None
    # All of an artist's works are equal, so there are 20 values, and not 600.
    expected = bootstrap_interval(by_artist, np.mean)
    np.testing.assert_allclose(over_artists, expected, atol=1e-9)
    ratio = (over_artists[1] - over_artists[0]) / (over_works[1] - over_works[0])
    assert ratio == pytest.approx(30**0.5, rel=0.1)


def test_of_two_works_or_two_artists_nothing_is_said() -> None:
    assert bootstrap_interval(np.arange(2.0), np.mean) is None
    assert bootstrap_interval(np.arange(9.0), np.mean, groups=list("aabbaabba")) is None
    assert paired_difference(np.zeros(2), np.ones(2)).interval is None


def test_what_does_not_belong_together_is_refused() -> None:
    with pytest.raises(ValueError, match="9 works need as many groups; got 2"):
        bootstrap_interval(np.arange(9.0), np.mean, groups=["a", "b"])
    with pytest.raises(ValueError, match=r"shape \(3,\) before, \(2,\) after"):
        paired_difference(np.zeros(3), np.zeros(2))
