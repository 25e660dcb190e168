"""Things on tables: turned vessels, fruit, flowers, books, candles, a skull."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .canvas import Points, box, limb, oval, spline
from .colour import Colour, mix, rgb
from .noise import fractal, smoothstep
from .scene import Scene


def turned(
    s: Scene,
    x: float,
    foot: float,
    profile: Sequence[tuple[float, float]],
    scale: float,
    colour: Colour,
    *,
    gloss: float = 0.5,
    band: Colour | None = None,
    glass: float = 0.0,
) -> None:
    """A vessel from the lathe: ``profile`` holds (height, radius) pairs from the foot up."""
    c = s.canvas
    p = spline(profile, closed=False, steps=6)
    ys, rs = foot - p[:, 0] * scale, np.maximum(p[:, 1], 0.001) * scale
    bulge = rs[0] * 0.22 * np.sin(np.linspace(0, np.pi, 8)[1:-1])
    floor = np.column_stack([np.linspace(x + rs[0], x - rs[0], 8)[1:-1], ys[0] + bulge])
    left, right = np.column_stack([x - rs, ys]), np.column_stack([x + rs, ys])
    patch = c.polygon(np.concatenate([left[::-1], floor[::-1], right]))
    if patch is None:
        return
    gx, gy = c.grid(patch)
    radius = np.interp(-gy[:, 0], -ys, rs)[:, None].astype(np.float32)
    u = np.clip((gx - x) / np.maximum(radius, 1e-4), -1, 1)
    slope = np.interp(-gy[:, 0], -ys, np.gradient(rs, -ys - 1e-6 * np.arange(ys.size)))[:, None]
    nz = np.sqrt(np.clip(1 - u * u, 0, 1))
    ny = np.clip(slope, -1.5, 1.5).astype(np.float32) * 0.5
    norm = np.sqrt(1 + ny * ny)
    tone = c.light.tone(u / norm, ny / norm, nz / norm)
    local: Colour = np.broadcast_to(colour, (*tone.shape, 3)).astype(np.float32)
    if band is not None:
        high = (foot - gy) / scale
        wave = np.sin(u * 14) * 0.012
        stripe = (np.abs(high - float(p[:, 0].max()) * 0.55 + wave) < 0.05).astype(np.float32)
        local = mix(local, band, stripe[..., None])
    painted = c.light.paint(local, tone * 0.95 + 0.04)
    side = np.sign(c.light.towards[0])
    spark = np.exp(-(((u - 0.45 * side) / 0.14) ** 2)) * smoothstep(0.0, 0.3, nz)
    painted = painted + gloss * 0.55 * spark[..., None]
    rim = np.exp(-(((u + 0.8 * side) / 0.12) ** 2)) * 0.10
    painted = painted + rim[..., None]
    c.lay(patch, painted, opacity=1 - glass * nz * 0.75, detail=0.75, flow=1.57, flow_weight=0.4)
    lip = c.polygon(oval(x, ys[-1], rs[-1], rs[-1] * 0.24))
    c.lay(lip, c.light.paint(colour * 0.55, 0.35), opacity=1 - glass * 0.6, detail=0.8)
    c.flat(
        oval(x, ys[-1] + rs[-1] * 0.05, rs[-1] * 0.82, rs[-1] * 0.16),
        colour * 0.28,
        opacity=1 - glass * 0.7,
    )


VASE = (
    (0.0, 0.17),
    (0.08, 0.2),
    (0.35, 0.33),
    (0.62, 0.30),
    (0.82, 0.15),
    (0.92, 0.14),
    (1.0, 0.20),
)


JUG = ((0.0, 0.2), (0.1, 0.26), (0.4, 0.34), (0.65, 0.27), (0.85, 0.16), (1.0, 0.19))


BOTTLE = (
    (0.0, 0.17),
    (0.1, 0.19),
    (0.5, 0.185),
    (0.64, 0.13),
    (0.74, 0.06),
    (0.95, 0.055),
    (1.0, 0.065),
)


GOBLET = (
    (0.0, 0.2),
    (0.04, 0.12),
    (0.12, 0.035),
    (0.4, 0.035),
    (0.5, 0.16),
    (0.7, 0.24),
    (1.0, 0.22),
)


BOWL = ((0.0, 0.3), (0.06, 0.28), (0.14, 0.42), (0.5, 0.85), (0.62, 0.95), (0.66, 0.97))


def handle(s: Scene, x: float, foot: float, size: float, colour: Colour, side: int) -> None:
    """The ear of a jug."""
    pts = [(x + side * 0.16 * size, foot - 0.9 * size), (x + side * 0.46 * size, foot - 0.8 * size)]
    pts += [
        (x + side * 0.44 * size, foot - 0.52 * size),
        (x + side * 0.3 * size, foot - 0.42 * size),
    ]
    s.canvas.solid(limb(pts, (0.03 * size,) * 4), colour, gloss=0.3)


def cloth(s: Scene, x0: float, x1: float, top: float, bottom: float, colour: Colour) -> None:
    """A cloth that hangs over the edge of a table."""
    n = 9
    xs = np.linspace(x1, x0, n)
    hem = bottom + 0.03 * s.rng.standard_normal(n)
    points = np.concatenate([[(x0 + 0.03, top), (x1 - 0.03, top)], np.column_stack([xs, hem])])
    s.canvas.solid(points, colour, roundness=0.15, folds=0.9, fold_turn=0.25, detail=0.4)


def table(s: Scene, top: float, colour: Colour, *, spread: bool) -> None:
    """A table across the picture, its far edge at ``top``, with or without a cloth."""
    c = s.canvas
    patch = c.polygon(box(-0.05, top, s.aspect + 0.05, 1.05))
    if patch is None:
        return
    h, w = patch.alpha.shape
    gx, gy = c.grid(patch)
    grain = fractal(s.rng, h, w, 22, octaves=2, stretch=12)
    side = np.sign(c.light.towards[0])
    fall = 0.62 + 0.22 * side * (gx / s.aspect - 0.5) * 2 - 0.1 * (gy - top)
    if spread:
        crease = fractal(s.rng, h, w, 4, octaves=2, stretch=1.6)
        fall = fall + 0.09 * crease
        grain = grain * 0.1
    painted = c.light.paint(colour * (1 + 0.06 * grain)[..., None], np.clip(fall, 0.1, 1))
    c.lay(patch, painted, detail=0.25, flow=0.0, flow_weight=0.6)
    front = min(0.97, top + 0.36)
    if not spread:
        c.flat(
            box(-0.05, front, s.aspect + 0.05, 1.05), c.light.paint(colour * 0.6, 0.3), detail=0.2
        )
    else:
        cloth(s, -0.1, s.aspect + 0.1, front, 1.12, colour * 0.92)


def plate(s: Scene, x: float, y: float, r: float, colour: Colour) -> None:
    """A plate seen at a slant."""
    c = s.canvas
    c.shadow(x, y + r * 0.12, r * 1.05, r * 0.32, 0.6)
    c.solid(oval(x, y, r, r * 0.32), colour, roundness=0.25, gloss=0.2)
    c.flat(oval(x, y + r * 0.02, r * 0.7, r * 0.2), c.light.paint(colour * 0.9, 0.62))


def book(s: Scene, x: float, y: float, size: float, colour: Colour) -> None:
    """A closed book that lies on the table, its pages towards us."""
    c, high = s.canvas, size * 0.24
    c.shadow(x + size * 0.6, y, size * 0.75, size * 0.13, 0.6)
    skew = size * 0.3
    top = [
        (x, y - high),
        (x + skew, y - high - size * 0.28),
        (x + size * 1.3 + skew, y - high - size * 0.28),
        (x + size * 1.3, y - high),
    ]
    c.flat(box(x, y - high, x + size * 1.3, y), c.light.paint(rgb("#e9dcb8"), 0.6), detail=0.6)
    for k in range(3):
        yy = y - high * (0.3 + 0.2 * k)
        c.flat(box(x + 0.01, yy, x + size * 1.28, yy + 0.002), rgb("#a89468"), thing=False)
    c.flat(box(x, y - high * 0.13, x + size * 1.3, y), c.light.paint(colour, 0.4))
    c.flat(box(x - 0.006, y - high, x + size * 0.07, y), c.light.paint(colour, 0.5))
    c.flat(top, c.light.paint(colour, 0.85), detail=0.5)


def open_book(s: Scene, x: float, y: float, size: float) -> None:
    """An open book with lines of writing."""
    c = s.canvas
    c.shadow(x, y + size * 0.1, size * 1.1, size * 0.3, 0.5)
    for side in (-1, 1):
        page = [
            (x, y),
            (x + side * 0.45 * size, y - 0.1 * size),
            (x + side * size, y + 0.02 * size),
        ]
        page += [
            (x + side * 0.9 * size, y - 0.42 * size),
            (x + side * 0.4 * size, y - 0.5 * size),
            (x, y - 0.4 * size),
        ]
        c.solid(page, rgb("#eee2c2"), roundness=0.2, detail=0.7)
        for k in range(6):
            yy = y - 0.07 * size - k * 0.05 * size
            line = [(x + side * 0.12 * size, yy), (x + side * 0.78 * size, yy - 0.03 * size)]
            c.flat(limb(line, (0.006 * size,) * 2), rgb("#6b5a44"), opacity=0.8, thing=False)


def candle(s: Scene, x: float, foot: float, size: float, *, lit: bool = True) -> None:
    """A candle in a brass stick; its flame lights what is near."""
    c = s.canvas
    stick = ((0.0, 0.22), (0.05, 0.2), (0.1, 0.05), (0.35, 0.045), (0.4, 0.09), (0.45, 0.06))
    c.shadow(x, foot, size * 0.26, size * 0.07, 0.5)
    turned(s, x, foot, stick, size, rgb("#b08a3c"), gloss=0.8)
    drip = limb(
        [(x, foot - 0.42 * size), (x + 0.01, foot - 0.86 * size)], (0.052 * size, 0.045 * size)
    )
    c.solid(drip, rgb("#f0e4c0"), detail=0.7)
    c.flat(box(x - 0.003, foot - 0.95 * size, x + 0.003, foot - 0.87 * size), rgb("#2a2019"))
    if lit:
        y = foot - 0.92 * size
        flame = spline(
            [
                (x, y + 0.03 * size),
                (x - 0.05 * size, y - 0.03 * size),
                (x + 0.01, y - 0.2 * size),
                (x + 0.05 * size, y - 0.03 * size),
            ]
        )
        c.glow(x, y - 0.08 * size, size * 0.75, rgb("#ffc66a"), 0.9)
        c.flat(flame, rgb("#fff0b0"), detail=0.9)
    else:
        for k in range(5):
            puff = oval(
                x + 0.02 * np.sin(k * 1.3), foot - size * (1.02 + 0.1 * k), 0.008 + 0.004 * k, 0.02
            )
            c.flat(puff, rgb("#b9b2aa"), opacity=0.35, thing=False)


def hourglass(s: Scene, x: float, foot: float, size: float) -> None:
    """Time runs out."""
    c = s.canvas
    glass = (
        (0.06, 0.2),
        (0.15, 0.22),
        (0.35, 0.16),
        (0.5, 0.03),
        (0.65, 0.16),
        (0.85, 0.22),
        (0.94, 0.2),
    )
    c.shadow(x, foot, size * 0.4, size * 0.08, 0.5)
    for side in (-1, 1):
        c.solid(
            limb(
                [(x + side * 0.24 * size, foot), (x + side * 0.24 * size, foot - size)],
                (0.022 * size,) * 2,
            ),
            rgb("#6b4526"),
            gloss=0.3,
        )
    turned(s, x, foot, glass, size, rgb("#cfd6cc"), glass=0.55, gloss=0.9)
    heap = [
        (x - 0.17 * size, foot - 0.1 * size),
        (x, foot - 0.32 * size),
        (x + 0.17 * size, foot - 0.1 * size),
    ]
    c.flat(heap, rgb("#d6b074"), detail=0.6)
    sand = [
        (x - 0.12 * size, foot - 0.68 * size),
        (x + 0.12 * size, foot - 0.68 * size),
        (x, foot - 0.52 * size),
    ]
    c.flat(sand, rgb("#d6b074"), detail=0.6)
    for y in (foot - 0.05 * size, foot - 0.97 * size):
        c.solid(
            box(x - 0.29 * size, y - 0.035 * size, x + 0.29 * size, y + 0.04 * size),
            rgb("#7a4f2c"),
            gloss=0.3,
        )


def skull(s: Scene, x: float, foot: float, size: float, side: int) -> None:
    """A human skull in three-quarter view that rests at (x, foot), turned to one side."""
    c = s.canvas
    c.shadow(x, foot, size * 0.8, size * 0.2, 0.7)

    def at(points: Sequence[tuple[float, float]]) -> Points:
        p = np.asarray(points)
        return np.column_stack([x + side * p[:, 0] * size, foot - p[:, 1] * size])

    bone, dark = rgb("#e2d2ab"), rgb("#2b1d15")
    jaw = [(-0.32, 0.5), (-0.28, 0.2), (-0.1, 0.02), (0.12, -0.02), (0.34, 0.0), (0.44, 0.12)]
    c.solid(spline(at([*jaw, (0.42, 0.32), (0.1, 0.42)])), bone * 0.85, roundness=0.6, detail=0.8)
    head = [(0.43, 0.78), (0.5, 1.0), (0.4, 1.24), (0.12, 1.38), (-0.22, 1.35), (-0.5, 1.16)]
    head += [(-0.6, 0.88), (-0.5, 0.64), (-0.38, 0.55), (-0.3, 0.44), (-0.2, 0.4), (-0.14, 0.26)]
    head += [(0.02, 0.2), (0.28, 0.2), (0.4, 0.28), (0.4, 0.42), (0.48, 0.56), (0.42, 0.66)]
    c.solid(spline(at(head)), bone, roundness=1.0, texture=0.35, gloss=0.15, detail=0.85)
    temple = [(-0.36, 0.9), (-0.3, 1.02), (-0.24, 0.86), (-0.3, 0.68)]
    c.stain(spline(at(temple)), bone * 0.8, 0.8)
    near = [(-0.2, 0.74), (-0.17, 0.86), (-0.04, 0.9), (0.09, 0.86), (0.1, 0.72), (0.02, 0.61)]
    far = [(0.24, 0.72), (0.26, 0.86), (0.36, 0.88), (0.42, 0.8), (0.42, 0.68), (0.33, 0.62)]
    nose = [(0.18, 0.62), (0.12, 0.5), (0.1, 0.42), (0.17, 0.44), (0.25, 0.42), (0.23, 0.52)]
    for hollow in ([*near, (-0.12, 0.63)], far, nose):
        p = np.asarray(hollow)
        c.flat(spline(at(hollow)), c.light.paint(dark * 1.8, 0.35), detail=1.0)
        inner = spline(at(list(map(tuple, (p - p.mean(axis=0)) * 0.7 + p.mean(axis=0)))))
        c.flat(inner, dark * 0.5, detail=1.0, thing=False)
    brow = at([(-0.24, 0.88), (-0.06, 0.97), (0.12, 0.9), (0.26, 0.92), (0.42, 0.88)])
    thick = (0.02, 0.035, 0.03, 0.03, 0.02)
    ridge = limb(brow, tuple(k * size for k in thick))
    c.flat(ridge, c.light.paint(bone, 0.78), opacity=0.5, thing=False)
    mouth = at([(-0.16, 0.2), (0.1, 0.145), (0.4, 0.2)])
    c.flat(limb(mouth, (0.03 * size, 0.045 * size, 0.03 * size)), dark, detail=1.0)
    for k in range(8):
        tx = -0.11 + 0.065 * k
        sag = 0.035 * (1 - ((k - 3.5) / 3.5) ** 2)
        for y, high in ((0.235, 0.052), (0.125, 0.045)):
            tooth = oval(
                x + side * tx * size, foot - (y - sag) * size, 0.028 * size, high * size, n=10
            )
            c.solid(tooth, rgb("#efe4c6"), detail=1.0, ink=False)
