"""What people build: houses, churches, castles, bridges, cities and ships."""

from __future__ import annotations

import numpy as np

from .canvas import Points, box, limb, oval, place
from .colour import Colour, mix, rgb, vary
from .noise import smoothstep
from .scene import Scene

WALLS = ("#e6d6b4", "#d9b98c", "#efe6d3", "#c98f6b", "#d6c3a8", "#b8a58c")


ROOFS = ("#a4492f", "#8a3f2c", "#6b4a3c", "#b3653f", "#5f5a5c")


def house(
    s: Scene, x: float, foot: float, w: float, h: float, *, distance: float = 0.0, lit: bool = False
) -> None:
    """A house seen over its corner: a gable front, a long side and a roof."""
    c = s.canvas
    wall = s.hazy(vary(s.pick(WALLS), s.rng, 0.03), distance)
    top = s.hazy(vary(s.pick(ROOFS), s.rng, 0.03), distance)
    if s.season == "winter":
        top = mix(top, rgb("#f2f5fa"), 0.85)
    sun = 1 if c.light.towards[0] > 0 else -1
    front, long = 0.42 * w, 0.58 * w
    rise = h * s.between(0.55, 0.8)
    gx0, gx1 = x - w / 2, x - w / 2 + front
    drop = 0.05 * h
    tone_front, tone_side = (0.42, 0.85) if sun > 0 else (0.88, 0.45)
    gable = [
        (gx0, foot - drop),
        (gx0, foot - h),
        ((gx0 + gx1) / 2, foot - h - rise),
        (gx1, foot - h),
        (gx1, foot),
    ]
    side = [(gx1, foot), (gx1, foot - h), (gx1 + long, foot - h + drop), (gx1 + long, foot - drop)]
    roof = [
        (gx1 + 0.04 * w, foot - h + 0.05 * h),
        ((gx0 + gx1) / 2, foot - h - rise),
        ((gx0 + gx1) / 2 + long * 0.92, foot - h - rise + drop),
        (gx1 + long * 1.06, foot - h + 1.9 * drop),
    ]
    eave = [
        ((gx0 + gx1) / 2, foot - h - rise - 0.04 * h),
        (gx0 - 0.05 * w, foot - h + 0.06 * h),
        (gx0 - 0.02 * w, foot - h + 0.1 * h),
        ((gx0 + gx1) / 2, foot - h - rise + 0.05 * h),
    ]
    c.flat(side, c.light.paint(wall, tone_side), detail=0.5, flow=0.0)
    c.flat(gable, c.light.paint(wall, tone_front), detail=0.5, flow=1.57)
    if s.chance(0.5):
        cx = (gx0 + gx1) / 2 + long * 0.5
        c.flat(
            box(cx, foot - h - rise * 1.25, cx + 0.07 * w, foot - h - rise * 0.6),
            c.light.paint(top * 0.8, 0.5),
        )
    c.flat(roof, c.light.paint(top, tone_side * 0.95), detail=0.5, flow=0.9)
    c.flat(eave, c.light.paint(top * 0.8, 0.4), detail=0.5)
    glow = lit or (s.hour in ("night", "dusk") and s.chance(0.7))
    pane = rgb("#ffd27a") if glow else c.light.paint(rgb("#3f4650"), 0.4)
    for k in range(3):
        wx = gx1 + long * (0.16 + 0.29 * k)
        c.flat(box(wx, foot - 0.72 * h, wx + 0.085 * w, foot - 0.4 * h), pane, detail=0.8)
    mid = (gx0 + gx1) / 2
    c.flat(box(mid - 0.04 * w, foot - 1.2 * h, mid + 0.04 * w, foot - 0.92 * h), pane, detail=0.8)
    c.flat(
        box(mid - 0.06 * w, foot - 0.62 * h, mid + 0.06 * w, foot - 0.03 * h),
        c.light.paint(rgb("#5f4432"), 0.45),
        detail=0.7,
    )


