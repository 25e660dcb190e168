"""What is done to a picture to take its form or its surface away.

Form is what is where: outlines, places, light and dark in the large. Surface is what a small
piece shows: colours, brushwork, texture. Each treatment leaves one of them and spoils the other,
as far as code can: shuffled patches keep the surface (Geirhos et al., ICLR 2019; Naseer et al.,
NeurIPS 2021), the others the form.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from PIL import Image, ImageFilter, ImageOps

from evaluation.studies.stylisations import stylise

if TYPE_CHECKING:
    from evaluation.studies.looking.pictures import Treatment

__all__ = ["TREATMENTS", "TREATMENTS_VERSION", "Keeps", "Treating"]

TREATMENTS_VERSION = 1
"""Counts up when a treatment gives other pixels; count it up with ``STYLES_VERSION``, too."""

Keeps = Literal["form", "surface"]

_HANDS = ("watercolour", "pointillist", "engraving", "painterly", "threads")
"""Stylisations that put strokes of their own where a work's were."""


class Treating(NamedTuple):
    """A treatment, what it leaves, and what it does in words."""

    treat: Treatment
    keeps: Keeps
    told: str


def _grey(picture: Image.Image, _: int) -> Image.Image:
    return picture.convert("L").convert("RGB")


def _blurred(part: float) -> Treatment:
    """Blur by a share of the shorter side, so that large and small files lose as much."""

    def blurred(picture: Image.Image, _: int) -> Image.Image:
        return picture.filter(ImageFilter.GaussianBlur(min(picture.size) * part))

    return blurred


def _recoloured(picture: Image.Image, seed: int) -> Image.Image:
    """Turn all colours on the wheel by a quarter to three quarters; brightness stays (BT.601)."""
    turn = 2 * np.pi * np.random.default_rng(seed).uniform(0.25, 0.75)
    turned = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    pixels = np.asarray(picture.convert("YCbCr"), dtype=np.float32)
    chroma = (pixels[..., 1:] - 128.0) @ turned.astype(np.float32) + 128.0
    levels = np.concatenate([pixels[..., :1], chroma], axis=2).round().clip(0, 255)
    return Image.fromarray(levels.astype(np.uint8), "YCbCr").convert("RGB")


def _outlined(picture: Image.Image, _: int) -> Image.Image:
    """Dark lines on white, where brightness changes in the large."""
    soft = ImageOps.autocontrast(picture.convert("L"), cutoff=1).filter(
        ImageFilter.GaussianBlur(min(picture.size) / 128)
    )
    down, across = np.gradient(np.asarray(soft, dtype=np.float32))
    strength = np.hypot(down, across)
    reach = max(float(np.quantile(strength, 0.97)), 1.0)
    levels = 255.0 * (1.0 - np.clip(strength / reach, 0.0, 1.0))
    return Image.fromarray(levels.astype(np.uint8)).convert("RGB")


def _repainted(picture: Image.Image, seed: int) -> Image.Image:
    """Repaint it by one of several hands, in colours turned on the wheel."""
    hand = _HANDS[int(np.random.default_rng(seed).integers(len(_HANDS)))]
    return stylise(_recoloured(picture, seed), hand, seed=seed)


def _shuffled(across_shorter: int) -> Treatment:
    """Cut the picture in square patches, so many along its shorter side, and lay them anew."""

    def shuffled(picture: Image.Image, seed: int) -> Image.Image:
        side = max(1, round(min(picture.size) / across_shorter))
        columns, rows = (max(1, round(length / side)) for length in picture.size)
        whole = np.asarray(picture.resize((columns * side, rows * side), Image.Resampling.BICUBIC))
        patches = whole.reshape(rows, side, columns, side, 3).swapaxes(1, 2)
        patches = patches.reshape(rows * columns, side, side, 3)
        # One cycle through all places (Sattolo 1986): no patch stays where it was.
        order = np.random.default_rng(seed).permutation(len(patches))
        laid = np.empty_like(patches)
        laid[order] = patches[np.roll(order, 1)]
        laid = laid.reshape(rows, columns, side, side, 3).swapaxes(1, 2)
        return Image.fromarray(np.ascontiguousarray(laid).reshape(whole.shape)).resize(
            picture.size, Image.Resampling.BICUBIC
        )

    return shuffled


TREATMENTS: Mapping[str, Treating] = MappingProxyType(
    {
        "grey": Treating(_grey, "form", "without its colours"),
        "colours turned": Treating(
            _recoloured, "form", "every colour turned on the wheel, as light or dark as before"
        ),
        "blur": Treating(_blurred(1 / 100), "form", "slightly blurred: brushwork gone"),
        "strong blur": Treating(
            _blurred(1 / 24), "form", "strongly blurred: only large shapes and their colours"
        ),
        "repainted": Treating(
            _repainted,
            "form",
            "repainted by code in other colours and strokes: washes, dots, hatching, broad "
            "strokes or threads",
        ),
        "outlines": Treating(_outlined, "form", "its outlines alone, dark on white"),
        "patches 4 x 4": Treating(
            _shuffled(4), "surface", "cut in large squares, four along the shorter side, shuffled"
        ),
        "patches 8 x 8": Treating(
            _shuffled(8), "surface", "cut in squares, eight along the shorter side, shuffled"
        ),
        "patches 16 x 16": Treating(
            _shuffled(16),
            "surface",
            "cut in small squares, sixteen along the shorter side, shuffled",
        ),
    }
)
"""Treatments by name, in the order in which tables have them."""
