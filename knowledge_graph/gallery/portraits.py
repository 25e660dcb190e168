"""Portraits: background, dress, hair and hat about a modelled face."""

from __future__ import annotations

import numpy as np

from .canvas import Patch, box, limb, oval, spline
from .colour import Colour, mix, rgb, vary
from .faces import face
from .nature import hills, sky, tree
from .noise import fractal
from .poses import HAIR, SKIN
from .scene import Scene, room_light


def portrait(s: Scene) -> None:
    """Head and shoulders, turned a little to one side."""
    _background(s)
    woman = s.has("woman")
    skin, hair = s.pick(SKIN), s.pick(HAIR)
    if not woman and s.chance(0.35):
        hair = rgb("#9a958f")
    cx, r = s.aspect * s.between(0.45, 0.55), s.between(0.178, 0.205)
    cy = s.between(0.37, 0.42)
    turn = s.side() * s.between(0.12, 0.55)
    dress = s.pick(
        ("#2f3a55", "#7a2a2a", "#33302e", "#4f5f48", "#8a6a3a", "#5a3f5f", "#c9b48f", "#3f6a72")
    )
    if woman:
        _long_hair(s, cx, cy, r, hair)
    _bust(s, cx, cy, r, dress, skin, woman=woman)
    face(s, cx, cy, r, turn, skin, hair, woman=woman)
    if s.has("beard"):
        _beard(s, cx, cy, r, turn, hair)
    _hair(s, cx, cy, r, hair, woman=woman)
    if s.has("hat"):
        _hat(s, cx, cy, r, turn, woman=woman)


def _background(s: Scene) -> None:
    c = s.canvas
    if s.has("window") and s.chance(0.6):
        sky(s, 0.55)
        hills(s, 0.56, 0.16, s.leaf(), 0.6)
        for _ in range(5):
            tree(s, s.between(0, s.aspect), 0.62, s.between(0.1, 0.2), distance=0.4)
        hills(s, 0.7, 0.08, mix(s.leaf(), s.earth(), 0.5), 0.3)
        c.light = room_light(s.rng, warm=False)
        return
    c.light = room_light(s.rng, warm=s.chance(0.3))
    gx, gy = c.grid()
    wall = s.pick(
        ("#5f5a4a", "#4f5a5f", "#6a4f42", "#7f8a7a", "#3f3a3a", "#a08a68", "#6f7f94", "#86604f")
    )
    cloud = fractal(s.rng, c.height, c.width, 3, octaves=4)
    side = np.sign(c.light.towards[0])
    # The lit cheek is set against a darker ground and the dark one against a lighter.
    fall = 0.5 - 0.28 * side * (gx / s.aspect - 0.5) + 0.06 * cloud - 0.12 * (gy - 0.5)
    c.rgb = c.light.paint(wall, np.clip(fall, 0.05, 1))
    c.flow[:] = 0.9 + 0.5 * cloud
    c.flow_weight[:] = 0.3
    if s.has("window"):
        x = s.aspect * (0.7 if side > 0 else 0.04)
        c.flat(box(x, 0.1, x + 0.26 * s.aspect, 0.5), s.sky.horizon, detail=0.3)
        c.flat(box(x, 0.34, x + 0.26 * s.aspect, 0.5), s.hazy(s.leaf(), 0.4), detail=0.3)
        c.flat(box(x + 0.12 * s.aspect, 0.1, x + 0.135 * s.aspect, 0.5), rgb("#4a3a2c"))
    if s.has("drapery"):
        tint = s.pick(("#7a2a2a", "#2f4a3f", "#3a3f6a", "#a8803f"))
        pts = spline(
            [
                (-0.1, -0.1),
                (0.34 * s.aspect, -0.1),
                (0.24 * s.aspect, 0.35),
                (0.12 * s.aspect, 0.75),
                (-0.1, 0.95),
            ]
        )
        if side < 0:
            pts[:, 0] = s.aspect - pts[:, 0]
        c.solid(pts, tint, folds=1.0, fold_turn=0.22, roundness=0.3, detail=0.3)


