"""A room by daylight, in one-point perspective."""

from __future__ import annotations

import numpy as np

from .beasts import beast
from .canvas import box, limb, oval, place, spline
from .colour import mix, rgb
from .figures import figure
from .flowers import bouquet
from .nature import rays
from .noise import fractal
from .objects import VASE, candle, turned
from .poses import SIT, STAND, person
from .scene import Scene, room_light


def interior(s: Scene) -> None:
    """A room in one-point perspective, sunlight on the floor."""
    c = s.canvas
    c.light = room_light(s.rng, warm=False)
    side = 1 if c.light.towards[0] > 0 else -1
    w = s.aspect
    x0, x1, y0, y1 = (
        w * s.between(0.2, 0.27),
        w * s.between(0.73, 0.8),
        s.between(0.12, 0.18),
        s.between(0.62, 0.68),
    )
    vx, vy = (x0 + x1) / 2, (y0 + y1) / 2 + 0.02
    wall = s.pick(("#d9cba8", "#a8b5a8", "#c9a88a", "#8fa3b0", "#b5a0a0", "#dccfb5", "#7f8f84"))
    walls = [
        ([(0, 0), (w, 0), (x1, y0), (x0, y0)], mix(wall, rgb("#f4efe4"), 0.4), 0.55),
        ([(0, 0), (x0, y0), (x0, y1), (0, 1)], wall, 0.8 if side > 0 else 0.4),
        ([(w, 0), (x1, y0), (x1, y1), (w, 1)], wall, 0.4 if side > 0 else 0.8),
        ([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], wall, 0.68),
    ]
    for shape, colour, tone in walls:
        patch = c.polygon(shape)
        if patch is None:
            continue
        gx, gy = c.grid(patch)
        grain = 0.03 * fractal(s.rng, patch.alpha.shape[0], patch.alpha.shape[1], 4, octaves=3)
        fall = tone + 0.18 * side * (gx / w - 0.5) - 0.12 * (gy - 0.4) + grain
        c.lay(patch, c.light.paint(colour, np.clip(fall, 0.1, 1)), detail=0.2, flow=1.57)
    floor_edge = np.array([(-0.02, 1.02), (x0, y1), (x1, y1), (w + 0.02, 1.02)])
    _floor(s, floor_edge, vx, vy)
    # The window is in the wall on the side of the light; its sunlight lies on the floor.
    ex, near, far = (w, 0.78, 0.3) if side > 0 else (0.0, 0.78, 0.3)
    inner = x1 if side > 0 else x0

    def on_wall(t: float, v: float) -> tuple[float, float]:
        x = ex + (inner - ex) * t
        top, low = y0 * t, 1 + (y1 - 1) * t
        return (x, top + (low - top) * v)

    t0, t1 = 1 - near, 1 - far
    _window(s, [on_wall(t0, 0.16), on_wall(t1, 0.16), on_wall(t1, 0.62), on_wall(t0, 0.62)])
    pool = [
        (vx + side * 0.06 * w, y1 + 0.05),
        (vx + side * 0.26 * w, y1 + 0.07),
        (vx + side * 0.05 * w, 0.93),
        (vx - side * 0.28 * w, 0.88),
    ]
    patch = c.polygon(pool)
    if patch is not None:
        lit = c.rgb[patch.rows, patch.cols] * 1.35 + 0.10 * rgb("#ffe2a0")
        c.lay(patch, lit, opacity=0.85, thing=False)
    rays(s, ex, 0.2, np.pi - 0.75 if side > 0 else 0.75, 0.3, 0.22)
    if s.has("painting"):
        _hung(s, vx - side * (x1 - x0) * 0.12, y0 + 0.09, (x1 - x0) * 0.3, 0.14)
    if s.has("door"):
        c.flat(
            box(
                vx - side * 0.36 * (x1 - x0) - 0.05,
                y0 + 0.14,
                vx - side * 0.36 * (x1 - x0) + 0.05,
                y1,
            ),
            c.light.paint(rgb("#6f5238"), 0.5),
            detail=0.4,
        )
    if s.has("curtain"):
        tint = s.pick(("#8a2f2a", "#2f4f7a", "#5a6f4a", "#c99a4a"))
        for t in (t0, t1):
            cx, cy = on_wall(t, 0.1)
            _, low = on_wall(t, 0.78)
            r = 0.055 * (1.5 - t)
            hang = [(cx - r, cy), (cx + r, cy), (cx + r * 0.95, cy * 0.5 + low * 0.5)]
            hang += [
                (cx + r * 1.2, low),
                (cx - r * 1.2, low),
                (cx - r * 0.95, cy * 0.5 + low * 0.5),
            ]
            c.solid(hang, tint, folds=1.1, fold_turn=0.12, roundness=0.4)
    tx, foot = vx - side * s.between(0.02, 0.12) * w, s.between(0.8, 0.86)
    if s.has("bed"):
        _bed(s, vx - side * 0.3 * w, foot - 0.04)
    seated = s.has("chair")
    if s.has("chair"):
        _chair(s, tx + side * 0.16, foot, 0.34, -side)
    if s.has("woman"):
        dress = person(s, "robe", woman=True)
        if seated:
            figure(s, tx + side * 0.15, foot + 0.005, 0.5, SIT, dress, flip=-side)
        else:
            figure(s, vx + side * 0.22 * w, foot, 0.5, STAND, dress, flip=side)
    if s.has("table"):
        _table(s, tx - side * 0.06, foot + 0.02, 0.26, 0.2)
    if s.has("dog"):
        beast(s, "dog", vx - side * 0.2 * w, 0.95, 0.12, flip=side)


