"""Every file of a collection is read right or named with a reason."""

from __future__ import annotations

import io
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.topicart.tiny_models import noise
from topicart import picture_memory
from topicart.errors import PictureError
from topicart.images import load_picture
from topicart.preprocess import Preprocess, load_pixels


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds next to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes(1000))
    start = b"\x89PNG\r\n\x1a\n"
    return start + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def corners(picture: Image.Image) -> list[str]:
    """The nearest of four plain colours at the four corners, clockwise from the top left."""
    plain = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255), "white": (255,) * 3}
    right, bottom = picture.width - 4, picture.height - 4
    names = []
    for place in ((3, 3), (right, 3), (right, bottom), (3, bottom)):
        pixel = np.array(picture.getpixel(place), dtype=int)
        names.append(min(plain, key=lambda name: np.abs(pixel - plain[name]).sum()))
    return names


def four_corners() -> Image.Image:
    picture = Image.new("RGB", (64, 48), "white")
    picture.paste("red", (0, 0, 32, 24))
    picture.paste("green", (32, 0, 64, 24))
    picture.paste("blue", (32, 24, 64, 48))
    return picture


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_undone(tmp_path: Path, orientation: int) -> None:
    # What a camera stores so that undoing the orientation gives the upright picture.
    stored_as = {
        1: [],
        2: [Image.Transpose.FLIP_LEFT_RIGHT],
        3: [Image.Transpose.ROTATE_180],
        4: [Image.Transpose.FLIP_TOP_BOTTOM],
        5: [Image.Transpose.TRANSPOSE],
        6: [Image.Transpose.ROTATE_90],
        7: [Image.Transpose.TRANSVERSE],
        8: [Image.Transpose.ROTATE_270],
    }[orientation]
    stored = four_corners()
    for step in stored_as:
        stored = stored.transpose(step)
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored.save(tmp_path / "turned.jpg", exif=exif, quality=95)

    read = load_picture(tmp_path / "turned.jpg")

    assert read.size == (64, 48)
    assert corners(read) == ["red", "green", "blue", "white"]


def test_an_orientation_that_does_not_exist_is_ignored(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 77
    four_corners().save(tmp_path / "odd.jpg", exif=exif)
    assert corners(load_picture(tmp_path / "odd.jpg"))[0] == "red"


def test_cmyk_jpeg_becomes_rgb(tmp_path: Path) -> None:
    four_corners().convert("CMYK").save(tmp_path / "print.jpg", quality=95)
    read = load_picture(tmp_path / "print.jpg")
    assert read.mode == "RGB"
    assert corners(read) == ["red", "green", "blue", "white"]


def test_sixteen_bit_grey_is_scaled_not_clipped(tmp_path: Path) -> None:
    values = np.linspace(0, 65535, 64 * 64).reshape(64, 64).astype(np.uint16)
    Image.fromarray(values).save(tmp_path / "scan.png")
    with Image.open(tmp_path / "scan.png") as raw:
        assert raw.mode.startswith("I")
    read = np.asarray(load_picture(tmp_path / "scan.png"))
    assert read.shape == (64, 64, 3)
    expected = values[:, :, None] / 257.0
    assert np.abs(read - expected).max() <= 1.0


@pytest.mark.parametrize(("brightest", "white"), [(1.0, 1.0), (255.0, 255.0), (4000.0, 65535.0)])
def test_floating_point_tiff_is_scaled(tmp_path: Path, brightest: float, white: float) -> None:
    values = np.linspace(0, brightest, 32 * 32, dtype=np.float32).reshape(32, 32)
    Image.fromarray(values).save(tmp_path / "float.tif")
    read = np.asarray(load_picture(tmp_path / "float.tif"))
    assert np.abs(read[:, :, 0] - values * 255.0 / white).max() <= 1.0


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparency_is_laid_on_white(tmp_path: Path, mode: str) -> None:
    picture = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    picture.paste((0, 0, 0, 255), (0, 0, 10, 20))
    picture.convert(mode).save(tmp_path / "cut-out.png")
    with Image.open(tmp_path / "cut-out.png") as raw:
        assert raw.mode == mode
    read = load_picture(tmp_path / "cut-out.png")
    assert read.getpixel((2, 10)) == (0, 0, 0)
    assert read.getpixel((17, 10)) == (255, 255, 255)


def test_a_transparent_colour_of_an_rgb_png_is_laid_on_white(tmp_path: Path) -> None:
    picture = Image.new("RGB", (8, 8), (10, 200, 10))
    picture.save(tmp_path / "key.png", transparency=(10, 200, 10))
    assert load_picture(tmp_path / "key.png").getpixel((4, 4)) == (255, 255, 255)


def test_one_bit_and_palette_and_grey_become_rgb(tmp_path: Path) -> None:
    for mode in ("1", "L", "P"):
        Image.new("L", (8, 8), 255).convert(mode).save(tmp_path / f"{mode}.png")
        read = load_picture(tmp_path / f"{mode}.png")
        assert (read.mode, read.getpixel((3, 3))) == ("RGB", (255, 255, 255))


def test_lab_tiff_becomes_rgb(tmp_path: Path) -> None:
    Image.new("LAB", (8, 8), (255, 128, 128)).save(tmp_path / "lab.tif")
    with Image.open(tmp_path / "lab.tif") as raw:
        assert raw.mode == "LAB"
    assert min(load_picture(tmp_path / "lab.tif").getpixel((3, 3))) > 245


def test_of_an_animation_the_first_frame_is_taken(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "blue")]
    frames[0].save(tmp_path / "moving.gif", save_all=True, append_images=frames[1:])
    assert load_picture(tmp_path / "moving.gif").getpixel((8, 8)) == (255, 0, 0)


