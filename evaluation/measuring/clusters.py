"""A run's topics judged as clusters of its vectors, and how large they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evaluation.metric import Metric
    from evaluation.values import RunValues


def cluster_metrics(values: RunValues, *, seed: int = 0) -> list[Metric]:
    """Measure topics as clusters, beside random clusters of the same sizes.

    Parameters
    ----------
    values
        The run's values.
    seed
        Decides the random clusters and the intervals.

    Returns
    -------
    list of Metric
        ``silhouette``, ``davies_bouldin``, ``dbcv``, ``outlier_share``, ``n_topics``,
        ``median_size``, ``largest_share`` and ``gini``, in this order, always all.
    """
    raise NotImplementedError
