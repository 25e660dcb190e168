"""Set a topic's most central pictures side by side, in the one picture that a model sees."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["make_mosaic"]


def make_mosaic(
    pictures: Sequence[Path], *, columns: int = 5, cell_px: int = 224
) -> Image.Image:
    """Set pictures side by side on one sheet."""
    raise NotImplementedError
