"""A battle of horsemen, pikes, banners and smoke."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .beasts import beast, saddle
from .buildings import castle
from .canvas import limb, oval, spline
from .colour import Colour, mix, rgb, vary
from .figures import figure
from .nature import foliage, hills, plain, sky
from .noise import fractal
from .poses import LIE, SIT, STRIKE, WALK, person
from .scene import Scene


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


def pikes(s: Scene, y: float, scale: float, colour: Colour) -> None:
    """A body of foot soldiers with upright pikes."""
    c = s.canvas
    x = s.between(-0.02, 0.1)
    while x < s.aspect:
        h = 0.09 * scale * s.between(0.9, 1.1)
        tint = vary(colour if s.chance(0.6) else rgb("#5a5048"), s.rng, 0.06)
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
    colour: Colour,
    *,
    flip: int,
    gait: str,
    lance: bool,
    banner: bool,
    sword: bool = True,
    coat: Colour | None = None,
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
    _, gy = c.grid()
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
