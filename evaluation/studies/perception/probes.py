"""A linear probe of a model's vectors, artists apart (Alain & Bengio 2016).

What a probe finds is encoded; what words do not reach of it is not aligned with them.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evaluation.studies.perception.scoring import auc_of, mean_of, ordered
from topicart.model import derive_seed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

__all__ = ["STRENGTHS", "Probed", "probed"]

STRENGTHS = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)
"""Inverse strengths of the penalty that are tried, on artists of the learning part alone."""

PARTS = 5
_INNER_PARTS = 4
_NEVER = -1e9
"""The score of an answer that no work to learn from has."""


@dataclass(frozen=True, eq=False)
class Probed:
    """What probes say of works whose artists they have not learnt from.

    Parameters
    ----------
    scores
        How much each answer is said of each work, shape ``(n, n_classes)``.
    parts
        The part in which each work was held out, shape ``(n,)``.
    """

    scores: NDArray[np.float64]
    parts: NDArray[np.intp]


def probed(
    features: NDArray[np.float32],
    labels: NDArray[np.bool_],
    groups: Sequence[str],
    *,
    parts: int = PARTS,
    strengths: Sequence[float] = STRENGTHS,
    seed: int = 0,
) -> Probed | None:
    """Probe vectors: standardised, logistic regression, every artist held out once.

    Works are parted by artist and, as far as that allows, evenly over the answers. In each part
    the penalty is chosen by the mean AUC on artists of the learning works, which are parted again.
    Where each work has one answer the regression is multinomial, else one against the rest; all
    answers weigh the same.

    Parameters
    ----------
    features
        What the picture tower gives, shape ``(n, width)``.
    labels
        The right answers, at least one a work, shape ``(n, n_classes)``.
    groups
        The artist of each work.
    parts
        Into how many parts works are parted, if there are enough artists and works.
    strengths
        Inverse strengths of the penalty to choose from.
    seed
        Decides the parts.

    Returns
    -------
    Probed or None
        None where all works are of one artist, or there is one answer.
    """
    if len(set(groups)) < 2 or labels.shape[1] < 2 or not len(labels):
        return None
    artists = np.unique(np.asarray(groups), return_inverse=True)[1]
    rarest = _rarest(labels)
    scores = np.full(labels.shape, _NEVER)
    part_of = np.zeros(len(labels), np.intp)
    within = [derive_seed(seed, f"within part {part}") for part in range(parts)]
    for part, (learn, judge) in enumerate(_split(rarest, artists, parts, seed)):
        inner = next(_split(rarest[learn], artists[learn], _INNER_PARTS, within[part]), None)
        strength = _chosen(features[learn], labels[learn], inner, strengths)
        scores[judge] = _fitted(features[learn], labels[learn], features[judge], strength)
        part_of[judge] = part
    return Probed(scores, part_of)


def _rarest(labels: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Give each work's rarest answer, by which parts are made even."""
    often = labels.sum(axis=0)
    rarest: NDArray[np.intp] = np.argmin(np.where(labels, often, len(labels) + 1), axis=1)
    return rarest


def _split(
    classes: NDArray[np.intp], artists: NDArray[np.intp], parts: int, seed: int
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Part works by artist, evenly over the answers; nothing of a single artist's works."""
    from sklearn.model_selection import StratifiedGroupKFold

    parts = min(parts, len(np.unique(artists)), int(np.bincount(classes).max()))
    if parts < 2:
        return
    folds = StratifiedGroupKFold(parts, shuffle=True, random_state=seed)
    with warnings.catch_warnings():  # An answer may have fewer works than there are parts.
        warnings.simplefilter("ignore", UserWarning)
        for learn, judge in folds.split(classes, classes, artists):
            if len(learn) and len(judge):
                yield learn, judge


def _chosen(
    features: NDArray[np.float32],
    labels: NDArray[np.bool_],
    inner: tuple[NDArray[np.intp], NDArray[np.intp]] | None,
    strengths: Sequence[float],
) -> float:
    """Choose the penalty on artists of the learning works; the middle one if they are too few."""
    best, chosen = -1.0, strengths[len(strengths) // 2]
    if inner is None or len(strengths) == 1:
        return chosen
    learn, judge = inner
    for strength in strengths:
        scores = _fitted(features[learn], labels[learn], features[judge], strength)
        areas = [
            auc_of(ordered(scores[:, own]), labels[judge, own]) for own in range(labels.shape[1])
        ]
        area = mean_of(np.array(areas))
        if area > best:
            best, chosen = area, strength
    return chosen


def _fitted(
    features: NDArray[np.float32],
    labels: NDArray[np.bool_],
    others: NDArray[np.float32],
    strength: float,
) -> NDArray[np.float64]:
    """Fit a probe and give its scores of other works; one that learns all or none says nothing."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    def fit(classes: NDArray[np.generic]) -> LogisticRegression:
        model = LogisticRegression(C=strength, class_weight="balanced", max_iter=300, tol=1e-3)
        with warnings.catch_warnings():  # One that has not quite converged is a probe all the same.
            warnings.simplefilter("ignore")
            return model.fit(known, classes)

    scaler = StandardScaler().fit(features)
    known, asked = scaler.transform(features), scaler.transform(others)
    scores = np.full((len(others), labels.shape[1]), _NEVER)
    taught = np.flatnonzero(labels.any(axis=0) & ~labels.all(axis=0))
    if (labels.sum(axis=1) == 1).all() and len(taught) > 2:
        model = fit(labels.argmax(axis=1))
        scores[:, model.classes_] = model.decision_function(asked)
        return scores
    for own in taught:
        scores[:, own] = fit(labels[:, own]).decision_function(asked)
    return scores
