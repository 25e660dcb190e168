"""What maps that join two towers share: what they are, and how they are judged while learning."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from evaluation.retrieval import ranks
from evaluation.studies.looking.works import held_out_groups
from topicart.model import derive_seed

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["LEAST_WORKS", "Joined", "chooses", "mean_log_rank", "unit_rows"]

LEAST_WORKS = 20
"""Fewer works with a text train no map."""

_SHARE = 0.2
_MOST = 1000


@dataclass(frozen=True, eq=False)
class Joined:
    """A map of pictures and one of texts into one space.

    Parameters
    ----------
    pictures
        What a picture tower gives, shape ``(n, width)``, to ``(n, dim)``, of any length.
    texts
        The same for what a text side gives.
    about
        What was chosen while it learnt.
    """

    pictures: Callable[[NDArray[np.float32]], NDArray[np.float32]] = field(repr=False)
    texts: Callable[[NDArray[np.float32]], NDArray[np.float32]] = field(repr=False)
    about: Mapping[str, float]


def chooses(groups: Sequence[str], *, seed: int) -> NDArray[np.bool_]:
    """Mark the works that choose how a map learns; the others teach it.

    Parameters
    ----------
    groups
        What belongs together, a name a work.
    seed
        Decides which.

    Returns
    -------
    ndarray of bool, shape (n_works,)
        About a fifth of them in whole groups, 1,000 at most; of a single group's works a fifth.
    """
    names = groups if len(set(groups)) > 1 else [str(row) for row in range(len(groups))]
    return held_out_groups(
        names, min(_SHARE, _MOST / len(names)), seed=derive_seed(seed, "who chooses")
    )


def mean_log_rank(pictures: NDArray[np.float32], texts: NDArray[np.float32]) -> float:
    """Say how well pictures and texts find each other: the mean logarithm of the ranks.

    The median rank of some hundred works steps too coarsely to choose by.

    Parameters
    ----------
    pictures, texts
        Shape ``(n, dim)``; row by row they belong together.

    Returns
    -------
    float
        0 is best.
    """
    pictures, texts = unit_rows(pictures), unit_rows(texts)
    both = np.concatenate([ranks(texts, pictures), ranks(pictures, texts)])
    return float(np.log(both).mean())


def unit_rows(vectors: NDArray[np.floating]) -> NDArray[np.float32]:
    """Scale rows to length 1; a row of nothing but 0 stays, and is as near to one as to another.

    Parameters
    ----------
    vectors
        Shape ``(n, dim)``.

    Returns
    -------
    numpy.ndarray
        Shape ``(n, dim)``.
    """
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    scaled: NDArray[np.float32] = (vectors / np.where(lengths > 0, lengths, 1.0)).astype(np.float32)
    return scaled
