"""Works that show the same things: who of one group is the partner of whom of the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evaluation.studies.semantic_gap.classes import ADDITIVE, NARRATIVE
from evaluation.studies.semantic_gap.neighbours import blocks
from topicart.model import derive_seed

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

__all__ = [
    "LEAST_ALIKE",
    "Matched",
    "alike_in_things",
    "match_by_things",
    "showing_things",
]

LEAST_ALIKE = 0.3
"""Jaccard of things from which on two works are partners."""

LEAST_WORKS = 5
"""A thing is one that at least so many additive and so many narrative works show."""

LEAST_SHARED = 2
"""Partners show at least so many things in common: everything has a sky."""

_CANDIDATES = 50


@dataclass(frozen=True, eq=False)
class Matched:
    """Narrative works, each with an additive one in which the same things are seen.

    Parameters
    ----------
    narrative
        Rows, shape ``(n_pairs,)``, each once.
    additive
        Their partners, shape ``(n_pairs,)``, each once.
    jaccard
        Things in common over things in either, shape ``(n_pairs,)``.
    vocabulary
        The things.
    things
        Of every work, those of the vocabulary.
    unmatched
        Narrative works without a partner.
    groups
        Of every work.
    """

    narrative: NDArray[np.intp]
    additive: NDArray[np.intp]
    jaccard: NDArray[np.float64]
    vocabulary: tuple[str, ...]
    things: tuple[frozenset[str], ...]
    unmatched: int
    groups: tuple[str, ...]


def match_by_things(
    subjects: Sequence[Sequence[str]],
    groups: Sequence[str],
    *,
    rows: NDArray[np.intp] | None = None,
    seed: int = 0,
) -> Matched:
    """Match narrative works one to one with additive works that show the same things.

    Those that are most alike are paired first (greedy matching without replacement: Rosenbaum,
    "Observational Studies", 2002, section 10.3). Of each narrative work the fifty additive works
    most like it are looked at, equals by lot. Time grows with narrative times additive works, in
    blocks; memory does not.

    Parameters
    ----------
    subjects
        What is seen in each work, length n_works.
    groups
        ``additive``, ``narrative`` or ``neither``, length n_works.
    rows
        Works that may be matched, those that are asked for; by default all.
    seed
        Decides between equals.

    Returns
    -------
    Matched
        Perhaps without a pair.
    """
    of_work = np.array(groups, dtype=object)
    may = np.zeros(len(groups), np.bool_)
    may[np.arange(len(groups)) if rows is None else rows] = True
    sides = {group: np.flatnonzero((of_work == group) & may) for group in (NARRATIVE, ADDITIVE)}
    seen = [frozenset(own) for own in subjects]
    shown = {
        group: Counter(thing for row in own for thing in seen[row]) for group, own in sides.items()
    }
    vocabulary = tuple(
        sorted(
            thing
            for thing, count in shown[NARRATIVE].items()
            if count >= LEAST_WORKS and shown[ADDITIVE][thing] >= LEAST_WORKS
        )
    )
    known = frozenset(vocabulary)
    things = tuple(own & known for own in seen)
    pairs = _paired(sides[NARRATIVE], sides[ADDITIVE], things, vocabulary, seed)
    narrative = np.array([pair[0] for pair in pairs], np.intp)
    return Matched(
        narrative=narrative,
        additive=np.array([pair[1] for pair in pairs], np.intp),
        jaccard=np.array([pair[2] for pair in pairs], np.float64),
        vocabulary=vocabulary,
        things=things,
        unmatched=len(sides[NARRATIVE]) - len(narrative),
        groups=tuple(groups),
    )


def showing_things(things: Sequence[frozenset[str]], vocabulary: Sequence[str]) -> csr_array:
    """Put works and the things in them into a matrix.

    Parameters
    ----------
    things
        Of each work.
    vocabulary
        All things, each once.

    Returns
    -------
    scipy.sparse.csr_array of float32, shape (n_works, n_things)
        1 where a work shows a thing.
    """
    from scipy.sparse import csr_array

    numbers = {thing: number for number, thing in enumerate(vocabulary)}
    columns = [sorted(numbers[thing] for thing in own) for own in things]
    starts = np.cumsum([0, *map(len, columns)])
    flat = np.array([number for own in columns for number in own], np.int32)
    return csr_array(
        (np.ones(len(flat), np.float32), flat, starts), shape=(len(things), len(vocabulary))
    )


def alike_in_things(
    one: csr_array, other: csr_array
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Say how much of their things works have in common, and whether that makes partners.

    Parameters
    ----------
    one
        Works and their things, shape ``(n, n_things)``.
    other
        Other works and theirs, shape ``(m, n_things)``.

    Returns
    -------
    tuple of ndarray, shape (n, m)
        Things in common over things in either (Jaccard), and whether two things or more are in
        common, and enough of all.
    """
    common = (one @ other.T).toarray()
    either = one.sum(axis=1)[:, None] + other.sum(axis=1)[None, :] - common
    jaccard = common / np.maximum(either, 1)
    return jaccard, (common >= LEAST_SHARED) & (jaccard >= LEAST_ALIKE)


def _paired(
    narrative: NDArray[np.intp],
    additive: NDArray[np.intp],
    things: Sequence[frozenset[str]],
    vocabulary: Sequence[str],
    seed: int,
) -> list[tuple[int, int, float]]:
    """Pair works, the most alike first, each once; in the order of the narrative works."""
    if not len(narrative) or not len(additive) or not vocabulary:
        return []
    generator = np.random.default_rng(derive_seed(seed, "match by things"))
    showing = showing_things(things, vocabulary)
    others = showing[additive]
    candidates: list[tuple[float, float, int, int]] = []
    for block in blocks(len(narrative), len(additive)):
        jaccard, enough = alike_in_things(showing[narrative[block]], others)
        lots = generator.random(jaccard.shape, dtype=np.float32)
        # A lot weighs less than any difference between two shares of so few things.
        order = np.where(enough, jaccard + 1e-6 * lots, -1.0)
        most = min(_CANDIDATES, len(additive))
        best = np.argpartition(-order, most - 1, axis=1)[:, :most]
        for row, columns in enumerate(best):
            candidates += [
                (
                    -float(jaccard[row, other]),
                    float(lots[row, other]),
                    block.start + row,
                    int(other),
                )
                for other in columns
                if enough[row, other]
            ]
    taken: dict[int, tuple[int, float]] = {}
    used: set[int] = set()
    for unlike, _, one, other in sorted(candidates):
        if one not in taken and other not in used:
            taken[one] = (other, -unlike)
            used.add(other)
    return [
        (int(narrative[one]), int(additive[taken[one][0]]), taken[one][1]) for one in sorted(taken)
    ]
