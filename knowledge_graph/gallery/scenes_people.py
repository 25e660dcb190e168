"""Life among people and animals: interior, meadow, battle, harvest."""

from __future__ import annotations

import numpy as np

from .beasts import beast, bird, saddle
from .buildings import castle, church, house
from .canvas import Light, box, limb, oval, place, spline
from .colour import mix, rgb, vary
from .figures import BEND, LIE, SIT, STAND, STRIKE, WALK, figure, person
from .flowers import bouquet
from .nature import foliage, hills, mountain, path, plain, rays, sky, tree, tufts
from .noise import fractal
from .objects import VASE, candle, turned
from .scene import Scene, room_light
from .scenes_land import BLOSSOM, trees_here


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
        grain = 0.03 * fractal(s.rng, *patch.alpha.shape, 4, octaves=3)
        fall = tone + 0.18 * side * (gx / w - 0.5) - 0.12 * (gy - 0.4) + grain
        c.lay(patch, c.light.paint(colour, np.clip(fall, 0.1, 1)), detail=0.2, flow=1.57)
    floor_edge = np.array([(-0.02, 1.02), (x0, y1), (x1, y1), (w + 0.02, 1.02)])
    _floor(s, floor_edge, vx, vy, y1)
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
            hang += [(cx + r * 1.2, low), (cx - r * 1.2, low), (cx - r * 0.95, cy * 0.5 + low * 0.5)]
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


def _floor(s: Scene, edge: np.ndarray, vx: float, vy: float, y1: float) -> None:
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


def animals(s: Scene) -> None:
    """Two kinds of animals in a meadow."""
    horizon = s.between(0.34, 0.46)
    sky(s, horizon, clouds=s.between(0.4, 0.9) if s.has("cloud") else s.between(-1, 0.1))
    if s.has("hill"):
        hills(s, horizon + 0.02, s.between(0.06, 0.14), s.leaf(), 0.6)
    hills(s, horizon + 0.04, 0.04, mix(s.leaf(), rgb("#4f6a3f"), 0.4), 0.4)
    plain(s, horizon + 0.03, s.earth(), mix(s.earth(), s.leaf(), 0.3))
    if s.has("tree"):
        for _ in range(int(s.between(3, 7))):
            tree(
                s,
                s.between(0, s.aspect),
                horizon + s.between(0.05, 0.1),
                s.between(0.14, 0.26),
                kind=trees_here(s),
                distance=0.25,
            )
        side = s.side()
        tree(
            s,
            s.aspect * (0.5 + side * 0.42),
            s.between(0.68, 0.78),
            s.between(0.6, 0.75),
            kind=trees_here(s),
        )
    if s.has("pond"):
        from .nature import mirror

        cx, cy = s.aspect * s.between(0.2, 0.8), 0.66
        mirror(s, oval(cx, cy, 0.24, 0.035), cy - 0.03, calm=0.9)
    if s.has("fence"):
        for x in np.arange(-0.02, s.aspect, 0.12):
            s.canvas.flat(
                box(x, horizon + 0.08, x + 0.012, horizon + 0.17), rgb("#6b5540"), detail=0.5
            )
        for y in (0.1, 0.135):
            s.canvas.flat(
                box(-0.05, horizon + y, s.aspect + 0.05, horizon + y + 0.008),
                rgb("#7a6248"),
                detail=0.5,
            )
    tall = {"horse": 1.0, "cow": 0.95, "donkey": 0.8, "deer": 0.8, "sheep": 0.55, "dog": 0.5}
    kinds = [k for k in tall if s.has(k)]
    spots = [
        (0.3, 0.9, 1.0),
        (0.72, 0.86, 0.85),
        (0.5, 0.68, 0.45),
        (0.85, 0.66, 0.4),
        (0.12, 0.65, 0.4),
        (0.64, 0.6, 0.28),
    ]
    herd = sorted(spots[: int(s.between(3, 6.9))], key=lambda p: p[1])
    first = int(s.rng.integers(len(kinds)))
    mirrored = s.chance(0.5)
    for k, (x, y, near) in enumerate(herd):
        kind = (
            kinds[(first + k) % len(kinds)] if len(herd) - k <= 2 or s.chance(0.5) else kinds[first]
        )
        flip = 1 if (x < 0.5) != mirrored else -1
        px = (
            s.aspect * ((1 - x) if mirrored else x)
            - flip * 0.2 * near * tall[kind]
            + s.between(-0.03, 0.03)
        )
        gait = "walk" if s.chance(0.35) else "stand"
        beast(
            s,
            kind,
            px,
            y + s.between(-0.02, 0.03),
            0.36 * near * tall[kind],
            flip=flip,
            gait=gait,
            graze=kind != "dog" and s.chance(0.3),
            distance=0.25 * (1 - near),
        )
    tufts(s, 0.72, 90, BLOSSOM if s.has("flower") else ("#b9c46a", "#8a9a4a"))


