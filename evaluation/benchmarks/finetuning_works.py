"""Works for ``finetuning_speed``: made-up facts, and pictures that many works share."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np

from knowledge_graph import Artwork, Collection
from prompts import Captioner, load_caption_templates

__all__ = ["captioner_of_one_length", "make_works", "paint"]

_SEED = 0

_TEMPLATE = """
[[template]]
name = "one length"
text = "{title}, a {genre} painting of {subject} in the style of {style} by {artist}, {medium}"
"""
_TITLE = "the old {} near a {}"
_NOUNS = (
    "bridge", "garden", "river", "house", "tree", "mountain", "horse", "church", "tower", "village",
    "ship", "forest", "lake", "street", "castle", "farm", "boat", "hill", "mill", "island",
    "flower", "field", "light", "moon", "storm", "winter", "summer", "woman", "child", "king",
)  # fmt: skip
_STYLES = ("baroque", "modern", "gothic", "abstract", "classic", "pop")
_GENRES = ("landscape", "portrait", "city", "nature", "animal", "religious")


def paint(root: Path, count: int, width: int, height: int) -> list[str]:
    """Paint pictures: clouds of colour with grain, which JPEG finds about as hard as a painting.

    Parameters
    ----------
    root : Path
        A folder.
    count : int
        How many.
    width, height : int
        In pixels.

    Returns
    -------
    list of str
        Names of the files.
    """
    from PIL import Image

    chance = np.random.default_rng(_SEED)
    names = [f"{number:03}.jpg" for number in range(count)]
    for name in names:
        clouds = Image.fromarray(chance.integers(0, 256, (12, 16, 3), dtype=np.uint8))
        smooth = np.asarray(clouds.resize((width, height), Image.Resampling.BICUBIC), np.float32)
        grain = chance.normal(0, 8, (height, width, 1))
        pixels = (smooth + grain).clip(0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(root / name, quality=90)
    return names


def make_works(count: int, root: Path, pictures: list[str]) -> Collection:
    """Make works, each with a title and a fact of each kind.

    Parameters
    ----------
    count : int
        How many.
    root : Path
        The pictures' folder.
    pictures : list of str
        Files there, one a work, in turn.

    Returns
    -------
    Collection
        The works.
    """
    chance = random.Random(_SEED)

    works = (_work(number, pictures[number % len(pictures)], chance) for number in range(count))
    return Collection.from_artworks(works, root)


def captioner_of_one_length(folder: Path) -> Captioner:
    """Give a captioner whose captions have equally many words, about as many as real ones.

    Parameters
    ----------
    folder : Path
        Where its template can be written.

    Returns
    -------
    Captioner
        Says all that :func:`make_works` knows.
    """
    path = folder / "one-length.toml"
    path.write_text(_TEMPLATE, encoding="utf-8")
    return Captioner(load_caption_templates(path), facet_dropout=0.0)


def _work(number: int, picture: str, chance: random.Random) -> Artwork:
    """Make a work."""
    facets = {
        "artist": (f"{chance.choice(_NOUNS)} {chance.choice(_NOUNS)}",),
        "style": (chance.choice(_STYLES),),
        "genre": (chance.choice(_GENRES),),
        "subject": (chance.choice(_NOUNS),),
        "medium": ("oil on canvas",),
    }
    title = _TITLE.format(*chance.sample(_NOUNS, 2))
    return Artwork(id=f"work-{number:07}", title=title, images=(picture,), facets=facets)
