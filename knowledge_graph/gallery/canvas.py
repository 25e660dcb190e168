"""The underpainting: shapes laid one over another in the light of the scene.

A scene is composed on a `Canvas` in its own units: y runs from 0 (top) to 1 (bottom), x
from 0 to the aspect ratio, so that a circle stays a circle at every size. Beside the
colours the canvas keeps what a painter would know while painting over it: which thing a
pixel belongs to, which way its surface runs, and how much care it deserves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageDraw
from scipy import ndimage

from .colour import Colour, mix
from .noise import Field, fractal, slopes

Points = NDArray[np.float64]


Placer = Callable[..., Points]


_FINE = 3  # polygons are drawn this many times finer, then reduced: soft edges


@dataclass(frozen=True)
class Light:
    """Where the light comes from and what it does to colours.

    ``towards`` points from a surface to the light: x right, y down, z to the viewer.
    """

    towards: tuple[float, float, float]
    colour: Colour
    shadow: Colour
    ambient: float

    def tone(self, nx: Field, ny: Field, nz: Field) -> Field:
        """Lambert's law, 0 (turned away) .. 1 (faces the light)."""
        x, y, z = self.towards
        length = float(np.sqrt(x * x + y * y + z * z))
        return np.asarray(np.clip((nx * x + ny * y + nz * z) / length, 0, 1), np.float32)

    def paint(self, colour: ArrayLike, tone: ArrayLike) -> Colour:
        """A local colour at a tone 0..1: cool in the shadow, warm and bright in the light."""
        c = np.asarray(colour, np.float32)
        t = np.asarray(tone, np.float32)[..., None]
        dark = c * (self.ambient * 0.75) * (0.45 + self.shadow) + 0.06 * self.shadow
        bright = c * (0.55 + 0.55 * self.colour)
        out = dark + (bright - dark) * np.clip(t * 1.25, 0, 1)
        return np.asarray(out + np.clip(t - 0.82, 0, 1) * 0.7 * self.colour, np.float32)


@dataclass(frozen=True)
class Patch:
    """A piece of the canvas and how much of each pixel a shape covers."""

    rows: slice
    cols: slice
    alpha: Field


