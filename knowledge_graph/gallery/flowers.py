"""Flowers, one by one and in a bunch."""

from __future__ import annotations

import numpy as np

from .canvas import limb, oval, spline
from .colour import Colour, mix, rgb, vary
from .fruit import leaf
from .scene import Scene

PETALS: dict[str, tuple[str, ...]] = {
    "rose": ("#c8324a", "#e9a0a8", "#f0d9c8", "#b3263a", "#f2c66a"),
    "sunflower": ("#e9b42a", "#f0c640", "#d9982a"),
    "tulip": ("#d9432e", "#e9b83a", "#8a3f7a", "#efe6d6", "#e57f6a"),
    "daisy": ("#f4f1e6", "#efe9f4", "#f2e2a8"),
    "poppy": ("#d9331f", "#e2532a", "#c4261f"),
    "iris": ("#4a4fa8", "#6a55b3", "#3c5fa8", "#8f7fc4"),
    "peony": ("#e79aae", "#f2dcd6", "#c94f6f", "#f0c4c0"),
}


def bloom(s: Scene, kind: str, x: float, y: float, r: float, colour: Colour | None = None) -> None:
    """One flower head that looks towards us."""
    c, rng = s.canvas, s.rng
    hue = vary(colour if colour is not None else s.pick(PETALS[kind]), rng, 0.03)
    spin, squash = s.between(0, 6.28), s.between(0.72, 1.0)

    def petal(a: float, length: float, wide: float, tint: Colour, inner: float = 0.0) -> None:
        p = np.array(
            [
                (inner, 0),
                (0.45, wide),
                (0.85, wide * 0.85),
                (1, 0),
                (0.85, -wide * 0.85),
                (0.45, -wide),
            ]
        )
        p = spline(p * length)
        q = np.column_stack(
            [p[:, 0] * np.cos(a) - p[:, 1] * np.sin(a), p[:, 0] * np.sin(a) + p[:, 1] * np.cos(a)]
        )
        c.solid(
            np.column_stack([x + q[:, 0], y + q[:, 1] * squash]),
            vary(tint, rng, 0.02),
            roundness=0.8,
            detail=0.7,
        )

    if kind in ("rose", "peony"):
        rings = 4 if kind == "rose" else 5
        for ring in range(rings):
            size = r * (1 - ring / (rings + 0.6))
            count = 6 - ring if kind == "rose" else 9 - ring
            tint = (
                hue * (1.0 - 0.09 * ring)
                if kind == "rose"
                else mix(hue, rgb("#fff6ec"), 0.10 * ring)
            )
            for k in range(count):
                petal(
                    spin + ring * 0.7 + k * 6.283 / count,
                    size,
                    0.5 if kind == "rose" else 0.36,
                    tint,
                )
        c.solid(oval(x, y, r * 0.14, r * 0.13), hue * 0.7)
    elif kind in ("sunflower", "daisy"):
        count = 17 if kind == "sunflower" else 13
        for ring in (0, 1):
            for k in range(count):
                length = r * (1.0 - 0.14 * ring) * s.between(0.92, 1.06)
                petal(
                    spin + (k + 0.5 * ring) * 6.283 / count, length, 0.16, hue * (0.9 + 0.1 * ring)
                )
        eye = rgb("#4a2f1a") if kind == "sunflower" else rgb("#e2b02f")
        c.solid(oval(x, y, r * 0.42, r * 0.42 * squash), eye, texture=1.2, detail=0.8)
        if kind == "sunflower":
            c.solid(oval(x, y, r * 0.2, r * 0.2 * squash), eye * 0.7, texture=1.0, ink=False)
    elif kind == "tulip":
        for dx, w in ((-0.3, 0.36), (0.3, 0.36), (0.0, 0.42)):
            cup = [
                (x + dx * r, y + 0.75 * r),
                (x + (dx - w) * r, y + 0.1 * r),
                (x + (dx * 1.4 - 0.1) * r, y - 0.95 * r),
            ]
            cup += [(x + (dx + w) * r, y + 0.1 * r)]
            c.solid(spline(cup), hue * (1.0 if dx == 0 else 0.85), roundness=0.8, detail=0.7)
    elif kind == "iris":
        for a in (0.5, 1.57, 2.64):
            petal(a, r, 0.36, hue * 0.9)
        for a in (-0.9, -1.57, -2.24):
            petal(a, r * 0.95, 0.3, mix(hue, rgb("#ffffff"), 0.2))
        c.solid(limb([(x, y + 0.1 * r), (x, y + 0.55 * r)], (0.07 * r, 0.05 * r)), rgb("#e9c23a"))
    else:
        for k in range(5):
            petal(spin + k * 6.283 / 5, r, 0.52, hue)
        c.solid(oval(x, y, r * 0.24, r * 0.22), rgb("#2a1f24"), texture=0.8)


def bouquet(s: Scene, x: float, neck: float, size: float, kinds: tuple[str, ...]) -> None:
    """A bunch whose stems meet at (x, neck) and whose heads fill a dome of radius ``size``."""
    c, rng = s.canvas, s.rng
    green = s.pick(("#4f6f38", "#3f6240", "#6a7f3f"))
    count = int(s.between(9, 15))
    heads = []
    for k in range(count):
        a = -np.pi / 2 + (k - (count - 1) / 2) * (2.7 / count) * 1.0 + s.between(-0.12, 0.12)
        d = size * (0.62 + 0.42 * ((k * 7) % 3) / 2) * s.between(0.88, 1.1)
        heads.append((x + d * np.cos(a) * 0.95, neck + d * np.sin(a) - 0.1 * size))
    heads += [
        (x + s.between(-0.35, 0.35) * size, neck - size * s.between(0.25, 0.55)) for _ in range(4)
    ]
    for hx, hy in heads:
        mid = (x + (hx - x) * 0.4, neck + (hy - neck) * 0.55)
        c.solid(
            limb([(x, neck + 0.02), mid, (hx, hy)], (0.007, 0.006, 0.005)), green * 0.9, ink=False
        )
    for _ in range(20):
        a = s.between(-np.pi, 0.15)
        d = size * s.between(0.15, 0.85)
        leaf(
            s,
            x + d * np.cos(a),
            neck - 0.08 + d * np.sin(a),
            size * s.between(0.25, 0.42),
            s.between(0, 6.28),
            vary(green, rng, 0.05),
        )
    order = rng.permutation(len(heads))
    for i, k in enumerate(order):
        kind = kinds[int(i) % len(kinds)]
        bloom(s, kind, *heads[int(k)], size * s.between(0.19, 0.28))
