"""What texts that have nothing to do with the pictures would bring about."""

from __future__ import annotations

import numpy as np
import pytest

from evaluation.studies.semantic_gap.unrelated import (
    ranks_for_strangers,
    turned_by_lot,
    unrelated_ratios,
)


def _unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def test_ranks_are_those_counted_one_by_one_with_equals_half() -> None:
    generator = np.random.default_rng(0)
    gallery = _unit(generator.normal(size=(40, 5)))
    gallery[7] = gallery[3]
    asked = _unit(generator.normal(size=(6, 5)))
    own = np.array([3, 7, 12, 0])
    scores = asked @ gallery.T
    expected = [
        [
            1
            + sum(scores[s, other] > scores[s, item] + 1e-6 for other in range(40))
            + sum(
                abs(scores[s, other] - scores[s, item]) <= 1e-6
                for other in range(40)
                if other != item
            )
            / 2
            for item in own
        ]
        for s in range(6)
    ]
    assert ranks_for_strangers(asked, gallery, own) == pytest.approx(np.array(expected))


def test_without_hubs_chance_is_one() -> None:
    generator = np.random.default_rng(1)
    pictures = _unit(generator.normal(size=(400, 16)))
    texts = _unit(generator.normal(size=(400, 16)))
    groups = ["additive", "narrative"] * 200
    ratio, interval = unrelated_ratios(
        texts, pictures, np.arange(400), groups, [str(row % 80) for row in range(400)], repeats=300
    )
    assert ratio == pytest.approx(1.0, abs=0.15)
    assert interval is not None
    assert interval[0] < 1 < interval[1]


def test_pictures_that_always_come_late_are_no_gap() -> None:
    """Narrative pictures lie away from all texts, whatever these say."""
    generator = np.random.default_rng(2)
    texts = _unit(generator.normal(size=(300, 8)) + 4 * np.eye(8)[0])
    pictures = generator.normal(size=(300, 8))
    pictures[::2] += 2 * np.eye(8)[0]
    groups = ["additive", "narrative"] * 150
    clusters = [str(row % 60) for row in range(300)]
    ratio, interval = unrelated_ratios(
        texts, _unit(pictures), np.arange(300), groups, clusters, repeats=300
    )
    assert ratio is not None
    assert interval is not None
    assert interval[0] > 1.5
    # The texts that are the pictures' own say no more than strangers do.
    own = ranks_for_strangers(texts, _unit(pictures), np.arange(300)).diagonal()
    assert interval[0] <= np.median(own[1::2]) / np.median(own[::2]) <= interval[1]


@pytest.mark.parametrize(
    ("groups", "clusters"),
    [
        (["additive"] * 4, ["a", "b", "c", "d"]),
        (["additive", "narrative"] * 2, ["a", "b", "a", "b"]),
    ],
)
def test_nothing_is_said_of_one_group_or_two_artists(
    groups: list[str], clusters: list[str]
) -> None:
    rows = _unit(np.random.default_rng(3).normal(size=(4, 3)))
    assert unrelated_ratios(rows, rows, np.arange(4), groups, clusters) == (None, None)


def test_other_weights_by_lot_are_lucky_by_themes() -> None:
    """Works of six themes: a turn sends whole themes to the right place, or to a wrong one."""
    generator = np.random.default_rng(4)
    theme = np.arange(240) % 6
    pictures = _unit(generator.normal(size=(6, 8))[theme] + generator.normal(size=(240, 8)) / 3)
    texts = _unit(generator.normal(size=(6, 8))[theme] + generator.normal(size=(240, 8)) / 3)
    groups = ["additive", "narrative"] * 120
    by_themes = turned_by_lot(texts, pictures, np.arange(240), groups, seed=1)
    scattered = generator.permutation(240)
    alone = turned_by_lot(texts[scattered], pictures, np.arange(240), groups, seed=1)
    assert by_themes is not None
    assert alone is not None
    assert by_themes.recall_at_10 is not None
    assert alone.recall_at_10 is not None
    for one in (by_themes, alone):
        assert one.recall_at_10 is not None
        assert one.recall_at_10[0] < 10 / 240 < one.recall_at_10[1]
    wide = by_themes.recall_at_10[1] - by_themes.recall_at_10[0]
    assert wide > 1.5 * (alone.recall_at_10[1] - alone.recall_at_10[0])
    again = turned_by_lot(texts, pictures, np.arange(240), groups, seed=1)
    assert again == by_themes
    assert by_themes.ratio is not None


def test_a_gallery_too_large_is_not_turned() -> None:
    many = np.zeros((20_001, 2), np.float32)
    assert turned_by_lot(many[:3], many, np.arange(3), ["additive"] * 3) is None


def test_what_a_model_knows_of_an_artist_is_no_chance() -> None:
    """It finds the artists of narrative works, and no others: texts of others tell it nothing."""
    generator = np.random.default_rng(5)
    artist = np.repeat(np.arange(60), 5)
    hands = generator.normal(size=(60, 16))
    pictures = _unit(hands[artist] + generator.normal(size=(300, 16)) / 10)
    known = np.where((artist % 2 == 0)[:, None], hands[artist], generator.normal(size=(300, 16)))
    groups = np.where(artist % 2 == 0, "narrative", "additive").tolist()
    ratio, interval = unrelated_ratios(
        _unit(known), pictures, np.arange(300), groups, [str(one) for one in artist], repeats=300
    )
    own = ranks_for_strangers(_unit(known), pictures, np.arange(300)).diagonal()
    assert np.median(own[artist % 2 == 0]) / np.median(own[artist % 2 == 1]) < 0.1
    assert ratio == pytest.approx(1, abs=0.3)
    assert interval is not None
    assert interval[0] > 0.5
