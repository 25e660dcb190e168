"""Set a topic's most central pictures side by side, in the one picture that a model sees."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from topicart.errors import PictureError
from topicart.images import load_picture

if TYPE_CHECKING:
    from PIL import Image

    from topicart.thumbnail_cache import LoadPicture

__all__ = ["BACKGROUND", "LAYOUT", "make_mosaic"]

BACKGROUND = (122, 116, 104)
"""The mean colour of CLIP's training pictures: to a CLIP tower it is nothing at all."""

LAYOUT = 1
"""Counts up when the same pictures come to stand otherwise: what a model said of them is void."""

_GAP_PX = 4


def make_mosaic(
    pictures: Sequence[Path],
    *,
    columns: int = 5,
    cell_px: int = 224,
    load: LoadPicture = load_picture,
) -> Image.Image:
    """Set pictures side by side on one sheet, row by row.

    All cells are squares of one size; each picture is fitted into its cell whole. With few
    pictures there are fewer columns, and the last row stands in the middle, so that little of the
    sheet is empty. The same files give the same pixels.

    Parameters
    ----------
    pictures
        Picture files, the most central work's first; those that cannot be read are left out.
    columns
        Most cells in a row.
    cell_px
        Side of a cell, in pixels.
    load
        Reads a picture; a run may keep reduced ones.

    Returns
    -------
    PIL.Image.Image
        The sheet, in mode RGB; 20 pictures make 5 columns and 4 rows, 1,136 x 908 pixels.

    Raises
    ------
    PictureError
        If none of the pictures can be read.
    ValueError
        If ``columns`` or ``cell_px`` is less than 1.
    """
    if columns < 1 or cell_px < 1:
        raise ValueError(f"columns and cell_px must be at least 1, got {columns} and {cell_px}.")
    fitted, reasons = [], []
    for path in pictures:
        try:
            fitted.append(_fitted(load(path, at_least=cell_px), cell_px))
        except PictureError as error:
            reasons.append(str(error))
    if not fitted:
        raise PictureError(_why_none(reasons))
    return _sheet(fitted, _n_columns(len(fitted), columns), cell_px)


def _fitted(picture: Image.Image, side: int) -> Image.Image:
    """Scale a picture so that it just fits into a square."""
    from PIL import Image

    scale = side / max(picture.size)
    width, height = (max(round(length * scale), 1) for length in picture.size)
    return picture.resize((width, height), Image.Resampling.LANCZOS)


def _n_columns(n_pictures: int, most: int) -> int:
    """Choose the nearly square grid that leaves the fewest cells empty."""
    root = math.isqrt(n_pictures - 1) + 1  # the square root, rounded up
    return min(
        (min(root, most), min(root + 1, most)), key=lambda columns: (-n_pictures % columns, columns)
    )


def _sheet(fitted: Sequence[Image.Image], columns: int, side: int) -> Image.Image:
    """Lay fitted pictures on the background, each in the middle of its cell."""
    from PIL import Image

    step = side + _GAP_PX
    rows = math.ceil(len(fitted) / columns)
    sheet = Image.new("RGB", (columns * step - _GAP_PX, rows * step - _GAP_PX), BACKGROUND)
    for number, picture in enumerate(fitted):
        row, column = divmod(number, columns)
        in_row = min(columns, len(fitted) - row * columns)
        left = (columns - in_row) * step // 2 + column * step + (side - picture.width) // 2
        sheet.paste(picture, (left, row * step + (side - picture.height) // 2))
    return sheet


def _why_none(reasons: Sequence[str]) -> str:
    if not reasons:
        return "there are no pictures to show"
    if len(reasons) == 1:
        return f"its only picture cannot be read: {reasons[0]}"
    return f"none of its {len(reasons)} most central pictures can be read, the first: {reasons[0]}"
