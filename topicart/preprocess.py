"""From a file to the pixels that an encoder sees: resize, crop or pad, as open_clip does.

These are open_clip's inference transforms (``open_clip.transform.image_transform``), cut after
the last step on the picture itself. The rest, scaling to floating point and normalising, is done
by the batch on the encoder's device: a picture then travels as 8-bit values, a quarter of the
size, and the worker threads run no torch code, which would start its own threads in each of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from topicart.errors import PictureError
from topicart.images import reading_picture
from topicart.thumbnail_cache import Thumbnails, leads_inside
from topicart.thumbnail_making import Made, ThumbnailMaker

if TYPE_CHECKING:
    from PIL import Image

__all__ = [
    "Preprocess",
    "fitted",
    "load_pixels",
    "pixels_of",
    "preprocess_of",
    "read_and_keep",
    "read_pixels",
]

_LONGEST_STRIP = 8

# open_clip's own (``open_clip.transform.PreprocessCfg``), known here so that reading pictures need
# not wait until open_clip is imported.
_SIZE = 224
_DEFAULTS = {
    "mean": (0.48145466, 0.4578275, 0.40821073),
    "std": (0.26862954, 0.26130258, 0.27577711),
    "interpolation": "bicubic",
    "resize_mode": "shortest",
    "fill_color": 0,
}


@dataclass(frozen=True)
class Preprocess:
    """How pictures are brought to an encoder's input; open_clip's ``preprocess_cfg``."""

    size: tuple[int, int]
    """Height and width of the input, in pixels."""
    resize_mode: str
    """``shortest`` (then the centre is cut out), ``longest`` (then padded) or ``squash``."""
    interpolation: str
    """``bicubic`` or ``bilinear``; ``random``, meant for training, counts as ``bicubic``."""
    fill_color: int
    """Grey level of the padding, 0 to 255."""
    mean: tuple[float, float, float]
    """Subtracted from each channel, after scaling to 0..1."""
    std: tuple[float, float, float]
    """Divides each channel, after the subtraction."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON, with lists for tuples.

        Returns
        -------
        dict
            One entry a field.
        """
        return {
            "size": list(self.size),
            "resize_mode": self.resize_mode,
            "interpolation": self.interpolation,
            "fill_color": self.fill_color,
            "mean": list(self.mean),
            "std": list(self.std),
        }


def preprocess_of(settings: Mapping[str, Any], model_config: Mapping[str, Any]) -> Preprocess:
    """Complete a model's preprocessing with open_clip's defaults.

    Parameters
    ----------
    settings : mapping
        Open_clip's ``preprocess_cfg``, as far as it differs from the defaults.
    model_config : mapping
        Open_clip's ``model_cfg``, which says the size of the input.

    Returns
    -------
    Preprocess
        As open_clip would set it.
    """
    told = {**_DEFAULTS, **{name: value for name, value in settings.items() if value is not None}}
    size = model_config.get("vision_cfg", {}).get("image_size", _SIZE)
    height, width = size if isinstance(size, tuple | list) else (size, size)
    return Preprocess(
        size=(int(height), int(width)),
        resize_mode=told["resize_mode"],
        interpolation=told["interpolation"],
        fill_color=int(told["fill_color"]),
        mean=_three(told["mean"]),
        std=_three(told["std"]),
    )


def _three(value: float | Sequence[float]) -> tuple[float, float, float]:
    """One value for each channel."""
    if isinstance(value, int | float):
        return (float(value),) * 3
    red, green, blue = value
    return (float(red), float(green), float(blue))


def load_pixels(path: Path, preprocess: Preprocess) -> NDArray[np.uint8]:
    """Read a picture file and bring it to an encoder's input size.

    Parameters
    ----------
    path : Path
        The file.
    preprocess : Preprocess
        The encoder's way.

    Returns
    -------
    ndarray of uint8, shape (height, width, 3)
        The pixels, RGB.

    Raises
    ------
    PictureError
        If the picture cannot be read, with the reason.
    """
    with reading_picture(path, at_least=max(preprocess.size)) as picture:
        return fitted(picture, preprocess)


def pixels_of(data: bytes, preprocess: Preprocess) -> NDArray[np.uint8]:
    """Read a picture that is in memory and bring it to an encoder's input size.

    Parameters
    ----------
    data : bytes
        A whole picture file.
    preprocess : Preprocess
        The encoder's way.

    Returns
    -------
    ndarray of uint8, shape (height, width, 3)
        The same pixels as :func:`load_pixels` of the file.

    Raises
    ------
    PictureError
        If the picture cannot be read, with the reason.
    """
    with reading_picture(data, at_least=max(preprocess.size)) as picture:
        return fitted(picture, preprocess)


def fitted(picture: Image.Image, preprocess: Preprocess) -> NDArray[np.uint8]:
    """Bring a decoded picture to an encoder's input size.

    Parameters
    ----------
    picture : PIL.Image.Image
        RGB, of any size.
    preprocess : Preprocess
        The encoder's way.

    Returns
    -------
    ndarray of uint8, shape (height, width, 3)
        The pixels, RGB.

    Raises
    ------
    PictureError
        If its shape does not allow that, with the reason.
    """
    try:
        return np.asarray(_fit(picture, preprocess))
    except (ValueError, MemoryError) as error:
        raise PictureError(
            f"a picture of {picture.width} x {picture.height} pixels cannot be brought to the "
            f"encoder's size ({error})"
        ) from error


def read_pixels(
    root: Path, file: str, preprocess: Preprocess, thumbnails: Thumbnails | None = None
) -> NDArray[np.uint8] | PictureError:
    """Read a picture of a collection; what is wrong with one is a result, not a failure.

    Parameters
    ----------
    root : Path
        The collection's folder, resolved.
    file : str
        The picture's path in it.
    preprocess : Preprocess
        How the encoder takes pictures.
    thumbnails : Thumbnails, optional
        Copies to read it from, where they are large enough.

    Returns
    -------
    ndarray of uint8, shape (height, width, 3), or PictureError
        The pixels, RGB, or why there are none.
    """
    try:
        # Checked when the collection was opened; a link may have been put there since.
        if not leads_inside(root, file):
            return PictureError("it leads outside the collection's folder")
        if thumbnails is None:
            return load_pixels(root / file, preprocess)
        return fitted(thumbnails.load(root, file, at_least=max(preprocess.size)), preprocess)
    except PictureError as error:
        return error


def read_and_keep(
    root: Path, file: str, preprocess: Preprocess, maker: ThumbnailMaker
) -> tuple[NDArray[np.uint8] | PictureError, Made | None]:
    """Read a picture of a collection from its copy, which is made if it is missing.

    Parameters
    ----------
    root : Path
        The collection's folder, resolved.
    file : str
        The picture's path in it.
    preprocess : Preprocess
        How the encoder takes pictures.
    maker : ThumbnailMaker
        The copies.

    Returns
    -------
    pixels : ndarray of uint8, shape (height, width, 3), or PictureError
        The same whether the copy was there or not; or why there are none.
    made : Made or None
        What is to be given to ``maker.keep``.
    """
    try:
        if not leads_inside(root, file):
            return PictureError("it leads outside the collection's folder"), None
        return maker.use(root, file, partial(fitted, preprocess=preprocess))
    except PictureError as error:
        return error, None


def _fit(picture: Image.Image, preprocess: Preprocess) -> Image.Image:
    """Resize, then cut or pad, exactly as open_clip's transform of the same settings."""
    height, width = preprocess.size
    if preprocess.resize_mode == "squash":
        return _resize(picture, width, height, preprocess)
    if preprocess.resize_mode == "longest":
        ratio = max(picture.height / height, picture.width / width)
        new_width = max(round(picture.width / ratio), 1)
        new_height = max(round(picture.height / ratio), 1)
        picture = _resize(picture, new_width, new_height, preprocess)
        return _centre(picture, width, height, preprocess.fill_color)
    picture = _shorten_strip(picture, width, height)
    if width == height:
        # As torchvision's Resize with one size: the longer side is rounded down.
        short, long = sorted(picture.size)
        longer = int(width * long / short)
        wide = picture.width > picture.height
        new_width, new_height = (longer, width) if wide else (width, longer)
    else:
        ratio = min(picture.height / height, picture.width / width)
        new_width, new_height = round(picture.width / ratio), round(picture.height / ratio)
    return _centre(_resize(picture, new_width, new_height, preprocess), width, height, 0)


