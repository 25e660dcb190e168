"""Styles that code can give to a picture, the same on every machine and at every time.

They stand in for the neural style transfer of the paper: each changes colour, stroke or tone and
leaves the content where it is. None has learnt anything; they are ordinary filters of ordinary
image libraries, seeded where they are random.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["STYLES", "STYLES_VERSION", "stylise"]

STYLES_VERSION = 1
"""Counts up when a style gives other pixels."""

ORIGINAL = "original"


def stylise(picture: Image.Image, style: str, *, seed: int = 0) -> Image.Image:
    """Give a picture a style.

    Parameters
    ----------
    picture
        RGB.
    style
        One of ``STYLES``.
    seed
        Decides where dots and grain lie, in the styles that have them.

    Returns
    -------
    PIL.Image.Image
        RGB, of the same size.

    Raises
    ------
    ValueError
        If there is no such style.
    """
    if style not in STYLES:
        raise ValueError(f"There is no style {style!r}; styles are {', '.join(STYLES)}.")
    return STYLES[style](picture.convert("RGB"), np.random.default_rng(seed))


_Random = np.random.Generator
_Style = Callable[[Image.Image, _Random], Image.Image]


def _original(picture: Image.Image, _: _Random) -> Image.Image:
    return picture


def _charcoal(picture: Image.Image, _: _Random) -> Image.Image:
    """Black lines where brightness changes, on white (the gradient of Sobel's operator)."""
    grey = _greys(picture.filter(ImageFilter.GaussianBlur(1.2)))
    down, across = np.gradient(grey)
    strength = np.hypot(down, across)
    reach = max(float(np.quantile(strength, 0.97)), 1e-6)
    return _from_greys(1.0 - np.clip(strength / reach, 0.0, 1.0))


def _engraving(picture: Image.Image, _: _Random) -> Image.Image:
    """Slanting lines, thicker where it is darker."""
    grey = _greys(ImageOps.autocontrast(picture.convert("L"), cutoff=2))
    rows, columns = np.indices(grey.shape)
    first = 0.5 + 0.5 * np.sin((rows + columns) * (2 * np.pi / 6.0))
    second = 0.5 + 0.5 * np.sin((rows - columns) * (2 * np.pi / 6.0))
    ink = (first > grey * 1.35) | ((second > grey * 1.35 + 0.35) & (grey < 0.45))
    return _smoothed(1.0 - ink)


def _woodcut(picture: Image.Image, _: _Random) -> Image.Image:
    """Black and white alone, broad and rounded."""
    grey = picture.convert("L").filter(ImageFilter.MedianFilter(5))
    around = grey.filter(ImageFilter.GaussianBlur(max(picture.size) / 12))
    return _smoothed((_greys(grey) + 0.02 > 0.5 * _greys(around) + 0.22).astype(float))


def _halftone(picture: Image.Image, _: _Random) -> Image.Image:
    """Round dots on a slanting grid, larger where it is darker, as in a newspaper."""
    grey = _greys(picture)
    rows, columns = np.indices(grey.shape)
    turn, pitch = np.pi / 4, 2 * np.pi / 7.0
    along = np.cos((columns * np.cos(turn) + rows * np.sin(turn)) * pitch)
    across = np.cos((rows * np.cos(turn) - columns * np.sin(turn)) * pitch)
    return _smoothed((0.5 + 0.25 * (along + across) < grey).astype(float))


def _posterised(picture: Image.Image, _: _Random) -> Image.Image:
    """Three tones a channel, in flat patches."""
    return ImageOps.posterize(picture.filter(ImageFilter.MedianFilter(3)), 2)


def _mosaic(picture: Image.Image, _: _Random) -> Image.Image:
    """Square tiles of one colour with joints between."""
    side = max(max(picture.size) // 36, 4)
    small = picture.resize(
        (max(picture.width // side, 1), max(picture.height // side, 1)), Image.Resampling.BOX
    )
    tiled = np.asarray(small.resize(picture.size, Image.Resampling.NEAREST)).copy()
    rows, columns = np.indices(tiled.shape[:2])
    joint = (rows * small.height % picture.height < small.height) | (
        columns * small.width % picture.width < small.width
    )
    tiled[joint] = tiled[joint] // 3
    return Image.fromarray(tiled)


def _pointillist(picture: Image.Image, random: _Random) -> Image.Image:
    """Dots of pure colour at random places on a pale ground, the large ones first."""
    canvas = Image.new("RGB", picture.size, (240, 234, 220))
    draw = ImageDraw.Draw(canvas)
    colours = np.asarray(ImageEnhance.Color(picture.filter(ImageFilter.BoxBlur(2))).enhance(1.8))
    step = max(max(picture.size) / 75, 2.0)
    for radius in (1.1 * step, 0.75 * step):
        count = int(picture.width * picture.height / (2.2 * radius**2))
        places = random.random((count, 2)) * (picture.width, picture.height)
        shades = random.integers(-26, 27, size=(count, 3))
        for (x, y), shade in zip(places, shades, strict=True):
            colour = np.clip(colours[int(y), int(x)] + shade, 0, 255)
            box = (x - radius, y - radius, x + radius, y + radius)
            draw.ellipse(box, fill=(int(colour[0]), int(colour[1]), int(colour[2])))
    return canvas


def _painterly(picture: Image.Image, _: _Random) -> Image.Image:
    """Broad strokes: each pixel has the most frequent colours about it (a mode filter)."""
    side = max(max(picture.size) // 60, 3) | 1
    return picture.filter(ImageFilter.ModeFilter(side)).filter(ImageFilter.SMOOTH)


def _watercolour(picture: Image.Image, random: _Random) -> Image.Image:
    """Light washes that run, darker at their edges, on paper with a grain."""
    wash = picture.filter(ImageFilter.MedianFilter(3))
    wash = wash.filter(ImageFilter.GaussianBlur(1.5))
    light = 0.35 + 0.65 * _channels(wash)
    down, across = np.gradient(light.mean(axis=2))
    edge = np.clip(np.hypot(down, across) * 4.0, 0.0, 0.5)[..., None]
    height, width = light.shape[:2]
    paper = random.normal(0.0, 0.035, size=(height // 2 + 1, width // 2 + 1))
    grain = paper.repeat(2, axis=0).repeat(2, axis=1)[:height, :width, None]
    return _from_channels(light * (1.0 - edge) + grain)


def _relief(picture: Image.Image, _: _Random) -> Image.Image:
    """As if pressed into grey clay and lit from one side."""
    return picture.convert("L").filter(ImageFilter.EMBOSS).convert("RGB")


def _blurred(picture: Image.Image, _: _Random) -> Image.Image:
    return picture.filter(ImageFilter.GaussianBlur(max(picture.size) / 50))


def _negative(picture: Image.Image, _: _Random) -> Image.Image:
    return ImageChops.invert(picture)


def _sepia(picture: Image.Image, _: _Random) -> Image.Image:
    """One brown, as old photographs have it."""
    return ImageOps.colorize(picture.convert("L"), (38, 20, 8), (255, 240, 206), (166, 118, 66))


def _duotone(picture: Image.Image, _: _Random) -> Image.Image:
    """Dark blue to orange by brightness."""
    return ImageOps.colorize(picture.convert("L"), (16, 24, 92), (255, 196, 84), (190, 60, 110))


def _turned(by: int) -> _Style:
    def turned(picture: Image.Image, _: _Random) -> Image.Image:
        """Turn all colours on the wheel by as much."""
        hue, saturation, value = picture.convert("HSV").split()
        hue = hue.point([(level + by) % 256 for level in range(256)])
        return Image.merge("HSV", (hue, saturation, value)).convert("RGB")

    return turned


def _solarised(picture: Image.Image, _: _Random) -> Image.Image:
    """What is bright is turned to its negative."""
    return ImageOps.solarize(picture, 128)


def _threads(picture: Image.Image, random: _Random) -> Image.Image:
    """Long horizontal streaks, like a woven cloth."""
    channels = _channels(picture)
    width = max(picture.width // 24, 3)
    summed = np.cumsum(np.pad(channels, ((0, 0), (width, 0), (0, 0)), mode="edge"), axis=1)
    streaked = (summed[:, width:] - summed[:, :-width]) / width
    rows = random.normal(1.0, 0.16, size=(picture.height, 1, 1))
    return _from_channels(streaked * rows)


STYLES: Mapping[str, _Style] = MappingProxyType(
    {
        ORIGINAL: _original,
        "charcoal": _charcoal,
        "engraving": _engraving,
        "woodcut": _woodcut,
        "halftone": _halftone,
        "posterised": _posterised,
        "mosaic": _mosaic,
        "pointillist": _pointillist,
        "painterly": _painterly,
        "watercolour": _watercolour,
        "relief": _relief,
        "blurred": _blurred,
        "negative": _negative,
        "sepia": _sepia,
        "duotone": _duotone,
        "hue turned by a third": _turned(85),
        "hue turned by two thirds": _turned(171),
        "solarised": _solarised,
        "threads": _threads,
    }
)
"""What a picture can be turned into, by name."""


def _greys(picture: Image.Image) -> NDArray[np.float64]:
    return np.asarray(picture.convert("L"), dtype=np.float64) / 255.0


def _channels(picture: Image.Image) -> NDArray[np.float64]:
    return np.asarray(picture, dtype=np.float64) / 255.0


def _from_channels(channels: NDArray[np.float64]) -> Image.Image:
    return Image.fromarray(np.round(np.clip(channels, 0.0, 1.0) * 255.0).astype(np.uint8))


def _from_greys(greys: NDArray[np.float64]) -> Image.Image:
    return _from_channels(greys).convert("RGB")


def _smoothed(inked: NDArray[np.float64]) -> Image.Image:
    """Take the stairs off the edges of black and white."""
    return _from_greys(inked.astype(np.float64)).filter(ImageFilter.SMOOTH)
