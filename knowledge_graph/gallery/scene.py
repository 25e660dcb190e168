"""A scene before anything is in it: its hour, its season, its light, and a canvas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .canvas import Canvas, Light
from .colour import Colour, mix, rgb


@dataclass(frozen=True)
class Hour:
    """The colours of an hour of the day."""

    zenith: Colour
    middle: Colour
    horizon: Colour
    sun: Colour
    shadow: Colour
    ambient: float
    height: float
    """How high the sun or moon stands, 0 at the horizon .. 1 overhead."""


def _hour(names: str, ambient: float, height: float) -> Hour:
    zenith, middle, horizon, sun, shadow = (rgb(n) for n in names.split())
    return Hour(zenith, middle, horizon, sun, shadow, ambient, height)


HOURS: dict[str, Hour] = {
    "dawn": _hour("#6d86b4 #d9b4b6 #fbdcae #ffe2b8 #7a7fb5", 0.70, 0.22),
    "morning": _hour("#5a93cf #9cc4e4 #e4ecdf #fff3d6 #7f8fb8", 0.78, 0.55),
    "noon": _hour("#2f78c4 #77b3e2 #d6e9ee #fffbe8 #6f86b8", 0.72, 0.90),
    "afternoon": _hour("#4a86bd #a9c7cf #f3e2b5 #ffe8b0 #7d7ba8", 0.72, 0.50),
    "dusk": _hour("#3c3f7d #b8637a #f6a552 #ffb468 #5d4f8c", 0.55, 0.12),
    "night": _hour("#0b1233 #16265a #34508a #c2d2f2 #22306b", 0.42, 0.60),
    "storm": _hour("#2b323f #56616c #a3a898 #d3dad2 #444f66", 0.60, 0.70),
    "overcast": _hour("#8d9aa6 #b3bbbd #d8d6c8 #ece8da #868da0", 0.85, 0.80),
}


FOLIAGE: dict[str, tuple[str, ...]] = {
    "spring": ("#86a944", "#a4bd57", "#6d9a4b", "#dfb0bd", "#c9cf7a"),
    "summer": ("#3d6b2f", "#547f38", "#2f5a3a", "#6d8f40", "#41703f"),
    "autumn": ("#c4762a", "#d99a2e", "#a8452a", "#8a7a33", "#b5622a"),
    "winter": ("#6c6a5f", "#58605c", "#807a70", "#4e5a52", "#75706a"),
}


GROUND: dict[str, tuple[str, ...]] = {
    "spring": ("#8fb04f", "#a9bd63", "#c3c474"),
    "summer": ("#7d9a3e", "#a8a548", "#c9b458"),
    "autumn": ("#a98a3e", "#b97f3a", "#8d7f43"),
    "winter": ("#e6ebf2", "#d3dde9", "#f2f3f2"),
}


@dataclass
class Scene:
    """What a theme composes its picture from.

    ``things`` are the subjects that the facts of the work promise; a theme paints exactly
    those of its optional things that are among them.
    """

    canvas: Canvas
    rng: np.random.Generator
    things: frozenset[str]
    hour: str
    season: str

    @property
    def aspect(self) -> float:
        """Width over height; x runs from 0 to this."""
        return self.canvas.aspect

    @property
    def sky(self) -> Hour:
        """The colours of the hour."""
        return HOURS[self.hour]

    def has(self, thing: str) -> bool:
        """Whether the facts promise this thing."""
        return thing in self.things

    def pick(self, names: Sequence[str]) -> Colour:
        """One of some hexadecimal colours, by chance."""
        return rgb(names[int(self.rng.integers(len(names)))])

    def leaf(self) -> Colour:
        """A colour of foliage in this season."""
        return self.pick(FOLIAGE[self.season])

    def earth(self) -> Colour:
        """A colour of open ground in this season."""
        return self.pick(GROUND[self.season])

    def between(self, low: float, high: float) -> float:
        """A number drawn evenly from an interval."""
        return float(self.rng.uniform(low, high))

    def chance(self, share: float) -> bool:
        """True with this probability."""
        return bool(self.rng.random() < share)

    def side(self) -> int:
        """-1 or 1."""
        return 1 if self.rng.random() < 0.5 else -1

    def hazy(self, colour: Colour, distance: float) -> Colour:
        """Aerial perspective: a colour seen through air, 0 near .. 1 at the horizon."""
        air = mix(self.sky.horizon, self.sky.middle, 0.45)
        return mix(colour, air, float(np.clip(distance, 0, 1)) * 0.85)


def hour_light(hour: str, rng: np.random.Generator) -> Light:
    """The light of an hour, from the left or the right."""
    h = HOURS[hour]
    side = 1.0 if rng.random() < 0.4 else -1.0
    across = side * (0.95 - 0.35 * h.height) * float(rng.uniform(0.85, 1.15))
    return Light((across, -0.25 - 0.6 * h.height, 0.62), h.sun, h.shadow, h.ambient)


def room_light(rng: np.random.Generator, *, warm: bool) -> Light:
    """Light from a window (cool) or a candle (warm), on one side."""
    side = 1.0 if rng.random() < 0.3 else -1.0
    colour = rgb("#ffd79a") if warm else rgb("#fff4de")
    shadow = rgb("#4a3026") if warm else rgb("#58526a")
    return Light((side * 0.9, -0.65, 0.6), colour, shadow, 0.42 if warm else 0.6)
