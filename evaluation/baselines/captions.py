"""What the two models of captions share: the words they read, and what they make of weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluation.baselines.found import N_WORDS, BaselineError, Words
from evaluation.baselines.tokens import tokenize
from topicart.cluster import Clusters
from topicart.topics import OUTLIER

if TYPE_CHECKING:
    from numpy.typing import NDArray


def told_words(name: str, texts: Sequence[str], min_works: int) -> list[list[str]]:
    """Split captions into words, if any has some.

    Parameters
    ----------
    name
        The baseline, for the message.
    texts
        A caption of each work.
    min_works
        Words that fewer works use are left out.

    Returns
    -------
    list of list of str
        The words of each work; empty where none is left.

    Raises
    ------
    BaselineError
        If no caption has a word.
    """
    tokens = tokenize(texts, min_works=min_works)
    if not any(tokens):
        captions = sum(bool(text.strip()) for text in texts)
        raise BaselineError(
            f"{name} groups works by the words of their captions; of {len(texts):,} works "
            f"{captions:,} have a caption, and no word (stop words aside) is in {min_works} of "
            "them. Give works titles, descriptions or facets, or leave this baseline out."
        )
    return tokens


def strongest(weights: NDArray[np.floating[Any]]) -> Clusters:
    """Put each work into the topic that weighs most in it.

    Parameters
    ----------
    weights
        Weight of each topic in each work, not negative, shape ``(n_works, n_topics)``.

    Returns
    -------
    Clusters
        The probability is the topic's share of the weights; a work without weights is an outlier.
    """
    totals = weights.sum(axis=1)
    inside = totals > 0
    labels = np.where(inside, weights.argmax(axis=1), OUTLIER).astype(np.int32)
    shares = np.divide(weights.max(axis=1), totals, out=np.zeros_like(totals), where=inside)
    return Clusters(labels, shares.astype(np.float32))


def top_words(weights: NDArray[np.floating[Any]], vocabulary: Sequence[str]) -> Words:
    """Return the heaviest words of each topic.

    Parameters
    ----------
    weights
        Weight of each word in each topic, shape ``(n_topics, n_words)``.
    vocabulary
        The words.

    Returns
    -------
    tuple of tuple of str
        At most ten a topic, the heaviest first; words without weight are left out.
    """
    heaviest = np.argsort(-weights, axis=1, kind="stable")[:, :N_WORDS]
    return tuple(
        tuple(vocabulary[word] for word in best if own[word] > 0)
        for own, best in zip(weights, heaviest, strict=True)
    )


def wordless_note(tokens: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return the note that some works have no words.

    Parameters
    ----------
    tokens
        The words of each work.

    Returns
    -------
    tuple of str
        Empty if all have.
    """
    n_wordless = sum(not words for words in tokens)
    if not n_wordless:
        return ()
    return (f"{n_wordless:,} of {len(tokens):,} works have no words and are outliers",)
