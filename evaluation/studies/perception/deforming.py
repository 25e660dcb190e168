"""How each deformation is made: levels from 0 to 255, shape (height, width, 3), to the same.

Lengths are shares of the shorter side, so a picture is spoilt alike at any size. Where something is
spoilt does not depend on the strength; how far it reaches and how much it changes does.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from evaluation.studies.perception.places import (
    Levels,
    limb,
    liveliness,
    lively,
    texture,
    textured_region,
)

__all__ = [
    "bled",
    "compressed",
    "displaced",
    "doubled",
    "misprojected",
    "smoothed",
    "warped",
]

Deforming = Callable[[Levels, float, np.random.Generator], Levels]

_LOTS = 64
"""Lots along the shorter side where the edge of what creeps is drawn."""


def warped(levels: Levels, strength: float, random: np.random.Generator) -> Levels:
    """Twist and swell what lies about three places with much to see.

    Parameters
    ----------
    levels
        A picture.
    strength
        Above 0, up to 1: up to 125 degrees of twist, and a wider reach.
    random
        Decides where.

    Returns
    -------
    numpy.ndarray
        The deformed picture.
    """
    short = min(levels.shape[:2])
    rows, columns = np.indices(levels.shape[:2], dtype=np.float64)
    from_rows, from_columns = np.array(rows), np.array(columns)
    reach = max(short * (0.2 + 0.1 * strength), 1.0)
    for number, (row, column) in enumerate(lively(levels, 0.3 * short, 3, random)):
        down, across = rows - row, columns - column
        near = np.clip(1.0 - (down**2 + across**2) / reach**2, 0.0, 1.0) ** 2
        way = 1.0 if number % 2 else -1.0
        turn = way * 2.2 * strength * near
        scale = 1.0 - 0.5 * strength * near
        from_rows += scale * (np.cos(turn) * down - np.sin(turn) * across) - down
        from_columns += scale * (np.sin(turn) * down + np.cos(turn) * across) - across
    return _taken(levels, from_rows, from_columns)


def doubled(levels: Levels, strength: float, random: np.random.Generator) -> Levels:
    """Copy an elongated part that stands out from both its sides beside itself, fanned out.

    Parameters
    ----------
    levels
        A picture.
    strength
        Above 0, up to 1: up to four copies.
    random
        Decides among which parts is chosen.

    Returns
    -------
    numpy.ndarray
        The deformed picture.
    """
    height, width = levels.shape[:2]
    short = min(height, width)
    half, long = max(0.055 * short, 1.0), 0.23 * short
    row, column, angle, side = limb(levels, half, long, random)
    along = np.array([np.sin(angle), np.cos(angle)])
    across = np.array([np.cos(angle), -np.sin(angle)])
    rows, columns = np.indices((height, width), dtype=np.float64)
    made = levels.copy()
    feather = max(0.25 * half, 0.75)
    for number in range(1, int(np.ceil(4 * strength)) + 1):
        there = np.array([row, column]) + side * number * 2.3 * half * across
        turned = angle + side * 0.16 * number
        down, right = rows - there[0], columns - there[1]
        u = down * np.sin(turned) + right * np.cos(turned)
        v = down * np.cos(turned) - right * np.sin(turned)
        # A stick with round ends: how far a point lies from the middle line.
        off = np.hypot(np.maximum(np.abs(u) - (long - half), 0.0), v)
        cover = np.clip((half * 1.15 - off) / feather, 0.0, 1.0) * min(4 * strength - number + 1, 1)
        at = np.nonzero(cover)
        source = (
            row + u[at] * along[0] + v[at] * across[0],
            column + u[at] * along[1] + v[at] * across[1],
        )
        weight = cover[at][:, None]
        made[at] = (1.0 - weight) * made[at] + weight * _sampled(levels, *source)
    return made


def displaced(levels: Levels, strength: float, random: np.random.Generator) -> Levels:
    """Let square pieces change places in pairs, those with much to see first.

    Parameters
    ----------
    levels
        A picture.
    strength
        Above 0, up to 1: up to three fifths of the pieces.
    random
        Decides which.

    Returns
    -------
    numpy.ndarray
        The deformed picture.
    """
    height, width = levels.shape[:2]
    # As many pieces at any size, or lots would fall otherwise in a smaller copy.
    counts = [int(6 * length / min(height, width) + 0.05) for length in (height, width)]
    side = max(min(height // counts[0], width // counts[1]), 1)
    down, across = min(counts[0], height // side), min(counts[1], width // side)
    top, left = (height - down * side) // 2, (width - across * side) // 2
    cells = [
        (top + row * side, left + column * side) for row in range(down) for column in range(across)
    ]
    much = liveliness(levels, side / 2)
    interest = [much[row + side // 2, column + side // 2] for row, column in cells]
    means = [levels[row : row + side, column : column + side].mean((0, 1)) for row, column in cells]
    left_over = list(np.argsort(-np.array(interest) * random.random(len(cells)), kind="stable"))
    made = levels.copy()
    for _ in range(max(round(0.3 * strength * len(cells)), 1)):
        if len(left_over) < 2:
            break
        first = left_over.pop(0)
        # Of the next few the most different, or a piece of sky would go where sky is.
        unlike = [float(np.abs(means[own] - means[first]).sum()) for own in left_over[:8]]
        second = left_over.pop(int(np.argmax(unlike)))
        (row, column), (to_row, to_column) = cells[first], cells[second]
        here = np.s_[row : row + side, column : column + side]
        there = np.s_[to_row : to_row + side, to_column : to_column + side]
        made[here], made[there] = levels[there], levels[here]
    return made


def bled(levels: Levels, strength: float, random: np.random.Generator) -> Levels:
    """Let the most textured patch of colour creep over its edge, in tongues, as in a mirror.

    Parameters
    ----------
    levels
        A picture.
    strength
        Above 0, up to 1: how far it creeps, up to a third of the shorter side.
    random
        Decides how far it comes where.

    Returns
    -------
    numpy.ndarray
        The deformed picture.
    """
    from scipy.ndimage import distance_transform_edt

    short = min(levels.shape[:2])
    region = textured_region(levels)
    if not region.any():  # a picture one pixel wide
        return levels
    rough = _rough(region.shape, random)
    far, (edge_rows, edge_columns) = distance_transform_edt(~region, return_indices=True)
    reach = 0.17 * short * strength * (0.2 + 1.4 * rough**1.5)
    cover = np.clip((reach - far) / 1.5, 0.0, 1.0) * ~region
    at = np.nonzero(cover)
    rows, columns = 2 * edge_rows[at] - at[0], 2 * edge_columns[at] - at[1]
    made = levels.copy()
    weight = cover[at][:, None]
    made[at] = (1.0 - weight) * made[at] + weight * texture(levels, region, rows, columns)
    return made


def misprojected(levels: Levels, strength: float, random: np.random.Generator) -> Levels:
    """Show a part of the picture as if its plane were tilted away from the rest.

    Parameters
    ----------
    levels
        A picture.
    strength
        Above 0, up to 1: how much it is tilted.
    random
        Decides which part, and to which side it is tilted.

    Returns
    -------
    numpy.ndarray
        The deformed picture.
    """
    height, width = levels.shape[:2]
    ((row, column),) = lively(levels, 0.5 * min(height, width), 1, random)
    turned = bool(random.integers(2))
    flipped = bool(random.integers(2))
    tall, wide = max(0.31 * height, 1.0), max(0.31 * width, 1.0)
    row = float(np.clip(row, tall, max(height - 1 - tall, tall)))
    column = float(np.clip(column, wide, max(width - 1 - wide, wide)))
    rows, columns = np.indices((height, width), dtype=np.float64)
    v, u = (rows - row) / tall, (columns - column) / wide
    if turned:
        u, v = v, u
    if flipped:
        u = -u
    # The plane's distance grows from one side of the part to the other; lines across it converge.
    depth = 1.0 + 0.75 * strength * u
    slant = 0.7 * strength * u
    far_u, far_v = u + 0.35 * strength * (u**2 - 1.0), v * depth + slant
    if flipped:
        far_u = -far_u
    if turned:
        far_u, far_v = far_v, far_u
    inside = np.maximum(np.abs(u), np.abs(v)) <= 1.0
    made = levels.copy()
    made[inside] = _sampled(levels, row + far_v[inside] * tall, column + far_u[inside] * wide)
    return made


def compressed(levels: Levels, strength: float, _random: np.random.Generator) -> Levels:
    """Save a picture as a JPEG of low quality, and read it again.

    Parameters
    ----------
    levels
        A picture.
    strength
        Above 0, up to 1: quality from 90 down to 6 of 100.
    _random
        Decides nothing.

    Returns
    -------
    numpy.ndarray
        The deformed picture.
    """
    held = io.BytesIO()
    quality = round(6 + 84 * (1.0 - strength) ** 2)
    Image.fromarray(levels.astype(np.uint8)).save(held, "JPEG", quality=quality, subsampling=2)
    with Image.open(held) as read:
        return np.asarray(read.convert("RGB"), dtype=np.float64)


def smoothed(levels: Levels, strength: float, _random: np.random.Generator) -> Levels:
    """Take the median about each pixel: surfaces turn to wax, large edges stay.

    Parameters
    ----------
    levels
        A picture.
    strength
        Above 0, up to 1: how wide is smoothed.
    _random
        Decides nothing.

    Returns
    -------
    numpy.ndarray
        The deformed picture.
    """
    reach = 0.018 * strength * min(levels.shape[:2])
    less, more = (
        _median(levels.astype(np.uint8), pixels) for pixels in (int(reach), int(reach) + 1)
    )
    made: Levels = less + (reach - int(reach)) * (more - less)
    return made


def _median(levels: NDArray[np.uint8], reach: int) -> Levels:
    """Take the median so many pixels to each side, down and then across: a sixth of the work."""
    made = levels
    for axis in (0, 1) if reach else ():
        border = [(reach, reach) if own == axis else (0, 0) for own in range(3)]
        around = np.lib.stride_tricks.sliding_window_view(
            np.pad(made, border, mode="edge"), 2 * reach + 1, axis=axis
        )
        made = np.partition(around, reach, axis=-1)[..., reach]
    return made.astype(np.float64)


def _rough(shape: tuple[int, ...], random: np.random.Generator) -> Levels:
    """Draw smooth noise from 0 to 1 that is the same, but for its size, at any size."""
    from scipy.ndimage import gaussian_filter, map_coordinates

    drawn = gaussian_filter(random.standard_normal((_LOTS, 4 * _LOTS)), 0.035 * _LOTS, mode="wrap")
    rows, columns = (np.indices(shape) + 0.5) * _LOTS / min(shape)
    along = (rows, columns) if shape[0] <= shape[1] else (columns, rows)
    rough = map_coordinates(drawn, along, order=1, mode="grid-wrap")
    made: Levels = (rough - rough.min()) / max(float(np.ptp(rough)), 1e-9)
    return made


def _sampled(levels: Levels, rows: Levels, columns: Levels) -> Levels:
    """Read levels between pixels, mirrored at the border; shape ``rows.shape + (3,)``."""
    from scipy.ndimage import map_coordinates

    return np.stack(
        [
            map_coordinates(own, (rows, columns), order=1, mode="mirror")
            for own in levels.T.swapaxes(1, 2)
        ],
        axis=-1,
    )


def _taken(levels: Levels, rows: Levels, columns: Levels) -> Levels:
    """Take each pixel from elsewhere; those that stay are not touched by rounding."""
    moved = (rows != np.indices(rows.shape)[0]) | (columns != np.indices(rows.shape)[1])
    made = levels.copy()
    made[moved] = _sampled(levels, rows[moved], columns[moved])
    return made
