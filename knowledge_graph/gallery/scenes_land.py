"""Landscapes, the sea and the city: mountains, ships, bridge, village, night."""

from __future__ import annotations

import numpy as np

from .beasts import beast
from .buildings import bridge, castle, church, house, lamp, tower_block, windmill
from .canvas import box, oval
from .colour import mix, rgb, vary
from .creatures import bird
from .figures import figure
from .nature import hills, mountain, path, plain, rock, sky, tree, tufts
from .poses import STAND, WALK, person
from .scene import Scene
from .ships import boat, ship
from .water import mirror, water

BLOSSOM = ("#e9e2d0", "#d9b23a", "#c94f4a", "#b58fc4", "#f2d36a")


def trees_here(s: Scene) -> str:
    """The kind of broad tree that belongs to the season."""
    return "bare" if s.season == "winter" else "oak"


def mountains(s: Scene) -> None:
    """Peaks one behind another, a lake or a meadow before them."""
    horizon = s.between(0.55, 0.7)
    sun_x, _ = sky(s, horizon, clouds=s.between(0.35, 0.9) if s.has("cloud") else -1)
    for k in range(3):
        x = s.aspect * s.between(-0.05, 1.05)
        mountain(s, x, horizon + 0.02, s.between(0.4, 0.7), s.between(0.22, 0.34), 0.72 - 0.12 * k)
    peak = s.aspect * s.between(0.3, 0.7)
    mountain(s, peak, horizon + 0.03, s.between(0.5, 0.75), horizon * s.between(0.68, 0.85), 0.28)
    mountain(
        s,
        peak + s.side() * s.between(0.35, 0.6),
        horizon + 0.05,
        s.between(0.35, 0.5),
        s.between(0.25, 0.4),
        0.14,
    )
    hills(s, horizon + 0.06, 0.07, mix(s.leaf(), rgb("#3f5a3f"), 0.4), 0.3)
    if s.has("lake"):
        shore = horizon + 0.045
        water(s, shore, 1.05, calm=s.between(0.75, 0.95), sun_x=sun_x)
        hills_near(s, s.between(0.9, 0.97), s.between(0.05, 0.1))
    else:
        plain(s, horizon + 0.05, s.earth(), mix(s.earth(), s.leaf(), 0.5))
        if s.has("path"):
            path(s, horizon + 0.07, rgb("#c9b08a"))
        tufts(s, 0.75, 60, BLOSSOM)
        for _ in range(int(s.between(1, 5))):
            rock(s, s.between(0, s.aspect), s.between(0.8, 1.0), s.between(0.02, 0.06))
    if s.has("pine"):
        side = s.side()
        for _ in range(int(s.between(5, 12))):
            t = s.rng.random()
            x = s.aspect * (0.5 + side * (0.5 - 0.32 * t * s.rng.random()))
            tree(
                s,
                x,
                horizon + 0.1 + 0.3 * t,
                s.between(0.12, 0.2) + 0.25 * t,
                kind="pine",
                distance=0.25 * (1 - t),
            )


def hills_near(s: Scene, y: float, rise: float) -> None:
    """A bank in front of everything."""
    hills(s, y + rise * 0.5, rise, mix(s.earth(), s.leaf(), 0.5), 0.0)
    tufts(s, y, 40, BLOSSOM)