def _bust(
    s: Scene, x: float, y: float, r: float, dress: Colour, skin: Colour, *, woman: bool
) -> None:
    c = s.canvas
    base = y + 1.62 * r
    wide = 2.05 * r if woman else 2.4 * r
    chest = [
        (x - 0.62 * r, base - 0.12 * r),
        (x - 1.5 * r, base + 0.28 * r),
        (x - wide, base + 0.85 * r),
        (x - wide * 1.18, 1.25),
        (x + wide * 1.18, 1.25),
        (x + wide, base + 0.85 * r),
        (x + 1.5 * r, base + 0.28 * r),
        (x + 0.62 * r, base - 0.12 * r),
    ]
    if woman:
        c.solid(spline(chest), skin, roundness=0.8, detail=0.5)
        gown = [
            (x - 1.62 * r, base + 0.5 * r),
            (x - 0.8 * r, base + 0.95 * r),
            (x, base + 1.22 * r),
            (x + 0.8 * r, base + 0.95 * r),
            (x + 1.62 * r, base + 0.5 * r),
            (x + wide * 1.05, base + 0.9 * r),
            (x + wide * 1.25, 1.25),
            (x - wide * 1.25, 1.25),
            (x - wide * 1.05, base + 0.9 * r),
        ]
        c.solid(spline(gown), dress, folds=0.35, fold_turn=0.3, roundness=0.5, detail=0.5)
    else:
        c.solid(spline(chest), dress, folds=0.3, fold_turn=0.35, roundness=0.7, detail=0.5)
        for side in (-1, 1):
            lapel = [
                (x + side * 0.1 * r, base + 1.5 * r),
                (x + side * 0.6 * r, base + 0.02 * r),
                (x + side * 1.05 * r, base + 0.35 * r),
                (x + side * 0.8 * r, base + 0.7 * r),
            ]
            c.solid(lapel, dress * 0.8, roundness=0.3)
    if s.has("collar"):
        _ruff(s, x, base, r, front=False)
    c.solid(
        limb(
            [(x, y + 0.6 * r), (x, base + 0.22 * r)],
            (0.46 * r, 0.54 * r) if woman else (0.56 * r, 0.64 * r),
        ),
        skin * 0.86,
        roundness=1.0,
        detail=0.5,
    )
    if not woman:
        c.solid(
            [
                (x - 0.62 * r, base - 0.02 * r),
                (x, base + 0.62 * r),
                (x + 0.62 * r, base - 0.02 * r),
                (x + 0.34 * r, base + 0.9 * r),
                (x - 0.34 * r, base + 0.9 * r),
            ],
            rgb("#ece6d8"),
            roundness=0.3,
            folds=0.2,
        )
    if s.has("collar"):
        _ruff(s, x, base, r, front=True)
    elif s.has("necklace"):
        bead = s.pick(("#e9e2d2", "#c9302a", "#d9b04a"))
        for k in range(17):
            a = np.pi * k / 16
            c.solid(
                oval(
                    x - 0.66 * r * np.cos(a),
                    base + 0.1 * r + 0.4 * r * np.sin(a),
                    0.055 * r,
                    0.055 * r,
                    n=10,
                ),
                bead,
                gloss=0.8,
                detail=0.9,
            )


def _ruff(s: Scene, x: float, base: float, r: float, *, front: bool) -> None:
    """Half of a pleated ruff: the one behind the neck or the one before it."""
    for k in range(19):
        a = np.pi * k / 18
        px = x - 1.12 * r * np.cos(a)
        py = base - 0.06 * r + (0.34 if front else -0.22) * r * np.sin(a)
        tall = (0.2 + 0.06 * np.sin(a)) * r
        pleat = oval(px, py, 0.15 * r, tall, 0.75 * np.cos(a) * (1 if front else -1))
        s.canvas.solid(pleat, rgb("#f2ede2"), roundness=0.8, detail=0.6)


def _long_hair(s: Scene, x: float, y: float, r: float, hair: Colour) -> None:
    if s.chance(0.55):
        fall = [
            (0, -1.45),
            (-0.95, -1.1),
            (-1.2, 0),
            (-1.25, 1.2),
            (-1.0, 2.1),
            (1.0, 2.1),
            (1.25, 1.2),
            (1.2, 0),
            (0.95, -1.1),
        ]
        s.canvas.solid(
            spline(np.array(fall) * r + [x, y]),
            hair * 0.85,
            folds=0.9,
            fold_turn=0.15,
            roundness=0.6,
            detail=0.4,
        )
    else:
        s.canvas.solid(oval(x, y - 1.25 * r, 0.5 * r, 0.4 * r), hair, folds=0.4, roundness=0.9)


