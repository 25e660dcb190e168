"""Decode one picture safely: upright, in sRGB-like 8-bit RGB, whatever the file holds.

The files of a collection are not trusted. Only raster formats are opened (PIL's EPS reader, for
one, would start Ghostscript), sizes are checked before anything is decoded, and every way in
which a file can be broken ends in a :class:`PictureError` with a plain reason.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from topicart.errors import PictureError

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["DECODER_VERSION", "FORMATS", "MAX_PIXELS", "load_picture", "picture_of"]

FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "JPEG2000", "AVIF", "PPM")
"""PIL's names of the formats that are opened; all of them are plain raster formats."""

MAX_PIXELS = 256_000_000
"""Most pixels that are ever decoded for one picture (16,000 x 16,000: 1 GB in memory).

A baseline JPEG counts after its reduction while decoding, so a 700-megapixel museum scan is read.
"""

DECODER_VERSION = 1
"""Part of the key of stored embeddings: raise it when the same file would give other pixels."""

_LARGE = 40_000_000
# Large pictures are decoded one at a time, so that the peak memory does not grow with the number
# of workers.
_one_large_picture = threading.Semaphore(1)

_limit_lock = threading.Lock()
_limit_depth = 0
_limit_saved: int | None = None

_UPRIGHT = {
    2: "FLIP_LEFT_RIGHT",
    3: "ROTATE_180",
    4: "FLIP_TOP_BOTTOM",
    5: "TRANSPOSE",
    6: "ROTATE_270",
    7: "TRANSVERSE",
    8: "ROTATE_90",
}
"""EXIF orientation (EXIF 2.32, tag 0x0112) to the name of the transposition that undoes it."""


def load_picture(path: Path, *, at_least: int | None = None) -> Image.Image:
    """Read a picture as upright 8-bit RGB.

    The EXIF orientation is applied; transparency is laid on white; grey, palette, CMYK and
    YCbCr are converted; 16-bit and floating-point values are scaled to 8 bits; of an animation
    the first frame is taken.

    Parameters
    ----------
    path : Path
        The file.
    at_least : int, optional
        The shorter side that is needed, in pixels. A large JPEG is then decoded at 1/2, 1/4 or
        1/8 of its size (libjpeg's DCT scaling), as long as both sides stay at least twice that
        long: what follows is an antialiased reduction by two or more, so next to nothing is
        lost, and decoding is about twice as quick.

    Returns
    -------
    PIL.Image.Image
        The picture in mode RGB.

    Raises
    ------
    PictureError
        If the file is missing, empty, not a picture, truncated, damaged or too large; the
        message is the reason in plain words.
    """
    try:
        if path.stat().st_size == 0:
            raise PictureError("the file is empty (0 bytes)")
        return _decoded(path, at_least)
    except FileNotFoundError:
        raise PictureError("the file does not exist") from None
    except IsADirectoryError:
        raise PictureError("this is a folder, not a picture") from None
    except PermissionError:
        raise PictureError("there is no permission to read the file") from None
    except OSError as error:
        raise PictureError(_damage(error)) from error


def picture_of(data: bytes, *, at_least: int | None = None) -> Image.Image:
    """Read a picture that is in memory, as :func:`load_picture` reads a file.

    Parameters
    ----------
    data : bytes
        A whole file.
    at_least : int, optional
        As for :func:`load_picture`.

    Returns
    -------
    PIL.Image.Image
        The picture in mode RGB.

    Raises
    ------
    PictureError
        As :func:`load_picture`.
    """
    if not data:
        raise PictureError("the file is empty (0 bytes)")
    return _decoded(data, at_least)


def _decoded(source: Path | bytes, at_least: int | None) -> Image.Image:
    """Decode a file or its content; whatever is wrong with a picture is a PictureError."""
    from PIL import Image, UnidentifiedImageError

    try:
        with _own_size_limit():
            file = io.BytesIO(source) if isinstance(source, bytes) else source
            opened = Image.open(file, formats=FORMATS)
        with opened:
            pixels = _reduce_and_check(opened, at_least)
            with _one_large_picture if pixels > _LARGE else nullcontext():
                return _upright(_to_rgb(opened), _orientation(opened))
    except (PictureError, FileNotFoundError, IsADirectoryError, PermissionError):
        raise
    except UnidentifiedImageError:
        raise PictureError(_not_a_picture(source)) from None
    except MemoryError:
        raise PictureError("there is not enough memory to decode the picture") from None
    # PIL's readers meet damaged files with almost any exception (OSError, SyntaxError,
    # struct.error, zlib.error, IndexError, KeyError, ...); each of them means the same here.
    except Exception as error:
        raise PictureError(_damage(error)) from error


