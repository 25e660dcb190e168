"""Pictures and models of random weights that encoding is timed with."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from knowledge_graph import Artwork, Collection

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["SCANS", "WEB", "Sizes", "paint", "works_of", "write_model"]

_ASPECTS = (0.7, 1.0)
_QUALITY = (80, 95)


@dataclass(frozen=True)
class Sizes:
    """How long the longer sides of pictures are.

    Parameters
    ----------
    least, most
        In pixels; drawn evenly on a logarithmic scale.
    """

    least: int
    most: int


WEB = Sizes(256, 1024)
"""What collections on the web give."""
SCANS = Sizes(2000, 4000)
"""What museums' own files are."""


def paint(folder: Path, count: int, sizes: Sizes, seed: int = 0) -> list[str]:
    """Write JPEGs with something at every scale, of 80 to 95 % quality.

    Parameters
    ----------
    folder
        Where to; created.
    count
        How many.
    sizes
        Of their longer sides.
    seed
        Of all that is random.

    Returns
    -------
    list of str
        The files' names.
    """
    folder.mkdir(parents=True)
    generator = np.random.default_rng(seed)
    texture = _texture(sizes.most, generator)
    names = []
    for number in range(count):
        long = round(float(np.exp(generator.uniform(np.log(sizes.least), np.log(sizes.most)))))
        short = round(long * generator.uniform(*_ASPECTS))
        width, height = (long, short) if generator.random() < 0.5 else (short, long)
        left = int(generator.integers(0, sizes.most - width + 1))
        top = int(generator.integers(0, sizes.most - height + 1))
        picture = texture.crop((left, top, left + width, top + height))
        names.append(f"{number:06}.jpg")
        picture.save(folder / names[-1], quality=int(generator.integers(*_QUALITY)))
    return names


def _texture(side: int, generator: np.random.Generator) -> Image.Image:
    """Noise of all wavelengths, the longer the stronger, as in pictures of things."""
    from PIL import Image

    total: NDArray[np.float32] = np.full((side, side, 3), 128, dtype=np.float32)
    cells, strength = 4, 60.0
    while cells <= side // 2:
        noise = generator.normal(scale=strength, size=(cells, cells, 3)).clip(-127, 127) + 128
        layer = Image.fromarray(noise.astype(np.uint8))
        total += np.asarray(layer.resize((side, side), Image.Resampling.BICUBIC)) - np.float32(128)
        cells, strength = cells * 2, strength * 0.7
    return Image.fromarray(total.clip(0, 255).astype(np.uint8))


def works_of(folder: Path, files: list[str], works: int) -> Collection:
    """Make a collection of as many works as wished, which share the files in turn.

    Parameters
    ----------
    folder
        The pictures' folder.
    files
        Their names.
    works
        How many works.

    Returns
    -------
    Collection
        Works with one picture each.
    """
    return Collection.from_artworks(
        [Artwork(id=f"w{row:07}", images=(files[row % len(files)],)) for row in range(works)],
        root=folder,
    )


def write_model(architecture: str, folder: Path) -> Path:
    """Write one of open_clip's models with random weights: they take as long as taught ones.

    Parameters
    ----------
    architecture
        Its name, such as ``ViT-B-32``.
    folder
        Where to; created.

    Returns
    -------
    Path
        The folder, as :meth:`topicart.Encoder.load` takes it.
    """
    import open_clip
    import torch
    from safetensors.torch import save_file

    folder.mkdir(parents=True)
    config = {"model_cfg": open_clip.get_model_config(architecture), "preprocess_cfg": {}}
    (folder / "open_clip_config.json").write_text(json.dumps(config), encoding="utf-8")
    torch.manual_seed(0)
    model = open_clip.create_model(architecture, load_weights=False)
    weights = {name: tensor.contiguous() for name, tensor in model.state_dict().items()}
    save_file(weights, folder / "open_clip_model.safetensors")
    return folder
