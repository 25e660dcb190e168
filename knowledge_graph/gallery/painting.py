"""From the facts of a work to its picture."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image
from scipy import ndimage

from . import (
    faces,
    manners,
    manners_line,
    scenes_land,
    scenes_people,
    scenes_stories,
    scenes_things,
)
from .artists import ARTISTS, Artist
from .canvas import Canvas
from .colour import Colour, grade, luma, saturate, tone_split
from .plan import PlannedWork
from .scene import Scene, hour_light
from .strokes import Underpainting, orientation

MIN_SIZE, MAX_SIZE = 96, 2048

COMPOSE: dict[str, Callable[[Scene], None]] = {
    "mountains": scenes_land.mountains,
    "sea with ships": scenes_land.sea,
    "river with bridge": scenes_land.river,
    "village": scenes_land.village,
    "city at night": scenes_land.city,
    "fruit still life": scenes_things.fruits,
    "flowers": scenes_things.flowers,
    "vanitas": scenes_things.vanitas,
    "portrait": faces.portrait,
    "interior": scenes_people.interior,
    "animals": scenes_people.animals,
    "battle": scenes_people.battle,
    "harvest": scenes_people.harvest,
    "geometric abstraction": scenes_things.geometric,
    "colour-field abstraction": scenes_things.fields,
    "Eve and the serpent": scenes_stories.eve,
    "annunciation": scenes_stories.annunciation,
    "flight into Egypt": scenes_stories.flight,
    "shipwreck": scenes_stories.shipwreck,
    "Saint George": scenes_stories.saint_george,
    "Narcissus": scenes_stories.narcissus,
    "fall of Icarus": scenes_stories.icarus,
    "crucifixion": scenes_stories.crucifixion,
}

_HANDS: dict[str, Callable[[Underpainting, Artist, np.random.Generator], Colour]] = {
    "impasto": manners.impasto,
    "points": manners.points,
    "fauve": manners.fauve,
    "glaze": manners.glaze,
    "chiaroscuro": manners.chiaroscuro,
    "gilded": manners.gilded,
    "outline": manners_line.outline,
    "wash": manners_line.wash,
    "hatching": manners_line.hatching,
    "facets": manners_line.facets,
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
    """Raise a ValueError that says how to mend a size out of range."""
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
