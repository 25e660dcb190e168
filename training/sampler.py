"""The plan of an epoch: which works meet in which batch.

Captions made of facts repeat: where a batch holds one twice, a loss that takes every other caption
for a wrong one is told falsehoods. Such batches are dealt like cards (``_deal``): in one pass, so
that the cost grows linearly, and with as many batches as the captions allow.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from topicart.errors import TrainingError

__all__ = ["plan_epoch"]


def plan_epoch(
    n_works: int,
    keys: NDArray[np.int64] | Sequence[int] | None,
    batch_size: int,
    *,
    avoid_duplicates: bool,
    seed: int,
) -> NDArray[np.int64]:
    """Draw the batches of an epoch; the same arguments give the same plan on every process.

    Parameters
    ----------
    n_works : int
        Number of works.
    keys : array of int, shape (n_works,), optional
        A number for each caption, equal where captions are; only for ``avoid_duplicates``.
    batch_size : int
        Works in a batch.
    avoid_duplicates : bool
        Whether a batch may not hold two works with one key.
    seed : int
        Of this epoch.

    Returns
    -------
    ndarray of int64, shape (n_batches, batch_size)
        Rows of works. Each occurs at most once; what fills no batch sits this epoch out.

    Raises
    ------
    TrainingError
        There are fewer works than a batch has, or fewer different captions.
    """
    if n_works < batch_size:
        raise TrainingError(
            f"a batch has {batch_size:,} pairs, and there are {n_works:,} works to learn from; "
            f"expected at least as many works. Give --batch-size at most {n_works:,}, or hold out "
            "fewer works."
        )
    chance = np.random.default_rng(seed)
    if not avoid_duplicates:
        n_batches = n_works // batch_size
        return chance.permutation(n_works)[: n_batches * batch_size].reshape(-1, batch_size)
    if keys is None or len(keys) != n_works:
        raise ValueError(f"avoid_duplicates needs a key for each of the {n_works:,} works.")
    _, groups = np.unique(np.asarray(keys), return_inverse=True)
    return _deal(groups, batch_size, chance)


def _deal(
    groups: NDArray[np.intp], batch_size: int, chance: np.random.Generator
) -> NDArray[np.int64]:
    """Deal works to batches like cards, so that none gets two of one group.

    Works lie in one row, group after group, and the one at position t goes to batch t mod K: a
    group of at most K members, which lie side by side, is spread over as many batches. Of a larger
    one, K members drawn by chance are dealt. Groups and members are shuffled.
    """
    counts = np.bincount(groups)
    n_batches = _most_batches(counts, batch_size)
    if n_batches == 0:
        raise TrainingError(
            f"a batch has {batch_size:,} pairs, none with the caption of another, and the "
            f"{len(groups):,} works have {len(counts):,} different captions; expected at least as "
            f"many as a batch has. Give --batch-size at most {len(counts):,}, or --loss "
            "multi-positive, which takes equal captions for what they are, or let batches hold "
            "duplicates (duplicates: allow), or give templates that say more."
        )
    order_of_groups = chance.permutation(len(counts))
    row = np.lexsort((chance.random(len(groups)), order_of_groups[groups]))
    lengths = counts[np.argsort(order_of_groups)]
    first = np.repeat(np.cumsum(lengths) - lengths, lengths)
    dealt = row[np.arange(len(row)) - first < n_batches][: n_batches * batch_size]
    # Read down the columns: work t is in batch t mod K. Then the batches are shuffled.
    return chance.permutation(dealt.reshape(batch_size, n_batches).T).astype(np.int64)


def _most_batches(counts: NDArray[np.intp], batch_size: int) -> int:
    """Find the largest K with sum(min(count, K)) >= K * batch_size: no more can be dealt.

    The left side is concave in K and 0 at 0, so what holds for K holds for all smaller ones.
    """
    most, too_many = 0, int(counts.sum()) // batch_size + 1
    while too_many - most > 1:
        middle = (most + too_many) // 2
        if int(np.minimum(counts, middle).sum()) >= middle * batch_size:
            most = middle
        else:
            too_many = middle
    return most