def church(s: Scene, x: float, foot: float, size: float, *, distance: float = 0.0) -> None:
    """A village church: nave, tower and spire with a cross."""
    c = s.canvas
    wall = s.hazy(s.pick(("#e9dfc8", "#d8c7a8", "#c9b493")), distance)
    roof = s.hazy(s.pick(("#6f4a3c", "#4f5a66", "#8a4a33")), distance)
    sun = c.light.towards[0] > 0
    bright, dark = c.light.paint(wall, 0.88), c.light.paint(wall, 0.42)
    w = 0.26 * size
    nave = [
        (x, foot),
        (x, foot - 0.42 * size),
        (x + 0.75 * size, foot - 0.40 * size),
        (x + 0.75 * size, foot - 0.02 * size),
    ]
    c.flat(nave, bright if sun else dark, detail=0.5)
    c.flat(
        [
            (x, foot - 0.42 * size),
            (x + 0.1 * size, foot - 0.66 * size),
            (x + 0.7 * size, foot - 0.63 * size),
            (x + 0.79 * size, foot - 0.38 * size),
        ],
        c.light.paint(roof, 0.7),
        detail=0.5,
    )
    for k in range(3):
        wx = x + (0.2 + 0.18 * k) * size
        c.flat(
            np.concatenate(
                [
                    box(wx, foot - 0.28 * size, wx + 0.05 * size, foot - 0.12 * size)[[3, 0]],
                    oval(wx + 0.025 * size, foot - 0.28 * size, 0.025 * size, 0.03 * size, n=12)[
                        6:
                    ],
                    box(wx, foot - 0.28 * size, wx + 0.05 * size, foot - 0.12 * size)[[1, 2]],
                ]
            ),
            rgb("#4a4a55"),
            detail=0.8,
        )
    c.flat(box(x - w, foot - 0.95 * size, x - 0.45 * w, foot), dark if sun else bright, detail=0.5)
    c.flat(
        box(x - 0.45 * w, foot - 0.95 * size, x + 0.1 * w, foot),
        bright if sun else dark,
        detail=0.5,
    )
    peak = (x - 0.45 * w, foot - 1.55 * size)
    c.flat(
        [(x - 1.08 * w, foot - 0.94 * size), peak, (x - 0.45 * w, foot - 0.94 * size)],
        c.light.paint(roof, 0.4 if sun else 0.85),
        detail=0.5,
    )
    c.flat(
        [(x - 0.45 * w, foot - 0.94 * size), peak, (x + 0.18 * w, foot - 0.94 * size)],
        c.light.paint(roof, 0.85 if sun else 0.4),
        detail=0.5,
    )
    c.flat(
        oval(x - 0.45 * w, foot - 0.78 * size, 0.045 * size, 0.055 * size),
        rgb("#3f3a40"),
        detail=0.8,
    )
    t = max(0.0025, 0.012 * size)
    c.flat(box(peak[0] - t / 2, peak[1] - 0.13 * size, peak[0] + t / 2, peak[1]), rgb("#4a3c2f"))
    c.flat(
        box(
            peak[0] - 0.04 * size,
            peak[1] - 0.1 * size,
            peak[0] + 0.04 * size,
            peak[1] - 0.1 * size + t,
        ),
        rgb("#4a3c2f"),
    )


def castle(s: Scene, x: float, foot: float, size: float, *, distance: float = 0.4) -> None:
    """Towers and battlements on a hill."""
    c = s.canvas
    stone = s.hazy(s.pick(("#a59a8c", "#b8a98f", "#8f8a8a")), distance)
    for dx, w, h in ((-0.5, 0.2, 0.8), (0.45, 0.22, 0.95), (-0.05, 0.26, 1.25), (0.0, 0.95, 0.5)):
        x0, x1, top = x + (dx - w / 2) * size, x + (dx + w / 2) * size, foot - h * size
        patch = c.polygon(box(x0, top, x1, foot))
        if patch is None:
            continue
        gx, _ = c.grid(patch)
        u = (gx - (x0 + x1) / 2) / ((x1 - x0) / 2)
        c.lay(
            patch,
            c.light.paint(stone, np.clip(0.6 + 0.35 * u * np.sign(c.light.towards[0]), 0.1, 1)),
            detail=0.5,
        )
        teeth = max(3, int(w / 0.09))
        for k in range(teeth):
            tx = x0 + (x1 - x0) * (k + 0.25) / teeth
            c.flat(
                box(tx, top - 0.05 * size, tx + 0.5 * (x1 - x0) / teeth, top + 0.005),
                c.light.paint(stone, 0.65),
            )
        if w < 0.3:
            c.flat(
                box(
                    (x0 + x1) / 2 - 0.012 * size,
                    top + 0.15 * size,
                    (x0 + x1) / 2 + 0.012 * size,
                    top + 0.27 * size,
                ),
                rgb("#2f2a2c"),
            )