def battle(s: Scene) -> None:
    """Horsemen clash among smoke, banners and pikes."""
    c = s.canvas
    horizon = s.between(0.36, 0.46)
    sky(s, horizon, clouds=s.between(0.6, 1.0))
    if s.has("castle"):
        hills(s, horizon + 0.03, 0.1, s.leaf(), 0.5)
        castle(s, s.aspect * s.between(0.15, 0.85), horizon - 0.02, 0.24)
    hills(s, horizon + 0.05, 0.05, mix(s.earth(), rgb("#6b5a40"), 0.5), 0.4)
    plain(
        s, horizon + 0.04, mix(s.earth(), rgb("#7a6242"), 0.6), mix(s.earth(), rgb("#8a7a5a"), 0.5)
    )
    red, blue = s.pick(("#a8302a", "#c9572f", "#d9b03a")), s.pick(("#2f4a7a", "#e6dcc8", "#3f6a4a"))
    if s.has("fire"):
        for _ in range(3):
            x = s.aspect * s.between(0.05, 0.95)
            c.glow(x, horizon + 0.02, 0.22, rgb("#ff8a3a"), 0.9)
            foliage(s, x, horizon - 0.07, 0.07, 0.12, rgb("#4a403c"))
    for k in range(2):
        y = horizon + 0.08 + 0.06 * k
        pikes(s, y, 0.5 + 0.25 * k, red if k else blue)
    if s.has("smoke"):
        _smoke(s, horizon + 0.02, 0.3)
    count = int(s.between(4, 6.9))
    for k in range(count):
        t = (k + 0.5) / count
        size = 0.17 + 0.13 * t
        left = k % 2 == 0
        x = s.aspect * (0.5 + (-1 if left else 1) * s.between(0.06, 0.42))
        y = horizon + 0.16 + 0.40 * t
        flip = 1 if left else -1
        rider(
            s,
            x - flip * 0.4 * size,
            y,
            size,
            red if left else blue,
            flip=flip,
            gait="rear" if s.chance(0.35) else "gallop",
            lance=s.chance(0.6),
            banner=s.has("banner") and k % 3 == 1,
        )
    if s.has("dead"):
        for _ in range(2):
            figure(
                s,
                s.aspect * s.between(0.15, 0.85),
                s.between(0.9, 0.97),
                0.27,
                LIE,
                person(s, "tunic", woman=False),
                flip=s.side(),
            )
    for k in range(4):
        side = -1 if k % 2 else 1
        pose = STRIKE if s.chance(0.6) else WALK
        x, y = s.aspect * (0.5 - side * s.between(0.05, 0.42)), s.between(0.82, 0.96)
        soldier = person(s, "armour" if s.chance(0.4) else "tunic", woman=False, hat="helmet")
        from dataclasses import replace

        figure(s, x, y, 0.26, pose, replace(soldier, main=red if side > 0 else blue), flip=side)
        hx, hy = x + side * 0.2 * 0.26, y - (0.98 if pose is STRIKE else 0.5) * 0.26
        c.flat(
            limb(
                [(hx - side * 0.01, hy + 0.01), (hx + side * 0.1, hy - 0.07)],
                (0.004, 0.002),
                steps=2,
            ),
            rgb("#d9dde2"),
            detail=0.9,
        )
    if s.has("cannon"):
        _cannon(s, s.aspect * s.between(0.15, 0.3), 0.93, 0.14)
    if s.has("smoke"):
        _smoke(s, s.between(0.6, 0.8), 0.16)


