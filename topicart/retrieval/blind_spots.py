"""Where a group of works is missing, or over-present: regions of the space against chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from topicart.retrieval.index import ConditionalIndex

if TYPE_CHECKING:
    from topicart.fit import Progress

__all__ = ["BlindSpots", "Region", "blind_spots"]


@dataclass(frozen=True, eq=False)
class Region:
    """A region of the space, a node of the tree, and how much of a group is there."""

    kind: Literal["missing", "over-present"]
    """Whether the group has fewer works there than chance would give it, or more."""
    size: int
    """Works there that state the facet."""
    found: int
    """Works of the group among them."""
    expected: float
    """How many of the group chance would put there: size times the group's share of all."""
    p: float
    """How often chance alone gives a number this far off, in this one region (two-sided)."""
    corrected: float
    """How often chance alone gives a p this small in any region at all."""
    rows: NDArray[np.intp]
    """All works there that state the facet, ascending."""
    central: tuple[int, ...]
    """Rows of the most central works, whatever they state, the most central first."""
    members: tuple[int, ...]
    """Rows of the group's works there, the most central first."""
    nearest: tuple[int, ...]
    """Rows of the group's works elsewhere that are nearest to the region's centre, best first."""

    @property
    def lift(self) -> float:
        """How many times as many works of the group are there as chance would give.

        Returns
        -------
        float
            0 where there is none.
        """
        return self.found / self.expected


@dataclass(frozen=True, eq=False)
class BlindSpots:
    """The regions where a group is missing or over-present; no two of them overlap."""

    facet: str
    """The facet that was asked for."""
    value: str
    """The value that makes the group."""
    works: int
    """Works that state the facet and take part."""
    left_out: int
    """Works that state nothing of the facet, and take no part."""
    group: int
    """Works of the group."""
    tested: int
    """Regions that were looked at."""
    permutations: int
    """How often the labels were shuffled."""
    level: float
    """The largest corrected p of a region that is told of."""
    missing: tuple[Region, ...]
    """Where the group is missing, the least probable first."""
    over: tuple[Region, ...]
    """Where the group is over-present, the least probable first."""


def blind_spots(
    index: ConditionalIndex,
    facet: str,
    value: str,
    *,
    least: int = 20,
    permutations: int = 999,
    seed: int = 0,
    k: int = 12,
    level: float = 0.05,
    progress: Progress | None = None,
) -> BlindSpots:
    """Find the regions where a group of works is missing or over-present.

    Parameters
    ----------
    index : ConditionalIndex
        The works.
    facet, value : str
        What the works of the group state.
    least : int
        The fewest works of a region.
    permutations : int
        How often the labels are shuffled.
    seed : int
        Of the shuffling and of the tree.
    k : int
        How many central works, works of the group and nearest works are given at most.
    level : float
        The largest corrected p of a region that is told of.
    progress : Progress, optional
        Told how far it is.

    Returns
    -------
    BlindSpots
        The regions, and what was compared.
    """
    raise NotImplementedError
