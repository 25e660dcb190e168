"""Scripture: Eve at the tree, the annunciation, the flight into Egypt."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .beasts import beast, saddle
from .buildings import column
from .canvas import box, limb, oval, spline
from .colour import mix, rgb, vary
from .creatures import bird, serpent
from .figures import figure
from .flowers import bloom
from .fruit import fruit
from .nature import foliage, hills, mountain, path, plain, rays, sky, tree, tufts
from .noise import fractal
from .objects import VASE, open_book, turned
from .poses import KNEEL, REACH, SIT, STAND, WALK, Dress, person
from .scene import Scene, room_light
from .scenes_land import BLOSSOM
from .water import mirror, water
from .wings import wings

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
        grain = fractal(s.rng, patch.alpha.shape[0], patch.alpha.shape[1], 5, octaves=4)
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
