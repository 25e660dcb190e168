"""What lies within a theme and at its edges: its parts, its border cases, its neighbours.

All of it comes from the vectors that the themes were found in; nothing here is stored in the run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from knowledge_graph import FACETS
from topicart.report.facet_codes import facet_codes

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from topicart.run import Run

__all__ = ["Border", "Neighbour", "Part", "Stated", "Within", "look_within"]

MOST_NEIGHBOURS = 4
MOST_BORDERS = 6
MOST_CENTRAL = 6
_CHUNK = 8192

_FEWEST_MEMBERS = 40
_MOST_PARTS = 5
_MOST_SAMPLED = 1000
_LEAST_PART, _FEWEST_IN_PART = 0.08, 8
# Chosen by looking at paintings: below these the parts could not be told apart by eye either.
_LEAST_SILHOUETTE, _LEAST_EXCESS = 0.1, 0.03
_SEED = 0

_LEAST_SHARE = 1 / 3
_LEAST_WORKS = 5
_LEAST_LIFT = 1.25


@dataclass(frozen=True)
class Neighbour:
    """Another theme that is near.

    Parameters
    ----------
    topic
        Its id.
    cosine
        Between the two centroids, -1 to 1.
    """

    topic: int
    cosine: float


@dataclass(frozen=True)
class Border:
    """A member that another theme could have had.

    Parameters
    ----------
    row
        Its row in the run's works.
    leans_to
        The theme whose centroid is nearest to it, other than its own.
    margin
        Cosine to its own centroid less the cosine to that one; below 0 it is nearer to the other.
    """

    row: int
    leans_to: int
    margin: float


@dataclass(frozen=True)
class Stated:
    """What the records of a part state more often than those of its theme.

    Parameters
    ----------
    facet, value
        The fact, as readers see it.
    share
        Share of the part's works that have it, 0 to 1.
    lift
        ``share`` over the same share in the theme.
    """

    facet: str
    value: str
    share: float
    lift: float


@dataclass(frozen=True)
class Part:
    """A part of a theme.

    Parameters
    ----------
    size
        Works in it.
    rows
        Its most central works, as rows of the run's works, the most central first.
    stated
        What its records say more often than the theme's, or ``None`` where nothing stands out.
    """

    size: int
    rows: tuple[int, ...]
    stated: Stated | None


@dataclass(frozen=True)
class Within:
    """A theme seen from within and from its edges.

    Parameters
    ----------
    neighbours
        The nearest other themes, nearest first.
    borders
        The members nearest to another theme, the least sure first.
    parts
        What it falls into, the largest first; empty where it is of one piece or too small to tell.
    """

    neighbours: tuple[Neighbour, ...]
    borders: tuple[Border, ...]
    parts: tuple[Part, ...]


def look_within(run: Run) -> dict[int, Within]:
    """Find the neighbours, border cases and parts of each theme.

    Neighbours are those with the greatest cosine between centroids. Parts are found by spherical
    k-means: a theme of at least 40 members is divided into 2 to 5, and the silhouette of each
    division (Rousseeuw 1987, cosine distance, on at most 1,000 members) is held against that of a
    cloud of the same covariance without parts, as the gap statistic does (Tibshirani et al. 2001).
    The division that exceeds its cloud most is kept where it does so by 0.03, its silhouette is at
    least 0.1 and every part has 8 works and 8% of the members; else the theme is of one piece.

    Parameters
    ----------
    run
        A finished run.

    Returns
    -------
    dict
        By the topic's id. Empty for a run whose vectors are gone: its page is made without.
    """
    if not run.topics or not any((run.folder / name).exists() for name in ("fused", "embeddings")):
        return {}
    topics = run.works.column("topic").fill_null(-2).to_numpy().astype(np.int64)
    rows = np.flatnonzero(topics != -2)
    vectors, centroids = run.embeddings.vectors, run.model_arrays["centroids"]
    own = topics[rows]
    neighbours = _neighbours(centroids)
    borders = _borders(vectors, centroids, own, rows)
    parts = _parts(run.works, vectors, own, rows, len(centroids))
    return {
        topic.id: Within(
            neighbours.get(topic.id, ()), borders.get(topic.id, ()), parts.get(topic.id, ())
        )
        for topic in run.topics
    }


def _neighbours(centroids: NDArray[np.float32]) -> dict[int, tuple[Neighbour, ...]]:
    cosines = centroids @ centroids.T
    np.fill_diagonal(cosines, -np.inf)
    nearest = np.argsort(-cosines, axis=1, kind="stable")[
        :, : min(MOST_NEIGHBOURS, len(cosines) - 1)
    ]
    return {
        topic: tuple(Neighbour(other, round(float(cosines[topic, other]), 3)) for other in found)
        for topic, found in enumerate(nearest.tolist())
    }


def _borders(
    vectors: NDArray[np.float32],
    centroids: NDArray[np.float32],
    own: NDArray[np.int64],
    rows: NDArray[np.int64],
) -> dict[int, tuple[Border, ...]]:
    """Return the members with the smallest margin; in chunks, works x topics would be too much."""
    if len(centroids) < 2:
        return {}
    margins = np.full(len(own), np.inf, dtype=np.float32)
    leans = np.full(len(own), -1, dtype=np.int64)
    for start in range(0, len(own), _CHUNK):
        inside = start + np.flatnonzero(own[start : start + _CHUNK] >= 0)
        cosines = vectors[inside] @ centroids.T
        each = np.arange(len(inside))
        at_home = cosines[each, own[inside]].copy()
        cosines[each, own[inside]] = -np.inf
        leans[inside] = cosines.argmax(axis=1)
        margins[inside] = at_home - cosines[each, leans[inside]]
    found: dict[int, list[Border]] = {}
    for place in np.lexsort((margins, own)).tolist():
        borders = found.setdefault(int(own[place]), [])
        if own[place] >= 0 and len(borders) < MOST_BORDERS:
            margin = round(float(margins[place]), 3)
            borders.append(Border(int(rows[place]), int(leans[place]), margin))
    return {topic: tuple(borders) for topic, borders in found.items()}


def _parts(
    works: pa.Table,
    vectors: NDArray[np.float32],
    own: NDArray[np.int64],
    rows: NDArray[np.int64],
    n_topics: int,
) -> dict[int, tuple[Part, ...]]:
    order = np.argsort(own, kind="stable")
    starts = np.searchsorted(own[order], np.arange(n_topics + 1))
    part_of = np.full(works.num_rows, -1, dtype=np.int64)
    central: list[tuple[int, tuple[int, ...]]] = []
    for topic in range(n_topics):
        members = order[starts[topic] : starts[topic + 1]]
        for group in divide(vectors[members]):
            part_of[rows[members[group]]] = len(central)
            central.append((topic, tuple(rows[members[group[:MOST_CENTRAL]]].tolist())))
    topic_of = np.full(works.num_rows, -1, dtype=np.int64)
    topic_of[rows] = own
    stated = _stated(works, part_of, topic_of, np.array([topic for topic, _ in central], dtype=int))
    sizes = np.bincount(part_of[part_of >= 0], minlength=len(central)).tolist()
    parts: dict[int, list[Part]] = {}
    for number, (topic, shown) in enumerate(central):
        parts.setdefault(topic, []).append(Part(sizes[number], shown, stated.get(number)))
    return {topic: tuple(found) for topic, found in parts.items()}


def divide(vectors: NDArray[np.float32]) -> list[NDArray[np.int64]]:
    """Divide the members of a theme into its parts.

    Parameters
    ----------
    vectors
        Unit vectors of the members, shape ``(n_members, dim)``.

    Returns
    -------
    list of numpy.ndarray
        Positions of each part's members, the most central first; the largest part first. Empty
        where no division is clear.
    """
    if len(vectors) < _FEWEST_MEMBERS:
        return []
    generator = np.random.default_rng(_SEED)
    sample = vectors[np.sort(generator.permutation(len(vectors))[:_MOST_SAMPLED])]
    if len(np.unique(sample, axis=0)) < _FEWEST_MEMBERS // 2:
        return []  # copies of a few pictures: every copy would be a part
    cloud = _cloud_like(sample, generator)
    apart, cloud_apart = _distances(sample), _distances(cloud)
    smallest_allowed = max(_FEWEST_IN_PART, _LEAST_PART * len(sample))
    best, centres = _LEAST_EXCESS, None
    for n_parts in range(2, _MOST_PARTS + 1):
        silhouette, smallest, found = _clustered(sample, apart, n_parts)
        if silhouette < _LEAST_SILHOUETTE or smallest < smallest_allowed:
            continue
        excess = silhouette - _clustered(cloud, cloud_apart, n_parts)[0]
        if excess > best:
            best, centres = excess, found
    if centres is None:
        return []
    cosines = vectors @ (centres / np.linalg.norm(centres, axis=1, keepdims=True)).T
    nearest = cosines.argmax(axis=1)
    groups = [np.flatnonzero(nearest == number) for number in range(len(centres))]
    groups = [
        group[np.argsort(-cosines[group, number], kind="stable")]
        for number, group in enumerate(groups)
    ]
    return sorted((group for group in groups if len(group)), key=len, reverse=True)


def _cloud_like(
    vectors: NDArray[np.float32], generator: np.random.Generator
) -> NDArray[np.float32]:
    """Draw as many unit vectors from one normal distribution of the same mean and covariance."""
    mean = vectors.mean(axis=0)
    mixing = generator.standard_normal((len(vectors), len(vectors)), dtype=np.float32)
    cloud = mean + mixing @ (vectors - mean) / np.float32(np.sqrt(len(vectors)))
    unit: NDArray[np.float32] = cloud / np.linalg.norm(cloud, axis=1, keepdims=True)
    return unit


def _distances(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    distances: NDArray[np.float32] = np.clip(1.0 - vectors @ vectors.T, 0.0, None)
    np.fill_diagonal(distances, 0.0)
    return distances


def _clustered(
    vectors: NDArray[np.float32], distances: NDArray[np.float32], n_parts: int
) -> tuple[float, int, NDArray[np.float32]]:
    """Return the silhouette of a division, the size of its smallest part, and its centres."""
    from sklearn.cluster import KMeans

    # On unit vectors, with means that are scaled to length 1 afterwards: spherical k-means.
    found = KMeans(n_parts, n_init="auto", max_iter=50, random_state=_SEED).fit(vectors)
    sizes = np.bincount(found.labels_, minlength=n_parts)
    if sizes.min() < _FEWEST_IN_PART:
        return -1.0, int(sizes.min()), found.cluster_centers_
    return mean_silhouette(distances, found.labels_), int(sizes.min()), found.cluster_centers_


def mean_silhouette(distances: NDArray[np.float32], labels: NDArray[np.int32]) -> float:
    """Return the mean silhouette of a division (Rousseeuw 1987).

    The same as scikit-learn’s, without what that checks each time: two hundred themes ask for it.

    Parameters
    ----------
    distances
        Between all pairs, shape ``(n, n)``.
    labels
        Part of each, from 0, every part with at least two, shape ``(n,)``.

    Returns
    -------
    float
        -1 to 1.
    """
    member = np.eye(int(labels.max()) + 1, dtype=np.float32)[labels]
    sizes = member.sum(axis=0)
    each = np.arange(len(labels))
    to_parts = distances @ member
    within = to_parts[each, labels] / (sizes[labels] - 1)
    to_parts /= sizes
    to_parts[each, labels] = np.inf
    nearest = to_parts.min(axis=1)
    widest = np.maximum(np.maximum(within, nearest), np.finfo(np.float32).tiny)
    return float(((nearest - within) / widest).mean())


def _stated(
    works: pa.Table,
    part_of: NDArray[np.int64],
    topic_of: NDArray[np.int64],
    topic_of_part: NDArray[np.int64],
) -> dict[int, Stated]:
    """Return what stands out in each part against its theme: the greatest lift of any facet."""
    if not len(topic_of_part):
        return {}
    n_parts = len(topic_of_part)
    sizes = np.bincount(part_of[part_of >= 0], minlength=n_parts)
    n_topics = int(topic_of.max()) + 1
    topic_sizes = np.bincount(topic_of[topic_of >= 0], minlength=n_topics)
    best: dict[int, Stated] = {}
    for facet in FACETS:
        found = facet_codes(works, facet)
        n_values = len(found.values)
        if not n_values:
            continue
        work = np.repeat(np.arange(works.num_rows), found.sizes)
        inside = part_of[work] >= 0
        work, value = work[inside], found.codes[inside].astype(np.int64)
        in_part, n_in_part = np.unique(part_of[work] * n_values + value, return_counts=True)
        in_topic, n_in_topic = np.unique(topic_of[work] * n_values + value, return_counts=True)
        part, own = np.divmod(in_part, n_values)
        whole = np.searchsorted(in_topic, topic_of_part[part] * n_values + own)
        share = n_in_part / sizes[part]
        lift = share / (n_in_topic[whole] / topic_sizes[topic_of_part[part]])
        telling = (share >= _LEAST_SHARE) & (n_in_part >= _LEAST_WORKS) & (lift >= _LEAST_LIFT)
        for place in np.flatnonzero(telling).tolist():
            told = Stated(
                facet,
                found.values[own[place]],
                round(float(share[place]), 4),
                round(float(lift[place]), 3),
            )
            rival = best.get(int(part[place]))
            if rival is None or (told.lift, told.share) > (rival.lift, rival.share):
                best[int(part[place])] = told
    return best
