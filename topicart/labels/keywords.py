"""The words that tell a topic's titles and descriptions from those of the others (c-TF-IDF)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from topicart.topics import OUTLIER, Keyword

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

MIN_WORKS = 3
"""A word that fewer works of the collection use is no keyword."""

MIN_MEMBERS = 2
"""Nor is one that fewer members of the topic use: it speaks of a work, not of a theme."""

_POOL = 20  # So many times as many words are looked at as are kept.
_CATALOGUING = frozenset({
    # What cataloguers write where there is no title, and what they add to one.
    "untitled", "unknown", "title", "titled", "entitled", "known", "ohne", "titel", "sans", "titre",
    "senza", "titolo", "sin", "título", "no", "nr", "ca", "circa", "attributed", "study", "studies",
    "detail", "verso", "recto", "plate", "vol", "copy", "version", "part", "near", "looking",
    # Words without meaning of their own in other languages that titles are often in.
    "al", "au", "aux", "das", "de", "del", "della", "dem", "den", "der", "des", "di", "die", "du",
    "een", "ein", "eine", "el", "en", "et", "het", "il", "im", "la", "las", "le", "les", "lo",
    "los", "mit", "op", "te", "un", "und", "une", "van", "vom", "von", "zu", "zum",
})  # fmt: skip
"""Kept short: a word is here only if it says nothing of what a work shows."""
_SHOWN = frozenset({"cry", "empty", "fire", "mill", "still", "thick", "thin"})
"""Stop words of scikit-learn that works do show (a still life, a mill)."""

# Marks that some scripts write upon or after letters belong to the word, and are no letters to re.
_MARKS = "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0963\u0966-\u0dff\u0e31-\u0e4e"
_WORD = re.compile(rf"[^\W_](?:[\w{_MARKS}]|['’-](?=[^\W_]))*")
_POSSESSIVE = re.compile(r"['’]s$")
_NUMBER = re.compile(r"[\d_'’-]*|[ivx]+")
_CLAUSE_END = re.compile(r"(?<!\bst)\.|[,;:!?()\[\]\"“”«»/|\n]", re.IGNORECASE)


@dataclass(frozen=True)
class WordCounts:
    """The words of a collection's titles and descriptions.

    Parameters
    ----------
    words
        Words, and pairs that stand together, in alphabetical order.
    counts
        How often each work uses each, shape ``(n_works, n_words)``, sparse.
    """

    words: list[str]
    counts: csr_array


def count_words(titles: Sequence[str], descriptions: Sequence[str]) -> WordCounts:
    """Count words, and pairs of words that stand together, in each work.

    Where there are no spaces between words, as in Chinese, Japanese or Thai, what stands between
    other signs counts as one word.

    Parameters
    ----------
    titles, descriptions
        Of each work; ``""`` where there is none.

    Returns
    -------
    WordCounts
        Of the words that at least ``MIN_WORKS`` works use, without those that only catalogues have.
    """
    from scipy.sparse import csr_array
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, CountVectorizer

    stop_words = {*(ENGLISH_STOP_WORDS - _SHOWN), *_CATALOGUING}
    vectorizer = CountVectorizer(analyzer=_analyzer(stop_words), dtype=np.float64)
    texts = [f"{title}\n{text}" for title, text in zip(titles, descriptions, strict=True)]
    try:
        counts = csr_array(vectorizer.fit_transform(texts))
    except ValueError:  # scikit-learn's "empty vocabulary"
        return WordCounts([], csr_array((len(texts), 0)))
    enough = np.flatnonzero(np.bincount(counts.indices, minlength=counts.shape[1]) >= MIN_WORKS)
    return WordCounts(vectorizer.get_feature_names_out()[enough].tolist(), counts[:, enough])


def topic_keywords(
    counted: WordCounts, assignments: NDArray[np.int32], n_topics: int, *, most: int = 10
) -> tuple[tuple[Keyword, ...], ...]:
    """Find the most telling words of each topic, and pairs of words that stand together.

    The score of a word is its c-TF-IDF (Grootendorst 2022, BERTopic): its share of all the words of
    the topic, times ``log(1 + A / f)`` with its count ``f`` in the collection and the mean number
    ``A`` of words in a topic. The outliers are a class of their own in this, as in BERTopic: a word
    that they use as much is less telling. Only words that the topic uses more than the
    collection does are returned.

    Parameters
    ----------
    counted
        The words of each work.
    assignments
        Topic of each work, shape ``(n_works,)``; -1 for outliers.
    n_topics
        Number of topics.
    most
        Keywords kept for a topic.

    Returns
    -------
    tuple of tuple of Keyword
        One a topic, the most telling first; empty where there is nothing to tell.
    """
    words, counts = counted.words, counted.counts
    if most == 0 or not len(words):
        return ((),) * n_topics
    of_class = _membership(assignments, n_topics)
    by_class = of_class @ counts
    n_works = of_class @ counts.astype(bool).astype(np.float64)
    scores = class_tf_idf(by_class)
    total = np.asarray(by_class.sum(axis=0)).ravel()
    overall = total / total.sum()
    found = []
    for topic in range(n_topics):
        own, score, works = (
            matrix[[topic + 1]].toarray().ravel() for matrix in (by_class, scores, n_works)
        )
        telling = (works >= MIN_MEMBERS) & (own > overall * own.sum())
        columns = np.flatnonzero(telling)
        # Ties in the order of the words, which are sorted.
        columns = columns[np.argsort(-score[columns], kind="stable")][: _POOL * most]
        count_of = {words[column]: float(own[column]) for column in columns}
        kept = set(_without_repetition(count_of))
        keywords = [
            Keyword(words[column], round(float(score[column]), 6))
            for column in columns
            if words[column] in kept
        ]
        found.append(tuple(keywords[:most]))
    return tuple(found)


def class_tf_idf(counts: csr_array) -> csr_array:
    """Score words by classes: ``tf * log(1 + A / f)`` (Grootendorst 2022, section 3.3).

    Parameters
    ----------
    counts
        How often each class uses each word, shape ``(n_classes, n_words)``, sparse.

    Returns
    -------
    csr_array
        The scores, same shape: ``tf`` is the share of the word in its class's words, ``f`` its
        count in all classes, ``A`` the mean number of words in a class that has any.
    """
    from scipy.sparse import csr_array

    n_words = np.asarray(counts.sum(axis=1)).ravel()
    average = n_words.sum() / max(np.count_nonzero(n_words), 1)
    frequency = np.asarray(counts.sum(axis=0)).ravel()
    weights = np.log1p(average / np.maximum(frequency, 1.0))
    scores = csr_array(counts, dtype=np.float64, copy=True)
    scores.data /= np.repeat(n_words, np.diff(scores.indptr))
    scores.data *= weights[scores.indices]
    return scores


def _membership(assignments: NDArray[np.int32], n_topics: int) -> csr_array:
    """Return which class has which work: row 0 is the outliers, row 1 the first topic."""
    from scipy.sparse import csr_array

    works = np.arange(len(assignments))
    rows = np.asarray(assignments, dtype=np.int64) - OUTLIER
    return csr_array((np.ones(len(works)), (rows, works)), shape=(n_topics + 1, len(works)))


def _analyzer(stop_words: Collection[str]) -> Callable[[str], list[str]]:
    """Make the function that finds the words of a text, and pairs that stand side by side.

    Unlike scikit-learn's own it forms no pair over a word that is left out or a full stop.
    """

    def analyze(text: str) -> list[str]:
        found = []
        for clause in _CLAUSE_END.split(text):
            before = ""
            for word in _words(clause):
                if word in stop_words or len(word) < 2 or _NUMBER.fullmatch(word):
                    before = ""
                    continue
                found.append(word)
                if before and before != word:
                    found.append(f"{before} {word}")
                before = word
        return found

    return analyze


def _words(text: str) -> list[str]:
    text = unicodedata.normalize("NFC", text).lower()
    return [_POSSESSIVE.sub("", word.rstrip("'’-")) for word in _WORD.findall(text)]


def _without_repetition(count_of: Mapping[str, float]) -> list[str]:
    """Keep of a pair and its words the pair if they mostly stand in it, else the words.

    Parameters
    ----------
    count_of
        How often the topic uses each word and pair, the most telling first.
    """
    dropped: set[str] = set()
    taken: dict[str, float] = {}
    pairs = sorted((pair for pair in count_of if " " in pair), key=lambda pair: -count_of[pair])
    for pair in pairs:
        parts = pair.split(" ")
        mostly = [part for part in parts if count_of[pair] >= 0.5 * count_of.get(part, 0.0)]
        if not mostly or any(part in taken for part in parts):
            dropped.add(pair)
            continue
        dropped.update(mostly)
        taken.update(dict.fromkeys(parts, count_of[pair]))
    return [word for word in count_of if word not in dropped]
