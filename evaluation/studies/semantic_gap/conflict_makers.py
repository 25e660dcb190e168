"""How a picture is made that has the form of one work and the surface of another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PIL import Image, ImageFilter, ImageOps

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["MAKERS", "MAKERS_VERSION", "Maker", "Making"]

MAKERS_VERSION = 1
"""Counts up when a maker gives other pixels."""

Maker = Callable[[Image.Image, Image.Image, int], Image.Image]
"""What gives the form, what gives the surface, a seed; to a picture of the form's size."""

_SMOOTHING = 4.0
"""Over how many frequencies an amplitude is smoothed (standard deviation)."""
_ACROSS = 22
"""Patches along the shorter side."""
_CELLS = 6
"""Side in cells by which patches are compared in light and dark."""
_CANDIDATES = 2000
"""Places of the surface from which patches are taken."""
_ALIKE = 24
"""How many of the best by light and dark are tried for how they join their neighbours."""
_JOIN = 0.1
"""How much joining well weighs beside being as light or dark."""


class Making(NamedTuple):
    """A way to make a conflict, and what it does in words."""

    make: Maker
    told: str


def _phase_of_form(form: Image.Image, surface: Image.Image, _: int) -> Image.Image:
    """Join the phase of one with the amplitude of the other (Oppenheim & Lim 1981, section II).

    Amplitudes are envelopes, smoothed over neighbouring frequencies: how coarse and fine a surface
    is and how its strokes lie. The form's spectrum is divided by its own envelope and multiplied by
    the surface's, so that single waves of the surface are not laid over the form, and frequencies
    that the form has not are not filled with the noise of their phase. All is done in brightness,
    then each brightness gets the colours that it has in the surface: with channels one by one the
    phases would bring the form's colours along.
    """
    other = np.asarray(ImageOps.fit(surface, form.size, Image.Resampling.BICUBIC), np.float32)
    light, other_light = _light(np.asarray(form, np.float32)), _light(other)
    spectrum = np.fft.fft2(_mirrored(light - light.mean()))
    amplitude = np.fft.fft2(_mirrored(other_light - other_light.mean()))
    joined = np.fft.ifft2(spectrum * (_envelope(amplitude) / _envelope(spectrum))).real
    return _coloured(joined[: light.shape[0], : light.shape[1]], other)


def _patches_of_surface(form: Image.Image, surface: Image.Image, seed: int) -> Image.Image:
    """Lay patches of one where the other is as light or dark (Efros & Freeman 2001, section 3).

    From left to right and top to bottom: of the patches that are alike in light and dark the one
    that best joins what is laid already. Joints are feathered, not cut along a path.
    """
    side = max(6, round(min(form.size) / _ACROSS))
    lap = max(2, side // 4)
    step = side - lap
    rows, columns = (max(1, -(-(length - lap) // step)) for length in form.size[::-1])
    size = (columns * step + lap, rows * step + lap)
    fitted = ImageOps.fit(surface, form.size, Image.Resampling.BICUBIC)
    # Equal shares of both are dark, or a dark surface could not be laid as a bright form; half of
    # it only, or the flat parts of the form would be all noise.
    grey = form.convert("L").filter(ImageFilter.GaussianBlur(side / 12))
    even = Image.blend(ImageOps.equalize(grey), ImageOps.autocontrast(grey, cutoff=1), 0.5)
    wanted = np.asarray(even.resize(size), dtype=np.float32)
    patches, described = _patches(fitted, side, np.random.default_rng(seed))
    squares = (described**2).sum(axis=1)
    laid = np.zeros((size[1], size[0], 3), dtype=np.float32)
    for top in range(0, rows * step, step):
        for left in range(0, columns * step, step):
            aim = _shrunk(wanted[None, top : top + side, left : left + side])[0]
            far = squares - 2.0 * (described @ aim)
            alike = np.sort(np.argpartition(far, _ALIKE)[:_ALIKE])
            there = laid[top : top + side, left : left + side]
            joins = np.zeros(len(alike), dtype=np.float32)
            if top:
                joins += ((patches[alike, :lap] - there[:lap]) ** 2).mean(axis=(1, 2, 3))
            if left:
                joins += ((patches[alike, :, :lap] - there[:, :lap]) ** 2).mean(axis=(1, 2, 3))
            unlike = (far[alike] + (aim**2).sum()) / aim.size
            best = alike[np.argmin(_JOIN * joins + unlike)]
            new = _feather(side, lap, top > 0, left > 0)
            laid[top : top + side, left : left + side] = there + new * (patches[best] - there)
    return Image.fromarray(laid[: form.height, : form.width].round().clip(0, 255).astype(np.uint8))


MAKERS: Mapping[str, Making] = MappingProxyType(
    {
        "phase and amplitude": Making(
            _phase_of_form,
            "where things are (Fourier phase) of one work, how fine and coarse and in which "
            "colours it is painted (amplitude, palette) of the other",
        ),
        "patches": Making(
            _patches_of_surface,
            "light and dark of one work, laid with small pieces cut from the other",
        ),
    }
)
"""Makers by name, in the order in which tables have them."""


def _light(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Weigh the channels as brightness (BT.601)."""
    light: NDArray[np.float32] = pixels @ np.array([0.299, 0.587, 0.114], dtype=np.float32)
    return light


def _mirrored(light: NDArray[np.float32]) -> NDArray[np.float32]:
    """Add the mirror image on two sides: else borders that do not meet give a cross of lines."""
    wide = np.concatenate([light, light[:, ::-1]], axis=1)
    return np.concatenate([wide, wide[::-1]], axis=0)


def _envelope(spectrum: NDArray[np.complexfloating]) -> NDArray[np.float64]:
    """Smooth the amplitude of a spectrum, by its logarithm: it falls over several decades."""
    from scipy.ndimage import gaussian_filter

    smooth = gaussian_filter(np.log1p(np.abs(spectrum)), _SMOOTHING, mode="wrap")
    envelope: NDArray[np.float64] = np.exp(smooth)
    return envelope


def _coloured(light: NDArray[np.floating], other: NDArray[np.float32]) -> Image.Image:
    """Give each brightness what pixels of the same rank in the other picture have on average."""
    palette = other.reshape(-1, 3)[np.argsort(_light(other), axis=None, kind="stable")]
    bins = np.array_split(palette, min(256, len(palette)))
    colours = np.stack([own.mean(axis=0) for own in bins])
    order = np.argsort(light, axis=None, kind="stable")
    place = np.empty(light.size, dtype=np.intp)
    place[order] = np.arange(light.size) * len(colours) // light.size
    pixels = colours[place].reshape(*light.shape, 3)
    return Image.fromarray(pixels.round().clip(0, 255).astype(np.uint8))


def _patches(
    surface: Image.Image, side: int, random: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Take square pieces, and light and dark of each in a few cells."""
    pixels = np.asarray(surface, dtype=np.float32)
    tones = np.asarray(ImageOps.equalize(surface.convert("L")), dtype=np.float32)
    height, width = (max(1, length - side + 1) for length in tones.shape)
    places = random.choice(height * width, _CANDIDATES, replace=height * width < _CANDIDATES)
    tops, lefts = np.divmod(places, width)
    inside = np.arange(side)
    down, along = tops[:, None, None] + inside[:, None], lefts[:, None, None] + inside
    # A picture narrower than a patch is repeated.
    down, along = down % tones.shape[0], along % tones.shape[1]
    return pixels[down, along], _shrunk(tones[down, along])


def _shrunk(patches: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give the mean of each cell of square patches, shape ``(n, cells)``."""
    edges = np.linspace(0, patches.shape[1], min(_CELLS, patches.shape[1]) + 1).astype(int)
    sums = np.add.reduceat(np.add.reduceat(patches, edges[:-1], axis=1), edges[:-1], axis=2)
    sizes = np.diff(edges).astype(np.float32)
    cells: NDArray[np.float32] = sums / (sizes[:, None] * sizes)
    return cells.reshape(len(patches), -1)


@lru_cache(maxsize=16)
def _feather(side: int, lap: int, below: bool, beside: bool) -> NDArray[np.float32]:
    """Say how much of a new patch is seen, from nothing to all across a lap."""
    rise = np.minimum(np.arange(1, side + 1) / (lap + 1), 1.0)
    down = rise if below else np.ones(side)
    along = rise if beside else np.ones(side)
    weights: NDArray[np.float32] = np.minimum.outer(down, along)[..., None].astype(np.float32)
    return weights
