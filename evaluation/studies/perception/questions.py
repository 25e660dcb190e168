"""What people are asked of pictures, and the answers that they can give."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from prompts import shown

if TYPE_CHECKING:
    from evaluation.studies.perception.result import DimensionTold

__all__ = ["CANNOT_TELL", "DEGREES", "Question", "questions_of", "shown_as"]

_NUMBER = re.compile(r"([0-9]{1,9})")

CANNOT_TELL = "cannot tell"
"""The answer of who looked and does not know: counted, but no answer of the scale."""

DEGREES = ("not at all", "hardly", "somewhat", "clearly", "strongly")
"""The answers to a question of degree, in order."""

_ASKED = {
    "content": "What is shown above all?",
    "scene": "What kind of picture is it?",
    "style": "In which style is it?",
    "period": "When was it made?",
    "deformation": "Does anything look distorted, misplaced or damaged?",
}
_OF_DEGREE = ("deformation",)


@dataclass(frozen=True)
class Question:
    """What people are asked of a picture.

    Parameters
    ----------
    dimension
        Its name in the file of annotations.
    asked
        The question as it is put.
    answers
        The answers that can be given; from least to most on an ordinal scale.
    scale
        ``nominal`` or ``ordinal``.
    told
        The answers as people read them, where that is otherwise than the catalogue writes them.
    """

    dimension: str
    asked: str
    answers: tuple[str, ...]
    scale: Literal["nominal", "ordinal"]
    told: tuple[str, ...] = ()

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The answers, and what people read for each.

        Returns
        -------
        list of (str, str)
            As the catalogue writes it, and as people read it.
        """
        return list(zip(self.answers, self.told or self.answers, strict=True))


def questions_of(dimensions: Sequence[DimensionTold]) -> tuple[Question, ...]:
    """Make a question of each dimension that has at least two answers.

    Parameters
    ----------
    dimensions
        The dimensions with the classes that a collection has; they are offered by the alphabet,
        so that the order hints at nothing. ``deformation`` is asked by degree (``DEGREES``),
        whatever its classes.

    Returns
    -------
    tuple of Question
        In the order of the dimensions.
    """
    asked = []
    for dimension in dimensions:
        of_degree = dimension.name in _OF_DEGREE
        answers = DEGREES if of_degree else tuple(sorted(dimension.classes, key=_by_alphabet))
        if len(answers) > 1:
            words = _ASKED.get(dimension.name, f"Which {dimension.name} is it?")
            scale: Literal["nominal", "ordinal"] = "ordinal" if of_degree else "nominal"
            told = answers if of_degree else tuple(shown(own, dimension.facet) for own in answers)
            asked.append(Question(dimension.name, words, answers, scale, told))
    return tuple(asked)


def shown_as(work: str, treatment: str = "") -> str:
    """Give the name under which a work's picture stands in a file of annotations.

    Parameters
    ----------
    work
        The work's id.
    treatment
        What was done to its picture; nothing if empty.

    Returns
    -------
    str
        The id, or ``id#treatment``.
    """
    return f"{work}#{treatment}" if treatment else work


def _by_alphabet(answer: str) -> tuple[list[tuple[str, int]], str]:
    """Order by the alphabet, numbers by their size: the 9th century is before the 10th."""
    parts = _NUMBER.split(shown(answer, "").casefold())
    return [(part, 0) if at % 2 == 0 else ("", int(part)) for at, part in enumerate(parts)], answer
