"""Animals: four-legged ones built from joints, birds, a serpent, a fish, a dragon."""

# ruff: noqa: E501 - the tables below read better with one entry to a line

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .canvas import Placer, Points, limb, oval, place, spline
from .colour import Colour, mix, rgb, vary
from .scene import Scene


@dataclass(frozen=True)
class Kind:
    """Proportions of a four-legged animal; the withers stand at height 1."""

    coats: tuple[str, ...]
    depth: float = 0.50
    length: float = 1.0
    neck: float = 0.62
    lift: float = 0.9
    head: float = 0.46
    leg: float = 1.0
    neck_wide: float = 1.0
    muzzle: float = 0.6
    ear: float = 0.13
    tail: str = "horse"


KINDS: dict[str, Kind] = {
    "horse": Kind(("#6b4226", "#8a5a34", "#3a2a24", "#d8cfc4", "#a56a3a", "#efe9df"), depth=0.46, neck=0.54),
    "donkey": Kind(("#8a8178", "#75695f", "#9a8a78"), depth=0.48, neck=0.5, lift=0.75, head=0.5, ear=0.34, tail="cow"),
    "cow": Kind(("#8a4a2c", "#d9cbb4", "#4a372c", "#b5793f", "#efe6d6"), depth=0.62, length=1.12, neck=0.38, lift=0.35, head=0.46, muzzle=0.78, neck_wide=1.1, tail="cow"),
    "deer": Kind(("#9a683c", "#a87444", "#7f5634"), depth=0.40, length=0.9, neck=0.6, lift=1.05, head=0.34, leg=0.72, neck_wide=0.66, muzzle=0.5, ear=0.18, tail="short"),
    "dog": Kind(("#c9a06a", "#efe6d8", "#5a4232", "#8a6f52"), depth=0.42, length=1.0, neck=0.36, lift=0.9, head=0.4, leg=0.85, neck_wide=0.75, ear=0.14, tail="up"),
    "sheep": Kind(("#ece4d2", "#ddd2bb", "#f2ecdf"), depth=0.62, neck=0.3, lift=0.6, head=0.34, leg=0.7, muzzle=0.62, ear=0.13, tail="short"),
}  # fmt: skip


GAITS: dict[str, tuple[tuple[float, float], ...]] = {
    # For each leg: how far the knee and the hoof are moved forwards (near fore, far fore, near hind, far hind).
    "stand": ((0.0, 0.0), (0.06, 0.08), (0.0, 0.0), (0.09, 0.1)),
    "walk": ((0.12, 0.1), (-0.02, -0.14), (-0.06, -0.14), (0.14, 0.18)),
    "gallop": ((0.3, 0.42), (0.22, 0.55), (-0.22, -0.5), (-0.12, -0.38)),
    "rear": ((0.26, 0.12), (0.3, 0.26), (0.04, 0.06), (0.14, 0.2)),
}


