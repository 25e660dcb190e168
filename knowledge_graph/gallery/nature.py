"""Sky, clouds, hills, mountains, water, trees: whatever grows, flows or stands by itself."""

from __future__ import annotations

import numpy as np

from .canvas import Patch, limb, oval
from .colour import Colour, luma, mix, rgb, vary
from .noise import Field, fractal, ridge_line, shifted, smoothstep
from .scene import Scene


def sky(s: Scene, horizon: float, *, clouds: float | None = None) -> tuple[float, float]:
    """Sky down to ``horizon`` with sun or moon, stars and clouds; returns where the sun is."""
    c, h = s.canvas, s.sky
    gx, gy = c.grid()
    t = np.clip(gy / max(horizon, 0.05), 0, 1)[..., None]
    upper = mix(h.zenith, h.middle, np.clip(t / 0.6, 0, 1))
    c.rgb = mix(upper, h.horizon, np.clip((t - 0.45) / 0.55, 0, 1) ** 1.2)
    left = c.light.towards[0] < 0
    sx = s.aspect * (s.between(0.12, 0.4) if left else s.between(0.6, 0.88))
    sy = horizon * (1 - h.height) * s.between(0.7, 1.0) + 0.03
    c.flow[:] = 0.25 * np.sin(gx * 5 + gy * 9)
    c.flow_weight[:] = 0.3
    if s.hour == "night":
        _stars(s, horizon)
    warmth = {"dusk": 0.9, "dawn": 0.7, "night": 0.35, "storm": 0.15, "overcast": 0.1}
    c.glow(sx, sy, 0.42, h.sun, warmth.get(s.hour, 0.3))
    share = clouds if clouds is not None else s.between(-0.3, 0.9)
    if s.hour in ("storm", "overcast"):
        share = max(share, 0.7)
    if s.has("moon") or (
        s.has("sun") and s.hour in ("dusk", "dawn", "noon", "morning", "afternoon")
    ):
        _disc(s, sx, sy)
    _clouds(s, horizon, share, sx)
    return sx, sy


def _disc(s: Scene, x: float, y: float) -> None:
    """The sun or the moon itself."""
    moon = s.has("moon")
    r = s.between(0.032, 0.05) if moon else s.between(0.036, 0.055)
    colour = rgb("#f6f0d2") if moon else mix(s.sky.sun, rgb("#ffffff"), 0.25)
    s.canvas.glow(x, y, r * 4.5, colour, 0.75)
    patch = s.canvas.polygon(oval(x, y, r, r, n=40))
    s.canvas.lay(patch, colour, detail=0.8)
    if moon:
        for dx, dy, size in ((-0.3, -0.25, 0.3), (0.2, 0.1, 0.36), (-0.15, 0.42, 0.22)):
            sea = oval(x + dx * r, y + dy * r, size * r, size * r * 0.8)
            s.canvas.stain(sea, rgb("#cfc9b4"), 0.6)


def _stars(s: Scene, horizon: float) -> None:
    c = s.canvas
    for _ in range(int(s.between(25, 60))):
        x, y = s.between(0, s.aspect), s.between(0, horizon * 0.85)
        r = s.between(0.002, 0.0055)
        c.lay(c.polygon(oval(x, y, r, r, n=8)), rgb("#f4f0d8"), opacity=0.9, thing=False)


def _clouds(s: Scene, horizon: float, share: float, sun_x: float) -> None:
    """Heaps of cloud, lit on the side of the sun, flatter towards the horizon."""
    if share < 0.05:
        return
    c, h = s.canvas, s.sky
    rows = max(4, int(min(1.0, horizon + 0.02) * c.height))
    # Perspective: the field is squeezed towards the horizon, where clouds lie in bands.
    field = fractal(s.rng, rows, c.width, s.between(2.2, 3.5), octaves=5, stretch=2.0, gain=0.55)
    near = np.linspace(0, 1, rows, dtype=np.float32)
    take = (np.clip(near**0.65, 0, 1) * (rows - 1)).astype(int)
    field = field[take]
    lit = shifted(field, 3, -4 if sun_x < s.aspect / 2 else 4)
    body = smoothstep(0.85 - 1.3 * share, 1.9 - 1.1 * share, field)
    tone = np.clip(0.55 + 0.55 * (field - lit) * 2.2 - 0.12 * field, 0, 1)[..., None]
    bright = mix(h.sun, rgb("#ffffff"), 0.35)
    base = mix(mix(h.shadow, h.middle, 0.5), h.horizon, 0.25)
    if s.hour == "night":
        bright, base = mix(h.middle, h.sun, 0.3), mix(h.zenith, h.middle, 0.6)
    if s.hour == "storm":
        bright, base = rgb("#9aa09c"), rgb("#343c49")
    whole = Patch(slice(0, rows), slice(0, c.width), body)
    c.lay(whole, mix(base, bright, tone), opacity=0.9, thing=False)
    c.flow[:rows] += 0.5 * body * field[:rows]
    sheet = c.label[:rows]
    sheet[body > 0.55] = -1


