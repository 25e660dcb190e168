"""People at a distance: bodies built from joints, clothed or not, in light and shadow.

A pose gives the joints in fractions of the standing height (8 heads to the body), x
forwards and y up from the ground, so that one pose serves every figure.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .canvas import Placer, Points, limb, oval, place, spline
from .colour import Colour, mix, rgb
from .poses import Dress, Joint, Pose
from .scene import Scene


def figure(
    s: Scene,
    x: float,
    y: float,
    height: float,
    pose: Pose,
    dress: Dress,
    *,
    flip: int = 1,
    angle: float = 0.0,
    shadow: bool = True,
) -> None:
    """A person whose feet stand at (x, y) and who would be ``height`` tall standing."""
    c = s.canvas
    simple = height * c.unit < 34

    def at(points: ArrayLike) -> Points:
        return place(points, x, y, height, flip=flip, angle=angle)

    if shadow:
        c.shadow(x, y, height * 0.17, height * 0.03, 0.5)
    w = pose.wide
    cloth = dress.main
    sleeve = {"nude": dress.skin, "tunic": cloth, "robe": cloth, "armour": rgb("#a9b0b8")}[
        dress.kind
    ]
    leg = {"nude": dress.skin, "tunic": dress.second, "robe": cloth, "armour": rgb("#8f979f")}[
        dress.kind
    ]
    gloss = 0.5 if dress.kind == "armour" else 0.0
    shoulder = (
        pose.neck[0] * 0.6 + pose.chest[0] * 0.4,
        pose.neck[1] * 0.72 + pose.chest[1] * 0.28,
    )
    if dress.halo:
        hx, hy = at([pose.head])[0]
        _halo(s, float(hx), float(hy), height * 0.105)
    _arm(s, at, shoulder, pose.far_arm, -0.055 * w, sleeve * 0.86, dress, simple)
    if dress.kind != "robe":
        _leg(s, at, pose.pelvis, pose.far_leg, leg * 0.86, dress, gloss, -0.03 * w)
        _leg(s, at, pose.pelvis, pose.near_leg, leg, dress, gloss, 0.02 * w)
    if dress.kind == "robe":
        _robe(s, at, pose, dress)
    female = dress.long_hair
    hips, waist, chest = (0.098, 0.068, 0.09) if female else (0.088, 0.076, 0.102)
    mid = ((pose.pelvis[0] + pose.chest[0]) / 2, (pose.pelvis[1] + pose.chest[1]) / 2)
    top = (shoulder[0], shoulder[1] + 0.005)
    trunk = [pose.pelvis, mid, pose.chest, top, pose.neck]
    colour = {"nude": dress.skin, "tunic": cloth, "robe": cloth, "armour": rgb("#a9b0b8")}[
        dress.kind
    ]
    folds = 0.35 if dress.kind in ("tunic", "robe") else 0.0
    c.solid(
        at(limb(trunk, (hips * w, waist * w, chest * w, 0.09 * w, 0.032))),
        colour,
        folds=folds,
        gloss=gloss,
        detail=0.7,
    )
    if dress.kind == "tunic":
        skirt = _skirt(pose, 0.36)
        c.solid(at(skirt), cloth, folds=0.5, fold_turn=0.25, detail=0.6)
        belt = limb(
            [(mid[0] - 0.07 * w, mid[1] - 0.03), (mid[0] + 0.07 * w, mid[1] - 0.03)],
            (0.012, 0.012),
            steps=2,
        )
        c.flat(at(belt), rgb("#4a3524"), thing=False)
    if dress.mantle:
        cape = [
            pose.neck,
            (shoulder[0] + 0.1 * w, shoulder[1] - 0.01),
            (mid[0] + 0.05, mid[1]),
            (pose.pelvis[0] + 0.02, pose.pelvis[1] * 0.5),
            (pose.pelvis[0] - 0.15, 0.03),
            (pose.pelvis[0] - 0.17, pose.pelvis[1] * 0.8),
            (shoulder[0] - 0.11 * w, shoulder[1] - 0.03),
        ]
        c.solid(at(spline(cape)), dress.second, folds=0.7, fold_turn=0.25, roundness=0.6)
    c.solid(at(limb([pose.neck, pose.head], (0.033, 0.03), steps=2)), dress.skin * 0.92, ink=False)
    head(s, at, pose, dress, height)
    _arm(s, at, shoulder, pose.near_arm, 0.05 * w, sleeve, dress, simple)


def _halo(s: Scene, x: float, y: float, r: float) -> None:
    c = s.canvas
    c.glow(x, y, r * 2.2, rgb("#ffdf8a"), 0.4)
    c.flat(oval(x, y, r, r, n=36), rgb("#e9c04f"), opacity=0.9, detail=0.8)
    c.flat(oval(x, y, r * 0.86, r * 0.86, n=36), rgb("#f6dc88"), opacity=0.75, thing=False)


def _arm(
    s: Scene,
    at: Placer,
    shoulder: Joint,
    arm: tuple[Joint, Joint],
    shift: float,
    colour: Colour,
    dress: Dress,
    simple: bool,
) -> None:
    c = s.canvas
    root = (shoulder[0] + shift, shoulder[1] - 0.01)
    elbow, hand = arm
    gloss = 0.5 if dress.kind == "armour" else 0.0
    folds = 0.3 if dress.kind in ("tunic", "robe") and not simple else 0.0
    thick = 1.25 if dress.kind == "robe" else 1.0
    toward = (
        (np.asarray(hand) - np.asarray(elbow))
        * 0.16
        / max(1e-6, float(np.hypot(hand[0] - elbow[0], hand[1] - elbow[1])))
    )
    palm = (hand[0] + toward[0] * 0.3, hand[1] + toward[1] * 0.3)
    c.solid(at(limb([hand, palm], (0.019, 0.021), steps=3)), dress.skin, detail=0.9)
    chain = [
        root,
        ((root[0] + elbow[0]) / 2, (root[1] + elbow[1]) / 2),
        elbow,
        ((elbow[0] + hand[0]) / 2, (elbow[1] + hand[1]) / 2),
        hand,
    ]
    radii = np.array((0.04, 0.037, 0.031, 0.029, 0.02)) * thick
    c.solid(at(limb(chain, tuple(radii))), colour, gloss=gloss, folds=folds, detail=0.7)


def _leg(
    s: Scene,
    at: Placer,
    pelvis: Joint,
    leg: tuple[Joint, Joint],
    colour: Colour,
    dress: Dress,
    gloss: float,
    shift: float,
) -> None:
    c = s.canvas
    knee, foot = leg
    root = (pelvis[0] + shift, pelvis[1] - 0.01)
    shin = np.asarray(foot) - np.asarray(knee)
    calf = (knee[0] + 0.35 * shin[0] - 0.012, knee[1] + 0.35 * shin[1])
    shoe = dress.skin if dress.kind == "nude" else rgb("#4a3626")
    toe = (
        (foot[0] + 0.07, foot[1] - 0.015)
        if foot[1] < knee[1] - 0.1
        else (foot[0] - 0.05, foot[1] - 0.01)
    )
    c.solid(
        at(limb([(foot[0] - 0.012, foot[1] - 0.005), toe], (0.022, 0.014), steps=3)),
        shoe,
        detail=0.6,
    )
    thigh = ((root[0] + knee[0]) / 2 + 0.01, (root[1] + knee[1]) / 2)
    chain = [root, thigh, knee, calf, foot]
    c.solid(at(limb(chain, (0.07, 0.062, 0.042, 0.043, 0.024))), colour, gloss=gloss, detail=0.6)


def _skirt(pose: Pose, drop: float) -> Points:
    """The lower part of a tunic, down to the knees."""
    px, py = pose.pelvis
    kx = (pose.near_leg[0][0] + pose.far_leg[0][0]) / 2
    low = max(0.05, py - drop * 0.62)
    return spline(
        [
            (px - 0.08, py + 0.08),
            (px + 0.08, py + 0.08),
            (max(kx, px) + 0.14, low),
            (kx, low - 0.02),
            (min(kx, px) - 0.12, low + 0.01),
        ]
    )


def _robe(s: Scene, at: Placer, pose: Pose, dress: Dress) -> None:
    """A gown that falls from the waist to the ground over the legs."""
    px, py = pose.pelvis
    feet = [pose.near_leg[1][0], pose.far_leg[1][0]]
    knees = [pose.near_leg[0], pose.far_leg[0]]
    front, back = max(*feet, px) + 0.07, min(*feet, px) - 0.10
    fk = max(knees)
    low = min(0.01, pose.near_leg[1][1])
    gown = [
        (px - 0.07, py + 0.12),
        (px + 0.07, py + 0.12),
        (fk[0] + 0.07, fk[1] + 0.05),
        (front + 0.04, low + 0.06),
        (front, low),
        ((front + back) / 2, low - 0.02),
        (back - 0.03, low),
        (px - 0.14, py * 0.55),
    ]
    s.canvas.solid(
        at(spline(gown)), dress.main, roundness=0.9, folds=0.8, fold_turn=0.22, detail=0.6
    )


def head(s: Scene, at: Placer, pose: Pose, dress: Dress, height: float) -> None:
    """A head in three-quarter profile: hair, face, and as many features as its size allows."""
    c = s.canvas
    hx, hy = pose.head
    tilt = np.arctan2(hx - pose.neck[0], max(0.02, hy - pose.neck[1])) * 0.6
    r = 0.064

    def on(points: ArrayLike) -> Points:
        local = place(points, 0, 0, 1.0, angle=-tilt)
        return at(np.column_stack([hx + r * local[:, 0], hy - r * local[:, 1]]))

    if dress.long_hair:
        fall = [(-0.2, 1.05), (-0.95, 0.6), (-1.1, -0.5), (-1.0, -1.9), (-0.3, -1.7), (0.1, -0.6)]
        c.solid(on(spline(fall)), dress.hair, folds=0.5, fold_turn=0.2)
    skull = [(0.55, 0.75), (0.0, 1.05), (-0.65, 0.85), (-0.9, 0.25), (-0.7, -0.45), (-0.3, -0.75)]
    face = [
        (0.1, -1.0),
        (0.5, -1.08),
        (0.68, -0.8),
        (0.72, -0.5),
        (0.92, -0.28),
        (0.78, 0.0),
        (0.8, 0.4),
    ]
    c.solid(on(spline(skull + face)), dress.skin, roundness=0.9, detail=1.0)
    cap = [
        (0.72, 0.55),
        (0.5, 0.98),
        (0.0, 1.2),
        (-0.7, 1.0),
        (-1.02, 0.25),
        (-0.85, -0.55),
        (-0.45, -0.7),
        (-0.3, -0.1),
        (0.0, 0.42),
        (0.4, 0.6),
    ]
    c.solid(on(spline(cap)), dress.hair, roundness=0.9, texture=0.3, detail=0.9)
    if height * c.unit > 60:
        dark = mix(dress.skin * 0.35, rgb("#2a1a1a"), 0.4)
        c.flat(
            on(limb([(0.36, 0.06), (0.62, 0.04)], (0.075, 0.06), steps=3)),
            dark,
            thing=False,
            detail=1.0,
        )
        c.flat(
            on(limb([(0.3, 0.26), (0.68, 0.24)], (0.05, 0.03), steps=3)),
            mix(dress.hair, dark, 0.4),
            opacity=0.8,
            thing=False,
        )
        c.flat(
            on(limb([(0.42, -0.6), (0.68, -0.58)], (0.055, 0.04), steps=3)),
            mix(dress.skin, rgb("#8a2f2a"), 0.6),
            thing=False,
        )
        c.flat(
            on(limb([(0.7, 0.0), (0.78, -0.25), (0.62, -0.34)], (0.03, 0.04, 0.03), steps=3)),
            dress.skin * 0.72,
            opacity=0.7,
            thing=False,
        )
        c.flat(
            on(oval(0.22, -0.3, 0.2, 0.16)),
            mix(dress.skin, rgb("#d9604a"), 0.5),
            opacity=0.35,
            thing=False,
        )
    if dress.beard:
        c.solid(
            on(
                spline(
                    [
                        (-0.15, -0.3),
                        (0.3, -0.5),
                        (0.7, -0.55),
                        (0.72, -1.2),
                        (0.4, -1.7),
                        (0.0, -1.2),
                    ]
                )
            ),
            dress.hair,
            texture=0.4,
        )
    _headwear(s, on, dress)


def _headwear(s: Scene, on: Placer, dress: Dress) -> None:
    c = s.canvas
    if dress.hat == "straw":
        c.solid(on(oval(-0.05, 0.55, 1.75, 0.42, 0.08)), rgb("#d9b560"), roundness=0.5, texture=0.3)
        c.solid(
            on(spline([(-0.85, 0.6), (-0.6, 1.35), (0.5, 1.35), (0.75, 0.6)])),
            rgb("#e0bf6c"),
            texture=0.3,
        )
    elif dress.hat == "helmet":
        c.solid(
            on(
                spline(
                    [
                        (0.8, 0.3),
                        (0.55, 1.1),
                        (-0.2, 1.35),
                        (-1.0, 0.8),
                        (-1.05, -0.3),
                        (-0.4, -0.5),
                        (0.1, 0.2),
                    ]
                )
            ),
            rgb("#b4bac2"),
            gloss=0.7,
        )
        c.solid(
            on(limb([(0.2, 1.3), (-0.6, 1.6), (-1.4, 1.0), (-1.7, 0.0)], (0.12, 0.28, 0.25, 0.05))),
            dress.second,
            texture=0.5,
        )
    elif dress.hat == "veil":
        veil = [
            (0.7, 0.55),
            (0.5, 1.1),
            (-0.2, 1.3),
            (-0.95, 0.95),
            (-1.25, 0.0),
            (-1.5, -1.7),
            (-0.4, -1.9),
            (-0.25, -0.6),
            (-0.1, 0.2),
            (0.3, 0.55),
        ]
        c.solid(on(spline(veil)), dress.second, folds=0.4, fold_turn=0.25, roundness=0.7)
    elif dress.hat == "crown":
        c.solid(
            on(
                [
                    (-0.9, 0.6),
                    (-1.0, 1.4),
                    (-0.5, 1.05),
                    (-0.1, 1.5),
                    (0.3, 1.05),
                    (0.75, 1.4),
                    (0.75, 0.6),
                ]
            ),
            rgb("#e3b53f"),
            gloss=0.7,
        )
