"""The page of analogies: for each value of a facet the work that is nearest to a query."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from topicart.report.connections.page import write_page
from topicart.report.connections.shown import (
    Shown,
    hung_and_listed,
    ids_of,
    works_sought,
)
from topicart.report.wording import shorten

if TYPE_CHECKING:
    from topicart.retrieval.analogies import Analogies, Analogy
    from topicart.run import Run

__all__ = ["write_analogies_page"]


@dataclass(frozen=True)
class _Shown:
    """An analogy and its work."""

    analogy: Analogy
    work: Shown


def write_analogies_page(run: Run, analogies: Analogies, file: Path, *, command: str = "") -> Path:
    """Write analogies as a page.

    Parameters
    ----------
    run : Run
        The run that was searched.
    analogies : Analogies
        What was sought, and for each value its nearest work.
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
    query = analogies.query
    ids = ids_of(run, [item.row for item in analogies.items])
    works, sought = works_sought(run, query, ids)
    items = [
        _Shown(item, works[id_])
        for item, id_ in zip(analogies.items, ids, strict=True)
        if id_ in works
    ]
    pictured, rest = hung_and_listed(items)
    facet = analogies.across.replace("_", "-")
    return write_page(
        file,
        "analogies.html",
        run,
        about=f"The work nearest to {shorten(query.shown, 160)} of each {facet}",
        shown=works.values(),
        command=command,
        **sought,
        facet=facet,
        items=items,
        pictured=pictured,
        rest=rest,
        note=analogies.note,
        where=analogies.where,
    )
