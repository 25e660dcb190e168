"""The texts in which the words of topics are counted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evaluation.baselines.tokens import tokenize
from knowledge_graph.errors import TopicartError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evaluation.values import RunValues

NAMES = ("captions", "titles", "descriptions")
"""Texts that a collection has of its own; any other name is a file's."""


class ReferenceError(TopicartError):  # noqa: A001  (Python's own is about weak references)
    """Texts that cannot be read."""


@dataclass(frozen=True, eq=False)
class Reference:
    """Texts in which words are counted.

    Parameters
    ----------
    name
        What they are, in words for a table.
    texts
        The words of each text, in order, with repetitions; a text may have none.
    rule
        What counts as a word, in words for a table.
    """

    name: str
    texts: tuple[tuple[str, ...], ...]
    rule: str


def read_reference(name: str, values: RunValues) -> Reference:
    """Read the texts that a name stands for.

    Parameters
    ----------
    name
        ``captions``, ``titles`` or ``descriptions`` of the works that are measured, or the path of
        a text file in UTF-8 with a text on each line.
    values
        The run's values.

    Returns
    -------
    Reference
        A text of each work, or of each line that is not empty.

    Raises
    ------
    ReferenceError
        If it is none of the three and no such file can be read, or the file has no word.
    """
    raise NotImplementedError
