"""How far counts in regions are from chance: hypergeometric tails, and labels shuffled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from topicart.fit import Progress

__all__ = ["Tails", "smallest_by_chance", "tails_of"]

_DEVIATIONS = 40
"""Standard deviations that are tabulated: what is beyond counts as that edge's."""
_LEAST_P = 1e-300


@dataclass(frozen=True, eq=False)
class Tails:
    """For some regions, the p of each number of a group's works that may be there."""

    table: NDArray[np.float64]
    """The p of all sizes of region, one after the other."""
    starts: NDArray[np.int64]
    """Where each region's begin, shape ``(n_regions,)``."""
    fewest: NDArray[np.int64]
    """The number that the first is of."""
    most: NDArray[np.int64]
    """The number that the last is of."""

    def p(self, counts: NDArray[np.int64]) -> NDArray[np.float64]:
        """Look up how often chance gives numbers as far off.

        Parameters
        ----------
        counts : ndarray of int, shape (n_regions,)
            How many works of the group are in each region.

        Returns
        -------
        ndarray of float, shape (n_regions,)
            Two-sided p: twice the smaller tail, between 1e-300 and 1.
        """
        found: NDArray[np.float64] = self.table[
            self.starts + np.clip(counts, self.fewest, self.most) - self.fewest
        ]
        return found


def tails_of(sizes: NDArray[np.int64], group: int, works: int) -> Tails:
    """Tabulate the hypergeometric tails of regions.

    If ``group`` of ``works`` works are marked at random, a region of ``s`` works holds ``x`` of
    them with probability ``C(group, x) · C(works − group, s − x) / C(works, s)``.

    Parameters
    ----------
    sizes : ndarray of int, shape (n_regions,)
        Works of each region.
    group, works : int
        Works of the group, and of all.

    Returns
    -------
    Tails
        Of each region.
    """
    from scipy.special import gammaln

    def chosen(n: int, of: NDArray[np.int64]) -> NDArray[np.float64]:
        """The logarithm of the number of ways to choose."""
        ways: NDArray[np.float64] = gammaln(n + 1) - gammaln(of + 1) - gammaln(n - of + 1)
        return ways

    different, which = np.unique(sizes, return_inverse=True)
    share = group / works
    spread = np.sqrt(different * share * (1 - share))
    fewest = np.maximum(0, different + group - works)
    most = np.minimum(different, group)
    # A window keeps the table small where regions hold a large part of a million works.
    reach = _DEVIATIONS * (spread + 1)
    fewest = np.maximum(fewest, np.floor(different * share - reach).astype(np.int64))
    most = np.minimum(most, np.ceil(different * share + reach).astype(np.int64))
    parts = []
    for size, low, high in zip(different.tolist(), fewest.tolist(), most.tolist(), strict=True):
        counts = np.arange(low, high + 1)
        ways = chosen(group, counts) + chosen(works - group, size - counts)
        likely = np.exp(ways - ways.max())
        likely /= likely.sum()
        tail = np.minimum(np.cumsum(likely), np.cumsum(likely[::-1])[::-1])
        parts.append(np.clip(2 * tail, _LEAST_P, 1.0))
    starts = np.concatenate([[0], np.cumsum(most - fewest + 1)[:-1]])
    return Tails(np.concatenate(parts), starts[which], fewest[which], most[which])


def smallest_by_chance(
    tails: Tails,
    firsts: NDArray[np.int64],
    lasts: NDArray[np.int64],
    group: int,
    works: int,
    *,
    permutations: int,
    seed: int,
    progress: Progress | None = None,
) -> NDArray[np.float64]:
    """Shuffle who belongs to a group, and keep the smallest p of any region each time.

    Parameters
    ----------
    tails : Tails
        Of the regions.
    firsts, lasts : ndarray of int, shape (n_regions,)
        Where each region begins and ends among the works in the order of the tree.
    group, works : int
        Works of the group, and of all.
    permutations : int
        How often.
    seed : int
        Of the shuffling.
    progress : Progress, optional
        Told how often it was done.

    Returns
    -------
    ndarray of float, shape (permutations,)
        The smallest p of each time, ascending: what Westfall and Young (1993) call minP.
    """
    random = np.random.default_rng(seed)
    smallest = np.empty(permutations, np.float64)
    before = np.zeros(works + 1, np.int64)
    for time in range(permutations):
        drawn = np.zeros(works, np.bool_)
        drawn[random.choice(works, group, replace=False, shuffle=False)] = True
        np.cumsum(drawn, out=before[1:])
        smallest[time] = tails.p(before[lasts] - before[firsts]).min()
        if progress is not None:
            progress.count(time + 1, permutations)
    smallest.sort()
    return smallest
