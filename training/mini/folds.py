"""Five folds by artist: every painting is judged once, by heads that never saw its artist."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.mini.align import Encode, Heads
from training.mini.evaluate import (
    WORDS,
    Scores,
    area_under_curve,
    baselines,
    full_caption,
    most_frequent,
    retrieval,
    vectors_of_classes,
    word_members,
    zero_shot,
)
from training.mini.pictures import PictureSet

Fit = Callable[[PictureSet, int], Heads]
"""Trains heads on captioned paintings; the number is a seed."""

FEWEST = 5
"""A word group with fewer paintings is not scored."""
GENRES, STYLES = 14, 18
"""How many of the most frequent genres and styles the zero-shot tests have."""


@dataclass(frozen=True)
class Classes:
    """The classes of the zero-shot tests."""

    genre: Sequence[str]
    style: Sequence[str]

    @classmethod
    def of(cls, paintings: PictureSet) -> Classes:
        """Return the most frequent ones.

        Parameters
        ----------
        paintings
            All paintings.

        Returns
        -------
        Classes
            The classes.
        """
        return cls(
            most_frequent(paintings.facts, "genre", GENRES),
            most_frequent(paintings.facts, "style", STYLES),
        )


@dataclass(frozen=True)
class FoldScores:
    """Scores over all folds.

    Attributes
    ----------
    mean
        Each score, averaged over folds by their number of paintings (word AUC: over all
        paintings at once, since a fold has few of each word).
    spread
        Standard deviation of a score between folds.
    words
        AUC of each word group.
    sizes
        Paintings of each fold.
    """

    mean: Scores
    spread: Scores
    words: Scores
    sizes: tuple[int, ...]


def artist_folds(artists: Sequence[str], count: int, seed: int) -> list[list[int]]:
    """Deal artists into folds of like size, the most prolific first; return rows of each fold.

    Parameters
    ----------
    artists
        The artist of each painting.
    count
        How many folds.
    seed
        Decides every draw.

    Returns
    -------
    list
        Row numbers of each fold.
    """
    names = sorted(set(artists))
    random.Random(seed).shuffle(names)
    names.sort(key=lambda name: -artists.count(name))
    dealt: list[list[int]] = [[] for _ in range(count)]
    for name in names:
        least = min(dealt, key=len)
        least += [i for i, artist in enumerate(artists) if artist == name]
    return [sorted(rows) for rows in dealt]


def held_out_artists(artists: Sequence[str], count: int, seed: int) -> list[str]:
    """Choose artists whom the shipped model never sees.

    They are drawn from those with 10 to 99 works: enough to judge by, too few to starve training.

    Parameters
    ----------
    artists
        The artist of each painting.
    count
        How many artists.
    seed
        Decides every draw.

    Returns
    -------
    list of str
        Their names, sorted.
    """
    works = {name: artists.count(name) for name in sorted(set(artists))}
    middling = [name for name, number in works.items() if 10 <= number < 100] or list(works)
    return sorted(random.Random(seed).sample(middling, min(count, len(middling))))


def judge(
    heads: Heads, encode: Encode, test: PictureSet, styled: PictureSet | None, classes: Classes
) -> tuple[Scores, dict[str, NDArray[np.float32]]]:
    """Score heads on paintings they did not see.

    Parameters
    ----------
    heads
        The trained heads.
    encode
        The text tower.
    test
        Paintings by artists that the heads did not see.
    styled
        Style-only pictures that they did not see, if any.
    classes
        The classes of the zero-shot tests.

    Returns
    -------
    tuple
        The scores, and for each word group the cosine of every painting to its prompts.
    """
    images = heads.images(test.features)
    scores: Scores = {}
    for facet, names in (("genre", classes.genre), ("style", classes.style)):
        vectors = vectors_of_classes(heads, encode, facet, names)
        scores |= zero_shot(images, test.facts, vectors, facet, names)
    if styled is not None and len(styled):
        seven = most_frequent(styled.facts, "style", 7)
        vectors = vectors_of_classes(heads, encode, "style", seven)
        found = zero_shot(heads.images(styled.features), styled.facts, vectors, "style", seven)
        scores["style7"] = found["style"]
    for title, prefix in ((True, ""), (False, "no-title ")):
        captions = [full_caption(known, title=title) for known in test.facts]
        found = retrieval(images, heads.texts(encode(captions)))
        scores |= {prefix + name: value for name, value in found.items()}
    words = vectors_of_classes(heads, encode, "subject", list(WORDS))
    cosines = images @ words.T
    return scores, {word: cosines[:, i] for i, word in enumerate(WORDS)}


def five_folds(
    paintings: PictureSet,
    styled_test: PictureSet | None,
    fit: Fit,
    encode: Encode,
    *,
    count: int,
    seed: int,
    probes: bool = True,
) -> FoldScores:
    """Judge a way of training on every painting, by folds of artists.

    Parameters
    ----------
    paintings
        All captioned paintings.
    styled_test
        Style-only pictures kept out of training, if any.
    fit
        Trains heads.
    encode
        The text tower.
    count
        How many folds.
    seed
        Decides every draw.
    probes
        Whether to compute the baselines, too.

    Returns
    -------
    FoldScores
        Means, spreads, words and sizes.
    """
    classes = Classes.of(paintings)
    folds = artist_folds(paintings.artists, count, seed)
    each: list[Scores] = []
    cosines: dict[str, NDArray[np.float32]] = {
        word: np.zeros(len(paintings), np.float32) for word in WORDS
    }
    for number, rows in enumerate(folds):
        apart = set(rows)
        train = paintings.select([i for i in range(len(paintings)) if i not in apart])
        test = paintings.select(rows)
        scores, found = judge(fit(train, seed + number), encode, test, styled_test, classes)
        if probes:
            scores |= baselines(train, test, "genre", classes.genre)
            scores |= baselines(train, test, "style", classes.style)
        each.append(scores)
        for word, values in found.items():
            cosines[word][rows] = values
    sizes = tuple(map(len, folds))
    members = word_members(paintings.facts)
    words = {
        word: area_under_curve(cosines[word], members[word])
        for word in WORDS
        if FEWEST <= members[word].sum() < len(paintings)
    }
    mean = weighted(each, sizes)
    spread = {name: float(np.std([s[name] for s in each if name in s])) for name in mean}
    if words:
        mean["word AUC"] = float(np.mean(list(words.values())))
    return FoldScores(mean, spread, words, sizes)


def weighted(each: Sequence[Mapping[str, float]], sizes: Sequence[int]) -> Scores:
    """Average scores of folds, weighted by their number of paintings.

    Parameters
    ----------
    each
        Scores of each fold.
    sizes
        Paintings of each fold.

    Returns
    -------
    dict
        The means.
    """
    names = dict.fromkeys(name for scores in each for name in scores)
    return {
        name: float(
            np.average(
                [s[name] for s in each if name in s],
                weights=[n for s, n in zip(each, sizes, strict=True) if name in s],
            )
        )
        for name in names
    }
