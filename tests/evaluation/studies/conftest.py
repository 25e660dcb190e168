"""A small gallery to study, and a floor that needs no file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from knowledge_graph import Artwork, Collection

GENRES = ("landscape", "still life", "mythological painting", "religious painting")
STYLES = ("Cubism", "Baroque")
THINGS = ("a red jug", "a green hill", "a blue river", "a grey horse")

Paint = Callable[..., Collection]


def painted(seed: int) -> Image.Image:
    """Paint blobs on a ground."""
    generator = np.random.default_rng(seed)
    rows, columns = np.indices((48, 64))
    levels = np.empty((48, 64, 3))
    levels[:] = generator.integers(40, 220, 3)
    for _ in range(5):
        row, column, reach = generator.random(3) * (48, 64, 14) + (0, 0, 4)
        levels[np.hypot(rows - row, columns - column) < reach] = generator.integers(0, 256, 3)
    return Image.fromarray(levels.astype(np.uint8))


@pytest.fixture(scope="session")
def paint(tmp_path_factory: pytest.TempPathFactory) -> Paint:
    """Give what paints a gallery: works by several artists, with genres, styles and texts."""

    def _paint(
        works: int = 60,
        *,
        artists: int = 12,
        genres: tuple[str, ...] = GENRES,
        rare: str = "",
        told: bool = True,
    ) -> Collection:
        root = tmp_path_factory.mktemp("small-gallery")
        made = []
        for at in range(works):
            painted(at).save(root / f"{at:02}.png")
            genre = rare if rare and at == works - 1 else genres[at % len(genres)]
            facets = {
                "artist": (f"Painter {at // 5 % artists}",),
                "genre": (genre,),
                "style": (STYLES[at // 2 % 2],),
                "subject": (THINGS[at % 3], THINGS[3]),
            }
            text = f"{THINGS[at % 3]} and {THINGS[at // 3 % 4]}, number {at}, a {genre}."
            made.append(
                Artwork(
                    f"w{at:02}",
                    title=f"Picture {at}" if told else "",
                    description=text if told else "",
                    facets=facets if told else {"artist": facets["artist"]},
                    images=(f"{at:02}.png",),
                )
            )
        return Collection.from_artworks(made, root, "small gallery")

    return _paint


@pytest.fixture(scope="session")
def gallery_of_60(paint: Paint) -> Collection:
    """Paint 60 works by twelve artists."""
    return paint()


@pytest.fixture
def floor(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Name a small model with weights drawn by lot."""
    import open_clip.factory

    towers = json.loads((tiny_model / "open_clip_config.json").read_text())["model_cfg"]
    monkeypatch.setitem(open_clip.factory._MODEL_CONFIGS, "tiny", towers)
    return "random-clip:tiny"