def beast(
    s: Scene,
    kind: str,
    x: float,
    foot: float,
    size: float,
    *,
    flip: int = 1,
    gait: str = "stand",
    graze: bool = False,
    coat: Colour | None = None,
    distance: float = 0.0,
) -> None:
    """A four-legged animal of withers height ``size`` that stands at (x, foot)."""
    c, k = s.canvas, KINDS[kind]
    colour = s.hazy(vary(coat if coat is not None else s.pick(k.coats), s.rng, 0.02), distance)
    rearing = gait == "rear"
    c.shadow(x + flip * 0.45 * size, foot, size * 0.75, size * 0.1, 0.5)
    hip = np.array([0.08 * k.length, 0.72])

    def raise_up(points: Points) -> Points:
        if not rearing:
            return points
        a = 0.62
        q = points - hip
        up = np.column_stack(
            [q[:, 0] * np.cos(a) - q[:, 1] * np.sin(a), q[:, 0] * np.sin(a) + q[:, 1] * np.cos(a)]
        )
        return np.asarray(up + hip, np.float64)

    def at(points: ArrayLike, *, turn: bool = True) -> Points:
        p = np.asarray(points, np.float64)
        return place(raise_up(p) if turn else p, x, foot, size, flip=flip)

    belly, ln = 0.96 - k.depth, k.length
    near_fore, far_fore, near_hind, far_hind = GAITS[gait]
    dark = colour * 0.72
    for move, shade in ((far_fore, dark), (far_hind, dark)):
        _leg(s, at, k, move, shade, fore=move is far_fore, far=True, rearing=rearing, belly=belly)
    _tail(s, at, k, colour)
    body = [
        (0.80 * ln, 1.0),
        (0.56 * ln, 0.95),
        (0.32 * ln, 0.965),
        (0.12 * ln, 0.985),
        (-0.01, 0.90),
        (-0.05, 0.74),
        (0.02, 0.58),
    ]
    body += [
        (0.22 * ln, belly + 0.05),
        (0.46 * ln, belly - 0.01),
        (0.68 * ln, belly),
        (0.86 * ln, belly + 0.07),
        (0.98 * ln, belly + 0.25),
        (0.95 * ln, 0.86),
    ]
    neck_root, poll = _neck(k, graze=graze)
    mid = (
        (neck_root[0] + poll[0]) / 2 - 0.03,
        (neck_root[1] + poll[1]) / 2 + (0.05 if not graze else 0.1),
    )
    nw = k.neck_wide * (1 if k.neck > 0.4 else 0.9)
    if kind == "sheep":
        _leg(s, at, k, near_hind, rgb("#4a4038"), fore=False, far=False, rearing=False, belly=belly)
        _leg(s, at, k, near_fore, rgb("#4a4038"), fore=True, far=False, rearing=False, belly=belly)
    c.solid(at(limb([neck_root, mid, poll], (0.21 * nw, 0.15 * nw, 0.10 * nw))), colour, detail=0.7)
    patch = c.solid(
        at(spline(body)),
        colour,
        roundness=0.95,
        texture=1.1 if kind == "sheep" else 0.1,
        gloss=0.12,
        detail=0.7,
    )
    if kind == "cow" and patch is not None and s.chance(0.6):
        spots = rgb("#f2ece0") if float(colour.mean()) < 0.5 else rgb("#6b4430")
        for _ in range(4):
            spot = oval(
                s.between(0.1, 0.95),
                s.between(0.62, 0.9),
                s.between(0.07, 0.16),
                s.between(0.06, 0.12),
                s.between(0, 3),
            )
            c.stain(at(spot), spots)
    c.solid(at(limb([neck_root, mid], (0.19 * nw, 0.15 * nw))), colour, roundness=1.0, ink=False)
    if kind != "sheep":
        _leg(s, at, k, near_hind, colour, fore=False, far=False, rearing=rearing, belly=belly)
        _leg(s, at, k, near_fore, colour, fore=True, far=False, rearing=rearing, belly=belly)
    else:
        for _ in range(26):
            a, d = s.between(0, 6.28), np.sqrt(s.rng.random())
            curl = oval(0.46 + 0.46 * d * np.cos(a), 0.70 + 0.24 * d * np.sin(a), 0.1, 0.09, n=10)
            c.solid(at(curl), vary(colour, s.rng, 0.02), roundness=0.9, ink=False)
    _head(s, at, k, kind, poll, colour, graze=graze)


def _neck(k: Kind, *, graze: bool) -> tuple[tuple[float, float], tuple[float, float]]:
    root = (0.86 * k.length, 0.80)
    if graze:
        return root, (root[0] + 0.38 + 0.15 * k.neck, 0.36 + 0.1 * (1 - k.neck))
    a = 0.95 * k.lift
    return root, (root[0] + k.neck * np.cos(a), root[1] + k.neck * np.sin(a))