def bridge(s: Scene, x0: float, x1: float, deck: float, foot: float, arches: int) -> None:
    """A stone bridge from bank to bank, humped, with round arches above the water."""
    c = s.canvas
    n = 40
    xs = np.linspace(x0, x1, n)
    hump = 0.045 * np.sin(np.pi * (xs - x0) / (x1 - x0))
    stone = vary(s.pick(("#b3a48c", "#c4ad8a", "#9f968c", "#a8785f")), s.rng, 0.03)
    holes: list[Points] = []
    span = (x1 - x0) / arches
    for k in range(arches):
        mid = x0 + (k + 0.5) * span
        r = span * 0.36
        high = min(foot - deck - 0.035 + 0.03, r * 1.15)
        t = np.linspace(np.pi, 2 * np.pi, 18)
        arch = np.column_stack([mid + r * np.cos(t), foot + high * np.sin(t)])
        holes.append(np.concatenate([[(mid - r, foot + 0.1)], arch, [(mid + r, foot + 0.1)]]))
    top = np.column_stack([xs, deck - hump])
    patch = c.polygon(np.concatenate([top, [(x1, foot), (x0, foot)]]), holes)
    for hole in holes:
        inner = hole + np.array([0.018 * np.sign(c.light.towards[0]), 0])
        inner[:, 1] = np.minimum(inner[:, 1], foot)
        c.flat(inner, c.light.paint(stone * 0.5, 0.25), opacity=0.0)
    if patch is None:
        return
    gx, gy = c.grid(patch)
    course = np.sin(gy * 260) * 0.5 + np.sin(gx * 120 + np.floor(gy * 41) * 2.1) * 0.5
    tone = np.clip(0.68 + 0.06 * course - 0.5 * (gy - deck), 0.15, 1)
    c.lay(patch, c.light.paint(stone, tone), detail=0.5, flow=0.0)
    for hole in holes:
        rim = limb(hole[1:-1], (0.008,) * (len(hole) - 2), steps=2)
        rim[:, 1] = np.minimum(rim[:, 1], foot)
        c.flat(rim, c.light.paint(stone * 1.08, 0.85), thing=False)
        soffit = np.concatenate(
            [hole[1:-1], hole[1:-1][::-1] * [0.93, 1] + [0.07 * hole[1:-1][:, 0].mean(), 0.02]]
        )
        soffit[:, 1] = np.minimum(soffit[:, 1], foot)
        c.flat(soffit, c.light.paint(stone * 0.5, 0.2), thing=False)
    rail = np.concatenate([top - [0, 0.022], (top - [0, 0.006])[::-1]])
    c.flat(rail, c.light.paint(stone * 1.05, 0.9), detail=0.5)
    c.flat(
        np.concatenate([top - [0, 0.006], (top + np.array([0, 0.006]))[::-1]]),
        c.light.paint(stone * 0.7, 0.35),
        thing=False,
    )


