"""Decode one picture safely: upright, in sRGB-like 8-bit RGB, whatever the file holds.

The files of a collection are not trusted. Only raster formats are opened (PIL's EPS reader, for
one, would start Ghostscript), sizes are checked before anything is decoded, and every way in
which a file can be broken ends in a :class:`PictureError` with a plain reason.
"""

from __future__ import annotations

import errno
import io
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

from topicart.errors import PictureError
from topicart.picture_memory import MAX_BYTES, made_ready, reserved

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

__all__ = ["DECODER_VERSION", "FORMATS", "load_picture", "picture_of", "reading_picture"]

FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "JPEG2000", "AVIF", "PPM")
"""PIL's names of the formats that are opened; all of them are plain raster formats."""

DECODER_VERSION = 1
"""Part of the key of stored embeddings: raise it when the same file would give other pixels."""

_BAND_PIXELS = 8_000_000
# Pictures are converted to RGB so many pixels at a time.

_LARGE_PIXELS = 40_000_000

_OF_THE_FILE = (None, errno.EINVAL, errno.EOVERFLOW)
# Of an error while reading: PIL's own have no number, and the others are of a place that is none.

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
        lost, and decoding is about twice as quick. A JPEG 2000 that would take too much memory
        is decoded without its finest resolutions, as far. Other pictures of more than 40
        megapixels are reduced as far after decoding.

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
    with ExitStack() as held:
        return _handy(_read(path, at_least, held), at_least)


@contextmanager
def reading_picture(source: Path | bytes, *, at_least: int | None = None) -> Iterator[Image.Image]:
    """Read a picture, and count its memory as in use until it has been made smaller.

    Threads that read pictures so never hold more than :data:`topicart.picture_memory.MAX_BYTES`
    together, however many they are. Inside, no other picture may be read.

    Parameters
    ----------
    source : Path or bytes
        The file, or all of its content.
    at_least : int, optional
        As for :func:`load_picture`.

    Yields
    ------
    PIL.Image.Image
        The picture in mode RGB; its pixels are gone afterwards.

    Raises
    ------
    PictureError
        As :func:`load_picture`.
    """
    with ExitStack() as held:
        picture = _read(source, at_least, held)
        # Before another thread may fill as much.
        held.callback(picture.close)
        yield picture


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
    with ExitStack() as held:
        return _handy(_read(data, at_least, held), at_least)


def _handy(picture: Image.Image, at_least: int | None) -> Image.Image:
    """Reduce what is so large that some of its kind would fill the memory.

    Embeddings are made of what :func:`reading_picture` gives, which is not reduced.
    """
    if at_least is None or picture.width * picture.height <= _LARGE_PIXELS:
        return picture
    factor = min(picture.size) // (2 * at_least)
    return picture.reduce(factor) if factor > 1 else picture


class _Unread(NamedTuple):
    """Why there is no picture."""

    reason: str
    passing: bool = False


def _read(source: Path | bytes, at_least: int | None, held: ExitStack) -> Image.Image:
    """Decode a file or its content, its memory held in ``held``.

    Without the decoder's own exception, whose traceback would keep the pixels in memory as long as
    the problem is remembered.
    """
    read = _outcome(source, at_least, held)
    if isinstance(read, _Unread):
        raise PictureError(read.reason, passing=read.passing)
    return read


def _outcome(source: Path | bytes, at_least: int | None, held: ExitStack) -> Image.Image | _Unread:
    """Decode a file or its content, or say in plain words why that cannot be done."""
    from PIL import UnidentifiedImageError

    try:
        with _opened(source) as file:
            try:
                return _decoded(file, at_least, held)
            except UnidentifiedImageError:
                return _Unread(_not_a_picture(file))
    except PictureError as error:
        return _Unread(str(error))
    except FileNotFoundError:
        return _Unread("the file does not exist", passing=True)
    except IsADirectoryError:
        return _Unread("this is a folder, not a picture")
    except PermissionError:
        return _Unread("there is no permission to read the file", passing=True)
    except MemoryError:
        return _Unread("there is not enough memory to decode the picture", passing=True)
    # PIL's readers meet damaged files with almost any exception (OSError, SyntaxError,
    # struct.error, zlib.error, IndexError, KeyError, ...); each of them means the same here.
    except Exception as error:
        if isinstance(error, OSError) and error.errno not in _OF_THE_FILE:
            return _Unread(f"the file cannot be read ({error.strerror or error})", passing=True)
        return _Unread(_damage(error))


