"""Reading the pictures of a training: what is wrong with one is a result, not a failure."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from topicart.errors import PictureError
from topicart.preprocess import Preprocess, load_pixels

__all__ = ["read_pixels"]


def read_pixels(root: Path, file: str, preprocess: Preprocess) -> NDArray[np.uint8] | PictureError:
    """Read a picture of a collection at the model's size, in any thread.

    Parameters
    ----------
    root : Path
        The collection's folder, resolved.
    file : str
        The picture's path in it.
    preprocess : Preprocess
        How the encoder takes pictures.

    Returns
    -------
    ndarray of uint8, shape (height, width, 3), or PictureError
        The pixels, RGB, or why there are none.
    """
    try:
        path = (root / file).resolve()
        # Checked when the collection was opened; a link may have been put there since.
        if not path.is_relative_to(root):
            return PictureError("it leads outside the collection's folder")
        return load_pixels(path, preprocess)
    except (OSError, RuntimeError) as error:  # a loop of links
        return PictureError(f"the path cannot be followed ({error})")
    except PictureError as error:
        return error
