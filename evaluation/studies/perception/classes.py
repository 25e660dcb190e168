"""Which answers a kind of question has in a collection, and which work has which of them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evaluation.studies.perception.dimensions import SPANS, Dimension
from evaluation.studies.perception.result import DimensionTold
from prompts import phrase, prompt_text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from evaluation.studies.looking import StudiedWorks

__all__ = ["Answers", "answers_of", "classes_of", "worded"]

FEWEST_ARTISTS = 2
"""An answer by one artist alone is not told from that artist's hand."""

_TIMES = ("period", *SPANS)
_SPAN = re.compile(r"(\d{3,4})\s*[-–]\s*(\d{3,4})")
_MOST_NAMED = 40
"""So many values that are no answers are named; of the others it is said how many."""


@dataclass(frozen=True, eq=False)
class Answers:
    """The answers to one kind of question.

    Parameters
    ----------
    told
        What is asked, as a result states it.
    labels
        Which work has which answer, bool, shape ``(n_works, n_classes)``; works can have several
        and none.
    phrasings
        What is said of each answer: ``n_classes`` of them, each in every template.
    """

    told: DimensionTold
    labels: NDArray[np.bool_]
    phrasings: tuple[tuple[str, ...], ...]


def classes_of(dimension: Dimension, works: StudiedWorks) -> Answers | None:
    """Take the answers that a collection gives to a kind of question.

    The facet is the first of the dimension's that has two answers or more.

    Parameters
    ----------
    dimension
        The kind of question.
    works
        The works.

    Returns
    -------
    Answers or None
        None if no facet of it has two answers.
    """
    for facet in dimension.facets:
        found = answers_of(dimension, facet, works.values(facet), works.groups)
        if len(found.told.classes) > 1:
            return found
    return None


def answers_of(
    dimension: Dimension,
    facet: str,
    values: Sequence[Sequence[str]],
    groups: Sequence[str],
) -> Answers:
    """Take as answers the values that enough works of two artists or more have.

    Values that are worded alike ("Portrait", "portrait") are one answer.

    Parameters
    ----------
    dimension
        The kind of question.
    facet
        What the values are of.
    values
        Those of each work.
    groups
        The artist of each work.

    Returns
    -------
    Answers
        Those that most works have first; fewer than two of them cannot be asked about.
    """
    spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    rows: defaultdict[str, set[int]] = defaultdict(set)
    for row, own in enumerate(values):
        for value in own:
            said = worded(value, facet).casefold()
            spellings[said][value] += 1
            rows[said].add(row)
    names = {said: max(own.items(), key=_often)[0] for said, own in spellings.items()}
    ordered = sorted(names, key=lambda said: (-len(rows[said]), names[said]))
    taken: list[str] = []
    left_out: dict[str, str] = {}
    unnamed = 0
    for said in ordered:
        why = _why_not(dimension, rows[said], groups, len(taken))
        if not why:
            taken.append(said)
        elif len(left_out) < _MOST_NAMED:
            left_out[names[said]] = why
        else:
            unnamed += 1
    if unnamed:
        left_out[f"{unnamed:,} more"] = "too few works, one artist, or less frequent than others"
    labels = np.zeros((len(values), len(taken)), np.bool_)
    for column, said in enumerate(taken):
        labels[sorted(rows[said]), column] = True
    told = DimensionTold(
        name=dimension.name,
        facet=facet,
        templates=dimension.templates,
        classes=tuple(names[said] for said in taken),
        works=int(labels.any(axis=1).sum()),
        left_out=left_out,
    )
    return Answers(told, labels, tuple(_said(dimension, facet, names[said]) for said in taken))


def worded(value: str, facet: str) -> str:
    """Put a value into the words in which it stands in a phrasing.

    Parameters
    ----------
    value
        The value.
    facet
        What it is a value of; periods keep the word, which the phrasings do not say.

    Returns
    -------
    str
        The words.

    Examples
    --------
    >>> worded("1501-1550", "timeframe"), worded("Edo period", "period")
    ('years 1501 to 1550', 'Edo period')
    >>> worded("nude painting (nu)", "genre"), worded("boats-and-ships", "subject")
    ('nude', 'boats, ships')
    """
    span = _SPAN.fullmatch(value) if facet in _TIMES else None
    if span:
        return f"years {span[1]} to {span[2]}"
    return prompt_text(value, "date" if facet in _TIMES else facet)


def _said(dimension: Dimension, facet: str, value: str) -> tuple[str, ...]:
    words = worded(value, facet)
    kept = "date" if facet in _TIMES else facet
    return tuple(phrase({kept: dimension.templates}, kept, words))


def _often(spelling: tuple[str, int]) -> tuple[int, str]:
    """Order spellings by how often each occurs, then by the letters."""
    return spelling[1], spelling[0]


def _why_not(dimension: Dimension, rows: set[int], groups: Sequence[str], taken: int) -> str:
    if len(rows) < dimension.least_works:
        works = "work" if len(rows) == 1 else "works"
        return f"{len(rows)} {works}, fewer than {dimension.least_works}"
    if len({groups[row] for row in rows}) < FEWEST_ARTISTS:
        return f"all {len(rows):,} works are by one artist"
    if taken >= dimension.most_classes:
        return f"{len(rows):,} works, less than the {dimension.most_classes} most frequent answers"
    return ""
