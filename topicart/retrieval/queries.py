"""What is sought: a vector of a run's space, what it is called, and the works it is made of."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge_graph import cut
from topicart.errors import RetrievalError

__all__ = ["LONGEST_TOLD", "Query", "normal", "quoted", "spoken"]

LONGEST_TOLD = 80
"""Most letters of a title or of words that are told."""

_LEAST_LENGTH = 1e-6


@dataclass(frozen=True, eq=False)
class Query:
    """What is sought, as a vector of a run's space."""

    vector: NDArray[np.float32]
    """Shape ``(dim,)``, of length 1."""
    shown: str
    """What it is, for people: a title, words in quotes, a file's name."""
    rows: tuple[int, ...] = ()
    """The works that it is made of; they are not found again."""
    picture: Path | None = None
    """The file, where a picture is sought with."""


def normal(vector: NDArray[np.float64], what: str) -> NDArray[np.float32]:
    """Scale a vector to length 1.

    Parameters
    ----------
    vector : ndarray of float64, shape (dim,)
        Any.
    what : str
        What it is, for an error.

    Returns
    -------
    ndarray of float32, shape (dim,)
        Of length 1.

    Raises
    ------
    RetrievalError
        If it is zero or not finite: it points nowhere.
    """
    length = float(np.linalg.norm(vector))
    if not (np.isfinite(length) and length > _LEAST_LENGTH):
        raise RetrievalError(
            f"{what} points nowhere (its length is {length:.3g}): nothing is nearer to it than "
            "anything else. Ask for something else."
        )
    return (vector / length).astype(np.float32)


def spoken(words: str) -> str:
    """Bring words to one line.

    Parameters
    ----------
    words : str
        As a person wrote them.

    Returns
    -------
    str
        With single spaces.

    Raises
    ------
    RetrievalError
        If there is none.
    """
    said = " ".join(words.split())
    if not said:
        raise RetrievalError("There is no word to search for: write some, such as “ships at sea”.")
    return said


def quoted(words: str) -> str:
    """Put words in quotes, cut where they are long.

    Parameters
    ----------
    words : str
        Any.

    Returns
    -------
    str
        In curly quotes.
    """
    return f"“{cut(words, LONGEST_TOLD)}”"
