"""Balanced accuracy and area under the ROC curve, where works can have several answers.

Areas compare works only within the part of a probe that they were held out in: probes of two parts
give scores on two scales. Where a work was drawn anew several times, it counts several times.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Ordered", "answered_right", "auc_of", "mean_of", "ordered", "recalls", "recalls_by_lot"]


def answered_right(scores: NDArray[np.floating], labels: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Say which right answers are given, if as many are given as a work has.

    Parameters
    ----------
    scores
        For each work how much each answer is said of it, shape ``(n, n_classes)``. Of equal ones
        the first are given.
    labels
        The right answers, of the same shape.

    Returns
    -------
    ndarray of bool, shape (n, n_classes)
        Right answers that are given.
    """
    order = np.argsort(-scores, axis=1, kind="stable")
    place = np.empty_like(order)
    np.put_along_axis(place, order, np.arange(scores.shape[1])[None, :], axis=1)
    given: NDArray[np.bool_] = labels & (place < labels.sum(axis=1, keepdims=True))
    return given


def recalls(
    right: NDArray[np.bool_], labels: NDArray[np.bool_], weights: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Give for each answer the share of its works that are given it.

    Parameters
    ----------
    right
        What ``answered_right`` gives, shape ``(n, n_classes)``.
    labels
        The right answers.
    weights
        How often each work counts, shape ``(n,)``.

    Returns
    -------
    ndarray of float64, shape (n_classes,)
        Their mean is balanced accuracy (Brodersen et al. 2010); not a number without a work.
    """
    weights = np.ones(len(labels)) if weights is None else weights
    works = weights @ labels
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(works > 0, (weights @ right) / works, np.nan)


def recalls_by_lot(labels: NDArray[np.bool_]) -> float:
    """Give the mean of ``recalls`` of answers drawn by lot.

    Parameters
    ----------
    labels
        The right answers, shape ``(n, n_classes)``.

    Returns
    -------
    float
        ``1 / n_classes`` where each work has one; not a number without a work.
    """
    share = labels.sum(axis=1) / labels.shape[1]
    works = labels.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return mean_of(np.where(works > 0, (share @ labels) / works, np.nan))


def mean_of(numbers: NDArray[np.float64]) -> float:
    """Return the mean of those that are numbers, and no number of none.

    Parameters
    ----------
    numbers
        Of any shape.

    Returns
    -------
    float
        Their mean.
    """
    known = numbers[~np.isnan(numbers)]
    return float(known.mean()) if len(known) else float("nan")


@dataclass(frozen=True, eq=False)
class Ordered:
    """Works in the order of a score, once for many areas.

    Parameters
    ----------
    level
        The number of each work's score among the scores of all, from the lowest part and score;
        equal ones share one, shape ``(n,)``.
    first
        For each level the lowest of its part, shape ``(n_levels,)``.
    """

    level: NDArray[np.intp]
    first: NDArray[np.intp]


def ordered(scores: NDArray[np.floating], parts: NDArray[np.intp] | None = None) -> Ordered:
    """Order works by a score.

    Parameters
    ----------
    scores
        Shape ``(n,)``.
    parts
        Works of which parts are compared with each other; by default all are.

    Returns
    -------
    Ordered
        For ``auc_of``.
    """
    parts = np.zeros(len(scores), np.intp) if parts is None else parts
    order = np.lexsort((scores, parts))
    new_part = np.diff(parts[order], prepend=-1) != 0
    new = new_part | (np.diff(scores[order], prepend=np.inf) != 0)
    levels = np.cumsum(new) - 1
    level = np.empty(len(scores), np.intp)
    level[order] = levels
    starts = levels[new_part]
    first = starts[np.cumsum(new_part[new]) - 1] if len(scores) else starts
    return Ordered(level, first)


def auc_of(
    order: Ordered, positive: NDArray[np.bool_], weights: NDArray[np.float64] | None = None
) -> float:
    """Return the area under the ROC curve: how often a right work scores above a wrong one.

    It is the statistic of Mann and Whitney (Hanley & McNeil 1982); equal scores count half.

    Parameters
    ----------
    order
        The works by their score.
    positive
        Which of them should score high, shape ``(n,)``.
    weights
        How often each work counts, shape ``(n,)``.

    Returns
    -------
    float
        From 0 to 1; not a number where no two works can be compared.
    """
    weights = np.ones(len(positive)) if weights is None else weights
    levels = len(order.first)
    high = np.bincount(order.level, np.where(positive, weights, 0.0), minlength=levels)
    low = np.bincount(order.level, np.where(positive, 0.0, weights), minlength=levels)
    below = np.cumsum(low) - low
    below -= below[order.first]
    lows = np.bincount(order.first, low, minlength=levels)
    pairs = float((np.bincount(order.first, high, minlength=levels) * lows).sum())
    return float((high * (below + low / 2)).sum()) / pairs if pairs else float("nan")
