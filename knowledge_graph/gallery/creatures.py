"""Birds, the serpent and the dragon."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .canvas import Points, limb, oval, place, spline
from .colour import Colour, mix, rgb
from .scene import Scene


def bird(s: Scene, x: float, y: float, size: float, colour: Colour, *, flip: int = 1) -> None:
    """A bird in flight with both wings up: a dove near by, a gull far off."""
    c = s.canvas
    if size * c.unit < 9:
        arc = [
            (x - size, y - 0.3 * size),
            (x - 0.4 * size, y - 0.5 * size),
            (x, y),
            (x + 0.4 * size, y - 0.5 * size),
            (x + size, y - 0.3 * size),
        ]
        c.flat(limb(arc, (0.03 * size, 0.08 * size, 0.1 * size, 0.08 * size, 0.03 * size)), colour)
        return
    for lean, shade in ((-0.25, 0.82), (0.12, 1.0)):
        wing = [(0.12, 0.05), (lean, 0.55), (lean - 0.45, 0.95), (lean - 0.5, 0.5), (-0.28, 0.04)]
        c.solid(
            place(spline(wing), x, y, size, flip=flip), colour * shade, folds=0.3, fold_turn=0.6
        )
    body = [
        (0.62, 0.06),
        (0.42, 0.16),
        (0.1, 0.12),
        (-0.3, 0.06),
        (-0.75, 0.1),
        (-0.72, -0.1),
        (-0.2, -0.1),
        (0.2, -0.1),
        (0.45, -0.02),
    ]
    c.solid(place(spline(body), x, y, size, flip=flip), colour, detail=0.8)


def serpent(s: Scene, points: ArrayLike, wide: float, colour: Colour) -> None:
    """A snake along a line, its head at the last point."""
    c = s.canvas
    line = spline(points, closed=False, steps=5)
    n = len(line)
    radii = wide * np.clip(np.minimum(np.linspace(0.15, 3, n), 1), 0, 1)
    c.solid(limb(line, tuple(radii), steps=2), colour, gloss=0.4, detail=0.9)
    for k in range(2, n - 3, 2):
        c.flat(
            oval(line[k][0], line[k][1], wide * 0.4, wide * 0.4, n=8),
            mix(colour, rgb("#e6d34a"), 0.6),
            opacity=0.8,
            thing=False,
        )
    head, before = line[-1], line[-3]
    a = float(np.arctan2(head[1] - before[1], head[0] - before[0]))
    c.solid(oval(head[0], head[1], wide * 2.1, wide * 1.45, a), colour, gloss=0.4, detail=1.0)
    eye = head + wide * 0.5 * np.array([np.cos(a) - np.sin(a) * -1, np.sin(a) - abs(np.cos(a))])
    c.flat(oval(eye[0], eye[1], wide * 0.32, wide * 0.32, n=8), rgb("#f4e25a"), thing=False)
    tip = head + wide * 4.2 * np.array([np.cos(a), np.sin(a)])
    c.flat(
        limb([head + (tip - head) * 0.45, tip], (wide * 0.16, wide * 0.08), steps=2), rgb("#b3202a")
    )


def dragon(s: Scene, x: float, y: float, size: float, *, flip: int = 1) -> None:
    """A winged dragon on the ground that turns its open jaws forwards and up."""
    c = s.canvas
    skin = s.pick(("#4f6a3a", "#3f5f52", "#5f5a34", "#6a3f34"))

    def at(points: ArrayLike) -> Points:
        return place(points, x, y, size, flip=flip)

    c.shadow(x, y, size * 0.9, size * 0.13, 0.6)
    tail = limb(
        [(-0.2, 0.25), (-0.65, 0.12), (-1.0, 0.2), (-1.1, 0.5), (-0.9, 0.62), (-0.8, 0.5)],
        (0.2, 0.13, 0.09, 0.06, 0.04, 0.02),
    )
    c.solid(at(tail), skin, texture=0.6)
    for dx, shade in ((-0.22, 0.7), (0.0, 1.0)):
        web = [
            (0.05 + dx, 0.42),
            (-0.12 + dx, 1.15),
            (-0.34 + dx, 0.88),
            (-0.52 + dx, 1.02),
            (-0.62 + dx, 0.7),
            (-0.84 + dx, 0.7),
            (-0.6 + dx, 0.42),
        ]
        c.solid(at(web), mix(skin, rgb("#a8452f"), 0.55) * shade, roundness=0.25, folds=0.4)
        for k in (1, 3, 5):
            c.solid(at(limb([web[0], web[k]], (0.03, 0.012), steps=2)), skin * shade)
    c.solid(at(limb([(0.18, 0.2), (0.28, 0.1), (0.3, 0.0)], (0.1, 0.06, 0.05))), skin * 0.8)
    c.solid(at(limb([(-0.2, 0.22), (-0.06, 0.1), (-0.1, 0.0)], (0.12, 0.07, 0.05))), skin * 0.9)
    body = limb(
        [(-0.35, 0.22), (-0.05, 0.3), (0.22, 0.36), (0.42, 0.62), (0.62, 0.72)],
        (0.13, 0.22, 0.2, 0.12, 0.085),
    )
    c.solid(at(body), skin, texture=0.7, gloss=0.15)
    for t in np.linspace(0, 1, 6):
        bx, by = -0.25 + 0.6 * t, 0.48 + 0.25 * t**2
        c.solid(
            at([(bx - 0.05, by), (bx, by + 0.11), (bx + 0.05, by + 0.01)]),
            mix(skin, rgb("#d9a83f"), 0.4),
            ink=False,
        )
    upper = [
        (0.55, 0.72),
        (0.62, 0.86),
        (0.8, 0.88),
        (1.05, 0.86),
        (1.08, 0.8),
        (0.85, 0.78),
        (0.68, 0.7),
    ]
    lower = [(0.58, 0.68), (0.72, 0.68), (0.9, 0.62), (0.98, 0.57), (0.84, 0.55), (0.64, 0.6)]
    c.flat(at([(0.68, 0.72), (0.95, 0.79), (0.9, 0.62)]), rgb("#7a1f1f"))
    c.solid(at(spline(lower)), skin * 0.9)
    c.solid(at(spline(upper)), skin, gloss=0.2, detail=1.0)
    c.flat(at(oval(0.76, 0.82, 0.025, 0.022)), rgb("#f6dc4a"), thing=False, detail=1.0)
    c.solid(at([(0.62, 0.85), (0.48, 1.0), (0.68, 0.88)]), rgb("#d9c9a0"))
    fire = limb([(0.98, 0.7), (1.12, 0.66), (1.2, 0.7)], (0.02, 0.05, 0.01))
    c.flat(at(fire), rgb("#f2932e"), opacity=0.85)
