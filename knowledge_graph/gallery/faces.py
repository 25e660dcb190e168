"""Portraits: a head modelled as a relief and lit, with hair, dress and background."""

from __future__ import annotations

import numpy as np

from .canvas import Patch, box, limb, oval, spline
from .colour import Colour, mix, rgb, vary
from .figures import HAIR, SKIN
from .nature import hills, sky, tree
from .noise import Field, fractal, smoothstep
from .scene import Scene, room_light


def portrait(s: Scene) -> None:
    """Head and shoulders, turned a little to one side."""
    c = s.canvas
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
    _face(s, cx, cy, r, turn, skin, hair, woman=woman)
    if s.has("beard"):
        _beard(s, cx, cy, r, turn, hair)
    _hair(s, cx, cy, r, turn, hair, woman=woman)
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


def _relief(u: Field, v: Field, t: float, *, woman: bool) -> Field:
    """Height of a face over its own plane, in head radii; u right, v down, t the turn."""

    def bump(cu: float, cv: float, su: float, sv: float, high: float) -> Field:
        return np.asarray(high * np.exp(-(((u - cu) / su) ** 2) - ((v - cv) / sv) ** 2), np.float32)

    m = 0.55 * t
    jaw = np.where(v > 0, 1 - 0.16 * v * v * (1.2 if woman else 0.85), 1.0)
    q = 1 - (u / (0.86 * jaw)) ** 2 - np.abs(v / 1.24) ** 2.2
    height = 0.95 * np.sqrt(np.clip(q, 0, 1)) + 0.10 * t * u
    height = (
        height + bump(m + 0.02, 0.02, 0.10, 0.3, 0.16) + bump(m + 0.12 * t, 0.24, 0.15, 0.14, 0.22)
    )
    height = (
        height + bump(m - 0.17, 0.32, 0.09, 0.07, 0.06) + bump(m + 0.17, 0.32, 0.09, 0.07, 0.06)
    )
    for side in (-1, 1):
        e = m * 0.8 + side * 0.36
        height = (
            height
            - bump(e, -0.08, 0.21, 0.13, 0.16)
            + bump(e, -0.26, 0.26, 0.07, 0.07 if not woman else 0.04)
        )
        height = (
            height + bump(e, -0.06, 0.13, 0.09, 0.07) + bump(e + side * 0.14, 0.28, 0.2, 0.2, 0.05)
        )
    height = (
        height
        + bump(0.72 * m, 0.56, 0.2, 0.05, 0.06)
        + bump(0.72 * m, 0.67, 0.17, 0.05, 0.07)
        - bump(0.72 * m, 0.61, 0.24, 0.022, 0.04)
    )
    return np.asarray(
        height + bump(0.72 * m, 0.95, 0.22, 0.15, 0.08) - bump(0.72 * m, 0.79, 0.22, 0.06, 0.04), np.float32
    )


def _face(
    s: Scene, x: float, y: float, r: float, t: float, skin: Colour, hair: Colour, *, woman: bool
) -> None:
    c = s.canvas
    narrow = 0.78 if woman else 0.84
    shape = [
        (-narrow, -0.3),
        (-0.7, -0.85),
        (0, -1.2),
        (0.7, -0.85),
        (narrow, -0.3),
        (narrow - 0.03, 0.2),
        (0.68, 0.62),
        (0.42 if woman else 0.5, 1.0),
        (0.16, 1.2),
        (-0.16, 1.2),
        (-0.42 if woman else -0.5, 1.0),
        (-0.68, 0.62),
        (-narrow + 0.03, 0.2),
    ]
    p = np.array(shape)
    p[:, 0] += 0.24 * t * (p[:, 1] > -0.2) * (0.4 + p[:, 1] * 0.5)
    ear_side = -np.sign(t)
    ear = oval(x + ear_side * narrow * 1.02 * r, y + 0.06 * r, 0.13 * r, 0.26 * r, 0.1)
    c.solid(ear, skin * 0.93, roundness=0.7, detail=0.6)
    patch = c.polygon(spline(p) * r + [x, y])
    if patch is None:
        return
    gx, gy = c.grid(patch)
    u, v = (gx - x) / r, (gy - y) / r
    height = _relief(u, v, t, woman=woman)
    tone = c.lit((height * r * c.unit).astype(np.float32))
    m = 0.55 * t
    local: Colour = np.broadcast_to(skin, (*u.shape, 3)).astype(np.float32)
    rose = mix(skin, rgb("#c9503f"), 0.45)

    def spot(cu: float, cv: float, su: float, sv: float) -> Field:
        return np.exp(-(((u - cu) / su) ** 2) - ((v - cv) / sv) ** 2)[..., None].astype(np.float32)

    for side in (-1, 1):
        local = mix(local, rose, 0.5 * spot(m + side * 0.45, 0.3, 0.24, 0.18))
    local = mix(local, rose, 0.45 * spot(m + 0.1 * t, 0.27, 0.16, 0.12))
    if not woman:
        local = mix(local, skin * 0.75, 0.45 * smoothstep(0.42, 0.8, v)[..., None])
    painted = c.light.paint(local, np.clip(tone * 1.02 + 0.03, 0, 1))
    c.lay(patch, painted, detail=0.9, flow=0.9 * u, flow_weight=0.5)
    _features(s, x, y, r, t, skin, hair, woman=woman)


