"""A thousand picture files with something about them: odd, damaged, or no pictures at all."""

from __future__ import annotations

import io
import os
import random
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.topicart.tiny_models import noise

COUNT = 1000
WIDTH, HEIGHT = 96, 64


@dataclass(frozen=True)
class Mutated:
    """One file: what reading it must give."""

    file: str
    expected: NDArray[np.uint8] | None
    """Its pixels, where they are known."""
    must: str
    """``read``, ``named`` (with a reason), or ``either``: right if it is read."""
    tolerance: float = 6.0
    """Mean difference from the expected pixels that the format's losses explain."""


def write_mutated(folder: Path, seed: int = 0) -> list[Mutated]:
    """Write them all, :data:`COUNT` of them, always the same."""
    written = [*_whole(folder), *_no_pictures(folder), *_bombs(folder), *_strange_files(folder)]
    dice = random.Random(seed)
    whole = [
        (item, (folder / item.file).read_bytes())
        for item in written
        if item.must == "read" and item.expected is not None and 3 < item.expected.size < 100_000
    ]
    ways = (_cut, _flip, _flip, _wipe, _drop, _repeat, _lie)
    for number in range(COUNT - len(written)):
        item, data = whole[dice.randrange(len(whole))]
        way = ways[number % len(ways)]
        name = f"m{number:04}-{way.__name__[1:]}-{item.file}"
        (folder / name).write_bytes(way(data, dice))
        # Only what ends early can be known: every byte that is there is right.
        expected = item.expected if way is _cut else None
        written.append(Mutated(name, expected, "either", item.tolerance))
    return written


def _cut(data: bytes, dice: random.Random) -> bytes:
    return data[: dice.randrange(1, len(data))]