def _floor(s: Scene, edge: np.ndarray, vx: float, vy: float) -> None:
    """Boards or tiles that run to the vanishing point."""
    c = s.canvas
    patch = c.polygon(edge)
    if patch is None:
        return
    gx, gy = c.grid(patch)
    depth = 1 / np.maximum(gy - vy, 0.02)
    lane = (gx - vx) * depth
    first, second = rgb("#d9cdb4"), s.pick(("#3f3a3c", "#8a4a3a", "#5f6f7a"))
    if s.chance(0.6):
        check = (np.floor(lane * 3.2) + np.floor(depth * 1.15)) % 2
        local = mix(first, second, check[..., None])
    else:
        board = s.pick(("#9a6f48", "#7f5838", "#b58a5a"))
        seam = (np.abs((lane * 3.0) % 1 - 0.5) > 0.46).astype(np.float32)
        local = board * (1 + 0.10 * np.sin(np.floor(lane * 3.0) * 7.3) - 0.3 * seam)[..., None]
    tone = np.clip(0.62 + 0.15 * np.sign(c.light.towards[0]) * (gx / s.aspect - 0.5), 0.1, 1)
    c.lay(patch, c.light.paint(local, tone), detail=0.35, flow=1.2)


def _window(s: Scene, corner: list[tuple[float, float]]) -> None:
    c = s.canvas
    p = np.array(corner)
    c.flat(p, mix(rgb("#dcebf2"), s.sky.middle, 0.4), detail=0.6)
    low = np.array([p[0] + 0.55 * (p[3] - p[0]), p[1] + 0.55 * (p[2] - p[1]), p[2], p[3]])
    c.flat(low, mix(s.leaf(), rgb("#dfe9c9"), 0.45), detail=0.4)
    frame = rgb("#f2ece0")
    for t in (0.0, 0.5, 1.0):
        a, b = p[0] + t * (p[1] - p[0]), p[3] + t * (p[2] - p[3])
        c.flat(limb([a, b], (0.008, 0.008), steps=2), frame, detail=0.7)
        a, b = p[0] + t * (p[3] - p[0]), p[1] + t * (p[2] - p[1])
        c.flat(limb([a, b], (0.007, 0.007), steps=2), frame, detail=0.7)
    mid = p.mean(axis=0)
    c.glow(float(mid[0]), float(mid[1]), 0.36, rgb("#fff2cc"), 0.4)


