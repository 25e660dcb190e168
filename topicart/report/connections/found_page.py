"""The page of what a search found: the works nearest to a query, best first."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from topicart.retrieval.found import Found
    from topicart.retrieval.queries import Query
    from topicart.run import Run

__all__ = ["write_search_page"]


def write_search_page(
    run: Run,
    query: Query,
    found: Found,
    file: Path,
    *,
    where: Sequence[str] = (),
    sent: Path | None = None,
    command: str = "",
) -> Path:
    """Write what a search found as a page.

    Parameters
    ----------
    run : Run
        The run that was searched.
    query : Query
        What was sought.
    found : Found
        What was found.
    file : Path
        The page; an earlier one is replaced, its folder is made if missing.
    where : sequence of str
        The conditions, as they were asked.
    sent : Path, optional
        The picture that was sought, where it is of no work.
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
