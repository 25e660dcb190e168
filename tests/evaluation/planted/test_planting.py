"""Galleries planted with known themes: the truth is told, and noise does what it says."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import evaluation.planted.planting
from evaluation.planted.planting import PlantedError, plant
from knowledge_graph.gallery import PlannedWork


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Paint every picture in one stroke, and note which were painted."""
    ids: list[str] = []

    def stroke(work: PlannedWork, size: int) -> Image.Image:
        ids.append(work.id)
        shades = np.random.default_rng(work.seed).integers(0, 256, (size // 8, size // 8, 3))
        return Image.fromarray(shades.astype(np.uint8)).resize((size, size))

    monkeypatch.setattr(evaluation.planted.planting, "paint", stroke)
    monkeypatch.setattr(evaluation.planted.planting, "_WORTH_A_PROCESS", 10_000)
    return ids


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_planted_gallery_is_opened_with_the_theme_of_every_work(
    painted: list[str], tmp_path: Path
) -> None:
    found = plant(tmp_path / "a", works=40, themes=5, size=96)
    assert len(found.collection) == 40
    assert not found.collection.problems
    assert found.collection.ids == found.facts.ids == sorted(painted)
    counts = {theme: found.themes.count(theme) for theme in set(found.themes)}
    assert set(counts.values()) == {8}
    assert len(counts) == 5
    theme_of = {row["id"]: row["theme"] for row in rows(tmp_path / "a", "truth.csv")}
    assert [theme_of[work] for work in found.collection.ids] == list(found.themes)
    told = found.collection.facet("genre").count([])
    assert told > 0, "a catalogue has gaps"
    assert all(found.facts.facet("genre")), "what was planted has none"


def test_noise_exchanges_that_share_of_records_and_spoils_that_share_of_pictures(
    painted: list[str], tmp_path: Path
) -> None:
    pool = tmp_path / "pool"
    clean = plant(tmp_path / "clean", works=40, themes=5, size=96, paintings=pool)
    noisy = plant(tmp_path / "noisy", works=40, themes=5, size=96, noise=0.3, paintings=pool)
    assert len(painted) == 40, "the clean pictures are shared"
    assert noisy.themes == clean.themes
    truth = rows(tmp_path / "noisy", "truth.csv")
    assert sum(row["record"] != row["id"] for row in truth) == 12
    assert sum(row["picture"] == "spoilt" for row in truth) == 12
    title_of = {row["image"]: row["title"] for row in rows(tmp_path / "clean", "metadata.csv")}
    for row, own in zip(truth, rows(tmp_path / "noisy", "metadata.csv"), strict=True):
        assert own["title"] == title_of[f"images/{row['record']}.jpg"]
        picture = Path("images") / f"{row['id']}.jpg"
        same = (tmp_path / "noisy" / picture).read_bytes() == (
            pool.parent / "clean" / picture
        ).read_bytes()
        assert same == (row["picture"] == "clean")
    assert sorted(row["record"] for row in truth) == sorted(row["id"] for row in truth)


def test_what_less_noise_spoils_more_noise_spoils_too(painted: list[str], tmp_path: Path) -> None:
    touched = []
    for noise in (0.1, 0.4):
        folder = tmp_path / str(noise)
        plant(folder, works=40, themes=4, size=96, noise=noise, paintings=tmp_path / "pool")
        truth = rows(folder, "truth.csv")
        touched.append((
            {row["id"] for row in truth if row["record"] != row["id"]},
            {row["id"] for row in truth if row["picture"] == "spoilt"},
        ))  # fmt: skip
    assert touched[0][0] < touched[1][0]
    assert touched[0][1] < touched[1][1]


def test_fewer_themes_and_works_are_among_more(painted: list[str], tmp_path: Path) -> None:
    pool = tmp_path / "pool"
    few = plant(tmp_path / "few", works=20, themes=4, size=96, paintings=pool)
    more = plant(tmp_path / "more", works=60, themes=8, size=96, paintings=pool)
    assert set(few.themes) < set(more.themes)
    assert len(painted) < 80


def test_planting_that_was_cut_short_goes_on_and_ends_the_same(
    painted: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = tmp_path / "whole"
    plant(whole, works=20, themes=4, size=96, noise=0.2, seed=3)
    stroke = evaluation.planted.planting.paint

    def tired(work: PlannedWork, size: int) -> Any:
        if len(painted) == 27:
            raise KeyboardInterrupt
        return stroke(work, size)

    cut = tmp_path / "cut"
    monkeypatch.setattr(evaluation.planted.planting, "paint", tired)
    with pytest.raises(KeyboardInterrupt):
        plant(cut, works=20, themes=4, size=96, noise=0.2, seed=3)
    assert not (cut / "metadata.csv").exists()
    monkeypatch.setattr(evaluation.planted.planting, "paint", stroke)
    told: list[tuple[int, int]] = []
    plant(cut, works=20, themes=4, size=96, noise=0.2, seed=3, progress=lambda *at: told.append(at))
    assert len(painted) == 40
    assert told[0] == (8, 20)
    names = ["metadata.csv", "truth.csv", *(f"images/{id_}.jpg" for id_ in set(painted))]
    for name in names:
        assert (cut / name).read_bytes() == (whole / name).read_bytes(), name


@pytest.mark.parametrize(
    ("asked", "match"),
    [
        ({"themes": 1}, "themes is 1; expected 2 to 23"),
        ({"themes": 24}, "themes is 24; expected 2 to 23"),
        ({"works": 3, "themes": 5}, "works is 3, and there are 5 themes; .* Ask for more works"),
        ({"noise": 1.5}, "noise is 1.5; expected a share of the works from 0 to 1"),
        ({"seed": -1}, "seed is -1; expected a whole number from 0 up"),
        ({"size": 20}, "size is 20; expected at least 96 pixels"),
    ],
)
def test_what_cannot_be_planted_is_refused(
    asked: dict[str, Any], match: str, tmp_path: Path
) -> None:
    with pytest.raises(PlantedError, match=match):
        plant(tmp_path / "new", **asked)
    assert not (tmp_path / "new").exists()


def test_somebody_elses_folder_is_left_alone(painted: list[str], tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(PlantedError, match="not empty and holds no planted gallery. Name a new"):
        plant(tmp_path, works=10, themes=2, size=96)
    plant(tmp_path / "a", works=10, themes=2, size=96)
    with pytest.raises(PlantedError, match="holds another planted gallery .*Name another folder"):
        plant(tmp_path / "a", works=10, themes=2, size=96, noise=0.5)
