"""Feathered wings for angels and for Icarus."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .canvas import Points, limb, place, spline
from .colour import Colour, mix, vary
from .scene import Scene


def wings(
    s: Scene,
    x: float,
    y: float,
    size: float,
    *,
    flip: int = 1,
    colour: Colour | None = None,
    angle: float = 0.0,
) -> None:
    """A pair of feathered wings raised behind the shoulders at (x, y), away from ``flip``."""
    base = colour if colour is not None else s.pick(("#f0e8d8", "#e3cfa8", "#d9c9d6", "#c9d2d6"))
    accent = s.pick(("#8a6f9a", "#b5713f", "#5f7f9a", "#a8453f"))
    wing(s, x, y, size * 0.9, flip=-flip, colour=base * 0.72, accent=accent, angle=angle + 0.35)
    wing(s, x, y, size, flip=-flip, colour=base, accent=accent, angle=angle)


def wing(
    s: Scene,
    x: float,
    y: float,
    size: float,
    *,
    flip: int,
    colour: Colour,
    accent: Colour,
    angle: float = 0.0,
) -> None:
    """One wing: three rows of feathers that hang from its bent arm."""
    arm = spline([(0.0, 0.0), (0.18, 0.36), (0.5, 0.62), (0.95, 0.72)], closed=False, steps=8)

    def at(points: ArrayLike) -> Points:
        return place(points, x, y, size, flip=flip, angle=angle)

    for row, (count, reach) in enumerate(((13, 0.62), (12, 0.40), (10, 0.20))):
        tint = mix(colour, accent, (0.30, 0.12, 0.0)[row])
        for k in range(count):
            t = k / (count - 1)
            root = arm[round(t * (len(arm) - 1))]
            turn = -1.75 + 1.55 * t**1.3
            length = reach * (0.72 + 0.45 * t)
            tip = root + length * np.array([np.cos(turn), np.sin(turn)])
            middle = (root + tip) / 2 + np.array([0.02, 0.015])
            feather = limb([root, middle, tip], (0.035, 0.06, 0.022), steps=4)
            s.canvas.solid(at(feather), vary(tint, s.rng, 0.015), roundness=0.7, detail=0.6)
    s.canvas.solid(at(limb(arm, tuple(np.linspace(0.055, 0.028, len(arm))), steps=1)), colour)
