"""A world whose topics are known: works in tight bundles of directions, each with its own facts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from knowledge_graph import Artwork, Collection
from topicart import Embeddings

THEMES = ("harbour", "still life", "portrait", "forest", "battle")
PER_THEME = 40
STRAYS = 15
DIM = 32


@dataclass(frozen=True)
class World:
    """The works, their vectors, the theme of each (-1: none), and the direction of each theme."""

    collection: Collection
    embeddings: Embeddings
    truth: np.ndarray
    directions: np.ndarray

    dim = DIM

    def encode_texts(self, texts: list[str], progress: object = None) -> np.ndarray:
        """Stand in for an encoder: a prompt points where the theme that it names lies."""
        generator = np.random.default_rng(7)
        vectors = generator.normal(size=(len(texts), DIM)) * 0.05
        for row, text in enumerate(texts):
            for theme, direction in zip(THEMES, self.directions, strict=True):
                if theme in text:
                    vectors[row] += direction
        return unit(vectors)


def unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="session")
def world() -> World:
    generator = np.random.default_rng(0)
    directions = unit(generator.normal(size=(len(THEMES), DIM)))
    truth = np.r_[np.repeat(np.arange(len(THEMES)), PER_THEME), np.full(STRAYS, -1)]
    near = directions[truth] + generator.normal(size=(len(truth), DIM)) * 0.06
    astray = generator.normal(size=(len(truth), DIM))
    vectors = unit(np.where((truth >= 0)[:, None], near, astray))
    works = [
        Artwork(
            id=f"work-{row:03}",
            title=f"Title {row}",
            year_from=1600 + 50 * max(theme, 0) + row % 40,
            facets={
                "genre": (THEMES[theme],) if theme >= 0 else ("sketch",),
                "artist": (f"Painter {row % 7}",),
                "subject": ("sky",) if row % 2 else (),
            },
        )
        for row, theme in enumerate(truth.tolist())
    ]
    collection = Collection.from_artworks(works, Path(), "a world")
    return World(collection, Embeddings(tuple(collection.ids), vectors), truth, directions)
