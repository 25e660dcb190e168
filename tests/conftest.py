"""What tests of every folder start from: real data where it is present, a tiny collection."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

TINY = [
    # id, title, artist, date, style, genre, tags
    ("bell_harbour-1871", "The Harbour", "Bell Ada", "1871", "Realism", "marina", "sea, ships"),
    ("bell_storm-1873", "Storm", "Bell Ada", "c.1873", "Realism", "marina", "ships, sea"),
    ("bell_the-pier", "The Pier", "Bell Ada", "", "Impressionism", "marina", "sea"),
    ("corr_apples-1902", "Apples", "CORR, Pia da", "1902", "Fauvism", "still life", "fruit"),
    ("corr_pears-1903", "Pears", "CORR, Pia da", "1903", "Fauvism, Cubism", "still life", "fruit"),
    ("corr_guitar", "Guitar", "CORR, Pia da", "1911-12", "Cubism", "still life", "music, fruit"),
    ("dahl_valley-1820", "Valley", "Dahl Ole", "1820", "Romanticism", "landscape", "mountains"),
    ("dahl_peak", "The Peak", "Dahl Ole", "19th century", "Romanticism", "landscape", "mountains"),
    ("dahl_lake-1825", "Lake", "Dahl Ole", "1825", "Romanticism", "landscape", "mountains, sea"),
    ("eke_woman", "Woman, Seated", "Eke Ngozi", "1930", "Expressionism", "portrait", "women"),
    ("eke_man-1931", "Man", "Eke Ngozi", "1931", "Expressionism", "portrait", "men"),
    ("eke_two", "Two", "Eke Ngozi", "1932", "Expressionism", "portrait", "women, men"),
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Return a Chromium without a window, the only one of the process: Playwright starts once."""
    names = ("chromium", "chromium-browser", "google-chrome")
    program = next((path for path in map(shutil.which, names) if path), None)
    if program is None:
        pytest.skip("no Chromium: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def shared_data() -> Path:
    """The folder of real data beside the repository."""
    folder = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"there is no real data at {folder}")
    return folder


@pytest.fixture
def tiny_collection_folder(tmp_path: Path) -> Path:
    """Twelve works by four artists: ``images/*.jpg``, 64 x 48, and ``metadata.csv``."""
    from PIL import Image, ImageDraw

    folder = tmp_path / "tiny"
    (folder / "images").mkdir(parents=True)
    with (folder / "metadata.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["image", "title", "artist", "date", "style", "genre", "tags", "medium"])
        for number, (work_id, *facts) in enumerate(TINY):
            table.writerow([f"{work_id}.jpg", *facts, "oil on canvas"])
            hue = 30 * number
            picture = Image.new("HSV", (64, 48), (hue * 255 // 360, 120 + 10 * number, 200))
            box = (8 + number, 8, 40 + number, 40)
            ImageDraw.Draw(picture).ellipse(box, fill=((hue + 128) % 256, 200, 90))
            picture.convert("RGB").save(folder / "images" / f"{work_id}.jpg", quality=90)
    return folder


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with a very small open_clip model of random weights."""
    import open_clip
    import torch
    from safetensors.torch import save_file

    folder = tmp_path_factory.mktemp("tiny-model")
    towers = {
        "embed_dim": 64,
        "vision_cfg": {
            "image_size": 64, "layers": 2, "width": 64, "head_width": 32, "patch_size": 16,
        },
        "text_cfg": {
            "context_length": 32, "vocab_size": 49408, "width": 64, "heads": 2, "layers": 2,
        },
    }  # fmt: skip
    (folder / "open_clip_config.json").write_text(
        json.dumps({"model_cfg": towers, "preprocess_cfg": {}}), encoding="utf-8"
    )
    torch.manual_seed(0)
    save_file(open_clip.model.CLIP(**towers).state_dict(), folder / "open_clip_model.safetensors")
    return folder


@pytest.fixture(scope="session")
def paintings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder of 60 small pictures of three kinds, with their facts in a table."""
    import numpy as np
    from PIL import Image

    folder = tmp_path_factory.mktemp("paintings")
    (folder / "images").mkdir()
    generator = np.random.default_rng(0)
    rows = ["image,title,artist,date,genre"]
    for number in range(60):
        kind = number % 3
        pixels = generator.integers(0, 60, size=(48, 64, 3))
        pixels[:, :, kind] += 180
        if kind == 1:
            pixels[::4] //= 4
        Image.fromarray(pixels.astype(np.uint8)).save(folder / "images" / f"p{number:02}.png")
        genre = ("portrait", "landscape", "still life")[kind]
        rows.append(
            f"p{number:02}.png,Picture {number},Painter {number % 5},{1850 + number},{genre}"
        )
    (folder / "metadata.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder
