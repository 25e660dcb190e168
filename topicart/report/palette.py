"""Colours for topics: calm, far apart from one another, one set for light and one for dark."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["N_COLOURS", "Tone", "topic_tones"]

N_COLOURS = 64
"""Different colours; beyond these they repeat, for no eye tells more apart."""

_LIGHTNESS = (0.48, 0.57, 0.66, 0.75)
_CHROMA = (0.06, 0.10, 0.135)
_DARK_PAGE_LIFT = 0.1

# OKLab to linear sRGB: B. Ottosson, "A perceptual color space for image processing", 2020.
_OKLAB_TO_LMS = np.array(
    [
        [1.0, 0.3963377774, 0.2158037573],
        [1.0, -0.1055613458, -0.0638541728],
        [1.0, -0.0894841775, -1.2914855480],
    ]
)
_LMS_TO_LINEAR = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ]
)


@dataclass(frozen=True)
class Tone:
    """The colour of one topic, as ``#rrggbb``.

    Parameters
    ----------
    light
        On a light page.
    dark
        On a dark page: the same hue, lighter.
    """

    light: str
    dark: str


def topic_tones(n_topics: int) -> tuple[Tone, ...]:
    """Return a colour for each topic, the most different ones first.

    Parameters
    ----------
    n_topics
        Number of topics; after :data:`N_COLOURS` the colours start again.

    Returns
    -------
    tuple of Tone
        One a topic. The first colours do not depend on ``n_topics``.
    """
    tones = _distinct_tones()
    return tuple(tones[topic % N_COLOURS] for topic in range(n_topics))


@cache
def _distinct_tones() -> tuple[Tone, ...]:
    """Choose colours one by one, each as far as possible from the page and the earlier ones."""
    lightness, chroma, hue = (
        axis.ravel()
        for axis in np.meshgrid(_LIGHTNESS, _CHROMA, np.arange(0.0, 360.0, 5.0), indexing="ij")
    )
    candidates = _oklab(lightness, chroma, hue)
    linear = _to_linear(candidates)
    candidates = candidates[((linear >= 0.0) & (linear <= 1.0)).all(axis=1)]
    # The page and the grey of works in no topic are taken before the first topic chooses.
    taken = np.array([[0.99, 0.0, 0.0], [0.72, 0.0, 0.0]])
    nearest = np.linalg.norm(candidates[:, None] - taken[None], axis=2).min(axis=1)
    chosen = []
    for _ in range(N_COLOURS):
        best = int(nearest.argmax())
        chosen.append(best)
        nearest = np.minimum(nearest, np.linalg.norm(candidates - candidates[best], axis=1))
    colours = candidates[chosen]
    lifted = colours + np.array([_DARK_PAGE_LIFT, 0.0, 0.0])
    return tuple(
        Tone(light, dark) for light, dark in zip(_to_hex(colours), _to_hex(lifted), strict=True)
    )


def _oklab(
    lightness: NDArray[np.float64], chroma: NDArray[np.float64], hue_degrees: NDArray[np.float64]
) -> NDArray[np.float64]:
    hue = np.deg2rad(hue_degrees)
    return np.stack([lightness, chroma * np.cos(hue), chroma * np.sin(hue)], axis=1)


def _to_linear(oklab: NDArray[np.float64]) -> NDArray[np.float64]:
    linear: NDArray[np.float64] = (oklab @ _OKLAB_TO_LMS.T) ** 3 @ _LMS_TO_LINEAR.T
    return linear


def _to_hex(oklab: NDArray[np.float64]) -> list[str]:
    linear = np.clip(_to_linear(oklab), 0.0, 1.0)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return [f"#{r:02x}{g:02x}{b:02x}" for r, g, b in np.rint(encoded * 255).astype(int).tolist()]