def outline(s: Scene, y: float, rise: float, roughness: float = 0.5) -> np.ndarray:
    """Skyline of a hill as a polygon down to the lower edge."""
    n = 90
    line = ridge_line(s.rng, n, roughness)
    xs = np.linspace(-0.02, s.aspect + 0.02, n)
    top = np.column_stack([xs, y - rise * (0.5 + 0.5 * line)])
    return np.concatenate([top, [(s.aspect + 0.05, 1.05), (-0.05, 1.05)]])


def hills(s: Scene, y: float, rise: float, colour: Colour, distance: float) -> None:
    """A range of soft hills whose foot is at ``y``."""
    c = s.canvas
    patch = c.polygon(outline(s, y, rise, 0.42))
    if patch is None:
        return
    h, w = patch.alpha.shape
    ground = fractal(s.rng, h, w, 3, octaves=3, stretch=2.5)
    tone = 0.62 + 0.2 * (ground - shifted(ground, 0, 6 if c.light.towards[0] < 0 else -6))
    painted = c.light.paint(vary(colour, s.rng, 0.02), np.clip(tone + 0.05 * ground, 0.2, 0.95))
    c.lay(patch, s.hazy(painted, distance), detail=0.25 - 0.2 * distance, flow=0.15 * ground)


def mountain(s: Scene, x: float, base: float, width: float, rise: float, distance: float) -> None:
    """One mountain: two flanks broken by ridges, rock below and snow above."""
    c, rng = s.canvas, s.rng
    n = 46
    t = np.linspace(-1, 1, n)
    rough = ridge_line(rng, n, 0.6)
    lean = s.between(-0.18, 0.18)
    body = np.clip(1 - np.abs(t - lean) / (1 + np.abs(lean)), 0, 1) ** s.between(0.85, 1.15)
    heights = rise * body * (1 + 0.2 * rough) + 0.07 * rise * rough * (1 - np.abs(t))
    points = np.column_stack([x + t * width, base - heights])
    patch = c.polygon(np.concatenate([points, [(x + width, base + 0.4), (x - width, base + 0.4)]]))
    if patch is None:
        return
    gx, gy = c.grid(patch)
    h, w = patch.alpha.shape
    crag = 1 - np.abs(fractal(rng, h, w, 2.5 + 5 * rise, octaves=4, stretch=0.7, gain=0.5))
    up = np.clip((base - gy) / rise, 0, 1)
    # Ridges run down from the summit: the field leans outwards on either flank.
    across = (gx - x - lean * width) / width
    spine = np.abs(across + 0.05 * crag) * 1.1
    height = (
        (crag * 0.034 - spine * 0.75 + 0.035 * np.sin(across * 17 + 2.2 * crag + 4 * up))
        * c.unit
        * 0.6
    )
    tone = c.lit(height.astype(np.float32))
    rock = mix(s.pick(("#7a6f6a", "#6a6f7d", "#86735f", "#5f6d78")), s.sky.shadow, 0.2)
    wood = mix(s.leaf(), rgb("#3e4f3e"), 0.5)
    line = {"winter": 0.12, "spring": 0.5, "autumn": 0.55, "summer": 0.68}[s.season]
    local = mix(rock, wood, smoothstep(0.28, 0.08, up + 0.05 * crag)[..., None])
    if s.has("snow") or s.season == "winter":
        cover = smoothstep(line, line + 0.12, up + 0.1 * crag)[..., None]
        local = mix(local, rgb("#f4f6fb"), cover)
    tone = np.clip(tone * 1.05 + 0.08, 0, 1)
    painted = s.hazy(c.light.paint(local, tone), distance)
    mist = smoothstep(0.3, -0.1, up)[..., None] * (0.25 + 0.5 * distance)
    painted = mix(painted, s.hazy(s.sky.horizon, 0.6), mist)
    slope = np.where(across < 0, -0.8, 0.8).astype(np.float32) + 0.4 * crag
    c.lay(patch, painted, detail=0.55 - 0.4 * distance, flow=slope, flow_weight=0.6)