def _opened(source: Path | bytes) -> IO[bytes]:
    """Open a plain file; reading a pipe or a device may wait, or go on, for ever.

    PIL is given the open file, never its path: it would map some formats into memory, and a file
    that is cut short meanwhile would then end the process.

    Raises
    ------
    PictureError
        If it is no plain file, or empty.
    """
    if isinstance(source, bytes):
        size = len(source)
    else:
        status = source.stat()
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError
        if not stat.S_ISREG(status.st_mode):
            raise PictureError("this is a pipe, a socket or a device, not a file")
        size = status.st_size
    if size == 0:
        raise PictureError("the file is empty (0 bytes)")
    return io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")


def _decoded(file: IO[bytes], at_least: int | None, held: ExitStack) -> Image.Image:
    """Decode a file, once there is memory for it."""
    from PIL import Image

    with _own_size_limit():
        opened = Image.open(file, formats=FORMATS)
    with opened:
        full_size = opened.size
        held.enter_context(reserved(full_size, made_ready(opened, file, at_least)))
        return _upright(_to_rgb(opened), _orientation(opened))


def _to_rgb(picture: Image.Image) -> Image.Image:
    """Decode and convert any of PIL's modes to RGB, a band of rows at a time."""
    from PIL import Image

    picture.load()
    # A copy without the reader, which may hold the picture once more.
    plain = picture._new(picture.im)
    if plain.mode == "RGB" and "transparency" not in plain.info:
        return plain
    profile = plain.info.get("icc_profile")
    if not (isinstance(profile, bytes) and profile[16:20] == b"RGB "):
        plain.info.pop("icc_profile", None)  # of ink or of grey, and wrong for RGB
    rows = max(1, _BAND_PIXELS // plain.width)
    boxes = [
        (0, top, plain.width, min(top + rows, plain.height)) for top in range(0, plain.height, rows)
    ]
    convert = _conversion(plain, boxes)
    if len(boxes) == 1:
        return convert(plain)
    whole = Image.new("RGB", plain.size)
    for box in boxes:
        whole.paste(convert(plain.crop(box)), box)
    return whole


def _conversion(
    picture: Image.Image, boxes: list[tuple[int, int, int, int]]
) -> Callable[[Image.Image], Image.Image]:
    """Return what brings a band of a picture to RGB."""
    mode = picture.mode
    if mode.startswith("I;16"):
        return partial(_scaled_to_8_bit, darkest=0.0, brightest=65535.0)
    if mode in ("I", "F"):
        ranges = [_range(picture.crop(box)) for box in boxes]
        darkest = min(0.0, *(low for low, _ in ranges))
        brightest = max(high for _, high in ranges) - darkest
        return partial(_scaled_to_8_bit, darkest=darkest, brightest=brightest)
    if mode == "LAB":
        return _lab_to_rgb
    if mode in ("LA", "PA", "RGBA", "RGBa") or "transparency" in picture.info:
        return _on_white
    return lambda band: band.convert("RGB")


def _on_white(picture: Image.Image) -> Image.Image:
    """Lay what is transparent on white."""
    from PIL import Image

    with_alpha = picture.convert("RGBA")
    white = Image.new("RGB", picture.size, "white")
    white.paste(with_alpha, mask=with_alpha.getchannel("A"))
    return white


def _values(picture: Image.Image) -> NDArray[np.float32]:
    """Grey values of more than 8 bits; what is not finite is black."""
    import numpy as np

    return np.nan_to_num(np.asarray(picture, dtype=np.float32), posinf=0.0, neginf=0.0)


def _range(picture: Image.Image) -> tuple[float, float]:
    """Least and greatest grey value."""
    values = _values(picture)
    return float(values.min()), float(values.max())


def _scaled_to_8_bit(picture: Image.Image, *, darkest: float, brightest: float) -> Image.Image:
    """Scale grey values of 16 or 32 bits, or of floating point, to 8 bits.

    PIL's own conversion clips at 255, which turns a 16-bit scan white. Values above 16 bits
    have no agreed white, so the brightest one becomes white.
    """
    import numpy as np
    from PIL import Image

    values = _values(picture)
    values -= darkest
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
    if name is not None and 8 * picture.width * picture.height > MAX_BYTES:
        raise PictureError("it is too large to be turned upright as its EXIF data ask")
    return picture if name is None else picture.transpose(Image.Transpose[name])


def _not_a_picture(file: IO[bytes]) -> str:
    """Why PIL does not know the file: often a web page or a drawing saved under a wrong name."""
    file.seek(0)
    start = file.read(256).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
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
    """Lift PIL's size limit while a header is read; our own is asked after it.

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
