"""A run's topics judged by their words: coherence in texts and in a judge's vectors, diversity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evaluation.values import TOP_N

if TYPE_CHECKING:
    from evaluation.judges import Judge
    from evaluation.metric import Metric
    from evaluation.reference import Reference
    from evaluation.values import RunValues


def word_metrics(
    values: RunValues,
    reference: Reference,
    judge: Judge | None,
    *,
    top_n: int = TOP_N,
    seed: int = 0,
) -> list[Metric]:
    """Measure the words of topics, beside those of random clusters of the same sizes.

    Parameters
    ----------
    values
        The run's values.
    reference
        The texts in which words are counted.
    judge
        Who makes vectors of words; ``None`` if nobody does.
    top_n
        Words of a topic that count, at least 2.
    seed
        Decides the random clusters and the intervals.

    Returns
    -------
    list of Metric
        ``c_npmi``, ``c_v``, ``c_uci``, ``u_mass``, ``we_coherence``, ``topic_diversity``,
        ``label_diversity`` and ``irbo``, in this order, always all.
    """
    raise NotImplementedError
