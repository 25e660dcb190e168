"""A small world: works in tight bundles of directions, each with words of its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

THEMES = {
    "harbour": "ship sea mast quay sailor rope anchor",
    "still life": "apple bowl jug lemon glass cloth knife",
    "portrait": "lady collar velvet gaze ruff lace profile",
    "forest": "oak leaf moss deer path fern clearing",
    "battle": "horse sword smoke banner cannon soldier wound",
}
EVERYWHERE = ("painting", "canvas", "dutch")
PER_THEME = 40
DIM = 32


@dataclass(frozen=True)
class Planted:
    vectors: np.ndarray
    texts: list[str]
    truth: np.ndarray


@pytest.fixture(scope="session")
def planted() -> Planted:
    generator = np.random.default_rng(0)
    directions = generator.normal(size=(len(THEMES), DIM))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    truth = generator.permutation(np.repeat(np.arange(len(THEMES)), PER_THEME))
    vectors = directions[truth] + generator.normal(size=(len(truth), DIM)) * 0.06
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    words = [own.split() for own in THEMES.values()]
    texts = [
        " ".join([*generator.choice(words[theme], 6), generator.choice(EVERYWHERE)])
        for theme in truth
    ]
    return Planted(vectors.astype(np.float32), texts, truth)