def _reduce_and_check(picture: Image.Image, at_least: int | None) -> int:
    """Ask a JPEG for a smaller decoding, refuse what is too large, return the pixels to decode.

    Raises
    ------
    PictureError
        If more than :data:`MAX_PIXELS` would be decoded.
    """
    width, height = picture.size
    # A progressive JPEG holds all its coefficients in memory at full size, so that decoding it
    # smaller saves time but not memory: it is judged by its full size.
    pixels = width * height
    if picture.format in ("JPEG", "MPO") and at_least is not None:
        picture.draft(None, (2 * at_least, 2 * at_least))
        if "progressive" not in picture.info:
            pixels = picture.size[0] * picture.size[1]
    if pixels > MAX_PIXELS:
        raise PictureError(
            f"the picture says that it has {width:,} x {height:,} pixels; more than "
            f"{MAX_PIXELS // 1_000_000} megapixels are not decoded (a decompression bomb, or a "
            "scan to be reduced first)"
        )
    return pixels


def _to_rgb(picture: Image.Image) -> Image.Image:
    """Decode and convert any of PIL's modes to RGB."""
    from PIL import Image

    picture.load()
    mode = picture.mode
    if mode.startswith("I") or mode == "F":
        return _scaled_to_8_bit(picture)
    if mode == "LAB":
        return _lab_to_rgb(picture)
    if mode in ("LA", "PA", "RGBA", "RGBa") or "transparency" in picture.info:
        with_alpha = picture.convert("RGBA")
        white = Image.new("RGB", picture.size, "white")
        white.paste(with_alpha, mask=with_alpha.getchannel("A"))
        return white
    return picture.convert("RGB")


def _scaled_to_8_bit(picture: Image.Image) -> Image.Image:
    """Scale grey values of 16 or 32 bits, or of floating point, to 8 bits.

    PIL's own conversion clips at 255, which turns a 16-bit scan white. Values above 16 bits
    have no agreed white, so the brightest one becomes white.
    """
    import numpy as np
    from PIL import Image

    values = np.nan_to_num(np.asarray(picture, dtype=np.float32))
    values -= min(float(values.min()), 0.0)
    brightest = float(values.max())
    if picture.mode == "F":
        white = next((usual for usual in (1.0, 255.0, 65535.0) if brightest <= usual), brightest)
    else:
        white = 65535.0 if brightest <= 65535.0 else brightest
    values *= 255.0 / white
    return Image.fromarray(np.rint(values).astype(np.uint8)).convert("RGB")


def _lab_to_rgb(picture: Image.Image) -> Image.Image:
    """Convert CIE L*a*b* (some museums' TIFFs) to sRGB; PIL needs a colour profile for it."""
    from PIL import ImageCms

    to_srgb = ImageCms.buildTransform(
        ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), "LAB", "RGB"
    )
    converted = ImageCms.applyTransform(picture, to_srgb)
    if converted is None:
        raise PictureError("its L*a*b* colours cannot be converted to RGB")
    return converted


def _orientation(picture: Image.Image) -> int:
    """The EXIF orientation, 1 (upright) where there is none or the EXIF block is damaged."""
    try:
        value = picture.getexif().get(0x0112, 1)
    # EXIF blocks are written by every tool and damaged in every way; the picture is still good.
    except Exception:
        return 1
    return value if isinstance(value, int) else 1


def _upright(picture: Image.Image, orientation: int) -> Image.Image:
    """Undo an EXIF orientation; unknown values leave the picture as it is."""
    from PIL import Image

    name = _UPRIGHT.get(orientation)
    return picture if name is None else picture.transpose(Image.Transpose[name])


def _not_a_picture(source: Path | bytes) -> str:
    """Why PIL does not know the file: often a web page or a drawing saved under a wrong name."""
    if isinstance(source, bytes):
        start = source[:256]
    else:
        with source.open("rb") as handle:
            start = handle.read(256)
    start = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<svg", b"<?xml")):
        return "this is SVG or XML text, not a raster picture"
    if start.startswith((b"<!doctype html", b"<html")):
        return "this is a web page (HTML) saved under a picture's name"
    if start.startswith(b"%pdf"):
        return "this is a PDF, not a picture"
    return "the file is not a picture, or is damaged from its start (read are " + (
        ", ".join(FORMATS) + ")"
    )


def _damage(error: Exception) -> str:
    """Put what PIL met while decoding in one plain sentence, on one line."""
    said = " ".join(str(error).split()) or type(error).__name__
    if "truncated" in said.lower() or isinstance(error, EOFError):
        return f"the file is truncated: its end is missing ({said})"
    return f"the file is damaged and cannot be decoded ({said})"


@contextmanager
def _own_size_limit() -> Iterator[None]:
    """Lift PIL's size limit while a header is read; :func:`_reduce_and_check` sets ours after it.

    PIL warns above 89 megapixels and refuses above 179, before a JPEG can be asked for a smaller
    decoding; good museum scans are larger. The limit is one global variable of PIL, so it is put
    back as soon as the last of the threads that open a header is done.
    """
    from PIL import Image

    global _limit_depth, _limit_saved
    with _limit_lock:
        if _limit_depth == 0:
            _limit_saved, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        _limit_depth += 1
    try:
        yield
    finally:
        with _limit_lock:
            _limit_depth -= 1
            if _limit_depth == 0:
                Image.MAX_IMAGE_PIXELS = _limit_saved