def _resize(picture: Image.Image, width: int, height: int, how: Preprocess) -> Image.Image:
    """Resize with PIL's antialiasing filters."""
    from PIL import Image

    bilinear = how.interpolation == "bilinear"
    resampling = Image.Resampling.BILINEAR if bilinear else Image.Resampling.BICUBIC
    return picture.resize((width, height), resampling)


def _centre(picture: Image.Image, width: int, height: int, fill: int) -> Image.Image:
    """Cut out the centre, padded where the picture is smaller."""
    from PIL import Image

    missing_x, missing_y = max(width - picture.width, 0), max(height - picture.height, 0)
    if missing_x or missing_y:
        padded_size = (picture.width + missing_x, picture.height + missing_y)
        padded = Image.new("RGB", padded_size, (fill, fill, fill))
        padded.paste(picture, (missing_x // 2, missing_y // 2))
        picture = padded
    left = round((picture.width - width) / 2.0)
    top = round((picture.height - height) / 2.0)
    return picture.crop((left, top, left + width, top + height))


def _shorten_strip(picture: Image.Image, width: int, height: int) -> Image.Image:
    """Cut the ends off a very long picture before its shorter side is resized.

    Only the centre is kept later, but resizing comes first: a strip of 30,000 x 1 pixels would
    become 6,720,000 x 224, 4.5 GB, on the way.
    """
    limit = _LONGEST_STRIP * max(width, height) / min(width, height)
    short, long = sorted(picture.size)
    if long <= limit * short:
        return picture
    keep = int(limit * short)
    # An even number of pixels goes, half at each end: the centre stays where it was.
    keep -= (long - keep) % 2
    start = (long - keep) // 2
    box = (start, 0, start + keep, picture.height)
    if picture.height > picture.width:
        box = (0, start, picture.width, start + keep)
    # Not Image.crop, which takes what is left of a large frieze for a decompression bomb.
    return picture._new(picture.im.crop(box))
