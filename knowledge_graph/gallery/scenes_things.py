"""Still lifes and abstractions: fruit, flowers, vanitas, shapes, fields of colour."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .canvas import box, limb, oval, spline
from .colour import Colour, rgb
from .flowers import bloom, bouquet
from .fruit import FRUIT, fruit, leaf
from .noise import fractal
from .objects import (
    BOTTLE,
    BOWL,
    GOBLET,
    JUG,
    VASE,
    book,
    candle,
    handle,
    hourglass,
    open_book,
    plate,
    skull,
    table,
    turned,
)
from .scene import Scene, room_light

WALLPAPER = ("#6f7f8a", "#8a6f5a", "#5f6f5a", "#a68a6a", "#4f4a5a", "#b5a58a", "#7a4a42", "#3f5560")


def backdrop(s: Scene, *, dark: bool = False) -> None:
    """A wall behind a still life, lighter where the light falls on it, or a curtain."""
    c = s.canvas
    c.light = room_light(s.rng, warm=dark)
    wall = s.pick(WALLPAPER) if not dark else s.pick(("#3a2f2a", "#2f3230", "#41302a", "#2a2a33"))
    gx, gy = c.grid()
    cloudy = fractal(s.rng, c.height, c.width, 3, octaves=4)
    side = np.sign(c.light.towards[0])
    fall = (
        0.55 - 0.38 * side * (gx / s.aspect - 0.5) * 2 * -1 * -1 + 0.1 * (0.5 - gy) + 0.05 * cloudy
    )
    c.rgb = c.light.paint(wall, np.clip(fall, 0.08, 1))
    c.flow[:] = 0.8 + 0.4 * cloudy
    c.flow_weight[:] = 0.3
    if s.has("drapery"):
        drape = s.pick(("#8a2f2a", "#2f4a6a", "#4f5f3a", "#b58a4a", "#5a3a55"))
        edge = s.aspect * s.between(0.3, 0.45)
        pts = spline(
            [
                (-0.1, -0.1),
                (edge, -0.1),
                (edge * 0.8, 0.25),
                (edge * 0.95, 0.5),
                (edge * 0.4, 0.85),
                (-0.1, 0.9),
            ]
        )
        if side < 0:
            pts[:, 0] = s.aspect - pts[:, 0]
        c.solid(pts, drape, roundness=0.3, folds=1.0, fold_turn=0.22, detail=0.4)
    elif s.has("window"):
        _window_behind(s)


def _window_behind(s: Scene) -> None:
    c = s.canvas
    x = s.aspect * (0.68 if c.light.towards[0] > 0 else 0.06)
    c.flat(box(x, 0.06, x + 0.24 * s.aspect, 0.46), s.sky.middle, detail=0.4)
    c.flat(box(x, 0.3, x + 0.24 * s.aspect, 0.46), s.leaf(), detail=0.4)
    frame = rgb("#e6dcc8")
    for bx in (x, x + 0.12 * s.aspect, x + 0.24 * s.aspect):
        c.flat(box(bx - 0.01, 0.05, bx + 0.01, 0.47), frame, detail=0.5)
    c.flat(box(x, 0.25, x + 0.24 * s.aspect, 0.265), frame)


def fruits(s: Scene) -> None:
    """Fruit heaped on a plate or in a bowl, a vessel beside it, light from one side."""
    backdrop(s)
    top = s.between(0.5, 0.58)
    tint = rgb("#ece4d2") if s.has("cloth") else s.pick(("#8a5f3c", "#6f4a30", "#a87a4a"))
    table(s, top, tint, spread=s.has("cloth"))
    kinds = [k for k in (*FRUIT, "grapes") if s.has(k)]
    mid = s.aspect * s.between(0.42, 0.58)
    side = s.side()
    back = top + s.between(0.1, 0.14)
    if s.has("bottle"):
        _grounded(
            s,
            mid - side * s.between(0.24, 0.3),
            back,
            0.6,
            BOTTLE,
            s.pick(("#2f4a34", "#3f3426", "#54402a")),
            glass=0.15,
        )
    if s.has("jug"):
        x, tone = (
            mid + side * s.between(0.22, 0.3),
            s.pick(("#b8c0c4", "#a8623c", "#d9cfb8", "#4f6a8a")),
        )
        handle(s, x, back + 0.03, 0.42, tone, side)
        _grounded(
            s,
            x,
            back + 0.03,
            0.42,
            JUG,
            tone,
            band=s.pick(("#3f5f9a", "#8a3f2f")) if s.chance(0.5) else None,
        )
    if s.has("glass"):
        _grounded(
            s,
            mid + side * s.between(0.08, 0.14),
            back - 0.01,
            0.3,
            GOBLET,
            rgb("#c4cfc9"),
            glass=0.6,
        )
    r = s.between(0.068, 0.085)
    centre = top + 0.24
    if s.has("bowl"):
        for k in range(5):
            fruit(
                s,
                kinds[k % len(kinds)],
                mid + (k - 2) * r * 1.25,
                centre - 0.09 - 0.3 * r * (k % 2),
                r,
            )
        tone = s.pick(("#e6dcc8", "#4f6f9a", "#b57a4a"))
        s.canvas.shadow(mid, centre + 0.02, 0.2, 0.05, 0.6)
        turned(
            s, mid, centre + 0.02, BOWL, 0.24, tone, band=rgb("#3f5f9a") if s.chance(0.5) else None
        )
        for k in range(4):
            fruit(s, kinds[(k + 1) % len(kinds)], mid + (k - 1.5) * r * 1.5, centre - 0.105, r)
    else:
        if s.has("plate"):
            plate(s, mid, centre, 0.27, s.pick(("#e9e2d2", "#c9cfd2", "#d9cba8")))
        spots = [(-1.9, -0.5), (0.1, -0.7), (2.0, -0.5), (-1.0, 0.15), (1.0, 0.15), (0.0, 0.7)]
        for k, (dx, dy) in enumerate(spots):
            fruit(s, kinds[k % len(kinds)], mid + dx * r, centre + dy * 0.07, r)
        if s.chance(0.6):
            fruit(s, kinds[0], mid, centre - 0.75 * r, r * 0.95)
    for k in range(int(s.between(2, 5))):
        kind = kinds[int(s.rng.integers(len(kinds)))]
        x = mid + (-1 if k % 2 else 1) * s.between(0.25, 0.42)
        fruit(s, kind, x, s.between(top + 0.27, top + 0.34), r)
    if s.has("knife"):
        _knife(s, mid - side * 0.1, top + 0.36, side)
    if s.chance(0.4):
        for _ in range(3):
            leaf(
                s,
                mid + s.between(-0.3, 0.3),
                centre + 0.05,
                0.09,
                s.between(0, 6.3),
                rgb("#5a7a3a"),
            )


def _grounded(
    s: Scene,
    x: float,
    foot: float,
    size: float,
    shape: Sequence[tuple[float, float]],
    tone: Colour,
    *,
    band: Colour | None = None,
    glass: float = 0.0,
) -> None:
    s.canvas.shadow(x, foot, size * 0.34, size * 0.09, 0.6)
    turned(s, x, foot, shape, size, tone, band=band, glass=glass, gloss=0.8)


def _knife(s: Scene, x: float, y: float, side: int) -> None:
    c = s.canvas
    c.shadow(x, y + 0.01, 0.14, 0.012, 0.5)
    c.solid(limb([(x, y), (x - side * 0.11, y - 0.03)], (0.01, 0.009), steps=2), rgb("#3a2a20"))
    c.solid(
        [
            (x, y - 0.012),
            (x + side * 0.15, y + 0.035),
            (x + side * 0.16, y + 0.045),
            (x, y + 0.012),
        ],
        rgb("#c9cfd2"),
        gloss=0.8,
    )


def flowers(s: Scene) -> None:
    """A bouquet in a vase on a table."""
    backdrop(s, dark=s.chance(0.35))
    top = s.between(0.7, 0.76)
    table(s, top, s.pick(("#8a5f3c", "#ece4d2", "#6f4a30", "#a8806a", "#c9b48a")), spread=False)
    kinds = tuple(
        k for k in ("rose", "sunflower", "tulip", "daisy", "poppy", "iris", "peony") if s.has(k)
    )
    x = s.aspect * s.between(0.45, 0.55)
    foot = top + s.between(0.09, 0.14)
    size = s.between(0.3, 0.36)
    tone = s.pick(("#d9d2c4", "#3f5f8a", "#8a4a34", "#5f7a6a", "#2f2f3a", "#c9a86a"))
    s.canvas.shadow(x, foot, size * 0.42, size * 0.1, 0.6)
    turned(
        s,
        x,
        foot,
        VASE,
        size,
        tone,
        band=s.pick(("#e9dcc0", "#3a5a94", "#a8452f")) if s.chance(0.5) else None,
        gloss=0.8,
    )
    bouquet(s, x, foot - size, min(0.36, 0.46 * s.aspect), kinds)
    for _ in range(int(s.between(0, 4))):
        bloom(s, kinds[0], x + s.side() * s.between(0.16, 0.3), foot + s.between(0.0, 0.05), 0.05)
    if s.has("fruit"):
        for k in range(3):
            fruit(s, "peach" if k else "plum", x + (0.2 + 0.1 * k), foot + 0.06 + 0.02 * k, 0.05)
    if s.has("butterfly"):
        _butterfly(s, x + s.side() * s.between(0.2, 0.3), s.between(0.15, 0.4), 0.05)


def _butterfly(s: Scene, x: float, y: float, r: float) -> None:
    tint = s.pick(("#d9832a", "#e9d9b0", "#4f6fae"))
    for side in (-1, 1):
        s.canvas.solid(
            spline(
                [
                    (x, y),
                    (x + side * r, y - r),
                    (x + side * 1.2 * r, y - 0.3 * r),
                    (x + side * 0.3 * r, y),
                ]
            ),
            tint,
            roundness=0.4,
        )
        s.canvas.solid(
            spline([(x, y), (x + side * 0.9 * r, y + 0.1 * r), (x + side * 0.6 * r, y + 0.8 * r)]),
            tint * 0.8,
            roundness=0.4,
        )
    s.canvas.flat(limb([(x, y - 0.5 * r), (x, y + 0.6 * r)], (0.08 * r, 0.06 * r)), rgb("#2a201c"))


def vanitas(s: Scene) -> None:
    """A skull, a candle and books in the dark."""
    backdrop(s, dark=True)
    top = s.between(0.56, 0.64)
    table(s, top, s.pick(("#5a3f2a", "#4a3a34", "#6f5238")), spread=s.chance(0.3))
    side = s.side()
    mid = s.aspect / 2
    back = top + 0.11
    size = s.between(0.3, 0.36)
    x = mid + side * s.between(0.0, 0.06)
    foot = back + 0.11
    if s.chance(0.75):
        book(
            s, x - size * 0.75, foot + 0.04, size * 1.05, s.pick(("#7a2f2a", "#3f5a4a", "#5a4a30"))
        )
        if s.chance(0.5):
            book(
                s,
                x - size * 0.6,
                foot + 0.04 - size * 0.25,
                size * 0.9,
                s.pick(("#2f4a6a", "#8a6a3a")),
            )
            foot -= size * 0.25
        foot -= size * 0.3
    candle(
        s,
        mid - side * s.between(0.26, 0.33),
        back + 0.05,
        s.between(0.44, 0.54),
        lit=s.chance(0.75),
    )
    if s.has("hourglass"):
        hourglass(s, mid + side * s.between(0.3, 0.36), back + 0.03, s.between(0.28, 0.34))
    skull(s, x, foot, size, -side)
    if s.has("glass"):
        s.canvas.shadow(mid - side * 0.15, back + 0.16, 0.06, 0.02, 0.5)
        turned(
            s, mid - side * 0.15, back + 0.16, GOBLET, 0.24, rgb("#c4cfc9"), glass=0.55, gloss=0.9
        )
    open_book(s, mid - side * s.between(0.1, 0.2), top + 0.33, 0.2)
    if s.has("flower"):
        fx, fy = mid + side * 0.24, top + 0.3
        s.canvas.solid(
            limb([(fx, fy), (fx + side * 0.16, fy + 0.03)], (0.007, 0.005)), rgb("#4f6a3a")
        )
        bloom(s, str(s.rng.choice(["tulip", "rose", "poppy"])), fx, fy, 0.06)
    if s.has("lemon"):
        fruit(s, "lemon", mid + side * 0.32, top + 0.3, 0.055)
    if s.has("coin"):
        for _ in range(6):
            cx, cy = mid + side * s.between(0.0, 0.3), top + s.between(0.28, 0.36)
            s.canvas.solid(oval(cx, cy, 0.02, 0.009), rgb("#d9b04a"), roundness=0.3, gloss=0.6)