def _flip(data: bytes, dice: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(dice.choice((1, 1, 3, 20))):
        changed[dice.randrange(len(changed))] ^= dice.randrange(1, 256)
    return bytes(changed)


def _wipe(data: bytes, dice: random.Random) -> bytes:
    start = dice.randrange(len(data))
    length = min(dice.randrange(1, 200), len(data) - start)
    return data[:start] + bytes(length) + data[start + length :]


def _drop(data: bytes, dice: random.Random) -> bytes:
    start = dice.randrange(len(data))
    return data[:start] + data[start + dice.randrange(1, 60) :]


def _repeat(data: bytes, dice: random.Random) -> bytes:
    start = dice.randrange(len(data))
    return data[: start + dice.randrange(1, 200)] + data[start:]


def _lie(data: bytes, dice: random.Random) -> bytes:
    """Change the head alone, where sizes, counts and offsets stand, to large numbers."""
    changed = bytearray(data)
    start = dice.randrange(4, min(len(changed), 80))
    changed[start : start + 4] = dice.choice((b"\xff" * 4, b"\x7f\xff\xff\xff", b"\0\0\xff\xff"))
    return bytes(changed)


def _rgb(picture: Image.Image) -> NDArray[np.uint8]:
    return np.asarray(picture.convert("RGB"))


def _encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    written = io.BytesIO()
    picture.save(written, kind, **options)
    return written.getvalue()


def _whole(folder: Path) -> Iterator[Mutated]:
    """Good pictures of every kind; the expected pixels were there before the file."""
    painting = noise(WIDTH, HEIGHT, seed=1)
    other = noise(WIDTH, HEIGHT, seed=2)
    grey = painting.convert("L")
    palette = painting.quantize(64)
    cut_out = painting.copy()
    cut_out.putalpha(grey)
    on_white = Image.new("RGB", painting.size, "white")
    on_white.paste(painting, mask=grey)
    ink = painting.convert("CMYK")
    deep = np.asarray(grey).astype(np.uint16) * 257
    real = np.asarray(grey).astype(np.float32) / 255

    def put(name: str, data: bytes, shown: Image.Image, tolerance: float = 0.0) -> Mutated:
        (folder / name).write_bytes(data)
        return Mutated(name, _rgb(shown), "read", tolerance)

    for quality, progressive in ((90, False), (90, True)):
        data = _encoded(painting, "JPEG", quality=quality, progressive=progressive)
        yield put(f"jpeg-{progressive}.jpg", data, painting, 6)
    yield put("grey.jpg", _encoded(grey, "JPEG"), grey, 6)
    inverted = _encoded(ink, "JPEG", quality=95)
    yield put("ink-of-adobe.jpg", inverted, ink, 8)
    # Taken for inverted without Adobe's mark as well, as browsers do.
    yield put("ink.jpg", _without_adobe(inverted), ink, 8)
    yield put("named-wrongly.jpg", _encoded(painting, "PNG"), painting)
    yield put("named-wrongly.png", _encoded(painting, "JPEG", quality=95), painting, 6)
    yield put("named-wrongly.gif", _encoded(painting, "WEBP", lossless=True), painting)
    for mode in ("1", "L", "RGB", "P"):
        shown = palette if mode == "P" else painting.convert(mode)
        yield put(f"png-{mode}.png", _encoded(shown, "PNG"), shown)
        yield put(f"tiff-{mode}.tif", _encoded(shown, "TIFF"), shown)
        yield put(f"bmp-{mode}.bmp", _encoded(shown, "BMP"), shown)
    yield put("alpha.png", _encoded(cut_out, "PNG"), on_white, 1)
    yield put("alpha.webp", _encoded(cut_out, "WEBP", lossless=True, exact=True), on_white, 1)
    yield put("alpha.tif", _encoded(cut_out, "TIFF", compression="tiff_lzw"), on_white, 1)
    key = palette.getpixel((0, 0))
    indices = np.asarray(palette)
    shown = np.where((indices == key)[:, :, None], 255, _rgb(palette)).astype(np.uint8)
    yield put("hole.png", _encoded(palette, "PNG", transparency=key), Image.fromarray(shown))
    yield put("hole.gif", _encoded(palette, "GIF", transparency=key), Image.fromarray(shown))
    for kind, suffix in (("PNG", "png"), ("TIFF", "tif"), ("JPEG2000", "jp2")):
        data = _encoded(Image.fromarray(deep), kind)
        yield put(f"deep.{suffix}", data, grey, 1)
    yield put("deep-colour.png", _deep_png(painting), painting, 1)
    yield put("deep-motorola.tif", _motorola_tiff(deep), grey, 1)
    yield put("real.tif", _encoded(Image.fromarray(real), "TIFF"), grey, 1)
    broken = real.copy()
    broken[0, :3] = (np.nan, np.inf, -np.inf)
    black = np.where(np.isfinite(broken), np.asarray(grey), 0).astype(np.uint8)
    yield put(
        "not-finite.tif", _encoded(Image.fromarray(broken), "TIFF"), Image.fromarray(black), 1
    )
    for compression in ("tiff_deflate", "tiff_lzw", "packbits", "tiff_adobe_deflate"):
        data = _encoded(painting, "TIFF", compression=compression)
        yield put(f"{compression}.tif", data, painting)
    yield put(
        "jpeg-in.tif", _encoded(painting, "TIFF", compression="jpeg", quality=90), painting, 6
    )
    yield put("ink.tif", _encoded(ink, "TIFF", compression="tiff_lzw"), ink)
    more = {"save_all": True, "append_images": [other, grey.convert("RGB")]}
    yield put("moving.gif", _encoded(palette, "GIF", save_all=True, append_images=[other]), palette)
    yield put("moving.png", _encoded(painting, "PNG", **more), painting)
    yield put("moving.webp", _encoded(painting, "WEBP", lossless=True, **more), painting)
    yield put("pages.tif", _encoded(painting, "TIFF", **more), painting)
    yield put("moving.avif", _encoded(painting, "AVIF", quality=90, **more), painting, 6)
    yield put("stereo.jpg", _encoded(painting, "MPO", quality=90, **more), painting, 6)
    yield put("lossy.webp", _encoded(painting, "WEBP", quality=90), painting, 6)
    yield put("one.avif", _encoded(painting, "AVIF", quality=90), painting, 6)
    yield put("one.jp2", _encoded(painting, "JPEG2000"), painting, 1)
    yield put("one.j2k", _encoded(painting, "JPEG2000", no_jp2=True), painting, 1)
    yield put("raw.ppm", _encoded(painting, "PPM"), painting)
    numbers = " ".join(map(str, np.asarray(painting).ravel()))
    yield put("plain.ppm", f"P3 {WIDTH} {HEIGHT} 255 {numbers}".encode(), painting)
    yield from _turned(folder, painting)
    for wide in (True, False):
        size = (30_000, 8) if wide else (8, 30_000)
        strip = Image.new("RGB", size, (40, 90, 160))
        for kind in ("PNG", "JPEG", "TIFF", "GIF"):
            name = f"strip-{wide}.{kind.lower()}"
            yield put(name, _encoded(strip, kind), strip, 2)


def _turned(folder: Path, painting: Image.Image) -> Iterator[Mutated]:
    """Pictures that lie, with the EXIF orientation that puts each upright."""
    way_back = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    for orientation in range(1, 9):
        stored = painting
        if orientation > 1:
            stored = painting.transpose(way_back[orientation])
        exif = Image.Exif()
        exif[0x0112] = orientation
        for kind, options in (
            ("JPEG", {"quality": 90}),
            ("PNG", {}),
            ("WEBP", {"lossless": True}),
            ("TIFF", {}),
        ):
            name = f"turned-{orientation}.{kind.lower()}"
            (folder / name).write_bytes(_encoded(stored, kind, exif=exif, **options))
            yield Mutated(name, _rgb(painting), "read", 6.0 if kind == "JPEG" else 0.0)


def _without_adobe(data: bytes) -> bytes:
    """Take Adobe's marker out of a JPEG."""
    start = data.index(b"\xff\xee")
    length = int.from_bytes(data[start + 2 : start + 4], "big")
    return data[:start] + data[start + 2 + length :]


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(
    size: tuple[int, int], depth: int, colour: int, data: bytes, *before: tuple[bytes, bytes]
) -> bytes:
    """A PNG of given compressed data, with chunks before them."""
    header = struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, 0)
    extra = b"".join(chunk(*one) for one in before)
    body = chunk(b"IHDR", header) + extra + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def _deep_png(painting: Image.Image) -> bytes:
    values = np.asarray(painting).astype(">u2") * 257
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    return png(painting.size, 16, 2, zlib.compress(rows))


