"""Which topic of one model is which of another, over the works that both have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluation.grouping import contingency
from topicart import OUTLIER

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix


@dataclass(frozen=True)
class Assigned:
    """The topic of each work, by one model.

    Parameters
    ----------
    ids
        Ids of the works, each once.
    topics
        Topic of each work, shape ``(n_works,)``; -1 for outliers.

    Raises
    ------
    ValueError
        If there is not one topic for each id, or an id comes twice.
    """

    ids: Sequence[str]
    topics: NDArray[np.integer[Any]]

    def __post_init__(self) -> None:
        if len(self.ids) != len(self.topics):
            raise ValueError(f"{len(self.ids)} works need as many topics; got {len(self.topics)}.")
        if len(set(self.ids)) != len(self.ids):
            raise ValueError("A work comes twice; name each once, also of a bootstrap sample.")

    @property
    def present(self) -> NDArray[np.int64]:
        """List the topics that have a work.

        Returns
        -------
        numpy.ndarray
            Ascending, without the outliers.
        """
        own = np.asarray(self.topics, dtype=np.int64)
        return np.unique(own[own != OUTLIER])


@dataclass(frozen=True)
class MatchedPair:
    """A topic of the first model and the one of the second that it was matched with.

    Parameters
    ----------
    first
        Topic of the first model.
    second
        Topic of the second.
    n_shared
        Works in both.
    jaccard
        ``n_shared`` of the works in either, over the works that both models have.
    """

    first: int
    second: int
    n_shared: int
    jaccard: float


@dataclass(frozen=True)
class Matching:
    """The topics of two models, side by side.

    Parameters
    ----------
    pairs
        The matched topics, the most alike first.
    unmatched_first
        Topics of the first model that no topic of the second is like, ascending.
    unmatched_second
        Likewise of the second.
    flows
        Works that go from a topic of the first model to one of the second, outliers (-1)
        included: rows of topic, topic, works, shape ``(n_flows, 3)``, most works first.
    n_common
        Works that both models have.
    n_only_first
        Works of the first model alone: left out.
    n_only_second
        Likewise of the second.
    """

    pairs: tuple[MatchedPair, ...]
    unmatched_first: tuple[int, ...]
    unmatched_second: tuple[int, ...]
    flows: NDArray[np.int64]
    n_common: int
    n_only_first: int
    n_only_second: int

    @property
    def mean_jaccard(self) -> float | None:
        """Say how alike the two models are as a whole.

        Returns
        -------
        float or None
            The mean Jaccard of the topics of the model that has more of them, 0 for an unmatched
            one: 1 only if both have the same topics. ``None`` if neither has one.
        """
        most = len(self.pairs) + max(len(self.unmatched_first), len(self.unmatched_second))
        return sum(pair.jaccard for pair in self.pairs) / most if most else None


def match_topics(first: Assigned, second: Assigned) -> Matching:
    """Match the topics of two models so that the sum of their Jaccards is largest.

    Parameters
    ----------
    first
        One model's topics.
    second
        Another's. Works are known by their ids; the order does not matter.

    Returns
    -------
    Matching
        One topic to at most one; two topics without a common work are never a pair. Without common
        works, or without topics, there is no pair.

    Notes
    -----
    The assignment is solved exactly (Kuhn 1955, by scipy): cubic in the topics, not in the works.
    """
    place = {work: row for row, work in enumerate(second.ids)}
    common = [(row, place[work]) for row, work in enumerate(first.ids) if work in place]
    rows = np.array(common, dtype=np.int64).reshape(-1, 2)
    own = np.asarray(first.topics, dtype=np.int64)[rows[:, 0]]
    other = np.asarray(second.topics, dtype=np.int64)[rows[:, 1]]
    overlap = jaccard(own, other, first.present, second.present)
    chosen = assign(overlap)
    pairs = []
    flows = _flows(own, other)
    shared = {(a, b): works for a, b, works in flows.tolist()}
    for a, b in zip(*chosen, strict=True):
        one, two = int(first.present[a]), int(second.present[b])
        pairs.append(MatchedPair(one, two, shared[one, two], float(overlap[a, b])))
    return Matching(
        pairs=tuple(sorted(pairs, key=lambda pair: (-pair.jaccard, pair.first))),
        unmatched_first=tuple(np.delete(first.present, chosen[0]).tolist()),
        unmatched_second=tuple(np.delete(second.present, chosen[1]).tolist()),
        flows=flows,
        n_common=len(rows),
        n_only_first=len(first.ids) - len(rows),
        n_only_second=len(second.ids) - len(rows),
    )


def jaccard(
    first: NDArray[np.integer[Any]],
    second: NDArray[np.integer[Any]],
    first_topics: NDArray[np.integer[Any]],
    second_topics: NDArray[np.integer[Any]],
) -> csr_matrix:
    """Return the Jaccard of each topic of one model with each of another, on the same works.

    Parameters
    ----------
    first
        Topic of each work by the first model, shape ``(n_works,)``; -1 for outliers.
    second
        Likewise by the second.
    first_topics
        Topics of the first model, ascending, shape ``(n_first,)``: the rows of what is returned.
        All that occur must be there; one that does not occur has a row of zeros.
    second_topics
        Likewise of the second, shape ``(n_second,)``: the columns.

    Returns
    -------
    scipy.sparse.csr_matrix
        Works in both topics of the works in either, shape ``(n_first, n_second)``; an outlier of
        one model counts in the topic of the other.
    """
    from scipy.sparse import csr_matrix

    shape = (len(first_topics), len(second_topics))
    if not len(first):
        return csr_matrix(shape)
    # Outliers come before every topic, so they are group 0 and the topics count from 1.
    table = contingency(
        np.searchsorted(first_topics, first, side="right"),
        np.searchsorted(second_topics, second, side="right"),
    )
    in_topics = (table.rows > 0) & (table.columns > 0)
    rows, columns = table.rows[in_topics], table.columns[in_topics]
    shared = table.counts[in_topics]
    either = table.row_sizes[rows] + table.column_sizes[columns] - shared
    return csr_matrix((shared / either, (rows - 1, columns - 1)), shape=shape)


def assign(overlap: csr_matrix) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the rows and the columns of the pairs of which the sum is largest, none of them 0.

    Parameters
    ----------
    overlap
        How alike two topics are, shape ``(n_first, n_second)``, 0 or more.

    Returns
    -------
    tuple of numpy.ndarray
        Rows, ascending, and the column of each.
    """
    from scipy.optimize import linear_sum_assignment

    table = overlap.toarray()
    rows, columns = linear_sum_assignment(table, maximize=True)
    alike = table[rows, columns] > 0
    return rows[alike], columns[alike]


def _flows(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
    pairs, works = np.unique(np.stack([first, second], axis=1), axis=0, return_counts=True)
    flows = np.column_stack([pairs, works]).astype(np.int64)
    return flows[np.argsort(-works, kind="stable")]
