"""Topics judged by their words."""

from __future__ import annotations

from collections.abc import Sequence


def topic_diversity(words: Sequence[Sequence[str]]) -> float:
    """Return the share of distinct words among the words of all topics (Dieng et al. 2020).

    Parameters
    ----------
    words
        The top words of each topic. Topics may have fewer than others.

    Returns
    -------
    float
        ``|union| / total``: 1 if no word is used twice, ``1 / n_topics`` if all are the same.

    Raises
    ------
    ValueError
        If there is no word at all.
    """
    told = [word.casefold() for own in words for word in dict.fromkeys(own)]
    if not told:
        raise ValueError("Topic diversity needs at least one word; no topic has a label.")
    return len(set(told)) / len(told)