def tower_block(s: Scene, x: float, foot: float, w: float, h: float, distance: float) -> None:
    """A town house at night, its windows lit here and there."""
    c = s.canvas
    wall = s.pick(("#2c3350", "#38324a", "#2a3a4a", "#45384a", "#4d4040"))
    wall = mix(vary(wall, s.rng, 0.03), s.sky.middle, 0.55 * distance)
    patch = c.polygon(box(x, foot - h, x + w, foot))
    if patch is None:
        return
    _, gy = c.grid(patch)
    lamp = smoothstep(0.3, 0.0, foot - gy)[..., None] * 0.35
    c.lay(patch, wall * 0.8 + lamp * rgb("#c98f4a") * (1 - distance), detail=0.45, flow=1.57)
    kind = int(s.rng.integers(4))
    roof = wall * 0.6
    if kind == 0:
        c.flat(
            [(x - 0.01, foot - h), (x + w / 2, foot - h - 0.5 * w), (x + w + 0.01, foot - h)], roof
        )
    elif kind == 1:
        steps = [(x, foot - h)] + [
            (x + w * (0.12 * k + 0.12 * (j > 0)), foot - h - 0.13 * w * k - 0.13 * w * (j > 0) * 0)
            for k in range(4)
            for j in (0, 1)
        ]
        right = [(2 * x + w - px, py) for px, py in reversed(steps)]
        c.flat(steps + right, wall * 0.8)
    elif kind == 2:
        c.flat(oval(x + w / 2, foot - h, w * 0.36, w * 0.4), roof)
        c.flat(box(x + w / 2 - 0.004, foot - h - 0.75 * w, x + w / 2 + 0.004, foot - h), roof)
    columns, floors = max(2, int(w / 0.034)), max(2, int(h / 0.06))
    for i in range(columns):
        for j in range(floors):
            wx, wy = x + w * (i + 0.3) / columns, foot - h + h * (j + 0.25) / floors
            on = s.chance(0.45)
            pane = s.pick(("#ffd67a", "#ffbf55", "#ffe6a8", "#f2a24a")) if on else wall * 0.5
            c.flat(
                box(wx, wy, wx + 0.42 * w / columns, wy + 0.5 * h / floors),
                pane,
                opacity=1.0 if not on else 1 - 0.35 * distance,
                detail=0.85,
                thing=on,
            )


def lamp(s: Scene, x: float, foot: float, size: float) -> None:
    """A street lamp with its halo."""
    c = s.canvas
    c.flat(
        box(x - 0.012 * size, foot - 0.9 * size, x + 0.012 * size, foot), rgb("#15161f"), detail=0.7
    )
    c.flat(box(x - 0.03 * size, foot - 0.04 * size, x + 0.03 * size, foot), rgb("#15161f"))
    c.glow(x, foot - 0.96 * size, 0.4 * size, rgb("#ffc867"), 0.75)
    c.flat(oval(x, foot - 0.96 * size, 0.045 * size, 0.06 * size), rgb("#fff2c0"), detail=0.9)
    c.glow(x, foot + 0.02 * size, 0.3 * size, rgb("#ffb85a"), 0.25)


def windmill(s: Scene, x: float, foot: float, size: float, *, distance: float = 0.0) -> None:
    """A tower mill with its four sails."""
    c = s.canvas
    wall = s.hazy(s.pick(("#c9b493", "#8a6f58", "#b39a82")), distance)
    c.solid(
        [
            (x - 0.2 * size, foot),
            (x - 0.12 * size, foot - 0.7 * size),
            (x + 0.12 * size, foot - 0.7 * size),
            (x + 0.2 * size, foot),
        ],
        wall,
        roundness=1.0,
    )
    c.solid(oval(x, foot - 0.72 * size, 0.14 * size, 0.12 * size), s.hazy(rgb("#5f4a3f"), distance))
    turn = s.between(0.2, 1.2)
    for k in range(4):
        blade = np.array([(0.02, -0.01), (0.58, -0.01), (0.58, 0.11), (0.08, 0.11)])
        c.flat(
            place(blade, x, foot - 0.74 * size, size, angle=turn + k * np.pi / 2),
            s.hazy(rgb("#e6dcc4"), distance),
            opacity=0.9,
        )
        c.flat(
            place(
                box(0, -0.012, 0.62, 0.012), x, foot - 0.74 * size, size, angle=turn + k * np.pi / 2
            ),
            s.hazy(rgb("#4a3a2f"), distance),
        )


def column(s: Scene, x: float, foot: float, top: float, r: float, colour: Colour) -> None:
    """A round column with base and capital."""
    c = s.canvas
    patch = c.polygon(box(x - r, top, x + r, foot))
    if patch is not None:
        gx, _ = c.grid(patch)
        u = np.clip((gx - x) / r, -1, 1)
        tone = c.light.tone(u, np.zeros_like(u), np.sqrt(1 - u * u))
        flute = 0.06 * np.sin(np.arcsin(u) * 14)
        c.lay(patch, c.light.paint(colour, np.clip(tone + flute, 0, 1)), detail=0.5, flow=1.57)
    for y, h in ((foot, 0.5), (top + 0.5 * r, 0.6)):
        c.solid(box(x - 1.35 * r, y - h * r, x + 1.35 * r, y), colour, roundness=0.5)
