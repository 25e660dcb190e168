"""Topics judged by their words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray


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


def inverse_rbo(words: Sequence[Sequence[str]], *, p: float = 0.9, top_n: int = 10) -> float | None:
    """Return how far topics differ in their words and in the order of them: I-RBO.

    1 - the mean, over all pairs of topics, of the extrapolated rank-biased overlap (Webber,
    Moffat & Zobel 2010, equation 32, for lists that may differ in length; as a diversity of topics
    Bianchi, Terragni & Hovy 2021). CEMTM and others sum it truncated instead, which is not 0 for
    topics that are the same.

    Parameters
    ----------
    words
        The words of each topic, the best first. A word told twice counts once.
    p
        How likely a reader goes on to the next word, between 0 and 1: 0.9 puts 86 % of the weight
        on the first ten words.
    top_n
        Words of a topic that count; a topic may have fewer.

    Returns
    -------
    float or None
        From 0, all topics have the same words in the same order, to 1, no word is in two topics.
        ``None`` if fewer than two topics have a word: nothing can differ. Topics without a word
        are left out.

    Raises
    ------
    ValueError
        If ``p`` is not between 0 and 1, or ``top_n`` is below 1.
    """
    overlaps = rank_overlaps([own for own in words if own], p=p, top_n=top_n)
    if len(overlaps) < 2:
        return None
    return float(1 - overlaps[np.triu_indices(len(overlaps), 1)].mean())


def rank_overlaps(
    words: Sequence[Sequence[str]], *, p: float = 0.9, top_n: int = 10
) -> NDArray[np.float64]:
    """Return how far each topic has the words of each, in their order.

    Parameters
    ----------
    words
        The words of each topic, at least one, the best first. A word told twice counts once.
    p
        How likely a reader goes on to the next word, between 0 and 1.
    top_n
        Words of a topic that count; a topic may have fewer.

    Returns
    -------
    numpy.ndarray
        The extrapolated rank-biased overlap (Webber, Moffat & Zobel 2010, equation 32), shape
        ``(n_topics, n_topics)``: 0 for no common word, 1 for the same words in the same order.

    Raises
    ------
    ValueError
        If ``p`` is not between 0 and 1, ``top_n`` is below 1, or a topic has no word.
    """
    if not 0 < p < 1:
        raise ValueError(f"p is {p}; expected a number between 0 and 1.")
    if top_n < 1:
        raise ValueError(f"top_n is {top_n}; expected at least 1 word.")
    if not all(words):
        raise ValueError("a topic has no word; leave it out, for it overlaps with nothing.")
    top = [list(dict.fromkeys(word.casefold() for word in own))[:top_n] for own in words]
    index = {word: n for n, word in enumerate(dict.fromkeys(chain.from_iterable(top)))}
    lengths = np.array([len(own) for own in top], np.int64)
    short = np.minimum.outer(lengths, lengths)
    long = np.maximum.outer(lengths, lengths)
    seen = np.zeros((len(top), len(index)), np.float32)
    shared = np.zeros(short.shape)
    total = np.zeros(short.shape)
    shared_when_short_ends = np.zeros(short.shape)
    for depth in range(1, int(lengths.max(initial=0)) + 1):
        for topic in np.flatnonzero(lengths >= depth):
            seen[topic, index[top[topic][depth - 1]]] = 1
        shared = (seen @ seen.T).astype(np.float64)
        shared_when_short_ends[short == depth] = shared[short == depth]
        # Past its end, the shorter list is taken to go on in agreeing as it did up to there.
        more = shared_when_short_ends * np.maximum(depth - short, 0) / short
        total += np.where(depth <= long, (shared + more) / depth * p**depth, 0)
    beyond = (shared - shared_when_short_ends) / long + shared_when_short_ends / short
    overlaps: NDArray[np.float64] = (1 - p) / p * total + beyond * p**long
    return overlaps


@dataclass(frozen=True)
class EmbeddingCoherence:
    """How near to each other a topic's words are in an embedding.

    Parameters
    ----------
    per_topic
        Mean cosine of each topic, in the order given; NaN where ``reasons`` has the topic.
    mean
        Over the topics that have a value; NaN if none has.
    n_missing
        How many of each topic's top words have no vector and were left out.
    top_n
        Words of a topic that count; a topic may have fewer.
    reasons
        Why a topic has no value, by its place in ``per_topic``.
    """

    per_topic: tuple[float, ...]
    mean: float
    n_missing: tuple[int, ...]
    top_n: int
    reasons: dict[int, str]


def embedding_coherence(
    words: Sequence[Sequence[str]],
    vectors: NDArray[np.floating[Any]],
    index: Mapping[str, int],
    *,
    top_n: int = 10,
) -> EmbeddingCoherence:
    """Measure how near to each other a topic's words are: their mean pairwise cosine.

    With unit vectors u of n words the mean over pairs is (‖Σu‖² - n) / (n (n - 1)), so no pair is
    looked at (Ding, Nallapati & Xiang 2018, "pairwise").

    Parameters
    ----------
    words
        The words of each topic, the best first. A word told twice counts once.
    vectors
        Vectors of words, of any length, shape ``(n_vectors, dim)``.
    index
        The row of each word, spelt as in ``words``. A word that is not there, or whose vector is
        zero and so points nowhere, is left out and counted.
    top_n
        Words of a topic that count, at least 2.

    Returns
    -------
    EmbeddingCoherence
        A topic with fewer than two vectors has NaN and a reason.

    Raises
    ------
    ValueError
        If ``vectors`` is not a table of finite numbers, or ``top_n`` is below 2.
    """
    if top_n < 2:
        raise ValueError(f"top_n is {top_n}; expected at least 2, for coherence is between words.")
    if vectors.ndim != 2 or not np.isfinite(vectors).all():
        raise ValueError("vectors must be finite, of shape (n_vectors, dim).")
    per_topic, n_missing, reasons = [], [], {}
    for topic, own in enumerate(words):
        top = list(dict.fromkeys(own))[:top_n]
        rows = vectors[[index[word] for word in top if word in index]].astype(np.float64)
        lengths = np.linalg.norm(rows, axis=1)
        units = rows[lengths > 0] / lengths[lengths > 0, None]
        n = len(units)
        n_missing.append(len(top) - n)
        if n < 2:
            per_topic.append(float("nan"))
            reasons[topic] = f"{n} of its {len(top)} words have a vector; coherence needs two"
        else:
            per_topic.append(float((np.sum(units.sum(axis=0) ** 2) - n) / (n * (n - 1))))
    values = [value for topic, value in enumerate(per_topic) if topic not in reasons]
    return EmbeddingCoherence(
        per_topic=tuple(per_topic),
        mean=float(np.mean(values)) if values else float("nan"),
        n_missing=tuple(n_missing),
        top_n=top_n,
        reasons=reasons,
    )
