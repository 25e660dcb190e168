"""Topics judged as clusters of vectors: silhouette, Davies-Bouldin, DBCV, sizes, and chance."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluation.bootstrap import bootstrap_interval
from topicart import OUTLIER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

BLOCK = 4096
"""Works taken at a time, so that memory does not grow with them."""

ROUNDING = 1e-6
"""A cosine distance under this is none, in float32."""

FEWEST_IN_DENSITY = 2
"""A topic of one work has no density."""


@dataclass(frozen=True)
class ClusterScore:
    """How well separated the topics are, by one index.

    Parameters
    ----------
    value
        The index.
    interval
        A 95 % bootstrap interval: topics are drawn, each with all its works, and the index of each
        topic is held. ``None`` of fewer than three topics.
    topics
        The topics that count, ascending, shape ``(n_topics,)``.
    per_topic
        The index of each of them.
    n_works
        Works that it was computed from.
    """

    value: float
    interval: tuple[float, float] | None
    topics: NDArray[np.int64]
    per_topic: NDArray[np.float64]
    n_works: int


@dataclass(frozen=True)
class TopicSizes:
    """How large the topics are; outliers left out.

    Parameters
    ----------
    n_topics
        Number of topics.
    smallest
        Works in the smallest.
    median
        Median of the sizes.
    largest
        Works in the largest.
    gini
        Gini coefficient of the sizes: 0 if all are equal, near 1 if one has nearly all works.
    """

    n_topics: int
    smallest: int
    median: float
    largest: int
    gini: float


def silhouette(
    vectors: NDArray[np.floating[Any]], topics: NDArray[np.integer[Any]]
) -> ClusterScore | None:
    """Measure how much nearer works are to their own topic than to the next (Rousseeuw 1987).

    Parameters
    ----------
    vectors
        Unit vectors of the works by the judge, shape ``(n_works, dim)``.
    topics
        Topic of each work, shape ``(n_works,)``; outliers (-1) are left out.

    Returns
    -------
    ClusterScore or None
        The mean over works of ``(b - a) / max(a, b)``, between -1 and 1, higher is better; of a
        topic the mean over its works. ``None`` of fewer than two topics: there is no next one.

    Raises
    ------
    ValueError
        If there is not one topic for each vector.

    Notes
    -----
    ``a`` and ``b`` are mean cosine distances to a topic's works. With unit vectors the mean to
    topic C is ``1 - x · s / n``, of its sum ``s`` and size ``n``; so the silhouette is exact at
    ``n_works * n_topics`` products, and no pair of works is formed. A work alone in its topic
    has 0, as Rousseeuw sets it.
    """
    rows, present, codes = _clustered(vectors, topics)
    if len(present) < 2:
        return None
    sizes = np.bincount(codes)
    sums = _sums(vectors, rows, codes)
    values = np.empty(len(rows))
    for part in _blocks(len(rows)):
        block = vectors[rows[part]].astype(np.float64)
        own, each = codes[part], np.arange(len(block))
        products = block @ sums.T
        to_itself = 1 - np.einsum("wd,wd->w", block, block)
        others = np.maximum(sizes[own] - 1, 1)
        within = (sizes[own] - products[each, own] - to_itself) / others
        distances = 1 - products / sizes
        distances[each, own] = np.inf
        nearest = distances.min(axis=1)
        # A quotient would blow up the rounding of equal vectors.
        wider = np.maximum(within, nearest)
        told = (sizes[own] > 1) & (wider > ROUNDING)
        values[part] = np.divide(nearest - within, wider, out=np.zeros(len(block)), where=told)
    per_topic = np.bincount(codes, weights=values) / sizes
    return _score(present, per_topic, sizes, len(rows))


def davies_bouldin(
    vectors: NDArray[np.floating[Any]], topics: NDArray[np.integer[Any]]
) -> ClusterScore | None:
    """Measure how wide topics are beside their distance to the likest other one.

    Parameters
    ----------
    vectors
        Vectors of the works by the judge, shape ``(n_works, dim)``.
    topics
        Topic of each work, shape ``(n_works,)``; outliers (-1) are left out.

    Returns
    -------
    ClusterScore or None
        The mean over topics of ``max_j (s_i + s_j) / d_ij``, with ``s`` the mean distance to the
        topic's mean vector and ``d`` the distance of the mean vectors (Davies & Bouldin 1979,
        Euclidean, p = q = 1, as scikit-learn has it); 0 or more, lower is better. Topics with one
        mean vector are no rivals of each other, as in scikit-learn. ``None`` of fewer than two
        topics.

    Raises
    ------
    ValueError
        If there is not one topic for each vector.
    """
    from scipy.spatial.distance import cdist

    rows, present, codes = _clustered(vectors, topics)
    if len(present) < 2:
        return None
    sizes = np.bincount(codes)
    means = _sums(vectors, rows, codes) / sizes[:, None]
    to_mean = np.empty(len(rows))
    for part in _blocks(len(rows)):
        to_mean[part] = np.linalg.norm(vectors[rows[part]] - means[codes[part]], axis=1)
    widths = np.bincount(codes, weights=to_mean) / sizes
    apart = cdist(means, means)
    apart[np.isclose(apart, 0)] = np.inf
    per_topic = ((widths[:, None] + widths) / apart).max(axis=1)
    return _score(present, per_topic, np.ones(len(present)), len(rows))


def density_validity(
    coordinates: NDArray[np.floating[Any]],
    topics: NDArray[np.integer[Any]],
    *,
    max_works: int = 4000,
    seed: int = 0,
) -> ClusterScore | None:
    """Measure whether topics are dense and thinly parted, whatever their shape (DBCV).

    Parameters
    ----------
    coordinates
        Where each work lies in the space that is judged, shape ``(n_works, dim)``.
    topics
        Topic of each work, shape ``(n_works,)``.
    max_works
        If there are more works, so many are drawn, outliers among them, and the index is the
        drawn works' own: it grows with them, so say ``n_works`` beside it, and compare only what
        was drawn alike.
    seed
        Seed of the drawing.

    Returns
    -------
    ClusterScore or None
        The index of Moulavi et al. 2014 (Euclidean, computed by hdbscan), between -1 and 1, higher
        is better. Outliers, and topics of which fewer than two works were drawn, are noise: they
        count 0, so many outliers make it lower. ``None`` if fewer than two topics remain.
        ``n_works`` counts the drawn works, noise among them.

    Raises
    ------
    ValueError
        If there is not one topic for each row of coordinates.

    Notes
    -----
    The index weighs a neighbour at distance r by ``r ** -dim``. In many dimensions that may
    overflow; then hdbscan sets the work's core distance to 0 and uses plain distances, which
    lowers a reachability by a factor under ``(n - 1) ** (1 / dim)``: 1.01 in 512 dimensions.
    """
    from hdbscan.validity import validity_index
    from scipy.spatial.distance import cdist

    _check(coordinates, topics)
    generator = np.random.default_rng(seed)
    drawn = np.sort(generator.permutation(len(topics))[:max_works])
    chosen = np.asarray(topics)[drawn]
    present, sizes = np.unique(chosen[chosen != OUTLIER], return_counts=True)
    dense = sizes >= FEWEST_IN_DENSITY
    present, sizes = present[dense], sizes[dense]
    if len(present) < 2:
        return None
    inside = np.isin(chosen, present)
    places = np.asarray(coordinates)[drawn[inside]].astype(np.float64)
    # The index does not hang on the scale, but far works would vanish in ``r ** -dim``.
    places -= places.mean(axis=0)
    places /= np.linalg.norm(places, axis=1).max() or 1.0
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # Distances by differences: by products copies are not quite 0 apart, by the machine.
        _, found = validity_index(
            cdist(places, places),
            np.searchsorted(present, chosen[inside]),
            metric="precomputed",
            d=places.shape[1],
            per_cluster_scores=True,
        )
    # Copies of one work fill both topics: no density, no gap, so 0 / 0.
    per_topic = np.nan_to_num(found, nan=0.0)
    return _score(present, per_topic, sizes, len(drawn), share=float(inside.mean()))


def outlier_share(topics: NDArray[np.integer[Any]]) -> float | None:
    """Return the share of works in no topic.

    Parameters
    ----------
    topics
        Topic of each work, shape ``(n_works,)``.

    Returns
    -------
    float or None
        Between 0 and 1; ``None`` if there is no work.
    """
    return float(np.mean(np.asarray(topics) == OUTLIER)) if len(topics) else None


def topic_sizes(topics: NDArray[np.integer[Any]]) -> TopicSizes | None:
    """Return how large the topics are.

    Parameters
    ----------
    topics
        Topic of each work, shape ``(n_works,)``; outliers (-1) are left out.

    Returns
    -------
    TopicSizes or None
        ``None`` if there is no topic.

    Notes
    -----
    With sizes ``x`` in ascending order, Gini is ``2 sum(i x_i) / (K sum(x)) - (K + 1) / K``
    (Sen 1973).
    """
    own = np.asarray(topics)
    _, counts = np.unique(own[own != OUTLIER], return_counts=True)
    if not len(counts):
        return None
    sizes, k = np.sort(counts), len(counts)
    gini = 2 * float(np.arange(1, k + 1) @ sizes) / (k * float(sizes.sum())) - (k + 1) / k
    return TopicSizes(k, int(sizes[0]), float(np.median(sizes)), int(sizes[-1]), max(gini, 0.0))


def _check(vectors: NDArray[Any], topics: NDArray[Any]) -> None:
    if len(vectors) != len(topics):
        raise ValueError(f"{len(vectors)} vectors need as many topics; got {len(topics)}.")


def _clustered(
    vectors: NDArray[Any], topics: NDArray[np.integer[Any]]
) -> tuple[NDArray[np.intp], NDArray[np.int64], NDArray[np.intp]]:
    """Return the rows in a topic, the topics there are, and which of these each row is in."""
    _check(vectors, topics)
    own = np.asarray(topics, dtype=np.int64)
    rows = np.flatnonzero(own != OUTLIER)
    present, codes = np.unique(own[rows], return_inverse=True)
    return rows, present, codes


def _blocks(n_rows: int) -> Iterator[slice]:
    for start in range(0, n_rows, BLOCK):
        yield slice(start, start + BLOCK)


def _sums(
    vectors: NDArray[np.floating[Any]], rows: NDArray[np.intp], codes: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Return the sum of the vectors of each topic, in float64, shape ``(n_topics, dim)``."""
    from scipy.sparse import csr_matrix

    n_topics = int(codes.max()) + 1
    sums = np.zeros((n_topics, vectors.shape[1]))
    for part in _blocks(len(rows)):
        block = vectors[rows[part]].astype(np.float64)
        cells = (np.ones(len(block)), (codes[part], np.arange(len(block))))
        sums += csr_matrix(cells, shape=(n_topics, len(block))) @ block
    return sums


def _score(
    present: NDArray[np.int64],
    per_topic: NDArray[np.float64],
    weights: NDArray[Any],
    n_works: int,
    *,
    share: float = 1.0,
) -> ClusterScore:
    """Weigh the topics' indices together, ``share`` of the works being no noise."""

    def weighted(drawn: NDArray[np.float64]) -> float:
        return share * float(drawn[:, 0] @ drawn[:, 1]) / float(drawn[:, 1].sum())

    pairs = np.stack([per_topic, weights], axis=1)
    return ClusterScore(
        weighted(pairs), bootstrap_interval(pairs, weighted), present, per_topic, n_works
    )
