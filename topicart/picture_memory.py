"""What decoding a picture takes, known before it is decoded, and never more than is allowed.

A file of a kilobyte may say that it holds a picture of gigabytes. What decoding takes depends on
the format and on the picture's mode far more than on the number of pixels (measured: 4 bytes a
pixel for a baseline JPEG, 10 for a progressive one, 16 for WebP, 25 for JPEG 2000 with
transparency), so it is bytes that are bounded, of one picture and of all that are in work.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import IO, TYPE_CHECKING, Any

from topicart.cpu import give_back_memory
from topicart.errors import PictureError
from topicart.jpeg2000 import bytes_beside_pixels, halvings

if TYPE_CHECKING:
    from PIL import Image, ImageFile

__all__ = ["MAX_BYTES", "MAX_SIDE", "bytes_to_decode", "made_ready", "reserved"]

MAX_BYTES = 800_000_000
"""Most memory that decoding takes, of one picture and of all that are decoded at a time.

Refused are RGB pictures of more than about 200 megapixels as PNG, BMP or TIFF (80 as a compressed
TIFF), 50 as AVIF, 47 as WebP, and 110 to 260 as a JPEG of several scans (progressive), by how fine
its colours are; with transparency more than 100 as PNG, and 38 as WebP. A baseline JPEG counts
after its reduction while decoding, so a 700-megapixel museum scan is read. So does a JPEG 2000 of
more than 39 megapixels (26 with transparency), which is halved until both sides are just above
what is needed, as often as the file has resolutions for; most have five.
"""

MAX_SIDE = 200_000
"""Longest side in pixels. Reducing a strip takes 32 bytes for each pixel of its length."""

_LARGE = 150_000_000

_MAX_SCANNED_PIXELS = 20_000_000_000
# A progressive JPEG is gone through once a scan, and a scan of nothing costs some bytes of file:
# without a bound, a small file keeps a core busy for hours. Usual are ten scans.

_SLOW_DECODERS = ("ppm", "ppm_plain", "bmp_rle")
_MAX_SLOW_PIXELS = 16_000_000
# These go value by value through Python, about a megapixel in a second.


def made_ready(picture: ImageFile.ImageFile, file: IO[bytes], at_least: int | None) -> int:
    """Have a picture decoded smaller where its format allows it, and estimate what decoding takes.

    Parameters
    ----------
    picture : PIL.ImageFile.ImageFile
        Opened, not loaded.
    file : IO of bytes
        Its file; read in if need be, and left where it stood.
    at_least : int or None
        The shorter side that is needed, of which twice as much is kept; ``None`` for all.

    Returns
    -------
    int
        Bytes, from :func:`bytes_to_decode`.

    Raises
    ------
    PictureError
        As :func:`bytes_to_decode`.
    """
    full_size = picture.size
    if at_least is not None and picture.format in ("JPEG", "MPO"):
        picture.draft(None, (2 * at_least, 2 * at_least))
    amount = bytes_to_decode(picture, file, full_size)
    scaled = picture.format == "JPEG2000" and picture.mode != "P"  # a palette has no between
    if scaled and at_least is not None and amount > MAX_BYTES:
        _leave_out_resolutions(picture, file, 2 * at_least)
        amount = bytes_to_decode(picture, file, full_size)
    return amount


def _leave_out_resolutions(picture: ImageFile.ImageFile, file: IO[bytes], least_side: int) -> None:
    """Have a JPEG 2000 decoded at the smallest of its sizes that is large enough."""
    position = file.tell()
    times = halvings(file)
    file.seek(position)
    while times > 0 and min(picture.size) >> times < least_side:
        times -= 1
    # What PIL's ``reduce`` does, but that its size is not rounded up, as the decoder's is.
    width, height = (-(-side >> times) for side in picture.size)
    picture._size = (width, height)
    tile = picture.tile[0]
    assert isinstance(tile.args, tuple)
    codec, _, *others = tile.args
    picture.tile = [tile._replace(extents=(0, 0, width, height), args=(codec, times, *others))]


def bytes_to_decode(picture: Image.Image, file: IO[bytes], full_size: tuple[int, int]) -> int:
    """Estimate what decoding a picture and bringing it to RGB takes.

    Parameters
    ----------
    picture : PIL.Image.Image
        Opened, not loaded.
    file : IO of bytes
        Its file; read in if need be, and left where it stood.
    full_size : tuple of int
        Width and height in the file; ``picture.size`` is what is decoded of it.

    Returns
    -------
    int
        Bytes, rather too many than too few.

    Raises
    ------
    PictureError
        If a picture of this kind and size would take minutes.
    """
    pixels = picture.width * picture.height
    mode = picture.mode
    bands = len(picture.getbands())
    stored = 1 if mode in ("1", "L", "P") else 2 if mode.startswith("I;16") else 4
    as_rgb = 0 if mode == "RGB" and "transparency" not in picture.info else 4
    beside = 0.0
    whole = 0
    if picture.format in ("JPEG", "MPO"):
        whole = _coefficient_bytes(picture, file, full_size)
    elif picture.format == "WEBP":
        beside = 13.0  # two canvases and a copy, RGBA
    elif picture.format == "AVIF":
        beside = 12.0  # YUV of up to 16 bits with alpha, and a copy
    elif picture.format == "JPEG2000":
        beside = 5.5 * bands  # 32 bits a value, and a tile beside
        position = file.tell()
        whole = bytes_beside_pixels(file, full_size)
        file.seek(position)
    elif picture.format == "TIFF":
        beside = 2.0 * _tiff_bytes_per_pixel(picture, bands)  # one strip may be all
    if _decoder_of(picture) in _SLOW_DECODERS:
        beside = 4.0 * bands
        if pixels > _MAX_SLOW_PIXELS:
            raise PictureError(
                f"a picture of {picture.width:,} x {picture.height:,} pixels stored in this way "
                "takes minutes to decode; save it as an ordinary PNG or JPEG"
            )
    return int(pixels * (stored + as_rgb + beside)) + whole


class _Memory:
    """Bytes that threads take and give back; who asks for more than is left waits."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._used = 0

    @contextmanager
    def taken(self, amount: int) -> Iterator[None]:
        """Hold an amount; alone, a picture may always be decoded."""
        with self._changed:
            self._changed.wait_for(lambda: self._used == 0 or self._used + amount <= MAX_BYTES)
            self._used += amount
        if amount > _LARGE:
            # What an earlier large picture left that was freed only after its reservation.
            give_back_memory()
        try:
            yield
        finally:
            if amount > _LARGE:
                give_back_memory()
            with self._changed:
                self._used -= amount
                self._changed.notify_all()


