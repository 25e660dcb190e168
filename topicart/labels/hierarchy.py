"""Topics gathered into groups, and groups into larger ones, by the nearness of their centroids."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def group_topics(
    centroids: NDArray[np.float32], sizes: NDArray[np.int64]
) -> list[NDArray[np.int32]]:
    """Gather topics into at most two more levels, each with far fewer groups than the one below.

    The groups are the branches of one tree (Ward 1963, on the centroids), cut where ``n_topics``
    to the power of 2/3 and of 1/3 are left: 27 topics make 9 groups, and these make 3.

    Parameters
    ----------
    centroids
        Unit vectors, shape ``(n_topics, dim)``.
    sizes
        Works in each topic, shape ``(n_topics,)``.

    Returns
    -------
    list of numpy.ndarray
        For each level the group of every topic, shape ``(n_topics,)``, the group with most works
        numbered 0. There is no level that would not be coarser than the one below, or that would
        hold everything in one group.
    """
    from scipy.cluster.hierarchy import fcluster, linkage

    n_topics = len(centroids)
    levels: list[NDArray[np.int32]] = []
    if n_topics < 3:
        return levels
    tree = linkage(centroids.astype(np.float64), method="ward")
    below = n_topics
    for power in (2 / 3, 1 / 3):
        found = fcluster(tree, t=round(n_topics**power), criterion="maxclust")
        groups = _largest_first(np.asarray(found), sizes)
        n_groups = int(groups.max()) + 1
        if 1 < n_groups < below:
            levels.append(groups)
            below = n_groups
    return levels


def group_centroids(
    centroids: NDArray[np.float32], sizes: NDArray[np.int64], groups: NDArray[np.int32]
) -> NDArray[np.float32]:
    """Return the direction of each group: the mean of its topics' centroids, weighted by size.

    Parameters
    ----------
    centroids
        Unit vectors, shape ``(n_topics, dim)``.
    sizes
        Works in each topic, shape ``(n_topics,)``.
    groups
        Group of each topic, shape ``(n_topics,)``.

    Returns
    -------
    numpy.ndarray
        Unit vectors, shape ``(n_groups, dim)``, float32.
    """
    sums = np.zeros((int(groups.max(initial=-1)) + 1, centroids.shape[1]))
    np.add.at(sums, groups, centroids * sizes[:, None])
    unit = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12)
    return np.asarray(unit, dtype=np.float32)


def _largest_first(found: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int32]:
    """Number groups by their works, the largest 0; equal ones by their first topic."""
    names, first, group = np.unique(found, return_index=True, return_inverse=True)
    works = np.bincount(group, weights=sizes)
    new_of = np.empty(len(names), dtype=np.int32)
    new_of[np.lexsort((first, -works))] = np.arange(len(names), dtype=np.int32)
    return new_of[group]
