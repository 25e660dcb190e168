"""Portraits: a head modelled as a relief and lit, with hair, dress and background."""

from __future__ import annotations

import numpy as np

from .canvas import limb, oval, spline
from .colour import Colour, mix, rgb
from .noise import Field, smoothstep
from .scene import Scene


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
        height + bump(0.72 * m, 0.95, 0.22, 0.15, 0.08) - bump(0.72 * m, 0.79, 0.22, 0.06, 0.04),
        np.float32,
    )


def face(
    s: Scene, x: float, y: float, r: float, t: float, skin: Colour, hair: Colour, *, woman: bool
) -> None:
    """A head in the light, of radius ``r``, turned by ``t`` (-1 .. 1) to one side."""
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