_memory = _Memory()


def reserved(size: tuple[int, int], amount: int) -> AbstractContextManager[None]:
    """Hold memory for one picture while it is in work, or refuse it as too large.

    A thread that holds a reservation must not ask for another.

    Parameters
    ----------
    size : tuple of int
        Width and height, for the message.
    amount : int
        Bytes, from :func:`bytes_to_decode`.

    Returns
    -------
    context manager
        To be entered while the picture is in work; waits until other threads leave enough.

    Raises
    ------
    PictureError
        If it takes more than :data:`MAX_BYTES`, or a side is longer than :data:`MAX_SIDE`.
    """
    width, height = size
    if amount > MAX_BYTES or max(size) > MAX_SIDE:
        raise PictureError(
            f"the picture says that it has {width:,} x {height:,} pixels; decoding it would take "
            f"{amount / 1e6:,.0f} MB, and at most {MAX_BYTES / 1e6:,.0f} MB and a side of "
            f"{MAX_SIDE:,} pixels are allowed (a decompression bomb, or a scan to be reduced "
            "first)"
        )
    return _memory.taken(amount)


def _decoder_of(picture: Image.Image) -> str:
    """Name PIL's decoder of the first tile."""
    tiles = getattr(picture, "tile", None) or [("",)]
    return str(tiles[0][0])


def _tiff_bytes_per_pixel(picture: Image.Image, bands: int) -> float:
    """Bytes of a pixel as a TIFF stores it; 0 if it is not compressed (read row by row)."""
    if _decoder_of(picture) == "raw":
        return 0.0
    tags: Any = getattr(picture, "tag_v2", {})
    bits = tags.get(258, (8,))
    return float(sum(bits) if len(bits) >= bands else bands * max(bits)) / 8


def _coefficient_bytes(picture: Image.Image, file: IO[bytes], full_size: tuple[int, int]) -> int:
    """Bytes of the coefficients that libjpeg keeps of a JPEG of several scans, at full size.

    Decoding it smaller saves time but not this memory.

    Raises
    ------
    PictureError
        If there are so many scans that going through them takes minutes.
    """
    layers: list[tuple[Any, int, int, Any]] = getattr(picture, "layer", [])
    position = file.tell()
    try:
        in_first_scan = _components_of_first_scan(file)
        if "progressive" not in picture.info and in_first_scan >= len(layers):
            return 0
        scans = _count_scans(file)
    finally:
        file.seek(position)
    pixels = full_size[0] * full_size[1]
    if scans * pixels > _MAX_SCANNED_PIXELS:
        raise PictureError(
            f"it is a JPEG of {full_size[0]:,} x {full_size[1]:,} pixels in {scans:,} scans, "
            "which takes minutes to decode (a decompression bomb?); save it as a baseline JPEG"
        )
    widest = max((across * down for _, across, down, _ in layers), default=1) or 1
    samples = sum(across * down for _, across, down, _ in layers) / widest
    return int(2 * pixels * max(samples, 1.0))


def _components_of_first_scan(file: IO[bytes]) -> int:
    """Read how many components the first scan of a JPEG holds; 0 where no scan is found."""
    file.seek(2)
    while len(start := file.read(2)) == 2:
        if start[0] != 0xFF or start[1] in (0x00, 0xFF):
            file.seek(-1, 1)  # filling between segments
            continue
        if start[1] == 0x01 or 0xD0 <= start[1] <= 0xD8:
            continue  # markers without content
        length = int.from_bytes(file.read(2), "big")
        if start[1] == 0xDA:
            return (file.read(1) or b"\0")[0]
        file.seek(max(length - 2, 0), 1)
    return 0


def _count_scans(file: IO[bytes]) -> int:
    """Count the marks that begin a scan; in coded values these two bytes never meet."""
    file.seek(0)
    count, last = 0, b""
    while part := file.read(1 << 20):
        count += (last + part).count(b"\xff\xda")
        last = part[-1:]
    return count
