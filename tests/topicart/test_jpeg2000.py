"""What a JPEG 2000 asks for is known before it is decoded."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest

from tests.topicart.tiny_models import noise
from topicart import picture_memory
from topicart.errors import PictureError
from topicart.images import picture_of
from topicart.jpeg2000 import bytes_beside_pixels, halvings

PAINTING = noise(96, 64, seed=1)


def written(**how: object) -> bytearray:
    data = io.BytesIO()
    PAINTING.save(data, "JPEG2000", **how)
    return bytearray(data.getvalue())


def with_layers(data: bytearray, layers: int) -> bytes:
    at = data.index(b"\xff\x52") + 6
    data[at : at + 2] = struct.pack(">H", layers)
    return bytes(data)


def with_tiles(data: bytearray, side: int) -> bytearray:
    at = data.index(b"\xff\x51") + 4 + 18
    data[at : at + 8] = struct.pack(">II", side, side)
    return data


def with_coding_of_a_tile(data: bytearray, layers: int) -> bytes:
    """Say it once more, otherwise, in the header of the first tile."""
    start = data.index(b"\xff\x52")
    coding = data[start : start + 2 + int.from_bytes(data[start + 2 : start + 4], "big")]
    coding[6:8] = struct.pack(">H", layers)
    tile = data.index(b"\xff\x90")
    part = struct.unpack_from(">I", data, tile + 6)[0]
    struct.pack_into(">I", data, tile + 6, part + len(coding))
    return bytes(data[: tile + 12] + coding + data[tile + 12 :])


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"no_jp2": True},
        {"tile_size": (16, 16)},
        {"quality_layers": [20, 10, 1], "num_resolutions": 3},
        {"codeblock_size": (16, 16), "precinct_size": (32, 32), "progression": "RPCL"},
    ],
)
def test_ordinary_pictures_are_read(how: dict[str, object]) -> None:
    data = bytes(written(irreversible=False, **how))
    assert bytes_beside_pixels(io.BytesIO(data), PAINTING.size) < 2_000_000
    apart = np.abs(np.asarray(picture_of(data)).astype(int) - np.asarray(PAINTING))
    assert apart.max() <= 2


@pytest.mark.parametrize("no_jp2", [True, False])
def test_one_of_countless_packets_is_refused(no_jp2: bool) -> None:
    data = with_layers(with_tiles(written(no_jp2=no_jp2), 1), 65_535)
    with pytest.raises(PictureError, match=r"JPEG 2000 of [\d,]+ packets, far more than a scan"):
        picture_of(data)


def test_one_whose_tiles_have_countless_packets_is_refused() -> None:
    data = written(no_jp2=True, tile_size=(4, 4), num_resolutions=1)
    assert picture_of(bytes(data)).size == PAINTING.size
    with pytest.raises(PictureError, match="packets, far more than a scan"):
        picture_of(with_coding_of_a_tile(data, 65_535))


def test_one_of_countless_precincts_is_refused_for_their_memory() -> None:
    data = written(no_jp2=True, num_resolutions=1, precinct_size=(128, 128))
    at = data.index(b"\xff\x51") + 4
    side = struct.pack(">II", 3_000, 3_000)
    data[at + 2 : at + 10] = side
    data[at + 18 : at + 26] = side
    coding = data.index(b"\xff\x52") + 4
    data[coding + 10] = 0x11
    with pytest.raises(PictureError, match="decoding it would take .* at most 800 MB"):
        picture_of(bytes(data))


def test_a_codestream_larger_than_its_box_says_is_refused() -> None:
    data = written()
    at = data.index(b"\xff\x51") + 6
    data[at : at + 8] = struct.pack(">II", 30_000, 30_000)
    with pytest.raises(PictureError, match="two headers contradict each other"):
        picture_of(bytes(data))


def test_a_file_of_nothing_but_segments_is_refused() -> None:
    data = written(no_jp2=True)
    at = data.index(b"\xff\x52")
    many = data[:at] + b"\xff\x64\0\x02" * 200_001 + data[at:]
    with pytest.raises(PictureError, match="more than 200,000 segments"):
        bytes_beside_pixels(io.BytesIO(many), PAINTING.size)


LARGE = noise(1001, 803, seed=2)


def large(**how: object) -> bytes:
    data = io.BytesIO()
    LARGE.save(data, "JPEG2000", irreversible=False, **how)
    return data.getvalue()


@pytest.mark.parametrize(
    "how",
    [{}, {"no_jp2": True}, {"tile_size": (256, 256)}, {"num_resolutions": 3}],
    ids=["jp2", "codestream", "tiles", "few-resolutions"],
)
def test_one_over_the_limit_is_decoded_at_a_smaller_size(
    monkeypatch: pytest.MonkeyPatch, how: dict[str, object]
) -> None:
    data = large(**how)
    # What fits is read whole.
    assert picture_of(data, at_least=100).size == (1001, 803)
    monkeypatch.setattr(picture_memory, "MAX_BYTES", 2_000_000)
    # The decoder rounds up where PIL rounds to the nearest.
    reduced = picture_of(data, at_least=100)
    assert reduced.size == (251, 201)
    small = [np.asarray(p.resize((64, 64)), dtype=float) for p in (LARGE, reduced)]
    assert np.abs(small[0] - small[1]).mean() < 3
    with pytest.raises(PictureError, match=r"1,001 x 803 pixels; decoding it would take \d+ MB"):
        picture_of(data)


@pytest.mark.parametrize(
    ("how", "at_least"),
    [({"num_resolutions": 1}, 100), ({"offset": (8, 8), "tile_size": (512, 512)}, 100), ({}, 402)],
    ids=["one-resolution", "displaced", "all-needed"],
)
def test_one_that_has_no_smaller_size_is_refused(
    monkeypatch: pytest.MonkeyPatch, how: dict[str, object], at_least: int
) -> None:
    data = large(**how)
    monkeypatch.setattr(picture_memory, "MAX_BYTES", 2_000_000)
    with pytest.raises(PictureError, match="decoding it would take"):
        picture_of(data, at_least=at_least)


def test_resolutions_are_counted_over_all_tiles() -> None:
    assert halvings(io.BytesIO(large(num_resolutions=4))) == 3
    assert halvings(io.BytesIO(b"no picture")) == 0
    data = written(no_jp2=True, tile_size=(48, 48), num_resolutions=4)
    whole = with_coding_of_a_tile(data, 1)
    fewer = bytearray(whole)
    again = whole.index(b"\xff\x52", whole.index(b"\xff\x90"))
    fewer[again + 9] = 1
    assert halvings(io.BytesIO(whole)) == 3
    assert halvings(io.BytesIO(bytes(fewer))) == 1
