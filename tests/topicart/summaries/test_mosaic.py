"""The sheet of a topic's pictures: whole, of one size, and without large empty parts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from topicart.errors import PictureError
from topicart.summaries.mosaic import BACKGROUND, make_mosaic

RED, BLUE = (250, 10, 10), (10, 10, 250)


def paint(folder: Path, sizes: list[tuple[int, int]]) -> list[Path]:
    paths = []
    for number, size in enumerate(sizes):
        paths.append(folder / f"{number:02}.png")
        Image.new("RGB", size, RED if number % 2 == 0 else BLUE).save(paths[-1])
    return paths


def painted(sheet: Image.Image) -> np.ndarray:
    """Where a picture covers the sheet, shape ``(height, width)``."""
    return (np.asarray(sheet) != BACKGROUND).any(axis=2)


def test_twenty_pictures_stand_in_five_columns_and_four_rows(tmp_path: Path) -> None:
    sheet = make_mosaic(paint(tmp_path, [(30, 30)] * 20), cell_px=20)
    assert sheet.size == (5 * 20 + 4 * 4, 4 * 20 + 3 * 4)
    assert sheet.mode == "RGB"
    corners = [sheet.getpixel((column * 24 + 10, row * 24 + 10)) for row in range(4)
               for column in range(5)]  # fmt: skip
    assert corners == [RED, BLUE] * 10


@pytest.mark.parametrize(
    ("n_pictures", "grid"),
    [(1, (1, 1)), (2, (2, 1)), (3, (3, 1)), (5, (3, 2)), (7, (4, 2)), (10, (5, 2)), (17, (5, 4)),
     (26, (5, 6))],
)  # fmt: skip
def test_few_pictures_make_a_small_sheet(
    tmp_path: Path, n_pictures: int, grid: tuple[int, int]
) -> None:
    sheet = make_mosaic(paint(tmp_path, [(9, 9)] * n_pictures), cell_px=9)
    assert sheet.size == tuple(n * 13 - 4 for n in grid)
    assert painted(sheet).sum() == n_pictures * 81


@pytest.mark.parametrize("n_pictures", range(1, 41))
def test_at_most_a_third_of_the_cells_are_empty(tmp_path: Path, n_pictures: int) -> None:
    sheet = make_mosaic(paint(tmp_path, [(2, 2)] * n_pictures), cell_px=2)
    cells = (sheet.width + 4) * (sheet.height + 4) // 36
    assert n_pictures <= cells <= 1.5 * n_pictures


def test_a_last_row_that_is_not_full_stands_in_the_middle(tmp_path: Path) -> None:
    sheet = make_mosaic(paint(tmp_path, [(10, 10)] * 5), cell_px=10)
    last = painted(sheet)[-1]
    assert last.sum() == 20
    assert (last == last[::-1]).all()


@pytest.mark.parametrize("size", [(80, 40), (40, 80), (4, 2), (2000, 3)])
def test_a_picture_is_fitted_whole_and_undistorted(tmp_path: Path, size: tuple[int, int]) -> None:
    mask = painted(make_mosaic(paint(tmp_path, [size]), cell_px=40))
    height, width = (np.ptp(np.flatnonzero(mask.any(axis=axis))) + 1 for axis in (1, 0))
    scale = 40 / max(size)
    assert (width, height) == tuple(max(round(length * scale), 1) for length in size)
    assert abs(int(np.flatnonzero(mask.any(axis=1)).mean() * 2) - 39) <= 1


def test_files_that_cannot_be_read_take_no_cell(tmp_path: Path) -> None:
    paths = paint(tmp_path, [(9, 9)] * 4)
    paths[1].write_bytes(b"<html>not found</html>")
    paths.insert(0, tmp_path / "missing.jpg")
    sheet = make_mosaic(paths, cell_px=9)
    assert painted(sheet).sum() == 3 * 81


def test_a_picture_stands_as_its_exif_says(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (40, 20), RED).save(tmp_path / "turned.jpg", exif=exif)
    mask = painted(make_mosaic([tmp_path / "turned.jpg"], cell_px=40))
    assert mask.any(axis=1).sum() == 40
    assert mask.any(axis=0).sum() == 20


def test_the_same_files_give_the_same_pixels(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    paths = []
    for number in range(7):
        pixels = generator.integers(0, 256, (50 + number, 70, 3), dtype=np.uint8)
        paths.append(tmp_path / f"{number}.jpg")
        Image.fromarray(pixels).save(paths[-1])
    assert make_mosaic(paths).tobytes() == make_mosaic(paths).tobytes()


def test_a_topic_without_a_readable_picture_has_no_mosaic(tmp_path: Path) -> None:
    empty = tmp_path / "empty.jpg"
    empty.touch()
    with pytest.raises(PictureError, match="^there are no pictures to show$"):
        make_mosaic([])
    with pytest.raises(PictureError, match="^its only picture cannot be read: the file is empty"):
        make_mosaic([empty])
    missing = "^none of its 2 most central pictures can be read, the first: the file does not"
    with pytest.raises(PictureError, match=missing):
        make_mosaic([tmp_path / "missing.jpg", empty])


def test_a_sheet_without_cells_is_refused() -> None:
    with pytest.raises(ValueError, match="columns and cell_px must be at least 1, got 0 and 224"):
        make_mosaic([], columns=0)
