"""How many windows of the texts a topic's words share: the counts behind the coherences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, repeat

import numpy as np
from numpy.typing import NDArray

_Integers = NDArray[np.int64]
_SIEVE = 2**22
_BITS_AT_ONCE = 2**26
_PAIRS_AT_ONCE = 4096


@dataclass(frozen=True)
class SharedWindows:
    """Windows of the texts, and how many of them hold two words of a topic.

    Parameters
    ----------
    n_windows
        How many windows the texts have; an empty text has one, which holds no word.
    shared
        A matrix of each topic, shape ``(n_words, n_words)``: the windows which hold both words;
        on the diagonal, those which hold the word.
    """

    n_windows: int
    shared: tuple[_Integers, ...]


@dataclass(frozen=True, eq=False)
class TopicTokens:
    """Texts as numbers of the topics' words, so that windows of any size are counted in them.

    Parameters
    ----------
    words
        The number of each word of each topic.
    n_words
        How many different words the topics have.
    tokens
        The number of each token of all texts, one after the other, -1 where it is in no topic.
    lengths
        Tokens in each text.
    """

    words: tuple[_Integers, ...]
    n_words: int
    tokens: _Integers
    lengths: _Integers

    @classmethod
    def read(cls, topics: Sequence[Sequence[str]], texts: Sequence[Sequence[str]]) -> TopicTokens:
        """Number the words.

        Parameters
        ----------
        topics
            The words of each topic, none of them twice.
        texts
            The tokens of each text.

        Returns
        -------
        TopicTokens
            Takes time and memory as there are tokens.
        """
        index = {word: n for n, word in enumerate(dict.fromkeys(chain.from_iterable(topics)))}
        lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        tokens = np.fromiter(
            map(index.get, chain.from_iterable(texts), repeat(-1)), np.int64, int(lengths.sum())
        )
        words = tuple(np.array([index[word] for word in own], np.int64) for own in topics)
        return cls(words, len(index), tokens, lengths)

    def window_size(self, window: int | None) -> int:
        """Return the smallest size whose windows are the same as those of the size asked for.

        Parameters
        ----------
        window
            Tokens in a window, at least 1; ``None`` takes each text as one window.

        Returns
        -------
        int
            At most the length of the longest text, for a longer window is that text.
        """
        longest = max(int(self.lengths.max(initial=1)), 1)
        return longest if window is None else min(window, longest)

    def shared_windows(self, window: int | None) -> SharedWindows:
        """Count as gensim's sliding window does (``WordOccurrenceAccumulator``, gensim 4.4).

        A window slides over a text one token at a time; a text no longer than the window is one
        window. As in gensim, whose numbers are the ones published, a word that stands twice in a
        window is forgotten when the first of the two leaves it, until the word comes in again.

        Parameters
        ----------
        window
            Tokens in a window, at least 1; ``None`` takes each text as one window.

        Returns
        -------
        SharedWindows
            Takes time and memory as the topics' words occur, times those which a window has of
            them; of whole texts, time as there are pairs of words times texts, 64 at a time.
        """
        size = self.window_size(window)
        n_windows = np.maximum(self.lengths - size + 1, 1)
        n_words = self.n_words
        keys = [
            np.minimum.outer(own, own) * n_words + np.maximum.outer(own, own) for own in self.words
        ]
        wanted = np.unique(np.concatenate([[], *map(np.ravel, keys)]).astype(np.int64))
        if size == self.window_size(None):
            counts = _held_together(self.tokens, self.lengths, wanted, n_words)
        else:
            stays = _stays(self.tokens, self.lengths, n_windows, size)
            counts = _overlaps(*stays, wanted, n_words)
        return SharedWindows(
            n_windows=int(n_windows.sum()),
            shared=tuple(counts[np.searchsorted(wanted, key)] for key in keys),
        )


def _held_together(
    tokens: _Integers, lengths: _Integers, wanted: _Integers, n_words: int
) -> _Integers:
    """Return how many texts hold both words of each wanted pair, ``low * n_words + high``.

    Each word has a bit for each text, so the texts of a pair are counted 64 at a time.
    """
    totals = np.zeros(len(wanted), np.int64)
    low, high = np.divmod(wanted, max(n_words, 1))
    places = np.flatnonzero(tokens >= 0)
    words, texts = tokens[places], np.repeat(np.arange(len(lengths)), lengths)[places]
    width = int(np.clip(_BITS_AT_ONCE // max(n_words, 1) // 64, 1, 128)) * 64
    starts = range(0, len(lengths), width)
    for start, first, last in zip(
        starts,
        np.searchsorted(texts, starts),
        np.searchsorted(texts, [start + width for start in starts]),
        strict=True,
    ):
        held = np.zeros((n_words, width), bool)
        held[words[first:last], texts[first:last] - start] = True
        bits = np.packbits(held, axis=1).view(np.uint64)
        for some in range(0, len(wanted), _PAIRS_AT_ONCE):
            pairs = slice(some, some + _PAIRS_AT_ONCE)
            both = np.bitwise_count(bits[low[pairs]] & bits[high[pairs]])
            totals[pairs] += both.sum(axis=1, dtype=np.int64)
    return totals


def _stays(
    tokens: _Integers, lengths: _Integers, n_windows: _Integers, size: int
) -> tuple[_Integers, _Integers, _Integers]:
    """Return words and the first and last window of their stays, which never meet for one word.

    Windows are numbered through all texts. A word comes in with an occurrence and stays until the
    next occurrence, from that window on, has left at the window's other end.
    """
    places = np.flatnonzero(tokens >= 0)
    places = places[np.argsort(tokens[places], kind="stable")]
    words = tokens[places]
    ends_of_texts = np.cumsum(lengths)
    texts = np.searchsorted(ends_of_texts, places, side="right")
    first_tokens = (ends_of_texts - lengths)[texts]
    first_windows = (np.cumsum(n_windows) - n_windows)[texts]
    enters = np.maximum(places - first_tokens - size + 1, 0)
    ordered = words * len(tokens)
    leaves = np.searchsorted(ordered + places, ordered + first_tokens + enters)
    # Whoever enters while the word is in leaves with it, so the earliest to enter tells the stay.
    stays = np.flatnonzero(np.diff(leaves, prepend=-1))
    last = np.minimum((places - first_tokens)[leaves], n_windows[texts] - 1)
    return words[stays], (first_windows + enters)[stays], (first_windows + last)[stays]


def _overlaps(
    words: _Integers, starts: _Integers, ends: _Integers, wanted: _Integers, n_words: int
) -> _Integers:
    """Return in how many windows the words of each wanted pair, ``low * n_words + high``, stay."""
    totals = np.zeros(len(wanted), np.int64)
    # Few of the pairs met are of one topic: most are turned away before the search for the key.
    sieve = np.zeros(_SIEVE, bool)
    sieve[wanted % _SIEVE] = True

    def add(one: _Integers, other: _Integers, n_shared: _Integers) -> None:
        keys = np.minimum(one, other) * n_words + np.maximum(one, other)
        through = np.flatnonzero(sieve[keys % _SIEVE])
        keys, n_shared = keys[through], n_shared[through]
        found = np.searchsorted(wanted, keys)
        met = wanted.take(found, mode="clip") == keys
        sums = np.bincount(found[met], n_shared[met], len(wanted))
        np.add(totals, sums.astype(np.int64), out=totals)

    order = np.argsort(starts, kind="stable")
    words, starts, ends = words[order], starts[order], ends[order]
    add(words, words, ends - starts + 1)
    # A stay meets those which begin after it and before it ends: first the next one of each,
    # then the one after that, for as long as any is met.
    n_met = np.searchsorted(starts, ends, side="right") - np.arange(len(starts)) - 1
    rows = np.flatnonzero(n_met)
    distance = 1
    while len(rows):
        others = rows + distance
        n_shared = np.minimum(ends[rows], ends[others]) - starts[others] + 1
        add(words[rows], words[others], n_shared)
        distance += 1
        rows = rows[n_met[rows] >= distance]
    return totals