def sea(s: Scene) -> None:
    """Ships on an open sea."""
    horizon = s.between(0.5, 0.68)
    sun_x, _ = sky(s, horizon, clouds=s.between(0.5, 1.0) if s.has("cloud") else s.between(-1, 0.2))
    if s.has("lighthouse"):
        side = s.side()
        x = s.aspect * (0.5 + side * 0.4)
        hills_edge = [
            (x - side * 0.28, horizon + 0.01),
            (x - side * 0.05, horizon - 0.07),
            (x + side * 0.3, horizon - 0.09),
            (x + side * 0.3, horizon + 0.02),
        ]
        s.canvas.solid(hills_edge, s.hazy(rgb("#6f6f5a"), 0.4), roundness=0.4, texture=1.0)
        _lighthouse(s, x, horizon - 0.06, 0.24)
    for _ in range(int(s.between(1, 4))):
        ship(
            s,
            s.aspect * s.between(0.1, 0.9),
            horizon + 0.008,
            s.between(0.07, 0.13),
            flip=s.side(),
            distance=0.55,
        )
    main_x = s.aspect * s.between(0.34, 0.66)
    foot = horizon + s.between(0.06, 0.13)
    size = s.between(0.46, 0.62) * min(1.0, s.aspect)
    # Water first, then the ship, then her reflection in the water before her.
    water(s, horizon, 1.05, calm=s.between(0.3, 0.6), sun_x=sun_x)
    ship(s, main_x, foot, size, flip=s.side())
    mirror(
        s,
        np.array([(-0.05, foot), (s.aspect + 0.05, foot), (s.aspect + 0.05, 1.05), (-0.05, 1.05)]),
        foot,
        calm=s.between(0.35, 0.7),
    )
    _wake(s, main_x, foot, size)
    if s.has("boat"):
        for _ in range(int(s.between(1, 3))):
            bx, by = s.aspect * s.between(0.08, 0.92), s.between(foot + 0.1, 0.92)
            boat(s, bx, by, s.between(0.13, 0.22), flip=s.side(), sail=s.chance(0.7))
    if s.has("bird"):
        gulls(s, horizon)


def gulls(s: Scene, below: float) -> None:
    """Birds over the water."""
    for _ in range(int(s.between(4, 9))):
        shade = rgb("#f2efe6") if s.chance(0.6) else rgb("#3f4450")
        bird(
            s, s.between(0, s.aspect), s.between(0.06, below * 0.9), s.between(0.012, 0.026), shade
        )


def _wake(s: Scene, x: float, y: float, size: float) -> None:
    for _ in range(26):
        px = x + s.rng.normal(0, 0.32) * size
        s.canvas.flat(
            oval(px, y + s.between(-0.004, 0.014), s.between(0.01, 0.035), 0.003, n=10),
            mix(s.sky.horizon, rgb("#ffffff"), 0.5),
            opacity=0.75,
            thing=False,
        )


def _lighthouse(s: Scene, x: float, foot: float, size: float) -> None:
    c = s.canvas
    for k in range(5):
        w0, w1 = 0.16 - 0.018 * k, 0.16 - 0.018 * (k + 1)
        y0, y1 = foot - 0.17 * size * k, foot - 0.17 * size * (k + 1)
        stripe = rgb("#efe8da") if k % 2 == 0 else rgb("#b8433a")
        c.solid(
            [(x - w0 * size, y0), (x - w1 * size, y1), (x + w1 * size, y1), (x + w0 * size, y0)],
            s.hazy(stripe, 0.2),
            roundness=1.0,
        )
    c.flat(
        box(x - 0.05 * size, foot - size, x + 0.05 * size, foot - 0.84 * size),
        rgb("#ffe9a0"),
        detail=0.8,
    )
    c.flat(
        [(x - 0.08 * size, foot - size), (x, foot - 1.1 * size), (x + 0.08 * size, foot - size)],
        rgb("#5a3a3a"),
    )
    c.glow(x, foot - 0.92 * size, size * 0.4, rgb("#ffe6a0"), 0.35)


