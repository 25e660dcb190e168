"""Stories told with figures, beasts, ships and trees: scripture and myth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .beasts import beast, bird, dragon, saddle, serpent
from .buildings import boat, castle, column, ship
from .canvas import box, limb, oval, spline
from .colour import mix, rgb, vary
from .figures import (
    CAST_UP,
    CROSS,
    KNEEL,
    LEAN_OVER,
    REACH,
    SIT,
    STAND,
    WALK,
    Dress,
    Pose,
    figure,
    person,
    wing,
    wings,
)
from .flowers import bloom
from .nature import (
    foliage,
    hills,
    mirror,
    mountain,
    path,
    plain,
    rays,
    rock,
    sky,
    tree,
    tufts,
    water,
    waves,
)
from .noise import fractal
from .objects import VASE, fruit, open_book, skull, turned
from .scene import Scene, room_light
from .scenes_land import BLOSSOM, gulls
from .scenes_people import rider

MARY_BLUE, MARY_RED = "#2a4f94", "#a8342f"


def eve(s: Scene) -> None:
    """Eve at the tree, the serpent round the trunk, an apple between them."""
    c = s.canvas
    horizon = s.between(0.42, 0.52)
    sky(s, horizon)
    hills(s, horizon + 0.02, 0.12, mix(s.leaf(), rgb("#4f7a5a"), 0.4), 0.55)
    for _ in range(8):
        tree(
            s,
            s.between(0, s.aspect),
            horizon + s.between(0.04, 0.1),
            s.between(0.16, 0.3),
            distance=0.3,
        )
    plain(s, horizon + 0.05, mix(s.leaf(), s.earth(), 0.5), s.leaf())
    if s.has("river"):
        cx = s.aspect * s.between(0.2, 0.8)
        mirror(
            s,
            spline(
                [
                    (cx - 0.02, horizon + 0.06),
                    (cx + 0.04, horizon + 0.06),
                    (cx + 0.1, 0.7),
                    (cx + 0.3, 0.8),
                    (cx - 0.12, 0.8),
                    (cx - 0.08, 0.66),
                ]
            ),
            horizon + 0.05,
            calm=0.9,
        )
    if s.has("deer"):
        beast(s, "deer", s.aspect * s.between(0.04, 0.2), 0.7, 0.13, flip=s.side(), distance=0.2)
    if s.has("sheep"):
        beast(s, "sheep", s.aspect * s.between(0.72, 0.86), 0.74, 0.1, flip=s.side(), distance=0.15)
    x = s.aspect * s.between(0.44, 0.56)
    foot = s.between(0.84, 0.88)
    bark = rgb("#6b4f38")
    trunk = [(x + 0.01, foot), (x - 0.012, 0.62), (x + 0.012, 0.42), (x, 0.22)]
    c.solid(limb(trunk, (0.05, 0.036, 0.034, 0.03)), bark, texture=0.7)
    for side in (-1, 1):
        c.solid(
            limb(
                [(x, 0.36), (x + side * 0.12, 0.26), (x + side * 0.22, 0.2)], (0.024, 0.016, 0.01)
            ),
            bark,
            texture=0.5,
        )
    green = s.leaf()
    for dx, dy, r in (
        (-0.2, 0.2, 0.16),
        (0.2, 0.2, 0.16),
        (0.0, 0.12, 0.22),
        (-0.1, 0.08, 0.15),
        (0.12, 0.08, 0.15),
    ):
        foliage(s, x + dx, dy, r, r * 0.72, vary(green, s.rng, 0.02))
    for _ in range(13):
        a, d = s.between(0, 6.28), np.sqrt(s.rng.random())
        c.solid(
            oval(x + 0.3 * d * np.cos(a), 0.16 + 0.13 * d * np.sin(a), 0.016, 0.016),
            s.pick(("#c8302a", "#d9552e", "#e0a03a")),
            gloss=0.5,
            detail=0.8,
        )
    side = s.side()
    t = np.linspace(0, 1, 17)
    coil = np.column_stack(
        [x + side * 0.058 * np.sin(t * 15.5 + 0.6) * (1 - 0.25 * t), 0.8 - 0.42 * t]
    )
    coil = np.concatenate([coil, [(x + side * 0.07, 0.355), (x + side * 0.13, 0.39)]])
    serpent(s, coil, 0.0165, s.pick(("#4f7a3a", "#7a8a2f", "#3f6a5f", "#8a6a2a")))
    tall = s.between(0.56, 0.62)
    eve_x = x + side * s.between(0.25, 0.29)
    looks = person(s, "nude", woman=True)
    reach = replace(
        REACH, near_arm=((0.13, 0.77), (0.25, 0.88)), far_arm=((0.02, 0.63), (0.06, 0.5))
    )
    figure(s, eve_x, foot + 0.03, tall, reach, looks, flip=-side)
    fruit(s, "apple", eve_x - side * 0.275 * tall, foot + 0.03 - 0.87 * tall, 0.02)
    _leaves_at(s, eve_x, foot + 0.03 - 0.5 * tall, 0.05)
    if s.has("Adam"):
        ax = x - side * s.between(0.23, 0.28)
        figure(
            s,
            ax,
            foot + 0.02,
            tall * 1.05,
            replace(STAND, near_arm=((0.1, 0.68), (0.17, 0.8))),
            person(s, "nude", woman=False, beard=s.chance(0.5)),
            flip=side,
        )
        _leaves_at(s, ax, foot + 0.02 - 0.525 * tall, 0.05)
    tufts(s, 0.8, 70, BLOSSOM if s.has("flower") else ("#7a9a3f", "#a9bd63"))
    if s.has("bird"):
        bird(s, x - side * 0.33, 0.2, 0.045, rgb("#efe6d6"), flip=side)


def _leaves_at(s: Scene, x: float, y: float, size: float) -> None:
    for _ in range(6):
        s.canvas.solid(
            oval(
                x + s.between(-0.5, 0.5) * size,
                y + s.between(-0.3, 0.3) * size,
                size * 0.42,
                size * 0.26,
                s.between(0, 3),
            ),
            rgb("#54763a"),
            detail=0.7,
        )


def annunciation(s: Scene) -> None:
    """The angel kneels, Mary reads, the dove comes down on a ray."""
    c = s.canvas
    sky(s, 0.62, clouds=0.2)
    hills(s, 0.6, 0.12, s.leaf(), 0.6)
    if s.has("garden"):
        for k in range(6):
            tree(
                s,
                s.aspect * (0.04 + 0.09 * k),
                0.66,
                s.between(0.15, 0.28),
                kind="cypress" if k % 2 else "oak",
                distance=0.3,
            )
    plain(s, 0.62, s.earth(), s.leaf())
    c.light = replace(room_light(s.rng, warm=False), towards=(-0.9, -0.6, 0.65))
    wall = s.pick(("#d9c4a0", "#c9a98f", "#b8b0a0", "#a89fae"))
    _loggia(s, wall)
    if s.has("curtain"):
        w = s.aspect
        c.solid(
            spline(
                [
                    (w * 0.78, 0.1),
                    (w + 0.05, 0.1),
                    (w + 0.05, 0.75),
                    (w * 0.9, 0.75),
                    (w * 0.84, 0.4),
                ]
            ),
            s.pick(("#a8342f", "#3f6a4a", "#7a3f6a")),
            folds=1.0,
            fold_turn=0.2,
            roundness=0.4,
        )
    if s.has("column"):
        column(s, s.aspect * 0.5, 0.78, 0.1, 0.024, rgb("#efe6d6"))
    foot = 0.92
    tall = 0.60
    angel = person(
        s,
        "robe",
        woman=True,
        main=str(s.rng.choice(["#f0e2d6", "#e9b8a8", "#d9cf9a", "#c9d6e2"])),
        second="#c99a4a",
        halo=True,
    )
    ax = s.aspect * s.between(0.22, 0.27)
    pose = replace(KNEEL, near_arm=((0.16, 0.5), (0.27, 0.6)), far_arm=((0.14, 0.42), (0.25, 0.44)))
    wings(s, ax - 0.01, foot - 0.5 * tall, 0.34, flip=1)
    figure(s, ax, foot, tall, pose, angel, flip=1)
    _lily(s, ax + 0.25 * tall, foot - 0.44 * tall)
    mx = s.aspect * s.between(0.72, 0.78)
    mary = Dress(
        "robe",
        rgb("#ecc6a4"),
        rgb("#5b3d26"),
        rgb(MARY_RED),
        rgb(MARY_BLUE),
        True,
        True,
        "veil",
        mantle=True,
    )
    seated = s.chance(0.6)
    if seated:
        c.solid(box(mx - 0.05, foot - 0.2, mx + 0.12, foot), rgb("#6b4528"), roundness=0.3)
    figure(
        s,
        mx,
        foot,
        tall if seated else tall * 0.96,
        SIT if seated else replace(STAND, near_arm=((0.08, 0.64), (0.06, 0.74))),
        mary,
        flip=-1,
    )
    if s.has("book"):
        lx = mx - 0.24
        c.solid(limb([(lx, foot), (lx, foot - 0.2)], (0.02, 0.015), steps=3), rgb("#6b4528"))
        open_book(s, lx, foot - 0.19, 0.09)
    if s.has("vase"):
        turned(s, s.aspect * 0.5, 0.95, VASE, 0.11, rgb("#d9d2c4"))
        for k in range(3):
            bloom(s, "daisy", s.aspect * 0.5 + (k - 1) * 0.035, 0.81 - 0.02 * (k % 2), 0.03)
    rays(s, -0.02, 0.02, float(np.arctan2(0.45, mx)), 0.13, 0.85)
    bird(s, s.aspect * 0.42, 0.25, 0.075, rgb("#fbf6ea"))
    c.glow(s.aspect * 0.42, 0.25, 0.15, rgb("#fff0b8"), 0.5)


def _loggia(s: Scene, wall: np.ndarray) -> None:
    """A vaulted room open to a garden on the left."""
    c, w = s.canvas, s.aspect
    t = np.linspace(np.pi, 2 * np.pi, 16)
    holes = []
    for cx in (0.14 * w, 0.38 * w):
        arch = np.column_stack([cx + 0.10 * w * np.cos(t), 0.32 + 0.15 * np.sin(t)])
        holes.append(np.concatenate([[(cx - 0.10 * w, 0.72)], arch, [(cx + 0.10 * w, 0.72)]]))
    patch = c.polygon(box(-0.05, -0.05, w + 0.05, 0.74), holes)
    if patch is not None:
        gx, gy = c.grid(patch)
        grain = fractal(s.rng, *patch.alpha.shape, 5, octaves=4)
        c.lay(
            patch,
            c.light.paint(
                wall, np.clip(0.72 - 0.2 * gx / w + 0.03 * grain - 0.1 * (0.3 - gy), 0, 1)
            ),
            detail=0.25,
            flow=1.57,
        )
    for hole in holes:
        c.flat(
            limb(hole[1:-1], (0.008,) * 16, steps=2), c.light.paint(wall * 1.1, 0.9), thing=False
        )
    c.flat(box(-0.05, 0.1, w + 0.05, 0.115), c.light.paint(wall * 0.8, 0.5), thing=False)
    floor = c.polygon(box(-0.05, 0.74, w + 0.05, 1.05))
    if floor is not None:
        gx, gy = c.grid(floor)
        depth = 1 / np.maximum(gy - 0.5, 0.05)
        check = (np.floor((gx - w / 2) * depth * 2.4) + np.floor(depth * 1.9)) % 2
        tiles = mix(rgb("#e0d2b6"), s.pick(("#9a5442", "#5f6f7f", "#6b6a5a")), check[..., None])
        c.lay(floor, c.light.paint(tiles, 0.65), detail=0.35, flow=0.0)


def _lily(s: Scene, x: float, y: float) -> None:
    c = s.canvas
    c.solid(
        limb([(x, y + 0.06), (x + 0.01, y - 0.1), (x + 0.02, y - 0.2)], (0.005, 0.005, 0.004)),
        rgb("#5a7a3f"),
    )
    for dx, dy in ((0.02, -0.21), (-0.015, -0.16), (0.04, -0.14)):
        bloom(s, "iris", x + dx, y + dy, 0.034, rgb("#f8f4ea"))


def flight(s: Scene) -> None:
    """Mary and the child on a donkey, Joseph leads it through the land."""
    horizon = s.between(0.46, 0.56)
    sun_x, _ = sky(s, horizon)
    if s.has("mountain"):
        for _ in range(3):
            mountain(
                s,
                s.aspect * s.between(0, 1),
                horizon + 0.03,
                s.between(0.3, 0.5),
                s.between(0.15, 0.3),
                0.55,
            )
    hills(s, horizon + 0.03, 0.1, mix(s.earth(), rgb("#9a8a5a"), 0.5), 0.5)
    if s.has("pyramid"):
        for k in range(2):
            x, h = s.aspect * (0.2 + 0.16 * k), 0.13 - 0.04 * k
            s.canvas.flat(
                [(x - h, horizon + 0.03), (x, horizon - h), (x + 0.4 * h, horizon + 0.03)],
                s.hazy(rgb("#d9b87a"), 0.35),
            )
            s.canvas.flat(
                [(x + 0.4 * h, horizon + 0.03), (x, horizon - h), (x + h, horizon + 0.03)],
                s.hazy(rgb("#9a7a52"), 0.35),
            )
    plain(
        s, horizon + 0.05, mix(s.earth(), rgb("#c9a86a"), 0.6), mix(s.earth(), rgb("#b89a5f"), 0.5)
    )
    if s.has("river"):
        water(s, horizon + 0.08, horizon + 0.16, calm=0.9, sun_x=sun_x)
    path(s, horizon + 0.1, rgb("#d9c294"))
    side = s.side()
    kind = "palm" if s.has("palm") else "oak"
    for _ in range(3):
        tree(
            s,
            s.aspect * s.between(0, 1),
            horizon + s.between(0.08, 0.14),
            s.between(0.2, 0.3),
            kind=kind,
            distance=0.2,
        )
    tree(s, s.aspect * (0.5 - side * 0.42), 0.86, s.between(0.6, 0.75), kind=kind)
    foot, size = s.between(0.86, 0.9), s.between(0.27, 0.31)
    x = s.aspect * (0.5 - side * 0.1) - side * 0.45 * size
    beast(s, "donkey", x, foot, size, flip=side, gait="walk")
    saddle(s, x, foot, size, rgb("#8a3f34"), flip=side)
    mary = Dress(
        "robe",
        rgb("#ecc6a4"),
        rgb("#5b3d26"),
        rgb(MARY_RED),
        rgb(MARY_BLUE),
        True,
        True,
        "veil",
        mantle=True,
    )
    tall = size * 1.6
    sx, sy = x + side * 0.50 * size, foot - 0.9 * size
    pose = replace(
        SIT,
        near_arm=((0.12, 0.42), (0.19, 0.40)),
        far_arm=((0.13, 0.43), (0.2, 0.39)),
        near_leg=((0.14, 0.2), (0.12, 0.02)),
        far_leg=((0.12, 0.2), (0.1, 0.03)),
    )
    figure(s, sx, sy + 0.24 * tall, tall, pose, mary, flip=side, shadow=False)
    bx, by = sx + side * 0.16 * tall, sy - 0.20 * tall
    s.canvas.solid(oval(bx, by, 0.055 * tall, 0.11 * tall, 0.5 * side), rgb("#f0e6d2"), folds=0.3)
    s.canvas.flat(
        oval(bx + side * 0.01, by - 0.1 * tall, 0.06 * tall, 0.06 * tall),
        rgb("#f0cf6a"),
        opacity=0.8,
    )
    s.canvas.solid(
        oval(bx + side * 0.01, by - 0.1 * tall, 0.038 * tall, 0.042 * tall),
        rgb("#ecc6a4"),
        detail=1.0,
    )
    joseph = person(
        s,
        "robe",
        woman=False,
        main=str(s.rng.choice(["#7a5a34", "#5f6a4a", "#8a4f34"])),
        second="#c99a4a",
        halo=True,
        beard=True,
        hair=rgb("#8f8a86"),
        mantle=True,
    )
    jx = x + side * 1.75 * size
    figure(
        s,
        jx,
        foot + 0.02,
        size * 1.75,
        replace(WALK, near_arm=((0.12, 0.66), (0.2, 0.6))),
        joseph,
        flip=side,
    )
    staff = jx + side * 0.2 * size * 1.75
    s.canvas.solid(
        limb(
            [(staff, foot - 1.75 * size * 0.8), (staff + side * 0.02, foot + 0.02)],
            (0.006, 0.006),
            steps=2,
        ),
        rgb("#5a3f2a"),
    )
    s.canvas.flat(
        limb(
            [(jx - side * 0.05, foot - 0.95 * size), (x + side * 1.4 * size, foot - 0.98 * size)],
            (0.003, 0.003),
            steps=2,
        ),
        rgb("#4a3524"),
        thing=False,
    )
    if s.has("angel"):
        ax = jx + side * 0.02
        wings(s, ax, 0.2, 0.15, flip=side)
        figure(
            s,
            ax,
            0.36,
            0.24,
            replace(WALK, near_arm=((0.14, 0.72), (0.26, 0.7))),
            person(s, "robe", woman=True, main="#f0e2d6", halo=True),
            flip=side,
            shadow=False,
            angle=-0.5,
        )
    tufts(s, 0.8, 40, BLOSSOM)


def shipwreck(s: Scene) -> None:
    """A dismasted ship heels over in breaking seas; men on a raft."""
    c = s.canvas
    horizon = s.between(0.44, 0.54)
    sky(s, horizon, clouds=1.0)
    side = s.side()
    if s.has("lightning"):
        _lightning(s, s.aspect * (0.5 - side * s.between(0.1, 0.35)), horizon)
    gap = s.aspect * (0.5 - side * 0.2)
    c.glow(gap, horizon - 0.05, 0.3, rgb("#f0e0a8"), 0.5)
    if s.has("rock"):
        x = s.aspect * (0.5 - side * 0.46)
        crag = spline(
            [
                (x - 0.2, horizon + 0.3),
                (x - 0.12, horizon - 0.1),
                (x - 0.02, horizon - 0.22),
                (x + 0.05, horizon - 0.08),
                (x + 0.14, horizon + 0.1),
                (x + 0.2, horizon + 0.3),
            ]
        )
        c.solid(crag, rgb("#4a4644"), texture=2.0, roundness=0.5)
    waves_top = horizon
    swell = s.between(0.09, 0.14)
    waves(s, waves_top, height=swell, count=3)
    x = s.aspect * (0.5 + side * s.between(0.02, 0.14))
    ship(
        s,
        x,
        horizon + s.between(0.16, 0.2),
        s.between(0.5, 0.62),
        flip=-side,
        angle=s.between(0.28, 0.5),
        sails=s.chance(0.35),
    )
    waves(s, horizon + 0.16, height=swell * 1.2, count=3)
    for _ in range(34):
        a = s.between(-2.8, -0.3)
        d = s.between(0.03, 0.3)
        c.flat(
            oval(x + d * np.cos(a), horizon + 0.22 + d * 0.6 * np.sin(a), 0.006, 0.004),
            rgb("#eef2ee"),
            opacity=0.7,
            thing=False,
        )
    if s.has("raft"):
        rx, ry = s.aspect * (0.5 - side * s.between(0.12, 0.24)), s.between(0.78, 0.86)
        for k in range(5):
            c.solid(
                limb(
                    [(rx - 0.18, ry + 0.012 * k), (rx + 0.18, ry - 0.03 + 0.012 * k)],
                    (0.009, 0.009),
                    steps=2,
                ),
                rgb("#7a5838"),
            )
        poses = (CAST_UP, LEAN_OVER, REACH, SIT)
        for k in range(4):
            figure(
                s,
                rx - 0.13 + 0.09 * k,
                ry + 0.01,
                0.2,
                poses[k],
                person(s, "nude" if k % 2 else "tunic", woman=False),
                flip=side,
                shadow=False,
            )
    elif s.has("man"):
        for _ in range(3):
            figure(
                s,
                s.aspect * s.between(0.2, 0.8),
                s.between(0.88, 0.98),
                0.24,
                CAST_UP,
                person(s, "nude", woman=False),
                flip=s.side(),
                shadow=False,
            )
    waves(s, 0.84, height=swell, count=2)


def _lightning(s: Scene, x: float, low: float) -> None:
    points = [(x, -0.02)]
    for k in range(7):
        points.append((points[-1][0] + s.between(-0.07, 0.07), (k + 1) / 7 * low))
    s.canvas.glow(x, low * 0.4, 0.3, rgb("#dfe6ff"), 0.5)
    s.canvas.flat(
        limb(points, tuple(np.linspace(0.007, 0.002, 8)), steps=2), rgb("#fdfbf0"), detail=0.9
    )
    fork = [
        points[3],
        (points[3][0] + 0.08, points[3][1] + 0.06),
        (points[3][0] + 0.11, points[3][1] + 0.14),
    ]
    s.canvas.flat(limb(fork, (0.004, 0.003, 0.001), steps=2), rgb("#fdfbf0"), detail=0.9)


def saint_george(s: Scene) -> None:
    """The saint on his rearing horse puts his lance into the dragon."""
    c = s.canvas
    horizon = s.between(0.48, 0.56)
    sky(s, horizon)
    if s.has("mountain"):
        for _ in range(3):
            mountain(
                s,
                s.aspect * s.between(0, 1),
                horizon + 0.03,
                s.between(0.25, 0.45),
                s.between(0.18, 0.32),
                0.5,
            )
    hills(s, horizon + 0.03, 0.1, s.leaf(), 0.5)
    side = s.side()
    if s.has("castle"):
        castle(s, s.aspect * (0.5 - side * 0.28), horizon - 0.01, 0.3, distance=0.35)
    plain(s, horizon + 0.04, mix(s.earth(), rgb("#8a8050"), 0.4), s.leaf())
    if s.has("cave"):
        x = s.aspect * (0.5 + side * 0.46)
        c.solid(
            spline(
                [
                    (x - 0.24, 0.86),
                    (x - 0.2, 0.5),
                    (x - 0.03, 0.34),
                    (x + 0.2, 0.4),
                    (x + 0.3, 0.86),
                ]
            ),
            rgb("#6f665c"),
            texture=2.0,
            roundness=0.6,
        )
        c.flat(
            spline([(x - 0.12, 0.86), (x - 0.1, 0.62), (x + 0.02, 0.55), (x + 0.14, 0.86)]),
            rgb("#1c1816"),
            detail=0.4,
        )
    if s.has("tree"):
        tree(s, s.aspect * (0.5 - side * 0.44), 0.74, 0.55)
    if s.has("princess"):
        princess = person(
            s,
            "robe",
            woman=True,
            main=str(s.rng.choice(["#d9a0a8", "#e6d6b0", "#7a9ab0", "#b5432f"])),
            second="#e3b53f",
            hat="crown",
            mantle=True,
        )
        figure(
            s,
            s.aspect * (0.5 - side * 0.36),
            0.72,
            0.25,
            replace(
                STAND, near_arm=((0.08, 0.66), (0.1, 0.74)), far_arm=((0.07, 0.65), (0.1, 0.75))
            ),
            princess,
            flip=side,
        )
    dx, dy, dsize = s.aspect * (0.5 + side * 0.22), s.between(0.9, 0.94), 0.36
    dragon(s, dx, dy, dsize, flip=-side)
    size = s.between(0.33, 0.37)
    hx = s.aspect * (0.5 - side * 0.3)
    coat = rgb("#efe9df") if s.chance(0.65) else None
    rider(
        s,
        hx,
        0.88,
        size,
        rgb("#b3302a"),
        flip=side,
        gait="rear",
        lance=False,
        banner=False,
        sword=False,
        coat=coat,
    )
    jaw = (dx - side * 0.86 * dsize, dy - 0.66 * dsize)
    hand = (hx + side * 0.5 * size, 0.88 - 1.45 * size)
    back = (hand[0] - (jaw[0] - hand[0]) * 0.6, hand[1] - (jaw[1] - hand[1]) * 0.6)
    c.flat(limb([back, jaw], (0.007, 0.005), steps=2), rgb("#e6dcc4"), detail=0.9)
    c.flat(limb([back, hand], (0.0075, 0.0075), steps=2), rgb("#b3302a"), opacity=0.7, thing=False)
    if s.has("skull"):
        skull(s, s.aspect * 0.5, 0.98, 0.05, side)
        c.flat(
            limb([(s.aspect * 0.56, 0.97), (s.aspect * 0.63, 0.96)], (0.006, 0.006), steps=2),
            rgb("#e6dcc4"),
        )
    tufts(s, 0.8, 50, BLOSSOM)


def narcissus(s: Scene) -> None:
    """A youth leans over a pool and sees himself."""
    c = s.canvas
    horizon = s.between(0.34, 0.42)
    sky(s, horizon)
    hills(s, horizon + 0.02, 0.1, s.leaf(), 0.5)
    plain(s, horizon + 0.03, s.leaf(), s.leaf())
    for _ in range(9):
        tree(
            s,
            s.between(0, s.aspect),
            horizon + s.between(0.03, 0.09),
            s.between(0.2, 0.36),
            kind="oak" if s.chance(0.7) else "cypress",
            distance=0.25,
        )
    shore = s.between(0.62, 0.66)
    side = s.side()
    if s.has("tree"):
        tree(s, s.aspect * (0.5 - side * 0.42), shore - 0.02, 0.62)
    if s.has("deer"):
        beast(
            s, "deer", s.aspect * (0.5 + side * 0.3), shore - 0.06, 0.12, flip=-side, distance=0.2
        )
    if s.has("Echo"):
        nymph = person(s, "robe", woman=True, main="#c9d6c9")
        figure(
            s,
            s.aspect * (0.5 + side * 0.34),
            shore - 0.01,
            0.27,
            replace(STAND, near_arm=((0.06, 0.7), (0.03, 0.86))),
            nymph,
            flip=-side,
        )
    if s.has("rock"):
        for _ in range(3):
            rock(
                s,
                s.aspect * (0.5 - side * s.between(0.1, 0.45)),
                shore + 0.005,
                s.between(0.04, 0.07),
            )
    if s.has("dog"):
        beast(s, "dog", s.aspect * (0.5 - side * 0.4), shore + 0.01, 0.11, flip=side)
    bank = [
        (-0.05, shore - 0.05),
        (s.aspect + 0.05, shore - 0.05),
        (s.aspect + 0.05, shore + 0.012),
        (-0.05, shore + 0.012),
    ]
    c.solid(bank, mix(s.leaf(), s.earth(), 0.5), roundness=0.6, texture=1.2)
    x = s.aspect * (0.5 - side * 0.06)
    youth = person(
        s, "nude", woman=False, main=str(s.rng.choice(["#a83a2e", "#2f5a8a", "#c99a3a"]))
    )
    cloth = spline(
        [
            (x - side * 0.28, shore),
            (x - side * 0.2, shore - 0.06),
            (x - side * 0.12, shore - 0.1),
            (x - side * 0.02, shore - 0.06),
            (x + side * 0.02, shore),
            (x - side * 0.1, shore + 0.005),
        ]
    )
    tall = s.between(0.74, 0.8)
    figure(s, x, shore, tall, LEAN_OVER, youth, flip=side)
    c.solid(cloth, youth.main, folds=0.7, fold_turn=0.5)
    mirror(
        s,
        np.array(
            [
                (-0.05, shore + 0.008),
                (s.aspect + 0.05, shore + 0.008),
                (s.aspect + 0.05, 1.05),
                (-0.05, 1.05),
            ]
        ),
        shore + 0.005,
        calm=0.97,
    )
    if s.has("flower"):
        for _ in range(int(s.between(4, 8))):
            fx = s.aspect * (0.5 + side * s.between(0.2, 0.48))
            fy = shore + s.between(-0.03, 0.01)
            c.solid(
                limb([(fx, fy + 0.02), (fx + 0.005, fy - 0.05)], (0.003, 0.003), steps=2),
                rgb("#4f7a3a"),
            )
            bloom(s, "daisy", fx + 0.005, fy - 0.06, 0.024, rgb("#f6f0d8"))
        for _ in range(5):
            px, py = s.between(0, s.aspect), s.between(0.86, 0.98)
            c.flat(oval(px, py, 0.05, 0.014), mix(s.leaf(), rgb("#2f5a3a"), 0.4), detail=0.5)


def icarus(s: Scene) -> None:
    """The boy falls head first out of the sun; wax and feathers."""
    c = s.canvas
    horizon = s.between(0.68, 0.78)
    sun_x, _ = sky(s, horizon, clouds=s.between(-0.2, 0.5))
    side = 1 if sun_x < s.aspect / 2 else -1
    if s.has("mountain"):
        mountain(s, s.aspect * (0.5 - side * 0.4), horizon + 0.02, 0.3, 0.2, 0.5)
        mountain(s, s.aspect * (0.5 - side * 0.2), horizon + 0.02, 0.25, 0.13, 0.6)
    ship_x = s.aspect * (0.5 + side * s.between(0.22, 0.36))
    if s.has("ship"):
        ship(s, ship_x, horizon + 0.03, 0.2, flip=side, distance=0.25)
    water(s, horizon, 1.05, calm=0.55, sun_x=sun_x)
    if s.has("ship"):
        ship(s, ship_x, horizon + 0.035, 0.2, flip=side, distance=0.15)
    if s.has("horse"):
        cliff = spline([(-0.1, 0.86), (0.2, 0.84), (0.42, 0.88), (0.5, 1.05), (-0.1, 1.05)])
        if side < 0:
            cliff[:, 0] = s.aspect - cliff[:, 0]
        c.solid(cliff, rgb("#8a7348"), texture=1.4, roundness=0.3)
        hx = 0.1 if side > 0 else s.aspect - 0.1
        beast(s, "horse", hx, 0.9, 0.14, flip=side, gait="walk")
        figure(s, hx - side * 0.08, 0.91, 0.2, WALK, person(s, "tunic", woman=False), flip=side)
    x, y = s.aspect * (0.5 + side * s.between(0.0, 0.1)), s.between(0.4, 0.48)
    tall = s.between(0.5, 0.58)
    pose: Pose = replace(
        CAST_UP,
        near_arm=((0.16, 0.82), (0.3, 0.94)),
        far_arm=((-0.14, 0.84), (-0.26, 0.98)),
        near_leg=((0.13, 0.34), (0.05, 0.12)),
        far_leg=((-0.02, 0.3), (-0.15, 0.12)),
    )
    turn = side * s.between(2.1, 2.7)
    # Feet are the anchor of a figure; the body hangs below them when it falls head first.
    fx, fy = x + 0.28 * tall * np.sin(turn) * 1.0, y - 0.55 * tall * abs(np.cos(turn))
    plumes = s.pick(("#f0e8d8", "#e3cfa8", "#f4ead0"))
    rust = s.pick(("#b5713f", "#8a6f9a", "#7f8a94"))
    body = (fx - np.sin(turn) * 0.75 * tall, fy - np.cos(turn) * 0.75 * tall)
    for flip in (-1, 1):
        tilt = flip * s.between(0.15, 0.5)
        wing(s, *body, 0.36, flip=flip, colour=plumes, accent=rust, angle=tilt * flip)
    figure(s, fx, fy, tall, pose, person(s, "nude", woman=False), angle=turn, shadow=False)
    if s.has("feather"):
        for _ in range(16):
            a, b, t = s.aspect * s.between(0.15, 0.85), s.between(0.1, horizon), s.between(0, 3.1)
            c.solid(oval(a, b, 0.017, 0.005, t), rgb("#f6efe0"), roundness=0.5)
    if s.has("Daedalus"):
        dx, dy = s.aspect * (0.5 + side * 0.34), 0.2
        for flip in (-1, 1):
            wing(s, dx, dy, 0.17, flip=flip, colour=plumes, accent=rust)
        figure(
            s,
            dx - side * 0.1,
            dy + 0.13,
            0.24,
            replace(WALK, near_arm=((0.14, 0.72), (0.24, 0.78))),
            person(s, "tunic", woman=False, beard=True),
            flip=side,
            angle=-0.7,
            shadow=False,
        )
    if s.has("bird"):
        gulls(s, horizon)


def crucifixion(s: Scene) -> None:
    """Three crosses, or one, on a hill; the mourners below."""
    c = s.canvas
    horizon = s.between(0.6, 0.68)
    sun_x, sun_y = sky(s, horizon, clouds=s.between(0.6, 1.0))
    if s.has("city"):
        for _ in range(3):
            castle(
                s,
                s.aspect * s.between(0.1, 0.9),
                horizon + 0.03,
                s.between(0.12, 0.2),
                distance=0.6,
            )
    hills(s, horizon + 0.06, 0.09, mix(s.earth(), rgb("#7a6a4a"), 0.5), 0.45)
    top = s.between(0.74, 0.8)
    n = np.linspace(-0.05, s.aspect + 0.05, 30)
    mound = np.column_stack(
        [n, top + 0.11 * ((n / s.aspect - 0.5) * 2) ** 2 + 0.008 * s.rng.standard_normal(30)]
    )
    c.solid(
        np.concatenate([mound, [(s.aspect + 0.05, 1.1), (-0.05, 1.1)]]),
        mix(s.earth(), rgb("#6f5a3c"), 0.6),
        roundness=0.25,
        texture=0.8,
    )
    mid = s.aspect / 2
    c.glow(mid, 0.26, 0.42, rgb("#ffe2a0"), 0.45)
    if s.has("thief"):
        for side in (-1, 1):
            _cross(s, mid + side * s.between(0.27, 0.33), top + 0.04, 0.46, halo=False)
    if s.has("angel"):
        for side in (-1, 1):
            ax, ay = mid + side * 0.3, 0.14
            wings(s, ax, ay, 0.12, flip=-side)
            figure(
                s,
                ax,
                ay + 0.13,
                0.17,
                replace(KNEEL, near_arm=((0.12, 0.5), (0.2, 0.58))),
                person(s, "robe", woman=True, main="#f0e2d6", halo=True),
                flip=-side,
                shadow=False,
            )
    _cross(s, mid, top + 0.03, 0.66, halo=True)
    foot = top + 0.12
    if s.has("horse"):
        rider(
            s,
            mid + 0.34,
            foot + 0.03,
            0.19,
            rgb("#8a2f2a"),
            flip=-1,
            gait="stand",
            lance=True,
            banner=False,
        )
    if s.has("Virgin Mary"):
        mary = Dress(
            "robe",
            rgb("#e2b896"),
            rgb("#5b3d26"),
            rgb("#3a4a6a"),
            rgb(MARY_BLUE),
            True,
            True,
            "veil",
            mantle=True,
        )
        figure(
            s,
            mid - 0.2,
            foot,
            0.34,
            replace(
                STAND,
                near_arm=((0.08, 0.66), (0.08, 0.76)),
                far_arm=((0.07, 0.66), (0.09, 0.77)),
                head=(0.03, 0.92),
            ),
            mary,
            flip=1,
        )
    if s.has("Saint John"):
        figure(
            s,
            mid + 0.2,
            foot,
            0.34,
            replace(STAND, near_arm=((0.08, 0.68), (0.06, 0.82))),
            person(
                s, "robe", woman=False, main="#3f6a4a", second="#a8342f", halo=True, mantle=True
            ),
            flip=-1,
        )
    if s.has("soldier"):
        figure(
            s,
            mid - 0.36,
            foot + 0.05,
            0.33,
            STAND,
            person(s, "armour", woman=False, hat="helmet", second="#a8302a"),
            flip=1,
        )
        c.flat(
            limb([(mid - 0.32, foot + 0.05), (mid - 0.3, foot - 0.42)], (0.004, 0.003), steps=2),
            rgb("#5a3f2a"),
            detail=0.8,
        )
    if s.chance(0.6):
        figure(
            s,
            mid - 0.075,
            foot + 0.03,
            0.34,
            KNEEL,
            person(s, "robe", woman=True, main="#a8342f"),
            flip=1,
        )
    if s.has("skull"):
        skull(s, mid + 0.07, foot + 0.03, 0.04, -1)
    del sun_x, sun_y


def _cross(s: Scene, x: float, foot: float, height: float, *, halo: bool) -> None:
    c = s.canvas
    wood = rgb("#5a4130")
    w = 0.028 * height
    beam = foot - 0.86 * height
    c.solid(box(x - w, foot - height, x + w, foot), wood, texture=0.3)
    c.solid(box(x - 0.32 * height, beam - w, x + 0.32 * height, beam + w), wood, texture=0.3)
    tall = 0.62 * height
    body = person(s, "nude", woman=False, beard=halo, hair=rgb("#4a2f20"), halo=halo)
    body = replace(body, skin=mix(body.skin, rgb("#d9cfae"), 0.35))
    pose = replace(
        CROSS,
        near_arm=((0.2, 0.9), (0.42, 1.0)),
        far_arm=((-0.2, 0.9), (-0.42, 1.0)),
        head=(0.04, 0.9),
    )
    base = beam + 1.0 * tall
    figure(s, x, base, tall, pose, body, flip=s.side(), shadow=False)
    cloth = spline(
        [
            (x - 0.1 * tall, base - 0.57 * tall),
            (x + 0.1 * tall, base - 0.57 * tall),
            (x + 0.085 * tall, base - 0.42 * tall),
            (x, base - 0.38 * tall),
            (x - 0.09 * tall, base - 0.42 * tall),
        ]
    )
    c.solid(cloth, rgb("#efe6d6"), folds=0.5)
    if halo:
        c.flat(
            box(x - 0.05 * height, foot - 0.985 * height, x + 0.05 * height, foot - 0.945 * height),
            rgb("#e6dcc4"),
            detail=0.8,
        )


__all__ = [
    "annunciation",
    "boat",
    "crucifixion",
    "eve",
    "flight",
    "icarus",
    "narcissus",
    "saint_george",
    "shipwreck",
]
