"""Where a picture is deformed: where there is much to see, what stands out, what has texture.

Lengths are shares of the shorter side, and lots are drawn alike at any size, so that a small copy
of a picture has the same places.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

__all__ = ["Levels", "limb", "liveliness", "lively", "texture", "textured_region"]

Levels = NDArray[np.float64]

_LIGHT = np.array([0.299, 0.587, 0.114])


def liveliness(levels: Levels, around: float) -> Levels:
    """Say how much there is to see about each pixel: the mean gradient of the light.

    Parameters
    ----------
    levels
        A picture.
    around
        How far about, in pixels.

    Returns
    -------
    numpy.ndarray
        Shape ``(height, width)``.
    """
    from scipy.ndimage import gaussian_filter, gaussian_gradient_magnitude

    fine = max(min(levels.shape[:2]) / 170, 0.5)
    return np.asarray(
        gaussian_filter(gaussian_gradient_magnitude(levels @ _LIGHT, fine), max(around, 0.5))
    )


def lively(
    levels: Levels, apart: float, count: int, random: np.random.Generator
) -> list[tuple[float, float]]:
    """Draw places, and take of them those with most to see, apart from each other.

    Parameters
    ----------
    levels
        A picture.
    apart
        How far apart at least, in pixels.
    count
        How many, at most.
    random
        Draws the places.

    Returns
    -------
    list of (float, float)
        Row and column of each.
    """
    height, width = levels.shape[:2]
    drawn = 0.15 + 0.7 * random.random((48, 2))
    places = drawn * (height - 1, width - 1)
    much = liveliness(levels, 0.08 * min(height, width))
    score = much[tuple(places.round().astype(int).T)] * (1.0 - ((drawn - 0.5) ** 2).sum(1))
    taken: list[tuple[float, float]] = []
    for row, column in places[np.argsort(-score, kind="stable")]:
        if all(np.hypot(row - own[0], column - own[1]) >= apart for own in taken):
            taken.append((float(row), float(column)))
        if len(taken) == count:
            break
    return taken


def limb(
    levels: Levels, half: float, long: float, random: np.random.Generator
) -> tuple[float, float, float, float]:
    """Find something like a limb: of parts drawn by lot that which both sides set off most.

    Parameters
    ----------
    levels
        A picture.
    half, long
        Half of its width and of its length in pixels.
    random
        Draws the parts.

    Returns
    -------
    tuple of float
        Row and column of its middle, its angle, and to which side there is more room (1 or -1).
    """
    from scipy.ndimage import gaussian_filter

    height, width = levels.shape[:2]
    calm = gaussian_filter(levels, (half / 2, half / 2, 0))
    middles = (0.22 + 0.56 * random.random((400, 2))) * (height - 1, width - 1)
    angles = random.random(400) * np.pi
    along = np.stack([np.sin(angles), np.cos(angles)], axis=1)
    across = np.stack([np.cos(angles), -np.sin(angles)], axis=1)
    steps = np.linspace(-long, long, 9)

    def _colours(off: float) -> Levels:
        points = middles[:, None] + steps[:, None] * along[:, None] + off * across[:, None]
        inside = np.clip(points.round(), 0, (height - 1, width - 1)).astype(int)
        return np.asarray(calm[inside[..., 0], inside[..., 1]])

    own, one, other = _colours(0.0), _colours(2.2 * half), _colours(-2.2 * half)
    sides = [np.abs(own - side).sum(-1).mean(1) for side in (one, other)]
    best = int(np.argmax(np.minimum(*sides) - own.std(axis=1).sum(-1)))
    row, column = middles[best]
    ends = [middles[best] + side * 9.2 * half * across[best] for side in (1.0, -1.0)]
    room = [min(*end, *((height, width) - end)) for end in ends]
    return float(row), float(column), float(angles[best]), 1.0 if room[0] >= room[1] else -1.0


def texture(
    levels: Levels, region: NDArray[np.bool_], rows: NDArray[np.intp], columns: NDArray[np.intp]
) -> Levels:
    """Take a region's own pixels; where a point is not in it, those of its widest square.

    Parameters
    ----------
    levels
        A picture.
    region
        Which pixels are in it.
    rows, columns
        The points.

    Returns
    -------
    numpy.ndarray
        Levels, shape ``(len(rows), 3)``.
    """
    from scipy.ndimage import distance_transform_edt

    height, width = region.shape
    deep = distance_transform_edt(np.pad(region, 1))[1:-1, 1:-1]
    row, column = np.unravel_index(int(np.argmax(deep)), region.shape)
    half = max(int(deep[row, column] / 2**0.5), 1)
    # Back and forth over the square, so that no seam shows.
    turned_rows = np.abs((rows - row) % (4 * half) - 2 * half) - half + row
    turned_columns = np.abs((columns - column) % (4 * half) - 2 * half) - half + column
    inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    inside[inside] = region[rows[inside], columns[inside]]
    from_rows = np.clip(np.where(inside, rows, turned_rows), 0, height - 1)
    from_columns = np.clip(np.where(inside, columns, turned_columns), 0, width - 1)
    taken: Levels = levels[from_rows, from_columns]
    return taken


def textured_region(levels: Levels) -> NDArray[np.bool_]:
    """Find the patch of colour that has most texture and a long edge to something else.

    Parameters
    ----------
    levels
        A picture.

    Returns
    -------
    numpy.ndarray
        Which pixels are in it, shape ``(height, width)``.
    """
    from scipy.ndimage import gaussian_filter, label

    short = min(levels.shape[:2])
    calm = gaussian_filter(levels, (0.02 * short, 0.02 * short, 0))
    few = Image.fromarray(np.clip(calm, 0, 255).astype(np.uint8)).quantize(
        5, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE
    )
    colour = np.asarray(few)
    rough = np.abs(levels - calm).sum(-1)
    best = -1.0
    found: NDArray[np.bool_] = np.zeros(colour.shape, np.bool_)
    for own in np.unique(colour):
        pieces, _ = label(colour == own)
        sizes = np.bincount(pieces.ravel())
        sizes[0] = 0
        piece = pieces == int(np.argmax(sizes))
        share = float(piece.mean())
        score = float(rough[piece].mean()) * min(share, 0.15) * (1.0 - share) ** 2
        if score > best:
            best, found = score, piece
    if found.all():  # one colour all over: half of it creeps over the other
        found[:, found.shape[1] // 2 :] = False
    return found
