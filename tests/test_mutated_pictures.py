"""No picture ends a run or fills the memory: each of a thousand is read right or is named."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from knowledge_graph import open_collection
from tests.mutated_pictures import COUNT, Mutated, write_mutated
from tests.topicart.tiny_models import noise, write_clip_folder
from topicart.images import load_picture
from topicart.preprocess import Preprocess, load_pixels

pytestmark = pytest.mark.skipif(os.name == "nt", reason="folders hold no pipes and devices there")

MOST_MEMORY = 2_000_000_000


@pytest.fixture(scope="module")
def mutated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Mutated]]:
    folder = tmp_path_factory.mktemp("mutated")
    return folder, write_mutated(folder)


@pytest.fixture(scope="module")
def told(
    mutated: tuple[Path, list[Mutated]], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """What a child process that reads them all says of them."""
    out = tmp_path_factory.mktemp("out")
    model = write_clip_folder(tmp_path_factory.mktemp("model") / "tiny")
    command = [sys.executable, "-m", "tests.reading_mutated", mutated[0], model, out]
    done = subprocess.run(command, cwd=Path(__file__).parents[1], capture_output=True, timeout=300)
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-3000:]
    answer: dict[str, Any] = json.loads((out / "told.json").read_text(encoding="utf-8"))
    with np.load(out / "pictures.npz") as pictures:
        return answer | {"pictures": dict(pictures)}


def test_there_are_a_thousand(mutated: tuple[Path, list[Mutated]]) -> None:
    folder, written = mutated
    assert len({item.file for item in written}) == len(list(folder.iterdir())) == COUNT


def test_each_is_encoded_or_named(
    mutated: tuple[Path, list[Mutated]], told: dict[str, Any]
) -> None:
    encoded, named = set(told["encoded"]), set(told["problems"])
    assert encoded | named == {item.file for item in mutated[1]}
    assert not encoded & named
    assert told["finite"]
    assert all(reason and "\n" not in reason for reason in told["problems"].values())
    for item in mutated[1]:
        assert item.must == "either" or (item.must == "read") == (item.file in encoded), item.file
    # Most of what is damaged is found out; most of what is odd is read.
    assert Counter(item.must for item in mutated[1])["read"] > 80
    assert 300 < len(named) < 800


def test_each_is_encoded_from_its_copy_or_named_for_the_same_reason(told: dict[str, Any]) -> None:
    assert told["encoded from copies"] == [
        name for name in told["encoded"] if not name.startswith("large")
    ]
    assert told["problems of copies"] == {
        name: reason for name, reason in told["problems"].items() if not name.startswith("large")
    }


def test_what_is_read_is_right(mutated: tuple[Path, list[Mutated]], told: dict[str, Any]) -> None:
    compared = 0
    for item in mutated[1]:
        read = told["pictures"].get(item.file)
        if read is None or item.expected is None:
            continue
        compared += 1
        if item.expected.shape != (1, 1, 3):
            assert read.shape == item.expected.shape, item.file
        difference = np.abs(read.astype(int) - item.expected).mean()
        assert difference <= item.tolerance, (item.file, difference)
    assert compared > 90


def test_the_memory_and_the_time_are_bounded(told: dict[str, Any]) -> None:
    assert told["peak"] < MOST_MEMORY
    assert told["slowest"][1] < 60, told["slowest"]


def test_the_page_shows_what_was_encoded(told: dict[str, Any]) -> None:
    encoded = set(told["encoded"])
    assert set(told["thumbnails"]) == encoded
    assert set(told["miniatures"]) == {name for name in encoded if not name.startswith("large")}


def test_a_folder_of_them_is_a_collection(mutated: tuple[Path, list[Mutated]]) -> None:
    folder, written = mutated
    collection = open_collection(folder)
    works = {file for files in collection.arrow["images"].to_pylist() for file in files}
    named = {problem.file for problem in collection.problems}
    # A folder's pictures are known by their suffixes, and .ppm is none of them.
    pictures = {item.file for item in written if not item.file.endswith(".ppm")} - {"folder.jpg"}
    assert pictures <= works | named
    assert {"pipe.jpg", "device.jpg", "circle-a.jpg", "nowhere.jpg"} <= named


def scan(width: int, height: int) -> Image.Image:
    """A painting with brush strokes: large forms, and detail down to a few pixels."""
    fine = np.random.default_rng(5).normal(0, 24, (height // 3, width // 3, 1))
    strokes = Image.fromarray(np.clip(fine + 128, 0, 255).astype(np.uint8)[:, :, 0])
    grain = np.asarray(strokes.resize((width, height), Image.Resampling.BICUBIC), float)[:, :, None]
    forms = np.asarray(noise(width, height, seed=6), float)
    return Image.fromarray(np.clip(forms + grain - 128, 0, 255).astype(np.uint8))


@pytest.mark.parametrize(
    ("size", "options"),
    [
        ((2400, 1800), {}),
        ((2001, 3007), {}),
        ((3000, 2200), {"progressive": True}),
        ((2400, 1800), {"subsampling": 0}),
        ((5000, 700), {}),
    ],
    ids=["scan", "odd", "progressive", "full-colour", "frieze"],
)
@pytest.mark.parametrize("side", [224, 336])
def test_a_scan_that_is_decoded_smaller_is_right_and_sharp(
    tmp_path: Path, size: tuple[int, int], options: dict[str, Any], side: int
) -> None:
    file = tmp_path / "scan.jpg"
    scan(*size).save(file, quality=92, **options)
    drafted = load_picture(file, at_least=side)
    assert min(drafted.size) >= min(2 * side, *size)

    how = Preprocess((side, side), "shortest", "bicubic", 0, (0.5,) * 3, (0.5,) * 3)
    quick = load_pixels(file, how).astype(float)
    whole = load_pixels_of_whole(file, how).astype(float)

    # A level or two apart, not shifted, and with next to all of the finest detail.
    assert np.abs(quick - whole).mean() < 2
    shifted = np.abs(quick[:, 1:] - whole[:, :-1]).mean()
    assert np.abs(quick - whole).mean() < shifted / 3
    assert sharpness(quick) == pytest.approx(sharpness(whole), rel=0.08)


def load_pixels_of_whole(file: Path, how: Preprocess) -> np.ndarray[Any, Any]:
    """The same pixels without decoding smaller."""
    from topicart.preprocess import fitted

    return fitted(load_picture(file), how)


def sharpness(pixels: np.ndarray[Any, Any]) -> float:
    """How much neighbouring pixels differ."""
    return float(np.abs(np.diff(pixels, axis=0)).mean() + np.abs(np.diff(pixels, axis=1)).mean())
