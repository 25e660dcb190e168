"""Saint George and the dragon, and the crucifixion."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .buildings import castle
from .canvas import box, limb, spline
from .colour import mix, rgb
from .creatures import dragon
from .figures import figure
from .nature import hills, mountain, plain, sky, tree, tufts
from .objects import skull
from .poses import CROSS, KNEEL, STAND, Dress, person
from .scene import Scene
from .scenes_battle import rider
from .scenes_land import BLOSSOM
from .stories_scripture import MARY_BLUE
from .wings import wings


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


def crucifixion(s: Scene) -> None:
    """Three crosses, or one, on a hill; the mourners below."""
    c = s.canvas
    horizon = s.between(0.6, 0.68)
    sky(s, horizon, clouds=s.between(0.6, 1.0))
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