def tiff(tags: dict[int, tuple[int, int, int]], tail: bytes = b"", following: int = 0) -> bytes:
    """A big-endian TIFF with one folder of tags; its tail begins at :func:`tail_of`."""
    entries = b"".join(
        struct.pack(">HHI", tag, kind, count) + struct.pack(">HH" if kind == 3 else ">I", *pair)
        for tag, (kind, count, value) in sorted(tags.items())
        for pair in [(value, 0) if kind == 3 else (value,)]
    )
    head = b"MM\0*" + struct.pack(">IH", 8, len(tags)) + entries
    return head + struct.pack(">I", following) + tail


def _tiff_tags(
    width: int, height: int, bits: int, start: int, length: int
) -> dict[int, tuple[int, int, int]]:
    return {
        256: (4, 1, width),
        257: (4, 1, height),
        258: (3, 1, bits),
        259: (3, 1, 1),
        262: (3, 1, 1),
        273: (4, 1, start),
        277: (3, 1, 1),
        278: (4, 1, height),
        279: (4, 1, length),
    }


_TAIL = 8 + 2 + 9 * 12 + 4


def _motorola_tiff(values: NDArray[np.uint16], following: int = 0) -> bytes:
    height, width = values.shape
    data = values.astype(">u2").tobytes()
    return tiff(_tiff_tags(width, height, 16, _TAIL, len(data)), data, following)


def _no_pictures(folder: Path) -> Iterator[Mutated]:
    """What is no picture, under a picture's name."""
    contents = {
        "drawing.jpg": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
        "drawing.png": b"<svg width='9' height='9'><script>alert(1)</script></svg>",
        "page.jpg": b"<!DOCTYPE html><title>404</title>",
        "page.png": b"\n <html><body>Not found</body></html>",
        "paper.jpg": b"%PDF-1.7\n1 0 obj\n<<>>\nendobj",
        "script.jpg": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n",
        "text.jpg": b"a picture of the sea",
        "archive.jpg": b"PK\x03\x04" + bytes(200),
        "film.jpg": b"\0\0\0\x20ftypisom" + bytes(300),
        "zeros.jpg": bytes(5000),
        "ones.png": b"\xff" * 5000,
        "random.tif": random.Random(3).randbytes(5000),
        "empty.jpg": b"",
        "empty.png": b"",
        "one-byte.gif": b"G",
        "head.gif": b"GIF89a",
        "head.png": b"\x89PNG\r\n\x1a\n",
        "head.jpg": b"\xff\xd8\xff",
        "head.tif": b"II*\0\x08\0\0\0",
        "head.webp": b"RIFF\x10\0\0\0WEBP",
        "nothing-in-it.png": png((0, 0), 8, 2, zlib.compress(b"")),
        "icon.jpg": b"\0\0\1\0\1\0" + bytes(100),
        "photoshop.jpg": b"8BPS\0\1" + bytes(100),
    }
    for name, data in contents.items():
        (folder / name).write_bytes(data)
        yield Mutated(name, None, "named")


