"""A theme's summary as a reader gets it: who wrote it, and which of its names nothing supports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from topicart.evidence_in_words import cut_at_names
from topicart.report.wording import day, shorten

if TYPE_CHECKING:
    from topicart.topics import Summary

__all__ = ["Passage", "Prose", "read_summary"]

_LONGEST_TEXT = 2000
_LONGEST_NAME = 160
_LONGEST_LINE = 1000
_MOST_LINES = 60
_MOST_NAMES = 40


@dataclass(frozen=True)
class Passage:
    """A piece of a text.

    Parameters
    ----------
    text
        As it is shown.
    unsupported
        Whether it is a name that no record of the theme's works contains.
    """

    text: str
    unsupported: bool


@dataclass(frozen=True)
class Prose:
    """A summary.

    Parameters
    ----------
    passages
        Its text, in pieces.
    by_machine
        Whether a model wrote it.
    author
        The model and the day, or empty.
    asked
        What the model was asked, line by line.
    unsupported
        The names that are marked, and those that should be but were not found in the text.
    """

    passages: tuple[Passage, ...]
    by_machine: bool
    author: str
    asked: tuple[str, ...]
    unsupported: tuple[str, ...]


def read_summary(summary: Summary) -> Prose:
    """Prepare a summary for the page.

    Parameters
    ----------
    summary
        As the run has it.

    Returns
    -------
    Prose
        Bounded texts without control characters.
    """
    names = tuple(
        dict.fromkeys(
            name
            for name in (shorten(name, _LONGEST_NAME) for name in summary.unsupported[:_MOST_NAMES])
            if name
        )
    )
    lines = (shorten(line, _LONGEST_LINE) for line in summary.prompt.splitlines())
    wrote = (shorten(summary.model, _LONGEST_NAME), shorten(day(summary.date), 60))
    return Prose(
        passages=_passages(shorten(summary.text, _LONGEST_TEXT), names),
        by_machine=summary.machine_written,
        author=", ".join(part for part in wrote if part),
        asked=tuple(line for line in lines if line)[:_MOST_LINES],
        unsupported=names,
    )


def _passages(text: str, names: Sequence[str]) -> tuple[Passage, ...]:
    return tuple(
        Passage(piece, unsupported=place % 2 == 1)
        for place, piece in enumerate(cut_at_names(text, names))
        if piece
    )
