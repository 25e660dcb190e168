"""A gallery on disk: pictures painted side by side, the catalogue written last."""

from __future__ import annotations

import csv
import io
import multiprocessing
import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from knowledge_graph.errors import CollectionError

from .painting import check_size, paint
from .plan import PlannedWork, plan_gallery

FIELDS = (
    "image",
    "title",
    "artist",
    "date",
    "style",
    "genre",
    "tags",
    "medium",
    "period",
    "place",
    "description",
)


_QUALITY = 88

_PAINTED = ".painted"
"""Says by which painters, seed and size the pictures are; written before the first."""

PAINTER_VERSION = 1
"""Counts up when the painters change, so that a gallery by older ones is painted again."""


def paint_gallery(
    folder: Path | str,
    *,
    works: int = 600,
    seed: int = 0,
    size: int = 320,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Paint the sample gallery into a folder.

    Writes ``images/<artist>_<title>.jpg``, ``metadata.csv`` (what `open_collection` reads)
    and ``truth.csv`` (``id, theme, manner``: the planted topics, kept apart). The facts
    hang together and some are missing, as in life. Every file is written beside its place
    and renamed, ``metadata.csv`` last, so that an interrupted gallery has no catalogue
    and is finished by calling again: pictures that are there already are left as they are.

    Parameters
    ----------
    folder : Path or str
        Where to; made if it is not there. A folder with another metadata.csv is refused.
    works : int
        How many works.
    seed : int
        The same seed, number and size give the same bytes with any number of workers.
    size : int
        The longer side of a picture in pixels; the shorter is at least 0.8 of it.
    workers : int, optional
        Processes that paint; by default one for each processor.
    progress : callable, optional
        Called with (painted, works) after each picture.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    ValueError
        If an argument is out of range.
    CollectionError
        If the folder holds a collection that this call would not have made.
    """
    root = Path(folder)
    check_size(size)
    if workers is not None and (
        isinstance(workers, bool) or not isinstance(workers, int) or workers < 1
    ):
        raise ValueError(
            f"workers is {workers!r}; expected at least 1 process, or None for all processors."
        )
    plan = plan_gallery(works, seed)
    catalogue = _table(FIELDS, (_row(work) for work in plan))
    _refuse_foreign(root, catalogue)
    images = root / "images"
    images.mkdir(parents=True, exist_ok=True)
    painted = f"painter {PAINTER_VERSION}, seed {seed}, {works} works, {size} pixels\n".encode()
    missing = _still_to_paint(root, painted, plan)
    jobs = [(work, size, str(images / f"{work.id}.jpg")) for work in missing]
    there = len(plan) - len(jobs)
    count = min(workers or os.cpu_count() or 1, len(jobs))
    if count > 1:
        spawn = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(count, mp_context=spawn) as pool:
            for done, _ in enumerate(pool.map(_paint_one, jobs, chunksize=4), there + 1):
                if progress:
                    progress(done, len(plan))
    else:
        for done, job in enumerate(jobs, there + 1):
            _paint_one(job)
            if progress:
                progress(done, len(plan))
    _write(
        root / "truth.csv",
        _table(("id", "theme", "manner"), ((w.id, w.theme, w.manner) for w in plan)),
    )
    _write(root / "metadata.csv", catalogue)
    return root


def _still_to_paint(root: Path, painted: bytes, plan: Sequence[PlannedWork]) -> list[PlannedWork]:
    """Return the works without a picture by these painters, and note who paints here now."""
    note = root / _PAINTED
    pictures = {work.id: root / "images" / f"{work.id}.jpg" for work in plan}
    if not note.exists() or note.read_bytes() != painted:
        for picture in pictures.values():
            picture.unlink(missing_ok=True)
        _write(note, painted)
    return [work for work in plan if not pictures[work.id].exists()]


def _paint_one(job: tuple[PlannedWork, int, str]) -> None:
    work, size, target = job
    sheet = io.BytesIO()
    paint(work, size).save(sheet, "JPEG", quality=_QUALITY, optimize=True)
    _write(Path(target), sheet.getvalue())


def _row(work: PlannedWork) -> tuple[str, ...]:
    """What the catalogue knows of a work."""
    facts = {
        "date": work.date,
        "style": work.style,
        "genre": work.genre,
        "tags": "; ".join(work.subjects),
        "medium": "; ".join(work.medium),
        "period": work.period,
        "place": work.place,
        "description": work.description,
    }
    known = {name: value if name in work.shown else "" for name, value in facts.items()}
    return (f"images/{work.id}.jpg", work.title, work.artist, *(known[f] for f in FIELDS[3:]))


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> bytes:
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\n")
    table.writerow(header)
    table.writerows(rows)
    return text.getvalue().encode()


def _refuse_foreign(root: Path, catalogue: bytes) -> None:
    """A catalogue that is not the one about to be written is somebody's own."""
    there = root / "metadata.csv"
    if there.exists() and there.read_bytes() != catalogue:
        raise CollectionError(
            f"{there} is there already and is not the catalogue of this gallery (another "
            "collection, seed or number of works). Choose an empty folder, "
            "or delete this one first."
        )


def _write(target: Path, content: bytes) -> None:
    """Write beside the target, flush to disk, rename: never half a file under its name."""
    handle, beside = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(beside).chmod(0o644)
        Path(beside).replace(target)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
