"""A gallery whose themes are known, as clean or as spoilt as one likes."""

from __future__ import annotations

import csv
import io
import json
import multiprocessing
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from knowledge_graph import Artwork, Collection, TopicartError, open_collection
from knowledge_graph.atomic import (
    link_or_copy,
    make_folder,
    remove_leftovers,
    write_bytes_atomic,
    write_text_atomic,
)
from knowledge_graph.gallery import THEMES, PlannedWork, paint, plan_gallery
from knowledge_graph.gallery.painting import MIN_SIZE
from knowledge_graph.gallery.writing import PAINTER_VERSION

if TYPE_CHECKING:
    from PIL import Image

PLANT_VERSION = 1
"""Counts up when the same arguments give other pictures or records."""

_MADE = "planted.json"
_PAINTINGS = ".paintings"
_COLUMNS = ("image", "title", "artist", "date", "style", "genre", "tags", "medium", "period",
            "place", "description")  # fmt: skip
_QUALITY = 88
_BLUR = 0.02
"""Radius of the blur, as a share of the longer side."""
_GRAIN = 40.0
"""Standard deviation of the grain, of 255."""
_WORTH_A_PROCESS = 12
"""So many pictures take longer to paint than a process takes to start."""


class PlantedError(TopicartError):
    """A gallery cannot be planted as asked, or its folder holds something else."""

    exit_code = 6


@dataclass(frozen=True)
class Setting:
    """What a planted gallery is like.

    Parameters
    ----------
    works
        Number of works.
    themes
        Number of themes that they are painted to.
    noise
        Share of the records that belong to another work, and share of the pictures that are covered
        with grain and blur, 0 to 1.
    """

    works: int = 600
    themes: int = len(THEMES)
    noise: float = 0.0

    @property
    def name(self) -> str:  # numpydoc ignore=RT01
        """A short name, fit for a folder."""
        return f"{self.works}-works-{self.themes}-themes-{self.noise:g}-noise"

    def require_possible(self) -> None:
        """Refuse what cannot be planted.

        Raises
        ------
        PlantedError
            If a number is out of range.
        """
        if not 2 <= self.themes <= len(THEMES):
            raise PlantedError(
                f"themes is {self.themes}; expected 2 to {len(THEMES)}, as many as can be painted."
            )
        if self.works < self.themes:
            raise PlantedError(
                f"works is {self.works}, and there are {self.themes} themes; expected at least "
                "one work a theme. Ask for more works, or for fewer themes."
            )
        if not 0.0 <= self.noise <= 1.0:
            raise PlantedError(
                f"noise is {self.noise:g}; expected a share of the works from 0 to 1, for instance "
                "0.1."
            )


@dataclass(frozen=True, eq=False)
class Planted:
    """A gallery and the truth about it.

    Parameters
    ----------
    folder
        Where it is; ``truth.csv`` says there what this says here.
    collection
        The works as a catalogue has them: some facts are missing, some are another work's.
    themes
        The theme that each work was painted to, in the collection's order.
    facts
        The same works, in the same order, each with all that is really in its picture.
    setting
        What it is like.
    """

    folder: Path
    collection: Collection
    themes: tuple[str, ...]
    facts: Collection
    setting: Setting


