"""From the facts of a work to its picture."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image
from scipy import ndimage

from .abstractions import fields, geometric
from .artists import ARTISTS, Artist
from .canvas import Canvas
from .colour import Colour, grade, luma, saturate, tone_split
from .manners import chiaroscuro, fauve, gilded, glaze, impasto, points
from .manners_line import facets, hatching, outline, wash
from .plan import PlannedWork
from .portraits import portrait
from .scene import Scene, hour_light
from .scenes_battle import battle
from .scenes_fields import animals, harvest
from .scenes_land import city, mountains, river, sea, village
from .scenes_rooms import interior
from .scenes_things import flowers, fruits, vanitas
from .stories_myth import icarus, narcissus, shipwreck
from .stories_saints import crucifixion, saint_george
from .stories_scripture import annunciation, eve, flight
from .strokes import Underpainting, orientation

MIN_SIZE, MAX_SIZE = 96, 2048


COMPOSE: dict[str, Callable[[Scene], None]] = {
    "mountains": mountains,
    "sea with ships": sea,
    "river with bridge": river,
    "village": village,
    "city at night": city,
    "fruit still life": fruits,
    "flowers": flowers,
    "vanitas": vanitas,
    "portrait": portrait,
    "interior": interior,
    "animals": animals,
    "battle": battle,
    "harvest": harvest,
    "geometric abstraction": geometric,
    "colour-field abstraction": fields,
    "Eve and the serpent": eve,
    "annunciation": annunciation,
    "flight into Egypt": flight,
    "shipwreck": shipwreck,
    "Saint George": saint_george,
    "Narcissus": narcissus,
    "fall of Icarus": icarus,
    "crucifixion": crucifixion,
}


_HANDS: dict[str, Callable[[Underpainting, Artist, np.random.Generator], Colour]] = {
    "impasto": impasto,
    "points": points,
    "fauve": fauve,
    "glaze": glaze,
    "chiaroscuro": chiaroscuro,
    "gilded": gilded,
    "outline": outline,
    "wash": wash,
    "hatching": hatching,
    "facets": facets,
}


_ARTISTS = {a.name: a for a in ARTISTS}


def paint(planned: PlannedWork, size: int = 320) -> Image.Image:
    """Paint a planned work.

    Parameters
    ----------
    planned : PlannedWork
        From `plan_gallery`. Its seed decides every stroke: the same work and size give the
        same pixels in every process.
    size : int
        The longer side in pixels, 96 to 2048. The shorter is at least 0.8 of it.

    Returns
    -------
    PIL.Image.Image
        In mode RGB.

    Raises
    ------
    ValueError
        If ``size`` is out of range.
    """
    check_size(size)
    width = size if planned.proportion >= 1 else round(size * planned.proportion)
    height = size if planned.proportion <= 1 else round(size / planned.proportion)
    artist = _ARTISTS[planned.artist]
    compose, finish = (np.random.default_rng([*planned.seed, part]) for part in (11, 12))
    canvas = Canvas(width, height, compose, hour_light(planned.hour, compose))
    scene = Scene(canvas, compose, frozenset(planned.subjects), planned.hour, planned.season)
    COMPOSE[planned.theme](scene)
    under = _prepare(canvas, artist, abstract=planned.genre == "abstract")
    painted = _HANDS[planned.manner](under, artist, finish)
    pixels = np.clip(painted * 255 + 0.5, 0, 255).astype(np.uint8)
    return Image.fromarray(pixels)


def check_size(size: int) -> None:
    """Refuse a size out of range.

    Parameters
    ----------
    size : int
        The longer side of a picture in pixels.

    Raises
    ------
    ValueError
        If it is; the message says how to mend it.
    """
    if isinstance(size, bool) or not isinstance(size, int) or not MIN_SIZE <= size <= MAX_SIZE:
        raise ValueError(
            f"size is {size!r}; expected the longer side in whole pixels, {MIN_SIZE} to "
            f"{MAX_SIZE}, for example 320."
        )


def _prepare(canvas: Canvas, artist: Artist, *, abstract: bool) -> Underpainting:
    """Grade the scene to the artist's palette and work out how the strokes will run."""
    picture = np.clip(canvas.rgb, 0, 1.15)
    picture = grade(picture, artist.palette, 0.22 if abstract else 0.42)
    picture = tone_split(picture, artist.shadow, artist.light, 0.10 if abstract else 0.28)
    picture = saturate(picture, artist.chroma)
    middle = float(np.median(luma(picture)))
    pivot = 0.5 * middle + 0.25
    picture = pivot + (picture - pivot) * np.float32(artist.contrast)
    picture = np.clip(picture, 0.0, 1.0).astype(np.float32)
    angle = orientation(picture, canvas.flow, canvas.flow_weight)
    detail = np.clip(ndimage.gaussian_filter(canvas.detail, 0.8), 0, 1)
    return Underpainting(picture, angle, detail, canvas.label)