def plain(s: Scene, horizon: float, near: Colour, far: Colour, *, furrows: float = 0.0) -> None:
    """Open ground from the horizon to the spectator, finer with distance."""
    c = s.canvas
    top = [(-0.05, horizon), (s.aspect + 0.05, horizon)]
    patch = c.polygon([*top, (s.aspect + 0.05, 1.05), (-0.05, 1.05)])
    if patch is None:
        return
    gx, gy = c.grid(patch)
    h, w = patch.alpha.shape
    t = np.clip((gy - horizon) / max(1e-3, 1 - horizon), 0, 1)
    # A flat field in perspective: fine flat bands far off, broad clumps near by.
    field = fractal(s.rng, h, w, 16, octaves=3, stretch=5.0) * (1 - 0.6 * t)
    field = field + fractal(s.rng, h, w, 7, octaves=4, stretch=2.2) * t
    local = mix(far, near, t[..., None] ** 0.8) * (1 + 0.07 * field[..., None])
    if furrows > 0:
        vanish = s.aspect * s.between(0.3, 0.7)
        lane = np.sin((gx - vanish) / (t + 0.06) * 9.0 + 0.3 * field)
        local = local * (1 + furrows * 0.16 * lane * np.sqrt(t))[..., None]
    tone = np.clip(0.68 + 0.1 * field, 0, 1)
    painted = c.light.paint(local, tone)
    painted = mix(painted, s.hazy(painted, 0.75), (1 - smoothstep(0.0, 0.55, t))[..., None])
    c.lay(patch, painted, detail=0.2, flow=0.12 * field, flow_weight=0.5)


def tufts(s: Scene, horizon: float, count: int, colours: tuple[str, ...]) -> None:
    """Grass blades and small flowers, larger towards the spectator."""
    c = s.canvas
    for _ in range(count):
        t = np.sqrt(s.rng.random())
        y = horizon + (1.02 - horizon) * t
        x = s.between(0, s.aspect)
        size = 0.006 + 0.02 * t * t
        if s.chance(0.55):
            lean = s.between(-0.5, 0.5)
            blade = [
                (x - size * 0.2, y),
                (x + lean * size * 2, y - size * 2.6),
                (x + size * 0.2, y),
            ]
            c.flat(blade, vary(mix(s.earth(), rgb("#2f4a25"), 0.4), s.rng), detail=0.5, thing=False)
        else:
            c.flat(
                oval(x, y, size * 0.42, size * 0.36, n=8), s.pick(colours), detail=0.6, thing=False
            )


def path(s: Scene, horizon: float, colour: Colour) -> None:
    """A path that winds from the lower edge towards the horizon."""
    t = np.linspace(0, 1, 24)
    start, end = s.aspect * s.between(0.25, 0.75), s.aspect * s.between(0.35, 0.65)
    bend, turns = s.between(-0.12, 0.12), s.between(1.2, 2.2)
    y = 1.04 - (1.04 - horizon) * t
    near = (1 - t) ** 1.6
    x = start + (end - start) * t + bend * np.sin(turns * np.pi * t) * (0.3 + near)
    half = 0.005 + 0.13 * near
    edge = np.concatenate([np.column_stack([x - half, y]), np.column_stack([x + half, y])[::-1]])
    c = s.canvas
    patch = c.polygon(edge)
    c.lay(patch, c.light.paint(colour, 0.75), opacity=0.85, flow=1.35, detail=0.2)


