"""Topics as directions: their centroids, and how near works are to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from topicart.assigning import compared
from topicart.cluster import Clusters
from topicart.topics import OUTLIER

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_BLOCK = 4_096
"""Works that are added up at a time."""


def topic_centroids(vectors: NDArray[np.float32], clusters: Clusters) -> NDArray[np.float32]:
    """Return the mean direction of each topic's members, weighted by probability.

    As in the published pipeline the mean is taken of the unreduced vectors.

    Parameters
    ----------
    vectors
        Unit vectors, shape ``(n_works, dim)``.
    clusters
        The clustering, topics numbered from 0.

    Returns
    -------
    numpy.ndarray
        Unit vectors, shape ``(n_topics, dim)``, float32.
    """
    import numpy as np

    n_topics = int(clusters.labels.max(initial=OUTLIER)) + 1
    inside = np.flatnonzero(clusters.labels != OUTLIER)
    sums: NDArray[np.float64] = np.zeros((n_topics, vectors.shape[1]), dtype=np.float64)
    # A cluster whose members all have probability 0 would have no mean: the floor keeps it plain.
    weights = np.maximum(clusters.probabilities[inside], 1e-6).astype(np.float64)
    for start in range(0, len(inside), _BLOCK):
        rows = inside[start : start + _BLOCK]
        weighted = vectors[rows] * weights[start : start + _BLOCK, None]
        np.add.at(sums, clusters.labels[rows], weighted)
    unit = sums / np.linalg.norm(sums, axis=1, keepdims=True)
    return np.asarray(unit, dtype=np.float32)


def reassigned(
    clusters: Clusters, vectors: NDArray[np.float32], centroids: NDArray[np.float32]
) -> Clusters:
    """Put each outlier into the topic with the nearest centroid.

    Parameters
    ----------
    clusters
        The groups; aligned with ``vectors``.
    vectors
        Unit vectors, shape ``(n_works, dim)``.
    centroids
        Unit vectors, shape ``(n_topics, dim)``; without any, nothing changes.

    Returns
    -------
    Clusters
        With the same probabilities: that of an outlier stays 0.
    """
    import numpy as np

    nearest, _ = compared(vectors, clusters.labels, centroids)
    labels = np.where(clusters.labels == OUTLIER, nearest, clusters.labels)
    return Clusters(labels, clusters.probabilities)


def closeness(
    vectors: NDArray[np.float32],
    clusters: Clusters,
    centroids: NDArray[np.float32],
    quantile: float,
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Return each work's rank in its topic by cosine, and each topic's threshold.

    Parameters
    ----------
    vectors
        Unit vectors, shape ``(n_works, dim)``.
    clusters
        The groups; aligned with ``vectors``.
    centroids
        Unit vectors, shape ``(n_topics, dim)``.
    quantile
        Share of a topic's members that are farther from the centroid than its threshold.

    Returns
    -------
    tuple of numpy.ndarray
        Place of each work in its topic, 0 first, -1 for outliers, shape ``(n_works,)``; the least
        cosine with which a new work joins each topic, shape ``(n_topics,)``.
    """
    import numpy as np

    cosines = np.zeros(len(vectors), dtype=np.float32)
    thresholds = np.zeros(len(centroids), dtype=np.float32)
    order = np.argsort(clusters.labels, kind="stable")
    starts = np.searchsorted(clusters.labels[order], np.arange(len(centroids) + 1))
    for topic, centroid in enumerate(centroids):
        members = order[starts[topic] : starts[topic + 1]]
        cosines[members] = vectors[members] @ centroid
        thresholds[topic] = np.quantile(cosines[members], quantile)
    return ranks_in_topics(clusters.labels, cosines), thresholds


def ranks_in_topics(labels: NDArray[np.int32], cosines: NDArray[np.float32]) -> NDArray[np.int32]:
    """Return each work's place in its topic.

    Parameters
    ----------
    labels
        Topic of each work, shape ``(n_works,)``; -1 is an outlier.
    cosines
        Its cosine to the topic's centroid, shape ``(n_works,)``.

    Returns
    -------
    numpy.ndarray
        The nearest of a topic is 0, of equals the first; -1 for outliers; shape ``(n_works,)``.
    """
    import numpy as np

    order = np.lexsort((-cosines, labels))
    starts = np.searchsorted(labels[order], labels[order], side="left")
    ranks = np.empty(len(labels), dtype=np.int32)
    ranks[order] = np.arange(len(labels)) - starts
    ranks[labels == OUTLIER] = OUTLIER
    return ranks