def pikes(s: Scene, y: float, scale: float, colour: object) -> None:
    """A body of foot soldiers with upright pikes."""
    c = s.canvas
    x = s.between(-0.02, 0.1)
    while x < s.aspect:
        h = 0.09 * scale * s.between(0.9, 1.1)
        tint = vary(colour if s.chance(0.6) else rgb("#5a5048"), s.rng, 0.06)  # type: ignore[arg-type]
        c.solid(
            spline(
                [
                    (x - 0.02 * scale, y),
                    (x - 0.018 * scale, y - 0.7 * h),
                    (x + 0.018 * scale, y - 0.7 * h),
                    (x + 0.022 * scale, y),
                ]
            ),
            s.hazy(tint, 0.25),
            detail=0.4,
        )
        c.flat(
            oval(x, y - 0.82 * h, 0.012 * scale, 0.015 * scale, n=10),
            s.hazy(rgb("#b9b0a4"), 0.2),
            detail=0.5,
        )
        if s.chance(0.6):
            lean = s.between(-0.02, 0.03)
            c.flat(
                limb(
                    [(x + 0.015, y - 0.3 * h), (x + 0.015 + lean, y - 2.6 * h)],
                    (0.0018, 0.0014),
                    steps=2,
                ),
                rgb("#3f342a"),
                opacity=0.9,
                thing=False,
            )
        x += 0.032 * scale * s.between(0.8, 1.5)


def rider(
    s: Scene,
    x: float,
    foot: float,
    size: float,
    colour: np.ndarray,
    *,
    flip: int,
    gait: str,
    lance: bool,
    banner: bool,
    sword: bool = True,
    coat: np.ndarray | None = None,
) -> None:
    """A man on horseback; ``size`` is the height of the withers."""
    c = s.canvas
    beast(s, "horse", x, foot, size, flip=flip, gait=gait, coat=coat)
    up = gait == "rear"
    sx, sy = (
        (x + flip * 0.30 * size, foot - 1.06 * size)
        if up
        else (x + flip * 0.50 * size, foot - 0.92 * size)
    )
    if not up:
        saddle(s, x, foot, size, colour, flip=flip)
    dress = person(s, "armour", woman=False, main=None, hat="helmet")
    from dataclasses import replace

    dress = replace(dress, main=colour, second=colour)
    pose = replace(
        SIT,
        near_arm=((0.1, 0.46), (0.22, 0.47)),
        near_leg=((0.13, 0.16), (0.06, -0.06)),
        far_leg=((0.15, 0.18), (0.1, -0.03)),
        head=(0.06, 0.69),
    )
    tall = 1.25 * size
    tilt = 0.35 if up else 0.0
    figure(s, sx, sy + 0.22 * tall, tall, pose, dress, flip=flip, angle=tilt, shadow=False)
    hand = (sx + flip * 0.24 * tall, sy - 0.22 * tall - (0.06 * tall if up else 0))
    if lance or banner:
        end = (hand[0] + flip * 0.75 * size, hand[1] + (0.55 * size if up else 0.05 * size))
        start = (hand[0] - flip * 0.6 * size, hand[1] - (0.42 * size if up else 0.08 * size))
        if banner:
            start, end = (
                (hand[0], hand[1] + 0.2 * size),
                (hand[0] + flip * 0.12 * size, hand[1] - 1.0 * size),
            )
        c.flat(
            limb([start, end], (0.012 * size, 0.008 * size), steps=2), rgb("#5a3f2a"), detail=0.8
        )
        if banner:
            bx, by = end
            c.solid(
                spline(
                    [
                        (bx, by),
                        (bx - flip * 0.3 * size, by + 0.05 * size),
                        (bx - flip * 0.65 * size, by + 0.02 * size),
                        (bx - flip * 0.6 * size, by + 0.22 * size),
                        (bx - flip * 0.3 * size, by + 0.3 * size),
                        (bx - flip * 0.03 * size, by + 0.3 * size),
                    ]
                ),
                colour,
                folds=0.5,
                fold_turn=0.5,
                roundness=0.5,
            )
    elif sword:
        c.flat(
            limb(
                [hand, (hand[0] + flip * 0.28 * size, hand[1] - 0.4 * size)],
                (0.016 * size, 0.006 * size),
                steps=2,
            ),
            rgb("#dfe3e8"),
            detail=0.9,
        )


