"""The manners that work with the brush: impasto, points, fauve, glaze, chiaroscuro, gilded."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from .artists import Artist
from .colour import Colour, luma, mix, rgb, saturate
from .noise import fractal, smoothstep
from .strokes import Brush, Paint, Underpainting


def impasto(u: Underpainting, artist: Artist, rng: np.random.Generator) -> Colour:
    """Thick paint in strokes that follow the forms."""
    h, _ = u.shape
    k = h / 256 * artist.brush
    rich = saturate(u.rgb, 1.22)
    paint = Paint(u, artist.ground * 0.8, 0.4)
    paint.lay(
        Brush(26 * k, 8 * k, cover=2.2, bend=0.25, bristles=0.8),
        rng,
        source=rich,
        jitter=0.04,
        hue=0.03,
    )
    paint.lay(
        Brush(17 * k, 4.6 * k, cover=1.5, bend=0.3, bristles=0.9, detail=0.16),
        rng,
        source=rich,
        jitter=0.045,
        hue=0.035,
    )
    paint.lay(
        Brush(9.5 * k, 2.8 * k, cover=1.6, turn=0.1, bristles=0.8, detail=0.44),
        rng,
        source=rich,
        jitter=0.03,
        hue=0.02,
    )
    small = min(1.0, k)
    paint.lay(
        Brush(5.5 * small, 1.9 * small, cover=1.5, turn=0.08, bristles=0.5, detail=0.62),
        rng,
        source=rich,
        jitter=0.015,
        hue=0.01,
    )
    return paint.finish(1.3 * artist.relief)


def points(u: Underpainting, artist: Artist, rng: np.random.Generator) -> Colour:
    """Touches of unmixed colour that the eye mixes."""
    h, w = u.shape
    k = h / 256 * (0.75 + 0.25 * artist.brush)
    bright = np.clip(saturate(u.rgb * 0.92 + 0.08, 1.25), 0, 1)
    paint = Paint(u, artist.ground, 0.35)
    paint.lay(
        Brush(7.5 * k, 7.5 * k, cover=1.4, round=True), rng, source=bright, jitter=0.02, hue=0.05
    )
    # Each touch leans to one of the pigments, more to those that are near.
    cloud = rng.random((h, w))
    pigments = np.stack(artist.palette)
    pick = (cloud * len(pigments)).astype(int)
    lean = pigments[pick]
    lean = lean + (luma(bright) - luma(lean))[..., None]
    divided = mix(bright, lean, 0.42)
    warm = smoothstep(0.4, 0.7, luma(bright))[..., None]
    spark = rng.random((h, w, 1)) < 0.14
    comp = np.clip(luma(bright)[..., None] * 1.7 - 0.7 * bright, 0, 1)
    divided = np.where(spark, mix(comp, bright, 0.35 + 0.2 * warm), divided)
    paint.lay(
        Brush(4.6 * k, 4.2 * k, cover=1.5, round=True), rng, source=divided, jitter=0.05, hue=0.05
    )
    paint.lay(
        Brush(3.2 * k, 3.0 * k, cover=1.3, round=True, detail=0.35),
        rng,
        source=mix(bright, divided, 0.6),
        jitter=0.03,
        hue=0.03,
    )
    paint.lay(
        Brush(2.3 * k, 2.2 * k, cover=1.3, round=True, detail=0.6),
        rng,
        source=bright,
        jitter=0.02,
        hue=0.02,
    )
    return paint.finish(0.55 * artist.relief)


def fauve(u: Underpainting, artist: Artist, rng: np.random.Generator) -> Colour:
    """Pure pigments by tone, green shadows and red lights, dark blue contours."""
    h, _ = u.shape
    k = h / 256 * artist.brush
    wild = _pigments_by_tone(u.rgb, artist)
    contour = edges(u, 0.9 * h / 256)
    paint = Paint(u, artist.ground)
    paint.lay(
        Brush(22 * k, 10 * k, cover=1.25, turn=0.3, bristles=0.9),
        rng,
        source=wild,
        jitter=0.04,
        hue=0.05,
    )
    paint.lay(
        Brush(14 * k, 6 * k, cover=1.2, turn=0.2, bristles=0.8, detail=0.2),
        rng,
        source=wild,
        jitter=0.04,
        hue=0.04,
    )
    small = min(1.0, k)
    paint.lay(
        Brush(8 * small, 3.4 * small, cover=1.4, bristles=0.6, detail=0.42),
        rng,
        source=wild,
        jitter=0.02,
        hue=0.02,
    )
    paint.lay(
        Brush(4.5 * small, 2 * small, cover=1.4, bristles=0.4, detail=0.62),
        rng,
        source=mix(wild, u.rgb, 0.3),
        jitter=0.01,
        hue=0.01,
    )
    line = np.empty_like(wild)
    line[:] = artist.shadow
    reach = ndimage.grey_dilation(contour, size=(3, 3))
    paint.lay(
        Brush(8 * k, 2.0 * min(k, 1.2), cover=2.2, turn=0.06, bend=0.1, bristles=0.4),
        rng,
        source=line,
        jitter=0.02,
        hue=0.02,
        where=np.clip(reach - 0.3, 0, 1),
    )
    return paint.finish(0.9 * artist.relief)


def _pigments_by_tone(picture: Colour, artist: Artist) -> Colour:
    """Every colour becomes a loud neighbour: hue kept in part, tone answered by a pigment."""
    value = luma(picture)
    loud = saturate(picture, 2.3)
    order = sorted(artist.palette, key=lambda p: float(luma(p)))
    stops = np.linspace(0.06, 0.92, len(order))
    ramp = [np.interp(value, stops, [float(p[i]) for p in order]) for i in range(3)]
    scale = saturate(np.stack(ramp, -1), 1.35)
    out = mix(loud, scale, 0.45)
    lift = (value - luma(out))[..., None] * 0.75
    return np.asarray(np.clip(out + lift, 0, 1), np.float32)


def edges(u: Underpainting, sigma: float) -> Colour:
    """Where one thing ends and another begins, 0..1, stronger where the colours differ."""
    lab = np.maximum(u.label, 0)  # clouds are part of the sky
    border = np.zeros(lab.shape, np.float32)
    border[:, 1:] += lab[:, 1:] != lab[:, :-1]
    border[1:] += lab[1:] != lab[:-1]
    calm = ndimage.gaussian_filter(u.rgb, (max(0.8, sigma), max(0.8, sigma), 0))
    jump = sum(
        np.hypot(ndimage.sobel(calm[..., i], 0), ndimage.sobel(calm[..., i], 1)) for i in range(3)
    )
    both = np.minimum(border, 1) * smoothstep(0.12, 0.6, np.asarray(jump)) + 0.55 * smoothstep(
        0.9, 1.9, np.asarray(jump)
    )
    # Where outlines crowd, as in a throng, each is drawn more lightly.
    crowd = ndimage.gaussian_filter(both, 7 * sigma)
    both = both / (1 + 3.2 * np.clip(crowd - 0.06, 0, 1))
    soft = ndimage.gaussian_filter(both, 0.45 * sigma)
    return np.asarray(np.clip(soft * 1.7, 0, 1), np.float32)


def glaze(u: Underpainting, artist: Artist, rng: np.random.Generator) -> Colour:
    """Smooth academic paint: fine strokes, melted together, a warm varnish, fine craquelure."""
    h, w = u.shape
    k = h / 256
    paint = Paint(u, artist.ground, 0.05)
    paint.lay(Brush(9 * k, 4.5 * k, cover=2.4, bristles=0.3), rng, jitter=0.015, hue=0.01)
    paint.lay(
        Brush(5 * k, 2.2 * k, cover=1.6, bristles=0.25, detail=0.2), rng, jitter=0.01, hue=0.008
    )
    worked = ndimage.gaussian_filter(paint.finish(0.25 * artist.relief), (0.7 * k, 0.7 * k, 0))
    out = mix(worked, u.rgb, 0.35 + 0.4 * u.detail[..., None])
    out = mix(out, out * (0.82 + 0.3 * artist.light), 0.5)
    return out * _vignette(h, w, 0.18)[..., None]


def _vignette(h: int, w: int, strength: float) -> Colour:
    y, x = np.linspace(-1, 1, h)[:, None], np.linspace(-1, 1, w)[None, :]
    return np.asarray(1 - strength * np.clip((x * x + y * y) / 1.6, 0, 1) ** 1.4, np.float32)


def chiaroscuro(u: Underpainting, artist: Artist, rng: np.random.Generator) -> Colour:
    """A beam in the dark: what matters is lit, the rest sinks into brown shadow."""
    h, w = u.shape
    k = h / 256
    # The light falls where the care is: the centre of gravity of the detailed things.
    care = ndimage.gaussian_filter(u.detail**2 + 0.02, 0.09 * h)
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    total = float(care.sum())
    cy, cx = float((care * y).sum()) / total, float((care * x).sum()) / total
    cy, cx = 0.7 * cy + 0.15 * h, 0.8 * cx + 0.1 * w
    lean = rng.uniform(-0.35, 0.35)
    d = np.hypot((x - cx + lean * (y - cy)) / (0.56 * w), (y - cy) / (0.52 * h))
    pool = smoothstep(1.35, 0.15, d) * 0.85 + 0.3 * care / float(care.max())
    tone = np.clip(luma(u.rgb), 0, 1)
    curve = smoothstep(0.10, 0.95, tone) * 0.75 + 0.33 * tone
    keep = np.clip(pool, 0.13, 1.0)[..., None]
    lit = u.rgb * ((curve + 0.12) / (tone + 0.12))[..., None] * keep * 1.1
    ground = artist.shadow * 0.8 + 0.02
    dark = np.clip(1 - luma(lit) * 3.2, 0, 1)[..., None]
    lit = mix(lit, mix(lit, ground, 0.7), dark)
    warm = lit * (0.62 + 0.46 * artist.light)
    paint = Paint(Underpainting(warm, u.angle, u.detail, u.label), ground, 0.05)
    paint.lay(Brush(15 * k, 6 * k, cover=2.4, bristles=0.6), rng, jitter=0.012, hue=0.008)
    paint.lay(
        Brush(8 * k, 3 * k, cover=1.7, bristles=0.5, detail=0.2), rng, jitter=0.012, hue=0.008
    )
    worked = paint.finish(0.5 * artist.relief)
    out = mix(worked, warm, np.clip(0.25 + 0.75 * u.detail, 0, 0.85)[..., None])
    crack = np.abs(fractal(rng, h, w, 22, octaves=2))
    cracks = smoothstep(0.035, 0.0, crack) * smoothstep(0.15, 0.5, luma(out)) * 0.12
    return out * (1 - cracks)[..., None]


def gilded(u: Underpainting, artist: Artist, rng: np.random.Generator) -> Colour:
    """Tempera on a gold ground: sky and far walls are leaf, forms are outlined and hatched."""
    h, w = u.shape
    k = h / 256
    soft = ndimage.median_filter(u.rgb, size=(3, 3, 1))
    value = luma(soft)
    steps = np.floor(value * 6 + 0.5 + 0.1 * fractal(rng, h, w, 30, octaves=1)) / 6
    tempera = soft * ((0.55 * steps + 0.45 * value + 0.05) / (value + 0.05))[..., None]
    tempera = saturate(tempera, 1.15)
    lines = np.sin(
        (np.cos(u.angle) * np.arange(h)[:, None] - np.sin(u.angle) * np.arange(w)[None, :])
        * 2.1
        / k
    )
    tempera = tempera * (1 + 0.06 * lines)[..., None]
    # Gold lies where nothing stands: labels 0 and -1 are sky, cloud and bare wall.
    bare = ndimage.gaussian_filter((u.label <= 0).astype(np.float32), 0.6)
    leaf = fractal(rng, h, w, 5, octaves=4)
    squares = (np.abs((np.arange(h)[:, None] / (30 * k)) % 1 - 0.5) > 0.485) | (
        np.abs((np.arange(w)[None, :] / (30 * k)) % 1 - 0.5) > 0.485
    )
    gleam = np.clip(
        0.82 + 0.13 * leaf - 0.1 * squares + 0.25 * _vignette(h, w, 1.0) - 0.12, 0.3, 1.3
    )
    bole = smoothstep(2.0, 2.6, np.abs(fractal(rng, h, w, 40, octaves=2)))[..., None]
    gold = mix(artist.ground * gleam[..., None], rgb("#8a3a24"), 0.6 * bole)
    hint = np.clip((value - 0.5) * 0.35, -0.12, 0.12)[..., None]
    out = mix(tempera, gold + hint, np.clip(bare * 1.02, 0, 1)[..., None])
    ink = edges(u, 0.8 * k)[..., None]
    out = mix(out, artist.shadow * 0.8, 0.75 * ink)
    y, x = np.arange(h)[:, None], np.arange(w)[None, :]
    rim = np.minimum(np.minimum(x, w - 1 - x), np.minimum(y, h - 1 - y)) / (9 * k)
    frame = smoothstep(1.0, 0.85, rim)[..., None]
    dots = smoothstep(0.3, 0.7, np.sin((x + y) * 0.62 / k) * np.sin((x - y) * 0.62 / k))[..., None]
    border = artist.ground * (0.8 + 0.35 * dots)
    out = mix(out, border, frame)
    groove = np.exp(-(((rim - 1) / 0.14) ** 2))[..., None]
    return np.asarray(mix(out, rgb("#4a2216"), 0.7 * groove), np.float32)
