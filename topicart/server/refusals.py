"""What is asked of the server and cannot be answered, and the reading of what is asked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from knowledge_graph import cut

if TYPE_CHECKING:
    from starlette.datastructures import QueryParams

__all__ = [
    "MOST",
    "Refusal",
    "conditions_in",
    "number_in",
    "row_in",
    "rows_in",
    "strength_in",
    "words_in",
]

MOST = 500
"""Most works that an answer holds."""

_LONGEST_WORDS = 500
_MOST_CONDITIONS = 40
_MOST_TOGETHER = 50
_STRONGEST = 10


class Refusal(Exception):  # noqa: N818 - nothing failed
    """An answer other than what was asked for: a status and a sentence, never a traceback.

    Parameters
    ----------
    status : int
        Of HTTP.
    error, expected, remedy : str
        What is wrong, what would be right, and what to do.
    """

    def __init__(self, status: int, error: str, expected: str, remedy: str) -> None:
        super().__init__(error)
        self.status = status
        self.told = {"error": error, "expected": expected, "remedy": remedy}


def number_in(asked: QueryParams, name: str, usual: int, least: int, most: int) -> int:
    """Read a number.

    Parameters
    ----------
    asked : QueryParams
        The query.
    name : str
        Of the number.
    usual : int
        What it is where it is not given.
    least, most : int
        Its limits.

    Returns
    -------
    int
        Within the limits.

    Raises
    ------
    Refusal
        If it is not.
    """
    text = asked.get(name)
    if text is None:
        return usual
    if not re.fullmatch(r"[0-9]{1,9}", text) or not least <= int(text) <= most:
        raise Refusal(
            400,
            f"{name}={cut(text)} cannot be answered.",
            f"{name} is a whole number from {least} to {most}.",
            f"Ask again, for example with {name}={usual}.",
        )
    return int(text)


def row_in(text: str | None, name: str, works: int) -> int:
    """Read the number of a work.

    Parameters
    ----------
    text : str or None
        What was given.
    name : str
        What it is called.
    works : int
        How many there are.

    Returns
    -------
    int
        A row of the works.

    Raises
    ------
    Refusal
        404 if there is no such work, 400 if it is no number.
    """
    expected = f"{name} is the number of a work, from 0 to {works - 1}."
    remedy = "Open a work on the page: its number stands in the address, after work=."
    if text is None or not re.fullmatch(r"[0-9]{1,9}", text):
        told = f"{name} is missing." if text is None else f"{cut(text)!r} is no number of a work."
        raise Refusal(400, told, expected, remedy)
    if int(text) >= works:
        raise Refusal(404, f"There is no work {int(text)}.", expected, remedy)
    return int(text)


def rows_in(asked: QueryParams, name: str, works: int) -> list[int]:
    """Read the numbers of one work or several.

    Parameters
    ----------
    asked : QueryParams
        The query.
    name : str
        What they are called; given once for each.
    works : int
        How many there are.

    Returns
    -------
    list of int
        Rows of the works, at least one.

    Raises
    ------
    Refusal
        As :func:`row_in`, and 400 if there are too many.
    """
    texts = asked.getlist(name)
    if len(texts) > _MOST_TOGETHER:
        raise Refusal(
            400,
            f"There are {len(texts)} works.",
            f"{name} is given at most {_MOST_TOGETHER} times.",
            "Choose fewer works: what they have in common shows in a few.",
        )
    if not texts:
        return [row_in(None, name, works)]
    return [row_in(text, name, works) for text in texts]


def strength_in(asked: QueryParams) -> float:
    """Read how far a query is turned.

    Parameters
    ----------
    asked : QueryParams
        The query.

    Returns
    -------
    float
        1.5 where it is not given.

    Raises
    ------
    Refusal
        If it is no number, or too large.
    """
    text = asked.get("strength", "1.5")
    if not re.fullmatch(r"-?[0-9]{1,2}(\.[0-9]{1,4})?", text) or not abs(float(text)) <= _STRONGEST:
        raise Refusal(
            400,
            f"strength={cut(text)} cannot be answered.",
            f"strength is a number from -{_STRONGEST} to {_STRONGEST}.",
            "Ask again, for example with strength=1.5.",
        )
    return float(text)


def words_in(asked: QueryParams, name: str = "words") -> str:
    """Read the words that are sought.

    Parameters
    ----------
    asked : QueryParams
        The query.
    name : str
        What they are called.

    Returns
    -------
    str
        With single spaces, not empty.

    Raises
    ------
    Refusal
        If there are none, or too many.
    """
    words = " ".join(asked.get(name, "").split())
    if not 0 < len(words) <= _LONGEST_WORDS:
        raise Refusal(
            400,
            f"The words have {len(words)} letters." if words else "There are no words to seek.",
            f"{name} has 1 to {_LONGEST_WORDS} letters.",
            "Describe what is to be seen in a few words, such as: ships in a storm.",
        )
    # Half a letter (a lone surrogate) cannot be encoded; a tokenizer would fail on it.
    return words.encode("utf-8", "replace").decode("utf-8")


def conditions_in(asked: QueryParams) -> list[str]:
    """Read the conditions.

    Parameters
    ----------
    asked : QueryParams
        The query.

    Returns
    -------
    list of str
        As they were written.

    Raises
    ------
    Refusal
        If there are too many.
    """
    conditions = asked.getlist("where")
    if len(conditions) > _MOST_CONDITIONS:
        raise Refusal(
            400,
            f"There are {len(conditions)} conditions.",
            f"where is given at most {_MOST_CONDITIONS} times.",
            "Put several values of one facet in one condition: where=genre=marina|portrait.",
        )
    return conditions
