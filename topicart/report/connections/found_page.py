"""The page of what a search found: the works nearest to a query, best first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from topicart.report.connections.page import write_page
from topicart.report.connections.shown import (
    Shown,
    hung_and_listed,
    works_sought,
)
from topicart.report.wording import counted, shorten
from topicart.retrieval.conditions import facets_asked

if TYPE_CHECKING:
    from topicart.report.cards import Card
    from topicart.retrieval.found import Found
    from topicart.retrieval.queries import Query
    from topicart.run import Run

__all__ = ["write_search_page"]

_MOST_FACTS = 3


@dataclass(frozen=True)
class _Hit:
    """A work that was found."""

    work: Shown
    score: float
    facts: tuple[str, ...]


def write_search_page(
    run: Run,
    query: Query,
    found: Found,
    file: Path,
    *,
    where: Sequence[str] = (),
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
    works, sought = works_sought(run, query, found.ids)
    facets = facets_asked(where)
    scores = dict(zip(found.ids, found.scores.tolist(), strict=True))
    hits = [
        _Hit(works[id_], scores[id_], _facts(works[id_].card, facets))
        for id_ in found.ids
        if id_ in works
    ]
    pictured, rest = hung_and_listed(hits)
    conditions = f" under {counted(len(where), 'condition')} ({', '.join(where)})" if where else ""
    return write_page(
        file,
        "found.html",
        run,
        about=f"The works nearest to {shorten(query.shown, 160)}{conditions}",
        shown=works.values(),
        command=command,
        **sought,
        hits=hits,
        pictured=pictured,
        rest=rest,
        found=found,
        where=where,
    )


def _facts(card: Card, facets: Sequence[str]) -> tuple[str, ...]:
    stated = dict(card.facts)
    return tuple(", ".join(stated[facet][:_MOST_FACTS]) for facet in facets if facet in stated)
