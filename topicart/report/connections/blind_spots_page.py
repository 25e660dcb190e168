"""The page of blind spots: where a group's works are missing among the others, and where many."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from topicart.retrieval.blind_spots import BlindSpots
    from topicart.run import Run

__all__ = ["write_blind_spots_page"]


def write_blind_spots_page(run: Run, spots: BlindSpots, file: Path, *, command: str = "") -> Path:
    """Write blind spots as a page.

    Parameters
    ----------
    run : Run
        The run whose works were looked at.
    spots : BlindSpots
        The regions.
    file : Path
        The page; an earlier one is replaced, its folder is made if missing.
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
