"""Smooth random fields: clouds, bristles, paper grain and stone are all made of these."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Field = NDArray[np.floating[Any]]


def enlarge(grid: Field, height: int, width: int) -> Field:
    """Bicubic enlargement of a small field to ``(height, width)``."""
    picture = Image.fromarray(np.ascontiguousarray(grid, dtype=np.float32))
    return np.asarray(picture.resize((width, height), Image.Resampling.BICUBIC), dtype=np.float32)


def fractal(
    rng: np.random.Generator,
    height: int,
    width: int,
    cells: float,
    *,
    octaves: int = 4,
    stretch: float = 1.0,
    gain: float = 0.5,
) -> Field:
    """Fractal value noise with mean about 0 and standard deviation 1.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the noise comes from.
    height, width : int
        Shape of the field in pixels.
    cells : float
        How many blobs of the coarsest octave fit into the height.
    octaves : int
        Layers of noise, each twice as fine as the one before.
    stretch : float
        Above 1 the blobs are that many times wider than high (clouds, waves); below 1
        they stand upright (folds, reeds).
    gain : float
        Strength of an octave relative to the one before.

    Returns
    -------
    ndarray of float32, shape (height, width)
    """
    total = np.zeros((height, width), np.float32)
    weight = 1.0
    for octave in range(octaves):
        rows = max(2, min(height, round(cells * 2**octave) + 1))
        across = cells * 2**octave * width / max(height, 1) / stretch
        columns = max(2, min(width, round(across) + 1))
        grid = rng.standard_normal((rows, columns)).astype(np.float32)
        total += weight * enlarge(grid, height, width)
        weight *= gain
    spread = float(total.std())
    return np.asarray((total - total.mean()) / (spread if spread > 1e-6 else 1.0), np.float32)


def ridge_line(rng: np.random.Generator, count: int, roughness: float = 0.55) -> Field:
    """One-dimensional fractal in about -1..1 with ``count`` samples: the outline of hills."""
    size, strength = 2, 1.0
    line = rng.uniform(-1, 1, 3)
    while size < count:
        between = (line[:-1] + line[1:]) / 2
        strength *= roughness
        between = between + rng.uniform(-1, 1, between.size) * strength
        merged = np.empty(line.size + between.size)
        merged[0::2], merged[1::2] = line, between
        line, size = merged, merged.size
    places = np.linspace(0, line.size - 1, count)
    out = np.interp(places, np.arange(line.size), line)
    return (out / max(1e-6, float(np.abs(out).max()))).astype(np.float32)


def smoothstep(low: float, high: float, value: Field) -> Field:
    """0 below ``low``, 1 above ``high``, smooth between (Hermite)."""
    t = np.clip((value - low) / (high - low), 0.0, 1.0)
    return np.asarray(t * t * (3.0 - 2.0 * t), np.float32)


def shifted(field: Field, down: int, right: int) -> Field:
    """A field moved by whole pixels; what comes in from outside repeats the border."""
    rows = np.clip(np.arange(field.shape[0]) - down, 0, field.shape[0] - 1)
    cols = np.clip(np.arange(field.shape[1]) - right, 0, field.shape[1] - 1)
    return np.asarray(field[rows][:, cols], np.float32)


def slopes(height: Field) -> tuple[Field, Field]:
    """Central differences along y and x, one-sided at the border."""
    gy, gx = np.empty_like(height), np.empty_like(height)
    gy[1:-1] = (height[2:] - height[:-2]) * np.float32(0.5)
    gy[0], gy[-1] = height[1] - height[0], height[-1] - height[-2]
    gx[:, 1:-1] = (height[:, 2:] - height[:, :-2]) * np.float32(0.5)
    gx[:, 0], gx[:, -1] = height[:, 1] - height[:, 0], height[:, -1] - height[:, -2]
    return gy, gx
