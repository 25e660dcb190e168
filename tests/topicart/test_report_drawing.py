"""Mosaics fill their width, colours can be told apart, thumbnails are made once."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.topicart.report_runs import paint
from topicart.report.mosaic import arrange, shown_ratio
from topicart.report.palette import N_COLOURS, topic_tones
from topicart.report.thumbnails import Wanted, make_thumbnails

RATIOS = st.lists(st.floats(0.5, 2.4), max_size=70)


@given(ratios=RATIOS, lead=st.booleans())
def test_every_picture_has_one_place_in_order(ratios: list[float], lead: bool) -> None:
    found = arrange(ratios, lead=lead)
    places = [] if found.lead is None else [found.lead]
    for row in (*found.beside, *found.rows):
        assert row.items
        places.extend(row.items)
    assert places == list(range(len(ratios)))


@given(ratios=st.lists(st.floats(0.5, 2.4), min_size=4, max_size=40))
def test_lead_and_rows_beside_it_are_equally_high(ratios: list[float]) -> None:
    found = arrange(ratios)
    first, second = (sum(ratios[item] for item in row.items) for row in found.beside)
    beside = (1 - found.lead_share) * (1 / first + 1 / second)
    assert beside == pytest.approx(found.lead_share / ratios[0], abs=0.01)
    assert 0 < found.lead_share < 1


def test_rows_are_about_as_high_as_asked_and_alike() -> None:
    generator = np.random.default_rng(0)
    ratios = generator.uniform(0.6, 1.6, size=60).tolist()
    heights = [
        1200 / (sum(ratios[item] for item in row.items) + row.filler)
        for row in arrange(ratios, lead=False, row_height=150).rows
    ]
    assert 130 < min(heights) <= max(heights) < 175


def test_few_pictures_leave_space_instead_of_growing() -> None:
    (row,) = arrange([1.0]).rows
    assert row.filler > 1
    assert arrange([]).rows == ()


def test_extreme_pictures_are_shown_within_bounds() -> None:
    assert shown_ratio(12.0) == 2.4
    assert shown_ratio(0.05) == 0.5
    assert shown_ratio(1.3333) == 1.33


def test_colours_are_distinct_and_come_again_only_after_all_were_used() -> None:
    tones = topic_tones(N_COLOURS + 1)
    assert tones[N_COLOURS] == tones[0]
    for page in ("light", "dark"):
        colours = np.array(
            [
                [int(getattr(tone, page)[place : place + 2], 16) for place in (1, 3, 5)]
                for tone in tones[:N_COLOURS]
            ]
        )
        nearest = min(np.abs(a - b).sum() for a, b in itertools.combinations(colours, 2))
        assert nearest > 15


def test_first_colours_do_not_depend_on_how_many_there_are() -> None:
    assert topic_tones(5) == topic_tones(40)[:5]


def test_bars_stand_out_from_the_page() -> None:
    def luminance(colour: str) -> float:
        parts = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
        linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
        return float(linear @ [0.2126, 0.7152, 0.0722])

    for tone in topic_tones(N_COLOURS):
        assert (luminance("#fcfcfb") + 0.05) / (luminance(tone.light) + 0.05) > 1.9
        assert (luminance(tone.dark) + 0.05) / (luminance("#141413") + 0.05) > 3


def test_thumbnails_have_names_of_our_own_and_the_size_asked(tmp_path: Path) -> None:
    paint(tmp_path / "in" / "Großes Bild (1).png", width=300, height=100)
    wanted = {"<work>": Wanted(tmp_path / "in", "Großes Bild (1).png", 150)}
    (thumbnail,) = make_thumbnails(wanted, tmp_path / "out").values()
    assert (thumbnail.width, thumbnail.height) == (150, 50)
    assert thumbnail.file.removesuffix(".webp").replace("-", "").isalnum()
    with Image.open(tmp_path / "out" / thumbnail.file) as picture:
        assert (picture.format, picture.size) == ("WEBP", (150, 50))


def test_a_small_picture_is_not_enlarged(tmp_path: Path) -> None:
    paint(tmp_path / "a.png", width=40, height=30)
    (thumbnail,) = make_thumbnails({"a": Wanted(tmp_path, "a.png", 512)}, tmp_path / "out").values()
    assert (thumbnail.width, thumbnail.height) == (40, 30)


def test_thumbnails_are_made_once_and_again_when_the_picture_changes(tmp_path: Path) -> None:
    wanted = {name: Wanted(tmp_path, f"{name}.png", 32) for name in ("a", "b")}
    for name in wanted:
        paint(tmp_path / f"{name}.png")
    out = tmp_path / "out"
    first = make_thumbnails(wanted, out)
    made = {entry.name: entry.stat().st_mtime_ns for entry in out.iterdir()}
    assert make_thumbnails(wanted, out) == first
    assert {entry.name: entry.stat().st_mtime_ns for entry in out.iterdir()} == made

    paint(tmp_path / "a.png", width=64, height=64, hue=99)
    os.utime(tmp_path / "a.png", ns=(1, 1))
    again = make_thumbnails(wanted, out)
    assert again["b"] == first["b"]
    assert again["a"].file != first["a"].file
    assert {entry.name for entry in out.iterdir()} == {item.file for item in again.values()}


def test_thumbnails_outlive_the_pictures(tmp_path: Path) -> None:
    paint(tmp_path / "in" / "a.png")
    wanted = {"a": Wanted(tmp_path / "in", "a.png", 32)}
    first = make_thumbnails(wanted, tmp_path / "out")
    (tmp_path / "in" / "a.png").unlink()
    assert make_thumbnails(wanted, tmp_path / "out") == first


def test_a_damaged_thumbnail_is_made_anew(tmp_path: Path) -> None:
    paint(tmp_path / "a.png")
    wanted = {"a": Wanted(tmp_path, "a.png", 32)}
    first = make_thumbnails(wanted, tmp_path / "out")
    (tmp_path / "out" / first["a"].file).write_bytes(b"RIFF")
    assert make_thumbnails(wanted, tmp_path / "out") == first
    with Image.open(tmp_path / "out" / first["a"].file) as picture:
        picture.load()


def test_broken_missing_and_outside_pictures_have_no_thumbnail(tmp_path: Path) -> None:
    root = tmp_path / "in"
    paint(tmp_path / "secret.png")
    paint(root / "whole.png")
    (root / "cut.png").write_bytes((root / "whole.png").read_bytes()[:60])
    (root / "link.png").symlink_to(tmp_path / "secret.png")
    names = ("whole.png", "cut.png", "missing.png", "../secret.png", "link.png", "a\0b.png")
    counts: list[tuple[int, int]] = []
    found = make_thumbnails(
        {name: Wanted(root, name, 32) for name in names},
        tmp_path / "out",
        progress=lambda done, total: counts.append((done, total)),
    )
    assert set(found) == {"whole.png"}
    assert counts[-1] == (6, 6)