def _features(
    s: Scene, x: float, y: float, r: float, t: float, skin: Colour, hair: Colour, *, woman: bool
) -> None:
    c = s.canvas
    m = 0.55 * t
    dark = mix(hair * 0.5, rgb("#241812"), 0.5)
    iris = s.pick(("#4a3320", "#3f5f6f", "#4f5a34", "#2f2620", "#5a6a72"))
    look = s.between(-0.03, 0.03) + 0.04 * t

    def at(points: list[tuple[float, float]]) -> np.ndarray:
        return np.array(points) * r + [x, y]

    def stroke(
        points: list[tuple[float, float]],
        radii: tuple[float, ...],
        colour: Colour,
        opacity: float = 1.0,
    ) -> None:
        c.flat(
            limb(at(points), tuple(k * r for k in radii)),
            colour,
            opacity=opacity,
            thing=False,
            detail=1.0,
        )

    for side in (-1, 1):
        e, q = m * 0.8 + side * 0.355, 1 - 0.28 * max(0.0, side * t)
        w = 0.175 * q
        lid = spline(
            [
                (e - w, -0.045),
                (e - w * 0.3, -0.125),
                (e + w * 0.4, -0.125),
                (e + w, -0.05),
                (e + w * 0.4, 0.01),
                (e - w * 0.4, 0.012),
            ]
        )
        white = c.polygon(at([(float(a), float(b)) for a, b in lid]))
        c.lay(
            white,
            c.light.paint(rgb("#ece4d8"), 0.62 + 0.1 * side * np.sign(c.light.towards[0])),
            detail=1.0,
        )
        ix = e + look
        c.flat(oval(x + ix * r, y - 0.06 * r, 0.072 * r, 0.075 * r), iris, detail=1.0, thing=False)
        c.flat(
            oval(x + ix * r, y - 0.06 * r, 0.036 * r, 0.038 * r),
            rgb("#0f0c0b"),
            detail=1.0,
            thing=False,
        )
        spark = 0.028 * np.sign(c.light.towards[0])
        c.flat(
            oval(x + (ix + spark) * r, y - 0.088 * r, 0.017 * r, 0.017 * r, n=8),
            rgb("#ffffff"),
            opacity=0.95,
            thing=False,
        )
        thick = 0.024 if woman else 0.018
        stroke(
            [
                (e - w * 1.05, -0.035),
                (e - w * 0.3, -0.125),
                (e + w * 0.4, -0.125),
                (e + w * 1.05, -0.045),
            ],
            (0.01, thick, thick, 0.012),
            dark,
        )
        stroke([(e - w, -0.1), (e, -0.185), (e + w, -0.11)], (0.008, 0.013, 0.008), skin * 0.5, 0.6)
        stroke(
            [(e - w * 0.8, 0.0), (e, 0.03), (e + w * 0.9, -0.01)],
            (0.006, 0.01, 0.006),
            skin * 0.5,
            0.6,
        )
        inner, outer = e - side * w * 1.0, e + side * w * 1.35
        brow = 0.022 if woman else 0.036
        stroke(
            [(inner, -0.235), (e + side * 0.02, -0.305), (outer, -0.235)],
            (brow, brow * 1.15, 0.008),
            mix(dark, hair, 0.5),
            0.85,
        )
        stroke(
            [(m + 0.09 * t + side * 0.095, 0.375), (m + 0.09 * t + side * 0.05, 0.38)],
            (0.02, 0.026),
            skin * 0.3,
            0.75,
        )
    away = -np.sign(c.light.towards[0])
    stroke(
        [
            (m + away * 0.07, -0.12),
            (m + 0.06 * t + away * 0.1, 0.12),
            (m + 0.1 * t + away * 0.17, 0.33),
        ],
        (0.02, 0.035, 0.03),
        skin * 0.62,
        0.4,
    )
    stroke(
        [(m - 0.08 + 0.1 * t, 0.405), (m + 0.1 * t, 0.42), (m + 0.08 + 0.1 * t, 0.405)],
        (0.012, 0.022, 0.012),
        skin * 0.5,
        0.55,
    )
    m = 0.72 * m  # the mouth lies deeper in the head than the nose
    lip = mix(skin * 0.8, rgb("#b03a38"), 0.62 if woman else 0.36)
    wide, smile = s.between(0.22, 0.27), s.between(-0.01, 0.03)
    full = 0.075 if woman else 0.055
    upper = spline(
        [
            (m - wide, 0.61 - smile),
            (m - 0.07, 0.565),
            (m, 0.58),
            (m + 0.07, 0.565),
            (m + wide, 0.61 - smile),
            (m, 0.62),
        ]
    )
    lower = spline(
        [
            (m - wide * 0.92, 0.615 - smile),
            (m, 0.615),
            (m + wide * 0.92, 0.615 - smile),
            (m, 0.625 + full * 1.5),
        ]
    )
    c.flat(
        at([(float(a), float(b)) for a, b in upper]),
        c.light.paint(lip * 0.85, 0.5),
        detail=1.0,
        thing=False,
    )
    c.flat(
        at([(float(a), float(b)) for a, b in lower]),
        c.light.paint(lip, 0.68),
        detail=1.0,
        thing=False,
    )
    stroke(
        [(m - wide, 0.605 - smile), (m, 0.618), (m + wide, 0.605 - smile)],
        (0.01, 0.014, 0.01),
        lip * 0.35,
        0.9,
    )
    stroke([(m - 0.14, 0.79), (m, 0.81), (m + 0.14, 0.79)], (0.015, 0.03, 0.015), skin * 0.6, 0.4)


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


def _hair(s: Scene, x: float, y: float, r: float, t: float, hair: Colour, *, woman: bool) -> None:
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
    del t


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
