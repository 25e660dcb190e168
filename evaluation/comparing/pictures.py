"""Pictures small enough to lie inside the page, each of them once."""

from __future__ import annotations

import base64
import io
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from evaluation.comparing.compared import ShownWork
from topicart.report.thumbnails import Wanted, make_thumbnails

BUDGET = 4_800_000
"""Most characters that the pictures take in the page."""

_LADDER = ((280, 82), (240, 80), (200, 78), (160, 76), (136, 72), (112, 68), (96, 60), (80, 50))
"""Longest side in pixels and JPEG quality, the best first; the last is taken at any size."""

_SAMPLE = 60


@dataclass(frozen=True)
class Embedded:
    """A picture inside the page.

    Parameters
    ----------
    key
        Its name in the page: nothing of the collection's own names is in it.
    width, height
        In pixels.
    uri
        The picture as a ``data:`` address.
    """

    key: str
    width: int
    height: int
    uri: str


def embed_pictures(works: Mapping[str, ShownWork], shown: Collection[str]) -> dict[str, Embedded]:
    """Make small copies of the pictures that are shown.

    Parameters
    ----------
    works
        What is known of the works.
    shown
        Ids of those whose picture is shown, in the order of their keys.

    Returns
    -------
    dict of str to Embedded
        By the work's id; one whose picture cannot be read is left out. They are as large as
        :data:`BUDGET` allows, down to 80 pixels.
    """
    wanted = {
        work: Wanted(works[work].root, works[work].image or "", _LADDER[0][0])
        for work in shown
        if works[work].image is not None
    }
    with TemporaryDirectory() as folder:
        copies = make_thumbnails(wanted, Path(folder))
        files = {work: Path(folder) / copies[work].file for work in wanted if work in copies}
        sides = _affordable(list(files.values()))
        return {
            work: _embedded(f"w{number}", path, *sides)
            for number, (work, path) in enumerate(files.items())
        }


def _affordable(files: list[Path]) -> tuple[int, int]:
    """Return the largest side and quality that fit, by a sample of the pictures."""
    sample = files[:: max(1, len(files) // _SAMPLE)]
    for side, quality in _LADDER[:-1]:
        taken = sum(len(_embedded("", path, side, quality).uri) for path in sample)
        if taken * len(files) <= BUDGET * len(sample):
            return side, quality
    return _LADDER[-1]


def _embedded(key: str, path: Path, side: int, quality: int) -> Embedded:
    from PIL import Image

    with Image.open(path, formats=("WEBP",)) as picture:
        picture.thumbnail((side, side), reducing_gap=3.0)
        taken = io.BytesIO()
        # A JPEG goes into a printed PDF as it is; a WebP would be unpacked, ten times the size.
        picture.convert("RGB").save(taken, "JPEG", quality=quality, optimize=True)
        coded = base64.b64encode(taken.getvalue()).decode("ascii")
        return Embedded(key, *picture.size, f"data:image/jpeg;base64,{coded}")
