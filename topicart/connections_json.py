"""Hidden connections for machines: what was found as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from topicart.retrieval import Analogies, BlindSpots, Query, Region, Searcher, WorkPath
    from topicart.retrieval.found import Found

_DIGITS = 6


def found_as_json(
    searcher: Searcher, query: Query, found: Found, where: Sequence[str], page: str | None
) -> dict[str, Any]:
    """Give what a search found.

    Parameters
    ----------
    searcher
        The run that was searched.
    query
        What was sought.
    found
        What was found.
    where
        The conditions, as they were written.
    page
        The page that was written, if one was.

    Returns
    -------
    dict
        JSON-ready.
    """
    scored = zip(_works(searcher, found.rows.tolist()), found.scores.tolist(), strict=True)
    return {
        **_asked(searcher, query, where),
        "asked": found.asked,
        "allowed": found.allowed,
        "works": [{**work, "score": round(score, _DIGITS)} for work, score in scored],
        "note": found.note or None,
        "plan": asdict(found.plan) if found.plan else None,
        "page": page,
    }


def analogies_as_json(
    searcher: Searcher, found: Analogies, where: Sequence[str], page: str | None
) -> dict[str, Any]:
    """Give analogies.

    Parameters
    ----------
    searcher
        The run that was searched.
    found
        For each value its nearest work.
    where
        The conditions, as they were written.
    page
        The page that was written, if one was.

    Returns
    -------
    dict
        JSON-ready.
    """
    works = _works(searcher, [item.row for item in found.items])
    return {
        **_asked(searcher, found.query, where),
        "across": found.across,
        "analogies": [
            {
                "value": item.value,
                **work,
                "score": round(item.score, _DIGITS),
                "works": item.works,
                "own": item.own,
            }
            for item, work in zip(found.items, works, strict=True)
        ],
        "left_out": [asdict(value) for value in found.left_out],
        "note": found.note or None,
        "page": page,
    }


def path_as_json(
    searcher: Searcher, way: WorkPath, direct: float, asked: dict[str, Any], page: str | None
) -> dict[str, Any]:
    """Give a way from one work to another.

    Parameters
    ----------
    searcher
        The run that it leads through.
    way
        The way.
    direct
        The angle between its ends, in degrees.
    asked
        What was asked of it.
    page
        The page that was written, if one was.

    Returns
    -------
    dict
        JSON-ready; angles in degrees, that of a work is the step that leads to it.
    """
    angles = [None, *(round(angle, 3) for angle in way.degrees)]
    return {
        "run": str(searcher.run.folder),
        **asked,
        "steps": way.steps,
        "direct": round(direct, 3),
        "works": [
            {**work, "angle": angle}
            for work, angle in zip(_works(searcher, way.rows), angles, strict=True)
        ],
        "note": way.note or None,
        "page": page,
    }


def blind_spots_as_json(searcher: Searcher, found: BlindSpots, page: str | None) -> dict[str, Any]:
    """Give the regions where a group is missing or over-present.

    Parameters
    ----------
    searcher
        The run that was looked at.
    found
        The regions.
    page
        The page that was written, if one was.

    Returns
    -------
    dict
        JSON-ready; of each region the ids of its works.
    """
    return {
        "run": str(searcher.run.folder),
        "facet": found.facet,
        "value": found.value,
        "works": found.works,
        "left_out": found.left_out,
        "group": found.group,
        "tested": found.tested,
        "permutations": found.permutations,
        "level": found.level,
        "missing": [_region(searcher, region) for region in found.missing],
        "over_present": [_region(searcher, region) for region in found.over],
        "page": page,
    }


def _asked(searcher: Searcher, query: Query, where: Sequence[str]) -> dict[str, Any]:
    return {
        "run": str(searcher.run.folder),
        "model": searcher.run.record.model.name,
        "query": query.shown,
        "like": [searcher.index.ids[row] for row in query.rows],
        "where": list(where),
    }


def _works(searcher: Searcher, rows: Sequence[int]) -> list[dict[str, Any]]:
    """What is told of works; the long titles of some collections stay whole."""
    import numpy as np

    from topicart.report.cards import cards_of

    cards = cards_of(searcher.works, np.array(rows, dtype=np.int64))
    return [
        {
            "row": row,
            "id": searcher.index.ids[row],
            "title": searcher.title(row),
            "artist": card.artist,
            "date": card.date,
        }
        for row, card in zip(rows, cards, strict=True)
    ]


def _region(searcher: Searcher, region: Region) -> dict[str, Any]:
    ids = searcher.index.ids
    return {
        "size": region.size,
        "found": region.found,
        "expected": round(region.expected, 3),
        "lift": round(region.lift, 3),
        "p": region.p,
        "corrected_p": region.corrected,
        "central": [ids[row] for row in region.central],
        "members": [ids[row] for row in region.members],
        "nearest": [ids[row] for row in region.nearest],
        "works": [ids[row] for row in region.rows.tolist()],
    }
