"""Pictures that show what was done to pictures: treatments, conflicts of cues, deformations."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluation.comparing.pictures import Embedded
from knowledge_graph import TopicartError
from topicart.report.wording import capitalised

if TYPE_CHECKING:
    from pathlib import Path

    from PIL import Image

    from evaluation.studies.looking import WorkPictures
    from evaluation.studies.perception.result import Perception
    from evaluation.studies.semantic_gap.result import SemanticGap
    from knowledge_graph import Collection

__all__ = ["Cell", "SheetRow", "gap_sheets", "perception_sheets"]

SIDE = 220
"""Longer side in pixels of a picture on a sheet."""


@dataclass(frozen=True)
class Cell:
    """A picture on a sheet and what is written beneath it."""

    picture: Embedded
    told: str


@dataclass(frozen=True)
class SheetRow:
    """Pictures side by side."""

    title: str
    cells: tuple[Cell, ...]


Sheets = dict[str, tuple[SheetRow, ...]]


class _Maker:
    """Counts the pictures that are made, so that each has a key of its own."""

    def __init__(self) -> None:
        self.made = 0

    def cell(self, picture: Image.Image, told: str) -> Cell:
        small = picture.convert("RGB")
        small.thumbnail((SIDE, SIDE))
        taken = io.BytesIO()
        small.save(taken, "JPEG", quality=78, optimize=True)
        coded = base64.b64encode(taken.getvalue()).decode("ascii")
        self.made += 1
        uri = f"data:image/jpeg;base64,{coded}"
        return Cell(Embedded(f"m{self.made}", *small.size, uri), told)


def gap_sheets(result: SemanticGap, collection: Collection) -> Sheets:
    """Make the sheets of a study of the semantic gap: pictures as its models saw them.

    Parameters
    ----------
    result
        What the study says, and which works and pairs it treated; what it did not do is left out.
    collection
        The works.

    Returns
    -------
    dict of str to tuple of SheetRow
        ``treatments`` and ``conflicts``, where there are pictures to show them on.
    """
    from evaluation.studies.looking import treated
    from evaluation.studies.semantic_gap.cue_conflict import MAKERS, conflict_pictures
    from evaluation.studies.semantic_gap.treatments import TREATMENTS, TREATMENTS_VERSION

    maker = _Maker()
    sheets: Sheets = {}
    told = result.settings
    seed = _whole(told.get("seed"), 0)
    done = {one.treatment for one in result.survival}
    ways = {name: own.treat for name, own in TREATMENTS.items() if name in done}
    for work in told.get("shown_treated", ()) if ways else ():
        pictures = _readable(collection, [work], told)
        if pictures is None:
            continue
        made = treated(pictures, [0], ways, version=TREATMENTS_VERSION, seed=seed)
        cells = [maker.cell(pictures.picture(0), "as it is")]
        cells += [
            maker.cell(picture, f"{name}: {TREATMENTS[name].told}")
            for name, picture in zip(ways, made.pictures_of(0), strict=True)
        ]
        sheets["treatments"] = (SheetRow("", tuple(cells)),)
        break
    makers = [name for name in MAKERS if name in {one.maker for one in result.cue_conflicts}]
    rows = []
    for pair in told.get("shown_pairs", ()) if makers else ():
        pictures = _readable(collection, pair, told)
        if pictures is None:
            continue
        cells = [
            maker.cell(pictures.picture(0), "gives the form"),
            maker.cell(pictures.picture(1), "gives the surface"),
        ]
        for name in makers:
            conflict = conflict_pictures(pictures, np.array([[0, 1]]), name, seed=seed)
            cells.append(maker.cell(conflict.pictures_of(0)[0], f"{name}: {MAKERS[name].told}"))
        rows.append(SheetRow("", tuple(cells)))
    if rows:
        sheets["conflicts"] = tuple(rows)
    return sheets


def perception_sheets(result: Perception, collection: Collection) -> Sheets:
    """Make the sheet of a study of perception: a picture as its models saw it.

    Parameters
    ----------
    result
        What the study says, and which work shows deformations.
    collection
        The works.

    Returns
    -------
    dict of str to tuple of SheetRow
        ``deformations``, a row for each, where there is a picture to show them on.
    """
    from evaluation.studies.looking import treated
    from evaluation.studies.perception.deformations import (
        DEFORMATIONS,
        DEFORMATIONS_VERSION,
        STRENGTHS,
        treatments,
    )

    asked = {one.deformation for one in result.defects}
    names = [name for name in DEFORMATIONS if name in asked]
    wanted = [result.shown_spoilt] if result.shown_spoilt else []
    pictures = _readable(collection, wanted, result.settings)
    if not names or not pictures:
        return {}
    ways = treatments()
    seed = _whole(result.settings.get("seed"), 0)
    seen = treated(pictures, [0], ways, version=DEFORMATIONS_VERSION, seed=seed)
    made = dict(zip(ways, seen.pictures_of(0), strict=True))
    maker = _Maker()
    whole = maker.cell(pictures.picture(0), "untouched")
    return {
        "deformations": tuple(
            SheetRow(
                f"{capitalised(name)}: {DEFORMATIONS[name]}",
                (
                    whole,
                    *(maker.cell(made[f"{name}@{own:g}"], f"strength {own:g}")
                      for own in STRENGTHS),
                ),
            )
            for name in names
        )
    }  # fmt: skip


def _readable(
    collection: Collection, works: Sequence[str], told: Mapping[str, Any]
) -> WorkPictures | None:
    """Give the pictures of some works as a study saw them; none if one cannot be read."""
    from evaluation.studies.looking.pictures import SIDE as SEEN
    from evaluation.studies.looking.pictures import pictures_of_works, readable_works

    places = {work: row for row, work in enumerate(collection.ids)}
    if not works or any(work not in places for work in works):
        return None
    files: list[Path] = []
    for work in works:
        found = readable_works(collection.select([places[work]]))
        files += found.files
    if len(files) != len(works):
        return None
    pictures = pictures_of_works(works, files, side=_whole(told.get("pixels"), SEEN))
    try:
        for row in range(len(works)):
            pictures.picture(row)
    except TopicartError:
        return None
    return pictures


def _whole(value: object, otherwise: int) -> int:
    return value if isinstance(value, int) else otherwise
