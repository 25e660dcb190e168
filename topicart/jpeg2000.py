"""What a JPEG 2000 asks of its decoder, read from its headers before anything is decoded.

A picture's values lie in packets: one for each tile, layer, component, resolution and precinct. The
decoder goes through all that the headers name, whether the file holds them or not, so that a file
of some kilobytes can keep a core busy for hours, and have gigabytes of precincts and blocks made.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import IO

from topicart.errors import PictureError

__all__ = ["bytes_beside_pixels", "halvings"]

_MAX_PACKETS = 20_000_000
# A second or two. A scan of 39 megapixels in tiles of 128 pixels and 25 layers has a million.

_MAX_SEGMENTS = 200_000
_BYTES_OF_BLOCK = 200
# Of a precinct or code-block, with its share of two trees.

_SIZ, _COD, _COC, _POC, _SOT, _SOD, _EOC = 0x51, 0x52, 0x53, 0x5F, 0x90, 0x93, 0xD9
_OTHERS = (0x50, 0x55, 0x57, 0x58, 0x59, 0x5C, 0x5D, 0x5E, 0x60, 0x61, 0x63, 0x64, 0x74, 0x75, 0x77,
           0x78)  # fmt: skip
_KNOWN = {_SIZ, _COD, _COC, _POC, _SOT, *_OTHERS}


def bytes_beside_pixels(file: IO[bytes], size: tuple[int, int]) -> int:
    """Estimate what the parts of a picture take in memory while it is decoded.

    Parameters
    ----------
    file : IO of bytes
        The file; left anywhere.
    size : tuple of int
        Width and height of the picture, as its first header says.

    Returns
    -------
    int
        Bytes, beside those of the pixels.

    Raises
    ------
    PictureError
        If it has countless packets, or is larger than its first header says.
    """
    parts = _parts(file)
    if parts is None:
        return 0  # the decoder says what is wrong
    if parts.width > size[0] or parts.height > size[1]:
        raise PictureError("its two headers contradict each other about its size")
    if parts.packets > _MAX_PACKETS:
        raise PictureError(
            f"it is a JPEG 2000 of {parts.packets:,} packets, far more than a scan has (a "
            "decompression bomb?); save it with fewer tiles, layers or precincts"
        )
    return _BYTES_OF_BLOCK * parts.blocks


def halvings(file: IO[bytes]) -> int:
    """Say how often the size of a picture can be halved by leaving out its finest resolutions.

    Parameters
    ----------
    file : IO of bytes
        The file; left anywhere.

    Returns
    -------
    int
        As often as its headers allow for every part of it; 0 also where PIL cannot place the parts
        of a smaller picture, because they do not begin at its corner.
    """
    parts = _parts(file)
    return 0 if parts is None or parts.displaced else parts.levels


def _parts(file: IO[bytes]) -> _Parts | None:
    """Read the headers; ``None`` where there are none."""
    if not _seek_codestream(file):
        return None
    parts = _Parts()
    for marker, content in _segments(file):
        parts.take(marker, content)
    return parts


class _Parts:
    """Into how many parts the headers cut a picture; of several headers, the most of each."""

    def __init__(self) -> None:
        self.width = self.height = 0
        self.displaced = False
        self.levels = 32  # the most that the format has
        self._tile = (1, 1)
        self._tiles = self._components = self._layers = self._orders = 1
        self._resolutions = self._across = self._down = 1
        self._block = 1 << 20

    @property
    def packets(self) -> int:
        """How many the decoder goes through, in each order that is asked for."""
        return self._tiles * self._orders * self._layers * self._precincts

    @property
    def blocks(self) -> int:
        """Precincts, of three bands, and code-blocks of a tile: one tile is decoded at a time."""
        samples = self._tile[0] * self._tile[1] * self._components
        return 3 * self._precincts + 2 * samples // self._block

    @property
    def _precincts(self) -> int:
        return self._components * self._resolutions * self._across * self._down

    def take(self, marker: int, content: bytes) -> None:
        """Take a segment of a header (ISO/IEC 15444-1, annex A)."""
        if marker == _SIZ:
            right, below, left, top, wide, high, start, rise = struct.unpack_from(">8I", content, 2)
            self._components = struct.unpack_from(">H", content, 34)[0]
            self.width, self.height = right - left, below - top
            self.displaced = (left, top) != (0, 0)
            self._tile = (min(wide, self.width), min(high, self.height))
            self._tiles = -((start - right) // max(wide, 1)) * -((rise - below) // max(high, 1))
        elif marker == _COD:
            self._layers = max(self._layers, struct.unpack_from(">H", content, 2)[0])
            self._take_coding(content[0], content[5:])
        elif marker == _COC:
            at = 1 if self._components < 257 else 2
            self._take_coding(content[at], content[at + 1 :])
        elif marker == _POC:
            self._orders += len(content) // 7

    def _take_coding(self, kind: int, content: bytes) -> None:
        """Take the number of resolutions, and the sizes of code-blocks and precincts."""
        levels, wide, high = content[:3]
        self._resolutions = max(self._resolutions, levels + 1)
        self.levels = min(self.levels, levels)
        self._block = min(self._block, 1 << ((wide & 15) + (high & 15) + 4))
        sizes = content[5:] if kind & 1 else b"\xff" * (levels + 1)
        for smaller, size in zip(range(levels, -1, -1), sizes, strict=False):
            self._across = max(self._across, (self._tile[0] >> ((size & 15) + smaller)) + 1)
            self._down = max(self._down, (self._tile[1] >> ((size >> 4) + smaller)) + 1)


def _seek_codestream(file: IO[bytes]) -> bool:
    """Go to what follows the first marker, in the first box of a codestream if there are boxes."""
    file.seek(0)
    if file.read(2) == b"\xff\x4f":
        return True
    file.seek(0)
    while len(head := file.read(8)) == 8:
        length, kind = struct.unpack(">I4s", head)
        read = 8
        if length == 1:
            length, read = struct.unpack(">Q", file.read(8))[0], 16
        if kind == b"jp2c":
            return file.read(2) == b"\xff\x4f"
        if length < read:
            return False
        file.seek(length - read, 1)
    return False


def _segments(file: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Give the segments of the main header and of those of all tiles, as OpenJPEG finds them."""
    end = 0
    for _ in range(_MAX_SEGMENTS):
        start = file.tell()
        pair = file.read(2)
        first, marker = pair if len(pair) == 2 else (0xFF, _EOC)
        if first == 0xFF and marker == _EOC:
            return
        if first == 0xFF and marker == _SOD:
            if end <= start:  # the last part of a tile, or a lie
                return
            file.seek(end)
        elif first == 0xFF and marker in _KNOWN:
            length = int.from_bytes(file.read(2), "big")
            content = file.read(max(length - 2, 0))
            if marker == _SOT:
                part = struct.unpack_from(">I", content, 2)[0]
                end = start + part if part else 0
            yield marker, content
    raise PictureError(f"it is a JPEG 2000 of more than {_MAX_SEGMENTS:,} segments")
