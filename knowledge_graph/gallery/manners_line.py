"""The manners of line, plane and paper: outline, wash, hatching, facets."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter
from scipy import ndimage
from scipy.spatial import cKDTree

from .artists import Artist
from .colour import Colour, luma, mix, rgb, saturate
from .manners import edges
from .noise import Field, fractal, smoothstep
from .strokes import Underpainting


def outline(u: Underpainting, artist: Artist, rng: np.random.Generator) -> Colour:
    """Flat colours within drawn contours, on grained paper."""
    h, w = u.shape
    k = h / 256
    size = max(3, int(5 * k) | 1)
    calm = _median(u.rgb, size)
    keep = smoothstep(0.5, 0.9, u.detail)[..., None]
    calm = mix(calm, u.rgb, keep)
    flat = _posterise(calm, rng, 13)
    flat = mix(flat, calm, 0.3 * keep + 0.08)
    flat = saturate(flat, 1.12)
    wobble = fractal(rng, h, w, 18, octaves=2)
    line = edges(u, 0.95 * k) * np.clip(0.95 + 0.2 * wobble, 0.4, 1.2)
    thick = np.maximum(
        line, 0.75 * ndimage.gaussian_filter(ndimage.grey_dilation(line, size=(2, 2)), 0.35 * k)
    )
    ink = mix(artist.shadow * 0.55, rgb("#17141a"), 0.35)
    out = mix(flat, ink, np.clip(thick * 1.15, 0, 1)[..., None])
    grain = fractal(rng, h, w, 110, octaves=2)
    wood = fractal(rng, h, w, 40, octaves=2, stretch=14)
    paper = 1 + 0.018 * grain + 0.015 * wood
    out = mix(out, out * (0.6 + 0.44 * artist.ground), 0.5) * paper[..., None]
    y, x = np.arange(h)[:, None], np.arange(w)[None, :]
    rim = np.minimum(np.minimum(x, w - 1 - x), np.minimum(y, h - 1 - y)) / k
    margin = smoothstep(7.0, 6.0, rim)[..., None]
    rule = np.exp(-(((rim - 8.0) / 0.8) ** 2))[..., None]
    return np.asarray(
        mix(mix(out, artist.ground * paper[..., None], margin), ink, 0.85 * rule), np.float32
    )


def _median(picture: Colour, size: int) -> Colour:
    """Median of each colour over a square, to eight bits."""
    coarse = Image.fromarray(np.clip(picture * 255 + 0.5, 0, 255).astype(np.uint8))
    return np.asarray(coarse.filter(ImageFilter.MedianFilter(size)), np.float32) / 255


def _posterise(picture: Colour, rng: np.random.Generator, count: int) -> Colour:
    """A few colours for the whole picture, by k-means on a sample of its pixels."""
    pixels = picture.reshape(-1, 3)
    sample = pixels[rng.integers(len(pixels), size=1400)]
    centres = sample[rng.choice(len(sample), count, replace=False)]
    for _ in range(7):
        nearest = ((sample[:, None] - centres) ** 2).sum(axis=2).argmin(axis=1)
        for j in range(count):
            mine = sample[nearest == j]
            if len(mine):
                centres[j] = mine.mean(axis=0)
    _, index = cKDTree(centres).query(pixels)
    return np.asarray(centres[index].reshape(picture.shape), np.float32)


def wash(u: Underpainting, artist: Artist, rng: np.random.Generator) -> Colour:
    """Watercolour or ink: transparent layers that pool at their edges, paper left white."""
    h, w = u.shape
    k = h / 256
    dx = fractal(rng, h, w, 12, octaves=3) * 1.3 * k
    dy = fractal(rng, h, w, 12, octaves=3) * 1.3 * k
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    ease = 1 - 0.8 * u.detail
    wet = np.stack(
        [
            ndimage.map_coordinates(
                u.rgb[..., i], [y + dy * ease, x + dx * ease], order=1, mode="nearest"
            )
            for i in range(3)
        ],
        -1,
    )
    broad = ndimage.gaussian_filter(wet, (3.2 * k, 3.2 * k, 0))
    fine = ndimage.gaussian_filter(wet, (0.6 * k, 0.6 * k, 0))
    soft = mix(broad, fine, np.clip(0.38 + 0.9 * u.detail, 0, 1)[..., None])
    # Three washes, light to dark, each with its own pooled edge.
    value = luma(soft) + 0.022 * fractal(rng, h, w, 14, octaves=3)
    stain = np.clip(soft, 0.02, 1)
    density = 0.55 * -np.log(stain)
    pooled = np.zeros((h, w), np.float32)
    for level in (0.74, 0.54, 0.34):
        layer = smoothstep(level + 0.03, level - 0.03, value)
        pooled += np.clip(layer - ndimage.gaussian_filter(layer, 2.2 * k), 0, 1)
        density = density + (0.10 * layer)[..., None] * -np.log(
            np.clip(saturate(stain, 1.3), 0.08, 1)
        )
    density = density * (1 + 0.9 * pooled)[..., None]
    grain = fractal(rng, h, w, 95, octaves=2)
    blooms = fractal(rng, h, w, 4, octaves=4)
    density = density * (1 + 0.07 * grain * (0.4 + luma(stain)) + 0.10 * blooms)[..., None]
    if artist.chroma < 0.5:
        grey = luma(density)[..., None]
        density = grey * (1.15 + 0.25 * (1 - artist.palette[0])) * 0.9 + 0.18 * (density - grey)
    paper = artist.ground * (1 + 0.012 * grain)[..., None]
    out = paper * np.exp(-density * 1.18)
    line = edges(u, 0.7 * k) * np.clip(fractal(rng, h, w, 9, octaves=2) * 0.5 + 0.5, 0, 1)
    out = mix(out, artist.shadow * 0.8, (0.5 * line)[..., None])
    rim = np.minimum(np.minimum(x, w - 1 - x), np.minimum(y, h - 1 - y)) / k
    ragged = smoothstep(3.0, 7.0, rim + 2.2 * fractal(rng, h, w, 16, octaves=3))[..., None]
    return np.asarray(mix(paper, out, ragged), np.float32)


def hatching(u: Underpainting, artist: Artist, rng: np.random.Generator) -> Colour:
    """Etched or drawn lines, crossed where it is darker, over a breath of colour."""
    h, w = u.shape
    k = h / 256
    value = luma(u.rgb)
    low, high = np.quantile(value, [0.02, 0.98])
    tone = np.clip((value - low) / max(0.05, float(high - low)), 0, 1)
    local = tone - ndimage.gaussian_filter(tone, 9 * k)
    tone = np.clip(0.12 + 0.92 * tone**0.85 + 0.6 * local, 0, 1)
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    wob = fractal(rng, h, w, 7, octaves=3)
    pitch = 2.05 / (k * (0.8 + 0.25 * artist.brush))
    dark = np.zeros((h, w), np.float32)
    turns = ((0.75, 0.88), (-0.62, 0.6), (0.08, 0.42), (1.45, 0.27))
    for angle, limit in turns:
        phase = (x * np.sin(angle) + y * np.cos(angle)) * pitch + 1.1 * wob
        dark = np.maximum(dark, _lines(phase, tone, limit, rng))
    # One more set follows the forms, as engravers do on flesh, drapery and hills.
    form = u.angle + np.pi / 2
    along = ndimage.gaussian_filter(np.cos(form) * x + np.sin(form) * y, 0.8 * k) * pitch
    dark = np.maximum(dark, 0.9 * _lines(along, tone, 0.7, rng) * smoothstep(0.15, 0.6, u.detail))
    dark = np.maximum(dark, edges(u, 0.75 * k))
    solid = smoothstep(0.12, 0.0, tone) * 0.8
    dark = np.clip(np.maximum(dark, solid), 0, 1)[..., None]
    grain = fractal(rng, h, w, 100, octaves=2)
    paper = artist.ground * (1 + 0.014 * grain + 0.02 * fractal(rng, h, w, 3, octaves=3))[..., None]
    tint = saturate(np.clip(u.rgb * 0.5 + 0.52, 0, 1), 1.3)
    breath = mix(paper, paper * tint, min(1.0, 0.35 + 0.5 * artist.chroma))
    breath = mix(breath, breath * (0.72 + 0.28 * tone[..., None]), 0.8)
    ink = artist.shadow * 0.75
    out = mix(breath, ink, 0.9 * dark)
    rim = np.minimum(np.minimum(x, w - 1 - x), np.minimum(y, h - 1 - y)) / k
    margin = smoothstep(7.5, 6.5, rim)[..., None]
    plate = np.exp(-(((rim - 8.2) / 0.7) ** 2))[..., None]
    return np.asarray(mix(mix(out, paper, margin), ink, 0.55 * plate), np.float32)


def _lines(phase: Field, tone: Field, limit: float, rng: np.random.Generator) -> Field:
    """Lines that swell as it gets darker and end where it is lighter than ``limit``."""
    wave = 0.5 + 0.5 * np.sin(phase + rng.uniform(0, 6.28))
    need = np.clip((limit - tone) / max(0.05, limit), 0, 1)
    edge = 1 - (0.12 + 0.55 * need)
    return np.asarray(smoothstep(0.0, 0.22, wave - edge) * smoothstep(0.0, 0.10, need), np.float32)


def facets(u: Underpainting, artist: Artist, rng: np.random.Generator) -> Colour:
    """The picture broken into planes, each tilted to its own light."""
    h, w = u.shape
    k = h / 256
    care = ndimage.gaussian_filter(u.detail, 3 * k)
    spread = h * w / (k * k)
    tries = int(spread / 30)
    px, py = rng.uniform(0, w, tries), rng.uniform(0, h, tries)
    chance = (0.06 + 0.2 * care[py.astype(int), px.astype(int)]) / artist.brush
    keep = rng.random(tries) < chance
    seeds = np.column_stack([px[keep], py[keep]])
    if len(seeds) < 4:
        seeds = np.column_stack([px, py])
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    # A sheared metric makes the planes long and slanting instead of round.
    shear = rng.uniform(-0.5, 0.5)

    def slanted(x: Field, y: Field) -> Field:
        return np.column_stack([x - 0.6 * shear * y, shear * x + 0.72 * y])

    distance, nearest = cKDTree(slanted(seeds[:, 0], seeds[:, 1])).query(
        slanted(x.ravel(), y.ravel()), k=2
    )
    cell = nearest[:, 0].reshape(h, w)
    border = (distance[:, 1] - distance[:, 0]).reshape(h, w)
    n = len(seeds)
    # Each plane shows its piece of the scene from a slightly other place.
    shove = (
        rng.normal(0, 4.0 * k, (n, 2))
        * (1 - 0.75 * care[seeds[:, 1].astype(int), seeds[:, 0].astype(int)])[:, None]
    )
    sx = np.clip(x + shove[cell, 0], 0, w - 1).astype(int)
    sy = np.clip(y + shove[cell, 1], 0, h - 1).astype(int)
    seen = u.rgb[sy, sx]
    flat_count = np.bincount(cell.ravel(), minlength=n).clip(1)
    mean = np.stack(
        [
            np.bincount(cell.ravel(), seen[..., i].ravel(), minlength=n) / flat_count
            for i in range(3)
        ],
        -1,
    )
    keepers = np.clip(0.38 + 0.75 * care, 0, 0.88)[..., None]
    out = mix(mean[cell], seen, keepers)
    tilt = rng.uniform(0, 2 * np.pi, n)
    reach = np.sqrt(flat_count)[cell] + 1
    ramp = (
        np.cos(tilt)[cell] * (x - seeds[cell, 0]) + np.sin(tilt)[cell] * (y - seeds[cell, 1])
    ) / reach
    out = out * (1 + 0.34 * np.clip(ramp, -0.9, 0.9))[..., None]
    pigments = np.stack(artist.palette)
    own = pigments[rng.integers(len(pigments), size=n)][cell]
    out = mix(out, own * (luma(out) / np.maximum(luma(own), 0.12))[..., None], 0.24)
    seam = smoothstep(1.5 * k, 0.3 * k, np.asarray(border, np.float32))
    lit = np.clip(ramp * 3, -1, 1)
    line = mix(artist.shadow * 0.7, artist.light, (lit > 0.35).astype(np.float32)[..., None])
    out = mix(out, line, (0.3 * seam)[..., None])
    contour = edges(u, 0.9 * k)[..., None]
    out = mix(out, artist.shadow * 0.6, 0.6 * contour)
    dabs = fractal(rng, h, w, 60, octaves=2)
    out = saturate(out * (1 + 0.03 * dabs)[..., None], 1.15)
    return np.asarray(0.46 + 1.16 * (out - 0.46), np.float32)
