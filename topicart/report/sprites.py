"""Every work's picture, small, many in one file: what the map and the table draw."""

from __future__ import annotations

import hashlib
import math
import os
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from knowledge_graph.atomic import make_folder, remove, remove_leftovers, replacing
from topicart.report.miniatures import Miniature, SmallWanted, make_miniatures, open_miniature
from topicart.report.places import places_of

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from topicart.run import Run

__all__ = ["SIDES", "SPRITES", "Atlases", "Sprites", "first_pictures", "write_sprites"]

SPRITES = "sprites"
"""The folder of the atlases in a site."""

# Small files: a browser decodes a whole one before it shows any of it, and holds it in memory.
_ATLAS_PX = 1024
_QUALITY = 75
# Part of every name: raise it when the same pictures would give another atlas.
_VERSION = 1
_OWN_NAME = re.compile(r"[0-9a-f]{20}\.webp")
_SIDES = ((5_000, 128), (30_000, 96), (math.inf, 64))
SIDES = tuple(side for _, side in _SIDES)
"""Sides of a cell, the largest first: the more works, the smaller."""

_MOST_FACE_PX = 16 * _ATLAS_PX**2
_MOST_FACES = 8
_FACE_SIDES = (160, 128)
_GROUND = (128, 128, 128)


@dataclass(frozen=True)
class Atlases:
    """Pictures in the cells of a few files.

    Parameters
    ----------
    files
        The atlases, relative to the site.
    side
        Width and height of a cell in pixels.
    columns
        Cells in a row of an atlas, and rows in an atlas.
    width, height
        Of each picture, in the upper left corner of its cell, pixels, shape ``(n_pictures,)``.
    """

    files: tuple[str, ...]
    side: int
    columns: int
    width: NDArray[np.uint8]
    height: NDArray[np.uint8]

    @property
    def per_atlas(self) -> int:
        """Count the cells of an atlas.

        Returns
        -------
        int
            The last atlas may have fewer.
        """
        return self.columns**2


@dataclass(frozen=True)
class Sprites:
    """Where each work's small picture stands.

    Parameters
    ----------
    atlases
        Their widths and heights are those of the works, shape ``(n_works,)``, 0 without a picture.
    cell
        Of each work: atlas x ``per_atlas`` + cell, -1 without a picture, shape ``(n_works,)``.
        Works that are near on the map are mostly in one atlas.
    faces
        The pictures that stand for themes on a map seen from afar, larger than the others.
    face_rows
        The work of each face, the most central one of every theme first, then the second of every
        theme, shape ``(n_faces,)``.
    """

    atlases: Atlases
    cell: NDArray[np.int32]
    faces: Atlases
    face_rows: NDArray[np.int32]


def write_sprites(
    run: Run, site: Path, *, progress: Callable[[int, int], None] | None = None
) -> Sprites:
    """Write the atlases of a run's pictures, and remove those no longer wanted.

    Parameters
    ----------
    run
        A finished run. Small copies of its pictures are made in ``miniatures/`` in its folder,
        where they are not there yet.
    site
        The folder of the site.
    progress
        Called with the number of small copies done and the number of all.

    Returns
    -------
    Sprites
        Where each picture stands.

    Raises
    ------
    topicart.errors.WriteError
        If a folder cannot be written.
    """
    works = run.works
    n_works = works.num_rows
    side = next(side for most, side in _SIDES if n_works <= most)
    ids, images = works.column("id").to_pylist(), first_pictures(works)
    shown = [row for row in places_of(works).z_order().tolist() if images[row] is not None]
    face_side, face_rows = _faces(run, ids)
    face_rows = [row for row in face_rows if images[row] is not None]
    wanted = [SmallWanted(ids[row], images[row] or "", side) for row in shown]
    larger = [SmallWanted(ids[row], images[row] or "", face_side) for row in face_rows]
    # The few large ones first: an interrupted call has then made what is seen first.
    copies = make_miniatures(
        [*larger, *wanted],
        Path(run.record.source.root),
        run.folder / "miniatures",
        load=run.load_picture,
        progress=progress,
    )
    folder = site / SPRITES
    make_folder(folder)
    remove_leftovers(folder)
    own = _kept(shown, copies[len(larger) :])
    central = _kept(face_rows, copies[: len(larger)])
    atlases = _atlases([copy for _, copy in own], side, folder)
    faces = _atlases([copy for _, copy in central], face_side, folder)
    wanted_names = {Path(file).name for file in (*atlases.files, *faces.files)}
    for path in list(folder.iterdir()):
        if _OWN_NAME.fullmatch(path.name) and path.name not in wanted_names:
            remove(path)
    rows = np.array([row for row, _ in own], np.int64)
    cell = np.full(n_works, -1, np.int32)
    cell[rows] = np.arange(len(own))
    width, height = np.zeros(n_works, np.uint8), np.zeros(n_works, np.uint8)
    width[rows], height[rows] = atlases.width, atlases.height
    return Sprites(
        replace(atlases, width=width, height=height),
        cell,
        faces,
        np.array([row for row, _ in central], np.int32),
    )


