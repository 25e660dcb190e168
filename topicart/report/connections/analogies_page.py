"""The page of analogies: for each value of a facet the work that is nearest to a query."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from topicart.retrieval.analogies import Analogies
    from topicart.retrieval.queries import Query
    from topicart.run import Run

__all__ = ["write_analogies_page"]


def write_analogies_page(
    run: Run,
    query: Query,
    analogies: Analogies,
    file: Path,
    *,
    where: Sequence[str] = (),
    sent: Path | None = None,
    command: str = "",
) -> Path:
    """Write analogies as a page.

    Parameters
    ----------
    run : Run
        The run that was searched.
    query : Query
        What was sought.
    analogies : Analogies
        For each value its nearest work.
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
