"""How people stand, kneel, reach and fall, and what they wear."""

# ruff: noqa: E501 - the tables below read better with one entry to a line

from __future__ import annotations

from dataclasses import dataclass, replace

from .colour import Colour, rgb
from .scene import Scene

Joint = tuple[float, float]


SKIN = ("#e9bd97", "#dca87e", "#c88f64", "#a56f48", "#7d5236", "#f0cdae")


HAIR = ("#3a2a20", "#5b3d26", "#8a5a30", "#b98a4a", "#211b1c", "#8f8a86", "#6e2f1e")


@dataclass(frozen=True)
class Pose:
    """Where the joints are; ``near`` limbs are on the spectator's side."""

    head: Joint = (0.01, 0.925)
    neck: Joint = (0.0, 0.845)
    chest: Joint = (0.0, 0.72)
    pelvis: Joint = (0.0, 0.52)
    near_arm: tuple[Joint, Joint] = ((0.03, 0.63), (0.08, 0.48))
    far_arm: tuple[Joint, Joint] = ((-0.03, 0.63), (0.04, 0.49))
    near_leg: tuple[Joint, Joint] = ((0.02, 0.28), (0.0, 0.03))
    far_leg: tuple[Joint, Joint] = ((-0.01, 0.28), (-0.06, 0.03))
    wide: float = 1.0


STAND = Pose()


WALK = Pose(
    head=(0.04, 0.92), neck=(0.02, 0.84), near_leg=((0.08, 0.28), (0.0, 0.04)),
    far_leg=((0.1, 0.29), (0.17, 0.03)), near_arm=((-0.05, 0.64), (0.02, 0.5)), far_arm=((0.1, 0.64), (0.19, 0.55)),
)  # fmt: skip


REACH = replace(STAND, near_arm=((0.14, 0.75), (0.27, 0.85)), head=(0.03, 0.925))


KNEEL = Pose(
    head=(0.10, 0.67), neck=(0.06, 0.59), chest=(0.03, 0.47), pelvis=(-0.02, 0.28), near_arm=((0.1, 0.4), (0.2, 0.47)),
    far_arm=((0.12, 0.42), (0.22, 0.49)), near_leg=((0.12, 0.06), (-0.14, 0.03)), far_leg=((0.2, 0.27), (0.17, 0.03)),
)  # fmt: skip


SIT = Pose(
    head=(0.05, 0.68), neck=(0.03, 0.60), chest=(0.0, 0.47), pelvis=(-0.03, 0.27), near_arm=((0.07, 0.42), (0.2, 0.36)),
    far_arm=((0.1, 0.43), (0.22, 0.37)), near_leg=((0.21, 0.29), (0.22, 0.04)), far_leg=((0.18, 0.27), (0.15, 0.03)),
)  # fmt: skip


BEND = Pose(
    head=(0.33, 0.66), neck=(0.26, 0.65), chest=(0.16, 0.62), pelvis=(-0.04, 0.52), near_arm=((0.25, 0.45), (0.36, 0.33)),
    far_arm=((0.28, 0.47), (0.4, 0.38)), near_leg=((0.05, 0.28), (-0.02, 0.03)), far_leg=((0.1, 0.28), (0.14, 0.03)),
)  # fmt: skip


STRIKE = replace(WALK, near_arm=((0.06, 0.86), (0.2, 0.98)), far_arm=((0.14, 0.68), (0.26, 0.66)))


CAST_UP = replace(
    STAND, near_arm=((0.12, 0.86), (0.18, 1.03)), far_arm=((-0.1, 0.86), (-0.14, 1.02))
)


CROSS = Pose(
    head=(0.02, 0.90), neck=(0.0, 0.845), near_arm=((0.2, 0.86), (0.38, 0.92)), far_arm=((-0.2, 0.86), (-0.38, 0.92)),
    near_leg=((0.05, 0.28), (0.0, 0.05)), far_leg=((0.03, 0.28), (0.0, 0.05)), wide=0.9,
)  # fmt: skip


LEAN_OVER = Pose(
    head=(0.40, 0.30), neck=(0.31, 0.355), chest=(0.19, 0.37), pelvis=(-0.06, 0.25), near_arm=((0.33, 0.17), (0.37, 0.01)),
    far_arm=((0.27, 0.17), (0.3, 0.01)), near_leg=((0.13, 0.05), (-0.11, 0.03)), far_leg=((0.06, 0.05), (-0.18, 0.03)),
)  # fmt: skip
LIE = Pose(
    head=(0.34, 0.1), neck=(0.26, 0.08), chest=(0.14, 0.09), pelvis=(-0.06, 0.08), near_arm=((0.12, 0.03), (0.26, 0.02)),
    far_arm=((0.25, 0.14), (0.36, 0.2)), near_leg=((-0.26, 0.12), (-0.46, 0.03)), far_leg=((-0.27, 0.05), (-0.48, 0.04)),
)  # fmt: skip


@dataclass(frozen=True)
class Dress:
    """What a figure wears and looks like; ``kind`` is nude, tunic, robe or armour."""

    kind: str
    skin: Colour
    hair: Colour
    main: Colour
    second: Colour
    long_hair: bool = False
    halo: bool = False
    hat: str = ""
    beard: bool = False
    mantle: bool = False


def person(
    s: Scene,
    kind: str,
    *,
    woman: bool | None = None,
    main: str | None = None,
    second: str | None = None,
    hair: Colour | None = None,
    hat: str = "",
    halo: bool = False,
    beard: bool = False,
    mantle: bool = False,
) -> Dress:
    """A figure's looks, by chance where not given; ``kind`` is nude, tunic, robe or armour."""
    cloths = [
        "#a83a2e",
        "#2f5a8a",
        "#c99a3a",
        "#4f6f48",
        "#7a4a6a",
        "#d9c9a8",
        "#5a6a7a",
        "#b8683a",
        "#e6ddc8",
    ]
    return Dress(
        kind=kind,
        skin=s.pick(SKIN[:4]),
        hair=s.pick(HAIR) if hair is None else hair,
        main=rgb(main) if main else s.pick(cloths),
        second=rgb(second) if second else s.pick(cloths),
        long_hair=s.chance(0.5) if woman is None else woman,
        hat=hat,
        halo=halo,
        beard=beard,
        mantle=mantle,
    )