def _leg(
    s: Scene,
    at: Placer,
    k: Kind,
    move: tuple[float, float],
    colour: Colour,
    *,
    fore: bool,
    far: bool,
    rearing: bool,
    belly: float,
) -> None:
    c, t = s.canvas, k.leg
    bend, reach = move
    lift = 0.05 if far else 0.0
    if fore and rearing:
        chain = [
            (0.84 * k.length, belly + 0.22),
            (0.92 + bend, belly + 0.12),
            (0.98 + bend + reach * 0.3, belly - 0.14),
            (0.9 + reach, belly - 0.26),
        ]
        c.solid(at(limb(chain, (0.1 * t, 0.055 * t, 0.035 * t, 0.04 * t))), colour, detail=0.6)
        return
    if fore:
        x = 0.84 * k.length
        gallop = 0.1 if abs(reach) > 0.3 else 0.0
        chain = [
            (x, belly + 0.18),
            (x + bend * 0.7, belly - 0.06),
            (x + 0.02 + bend, 0.32 + gallop),
            (x + 0.01 + reach, 0.1 + gallop),
            (x + 0.05 + reach, 0.02 + lift * 0.3 + gallop),
        ]
        radii = (0.12, 0.072, 0.048, 0.032, 0.046)
    else:
        x = 0.09 * k.length
        gallop = 0.08 if abs(reach) > 0.3 else 0.0
        chain = [
            (x, belly + 0.24),
            (x + 0.05 + bend * 0.4, belly + 0.02),
            (x - 0.07 + bend, 0.34 + gallop),
            (x - 0.02 + reach, 0.1 + gallop),
            (x + 0.03 + reach, 0.02 + lift * 0.3 + gallop),
        ]
        radii = (0.19, 0.125, 0.052, 0.034, 0.048)
    turn = fore or not rearing
    outline = at(limb(chain, tuple(r * t for r in radii)), turn=turn)
    c.solid(outline, colour, detail=0.6)
    end = np.asarray(chain[-1])
    hoof = [
        (end[0] - 0.045 * t, end[1] + 0.045),
        (end[0] + 0.035 * t, end[1] + 0.045),
        (end[0] + 0.06 * t, end[1] - 0.025),
        (end[0] - 0.05 * t, end[1] - 0.025),
    ]
    c.flat(at(hoof, turn=turn), rgb("#2b2320"), thing=False)


def _tail(s: Scene, at: Placer, k: Kind, colour: Colour) -> None:
    chains = {
        "horse": (
            [(0.02, 0.93), (-0.12, 0.84), (-0.18, 0.55), (-0.15, 0.26)],
            (0.03, 0.06, 0.07, 0.015),
        ),
        "cow": (
            [(0.0, 0.92), (-0.07, 0.75), (-0.07, 0.42), (-0.08, 0.3)],
            (0.025, 0.018, 0.018, 0.04),
        ),
        "short": ([(0.0, 0.9), (-0.08, 0.84), (-0.1, 0.76)], (0.04, 0.05, 0.02)),
        "up": ([(0.0, 0.92), (-0.14, 1.02), (-0.18, 1.2)], (0.035, 0.03, 0.012)),
    }
    chain, radii = chains[k.tail]
    tint = colour * 0.45 if k.tail == "horse" else colour
    s.canvas.solid(at(limb(chain, radii)), tint, texture=0.3)