class Canvas:
    """An underpainting in progress.

    Parameters
    ----------
    width, height : int
        Size in pixels.
    rng : numpy.random.Generator
        For everything that wobbles.
    light : Light
        The light of the scene; a scene may change it as it goes.
    """

    def __init__(self, width: int, height: int, rng: np.random.Generator, light: Light) -> None:
        self.width, self.height, self.rng, self.light = width, height, rng, light
        self.unit = float(height)
        self.aspect = width / height
        self.rgb: NDArray[np.float32] = np.zeros((height, width, 3), np.float32)
        self.label: NDArray[np.int32] = np.zeros((height, width), np.int32)
        self.detail: Field = np.zeros((height, width), np.float32)
        self.flow: Field = np.zeros((height, width), np.float32)
        self.flow_weight: Field = np.full((height, width), 0.05, np.float32)
        self._things = 0

    def grid(self, patch: Patch | None = None) -> tuple[Field, Field]:
        """Scene coordinates (x, y) of the pixels of a patch, or of the whole canvas."""
        rows = patch.rows if patch else slice(0, self.height)
        cols = patch.cols if patch else slice(0, self.width)
        y = (np.arange(rows.start, rows.stop, dtype=np.float32) + 0.5) / self.unit
        x = (np.arange(cols.start, cols.stop, dtype=np.float32) + 0.5) / self.unit
        gx, gy = np.meshgrid(x, y)
        return gx, gy

    def whole(self) -> Patch:
        """The whole canvas as a patch."""
        full = np.ones((self.height, self.width), np.float32)
        return Patch(slice(0, self.height), slice(0, self.width), full)

    def polygon(self, points: ArrayLike, holes: Sequence[ArrayLike] = ()) -> Patch | None:
        """A filled polygon, or None where it lies off the canvas."""
        p = np.asarray(points, np.float64) * self.unit
        x0, y0 = np.floor(p.min(axis=0)).astype(int) - 2
        x1, y1 = np.ceil(p.max(axis=0)).astype(int) + 3
        x0, y0, x1, y1 = max(x0, 0), max(y0, 0), min(x1, self.width), min(y1, self.height)
        if x1 - x0 < 1 or y1 - y0 < 1:
            return None
        sheet = Image.new("L", ((x1 - x0) * _FINE, (y1 - y0) * _FINE), 0)
        pen = ImageDraw.Draw(sheet)
        pen.polygon([(float(a), float(b)) for a, b in (p - (x0, y0)) * _FINE], fill=255)
        for hole in holes:
            q = (np.asarray(hole, np.float64) * self.unit - (x0, y0)) * _FINE
            pen.polygon([(float(a), float(b)) for a, b in q], fill=0)
        alpha = np.asarray(sheet.reduce(_FINE), np.float32) / 255
        return Patch(slice(y0, y1), slice(x0, x1), alpha)

    def lay(
        self,
        patch: Patch | None,
        colour: ArrayLike,
        *,
        opacity: ArrayLike = 1.0,
        detail: float | None = None,
        flow: ArrayLike | None = None,
        flow_weight: float = 0.5,
        thing: bool = True,
    ) -> None:
        """Lay colour over a patch; ``thing=False`` keeps the labels beneath (mist, gleam)."""
        if patch is None:
            return
        at = (patch.rows, patch.cols)
        cover = patch.alpha * np.asarray(opacity, np.float32)
        self.rgb[at] += (np.asarray(colour, np.float32) - self.rgb[at]) * cover[..., None]
        solid = cover > 0.5
        if thing:
            self._things += 1
            self.label[at][solid] = self._things
        if detail is not None:
            self.detail[at] += (detail - self.detail[at]) * cover
        if flow is not None:
            turned = np.broadcast_to(np.asarray(flow, np.float32), cover.shape)
            self.flow[at][solid] = turned[solid]
            self.flow_weight[at][solid] = flow_weight

    def flat(
        self,
        points: ArrayLike,
        colour: ArrayLike,
        *,
        opacity: ArrayLike = 1.0,
        detail: float | None = None,
        flow: ArrayLike | None = None,
        thing: bool = True,
    ) -> None:
        """A polygon in one colour."""
        patch = self.polygon(points)
        self.lay(patch, colour, opacity=opacity, detail=detail, flow=flow, thing=thing)

    def stain(self, points: ArrayLike, colour: ArrayLike, opacity: float = 1.0) -> None:
        """Tint what is beneath and keep its light and shadow: a spot on a hide, a blush."""
        patch = self.polygon(points)
        if patch is not None:
            beneath = self.rgb[patch.rows, patch.cols]
            light = beneath.max(axis=2, keepdims=True)
            tint = np.asarray(colour, np.float32)
            self.lay(patch, tint * (0.25 + 0.85 * light), opacity=opacity, thing=False)

    def relief(self, patch: Patch, roundness: float, folds: Field | None = None) -> Field:
        """Tone 0..1 of a shape blown up like a cushion and lit by the scene's light.

        The height over the distance d to the edge is a quarter circle of radius R, the
        share ``roundness`` of the greatest distance; ``folds`` (pixels) is added to it.
        """
        alpha = patch.alpha
        inside = alpha > 0.5
        if not inside.any():
            return np.full(alpha.shape, 0.5, np.float32)
        d = ndimage.distance_transform_edt(inside).astype(np.float32)
        radius = max(1.0, float(d.max()) * roundness)
        t = 1 - np.minimum(d / radius, 1)
        height = radius * np.sqrt(np.clip(1 - t * t, 0, 1))
        height = ndimage.gaussian_filter(height, max(0.6, radius * 0.14))
        if folds is not None:
            height = height + folds
        return self.lit(height)

    def lit(self, height: Field) -> Field:
        """Tone 0..1 of a height field (pixels) in the scene's light."""
        if min(height.shape) < 2:
            return np.full(height.shape, 0.6, np.float32)
        gy, gx = slopes(height)
        length = np.sqrt(gx * gx + gy * gy + 1)
        return self.light.tone(-gx / length, -gy / length, 1 / length)

    def solid(
        self,
        points: ArrayLike,
        colour: ArrayLike,
        *,
        roundness: float = 1.0,
        folds: float = 0.0,
        fold_turn: float = 0.3,
        gloss: float = 0.0,
        texture: float = 0.0,
        detail: float = 0.6,
        ink: bool = True,
    ) -> Patch | None:
        """A rounded body in the scene's light.

        Parameters
        ----------
        points : array-like, shape (n, 2)
            Its outline.
        colour : array-like
            Its local colour.
        roundness : float
            1 for a ball or a limb, smaller for a flat thing with a rounded rim.
        folds : float
            Depth of drapery folds, relative to the size of the shape.
        fold_turn : float
            Width of a fold over its length; small folds hang straight.
        gloss : float
            Strength of the highlight.
        texture : float
            Roughness of the surface (wool, leaves, rock).
        detail : float
            How much care it deserves, 0..1.
        ink : bool
            Whether it is a thing of its own that an outline may surround.
        """
        patch = self.polygon(points)
        if patch is None:
            return None
        h, w = patch.alpha.shape
        bumps: Field | None = None
        if folds > 0 and min(h, w) > 3:
            across = max(2.0, w / max(5.0, 0.075 * self.unit * (0.6 + fold_turn)))
            cells = max(0.4, across * min(1.0, fold_turn) * h / w)
            pleats = fractal(
                self.rng, h, w, cells, octaves=2, stretch=cells * w / (across * h), gain=0.3
            )
            # Drapery is round where it bulges and sharp where it is caught: |noise|.
            bumps = np.float32(folds * 0.9) * (w / across) * np.sqrt(pleats * pleats + 0.15) * 0.16
        if texture > 0 and min(h, w) > 3:
            rough = fractal(self.rng, h, w, max(3.0, h / 7), octaves=2) * np.float32(0.55 * texture)
            bumps = rough if bumps is None else bumps + rough
        tone = self.relief(patch, roundness, bumps)
        painted = self.light.paint(colour, tone)
        if gloss > 0:
            painted = painted + gloss * np.clip(tone - 0.93, 0, 1)[..., None] * 9.0
        self.lay(patch, painted, detail=detail, thing=ink)
        return patch

    def shadow(self, x: float, y: float, rx: float, ry: float, strength: float = 0.5) -> None:
        """A soft shadow on the ground, thrown away from the light."""
        cx = x + 0.55 * rx * float(np.clip(-self.light.towards[0], -1, 1))
        patch = self.polygon(box(cx - 1.5 * rx, y - 1.1 * ry, cx + 1.5 * rx, y + 1.1 * ry))
        if patch is None:
            return
        gx, gy = self.grid(patch)
        d = ((gx - cx) / (rx * 1.35)) ** 2 + ((gy - y) / ry) ** 2
        veil = np.clip(strength * np.clip(1.2 - d, 0, 1) ** 1.3, 0, 1)
        beneath = self.rgb[patch.rows, patch.cols]
        self.rgb[patch.rows, patch.cols] = mix(
            beneath, beneath * (0.35 + 0.35 * self.light.shadow), veil[..., None]
        )

    def glow(self, x: float, y: float, radius: float, colour: ArrayLike, strength: float) -> None:
        """Light that spreads in the air around a sun, a lamp or a halo."""
        patch = self.polygon(box(x - 3 * radius, y - 3 * radius, x + 3 * radius, y + 3 * radius))
        if patch is None:
            return
        gx, gy = self.grid(patch)
        d2 = ((gx - x) ** 2 + (gy - y) ** 2) / (radius * radius)
        share = (strength / (1 + 4 * d2) * np.exp(-0.5 * d2))[..., None].astype(np.float32)
        beneath = self.rgb[patch.rows, patch.cols]
        tint = np.asarray(colour, np.float32)
        self.rgb[patch.rows, patch.cols] = beneath + share * tint * (1.15 - np.clip(beneath, 0, 1))