def river(s: Scene) -> None:
    """A bridge across a river, trees on the banks, all mirrored."""
    horizon = s.between(0.42, 0.52)
    sun_x, _ = sky(s, horizon, clouds=s.between(0.4, 0.9) if s.has("cloud") else s.between(-1, 0.1))
    hills(s, horizon + 0.02, s.between(0.08, 0.16), mix(s.leaf(), rgb("#5a7a5a"), 0.3), 0.65)
    hills(s, horizon + 0.05, s.between(0.05, 0.09), s.leaf(), 0.4)
    bank = horizon + s.between(0.10, 0.14)
    plain(s, horizon + 0.04, s.earth(), mix(s.earth(), s.leaf(), 0.4))
    if s.has("house"):
        for _ in range(int(s.between(2, 5))):
            house(
                s,
                s.aspect * (0.5 + s.side() * s.between(0.25, 0.48)),
                bank - 0.005,
                s.between(0.12, 0.18),
                s.between(0.06, 0.1),
                distance=0.2,
            )
    kind = "poplar" if s.has("poplar") else trees_here(s)
    for _ in range(int(s.between(5, 10))):
        side = s.side()
        x = s.aspect * (0.5 + side * s.between(0.28, 0.52))
        tree(
            s,
            x,
            bank,
            s.between(0.2, 0.38),
            kind=kind if s.chance(0.7) else trees_here(s),
            distance=0.12,
        )
    shift = s.aspect * s.between(-0.08, 0.08)
    deck = bank - s.between(0.055, 0.09)
    bridge(
        s,
        0.08 * s.aspect + shift,
        0.92 * s.aspect + shift,
        deck,
        bank + 0.035,
        int(s.between(2, 5.99)),
    )
    if s.chance(0.6):
        for _ in range(2):
            x = s.aspect * s.between(0.3, 0.7)
            figure(s, x, deck - 0.035, 0.062, WALK, person(s, "robe"), flip=s.side(), shadow=False)
    water(s, bank + 0.03, 1.05, calm=s.between(0.6, 0.92), sun_x=sun_x)
    side = s.side()
    edge_x = s.aspect * (0.5 + side * 0.5)
    near = [
        (edge_x + side * 0.1, bank + 0.02),
        (edge_x - side * 0.14 * s.aspect, bank + 0.06),
        (edge_x - side * 0.2 * s.aspect, 0.82),
        (edge_x - side * 0.45 * s.aspect, 1.05),
        (edge_x + side * 0.1, 1.05),
    ]
    s.canvas.solid(near, mix(s.earth(), s.leaf(), 0.4), roundness=0.35, texture=1.4, detail=0.3)
    if s.has("boat"):
        boat(
            s,
            s.aspect * (0.5 - side * s.between(0.05, 0.25)),
            s.between(0.78, 0.9),
            s.between(0.2, 0.28),
            flip=s.side(),
            sail=False,
        )
    tree(
        s,
        edge_x - side * 0.07 * s.aspect,
        s.between(0.85, 0.98),
        s.between(0.6, 0.82),
        kind=trees_here(s),
    )
    if s.has("bird"):
        gulls(s, horizon)


def village(s: Scene) -> None:
    """Houses crowd round a church in rolling country."""
    horizon = s.between(0.42, 0.54)
    sky(s, horizon, clouds=s.between(0.4, 0.9) if s.has("cloud") else s.between(-1, 0.1))
    if s.has("hill"):
        hills(s, horizon + 0.02, s.between(0.1, 0.2), s.leaf(), 0.6)
    hills(s, horizon + 0.05, 0.06, mix(s.leaf(), s.earth(), 0.5), 0.35)
    plain(s, horizon + 0.03, s.earth(), mix(s.earth(), s.leaf(), 0.3))
    if s.has("windmill"):
        windmill(s, s.aspect * s.between(0.08, 0.92), horizon + 0.03, 0.2, distance=0.35)
    if s.has("path"):
        path(s, horizon + 0.1, rgb("#d6c09a") if s.season != "winter" else rgb("#c9ccd2"))
    for _ in range(5):
        tree(
            s,
            s.between(0, s.aspect),
            horizon + 0.07,
            s.between(0.1, 0.16),
            kind=trees_here(s),
            distance=0.35,
        )
    cx = s.aspect * s.between(0.3, 0.66)
    church(s, cx, horizon + 0.11, s.between(0.26, 0.33), distance=0.12)
    rows = sorted(
        ((s.between(0, 1), s.rng.random()) for _ in range(int(s.between(7, 12)))),
        key=lambda r: r[1],
    )
    for across, t in rows:
        foot = horizon + 0.11 + 0.26 * t
        w = 0.14 + 0.15 * t
        x = s.aspect * (0.5 + (across - 0.5) * (0.9 + 0.3 * t))
        if t > 0.55 and abs(x / s.aspect - 0.5) < 0.2:
            x += s.aspect * 0.28 * np.sign(x - s.aspect / 2 + 1e-6)
        house(s, x, foot, w, w * s.between(0.42, 0.55), distance=0.15 * (1 - t))
        if s.chance(0.5):
            tree(
                s,
                x + w * 0.7 * s.side(),
                foot + 0.01,
                w * s.between(0.8, 1.2),
                kind=trees_here(s),
                distance=0.1 * (1 - t),
            )
    tufts(s, 0.8, 50, BLOSSOM if s.season != "winter" else ("#ffffff", "#dfe6f0"))
    if s.has("woman"):
        figure(
            s,
            s.aspect * s.between(0.35, 0.65),
            s.between(0.84, 0.93),
            s.between(0.15, 0.2),
            WALK,
            person(s, "robe", woman=True, hat="veil"),
            flip=s.side(),
        )
    if s.has("cow"):
        beast(s, "cow", s.aspect * s.between(0.3, 0.6), 0.93, 0.1, flip=s.side())
    if s.chance(0.5):
        side = s.side()
        tree(s, s.aspect * (0.5 + side * 0.46), 1.0, s.between(0.6, 0.8), kind=trees_here(s))


