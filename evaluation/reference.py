"""The texts in which the words of topics are counted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evaluation.baselines.tokens import MIN_WORKS, tokenize
from knowledge_graph.errors import TopicartError, nearest, printable

if TYPE_CHECKING:
    from evaluation.values import RunValues

NAMES = ("captions", "titles", "descriptions")
"""Texts that a collection has of its own; any other name is a file's."""

_WORDS = "two letters or more, in lower case, no English stop words"
_OF_WORKS = f"{_WORDS}; in {MIN_WORKS} works at least and in half of them at most"


class ReferenceTextError(TopicartError):
    """Texts in which words should be counted cannot be read."""


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
    of_works
        Whether they are the works' own.
    """

    name: str
    texts: tuple[tuple[str, ...], ...]
    rule: str
    of_works: bool = True


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
        A text of each work, or of each line that is not empty. Texts of works may all be without
        a word; those of a file are not.

    Raises
    ------
    ReferenceTextError
        If it is none of the three and no such file can be read, or the file has no word.
    """
    if name == "captions":
        return Reference("captions of the collection", values.tokens, _OF_WORKS)
    if name in NAMES:
        told = tokenize(values.works.column(name.removesuffix("s")))
        return Reference(f"{name} of the collection", tuple(map(tuple, told)), _OF_WORKS)
    return _read_file(name)


def require_readable(name: str) -> None:
    """Refuse a file of texts that cannot be read, before any long work.

    Parameters
    ----------
    name
        As for :func:`read_reference`.

    Raises
    ------
    ReferenceTextError
        As :func:`read_reference`.
    """
    if name not in NAMES:
        _read_file(name)


def _read_file(name: str) -> Reference:
    path = Path(name)
    told = printable(name)
    expected = f"expected {', '.join(NAMES)}, or a text file in UTF-8 with a text on each line"
    try:
        with path.open(encoding="utf-8-sig") as file:
            lines = [line for line in file if not line.isspace()]
    except FileNotFoundError:
        raise ReferenceTextError(
            f"the reference {told!r} is no file and no text of the collection; {expected}."
            f"{nearest(name, NAMES)}"
        ) from None
    except UnicodeDecodeError:
        raise ReferenceTextError(
            f"the reference {told} is not in UTF-8; {expected}. Save it as UTF-8."
        ) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ReferenceTextError(
            f"the reference {told!r} cannot be read ({reason}); {expected}."
        ) from None
    texts = tuple(map(tuple, tokenize(lines, min_works=1, max_share=1.0)))
    if not any(texts):
        raise ReferenceTextError(
            f"the reference {told} has {len(lines):,} lines and no word in them (a word has "
            f"{_WORDS}); {expected}."
        )
    return Reference(f"lines of {printable(path.name)}", texts, _WORDS, of_works=False)