def _hair(s: Scene, x: float, y: float, r: float, hair: Colour, *, woman: bool) -> None:
    c = s.canvas
    if not woman and s.chance(0.15):
        for side in (-1, 1):
            tuft = [
                (side * 0.82, -0.45),
                (side * 0.95, -0.1),
                (side * 0.86, 0.3),
                (side * 0.72, 0.05),
            ]
            c.solid(spline(np.array(tuft) * r + [x, y]), hair, texture=0.4)
        return
    part = 0.35 * s.side()
    low = 0.5 if woman else 0.12
    cap = [
        (-0.86, low),
        (-1.04, -0.3),
        (-0.92, -0.9),
        (-0.4, -1.34),
        (0.15, -1.4),
        (0.75, -1.1),
        (1.02, -0.4),
        (0.86, low),
        (0.76, -0.15),
        (0.66, -0.62),
        (part + 0.1, -0.86),
        (part - 0.15, -0.84),
        (-0.64, -0.6),
        (-0.77, -0.15),
    ]
    c.solid(
        spline(np.array(cap) * r + [x, y]),
        hair,
        folds=0.45,
        fold_turn=0.3,
        roundness=0.8,
        gloss=0.2,
        detail=0.6,
    )
    for _ in range(26):
        a0 = s.between(-0.9, 0.9)
        strand = [
            (a0, -0.75 - 0.5 * (1 - abs(a0))),
            (a0 * 1.12, -0.55 - 0.45 * (1 - abs(a0))),
            (a0 * 1.2, -0.3 - 0.4 * (1 - abs(a0))),
        ]
        if abs(a0) > 0.55:
            tint = vary(hair * s.between(0.7, 1.35), s.rng, 0.02)
            c.flat(
                limb(np.array(strand) * r + [x, y], (0.012 * r, 0.016 * r, 0.006 * r)),
                c.light.paint(tint, 0.6),
                opacity=0.6,
                thing=False,
            )


def _beard(s: Scene, x: float, y: float, r: float, t: float, hair: Colour) -> None:
    m = 0.55 * t
    full = [
        (-0.8, 0.1),
        (-0.76, 0.7),
        (-0.5, 1.25),
        (m * 0.7, 1.65),
        (0.5, 1.25),
        (0.76, 0.7),
        (0.8, 0.1),
        (0.58, 0.55),
        (m + 0.3, 0.72),
        (m, 0.78),
        (m - 0.3, 0.72),
        (-0.58, 0.55),
    ]
    s.canvas.solid(
        spline(np.array(full) * r + [x, y]),
        hair,
        folds=0.5,
        fold_turn=0.3,
        texture=0.6,
        roundness=0.8,
    )
    stache = [
        (m - 0.34, 0.62),
        (m - 0.12, 0.47),
        (m, 0.5),
        (m + 0.12, 0.47),
        (m + 0.34, 0.62),
        (m + 0.1, 0.58),
        (m, 0.57),
        (m - 0.1, 0.58),
    ]
    s.canvas.solid(spline(np.array(stache) * r + [x, y]), hair * 0.95, texture=0.4)


def _hat(s: Scene, x: float, y: float, r: float, t: float, *, woman: bool) -> None:
    c = s.canvas
    felt = s.pick(("#2a2628", "#6a2a2a", "#3a4a3a", "#7a5a34", "#24324f"))
    if woman:
        felt = s.pick(("#d9b560", "#c95f5a", "#efe6d6", "#3f5f8a"))
    brim = oval(x + 0.1 * t * r, y - 0.72 * r, 1.55 * r, 0.36 * r, 0.08 * np.sign(t))
    crown = spline(
        np.array(
            [
                (-0.85, -0.75),
                (-0.8, -1.45),
                (-0.3, -1.75),
                (0.35, -1.72),
                (0.82, -1.4),
                (0.85, -0.75),
                (0, -0.62),
            ]
        )
        * r
        + [x, y]
    )
    c.solid(brim, felt, roundness=0.5, detail=0.5)
    c.solid(crown, felt, roundness=0.9, folds=0.15, detail=0.5)
    band = spline(
        np.array(
            [(-0.84, -0.86), (0, -0.76), (0.84, -0.86), (0.83, -1.0), (0, -0.92), (-0.83, -1.0)]
        )
        * r
        + [x, y]
    )
    c.solid(band, s.pick(("#c9a04a", "#1c1a1c", "#a8302a")), roundness=0.4)
    patch = c.polygon(
        spline(
            np.array([(-0.8, -0.6), (0, -0.42), (0.8, -0.6), (0.8, -0.3), (0, -0.2), (-0.8, -0.3)])
            * r
            + [x, y]
        )
    )
    if isinstance(patch, Patch):
        c.lay(patch, c.rgb[patch.rows, patch.cols] * 0.62, opacity=0.8, thing=False)