def _smoke(s: Scene, y: float, depth: float) -> None:
    c = s.canvas
    gx, gy = c.grid()
    puffs = fractal(s.rng, c.height, c.width, 4, octaves=5, stretch=1.8)
    cover = np.clip(0.35 + 0.5 * puffs, 0, 1) * np.exp(-(((gy - y) / depth) ** 2))
    tint = mix(rgb("#c9c0b0"), s.sky.horizon, 0.35) * (0.85 + 0.12 * puffs)[..., None]
    c.rgb = mix(c.rgb, tint, np.clip(cover * 0.75, 0, 0.85)[..., None])


def _cannon(s: Scene, x: float, y: float, size: float) -> None:
    c = s.canvas
    c.solid(
        limb(
            [(x - 0.5 * size, y - 0.5 * size), (x + 0.9 * size, y - 0.85 * size)],
            (0.2 * size, 0.12 * size),
        ),
        rgb("#4a4a46"),
        gloss=0.5,
    )
    c.solid(oval(x, y - 0.4 * size, 0.4 * size, 0.4 * size), rgb("#5f4630"), roundness=0.3)
    c.solid(oval(x, y - 0.4 * size, 0.28 * size, 0.28 * size), rgb("#2f2620"), roundness=0.3)
    for a in np.linspace(0, np.pi, 5)[:-1]:
        d = 0.34 * size * np.array([np.cos(a), np.sin(a)])
        c.flat(
            limb(
                [np.array([x, y - 0.4 * size]) - d, np.array([x, y - 0.4 * size]) + d],
                (0.03 * size, 0.03 * size),
                steps=2,
            ),
            rgb("#6f5438"),
        )


def harvest(s: Scene) -> None:
    """Peasants reap, bind and carry in a field of grain."""
    horizon = s.between(0.36, 0.46)
    sky(s, horizon, clouds=s.between(-0.4, 0.8))
    if s.has("hill"):
        hills(s, horizon + 0.03, s.between(0.08, 0.14), s.leaf(), 0.6)
    if s.has("village"):
        church(s, s.aspect * s.between(0.2, 0.8), horizon + 0.04, 0.15, distance=0.4)
        for _ in range(4):
            house(s, s.aspect * s.between(0.1, 0.9), horizon + 0.045, 0.08, 0.04, distance=0.4)
    hills(s, horizon + 0.05, 0.04, mix(s.leaf(), rgb("#6a7a3f"), 0.4), 0.4)
    plain(s, horizon + 0.04, rgb("#d9ae4a"), rgb("#e6c46a"), furrows=0.7)
    if s.has("tree"):
        for _ in range(3):
            tree(s, s.between(0, s.aspect), horizon + 0.07, s.between(0.14, 0.2), distance=0.3)
    _standing_grain(s, horizon)
    if s.has("cart"):
        _cart(s, s.aspect * s.between(0.3, 0.7), horizon + 0.16, 0.17)
    if s.has("sheaf"):
        for _ in range(int(s.between(4, 9))):
            t = s.rng.random()
            _sheaf(s, s.between(0, s.aspect), horizon + 0.12 + 0.42 * t, 0.06 + 0.1 * t)
    poses = [BEND, WALK, STAND, BEND, STRIKE]
    count = int(s.between(3, 5.9))
    spots = sorted(((s.rng.random(), k) for k in range(count)))
    for t, k in spots:
        pose = poses[k % 5]
        woman = k % 2 == 0
        size = 0.22 + 0.2 * t
        x, y = s.aspect * (k + 0.5 + s.between(-0.25, 0.25)) / count, horizon + 0.2 + 0.33 * t
        flip = s.side()
        figure(
            s,
            x,
            y,
            size,
            pose,
            person(
                s,
                "robe" if woman else "tunic",
                woman=woman,
                hat="straw" if s.chance(0.6) else ("veil" if woman else ""),
            ),
            flip=flip,
        )
        if pose is BEND:
            hx, hy = x + flip * 0.38 * size, y - 0.34 * size
            if s.chance(0.5):
                c = np.linspace(0.3, 2.6, 9)
                blade = np.column_stack(
                    [
                        hx + flip * 0.12 * size * np.sin(c),
                        hy + 0.07 * size - 0.09 * size * np.cos(c),
                    ]
                )
                s.canvas.flat(limb(blade, (0.008 * size,) * 9, steps=2), rgb("#cfd4d8"), detail=0.9)
            _sheaf(s, hx + flip * 0.1 * size, y + 0.01, size * 0.4)
        elif pose is WALK:
            _bundle(s, x + flip * 0.16 * size, y - 0.58 * size, size * 0.3)
    if s.has("dog"):
        beast(s, "dog", s.aspect * s.between(0.2, 0.8), 0.95, 0.11, flip=s.side())
    if s.has("bird"):
        for _ in range(6):
            bird(s, s.between(0, s.aspect), s.between(0.06, horizon), 0.016, rgb("#2f2a2c"))
    tufts(s, 0.8, 60, ("#d9b23a", "#c93f2f", "#4f6fae", "#e9d27a"))


