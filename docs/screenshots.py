"""Take the pictures that the README and the docs show: ``make screenshots``.

Only of the sample gallery, whose works are painted by code: no collection’s pictures get in here.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image

from topicart.make import remake_page
from topicart.run import Run

_DOCS = Path(__file__).parent
_MOST_BYTES = 200_000
_DESK = (1440, 900)
_PHONE = (390, 844)
_SHOTS = (
    ("site-map", "index.html", _DESK),
    ("site-phone", "index.html", _PHONE),
    ("site-room", "theme-0.html", _DESK),
    ("site-time", "time.html", _DESK),
    ("site-facets", "facet-style.html", _DESK),
)
"""Name of the picture, page, and size of the window."""

_CONNECTIONS = (
    ("connections-search", ("search", "ships in a storm", "--where", "date<1800", "--works", "12")),
    (
        "connections-analogies",
        ("analogies", "teun-van-hoogveld_ship-in-a-storm-off-hoogveld", "--across", "style"),
    ),
    (
        "connections-path",
        ("path", "teun-van-hoogveld_the-white-cloth", "vittor-salo_storm-at-sea"),
    ),
)
"""Name of the picture, and what makes its page: the command, then what follows the run."""

_STUDY = (
    "semantic-gap",
    *("--model", "mini", "--model", "random-clip:ViT-S-32"),
    *("--cue-works", "60"),
)
"""A study of the gallery itself, of two models so that it takes a minute."""
_STUDY_SIZE = (1440, 1120)


def take(run: Run) -> list[Path]:
    """Make a run's site anew and take its pictures.

    Parameters
    ----------
    run
        The run of the sample gallery.

    Returns
    -------
    list of pathlib.Path
        The pictures, each below 200 KB.

    Raises
    ------
    SystemExit
        If there is no Chromium.
    """
    from playwright.sync_api import sync_playwright

    names = ("chromium", "chromium-browser", "google-chrome")
    program = next((path for path in map(shutil.which, names) if path), None)
    if program is None:
        raise SystemExit("There is no Chromium: apt-get install chromium")
    page = remake_page(run).page.resolve()
    taken = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for name, file, (width, height) in _SHOTS:
            window = browser.new_page(viewport={"width": width, "height": height})
            window.goto((page.parent / file).as_uri())
            taken.append(_keep(window, _DOCS / f"{name}.webp"))
            window.close()
        with TemporaryDirectory() as folder:
            for name, asked in _CONNECTIONS:
                file = _made(run, asked, Path(folder) / f"{name}.html")
                window = browser.new_page(viewport={"width": _DESK[0], "height": _DESK[1]})
                window.goto(file.as_uri())
                taken.append(_keep(window, _DOCS / f"{name}.webp"))
                window.close()
            study = _studied(run.folder.parent / "sample-gallery", Path(folder) / "gap")
            width, height = _STUDY_SIZE
            window = browser.new_page(viewport={"width": width, "height": height})
            window.goto(study.as_uri())
            taken.append(_keep(window, _DOCS / "semantic-gap.webp"))
            window.close()
        browser.close()
    return taken


def _studied(gallery: Path, out: Path) -> Path:
    """Have a study made as a reader would."""
    program = Path(sys.executable).with_name("topicart")
    command, *options = _STUDY
    # Names of our own only: nothing here comes from outside.
    subprocess.run(
        [program, "study", command, gallery, *options, "--out", out, "--quiet"], check=True
    )
    return out / "index.html"


def _made(run: Run, asked: tuple[str, ...], file: Path) -> Path:
    """Have a page of connections made as a reader would."""
    program = Path(sys.executable).with_name("topicart")
    command, *words = asked
    # Names of our own only: nothing here comes from outside.
    subprocess.run([program, command, run.folder, *words, "--page", file, "--quiet"], check=True)
    return file


def _keep(window: Any, path: Path) -> Path:
    """Keep what a window shows, as finely as it fits."""
    window.wait_for_load_state("networkidle")
    window.wait_for_timeout(1500)  # pictures fade in
    picture = Image.open(io.BytesIO(window.screenshot())).convert("RGB")
    for quality in range(90, 30, -10):
        data = io.BytesIO()
        picture.save(data, "WEBP", quality=quality, method=6)
        if data.tell() < _MOST_BYTES:
            break
    path.write_bytes(data.getvalue())
    return path


if __name__ == "__main__":
    for picture in take(Run.open(sys.argv[1])):
        sys.stdout.write(f"{picture} ({picture.stat().st_size // 1000} KB)\n")
