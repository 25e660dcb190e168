"""Ships, boats and what marks the coast for them."""

from __future__ import annotations

from numpy.typing import ArrayLike

from .canvas import Points, box, limb, place, spline
from .colour import rgb
from .scene import Scene


def ship(
    s: Scene,
    x: float,
    y: float,
    size: float,
    *,
    flip: int = 1,
    angle: float = 0.0,
    distance: float = 0.0,
    sails: bool = True,
) -> None:
    """A three-masted ship whose waterline is at (x, y); ``angle`` is its heel."""
    c = s.canvas

    def at(points: ArrayLike) -> Points:
        return place(points, x, y, size, flip=flip, angle=angle)

    wood = s.hazy(s.pick(("#4f3624", "#5f412a", "#3f3230")), distance)
    canvas = s.hazy(s.pick(("#f0e6cc", "#e6d4ac", "#d9c3a0", "#f4efe2")), distance)
    spar = wood * 0.8
    thin = max(0.0016, 0.011 * size) / size
    for mx, top in ((-0.3, 0.78), (0.02, 1.0), (0.33, 0.82)):
        c.flat(at(box(mx - thin, 0.1, mx + thin, top)), spar, detail=0.7)
    c.flat(at([(0.42, 0.2), (0.72, 0.4), (0.715, 0.415), (0.42, 0.22)]), spar, detail=0.7)
    if sails:
        for mx, top, w in ((-0.3, 0.74, 0.24), (0.33, 0.77, 0.25), (0.02, 0.95, 0.3)):
            high = (top - 0.24) / 3
            for k in range(3):
                y0, ww = 0.24 + k * high, w * (1 - 0.2 * k)
                sail = [
                    (mx - ww * 0.5, y0 + high * 0.95),
                    (mx + ww * 0.36, y0 + high * 0.95),
                    (mx + ww * 0.62, y0 + high * 0.5),
                    (mx + ww * 0.46, y0 + 0.02),
                    (mx - ww * 0.58, y0 + 0.02),
                    (mx - ww * 0.4, y0 + high * 0.5),
                ]
                c.solid(
                    at(spline(sail, steps=4)),
                    canvas,
                    roundness=0.9,
                    folds=0.15,
                    fold_turn=0.5,
                    detail=0.6,
                )
        jib = [(0.36, 0.72), (0.69, 0.4), (0.42, 0.28)]
        c.solid(at(jib), canvas, roundness=0.7, detail=0.6)
    else:
        for mx, top in ((-0.3, 0.6), (0.02, 0.75), (0.33, 0.65)):
            rag = [
                (mx - 0.1, top),
                (mx + 0.12, top),
                (mx + 0.05, top - 0.2),
                (mx - 0.02, top - 0.1),
                (mx - 0.08, top - 0.26),
            ]
            c.solid(at(rag), canvas * 0.9, roundness=0.5, folds=0.4)
    hull = [
        (-0.55, 0.30),
        (-0.42, 0.27),
        (-0.38, 0.17),
        (0.28, 0.15),
        (0.36, 0.2),
        (0.56, 0.22),
        (0.48, 0.08),
        (0.4, -0.03),
        (-0.42, -0.03),
        (-0.52, 0.1),
    ]
    c.solid(at(hull), wood, roundness=0.9, detail=0.7)
    c.flat(
        at([(-0.5, 0.14), (0.47, 0.1), (0.47, 0.125), (-0.5, 0.165)]),
        s.hazy(rgb("#c99a4a"), distance),
        thing=False,
    )
    for k in range(6):
        c.flat(at(box(-0.3 + 0.11 * k, 0.055, -0.26 + 0.11 * k, 0.085)), wood * 0.35, thing=False)
    flag = [(0.02, 1.0), (-0.14, 1.0), (-0.12, 0.965), (-0.15, 0.93), (0.02, 0.94)]
    c.flat(at(flag), s.hazy(s.pick(("#b3362a", "#2f4f8a", "#d9b23a")), distance), detail=0.7)
    for a, b in (
        ((0.02, 0.97), (0.7, 0.4)),
        ((-0.3, 0.76), (-0.52, 0.28)),
        ((0.02, 0.95), (-0.3, 0.3)),
    ):
        c.flat(at(limb([a, b], (thin * 0.5, thin * 0.5), steps=2)), spar, opacity=0.7, thing=False)


def boat(s: Scene, x: float, y: float, size: float, *, flip: int = 1, sail: bool = True) -> None:
    """A fishing boat, with one slanting sail or with none."""
    c = s.canvas
    wood = s.pick(("#7a3f2c", "#3f5a6a", "#5a4630", "#8a6a3c"))
    c.shadow(x, y + 0.02 * size, size * 0.5, size * 0.06, 0.4)
    if sail:
        c.flat(
            place([(-0.02, 0.1), (0.02, 0.1), (0.02, 1.0), (-0.02, 1.0)], x, y, size, flip=flip),
            wood * 0.6,
        )
        cloth = s.pick(("#f0e6cc", "#c9603a", "#e6c98a", "#a8553f"))
        main = spline([(0.03, 0.98), (0.26, 0.55), (0.42, 0.2), (0.03, 0.18)], steps=5)
        c.solid(place(main, x, y, size, flip=flip), cloth, roundness=0.7, folds=0.1, detail=0.6)
        c.solid(
            place([(-0.04, 0.9), (-0.3, 0.2), (-0.04, 0.2)], x, y, size, flip=flip),
            cloth * 0.92,
            roundness=0.6,
        )
    hull = spline([(-0.5, 0.18), (0.0, 0.1), (0.52, 0.2), (0.38, -0.02), (-0.38, -0.02)], steps=5)
    c.solid(place(hull, x, y, size, flip=flip), wood, roundness=0.9, detail=0.7)
    c.flat(
        place(
            [(-0.5, 0.18), (0, 0.115), (0.52, 0.2), (0.5, 0.165), (0, 0.08), (-0.47, 0.14)],
            x,
            y,
            size,
            flip=flip,
        ),
        rgb("#e6d9b8"),
        thing=False,
    )
