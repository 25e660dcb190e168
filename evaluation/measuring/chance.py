"""Random clusters of the same sizes, and what to say where there are no clusters at all."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from topicart import OUTLIER
from topicart.model import derive_seed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from evaluation.values import RunValues

GROUPS = 100
"""So many random groups are enough: their mean hardly varies."""

MOST_DEALINGS = 10


def n_dealings(n_topics: int) -> int:
    """Return how often works are dealt to random clusters.

    Parameters
    ----------
    n_topics
        Topics, and so clusters of each dealing.

    Returns
    -------
    int
        As often as gives 100 clusters, from 1 to 10 times.
    """
    return min(MOST_DEALINGS, max(1, ceil(GROUPS / max(n_topics, 1))))


def dealings(values: RunValues, *, seed: int) -> Iterator[NDArray[np.intp]]:
    """Deal the works to random clusters of the topics' sizes, as often as ``n_dealings`` says.

    Parameters
    ----------
    values
        The run's values.
    seed
        Decides every dealing.

    Yields
    ------
    numpy.ndarray
        Place in ``values.topics`` of the topic whose size the work's cluster has, shape
        ``(n_works,)``; -1 for as many works as there are outliers.
    """
    present = np.array([topic.id for topic in values.topics], np.int64)
    places = np.searchsorted(present, values.assignments)
    places[values.assignments == OUTLIER] = OUTLIER
    generator = np.random.default_rng(derive_seed(seed, "random clusters"))
    for _ in range(n_dealings(len(present))):
        yield generator.permutation(places)


def too_few_topics(values: RunValues, needed: int, purpose: str) -> str | None:
    """Say why a number cannot be had of so few topics.

    Parameters
    ----------
    values
        The run's values.
    needed
        How many topics it takes: 1 or 2.
    purpose
        What takes two topics, to follow ``"it takes two"``.

    Returns
    -------
    str or None
        A sentence; ``None`` if there are enough.
    """
    n_works, n_topics = len(values.assignments), len(values.topics)
    if n_topics >= needed:
        return None
    if not n_works:
        return "No work has a vector, so there is no topic."
    if not n_topics:
        return f"There is no topic: all {n_works:,} works are outliers."
    return f"There is one topic only; it takes two {purpose}."
