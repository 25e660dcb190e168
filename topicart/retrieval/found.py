"""What a search found, and how it was sought."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["BestOfEach", "Found", "FoundMany", "Plan"]


@dataclass(frozen=True)
class Plan:
    """How an index sought."""

    how: Literal["grouped", "scan", "tree"]
    """``grouped``: the allowed rows lie together and are multiplied; ``scan``: all are
    looked through, part by part, and the allowed ones taken; ``tree``: a ball tree is descended."""
    allowed: int
    """Works that meet the conditions."""
    works: int
    """Works of the index."""
    why: str
    """Why so, in a sentence."""


@dataclass(frozen=True, eq=False)
class Found:
    """The works nearest to a query, best first."""

    rows: NDArray[np.intp]
    """Rows of the index, shape ``(found,)``; of equal scores the lower row first."""
    scores: NDArray[np.float32]
    """Their inner products with the query (cosines, for rows of length 1), shape ``(found,)``."""
    ids: tuple[str, ...]
    """The works' ids."""
    asked: int
    """How many were asked for."""
    allowed: int
    """How many works meet the conditions."""
    plan: Plan | None = None
    """How they were sought, where that was asked."""

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def note(self) -> str:
        """Why there are fewer works than were asked for.

        Returns
        -------
        str
            A sentence, or nothing where there are as many.
        """
        return _note(len(self), self.asked, self.allowed)


@dataclass(frozen=True, eq=False)
class FoundMany:
    """The works nearest to each of several queries, best first."""

    rows: NDArray[np.intp]
    """Rows of the index, shape ``(n_queries, found)``; of equal scores the lower row first."""
    scores: NDArray[np.float32]
    """Their inner products with their query, shape ``(n_queries, found)``."""
    asked: int
    """How many were asked for, for each query."""
    allowed: int
    """How many works meet the conditions."""
    plan: Plan | None = None
    """How they were sought, where that was asked."""

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def note(self) -> str:
        """Why there are fewer works for each query than were asked for.

        Returns
        -------
        str
            A sentence, or nothing where there are as many.
        """
        return _note(self.rows.shape[1], self.asked, self.allowed)


@dataclass(frozen=True, eq=False)
class BestOfEach:
    """For each value of a facet the work nearest to a query, best value first."""

    values: tuple[str, ...]
    """The values, as they are shown; of equal scores the one whose row is lower first."""
    rows: NDArray[np.intp]
    """The nearest work of each, as a row of the index, shape ``(n_values,)``."""
    scores: NDArray[np.float32]
    """Its inner product with the query, shape ``(n_values,)``."""
    works: NDArray[np.intp]
    """How many works of the value could have been found, shape ``(n_values,)``."""
    left_out: dict[str, int]
    """Values with fewer such works than were asked for, and how many they have (it may be 0)."""

    def __len__(self) -> int:
        return len(self.values)


def _note(found: int, asked: int, allowed: int) -> str:
    if found >= asked:
        return ""
    if allowed == 0:
        return "No work meets these conditions."
    works = "work meets" if allowed == 1 else "works meet"
    return f"Only {allowed:,} {works} these conditions; {asked:,} were asked for."
