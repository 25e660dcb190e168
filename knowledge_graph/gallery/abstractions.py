"""Abstract pictures: shapes in tension, fields of colour."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .canvas import box, limb, oval
from .colour import Colour, mix, rgb, vary
from .noise import fractal, smoothstep
from .scene import Scene

PIGMENTS = {
    "red": ("#c8322a", "#a8262f", "#d94f3a"),
    "blue": ("#1f4f9a", "#2a6fb8", "#23306f"),
    "yellow": ("#f0c22f", "#e9b02a", "#f4d65a"),
    "black": ("#1c1b1f", "#2a2628"),
    "green": ("#2f7a4a", "#5a8f4a", "#1f5a4f"),
    "orange": ("#e67a22", "#d9622a"),
    "violet": ("#6a3f8a", "#4f2f6f"),
    "white": ("#f2ecdf", "#e8e4da"),
}


def _named(s: Scene) -> list[Colour]:
    return [s.pick(tones) for name, tones in PIGMENTS.items() if s.has(name)]


def geometric(s: Scene) -> None:
    """Circles, squares, triangles and lines in tension."""
    c = s.canvas
    ground = s.pick(("#efe6d2", "#e6dcc4", "#f4efe4", "#d9d2c4", "#26262c"))
    c.rgb[:] = ground
    keys = _named(s)
    others = [s.pick(PIGMENTS[k]) for k in ("black", "red", "blue", "yellow", "white")]
    dark_ink = rgb("#1c1b1f") if float(ground.mean()) > 0.4 else rgb("#e6dcc4")

    def tint() -> Colour:
        pool = keys * 3 + others
        return vary(pool[int(s.rng.integers(len(pool)))], s.rng, 0.02)

    def flat(points: ArrayLike, colour: Colour, opacity: float = 1.0) -> None:
        patch = c.polygon(points)
        if patch is None:
            return
        gx, gy = c.grid(patch)
        fade = 1 + 0.16 * ((gx + gy) / (s.aspect + 1) - 0.5)
        c.lay(patch, colour * fade[..., None], opacity=opacity, detail=0.55)

    if s.has("grid"):
        xs = np.sort(s.rng.uniform(0.1, 0.9, 4)) * s.aspect
        ys = np.sort(s.rng.uniform(0.1, 0.9, 4))
        ex, ey = [-0.02, *xs, s.aspect + 0.02], [-0.02, *ys, 1.02]
        for i in range(5):
            for j in range(5):
                if s.chance(0.38):
                    flat(box(ex[i], ey[j], ex[i + 1], ey[j + 1]), tint())
        for x in xs:
            flat(box(x - 0.008, 0, x + 0.008, 1), dark_ink)
        for y in ys:
            flat(box(0, y - 0.008, s.aspect, y + 0.008), dark_ink)
    turn = s.between(-0.6, 0.6)
    if s.has("square"):
        for _ in range(int(s.between(3, 7))):
            x, y, w, h = (
                s.aspect * s.between(0.1, 0.9),
                s.between(0.1, 0.9),
                s.between(0.05, 0.3),
                s.between(0.03, 0.18),
            )
            p = box(-w, -h, w, h)
            q = np.column_stack(
                [
                    p[:, 0] * np.cos(turn) - p[:, 1] * np.sin(turn),
                    p[:, 0] * np.sin(turn) + p[:, 1] * np.cos(turn),
                ]
            )
            flat(q + np.array([x, y]), tint(), 0.95)
    if s.has("triangle"):
        for _ in range(int(s.between(2, 5))):
            x, y, r, a = (
                s.aspect * s.between(0.15, 0.85),
                s.between(0.15, 0.85),
                s.between(0.1, 0.34),
                s.between(0, 6.28),
            )
            angles = a + np.array([0, 2.1, 4.2]) + s.rng.normal(0, 0.25, 3)
            flat(np.column_stack([x + r * np.cos(angles), y + r * np.sin(angles)]), tint(), 0.9)
    if s.has("circle"):
        for _ in range(int(s.between(3, 7))):
            x, y, r = s.aspect * s.between(0.12, 0.88), s.between(0.12, 0.88), s.between(0.04, 0.26)
            for k in range(int(s.between(1, 4))):
                flat(oval(x, y, r * (1 - 0.3 * k), r * (1 - 0.3 * k), n=60), tint(), 0.93)
    if s.has("arc"):
        for _ in range(3):
            x, y, r, a = (
                s.aspect * s.between(0.2, 0.8),
                s.between(0.2, 0.8),
                s.between(0.15, 0.4),
                s.between(0, 6.28),
            )
            t = np.linspace(a, a + s.between(1.2, 3.0), 18)
            arc = np.column_stack([x + r * np.cos(t), y + r * np.sin(t)])
            flat(limb(arc, (0.012,) * 18, steps=2), dark_ink if s.chance(0.5) else tint())
    if s.has("line"):
        for _ in range(int(s.between(4, 9))):
            a = turn + (np.pi / 2 if s.chance(0.4) else 0) + s.rng.normal(0, 0.12)
            x, y, r = s.aspect * s.between(0.1, 0.9), s.between(0.1, 0.9), s.between(0.15, 0.6)
            ends = [(x - r * np.cos(a), y - r * np.sin(a)), (x + r * np.cos(a), y + r * np.sin(a))]
            w = s.between(0.002, 0.012)
            flat(limb(ends, (w, w), steps=2), dark_ink if s.chance(0.7) else tint())


def fields(s: Scene) -> None:
    """Soft fields of colour that float on a ground or meet at a horizon."""
    c = s.canvas
    keys = _named(s)
    first, second = keys[0], keys[-1]
    gx, gy = c.grid()
    cloud = fractal(s.rng, c.height, c.width, 4, octaves=5)
    c.rgb = mix(mix(second, first, 0.25), second * 0.7, np.clip(0.5 + 0.1 * cloud, 0, 1)[..., None])
    c.flow[:] = 0.2 * cloud
    c.flow_weight[:] = 0.8

    def field(x0: float, y0: float, x1: float, y1: float, colour: Colour) -> None:
        ragged = 0.012 * fractal(s.rng, c.height, c.width, 12, octaves=4)
        soft = s.between(0.012, 0.035)
        inside = np.minimum(np.minimum(gx - x0, x1 - gx), np.minimum(gy - y0, y1 - gy)) + ragged
        cover = smoothstep(-soft, soft, inside)
        veil = fractal(s.rng, c.height, c.width, 3, octaves=5, stretch=1.6)
        painted = vary(colour, s.rng, 0.02) * (1 + 0.07 * veil)[..., None]
        patch = c.whole()
        c.lay(
            patch,
            painted,
            opacity=cover * np.clip(0.9 + 0.06 * veil, 0, 1),
            detail=0.1,
            thing=False,
        )

    if s.has("horizon"):
        y = s.between(0.4, 0.65)
        field(-0.2, -0.2, s.aspect + 0.2, y, first)
        field(-0.2, y + 0.01, s.aspect + 0.2, 1.2, second * 0.85)
    elif s.has("rectangle"):
        count = int(s.between(2, 4.99))
        cuts = np.sort(s.rng.uniform(0.2, 0.8, count - 1))
        edges = [0.05, *cuts, 0.95]
        m = s.between(0.05, 0.1)
        for k in range(count):
            if edges[k + 1] - edges[k] > 0.06:
                tone = (first, second * 0.75 + 0.2, mix(first, second, 0.5))[k % 3]
                field(m, edges[k] + 0.015, s.aspect - m, edges[k + 1] - 0.015, tone)
    else:
        field(-0.2, -0.2, s.aspect + 0.2, 1.2, first)
        for _ in range(int(s.between(1, 3.99))):
            if s.has("band"):
                x, w = s.aspect * s.between(0.1, 0.9), s.between(0.01, 0.09)
                field(x - w, -0.2, x + w, 1.2, second)
            else:
                x, y, r = s.aspect * s.between(0.2, 0.8), s.between(0.2, 0.8), s.between(0.15, 0.35)
                field(x - r, y - r * 0.6, x + r, y + r * 0.6, second)