def _hung(s: Scene, x: float, y: float, w: float, h: float) -> None:
    c = s.canvas
    c.flat(
        box(x + 0.008, y + 0.01, x + w + 0.01, y + h + 0.012),
        rgb("#2a2420"),
        opacity=0.4,
        thing=False,
    )
    c.flat(box(x, y, x + w, y + h), c.light.paint(rgb("#a87f3a"), 0.7), detail=0.6)
    c.flat(
        box(x + 0.012, y + 0.012, x + w - 0.012, y + h - 0.012),
        mix(s.sky.middle, rgb("#d9d2b8"), 0.3),
        detail=0.7,
    )
    c.flat(box(x + 0.012, y + h * 0.6, x + w - 0.012, y + h - 0.012), s.leaf(), detail=0.7)
    c.flat(
        [(x + w * 0.2, y + h * 0.62), (x + w * 0.45, y + h * 0.3), (x + w * 0.7, y + h * 0.62)],
        rgb("#6a6f7f"),
        detail=0.7,
    )


def _table(s: Scene, x: float, foot: float, w: float, h: float) -> None:
    c = s.canvas
    wood = s.pick(("#6b4528", "#84593a", "#4f3524"))
    c.shadow(x, foot, w * 0.7, 0.04, 0.5)
    for dx in (-0.45, 0.45):
        for back in (0.0, 0.045):
            c.solid(
                box(
                    x + dx * w * (1 - back) - 0.009,
                    foot - h,
                    x + dx * w * (1 - back) + 0.009,
                    foot - back,
                ),
                wood * (0.7 if back else 1),
            )
    c.flat(
        [
            (x - 0.44 * w, foot - h - 0.05),
            (x + 0.44 * w, foot - h - 0.05),
            (x + 0.54 * w, foot - h),
            (x - 0.54 * w, foot - h),
        ],
        c.light.paint(wood, 0.9),
        detail=0.5,
    )
    c.flat(
        box(x - 0.54 * w, foot - h, x + 0.54 * w, foot - h + 0.018),
        c.light.paint(wood, 0.45),
        detail=0.5,
    )
    top = foot - h - 0.02
    if s.chance(0.5):
        turned(s, x, top, VASE, 0.09, s.pick(("#d9d2c4", "#3f5f8a", "#8a4a34")))
        bouquet(s, x, top - 0.09, 0.085, ("daisy", "rose", "poppy"))
    else:
        candle(s, x - 0.05, top, 0.14, lit=False)
        turned(s, x + 0.05, top, VASE, 0.08, s.pick(("#e6dcc8", "#a8623c")))


def _chair(s: Scene, x: float, foot: float, size: float, flip: int) -> None:
    c = s.canvas
    wood = s.pick(("#7a4f2c", "#a8783f", "#3f2f28"))
    for p in (
        box(-0.2, 0.0, -0.15, 1.0),
        box(0.17, 0, 0.22, 0.45),
        box(-0.08, 0.06, -0.04, 0.92),
        box(0.27, 0.06, 0.3, 0.42),
    ):
        c.solid(place(p, x, foot, size, flip=flip), wood)
    c.solid(
        place([(-0.22, 0.42), (0.24, 0.42), (0.32, 0.5), (-0.08, 0.5)], x, foot, size, flip=flip),
        mix(wood, rgb("#d9b56a"), 0.4),
        roundness=0.4,
    )
    for y in (0.65, 0.8, 0.93):
        c.solid(
            place(
                limb([(-0.18, y), (-0.06, y - 0.02)], (0.03, 0.03), steps=2),
                x,
                foot,
                size,
                flip=flip,
            ),
            wood,
        )


def _bed(s: Scene, x: float, foot: float) -> None:
    c = s.canvas
    c.solid(box(x - 0.2, foot - 0.3, x - 0.17, foot), rgb("#6b4528"))
    c.solid(
        spline(
            [
                (x - 0.18, foot - 0.16),
                (x + 0.2, foot - 0.16),
                (x + 0.24, foot - 0.02),
                (x - 0.18, foot - 0.02),
            ]
        ),
        s.pick(("#a83a2e", "#e6dcc8", "#3f5f8a")),
        roundness=0.6,
        folds=0.3,
    )
    c.solid(oval(x - 0.11, foot - 0.18, 0.07, 0.035), rgb("#f2ece0"), folds=0.2)
