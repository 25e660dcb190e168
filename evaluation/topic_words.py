"""The words of any groups of works, by one rule for every model: c-TF-IDF of the captions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from topicart import OUTLIER
from topicart.labels.keywords import class_tf_idf

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray


def topic_words(
    tokens: Sequence[Sequence[str]],
    assignments: NDArray[np.integer[Any]],
    n_topics: int,
    *,
    top_n: int = 10,
) -> tuple[tuple[str, ...], ...]:
    """Return the words of highest c-TF-IDF of each topic (Grootendorst 2022, section 3.3).

    Parameters
    ----------
    tokens
        The words of each work.
    assignments
        Topic of each work, shape ``(n_works,)``; outliers (-1) are a class of their own.
    n_topics
        Number of topics; they are numbered from 0.
    top_n
        Most words of a topic.

    Returns
    -------
    tuple of tuple of str
        The most telling first, ties in alphabetical order; words that the topic does not use
        are never among them.
    """
    from scipy.sparse import csr_array

    vocabulary = sorted({word for own in tokens for word in own})
    index = {word: column for column, word in enumerate(vocabulary)}
    columns = [index[word] for own in tokens for word in own]
    rows = np.repeat(np.asarray(assignments, np.int64) - OUTLIER, [len(own) for own in tokens])
    shape = (n_topics + 1, len(vocabulary))
    scores = class_tf_idf(csr_array((np.ones(len(columns)), (rows, columns)), shape=shape))
    found = []
    for topic in range(1, n_topics + 1):
        own = slice(scores.indptr[topic], scores.indptr[topic + 1])
        words, score = scores.indices[own], scores.data[own]
        best = np.lexsort((words, -score))[:top_n]
        found.append(tuple(vocabulary[words[place]] for place in best))
    return tuple(found)
