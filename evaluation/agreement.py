"""Topics against what the collection's facts say: adjusted mutual information with a baseline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True)
class Agreement:
    """AMI between topics and a facet.

    Parameters
    ----------
    ami
        Adjusted mutual information (Vinh, Epps & Bailey 2010, arithmetic mean): 0 is chance,
        1 is the same grouping.
    baseline
        Mean AMI when the facet's values are shuffled among the works.
    baseline_95
        The 95th percentile of the shuffled AMIs.
    p_value
        Share of shuffles that reach ``ami``, counted with the observed one (never 0).
    n_works
        Works that count: in a topic, and with the facet stated.
    """

    ami: float
    baseline: float
    baseline_95: float
    p_value: float
    n_works: int


def facet_agreement(
    assignments: NDArray[np.int32],
    values: Sequence[str | None],
    *,
    permutations: int = 100,
    seed: int = 0,
) -> Agreement | None:
    """Measure how far topics follow a facet, against shuffled values.

    Parameters
    ----------
    assignments
        Topic of each work, shape ``(n_works,)``; outliers (-1) are left out.
    values
        The facet's value of each work, or ``None`` where it is not stated: left out too.
    permutations
        Number of shuffles.
    seed
        Seed of the shuffles.

    Returns
    -------
    Agreement or None
        ``None`` if fewer than two topics or two values remain: nothing can agree.
    """
    from sklearn.metrics import mutual_info_score
    from sklearn.metrics.cluster import contingency_matrix, expected_mutual_information

    kept = [row for row, value in enumerate(values) if value is not None and assignments[row] >= 0]
    topics = np.asarray(assignments)[kept]
    _, facts = np.unique([str(values[row]) for row in kept], return_inverse=True)
    if len(np.unique(topics)) < 2 or len(np.unique(facts)) < 2:
        return None
    # Shuffling keeps both margins, so the expected information and the entropies, which are the
    # costly part, hold for every shuffle.
    expected = expected_mutual_information(
        contingency_matrix(facts, topics, sparse=True), len(kept)
    )
    ceiling = (_entropy(facts) + _entropy(topics)) / 2
    generator = np.random.default_rng(seed)
    arrangements = (facts, *(generator.permutation(facts) for _ in range(permutations)))
    told = np.array([mutual_info_score(arranged, topics) for arranged in arrangements])
    observed, *chance = (told - expected) / (ceiling - expected)
    return Agreement(
        ami=float(observed),
        baseline=float(np.mean(chance)),
        baseline_95=float(np.quantile(chance, 0.95)),
        p_value=(1 + int(np.sum(chance >= observed))) / (1 + permutations),
        n_works=len(kept),
    )


def _entropy(groups: NDArray[np.integer[Any]]) -> float:
    """Return the entropy of a grouping, in nats."""
    _, sizes = np.unique(groups, return_counts=True)
    shares = sizes / sizes.sum()
    return float(-(shares * np.log(shares)).sum())