def _kept(rows: Sequence[int], copies: Sequence[Miniature | None]) -> list[tuple[int, Miniature]]:
    return [(row, copy) for row, copy in zip(rows, copies, strict=True) if copy is not None]


def first_pictures(works: pa.Table) -> list[str | None]:
    """Return each work's first picture.

    Parameters
    ----------
    works
        The run's works.

    Returns
    -------
    list of str or None
        Paths relative to the collection's root, one of each work.
    """
    import pyarrow.compute as pc

    column = works.column("images").combine_chunks()
    first = np.unique(pc.list_parent_indices(column).to_numpy(), return_index=True)
    pictures: list[str | None] = [None] * works.num_rows
    paths = pc.list_flatten(column).take(first[1]).to_pylist()
    for row, path in zip(first[0].tolist(), paths, strict=True):
        pictures[row] = path or None
    return pictures


def _faces(run: Run, ids: Sequence[str]) -> tuple[int, list[int]]:
    """Choose the works that stand for the topics, in turn, and the side of their cells."""
    n_topics = max(len(run.topics), 1)
    rooms = {side: _MOST_FACE_PX // side**2 for side in _FACE_SIDES}
    side = next((s for s in _FACE_SIDES if rooms[s] >= _MOST_FACES * n_topics), _FACE_SIDES[-1])
    most = min(_MOST_FACES, max(1, rooms[side] // n_topics))
    central = [topic.representatives[:most] for topic in run.topics]
    wanted = {work_id for own in central for work_id in own}
    row_of = {work_id: row for row, work_id in enumerate(ids) if work_id in wanted}
    in_turn = [row_of.get(work_id, -1) for turn in zip_longest(*central) for work_id in turn]
    return side, [row for row in dict.fromkeys(in_turn) if row >= 0][: rooms[side]]


def _atlases(copies: Sequence[Miniature], side: int, folder: Path) -> Atlases:
    """Write small copies into atlases, in their order."""
    columns = _ATLAS_PX // side
    parts = [copies[start : start + columns**2] for start in range(0, len(copies), columns**2)]
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        names = list(pool.map(lambda part: _write_atlas(part, side, columns, folder), parts))
    return Atlases(
        tuple(f"{SPRITES}/{name}" for name in names),
        side,
        columns,
        np.array([copy.width for copy in copies], np.uint8),
        np.array([copy.height for copy in copies], np.uint8),
    )


def _write_atlas(copies: Sequence[Miniature], side: int, columns: int, folder: Path) -> str:
    """Write an atlas unless it is there: its name tells of all that is on it."""
    from PIL import Image

    told = "|".join([f"{_VERSION}", f"{side}", f"{columns}", *(copy.state for copy in copies)])
    name = f"{hashlib.sha256(told.encode()).hexdigest()[:20]}.webp"
    if (folder / name).exists():
        return name
    n_rows = -(-len(copies) // columns)
    atlas = Image.new("RGB", (min(columns, len(copies)) * side, n_rows * side), _GROUND)
    for place, copy in enumerate(copies):
        picture = open_miniature(copy)
        if picture is not None:
            atlas.paste(picture, (place % columns * side, place // columns * side))
    with replacing(folder / name) as beside:
        atlas.save(beside, "WEBP", quality=_QUALITY, method=2)
    return name