def _standing_grain(s: Scene, horizon: float) -> None:
    """The grain that still stands, at one side."""
    c, side = s.canvas, s.side()
    x = s.aspect * (0.5 + side * 0.5)
    block = [
        (x + side * 0.1, horizon + 0.08),
        (x - side * 0.3 * s.aspect, horizon + 0.08),
        (x - side * 0.22 * s.aspect, 0.78),
        (x + side * 0.1, 0.86),
    ]
    c.solid(
        block, rgb("#cf9f3f"), roundness=0.1, folds=0.5, fold_turn=0.06, texture=0.8, detail=0.4
    )
    for _ in range(160):
        t = s.rng.random()
        px = x - side * s.between(0, 0.28) * s.aspect
        y = horizon + 0.08 + 0.03 * s.rng.random() + 0.3 * t * t
        c.flat(
            limb(
                [(px, y + 0.03), (px + s.between(-0.01, 0.01), y - 0.02)], (0.0022, 0.004), steps=2
            ),
            vary(rgb("#e6c05a"), s.rng, 0.06),
            thing=False,
            detail=0.4,
        )


def _sheaf(s: Scene, x: float, y: float, size: float) -> None:
    c = s.canvas
    c.shadow(x, y, size * 0.5, size * 0.12, 0.5)
    body = [
        (x - 0.34 * size, y),
        (x - 0.13 * size, y - 0.55 * size),
        (x - 0.36 * size, y - 1.05 * size),
        (x, y - 1.2 * size),
        (x + 0.36 * size, y - 1.05 * size),
        (x + 0.13 * size, y - 0.55 * size),
        (x + 0.34 * size, y),
    ]
    c.solid(
        body,
        vary(rgb("#d6a845"), s.rng, 0.04),
        folds=0.9,
        fold_turn=0.1,
        roundness=0.8,
        texture=0.3,
    )
    c.flat(
        limb(
            [(x - 0.15 * size, y - 0.54 * size), (x + 0.15 * size, y - 0.54 * size)],
            (0.04 * size, 0.04 * size),
            steps=2,
        ),
        rgb("#8a6426"),
    )


def _bundle(s: Scene, x: float, y: float, size: float) -> None:
    s.canvas.solid(
        spline(
            [
                (x - size, y - 0.2 * size),
                (x, y - 0.4 * size),
                (x + size, y - 0.25 * size),
                (x + 0.9 * size, y + 0.25 * size),
                (x - 0.9 * size, y + 0.2 * size),
            ]
        ),
        rgb("#dcb252"),
        folds=0.8,
        fold_turn=3.0,
        texture=0.4,
    )


def _cart(s: Scene, x: float, y: float, size: float) -> None:
    c = s.canvas
    c.shadow(x, y, size, size * 0.12, 0.5)
    foliage(s, x, y - 0.75 * size, 0.75 * size, 0.45 * size, rgb("#d6a845"))
    c.solid(box(x - 0.8 * size, y - 0.5 * size, x + 0.8 * size, y - 0.3 * size), rgb("#7a5436"))
    for dx in (-0.5, 0.5):
        c.solid(
            oval(x + dx * size, y - 0.22 * size, 0.24 * size, 0.24 * size),
            rgb("#5f4228"),
            roundness=0.2,
        )
        c.solid(
            oval(x + dx * size, y - 0.22 * size, 0.16 * size, 0.16 * size),
            rgb("#c9a35a"),
            roundness=0.2,
        )
    beast(s, "horse", x + 0.95 * size, y, size * 0.7)


__all__ = ["animals", "battle", "harvest", "interior", "mountain", "path", "rider"]
