"""Encoders judged on held-out works: classes, ranks, and what a training gained."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from knowledge_graph import Artwork
from training.judge import PRIMARY, compare, judge

KINDS = ("portrait", "marina", "still life")


class Words:
    """An encoder of texts that knows three words, one a dimension."""

    def encode_texts(self, texts: Sequence[str], /) -> NDArray[np.float32]:
        vectors = np.full((len(texts), 16), 0.01, np.float32)
        for row, text in enumerate(texts):
            for number, kind in enumerate(KINDS):
                vectors[row, number] += kind in text
        return _unit(vectors)


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    unit: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def _works(n: int) -> list[Artwork]:
    return [
        Artwork(f"w{i:03}", facets={"genre": (KINDS[i % 3],), "artist": (f"Painter {i % 7}",)})
        for i in range(n)
    ]


def _pictures(n: int, skill: float, seed: int = 0) -> NDArray[np.float32]:
    """Noise, and ``skill`` of the direction of each work's genre."""
    vectors = np.random.default_rng(seed).normal(size=(n, 16)).astype(np.float32)
    vectors[np.arange(n), np.arange(n) % 3] += skill
    return _unit(vectors)


def _captions(n: int) -> NDArray[np.float32]:
    return _unit(np.random.default_rng(9).normal(size=(n, 16)).astype(np.float32))


def test_classes_are_frequent_values_and_any_of_a_works_own_is_right() -> None:
    works = [*_works(90), Artwork("x", facets={"genre": ("Marina (seascape)", "rare")})]
    images = np.concatenate([_pictures(90, 100.0), _unit(np.eye(16, dtype=np.float32)[[1]])])
    found = judge(images, _captions(91), works, Words())
    assert set(found.zero_shot) == {"genre", "artist"}
    genre = found.zero_shot["genre"]
    # "Marina (seascape)" is "Marina" in a prompt, which is the class "marina".
    assert genre.names == ("marina", "portrait", "still life", "rare")
    assert genre.right.all()
    assert genre.chance == pytest.approx(92 / 91 / 4)
    assert genre.majority == pytest.approx(31 / 91)
    assert len(found.zero_shot["artist"].names) == 7
    assert found.zero_shot["artist"].rows.tolist() == list(range(90))


def test_classes_can_be_named() -> None:
    found = judge(_pictures(9, 9.0), _captions(9), _works(9), Words(), classes={"genre": KINDS[:2]})
    assert found.zero_shot["genre"].rows.tolist() == [0, 1, 3, 4, 6, 7]
    none = judge(_pictures(9, 9.0), _captions(9), _works(9), Words(), classes={"style": ["Cubism"]})
    assert none.zero_shot == {}


def test_what_was_gained_has_an_interval_above_nought_and_nothing_gained_has_not() -> None:
    works, n = _works(300), 300
    captions = _captions(n)
    before = judge(_pictures(n, 0.0), captions, works, Words())
    after = judge(_unit(_pictures(n, 2.0) + 0.3 * captions), captions, works, Words())
    artists = [work.facets["artist"][0] for work in works]
    found = compare(before, after, groups=artists)
    assert json.loads(json.dumps(found)) == found
    assert (found["works"], found["groups"], found["primary"]) == (300, 7, PRIMARY)
    metrics = found["metrics"]
    assert next(iter(metrics)) == PRIMARY
    for name in (PRIMARY, "zero_shot_genre"):
        metric = metrics[name]
        assert metric["lift"] == pytest.approx(metric["after"] - metric["before"])
        for low, high in (metric["interval"], metric["group_interval"]):
            assert 0 < low < metric["lift"] < high
    genre = metrics["zero_shot_genre"]
    assert genre["title"] == "zero-shot genre, 3 classes"
    assert (genre["chance"], genre["majority"]) == (pytest.approx(1 / 3), pytest.approx(1 / 3))
    median = metrics["caption_to_picture_median_rank"]
    assert (median["better"], median["chance"]) == ("lower", 150.5)
    assert median["lift"] < 0

    same = compare(before, before)["metrics"][PRIMARY]
    assert (same["lift"], same["interval"], same["group_interval"]) == (0.0, [0.0, 0.0], None)
    apart = compare(before, after, groups=[work.id for work in works], repeats=9)
    assert apart["groups"] is None
    assert apart["metrics"][PRIMARY]["group_interval"] is None


def test_the_primary_metric_is_the_mean_of_both_ways_counted_by_hand() -> None:
    images, captions, n = _pictures(60, 0.0), _pictures(60, 0.0, seed=1), 60
    images = _unit(images + captions)
    scores = captions @ images.T
    there = np.mean([(scores[i] > scores[i, i]).sum() < 10 for i in range(n)])
    back = np.mean([(scores[:, i] > scores[i, i]).sum() < 10 for i in range(n)])
    judged = judge(images, captions, _works(n), Words())
    metrics = compare(judged, judged)["metrics"]
    assert metrics[PRIMARY]["before"] == pytest.approx((there + back) / 2)
    assert judged.mean_recall_at_10 == metrics[PRIMARY]["before"]
    assert metrics["caption_to_picture_recall_at_10"]["before"] == pytest.approx(there)
    assert metrics["picture_to_caption_recall_at_10"]["before"] == pytest.approx(back)
    assert metrics[PRIMARY]["chance"] == pytest.approx(1 / 6)


def test_what_was_judged_on_other_works_is_not_compared() -> None:
    one = judge(_pictures(9, 1.0), _captions(9), _works(9), Words())
    other = judge(_pictures(12, 1.0), _captions(12), _works(12), Words())
    with pytest.raises(ValueError, match="judged on the same works and classes"):
        compare(one, other)
    with pytest.raises(ValueError, match="Each of 9 works needs .* 9 pictures and 8 captions"):
        judge(_pictures(9, 1.0), _captions(8), _works(9), Words())
