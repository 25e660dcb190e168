"""Files that are written when asked: where they may stand, and problems as a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from knowledge_graph.collection import Problem
from knowledge_graph.errors import CollectionError

_PROBLEM_COLUMNS = ("id", "file", "reason")


def require_writable(out: Path, *, overwrite: bool) -> None:
    """Refuse a file that is there, unless it may be replaced, or whose folder is not there.

    Parameters
    ----------
    out : Path
        The file.
    overwrite : bool
        Whether it may be there.

    Raises
    ------
    CollectionError
        It cannot be written so.
    """
    if out.is_dir():
        raise CollectionError(f"{out} is a folder; expected the name of a file. Name one in it.")
    if out.exists() and not out.is_file():  # A device, which would be replaced, too.
        raise CollectionError(f"{out} is no file; expected one, or a new name. Name another.")
    if out.exists() and not overwrite:
        raise CollectionError(
            f"{out} is there already; expected a new name. Give another, or --overwrite."
        )
    if not out.parent.is_dir():
        raise CollectionError(
            f"{out}: there is no folder {out.parent}; expected one. Make it, or name another."
        )


def require_problems_file(out: Path) -> None:
    """Refuse to write problems over what is something else, such as the source itself.

    Parameters
    ----------
    out : Path
        The file, there or not.

    Raises
    ------
    CollectionError
        It is there and no table of problems, or cannot be written.
    """
    require_writable(out, overwrite=True)
    if not out.exists():
        return
    header = ",".join(_PROBLEM_COLUMNS).encode()
    with out.open("rb") as there:
        if there.readline(1000).rstrip() not in (header, b""):
            raise CollectionError(
                f"{out} is there already and no table of problems; expected a new name, or such a "
                "table to replace. Give another name."
            )


def problems_csv(problems: Iterable[Problem]) -> str:
    """Give problems as the text of a CSV file.

    Parameters
    ----------
    problems : iterable of Problem
        In any order.

    Returns
    -------
    str
        A header and one row for each, sorted, each once.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(_PROBLEM_COLUMNS)
    writer.writerows(sorted({(problem.id, problem.file, problem.reason) for problem in problems}))
    return buffer.getvalue()