def _head(
    s: Scene,
    at: Placer,
    k: Kind,
    kind: str,
    poll: tuple[float, float],
    colour: Colour,
    *,
    graze: bool,
) -> None:
    c, n = s.canvas, k.head
    a = -1.25 if graze else -0.72 + 0.2 * (1 - k.lift)
    dx, dy = np.cos(a), np.sin(a)
    px, py = poll

    def along(t: float, side: float) -> tuple[float, float]:
        return (px + n * (t * dx - side * dy), py + n * (t * dy + side * dx))

    face = rgb("#3f362f") if kind == "sheep" and s.chance(0.5) else colour
    ear = k.ear
    for lean in (-0.1, 0.12):
        tip = (
            (px + (lean - 0.05) * 0.6, py + ear + 0.09)
            if kind not in ("cow", "sheep")
            else (px - ear * 1.1, py + 0.02)
        )
        c.solid(
            at(
                limb(
                    [(px, py + 0.05), ((px + tip[0]) / 2 - 0.02, (py + tip[1]) / 2 + 0.03), tip],
                    (0.03, 0.042, 0.008),
                )
            ),
            face * 0.85,
            detail=0.8,
        )
    muzzle = k.muzzle * 0.18
    skull = [
        along(-0.12, 0.16),
        along(0.25, 0.2),
        along(0.65, muzzle + 0.03),
        along(1.0, muzzle),
        along(1.1, -0.02),
        along(1.02, -muzzle - 0.02),
        along(0.7, -0.13),
        along(0.38, -0.24),
        along(0.08, -0.26),
        along(-0.16, -0.06),
    ]
    c.solid(at(spline(skull)), face, roundness=0.95, detail=0.9)
    if kind in ("cow", "donkey", "deer"):
        nose = [
            along(0.82, muzzle + 0.02),
            along(1.02, muzzle),
            along(1.11, -0.02),
            along(1.03, -muzzle - 0.02),
            along(0.86, -muzzle - 0.01),
        ]
        c.solid(
            at(spline(nose)),
            mix(face, rgb("#e6d6c4") if kind != "cow" else rgb("#d9a894"), 0.6),
            ink=False,
        )
    if kind == "horse" and s.chance(0.4):
        c.flat(
            at(spline([along(0.1, 0.17), along(0.5, 0.15), along(0.8, 0.11), along(0.5, 0.08)])),
            rgb("#efe9dd"),
            opacity=0.8,
            thing=False,
        )
    ex, ey = along(0.3, 0.06)
    c.flat(at(oval(ex, ey, 0.028, 0.024)), rgb("#15100d"), detail=1.0, thing=False)
    nx, ny = along(0.98, 0.04)
    c.flat(at(oval(nx, ny, 0.02, 0.015)), face * 0.35, thing=False)
    if kind == "horse":
        for t in np.linspace(0, 1, 13):
            rx, ry = 0.8 * k.length + (px - 0.8 * k.length) * t - 0.03, 1.0 + (py - 0.98) * t + 0.02
            lock = [(rx + 0.05, ry + 0.03), (rx - 0.05, ry - 0.04), (rx - 0.03, ry - 0.19)]
            c.solid(at(limb(lock, (0.04, 0.05, 0.01))), colour * 0.5, detail=0.6, ink=False)
    if kind == "cow":
        for lean in (0.02, 0.12):
            horn = [
                (px + 0.02, py + 0.1),
                (px + 0.06 + lean, py + 0.2),
                (px + 0.17 + lean, py + 0.28),
            ]
            c.solid(at(limb(horn, (0.032, 0.025, 0.006))), rgb("#e6dcc0"), detail=0.9)
    if kind == "deer":
        for lean in (-0.08, 0.1):
            stem = [(px, py + 0.08), (px - 0.1 + lean, py + 0.32), (px + 0.08 + lean, py + 0.58)]
            c.solid(at(limb(stem, (0.022, 0.02, 0.006))), rgb("#8a6f4f"), detail=0.9)
            for h, d in ((0.2, 0.15), (0.34, 0.17), (0.45, 0.13)):
                twig = [(px - 0.06 + lean, py + h), (px + d + lean, py + h + 0.09)]
                c.solid(at(limb(twig, (0.014, 0.005), steps=3)), rgb("#8a6f4f"), detail=0.9)


def saddle(s: Scene, x: float, foot: float, size: float, colour: Colour, *, flip: int = 1) -> None:
    """A saddle cloth over the back of a horse or donkey."""
    shape = spline([(0.36, 0.99), (0.66, 0.99), (0.7, 0.72), (0.55, 0.62), (0.38, 0.7)])
    s.canvas.solid(place(shape, x, foot, size, flip=flip), colour, roundness=0.35, folds=0.2)
