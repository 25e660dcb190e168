"""For each value of a facet the work nearest to a query: one product, then the best of each."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from topicart.retrieval.facts import Facts
from topicart.retrieval.found import BestOfEach
from topicart.retrieval.scoring import canonical_scores, margins_of

__all__ = ["best_of_each"]

_STEP = 1 << 14


def best_of_each(
    facts: Facts,
    facet: str,
    vectors_of: Callable[[NDArray[np.intp] | slice], NDArray[np.float32]],
    query: NDArray[np.float32],
    passes: NDArray[np.bool_],
    least: int,
) -> BestOfEach:
    """Find for each value of a facet the work nearest to a query.

    Parameters
    ----------
    facts : Facts
        Of the works.
    facet : str
        The facet.
    vectors_of : callable
        Gives the vectors of rows, or of a slice of them.
    query : ndarray of float32, shape (1, dim)
        What is sought.
    passes : ndarray of bool, shape (n_works,)
        Which works may be found.
    least : int
        Values of fewer such works are left out.

    Returns
    -------
    BestOfEach
        Best value first.

    Raises
    ------
    RetrievalError
        If there is no such facet.
    """
    values, numbers, rows = facts.statements(facet)
    may = passes[rows]
    # A work may state a value twice, in two spellings; it counts once.
    may[1:] &= (numbers[1:] != numbers[:-1]) | (rows[1:] != rows[:-1])
    numbers, rows = numbers[may], rows[may]
    works = np.bincount(numbers, minlength=len(values))
    shown = works >= max(least, 1)
    left_out = {values[i]: int(works[i]) for i in np.flatnonzero(~shown)}
    may = shown[numbers]
    numbers, rows = numbers[may], rows[may]
    if len(rows) == 0:
        empty = np.empty(0, np.intp)
        return BestOfEach((), empty, empty.astype(np.float32), empty, left_out)
    wanted, at = np.unique(rows, return_inverse=True)
    scores = _canonical_where_near(vectors_of, wanted, at, numbers, query)
    order = np.lexsort((rows, -scores, numbers))
    firsts = order[np.searchsorted(numbers[order], np.flatnonzero(shown))]
    best = firsts[np.lexsort((numbers[firsts], rows[firsts], -scores[firsts]))]
    return BestOfEach(
        tuple(values[number] for number in numbers[best]),
        rows[best],
        scores[best],
        works[numbers[best]],
        left_out,
    )


def _canonical_where_near(
    vectors_of: Callable[[NDArray[np.intp] | slice], NDArray[np.float32]],
    wanted: NDArray[np.intp],
    at: NDArray[np.intp],
    numbers: NDArray[np.intp],
    query: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Score each statement's work: canonically where it may be its value's best, else -infinity."""
    fast = np.empty(len(wanted), np.float32)
    for first in range(0, int(wanted[-1]) + 1, _STEP):
        begin, end = np.searchsorted(wanted, (first, first + _STEP)).tolist()
        own = wanted[begin:end]
        if 2 * len(own) >= _STEP:  # most of the block: it is read as a whole
            fast[begin:end] = (vectors_of(slice(first, first + _STEP)) @ query[0])[own - first]
        elif len(own):
            fast[begin:end] = vectors_of(own) @ query[0]
    tops = np.full(int(numbers.max()) + 1, -np.inf, np.float32)
    np.maximum.at(tops, numbers, fast[at])
    near = np.zeros(len(wanted), np.bool_)
    near[at[fast[at] >= tops[numbers] - 2 * margins_of(query)[0]]] = True
    doubted = np.flatnonzero(near)
    scores = np.full(len(wanted), -np.inf, np.float32)
    for start in range(0, len(doubted), _STEP):
        some = doubted[start : start + _STEP]
        vectors = vectors_of(wanted[some])
        scores[some] = canonical_scores(vectors, np.arange(len(some)), query[0])
    return scores[at]