def city(s: Scene) -> None:
    """Streets or an embankment by night: windows, lamps and their reflections."""
    horizon = s.between(0.56, 0.66)
    sky(s, horizon, clouds=s.between(-0.3, 0.5))
    s.canvas.glow(s.aspect / 2, horizon, 0.55, rgb("#d98a4a"), 0.4)
    for far in (0.85, 0.5):
        x = -0.04
        while x < s.aspect:
            w = s.between(0.08, 0.15) * (1.25 - far * 0.5)
            tower_block(
                s,
                x,
                horizon,
                w,
                s.between(0.16, 0.3) + 0.14 * (1 - far) + 0.1 * abs(x / s.aspect - 0.5),
                far,
            )
            x += w * s.between(0.95, 1.05)
        if far > 0.6 and s.has("cathedral"):
            castle(s, s.aspect * s.between(0.35, 0.65), horizon, 0.34, distance=0.5)
    if s.has("river"):
        water(s, horizon, 1.05, calm=0.55, sun_x=None)
        if s.has("bridge"):
            bridge(s, -0.05, s.aspect + 0.05, horizon + 0.02, horizon + 0.11, 4)
        for k in range(5):
            lamp(s, s.aspect * (k + 0.5) / 5, horizon + 0.02, 0.11)
        _glitter(s, horizon)
        if s.chance(0.5):
            boat(s, s.aspect * s.between(0.2, 0.8), s.between(0.78, 0.9), 0.22, sail=False)
    else:
        water(s, horizon, 1.05, calm=0.4, sun_x=None)
        street = s.canvas.polygon(box(-0.1, horizon, s.aspect + 0.1, 1.05))
        s.canvas.lay(street, rgb("#232332"), opacity=0.5, thing=False)
        for side in (-1, 1):
            for k in range(2):
                h = 0.85 - 0.27 * k
                w = 0.2 - 0.06 * k
                x = (
                    s.aspect / 2
                    + side * (s.aspect / 2 - 0.03 + (0.03 if k == 0 else -0.13))
                    - (w if side > 0 else 0)
                    + (0.05 * side if k == 0 else 0)
                )
                tower_block(s, x, horizon + 0.2 - 0.09 * k, w, h, 0.15 * k)
        for k in range(3):
            t = (k + 0.5) / 3
            for side in (-1, 1):
                lamp(
                    s,
                    s.aspect / 2 + side * (0.06 + 0.3 * t) * s.aspect,
                    horizon + 0.04 + 0.3 * t,
                    0.13 + 0.26 * t,
                )
        _glitter(s, horizon + 0.05)
        if s.has("man"):
            for _ in range(int(s.between(2, 5))):
                t = s.rng.random()
                figure(
                    s,
                    s.aspect * s.between(0.3, 0.7),
                    horizon + 0.08 + 0.25 * t,
                    0.1 + 0.14 * t,
                    WALK if s.chance(0.6) else STAND,
                    person(s, "robe", main="#23222e", second="#3a2f3a"),
                    flip=s.side(),
                )


def _glitter(s: Scene, top: float) -> None:
    """Broken reflections of the lights."""
    for _ in range(16):
        x, warm = s.between(0, s.aspect), s.pick(("#ffd27a", "#ffb85a", "#ffe9b0", "#f29a4a"))
        for _ in range(9):
            t = s.rng.random()
            y = top + 0.02 + (0.98 - top) * t * 0.75
            s.canvas.flat(
                oval(x + s.rng.normal(0, 0.008), y, s.between(0.008, 0.02), 0.003, n=10),
                vary(warm, s.rng, 0.03),
                opacity=0.6 * (1 - 0.6 * t),
                thing=False,
                flow=0.0,
            )
