"""Myth and disaster at the water: Narcissus, Icarus, a shipwreck."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .beasts import beast
from .canvas import limb, oval, place, spline
from .colour import mix, rgb
from .figures import figure
from .flowers import bloom
from .nature import hills, mountain, plain, rock, sky, tree
from .poses import CAST_UP, LEAN_OVER, REACH, SIT, STAND, WALK, Pose, person
from .scene import Scene
from .scenes_land import gulls
from .ships import ship
from .water import mirror, water, waves
from .wings import wing


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
    tall = s.between(0.74, 0.8)
    figure(s, x, shore, tall, LEAN_OVER, youth, flip=side)
    wrap = [(-0.17, 0.2), (-0.1, 0.345), (0.02, 0.375), (0.07, 0.26), (0.0, 0.15), (-0.05, 0.06)]
    wrap += [(-0.2, 0.0), (-0.3, 0.0), (-0.24, 0.1)]
    cloth = place(spline(wrap), x, shore, tall, flip=side)
    c.solid(cloth, youth.main, folds=0.8, fold_turn=0.4, roundness=0.7)
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
