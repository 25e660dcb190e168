"""New works among fitted ones: a vote of the nearest fitted works, in the unreduced space.

UMAP and HDBSCAN have no rule for what they have not seen. A work that comes later joins the topic
that the works nearest to it are in; near counts by the inverse square of the angle (Shepard 1968),
which gives a work that was fitted its own topic back. One function serves ``topicart assign``,
``topicart fit --sample`` and ``Run.transform``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from topicart.errors import FitError
from topicart.topics import OUTLIER

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "NEIGHBOURS",
    "Assigned",
    "Fitted",
    "assign",
    "compared",
    "put_outliers_in_nearest",
    "unassigned",
]

NEIGHBOURS = 5
"""Fitted works that vote on a new one; see docs/speed.md for what more would change."""

_BLOCK = 512
"""New works compared at a time."""
_REFERENCES = 8_192
"""Fitted works that they are compared with at a time: 16 MiB of cosines."""
_LEAST_ANGLE = 1e-3
# The cosine of two equal float32 vectors is 1 within 1e-7: smaller angles are rounding.


@dataclass(frozen=True, eq=False)
class Fitted:
    """The works that topics were found in, and those topics.

    Parameters
    ----------
    vectors
        Unit vectors, shape ``(n_fitted, dim)``.
    labels
        Topic of each, shape ``(n_fitted,)``; -1 is an outlier.
    probabilities
        How firmly each belongs, shape ``(n_fitted,)``.
    positions
        Place of each on the map, shape ``(n_fitted, 2)``.
    centroids
        Unit vector of each topic, shape ``(n_topics, dim)``.
    thresholds
        Least cosine of a new work to the centroid, or to a member, shape ``(n_topics,)``.
    """

    vectors: NDArray[np.float32]
    labels: NDArray[np.int32]
    probabilities: NDArray[np.float32]
    positions: NDArray[np.float32]
    centroids: NDArray[np.float32]
    thresholds: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Assigned:
    """Where new works stand among the fitted ones.

    Parameters
    ----------
    labels
        Topic of each, shape ``(n_works,)``, int32; -1 is an outlier.
    probabilities
        Share of the vote for that topic, each vote as firm as the voter belongs, 0 to 1, shape
        ``(n_works,)``; 0 for outliers.
    positions
        Mean place of the voters for it on the map, by weight, shape ``(n_works, 2)``.
    nearest
        The topic with the nearest centroid, shape ``(n_works,)``; -1 where there is no topic.
    cosines
        Cosine to the centroid of ``labels``, of ``nearest`` for outliers, shape ``(n_works,)``.
    """

    labels: NDArray[np.int32]
    probabilities: NDArray[np.float32]
    positions: NDArray[np.float32]
    nearest: NDArray[np.int32]
    cosines: NDArray[np.float32]


def assign(
    vectors: NDArray[np.float32], fitted: Fitted, *, neighbours: int = NEIGHBOURS
) -> Assigned:
    """Assign works to topics by the vote of the nearest fitted works.

    A work stays in none where most votes are of outliers, or where it is as near to neither the
    centroid of the topic nor to a member as the topic's threshold says.

    Parameters
    ----------
    vectors
        Unit vectors, shape ``(n_works, dim)``.
    fitted
        What they are compared with, all of it: nothing is approximate.
    neighbours
        Fitted works that vote.

    Returns
    -------
    Assigned
        Aligned with ``vectors``.

    Raises
    ------
    FitError
        If the vectors are of another space or not of length 1.
    """
    import numpy as np

    _require_unit(vectors, fitted.centroids.shape[1])
    found = unassigned(len(vectors))
    for rows in _blocks(len(vectors)):
        near, cosines = _nearest(vectors[rows], fitted.vectors, neighbours)
        weights = np.maximum(np.arccos(np.clip(cosines, -1.0, 1.0)), _LEAST_ANGLE) ** -2.0
        voted = fitted.labels[near]
        labels = _most_voted(voted, weights)
        inside = voted == labels[:, None]
        for_it = np.where(inside, weights, 0.0)
        firm = (for_it * fitted.probabilities[near]).sum(axis=1) / weights.sum(axis=1)
        share = for_it / for_it.sum(axis=1, keepdims=True)
        found.positions[rows] = np.einsum("ij,ijk->ik", share, fitted.positions[near])
        nearest, to_centroid = compared(vectors[rows], labels, fitted.centroids)
        to_member = np.where(inside, cosines, -1.0).max(axis=1)
        # The nearest of all may be far away: as far from a topic as none of its works.
        least = fitted.thresholds[labels] if len(fitted.thresholds) else 0.0
        astray = (labels != OUTLIER) & (np.maximum(to_centroid, to_member) < least)
        found.labels[rows] = np.where(astray, OUTLIER, labels)
        found.probabilities[rows] = np.where(found.labels[rows] == OUTLIER, 0.0, firm)
        found.nearest[rows] = nearest
    found.cosines[:] = compared(vectors, found.labels, fitted.centroids)[1]
    return found


def put_outliers_in_nearest(found: Assigned) -> int:
    """Put outliers into the topic whose centroid is nearest, as ``fit --reassign`` does.

    Parameters
    ----------
    found
        Changed in place.

    Returns
    -------
    int
        How many outliers there were.
    """
    outside = found.labels == OUTLIER
    found.labels[outside] = found.nearest[outside]
    return int(outside.sum())


def unassigned(n_works: int) -> Assigned:
    """Give room for what is found of some works.

    Parameters
    ----------
    n_works
        How many.

    Returns
    -------
    Assigned
        With each work in no topic.
    """
    import numpy as np

    return Assigned(
        np.full(n_works, OUTLIER, dtype=np.int32),
        np.zeros(n_works, dtype=np.float32),
        np.zeros((n_works, 2), dtype=np.float32),
        np.full(n_works, OUTLIER, dtype=np.int32),
        np.zeros(n_works, dtype=np.float32),
    )


def compared(
    vectors: NDArray[np.float32], labels: NDArray[np.int32], centroids: NDArray[np.float32]
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Compare works with the topics' centroids.

    Parameters
    ----------
    vectors
        Unit vectors, shape ``(n_works, dim)``.
    labels
        Topic of each, shape ``(n_works,)``; -1 is an outlier.
    centroids
        Unit vectors, shape ``(n_topics, dim)``.

    Returns
    -------
    tuple of numpy.ndarray
        The topic with the nearest centroid; the cosine to the work's own topic, of an outlier to
        the nearest; both of shape ``(n_works,)``. Without topics -1 and 0.
    """
    import numpy as np

    nearest = np.full(len(vectors), OUTLIER, dtype=np.int32)
    own = np.zeros(len(vectors), dtype=np.float32)
    for rows in _blocks(len(vectors) if len(centroids) else 0):
        cosines = vectors[rows] @ centroids.T
        nearest[rows] = cosines.argmax(axis=1)
        meant = np.where(labels[rows] == OUTLIER, nearest[rows], labels[rows])
        own[rows] = np.take_along_axis(cosines, meant[:, None], axis=1)[:, 0]
    return nearest, own


