"""What a search found, and how it was sought."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["Found", "Plan"]


@dataclass(frozen=True)
class Plan:
    """How an index sought."""

    how: Literal["grouped", "scan", "tree"]
    """``grouped``: the allowed rows lie together and are multiplied; ``scan``: all rows are
    multiplied and the allowed ones taken; ``tree``: a ball tree is descended."""
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
        if len(self) >= self.asked:
            return ""
        if self.allowed == 0:
            return "No work meets these conditions."
        works = "work meets" if self.allowed == 1 else "works meet"
        return f"Only {self.allowed:,} {works} these conditions; {self.asked:,} were asked for."
