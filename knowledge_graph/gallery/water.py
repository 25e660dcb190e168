"""Water: calm sheets that mirror, and waves."""

from __future__ import annotations

import numpy as np

from .canvas import oval
from .colour import mix, rgb
from .noise import fractal, ridge_line, smoothstep
from .scene import Scene


def water(
    s: Scene, top: float, bottom: float, *, calm: float = 0.7, sun_x: float | None = None
) -> None:
    """A sheet of water that mirrors what is painted above it, from ``top`` to ``bottom``."""
    c, h = s.canvas, s.sky
    edge = [(-0.05, top), (s.aspect + 0.05, top), (s.aspect + 0.05, bottom), (-0.05, bottom)]
    mirror(s, np.array(edge), top, calm=calm)
    if sun_x is not None and s.hour in ("dawn", "dusk", "night", "noon", "morning"):
        for _ in range(70):
            t = s.rng.random() ** 1.3
            y = top + (min(bottom, 1.0) - top) * t
            x = sun_x + s.rng.normal(0, 0.018 + 0.05 * t)
            streak = oval(x, y, 0.008 + 0.026 * t, 0.0016 + 0.003 * t, n=10)
            c.flat(streak, mix(h.sun, rgb("#ffffff"), 0.3), opacity=0.8, thing=False, flow=0.0)


def mirror(s: Scene, shape: np.ndarray, top: float, *, calm: float = 0.7) -> None:
    """Water in any outline: reflections broken by ripples that widen towards us."""
    c, h = s.canvas, s.sky
    patch = c.polygon(shape)
    if patch is None:
        return
    gx, gy = c.grid(patch)
    rows, cols = patch.alpha.shape
    t = np.clip((gy - top) / max(0.05, 1 - top), 0, 1)
    ripple = fractal(s.rng, rows, cols, 16 * rows / c.height + 3, octaves=3, stretch=5.0)
    shove = (1 - calm) * 0.09 + 0.012
    up = np.clip(top - (gy - top) * 0.9 + shove * ripple * (0.2 + t), 0, top)
    yy = np.clip((up * c.unit).astype(int), 0, c.height - 1)
    xx = np.clip(((gx + 0.2 * shove * ripple) * c.unit).astype(int), 0, c.width - 1)
    seen = c.rgb[yy, xx]
    deep = mix(h.zenith * 0.7, rgb("#1f4a52"), 0.35)
    veil = np.clip(0.24 + 0.3 * t + 0.09 * ripple, 0, 1)[..., None]
    painted = mix(seen * 0.93, deep, veil)
    crest = np.clip(ripple - 1.1, 0, 1)[..., None]
    painted = painted + crest * 0.25 * (1.2 - calm) * h.horizon
    c.lay(patch, painted, detail=0.2, flow=0.05 * ripple, flow_weight=0.9)


def waves(s: Scene, top: float, *, height: float, count: int = 7) -> None:
    """Rolling waves with foam, one crest behind another."""
    c, h = s.canvas, s.sky
    body = mix(s.pick(("#1f4f66", "#2a6272", "#234a6b", "#33665f")), h.zenith, 0.4)
    n = 80
    xs = np.linspace(-0.03, s.aspect + 0.03, n)
    for i in range(count):
        t = (i + 0.3) / count
        y = top + (1.04 - top) * t**1.35
        swell = height * (0.15 + 0.85 * t)
        phase, pitch = s.between(0, 6.3), s.between(5.5, 8.5) / (0.25 + t)
        crest = np.sin(xs * pitch + phase)
        sharp = np.sign(crest) * np.abs(crest) ** 0.75
        line = y - swell * (0.45 + 0.4 * sharp + 0.25 * ridge_line(s.rng, n, 0.6))
        patch = c.polygon(
            np.concatenate([np.column_stack([xs, line]), [(xs[-1], 1.05), (xs[0], 1.05)]])
        )
        if patch is None:
            continue
        gx, gy = c.grid(patch)
        rows, cols = patch.alpha.shape
        below = gy - np.interp(gx[0], xs, line)[None, :]
        foam = fractal(s.rng, rows, cols, 10, octaves=3, stretch=3.0)
        tone = np.clip(0.95 - below / (swell * 1.3 + 0.01) * 0.75, 0.12, 1)
        water_colour = mix(body * 0.55, mix(body, h.horizon, 0.5), tone[..., None])
        top_foam = smoothstep(0.010 + 0.012 * t, 0.0, below + 0.008 * foam)
        net = smoothstep(1.0, 1.7, foam) * np.exp(-below / (swell + 0.01))
        white = np.clip(top_foam * 0.85 * (0.3 + t) + 0.8 * net * t, 0, 1)[..., None]
        painted = mix(water_colour, mix(h.horizon, rgb("#ffffff"), 0.5), white)
        slope = np.gradient(line, xs)
        turn = np.interp(gx[0], xs, np.arctan(slope))[None, :] * np.exp(-below / 0.08)
        c.lay(
            patch,
            s.hazy(painted, 0.7 * (1 - t) ** 2),
            detail=0.25 + 0.3 * t,
            flow=turn,
            flow_weight=0.9,
        )
