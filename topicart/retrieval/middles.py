"""The middle of a topic's works, and how far all works are from theirs."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from topicart.errors import RetrievalError

if TYPE_CHECKING:
    import pyarrow as pa

    from topicart.retrieval.index import ConditionalIndex
    from topicart.run import Run

__all__ = ["middle_of_topic", "name_of_topic", "spread_of"]

_STEP = 1 << 14
_LEAST = 1e-6
"""What a work counts at least: as the fit has it, that a topic of doubtful works has a middle."""


def name_of_topic(run: Run, topic: int) -> str:
    """Give the name of a topic.

    Parameters
    ----------
    run : Run
        The run.
    topic : int
        Its number.

    Returns
    -------
    str
        As the run has it.

    Raises
    ------
    RetrievalError
        If there is no such topic.
    """
    topics = run.topics
    if not 0 <= topic < len(topics):
        raise RetrievalError(
            f"There is no theme {topic}; the themes of {run.folder} are 0 to {len(topics) - 1}."
            if topics
            else f"{run.folder} has no theme at all: every work is an outlier."
        )
    return topics[topic].name


def middle_of_topic(index: ConditionalIndex, works: pa.Table, topic: int) -> NDArray[np.float64]:
    """Sum the vectors of a topic's works, each times the probability that it belongs there.

    Parameters
    ----------
    index : ConditionalIndex
        The works' pictures.
    works : pyarrow.Table
        The same works, with their topic and probability.
    topic : int
        The topic.

    Returns
    -------
    ndarray of float64, shape (dim,)
        Of any length; zeros where no work of the index is of the topic.
    """
    import pyarrow.compute as pc

    of_topic = pc.fill_null(pc.equal(works["topic"], topic), False).to_numpy()
    rows = np.flatnonzero(of_topic)
    probabilities = pc.fill_null(works["probability"], 0.0).to_numpy()[rows]
    weights = np.maximum(probabilities.astype(np.float64), _LEAST)
    total = np.zeros(index.dim)
    for start in range(0, len(rows), _STEP):
        part = slice(start, start + _STEP)
        total += weights[part] @ index.vectors_of(rows[part])
    return total


def spread_of(index: ConditionalIndex) -> float:
    """Tell how far works are from their mean: the root of the mean squared distance.

    Parameters
    ----------
    index : ConditionalIndex
        The works.

    Returns
    -------
    float
        From 0 to 1.
    """
    total = np.zeros(index.dim)
    for start in range(0, len(index), _STEP):
        total += index.vectors_of(slice(start, start + _STEP)).sum(axis=0)
    mean = total / len(index)
    return sqrt(max(1.0 - float(mean @ mean), 0.0))
