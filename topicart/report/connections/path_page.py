"""The page of a path: from one work to another, picture by picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from topicart.retrieval.paths import WorkPath
    from topicart.run import Run

__all__ = ["write_path_page"]


def write_path_page(
    run: Run,
    way: WorkPath,
    file: Path,
    *,
    conditions: Sequence[str] = (),
    command: str = "",
) -> Path:
    """Write a path as a page.

    Parameters
    ----------
    run : Run
        The run whose works it leads through.
    way : WorkPath
        Its works, by their rows in the index, and the angles between them.
    file : Path
        The page; an earlier one is replaced, its folder is made if missing.
    conditions : sequence of str
        What was asked of it, for people: ``genre=marina``, ``each work in a later century``.
    command : str
        The command that makes the page again.

    Returns
    -------
    Path
        The file: whole, without script, with its pictures inside.

    Raises
    ------
    knowledge_graph.errors.WriteError
        If it cannot be written.
    """
    raise NotImplementedError
