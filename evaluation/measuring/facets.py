"""A run's topics judged by the collection's facts, facet by facet."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evaluation.metric import Metric
    from evaluation.values import RunValues


def facet_metrics(values: RunValues, *, permutations: int = 100, seed: int = 0) -> list[Metric]:
    """Measure how far topics follow each facet, beside random clusters of the same sizes.

    Parameters
    ----------
    values
        The run's values.
    permutations
        How many random clusterings give the baseline and the p-value, at least 1.
    seed
        Decides the random clusters and the intervals.

    Returns
    -------
    list of Metric
        Of each facet that any work states, ``ami_F``, ``nmi_F``, ``ari_F``, ``homogeneity_F``,
        ``completeness_F`` and ``purity_F``; only an ``ami_F`` that has no value, and says why,
        where nothing can agree. If no facet is stated, one ``ami`` that says so.
    """
    raise NotImplementedError