def plant(
    folder: str | Path,
    *,
    works: int = 600,
    themes: int = len(THEMES),
    noise: float = 0.0,
    seed: int = 0,
    size: int = 320,
    paintings: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Planted:
    """Paint works to some themes, and spoil some of the records and of the pictures.

    Parameters
    ----------
    folder
        Where to; new, or holding the same gallery, whole or cut short.
    works
        Number of works, at least one a theme.
    themes
        How many of the sample gallery's themes; which, the seed decides. Fewer are among more.
    noise
        Share of the records that are exchanged among works, and share of the pictures, drawn
        apart, that are blurred and covered with grain, 0 to 1. What less noise spoils, more does.
    seed
        Decides everything.
    size
        The longer side of a picture in pixels.
    paintings
        A folder for the clean pictures, shared by galleries of one seed and size, so that none
        is painted twice. By default a hidden folder within ``folder``.
    progress
        Called with pictures that are there and all pictures.

    Returns
    -------
    Planted
        The gallery with its truth; the same for the same arguments.

    Raises
    ------
    PlantedError
        If an argument is out of range, or the folder holds something else.
    """
    setting = Setting(works, themes, float(noise))
    setting.require_possible()
    if seed < 0:
        raise PlantedError(f"seed is {seed}; expected a whole number from 0 up.")
    if size < MIN_SIZE:
        raise PlantedError(
            f"size is {size}; expected at least {MIN_SIZE} pixels, for instance 320."
        )
    root = Path(folder)
    planned = _planned(setting, seed)
    made = {
        "version": [PLANT_VERSION, PAINTER_VERSION],
        **asdict(setting),
        "seed": seed,
        "size": size,
    }
    _claim(root, made)
    records, spoilt = _noise(setting, seed)
    if not (root / "metadata.csv").exists():
        make_folder(root / "images")
        remove_leftovers(root / "images")
        pool = (paintings or root / _PAINTINGS) / f"seed-{seed}-{size}-pixels-{PAINTER_VERSION}"
        make_folder(pool)
        remove_leftovers(pool)
        _paint_missing(planned, pool, size, progress)
        for number, work in enumerate(planned):
            _hang(pool / f"{work.id}.jpg", root / "images", spoilt[number], (seed, number))
        truth = [
            (work.id, work.theme, planned[record].id, "spoilt" if bad else "clean")
            for work, record, bad in zip(planned, records, spoilt, strict=True)
        ]
        _write_table(root / "truth.csv", ("id", "theme", "record", "picture"), truth)
        rows = [
            _row(work.id, planned[record]) for work, record in zip(planned, records, strict=True)
        ]
        _write_table(root / "metadata.csv", _COLUMNS, rows)
    facts = Collection.from_artworks(map(_in_full, planned), root, f"{root}, as planted")
    collection = open_collection(root)
    if collection.ids != facts.ids:
        raise PlantedError(
            f"{root}: its catalogue is not the one that was planted there ({len(collection):,} "
            f"works; expected {len(facts):,}). Delete the folder, and plant it again."
        )
    theme_of = {work.id: work.theme for work in planned}
    return Planted(root, collection, tuple(theme_of[id_] for id_ in facts.ids), facts, setting)


def _planned(setting: Setting, seed: int) -> list[PlannedWork]:
    """Plan works of the themes: of a longer plan, whose beginning is always the same, a part."""
    order = np.random.default_rng([seed, 1, PLANT_VERSION]).permutation(list(THEMES))
    chosen = set(order[: setting.themes].tolist())
    rounds = -(-setting.works // setting.themes)
    plan = plan_gallery(rounds * len(THEMES), seed)
    return [work for work in plan if work.theme in chosen][: setting.works]


def _noise(setting: Setting, seed: int) -> tuple[list[int], list[bool]]:
    """Draw whose record each work has, and which pictures are spoilt."""
    generator = np.random.default_rng([seed, 2, PLANT_VERSION])
    count = round(setting.noise * setting.works)
    moved = generator.permutation(setting.works)[:count]
    records = np.arange(setting.works)
    records[moved] = np.roll(moved, 1)  # of a single work: its own, for there is no other
    spoilt = np.zeros(setting.works, bool)
    spoilt[generator.permutation(setting.works)[:count]] = True
    return records.tolist(), spoilt.tolist()


def _claim(root: Path, made: dict[str, Any]) -> None:
    """Note in a folder what is planted there, unless it holds something else."""
    note = root / _MADE
    if not root.exists() or (root.is_dir() and not any(root.iterdir())):
        make_folder(root)
        write_text_atomic(note, json.dumps(made, indent=2) + "\n")
        return
    try:
        found = json.loads(note.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise PlantedError(
            f"{root} is not empty and holds no planted gallery. Name a new folder."
        ) from None
    if found != made:
        raise PlantedError(
            f"{root} holds another planted gallery ({found}; asked for: {made}). Name another "
            "folder, or delete this one."
        )


def _paint_missing(
    planned: Sequence[PlannedWork],
    pool: Path,
    size: int,
    progress: Callable[[int, int], None] | None,
) -> None:
    """Paint what is not there, side by side if it is much."""
    jobs = [(work, size, pool / f"{work.id}.jpg") for work in planned]
    jobs = [job for job in jobs if not job[2].exists()]
    there = len(planned) - len(jobs)
    processes = min(os.cpu_count() or 1, len(jobs) // _WORTH_A_PROCESS)
    if processes > 1:
        spawn = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(processes, mp_context=spawn) as pool_of_processes:
            finished = pool_of_processes.map(_paint_one, jobs, chunksize=4)
            _told(finished, there, len(planned), progress)
    else:
        _told(map(_paint_one, jobs), there, len(planned), progress)


def _told(
    finished: Iterable[None],
    there: int,
    total: int,
    progress: Callable[[int, int], None] | None,
) -> None:
    for done, _ in enumerate(finished, there + 1):
        if progress:
            progress(done, total)


def _paint_one(job: tuple[PlannedWork, int, Path]) -> None:
    work, size, target = job
    write_bytes_atomic(target, _jpeg(paint(work, size)))


def _hang(painting: Path, images: Path, spoilt: bool, seed: tuple[int, int]) -> None:
    """Put a picture into the gallery: the painting itself, or a bad photograph of it."""
    target = images / painting.name
    if not spoilt:
        link_or_copy(painting, target)
    elif not target.exists():
        write_bytes_atomic(target, _jpeg(_spoil(painting, seed)))


def _spoil(painting: Path, seed: tuple[int, int]) -> Image.Image:
    """Blur a picture, and cover it with grain."""
    from PIL import Image, ImageFilter

    with Image.open(painting) as picture:
        blurred = picture.convert("RGB").filter(ImageFilter.GaussianBlur(max(picture.size) * _BLUR))
    grain = np.random.default_rng([*seed, 3]).normal(scale=_GRAIN, size=(*blurred.size[::-1], 1))
    return Image.fromarray(np.clip(np.asarray(blurred) + grain, 0, 255).astype(np.uint8))


def _jpeg(picture: Image.Image) -> bytes:
    sheet = io.BytesIO()
    picture.save(sheet, "JPEG", quality=_QUALITY)
    return sheet.getvalue()


def _row(work_id: str, record: PlannedWork) -> tuple[str, ...]:
    """Write what the catalogue says of a work: what it knows of that work, or of another."""
    facts = {
        "date": record.date,
        "style": record.style,
        "genre": record.genre,
        "tags": "; ".join(record.subjects),
        "medium": "; ".join(record.medium),
        "period": record.period,
        "place": record.place,
        "description": record.description,
    }
    known = [value if name in record.shown else "" for name, value in facts.items()]
    return (f"images/{work_id}.jpg", record.title, record.artist, *known)


def _in_full(work: PlannedWork) -> Artwork:
    """State all that is true of a work."""
    return Artwork(
        id=work.id,
        title=work.title,
        description=work.description,
        date=work.date,
        facets={
            "artist": (work.artist,),
            "style": (work.style,),
            "genre": (work.genre,),
            "subject": work.subjects,
            "medium": work.medium,
            "period": (work.period,),
            "place": (work.place,),
        },
        images=(f"images/{work.id}.jpg",),
    )


def _write_table(path: Path, header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\n")
    table.writerow(header)
    table.writerows(rows)
    write_text_atomic(path, text.getvalue())
