"""Fruit, one by one, and leaves."""

from __future__ import annotations

import numpy as np

from .canvas import Points, limb, oval, spline
from .colour import Colour, mix, rgb, vary
from .noise import fractal, smoothstep
from .scene import Scene

FRUIT: dict[str, tuple[str, ...]] = {
    "apple": ("#b8332a", "#c9502e", "#9aa83a", "#c9a53c"),
    "orange": ("#e2842a", "#e89530", "#d9752a"),
    "lemon": ("#e8c93c", "#f0d654"),
    "pear": ("#b7ad3f", "#c9b64a", "#a6a24a"),
    "peach": ("#e59a5f", "#de8463", "#eab072"),
    "plum": ("#4a3357", "#5a3a5f", "#3c3358"),
    "pomegranate": ("#a23338", "#b3452f"),
    "fig": ("#5b4a5e", "#6d5a55"),
}


def fruit(s: Scene, kind: str, x: float, foot: float, r: float) -> None:
    """One fruit that lies at (x, foot)."""
    c = s.canvas
    if kind == "grapes":
        _grapes(s, x, foot, r)
        return
    colour = vary(s.pick(FRUIT[kind]), s.rng, 0.03)
    c.shadow(x, foot - r * 0.08, r * 1.15, r * 0.34, 0.62)
    y, tilt = foot - r * 0.95, s.between(-0.5, 0.5)
    shape = oval(x, y, r, r * 0.94)
    if kind == "lemon":
        p = [(-1.25, 0.0), (-0.95, 0.3), (-0.3, 0.74), (0.4, 0.7), (0.95, 0.32), (1.3, 0.03)]
        p += [(0.95, -0.3), (0.4, -0.7), (-0.3, -0.74), (-0.95, -0.32)]
        shape = _turn(spline(p), x, foot - r * 0.72, r * 0.95, tilt)
    elif kind == "pear":
        p = [
            (0, 1.5),
            (0.25, 1.42),
            (0.38, 0.9),
            (0.72, 0.3),
            (0.92, -0.25),
            (0.6, -0.85),
            (0, -0.95),
        ]
        p += [(-0.6, -0.85), (-0.92, -0.25), (-0.72, 0.3), (-0.38, 0.9), (-0.25, 1.42)]
        shape = _turn(spline(p), x, y, r, tilt * 0.7)
    elif kind == "apple":
        p = [
            (0, 0.8),
            (0.4, 0.98),
            (0.9, 0.7),
            (1.02, 0.05),
            (0.75, -0.7),
            (0.3, -0.95),
            (0, -0.86),
        ]
        p += [(-0.3, -0.95), (-0.75, -0.7), (-1.02, 0.05), (-0.9, 0.7), (-0.4, 0.98)]
        shape = _turn(spline(p), x, y, r, tilt * 0.4)
    elif kind == "fig":
        p = [
            (0.05, 1.3),
            (0.3, 0.8),
            (0.85, 0.1),
            (0.8, -0.6),
            (0, -0.95),
            (-0.8, -0.6),
            (-0.85, 0.1),
            (-0.2, 0.8),
        ]
        shape = _turn(spline(p), x, y, r, tilt)
    patch = c.polygon(shape)
    if patch is None:
        return
    gx, gy = c.grid(patch)
    u, v = (gx - x) / r, (gy - y) / r
    local: Colour = np.broadcast_to(colour, (*u.shape, 3)).astype(np.float32)
    if kind in ("apple", "peach", "pear"):
        blush = s.pick(("#c23b2c", "#d95f3a", "#d9b13f"))
        speck = fractal(s.rng, u.shape[0], u.shape[1], 5, octaves=3, stretch=0.4)
        local = mix(local, blush, smoothstep(-0.3, 1.2, u * 0.8 + 0.35 * speck)[..., None] * 0.7)
    if kind in ("orange", "lemon"):
        local = (
            local * (1 + 0.035 * fractal(s.rng, u.shape[0], u.shape[1], 14, octaves=1))[..., None]
        )
    tone = c.relief(patch, 1.0)
    painted = c.light.paint(local, tone)
    lx, ly, _ = c.light.towards
    spark = np.exp(-(((u - 0.38 * np.sign(lx)) / 0.17) ** 2) - (((v - 0.5 * ly) / 0.15) ** 2))
    shine = 0.25 if kind in ("peach", "fig") else 0.6
    painted = painted + shine * spark[..., None]
    bounce = smoothstep(0.5, 1.0, v) * smoothstep(0.2, 1.0, -u * np.sign(lx))
    painted = painted + 0.10 * bounce[..., None] * c.light.colour
    c.lay(patch, painted, detail=0.75)
    if kind in ("apple", "pear", "peach", "plum", "fig"):
        head = 1.42 if kind == "pear" else (1.2 if kind == "fig" else 0.82)
        a = tilt * (0.7 if kind == "pear" else 0.4)
        top = (x + np.sin(a) * head * r, y - np.cos(a) * head * r)
        tip = (top[0] + s.between(-0.15, 0.3) * r, top[1] - 0.38 * r)
        c.solid(limb([top, tip], (0.06 * r, 0.08 * r)), rgb("#4a3524"), detail=0.8)
    if kind == "pomegranate":
        crown = [
            (-0.2, 0.85),
            (-0.34, 1.25),
            (-0.1, 1.08),
            (0, 1.3),
            (0.12, 1.08),
            (0.34, 1.25),
            (0.2, 0.85),
        ]
        c.solid(_turn(np.array(crown), x, y, r, tilt), colour * 0.85)


def _turn(points: Points | np.ndarray, x: float, y: float, r: float, angle: float) -> Points:
    c, s = np.cos(angle), np.sin(angle)
    px = points[:, 0] * c + points[:, 1] * s
    py = -points[:, 0] * s + points[:, 1] * c
    return np.column_stack([x + r * px, y - r * py])


def _grapes(s: Scene, x: float, foot: float, r: float) -> None:
    c = s.canvas
    colour = s.pick(("#3f2d52", "#51325a", "#8fa04a", "#6d2a3c"))
    c.shadow(x, foot - 0.05 * r, r * 1.7, r * 0.4, 0.55)
    g = r * 0.31
    spots = []
    for row in range(5):
        wide = (5 - row) * 0.5
        spots += [
            (x + (k - wide) * g * 1.55 + s.between(-0.3, 0.3) * g, foot - g - row * g * 1.25)
            for k in range(6 - row)
        ]
    for gx, gy in sorted(spots, key=lambda q: q[1]):
        c.solid(oval(gx, gy, g, g), vary(colour, s.rng, 0.03), gloss=0.7, detail=0.8)
    leaf(
        s,
        x + s.between(-0.4, 0.4) * r,
        foot - r * 1.9,
        r * 1.1,
        s.between(-0.6, 0.6),
        rgb("#5f7a36"),
    )


def leaf(s: Scene, x: float, y: float, size: float, angle: float, colour: Colour) -> None:
    """A pointed leaf with its rib, growing from (x, y) in a direction."""
    p = [(0, 0), (0.3, 0.2), (0.65, 0.16), (1.0, 0.0), (0.65, -0.16), (0.3, -0.2)]
    c = s.canvas
    outline = _turn(spline(p), x, y, size, angle)
    c.solid(outline, vary(colour, s.rng, 0.03), roundness=0.7, detail=0.6)
    rib = limb(
        _turn(np.array([(0.0, 0.0), (0.9, 0.0)]), x, y, size, angle), (0.012 * size, 0.006 * size)
    )
    c.flat(rib, mix(colour, rgb("#d9e0a0"), 0.4), thing=False)
