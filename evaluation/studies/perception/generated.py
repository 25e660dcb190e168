"""Generated works, as the folder of AI-Pastiche has them (Asperti et al. 2025, arXiv 2502.15856).

::

    FOLDER/metadata.csv    generative_model, subject, style, period, prompt, generated_image
    FOLDER/…               the pictures, beside it or in folders below
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from evaluation.studies.looking.pictures import pictures_of_works, readable_works
from knowledge_graph import Artwork, Collection, Problem, cut, listed, nearest, printable
from knowledge_graph.sources.delimited import read_delimited
from topicart.errors import StudyError

if TYPE_CHECKING:
    from evaluation.studies.looking import WorkPictures

__all__ = ["COLUMNS", "TABLE", "Generated", "read_generated"]

TABLE = "metadata.csv"
"""The table of a folder of generated works."""

COLUMNS = ("generative_model", "subject", "style", "period", "prompt", "generated_image")
"""What it tells of each."""

FEWEST_WORKS = 20
"""Of fewer generated works nothing is said."""

FEWEST_PROMPTS = 5
"""Works of one prompt are alike; of fewer prompts nothing is said."""

_NEEDED = ("prompt", "generated_image")


@dataclass(frozen=True, eq=False)
class Generated:
    """Generated works.

    Parameters
    ----------
    pictures
        Their pictures, a row a work.
    makers
        What generated each; empty where the table does not say.
    prompts
        What each was asked for with, spaces and capitals levelled: works of one are alike.
    problems
        Rows that were left out, and why; ``id`` is the row.
    about
        How many works, prompts and makers there are, and how many rows were left out.
    """

    pictures: WorkPictures
    makers: tuple[str, ...]
    prompts: tuple[str, ...]
    problems: tuple[Problem, ...]
    about: Mapping[str, Any]


def read_generated(folder: Path | str) -> Generated:
    """Read a folder of generated works.

    A row without a prompt or a readable picture of its own is left out and named.

    Parameters
    ----------
    folder
        With ``metadata.csv`` in it, any delimiter and encoding.

    Returns
    -------
    Generated
        The works.

    Raises
    ------
    StudyError
        If the table is missing, lacks a column, or too few works or prompts are left.
    """
    folder = Path(folder)
    table = folder / TABLE
    if not table.is_file():
        raise StudyError(
            printable(
                f"--generated {folder}: there is no {TABLE} in it; expected a folder as "
                f"AI-Pastiche has it, with a table of the columns {', '.join(COLUMNS)} and the "
                "pictures that it names. Name that folder."
            )
        )
    read, problems = read_delimited(table)
    columns = _columns(read.column_names, table)
    cells = {
        name: [(cell or "").strip() for cell in read.column(own).to_pylist()]
        for name, own in columns.items()
    }
    files = _files_below(folder)
    works: dict[str, int] = {}
    for row in range(read.num_rows):
        found, reason = _picture_of(cells["generated_image"][row], files)
        if not cells["prompt"][row]:
            reason = "no prompt: it is not known which works belong together"
        elif not reason and found in works:
            reason = f"a picture that row {works[found] + 1:,} has already"
        if reason:
            file = cut(cells["generated_image"][row])
            problems.append(Problem(f"row {row + 1:,}", file, reason))
        else:
            works[found] = row
    collection = Collection.from_artworks(
        [Artwork(id=file, images=(file,)) for file in works], root=folder, source=str(folder)
    )
    readable = readable_works(collection)
    order = sorted(range(len(readable.rows)), key=lambda place: readable.rows[place])
    ids = [collection.ids[readable.rows[place]] for place in order]
    for lost in sorted(set(works) - set(ids)):
        problems.append(Problem(f"row {works[lost] + 1:,}", lost, "a picture that cannot be read"))
    prompts = tuple(" ".join(cells["prompt"][works[own]].casefold().split()) for own in ids)
    makers = tuple(cells.get("generative_model", [""] * read.num_rows)[works[own]] for own in ids)
    if len(ids) < FEWEST_WORKS or len(set(prompts)) < FEWEST_PROMPTS:
        raise StudyError(
            printable(
                f"{table}: {len(ids):,} generated works of {len(set(prompts)):,} prompts can be "
                f"used; expected {FEWEST_WORKS} of {FEWEST_PROMPTS} at least.{_most(problems)} "
                f"{'Mend those rows' if problems else 'Add more'}, or leave --generated out."
            )
        )
    about = {
        "works": len(ids),
        "prompts": len(set(prompts)),
        "makers": dict(sorted(Counter(filter(None, makers)).items())),
        "left_out": len(problems),
    }
    pictures = pictures_of_works(ids, [readable.files[place] for place in order])
    return Generated(pictures, makers, prompts, tuple(problems), about)


def _columns(names: Sequence[str], table: Path) -> dict[str, str]:
    """Find the columns, however their names' capitals and spaces are."""
    found = {"_".join(name.casefold().split()): name for name in names}
    for needed in _NEEDED:
        if needed not in found:
            raise StudyError(
                printable(
                    f"{table}: there is no column {needed!r}, the columns are "
                    f"{listed(list(names), 12) or 'none'}; expected {', '.join(COLUMNS)}."
                    f"{nearest(needed, names)} Name the columns so."
                )
            )
    return {name: found[name] for name in COLUMNS if name in found}


def _files_below(folder: Path) -> dict[str, list[str]]:
    """Give the files of a folder by their last name, links to other folders not followed."""
    files: defaultdict[str, list[str]] = defaultdict(list)
    for place, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = (Path(place) / name).relative_to(folder).as_posix()
            files[name.casefold()].append(path)
    return files


def _picture_of(cell: str, files: Mapping[str, Sequence[str]]) -> tuple[str, str]:
    """Find the picture that a cell names; or say why there is none."""
    path = PurePosixPath(cell.replace("\\", "/"))
    if not path.name:
        return "", "no picture named"
    if path.is_absolute() or ".." in path.parts:
        return "", "a path that leads out of the folder"
    among = files.get(path.name.casefold(), ())
    exact = [own for own in among if PurePosixPath(own) == path]
    if exact:
        return exact[0], ""
    if len(among) > 1:
        return "", f"{len(among)} files of that name; write the folder's name before it"
    return (among[0], "") if among else ("", "no such file in the folder or below it")


def _most(problems: Sequence[Problem]) -> str:
    """Say why most rows were left out."""
    if not problems:
        return ""
    reason, rows = Counter(own.reason for own in problems).most_common(1)[0]
    return f" {len(problems):,} rows were left out, {rows:,} of them for: {cut(reason)}."
