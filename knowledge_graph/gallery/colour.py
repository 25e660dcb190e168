"""Colours: hexadecimal names, mixing, and grading a picture towards an artist's palette."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Colour = NDArray[np.floating[Any]]


# Luma weights of ITU-R BT.601, near enough to how light a painted colour looks.
LUMA = np.array([0.299, 0.587, 0.114], np.float32)


def rgb(name: str) -> Colour:
    """``"#c04020"`` as three floats in 0..1."""
    digits = name.lstrip("#")
    return np.array([int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)], np.float32)


def mix(first: ArrayLike, second: ArrayLike, share: ArrayLike) -> Colour:
    """Mix two colours, or pictures; ``share`` is the share of the second, 0..1."""
    a, b = np.asarray(first, np.float32), np.asarray(second, np.float32)
    return a + (b - a) * np.asarray(share, np.float32)


def luma(picture: ArrayLike) -> NDArray[np.float32]:
    """Lightness 0..1 of each colour, shape (..., 3) -> (...)."""
    p = np.asarray(picture, np.float32)
    return np.asarray(p[..., 0] * LUMA[0] + p[..., 1] * LUMA[1] + p[..., 2] * LUMA[2])


def saturate(picture: ArrayLike, amount: float) -> Colour:
    """Scale the distance of each colour from its grey by ``amount``."""
    p = np.asarray(picture, np.float32)
    grey = luma(p)[..., None]
    return grey + (p - grey) * np.float32(amount)


def vary(colour: ArrayLike, rng: np.random.Generator, amount: float = 0.05) -> Colour:
    """A neighbour of a colour: lightness and hue wander by about ``amount``."""
    c = np.asarray(colour, np.float32)
    moved = c + np.float32(rng.normal(0, amount)) + rng.normal(0, amount / 2, 3).astype(np.float32)
    return np.asarray(np.clip(moved, 0, 1), np.float32)


def grade(picture: Colour, palette: Sequence[Colour], strength: float) -> Colour:
    """Pull the hues of a picture towards the pigments an artist uses.

    Each pixel is drawn to a soft average of the pigments, weighted by how near their
    chroma is; lightness stays, so that light and form survive.

    Parameters
    ----------
    picture : ndarray, shape (height, width, 3)
    palette : sequence of colours
        The pigments. Their tints and shades are understood.
    strength : float
        0 leaves the picture alone, 1 paints with nothing but the pigments.

    Returns
    -------
    ndarray, shape (height, width, 3)
    """
    light = luma(picture)
    chroma = picture - light[..., None]
    pigments = np.stack(list(palette))
    tints = pigments - luma(pigments)[:, None]
    weights = np.zeros_like(light)
    drawn = np.zeros_like(picture)
    for tint, value in zip(tints, luma(pigments), strict=True):
        away = chroma - tint
        near = away[..., 0] ** 2 + away[..., 1] ** 2 + away[..., 2] ** 2
        w = np.exp(np.float32(-42.0) * near - np.float32(2.4) * (light - value) ** 2)
        weights += w
        drawn += w[..., None] * tint
    drawn /= np.maximum(weights, 1e-9)[..., None]
    return light[..., None] + chroma + (drawn - chroma) * np.float32(strength)


def tone_split(picture: Colour, shadow: Colour, light: Colour, strength: float) -> Colour:
    """Tint the darks towards ``shadow`` and the lights towards ``light``."""
    value = np.clip(luma(picture), 0, 1)[..., None]
    cast = (shadow - luma(shadow)) * (1 - value) + (light - luma(light)) * value
    return picture + cast * np.float32(strength)