def spline(points: ArrayLike, *, closed: bool = True, steps: int = 7) -> Points:
    """A smooth curve through the points (Catmull-Rom, uniform)."""
    p = np.asarray(points, np.float64)
    if closed:
        q = np.concatenate([p[-1:], p, p[:2]])
    else:
        q = np.concatenate([2 * p[:1] - p[1:2], p, 2 * p[-1:] - p[-2:-1]])
    t = np.linspace(0, 1, steps, endpoint=False)[None, :, None]
    a, b, c, d = (q[i : len(q) - 3 + i][:, None, :] for i in range(4))
    curve = 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )
    out = curve.reshape(-1, p.shape[1])
    return out if closed else np.concatenate([out, p[-1:]])


def limb(points: ArrayLike, radii: Sequence[float], *, steps: int = 5) -> Points:
    """Outline of a body that follows a bent line and swells and tapers along it."""
    p = np.column_stack([np.asarray(points, np.float64), np.asarray(radii, np.float64)])
    c = spline(p, closed=False, steps=steps)
    centre, radius = c[:, :2], np.maximum(c[:, 2], 1e-4)
    along = np.gradient(centre, axis=0)
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
    side = np.column_stack([-along[:, 1], along[:, 0]]) * radius[:, None]
    turn = np.linspace(-np.pi / 2, np.pi / 2, 7)[1:-1]

    def cap(at: int, sign: float) -> Points:
        forward, across = along[at] * sign * radius[at], side[at] * sign
        return np.asarray(
            centre[at] + np.cos(turn)[:, None] * forward - np.sin(turn)[:, None] * across
        )

    return np.concatenate([centre + side, cap(-1, 1.0), (centre - side)[::-1], cap(0, -1.0)])


def oval(x: float, y: float, rx: float, ry: float, angle: float = 0.0, n: int = 28) -> Points:
    """An ellipse, turned by ``angle`` (radians)."""
    t = np.linspace(0, 2 * np.pi, n, endpoint=False)
    px, py = rx * np.cos(t), ry * np.sin(t)
    c, s = np.cos(angle), np.sin(angle)
    return np.column_stack([x + c * px - s * py, y + s * px + c * py])


def box(x0: float, y0: float, x1: float, y1: float) -> Points:
    """A rectangle."""
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], np.float64)


def place(
    points: ArrayLike, x: float, y: float, scale: float, *, flip: int = 1, angle: float = 0.0
) -> Points:
    """Model coordinates (y up, facing right) put on the canvas at (x, y)."""
    p = np.asarray(points, np.float64)
    c, s = np.cos(angle), np.sin(angle)
    px, py = p[:, 0] * c - p[:, 1] * s, p[:, 0] * s + p[:, 1] * c
    return np.column_stack([x + flip * scale * px, y - scale * py])
