"""The plan of an epoch: which works meet in which batch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

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
    raise NotImplementedError