def _require_unit(vectors: NDArray[np.float32], dim: int) -> None:
    """Refuse vectors of another space, or not of length 1."""
    import numpy as np

    if vectors.ndim != 2 or vectors.shape[1] != dim:
        raise FitError(
            f"vectors have shape {vectors.shape}; this model's space has {dim} "
            "dimensions. Encode the works with the run's own model."
        )
    if not np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-3):
        raise FitError(
            "vectors must have length 1, as Encoder gives them; scale each row to length 1."
        )


def _blocks(n: int) -> Iterator[slice]:
    return (slice(start, min(start + _BLOCK, n)) for start in range(0, n, _BLOCK))


def _nearest(
    vectors: NDArray[np.float32], references: NDArray[np.float32], k: int
) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Rows of the k nearest references to each vector, and their cosines, in no order."""
    import numpy as np

    near = np.empty((len(vectors), 0), dtype=np.intp)
    cosines = np.empty((len(vectors), 0), dtype=np.float32)
    for start in range(0, len(references), _REFERENCES):
        of_part = vectors @ references[start : start + _REFERENCES].T
        best = _largest(of_part, k)
        near = np.concatenate([near, best + start], axis=1)
        cosines = np.concatenate([cosines, np.take_along_axis(of_part, best, axis=1)], axis=1)
    best = _largest(cosines, k)
    return np.take_along_axis(near, best, axis=1), np.take_along_axis(cosines, best, axis=1)


def _largest(values: NDArray[np.float32], k: int) -> NDArray[np.intp]:
    """Columns of the k largest values of each row."""
    import numpy as np

    if values.shape[1] <= k:
        return np.broadcast_to(np.arange(values.shape[1]), values.shape)
    return np.argpartition(values, -k, axis=1)[:, -k:]


def _most_voted(voted: NDArray[np.int32], weights: NDArray[np.floating]) -> NDArray[np.int32]:
    """Return the label with the most weight in each row; of equals the smallest."""
    import numpy as np

    same = voted[:, :, None] == voted[:, None, :]
    votes = np.einsum("ijk,ik->ij", same, weights.astype(np.float64))
    # Among equals the smallest label: by rounding, so that the order of the sum decides nothing.
    leading = votes >= votes.max(axis=1, keepdims=True) * (1 - 1e-9)
    first: NDArray[np.int32] = np.where(leading, voted, np.iinfo(np.int32).max).min(axis=1)
    return first
