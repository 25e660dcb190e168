"""Country life: animals in a meadow, peasants at the harvest."""

from __future__ import annotations

import numpy as np

from .beasts import beast
from .buildings import church, house
from .canvas import box, limb, oval, spline
from .colour import mix, rgb, vary
from .creatures import bird
from .figures import figure
from .nature import foliage, hills, plain, sky, tree, tufts
from .poses import BEND, STAND, STRIKE, WALK, person
from .scene import Scene
from .scenes_land import BLOSSOM, trees_here
from .water import mirror


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
    spots = sorted((s.rng.random(), k) for k in range(count))
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
