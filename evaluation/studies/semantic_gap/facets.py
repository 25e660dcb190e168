"""Facets that are measured, what was published of them, and how genres are put into words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from evaluation.studies.semantic_gap.distance_ratio import PUBLISHED_RATIOS
from knowledge_graph import FACETS
from prompts import load_templates, phrase

if TYPE_CHECKING:
    from evaluation.studies.looking import StudiedWorks

__all__ = ["genre_prompts", "measured_facets", "published_ratio"]

_LEAST_STATED = 0.02
"""Share of the works that must state a facet for its ratio to have a row."""

_LEAST_GENRE = 5
"""Works of a genre that can be named."""

_SEMART_PERIOD = "period"
"""SemArt states its TIMEFRAME, which is read as the period; no span is derived from its dates."""


def measured_facets(works: StudiedWorks, *, semart: bool) -> dict[str, list[tuple[str, ...]]]:
    """Give the facets that enough works state, the published study's own first.

    Parameters
    ----------
    works
        The works.
    semart
        Whether this is SemArt.

    Returns
    -------
    dict of str to list of tuple of str
        A facet's values, one entry a work.
    """
    first = ("genre", "artist", "style", _SEMART_PERIOD if semart else "timeframe")
    found = {}
    for facet in dict.fromkeys((*first, *FACETS, "century")):
        values = works.values(facet)
        stated = sum(map(bool, values))
        if facet in first or stated >= max(2, _LEAST_STATED * len(values)):
            found[facet] = values
    return found


def published_ratio(facet: str, *, semart: bool) -> tuple[str, float] | None:
    """Give the published distance ratio of a facet.

    Parameters
    ----------
    facet
        The facet.
    semart
        Whether this is SemArt.

    Returns
    -------
    (str, float) or None
        What the study calls it, and its number.
    """
    if facet == "style" and not semart:
        return None  # the study's School is a national one
    if semart and facet == _SEMART_PERIOD:
        facet = "timeframe"
    return PUBLISHED_RATIOS.get(facet)


def genre_prompts(genres: Sequence[tuple[str, ...]]) -> tuple[list[str], list[list[str]]]:
    """Put genres into words.

    Parameters
    ----------
    genres
        Of each work.

    Returns
    -------
    tuple of list
        Genres of five works or more by name, and the phrasings of each.
    """
    counts = Counter(genre for own in genres for genre in own)
    names = sorted(genre for genre, works in counts.items() if works >= _LEAST_GENRE)
    templates = load_templates()
    return names, [phrase(templates, "genre", name) for name in names]