def foliage(
    s: Scene, x: float, y: float, rx: float, ry: float, colour: Colour, *, airy: float = 0.4
) -> None:
    """A crown of leaves: clumps in the light and in the shadow, with a ragged rim."""
    c, rng = s.canvas, s.rng
    patch = c.polygon(oval(x, y, rx * 1.25, ry * 1.25))
    if patch is None:
        return
    gx, gy = c.grid(patch)
    h, w = patch.alpha.shape
    height = np.zeros((h, w), np.float32)
    for _ in range(int(12 + 22 * min(1.0, rx * 4))):
        a, d = rng.uniform(0, 2 * np.pi), np.sqrt(rng.random()) * 0.78
        r = rng.uniform(0.2, 0.4)
        bx, by = x + rx * d * np.cos(a), y + ry * d * np.sin(a)
        q = 1 - (((gx - bx) / (rx * r)) ** 2 + ((gy - by) / (ry * r)) ** 2)
        np.maximum(height, np.sqrt(np.clip(q, 0, 1)) * r + 0.25 * (1 - d), out=height, where=q > 0)
    leaves = fractal(rng, h, w, max(6.0, h / 5.5), octaves=2)
    rim = np.where(height > 0, height + 0.06 * leaves - 0.08 * airy, -1).astype(np.float32)
    cover = smoothstep(0.0, 0.07, rim)
    bumps = (height * min(rx, ry) * c.unit * 0.9 + 0.9 * leaves).astype(np.float32)
    tone = np.clip(c.lit(bumps) * 1.0 + 0.12 * (y - gy) / ry + 0.06 * leaves, 0.03, 1)
    flicker = (1 + 0.14 * leaves)[..., None]
    painted = c.light.paint(colour * flicker, tone)
    turn = (1.2 * fractal(rng, h, w, 4, octaves=1)).astype(np.float32)
    c.lay(Patch(patch.rows, patch.cols, cover), painted, detail=0.4, flow=turn, flow_weight=0.5)


def tree(
    s: Scene, x: float, y: float, height: float, *, kind: str = "oak", distance: float = 0.0
) -> None:
    """A tree whose foot is at (x, y): oak, poplar, pine, bare, palm or fruit."""
    c = s.canvas
    colour = s.hazy(s.leaf(), distance)
    if kind in ("pine", "cypress", "poplar"):
        _narrow(s, x, y, height, kind, distance)
        return
    bark = s.hazy(s.pick(("#5b4636", "#6b5540", "#4a3b33")), distance)
    lean = s.between(-0.06, 0.06) * height
    top = y - height * 0.55
    trunk = [(x, y), (x + lean * 0.4, y - height * 0.25), (x + lean, top)]
    wide = height * 0.04
    c.solid(limb(trunk, (wide * 1.35, wide, wide * 0.7)), bark, texture=0.4)
    twigs = 7 if kind == "bare" else 4
    for i in range(twigs):
        a = -np.pi / 2 + (i - (twigs - 1) / 2) * (1.9 / twigs) + s.between(-0.15, 0.15)
        start = y - height * s.between(0.3, 0.55)
        length = height * (s.between(0.26, 0.42) if kind == "bare" else s.between(0.12, 0.2))
        _branch(s, x + lean * 0.8, start, a, length, wide * 0.6, bark, 3 if kind == "bare" else 1)
    if kind == "bare":
        return
    if kind == "palm":
        _palm(s, x + lean, top, height, colour)
        return
    crown = y - height * 0.68
    width = height * s.between(0.27, 0.36)
    foliage(
        s, x + lean - width * 0.35, crown + height * 0.06, width * 0.7, height * 0.2, colour * 0.88
    )
    foliage(
        s, x + lean + width * 0.35, crown + height * 0.05, width * 0.7, height * 0.2, colour * 0.92
    )
    foliage(s, x + lean, crown, width * 0.95, height * 0.28, colour)