def _bombs(folder: Path) -> Iterator[Mutated]:
    """Small files that say, or hold, far more than anyone can take; and large ones one can."""

    def put(name: str, data: bytes, must: str = "named", colour: int | None = None) -> Mutated:
        (folder / name).write_bytes(data)
        shown = None if colour is None else np.full((1, 1, 3), colour, np.uint8)
        return Mutated(name, shown, must, 1.0)

    little = zlib.compress(bytes(1000))
    rows = zlib.compress(bytes(65 * HEIGHT))
    flood = zlib.compress(bytes(80_000_000), 9)
    gif = b"GIF89a" + struct.pack("<HHBBB", 65_535, 65_535, 0x80, 0, 0) + bytes(6)
    image = b"," + struct.pack("<HHHHB", 0, 0, 65_535, 65_535, 0) + b"\x02\x02\x4c\x01\0;"
    yield put("bomb.png", png((60_000, 60_000), 8, 2, little))
    yield put("bomb-of-two-bytes.png", png((20_000, 20_000), 16, 6, little))
    yield put("bomb-long.png", png((2_000_000_000, 1), 8, 0, little))
    yield put("bomb-thin.png", png((250_000, 1), 8, 0, zlib.compress(bytes(250_001))))
    yield put("bomb.gif", gif + image)
    yield put("bomb.tif", tiff(_tiff_tags(100_000, 100_000, 8, _TAIL, 100), bytes(100)))
    yield put(
        "bomb.bmp",
        b"BM"
        + struct.pack(
            "<IHHIIiiHHIIiiII", 60, 0, 0, 54, 40, 60_000, 60_000, 1, 24, 0, 0, 0, 0, 0, 0
        ),
    )
    yield put("bomb.ppm", b"P6 50000 50000 255\n" + bytes(100))
    yield put("bomb-slow.ppm", b"P6 5000 5000 254\n" + bytes(100))
    yield put("bomb.jp2", _large_jpeg2000())
    yield put("bomb-in-scans.jpg", _many_scans())
    size = (WIDTH, HEIGHT)
    for kind, name in (
        (b"zTXt", b"Comment\0\0"),
        (b"iTXt", b"Comment\0\x01\0\0\0"),
        (b"iCCP", b"profile\0\0"),
        (b"eXIf", b""),
    ):
        data = png((64, HEIGHT), 8, 0, rows, (kind, name + flood))
        yield put(f"bomb-in-{kind.decode()}.png", data, "either")
    yield put("bomb-in-data.png", png(size, 8, 0, flood), "either")
    in_circles = _motorola_tiff(np.zeros((8, 8), np.uint16), following=8)
    yield put("circle.tif", in_circles, "read", 0)
    tags = _tiff_tags(8, 8, 8, _TAIL, 64) | {273: (4, 2_000_000_000, 8)}
    yield put("many-strips.tif", tiff(tags, bytes(64)), "either")
    # Large, and right: 144 megapixels of grey, 36 of 16 bits, a JPEG of 120.
    yield put("large.png", png((12_000, 12_000), 8, 0, _flat(12_000, 12_000, 1)), "read", 0x64)
    yield put("large-deep.png", png((6_000, 6_000), 16, 0, _flat(6_000, 6_000, 2)), "read", 0x64)
    scan = Image.new("RGB", (12_000, 10_000), (100, 100, 100))
    yield put("scan.jpg", _encoded(scan, "JPEG"), "read", 0x64)


def _flat(width: int, height: int, size: int) -> bytes:
    packer = zlib.compressobj(1)
    row = b"\0" + b"\x64" * (width * size)
    return b"".join([*(packer.compress(row) for _ in range(height)), packer.flush()])


def _large_jpeg2000() -> bytes:
    """A small picture whose head says that it is large, in one tile."""
    data = bytearray(_encoded(Image.new("RGB", (64, 64)), "JPEG2000", no_jp2=True))
    at = data.index(b"\xff\x51") + 6
    data[at : at + 8] = struct.pack(">II", 60_000, 60_000)
    data[at + 16 : at + 24] = struct.pack(">II", 60_000, 60_000)
    return bytes(data)


def _many_scans() -> bytes:
    """A progressive JPEG that goes through its picture fifty thousand times, in half a megabyte."""
    data = _encoded(Image.new("L", (5000, 5000)), "JPEG", progressive=True)
    first = data.index(b"\xff\xda")
    scan = b"\xff\xda\x00\x08\x01\x01\x00\x01\x05\x01\x00"
    return data[:first] + scan * 50_000 + data[first:]


def _strange_files(folder: Path) -> Iterator[Mutated]:
    """What a folder may hold besides files."""
    (folder / "folder.jpg").mkdir()
    os.mkfifo(folder / "pipe.jpg")
    links = {
        "device.jpg": "/dev/zero",
        "circle-a.jpg": "circle-b.jpg",
        "circle-b.jpg": "circle-a.jpg",
        "nowhere.jpg": "not-there.jpg",
    }
    for name, target in links.items():
        (folder / name).symlink_to(target)
    for name in ("folder.jpg", "pipe.jpg", *links):
        yield Mutated(name, None, "named")
