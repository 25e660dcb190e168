"""Brush strokes: thousands at once, painted over one another by array indexing.

Strokes are laid in layers from coarse to fine, as in Hertzmann, "Painterly rendering with
curved brush strokes of multiple sizes" (SIGGRAPH 1998): small strokes go only where the
picture asks for care. A stroke is a bent stamp whose bristles leave gaps and ridges. All
stamps of a layer are written into one buffer in order, so that later strokes cover earlier
ones; that needs no loop over strokes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from .colour import Colour, luma, mix
from .noise import Field, slopes

_FINE = 2  # strokes are drawn at twice the resolution, then averaged: soft edges


@dataclass(frozen=True)
class Underpainting:
    """What a manner paints after.

    ``rgb`` is the composed and graded picture, ``angle`` the direction of the surface in
    radians, ``detail`` the care a place deserves (0..1), ``label`` the thing it belongs to.
    """

    rgb: Colour
    angle: Field
    detail: Field
    label: NDArray[np.int32]

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.rgb.shape[0], self.rgb.shape[1]


def orientation(rgb: Colour, flow: Field, weight: Field) -> Field:
    """Direction along which strokes run: along edges and forms, else as the scene says.

    The smoothed structure tensor gives the edge direction and its coherence; it is mixed
    with the scene's own flow as double angles, so that opposite directions agree.
    """
    grey = luma(rgb)
    gx, gy = ndimage.sobel(grey, axis=1), ndimage.sobel(grey, axis=0)
    sigma = max(1.2, grey.shape[0] / 90)
    xx, yy, xy = (ndimage.gaussian_filter(g, sigma) for g in (gx * gx, gy * gy, gx * gy))
    power = np.sqrt((xx - yy) ** 2 + 4 * xy * xy)
    strength = power / (power + 0.02)
    edge = 0.5 * np.arctan2(2 * xy, xx - yy) + np.pi / 2
    c = strength * np.cos(2 * edge) + (weight + 0.02) * np.cos(2 * flow)
    s = strength * np.sin(2 * edge) + (weight + 0.02) * np.sin(2 * flow)
    c, s = ndimage.gaussian_filter(c, sigma), ndimage.gaussian_filter(s, sigma)
    return np.asarray(0.5 * np.arctan2(s, c), np.float32)


@dataclass(frozen=True)
class Brush:
    """A layer of strokes: size in pixels, bend and jitter, and where it is used."""

    length: float
    width: float
    cover: float = 1.6
    turn: float = 0.15
    bend: float = 0.2
    bristles: float = 0.5
    detail: float = 0.0
    """Strokes only where the care or the error of what lies beneath is above this."""
    round: bool = False


class Paint:
    """A sheet that strokes are laid on, with the height of the paint.

    ``show`` is how much of the bare ground is left between the strokes.
    """

    def __init__(self, under: Underpainting, ground: Colour, show: float = 1.0) -> None:
        h, w = under.shape
        self.under = under
        self.rgb: Colour = np.empty((h * _FINE, w * _FINE, 3), np.float32)
        self.rgb[:] = ground
        if show < 1:
            tinted = mix(under.rgb, self.rgb[:h, :w], show)
            self.rgb = np.repeat(np.repeat(tinted, _FINE, axis=0), _FINE, axis=1)
        self.thick: Field = np.zeros((h * _FINE, w * _FINE), np.float32)

    def lay(
        self, brush: Brush, rng: np.random.Generator, *, source: Colour | None = None,
        jitter: float = 0.03, hue: float = 0.02, where: Field | None = None,
    ) -> None:  # fmt: skip
        """Lay one layer of strokes in the colours of ``source`` (the underpainting if None)."""
        u = self.under
        h, w = u.shape
        target = u.rgb if source is None else source
        step = np.sqrt(brush.length * brush.width / brush.cover)
        ny, nx = max(1, int(h / step) + 1), max(1, int(w / step) + 1)
        y, x = np.meshgrid(np.arange(ny) * step, np.arange(nx) * step, indexing="ij")
        x = (x + rng.uniform(-0.6, 0.6, x.shape) * step).ravel()
        y = (y + rng.uniform(-0.6, 0.6, y.shape) * step).ravel()
        order = rng.permutation(x.size)
        x, y = np.clip(x[order], 0, w - 1), np.clip(y[order], 0, h - 1)
        ix, iy = x.astype(int), y.astype(int)
        keep = np.ones(x.size, bool)
        if brush.detail > 0:
            keep = self._wanted(target)[iy, ix] + 0.1 * rng.standard_normal(x.size) > brush.detail
        if where is not None:
            keep &= where[iy, ix] > rng.random(x.size)
        x, y, ix, iy = x[keep], y[keep], ix[keep], iy[keep]
        if x.size == 0:
            return
        angle = u.angle[iy, ix] + rng.normal(0, brush.turn, x.size).astype(np.float32)
        colour = target[iy, ix]
        colour = colour + rng.normal(0, jitter, (x.size, 1)) + rng.normal(0, hue, (x.size, 3))
        size = rng.uniform(0.75, 1.2, x.size) * (1 - 0.25 * u.detail[iy, ix])
        bend = rng.normal(0, brush.bend, x.size)
        self._stamp(x, y, angle, size, bend, colour.astype(np.float32), brush, rng)

    def _wanted(self, target: Colour) -> Field:
        away = np.abs(_shrink(self.rgb) - target)
        error = away[..., 0] + away[..., 1] + away[..., 2]
        return np.asarray(self.under.detail * 0.75 + 2.2 * ndimage.gaussian_filter(error, 1.2))

    def _stamp(
        self, x: NDArray[np.float64], y: NDArray[np.float64], angle: Field,
        size: NDArray[np.float64], bend: NDArray[np.float64], colour: Colour, brush: Brush,
        rng: np.random.Generator,
    ) -> None:  # fmt: skip
        length, width = brush.length * _FINE, brush.width * _FINE
        nu, nv = int(length * 1.28) + 2, int(width * 1.28) + 2
        t = np.linspace(-0.5, 0.5, nu, dtype=np.float32)
        n = np.linspace(-0.5, 0.5, nv, dtype=np.float32)
        tt, nn = (g.ravel() for g in np.meshgrid(t, n, indexing="ij"))
        masks, heights = self._stamps(tt, nn, nv, brush, rng)
        f = np.float32
        c, s = np.cos(angle)[:, None].astype(f), np.sin(angle)[:, None].astype(f)
        long, wide = (length * size)[:, None].astype(f), (width * size)[:, None].astype(f)
        sag = (length * bend)[:, None].astype(f)
        cx, cy = x[:, None].astype(f) * _FINE, y[:, None].astype(f) * _FINE
        rows, cols = self.thick.shape
        flat, thick = self.rgb.reshape(-1, 3), self.thick.reshape(-1)
        # The strokes come in random order, so painting them stamp by stamp changes nothing.
        for kind, (mask, height) in enumerate(zip(masks, heights, strict=True)):
            mine = slice(kind, None, len(masks))
            u, v, ridge = tt[mask], nn[mask], height[mask]
            along = long[mine] * u
            across = wide[mine] * v + sag[mine] * (u * u - f(0.08))
            px = (cx[mine] + c[mine] * along - s[mine] * across + f(0.5)).astype(np.int32)
            py = (cy[mine] + s[mine] * along + c[mine] * across + f(0.5)).astype(np.int32)
            ok = (px >= 0) & (py >= 0) & (px < cols) & (py < rows)
            sample = np.arange(px.size, dtype=np.int32).reshape(px.shape)[ok]
            owner = np.full(rows * cols, -1, np.int32)
            owner[(py * cols + px)[ok]] = sample  # the last stroke written to a pixel stays
            hit = np.flatnonzero(owner >= 0)
            won = owner[hit]
            relief = ridge[won % u.size]
            flat[hit] = (
                colour[mine][won // u.size]
                + ((relief - f(0.5)) * f(0.10 * brush.bristles))[:, None]
            )
            thick[hit] = relief

    @staticmethod
    def _stamps(
        t: Field, n: Field, nv: int, brush: Brush, rng: np.random.Generator
    ) -> tuple[NDArray[np.bool_], Field]:
        masks, heights = [], []
        for _ in range(6):
            if brush.round:
                d = 4 * (t * t + n * n)
                masks.append(d <= 1)
                heights.append(np.sqrt(np.clip(1 - d, 0, 1)) * 0.8)
                continue
            hair = rng.random(max(2, nv))
            lane = hair[np.clip(((n + 0.5) * nv).astype(int), 0, nv - 1)]
            ends = 0.5 - 0.16 * brush.bristles * lane - 0.32 * np.abs(n) ** 1.5
            edge = 0.5 - 0.35 * np.clip(np.abs(t) - 0.25, 0, 1) ** 1.2
            gaps = lane + 0.5 * (0.5 - t) > 0.22 * brush.bristles * rng.random()
            masks.append((np.abs(t) < ends) & (np.abs(n) < edge) & gaps)
            heights.append(0.35 + 0.4 * lane + 0.25 * np.abs(n) * 2 + 0.15 * t)
        return np.stack(masks), np.stack(heights).astype(np.float32)

    def finish(self, relief: float) -> Colour:
        """The painted sheet in raking light, at its own size."""
        lit = self.rgb
        if relief > 0:
            gy, gx = slopes(self.thick)
            lit = lit + (relief * 0.16 * np.clip(-gx - 1.2 * gy, -0.8, 0.8))[..., None]
        return _shrink(lit)


def _shrink(fine: Colour) -> Colour:
    """Average each block of two by two pixels."""
    rows = fine[0::2] + fine[1::2]
    return np.asarray((rows[:, 0::2] + rows[:, 1::2]) * np.float32(0.25), np.float32)