def _branch(
    s: Scene, x: float, y: float, a: float, length: float, wide: float, bark: Colour, depth: int
) -> None:
    ex, ey = x + length * np.cos(a), y + length * np.sin(a)
    mid = ((x + ex) / 2 + s.between(-0.08, 0.08) * length, (y + ey) / 2)
    s.canvas.solid(
        limb([(x, y), mid, (ex, ey)], (wide, wide * 0.7, wide * 0.35), steps=3), bark, ink=False
    )
    if depth > 0 and length > 0.02:
        for sign in (-1, 1):
            turned = a + sign * s.between(0.25, 0.6)
            _branch(s, ex, ey, turned, length * s.between(0.5, 0.7), wide * 0.5, bark, depth - 1)


def _narrow(s: Scene, x: float, y: float, height: float, kind: str, distance: float) -> None:
    c = s.canvas
    dark = rgb("#2c4a35") if kind != "poplar" else s.leaf()
    colour = s.hazy(vary(dark, s.rng, 0.03), distance)
    c.solid(
        limb([(x, y), (x, y - height * 0.25)], (height * 0.022, height * 0.018)), rgb("#54402f")
    )
    n = 14
    t = np.linspace(0, 1, n)
    if kind == "pine":
        saw = np.where(np.arange(n) % 2 == 0, 1.0, 0.62)
        half = height * 0.21 * (1 - t) * saw + 0.003
    else:
        half = height * 0.095 * np.sin(np.pi * np.clip(t * 0.9 + 0.06, 0, 1)) ** 0.6
    half = half * (1 + 0.12 * s.rng.standard_normal(n))
    ys = y - height * (0.1 + 0.9 * t)
    edge = np.concatenate([np.column_stack([x - half, ys]), np.column_stack([x + half, ys])[::-1]])
    patch = c.solid(edge, colour, texture=0.9, detail=0.4)
    if patch is not None and kind == "pine" and s.season == "winter":
        gx, gy = c.grid(patch)
        snow = smoothstep(
            0.4, 0.8, np.sin((gy - y) / height * 2 * np.pi * 6 + gx * 20).astype(np.float32)
        )
        c.lay(patch, rgb("#eef2f8"), opacity=0.75 * snow, thing=False)


def _palm(s: Scene, x: float, y: float, height: float, colour: Colour) -> None:
    for i in range(9):
        a = -np.pi / 2 + (i - 4) * 0.42 + s.between(-0.1, 0.1)
        length = height * s.between(0.26, 0.34)
        tip = (x + length * np.cos(a), y + length * np.sin(a) + 0.35 * length)
        mid = (x + 0.55 * length * np.cos(a), y + 0.7 * length * np.sin(a) - 0.1 * length)
        leaf = limb([(x, y), mid, tip], (height * 0.008, height * 0.03, height * 0.004))
        s.canvas.solid(leaf, vary(colour, s.rng, 0.04), texture=0.4)


def rock(s: Scene, x: float, y: float, size: float, colour: Colour | None = None) -> None:
    """A boulder that sits on the ground at (x, y)."""
    n = 11
    a = np.linspace(0, 2 * np.pi, n, endpoint=False)
    r = size * (1 + 0.22 * s.rng.standard_normal(n))
    pts = np.column_stack([x + 1.25 * r * np.cos(a), y - size * 0.55 + 0.8 * r * np.sin(a)])
    pts[:, 1] = np.minimum(pts[:, 1], y)
    local = colour if colour is not None else s.pick(("#8a8178", "#766d66", "#9a8c78"))
    s.canvas.shadow(x, y, size * 1.3, size * 0.25, 0.4)
    s.canvas.solid(pts, local, roundness=0.8, texture=1.6, detail=0.4)


def rays(s: Scene, x: float, y: float, angle: float, spread: float, strength: float) -> None:
    """A shaft of light that falls from (x, y)."""
    c = s.canvas
    gx, gy = c.grid()
    away = np.arctan2(gy - y, gx - x) - angle
    away = (away + np.pi) % (2 * np.pi) - np.pi
    beam: Field = np.exp(-((away / spread) ** 2)).astype(np.float32)
    streaks = 1 + 0.25 * np.sin(away / spread * 9)
    fade = 1 / (1 + 0.6 * np.hypot(gx - x, gy - y))
    veil = np.clip(strength * beam * streaks * fade, 0, 1)[..., None]
    c.rgb = c.rgb + veil * rgb("#fff0c4") * (1.1 - np.clip(luma(c.rgb), 0, 1)[..., None])