def test_a_large_jpeg_is_decoded_smaller_but_at_least_twice_what_is_needed(tmp_path: Path) -> None:
    noise(1600, 1200, seed=1).save(tmp_path / "scan.jpg", quality=95)
    whole = load_picture(tmp_path / "scan.jpg")
    reduced = load_picture(tmp_path / "scan.jpg", at_least=224)
    assert whole.size == (1600, 1200)
    assert reduced.size == (800, 600)
    small = [np.asarray(p.resize((224, 224)), dtype=float) for p in (whole, reduced)]
    assert np.abs(small[0] - small[1]).mean() < 1.0


def write_bomb(file: Path) -> None:
    file.write_bytes(png_header(60_000, 60_000))


def write_truncated(file: Path) -> None:
    whole = io.BytesIO()
    noise(300, 300, seed=2).save(whole, "JPEG")
    file.write_bytes(whole.getvalue()[: len(whole.getvalue()) // 2])


def write_damaged_png(file: Path) -> None:
    whole = io.BytesIO()
    noise(300, 300, seed=2).save(whole, "PNG")
    content = bytearray(whole.getvalue())
    content[200:260] = bytes(60)
    file.write_bytes(content)


@pytest.mark.parametrize(
    ("write", "reason"),
    [
        (lambda _: None, "does not exist"),
        (lambda file: file.write_bytes(b""), "empty"),
        (lambda file: file.write_text("hello"), "not a picture"),
        (lambda file: file.write_text("<!DOCTYPE html><p>404"), "web page"),
        (lambda file: file.write_text("\n<svg xmlns='x'/>"), "SVG"),
        (lambda file: file.write_bytes(b"%PDF-1.7 ..."), "PDF"),
        (
            lambda file: file.write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"),
            "not a",
        ),
        (lambda file: file.mkdir(), "folder"),
        (write_bomb, "60,000 x 60,000 pixels"),
        (write_truncated, "truncated"),
        (write_damaged_png, "damaged|truncated"),
    ],
    ids=["gone", "empty", "text", "html", "svg", "pdf", "eps", "folder", "bomb", "short", "broken"],
)
def test_what_cannot_be_read_has_a_plain_reason(tmp_path: Path, write: object, reason: str) -> None:
    file = tmp_path / "picture.jpg"
    write(file)  # type: ignore[operator]
    with pytest.raises(PictureError, match=reason) as caught:
        load_picture(file, at_least=224)
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_named_so(tmp_path: Path) -> None:
    file = tmp_path / "picture.png"
    noise(8, 8, seed=0).save(file)
    file.chmod(0)
    with pytest.raises(PictureError, match="no permission"):
        load_picture(file)


def test_a_jpeg_over_the_limit_is_read_if_it_can_be_decoded_smaller(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = noise(1024, 1024, seed=3)
    picture.save(tmp_path / "baseline.jpg")
    picture.save(tmp_path / "progressive.jpg", progressive=True)
    monkeypatch.setattr(picture_memory, "MAX_BYTES", 800_000)
    assert load_picture(tmp_path / "baseline.jpg", at_least=100).size == (256, 256)
    # All coefficients of a progressive file are held at full size.
    with pytest.raises(PictureError, match="1,024 x 1,024"):
        load_picture(tmp_path / "progressive.jpg", at_least=100)
    with pytest.raises(PictureError, match="1,024 x 1,024"):
        load_picture(tmp_path / "baseline.jpg")


def test_pil_keeps_its_own_limit(tmp_path: Path) -> None:
    before = Image.MAX_IMAGE_PIXELS
    assert before is not None
    write_bomb(tmp_path / "bomb.png")
    with pytest.raises(PictureError):
        load_picture(tmp_path / "bomb.png")
    assert before == Image.MAX_IMAGE_PIXELS


@pytest.mark.parametrize("size", [(300, 200), (200, 301), (33, 32), (20, 90), (240, 31)])
@pytest.mark.parametrize("resize_mode", ["shortest", "longest", "squash"])
@pytest.mark.parametrize("target", [(32, 32), (32, 48)])
def test_pixels_equal_open_clips_own_transform(
    tmp_path: Path, size: tuple[int, int], resize_mode: str, target: tuple[int, int]
) -> None:
    from open_clip.transform import PreprocessCfg, image_transform_v2

    noise(*size, seed=4).save(tmp_path / "picture.png")
    mean, std = (0.1, 0.2, 0.3), (0.5, 0.6, 0.7)
    config = PreprocessCfg(target, "RGB", mean, std, "bicubic", resize_mode, 7)
    with Image.open(tmp_path / "picture.png") as picture:
        expected = image_transform_v2(config, is_train=False)(picture).numpy()

    ours = Preprocess(target, resize_mode, "bicubic", 7, mean, std)
    pixels = load_pixels(tmp_path / "picture.png", ours)

    assert pixels.dtype == np.uint8
    scaled = (pixels.transpose(2, 0, 1) / 255.0 - np.array(mean)[:, None, None]) / (
        np.array(std)[:, None, None]
    )
    np.testing.assert_allclose(scaled, expected, atol=1e-5)


@pytest.mark.parametrize("resize_mode", ["shortest", "longest", "squash"])
@pytest.mark.parametrize("size", [(30_000, 1), (2, 30_000)])
def test_a_strip_does_not_fill_the_memory(
    tmp_path: Path, size: tuple[int, int], resize_mode: str
) -> None:
    Image.new("RGB", size, (200, 100, 50)).save(tmp_path / "strip.png")
    ours = Preprocess((224, 224), resize_mode, "bicubic", 0, (0.5,) * 3, (0.5,) * 3)
    pixels = load_pixels(tmp_path / "strip.png", ours)
    assert pixels.shape == (224, 224, 3)
    assert pixels.max(axis=(0, 1)).tolist() == [200, 100, 50]


def test_the_centre_of_a_strip_is_what_open_clip_would_take(tmp_path: Path) -> None:
    from open_clip.transform import PreprocessCfg, image_transform_v2

    noise(901, 40, seed=5).save(tmp_path / "frieze.png")
    config = PreprocessCfg((32, 32), resize_mode="shortest", mean=(0.0,) * 3, std=(1.0,) * 3)
    with Image.open(tmp_path / "frieze.png") as picture:
        expected = image_transform_v2(config, is_train=False)(picture).numpy() * 255.0
    ours = Preprocess((32, 32), "shortest", "bicubic", 0, (0.0,) * 3, (1.0,) * 3)
    pixels = load_pixels(tmp_path / "frieze.png", ours).transpose(2, 0, 1)
    assert np.abs(pixels - expected).max() <= 8.0
