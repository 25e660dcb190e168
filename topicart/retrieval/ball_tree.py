"""MosAIc's conditional ball tree: the largest inner products among the points with some labels."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge_graph import cut, listed, nearest
from topicart.errors import RetrievalError
from topicart.retrieval.balls import Balls, build_balls
from topicart.retrieval.scoring import canonical_scores

__all__ = ["ConditionalBallTree", "TreeFound"]

_GROUPS = 64
"""Sets of labels in one search: each has a bit of a word."""


@dataclass(frozen=True, eq=False)
class TreeFound:
    """What a descent found, and how much of the tree it saw."""

    rows: NDArray[np.intp]
    """The points, best first, of equal scores the lower row first, shape ``(found,)``."""
    scores: NDArray[np.float32]
    """Their inner products with the query, shape ``(found,)``."""
    visited: int
    """Nodes that were entered, leaves among them."""
    compared: int
    """Points whose inner product was calculated."""

    def __len__(self) -> int:
        return len(self.rows)


class ConditionalBallTree:
    """A tree of balls, and for each label the nodes that hold a point with it.

    Parameters
    ----------
    vectors : ndarray of float, shape (n, dim)
        Any finite vectors, of any length; they are held as float32.
    labels : sequence, optional
        Of each point its label, any hashable thing (a tuple such as ``("genre", "marina")`` is one
        label), or a list or set of several; ``None`` for none.
    leaf_size : int
        Points up to which a node is not split.
    epsilon : float
        Radius below which a node is not split.
    seed : int
        Of the random member that a split begins with.

    Raises
    ------
    RetrievalError
        If there is no vector or one is not finite, labels are fewer or more than vectors, one is
        not hashable, or a number makes no sense.

    Notes
    -----
    The structure of Hamilton et al., "Conditional Image Retrieval" (arXiv:2007.07177), as
    SynapseML has it (``BallTree.scala``): a ball of centre ``c`` and radius ``r`` holds no point
    whose inner product with ``q`` is above ``q·c + r‖q‖``; the child of the larger bound is entered
    first, and a node only if the inverted index says that it holds an allowed label and its bound
    reaches the k-th best so far. Beyond the reference, a point may have several labels, and
    several sets of labels can be asked for at once: a node is entered only if it holds a label of
    each, and a point counts only if it has one of each.

    The result is exact. Bounds are widened by what rounding may have taken off, points within
    rounding of the k-th are scored anew in float64, rounded to float32, and put in order by score
    and row, as the other plans of :class:`ConditionalIndex` do it.

    Examples
    --------
    >>> tree = ConditionalBallTree(np.array([[1, 2], [2, 3]]), ["foo", "bar"])
    >>> found = tree.search(np.array([1, 2]), 5, any_of={"foo"})
    >>> found.rows.tolist(), found.scores.tolist()
    ([0], [5.0])
    """

    def __init__(
        self,
        vectors: NDArray[Any],
        labels: Sequence[Hashable | Iterable[Hashable]] | None = None,
        *,
        leaf_size: int = 50,
        epsilon: float = 1e-6,
        seed: int = 1,
    ) -> None:
        stored = np.ascontiguousarray(vectors, dtype=np.float32)
        self.balls: Balls = build_balls(stored, leaf_size=leaf_size, epsilon=epsilon, seed=seed)
        """The nodes."""
        order = self.balls.order
        self._vectors = stored[order]
        self._longest = float(
            np.sqrt(np.einsum("ij,ij->i", stored, stored, dtype=np.float64)).max()
        )
        self._place = np.empty(len(order), np.int64)
        self._place[order] = np.arange(len(order))
        self._leaf_of = _leaves(self.balls)
        self._label(labels)

    def __len__(self) -> int:
        return len(self._vectors)

    @property
    def labels(self) -> tuple[Hashable, ...]:
        """All labels, in the order in which they first occur.

        Returns
        -------
        tuple
            Each once.
        """
        return tuple(self._codes)

    def search(
        self,
        query: NDArray[Any],
        k: int,
        *,
        any_of: Iterable[Hashable] | None = None,
        all_of: Sequence[Iterable[Hashable]] | None = None,
    ) -> TreeFound:
        """Find the points with the largest inner product among those with some labels.

        Parameters
        ----------
        query : ndarray of float, shape (dim,)
            Of any length.
        k : int
            How many are wanted.
        any_of : iterable, optional
            A point has at least one of these labels.
        all_of : sequence of iterable, optional
            A point has at least one label of each of these sets, and one of ``any_of`` if that is
            given too.

        Returns
        -------
        TreeFound
            Fewer than ``k`` where fewer are allowed.

        Raises
        ------
        RetrievalError
            If no point has one of the labels, a set of labels is empty, the query has another
            number of dimensions or is not finite, or ``k`` is less than 1.
        """
        from topicart.retrieval.ball_tree_kernels import descend

        query = self._checked(query, k)
        opened, groups, full = self._asked(
            [*([any_of] if any_of is not None else []), *(all_of or [])]
        )
        places, visited, compared = descend(
            self._vectors, self.balls.starts, self.balls.ends, self.balls.children,
            self.balls.radii, self.balls.centres, opened, self._point_starts,
            self._point_labels, groups, full, query.astype(np.float64), min(k, len(self)),
            self._longest, self.balls.depth,
        )  # fmt: skip
        rows, scores = self._in_order(places, query, k)
        return TreeFound(rows, scores, int(visited), int(compared))

    def nodes_of(self, label: Hashable) -> NDArray[np.int64]:
        """Give the nodes, inner ones and leaves, that hold a point with a label.

        Parameters
        ----------
        label : hashable
            The label.

        Returns
        -------
        ndarray of int
            Their numbers, each once.

        Raises
        ------
        RetrievalError
            If no point has it.
        """
        code = self._code(label)
        return self._nodes[self._node_starts[code] : self._node_starts[code + 1]]

    def _label(self, labels: Sequence[Hashable | Iterable[Hashable]] | None) -> None:
        """Make both indexes: from a point to its labels, and from a label to its nodes."""
        from topicart.retrieval.ball_tree_kernels import holders

        if labels is not None and len(labels) != len(self):
            raise RetrievalError(
                f"Each point has its labels: got {len(self)} vectors and {len(labels)} labels."
            )
        self._codes: dict[Hashable, int] = {}
        codes, rows = [], []
        for row, own in enumerate(labels if labels is not None else ()):
            for label in _several(own):
                try:
                    codes.append(self._codes.setdefault(label, len(self._codes)))
                except TypeError:
                    raise RetrievalError(
                        f"The label {cut(repr(label))} of point {row} is not hashable: labels are "
                        "texts, numbers or tuples, and several stand in a list or a set."
                    ) from None
                rows.append(row)
        of_label, places = np.array(codes, np.int64), self._place[np.array(rows, np.int64)]
        by_place = np.argsort(places, kind="stable")
        self._point_labels = of_label[by_place]
        self._point_starts = np.searchsorted(places[by_place], np.arange(len(self) + 1))
        by_label = np.argsort(of_label, kind="stable")
        starts = np.searchsorted(of_label[by_label], np.arange(len(self._codes) + 1))
        self._node_starts = np.empty(len(starts), np.int64)
        self._nodes = np.empty(0, np.int64)
        asked = (starts, places[by_label], self._leaf_of, self.balls.parents, self._node_starts)
        holders(*asked, self._nodes)
        self._nodes = np.empty(self._node_starts[-1], np.int64)
        holders(*asked, self._nodes)

    def _checked(self, query: NDArray[Any], k: int) -> NDArray[np.float32]:
        if k < 1:
            raise RetrievalError(f"At least 1 point must be asked for, got {k}.")
        query = np.asarray(query)
        if query.shape != self._vectors.shape[1:]:
            raise RetrievalError(
                f"The query has the shape {query.shape}, the tree's vectors have "
                f"{self._vectors.shape[1]} dimensions."
            )
        query = query.astype(np.float32)
        if not np.isfinite(query).all():
            raise RetrievalError("The query's vector is not finite: there is nothing near it.")
        return query

    def _asked(
        self, sets: Sequence[Iterable[Hashable]]
    ) -> tuple[NDArray[np.bool_], NDArray[np.uint64], np.uint64]:
        """Tell which nodes hold a label of each set, and in which sets each label is."""
        if len(sets) > _GROUPS:
            raise RetrievalError(
                f"At most {_GROUPS} sets of labels are asked for, got {len(sets)}."
            )
        groups = np.zeros(len(self._codes), np.uint64)
        opened = np.ones(len(self.balls), np.bool_)
        for number, labels in enumerate(sets):
            # A text is an iterable of letters: nobody means those.
            wanted = [labels] if isinstance(labels, str) else list(labels)
            if not wanted:
                raise RetrievalError("No label is asked for: name one, or leave the set out.")
            holding = np.zeros(len(self.balls), np.bool_)
            for label in wanted:
                groups[self._code(label)] |= np.uint64(1 << number)
                holding[self.nodes_of(label)] = True
            opened &= holding
        return opened, groups, np.uint64((1 << len(sets)) - 1)

    def _code(self, label: Hashable) -> int:
        code = self._codes.get(label)
        if code is None:
            texts = [own for own in self._codes if isinstance(own, str)]
            near = nearest(label, texts) if isinstance(label, str) else ""
            legal = [own if isinstance(own, str) else repr(own) for own in self._codes]
            there = f": {listed(legal, 8)}" if legal else ""
            raise RetrievalError(
                f"No point has the label {cut(repr(label))}.{near} There are "
                f"{len(self._codes):,}{there}."
            )
        return code

    def _in_order(
        self, places: NDArray[np.int64], query: NDArray[np.float32], k: int
    ) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        rows = self.balls.order[places]
        scores = canonical_scores(self._vectors, places, query)
        best = np.lexsort((rows, -scores))[:k]
        return rows[best].astype(np.intp, copy=False), scores[best]


def _several(own: object) -> Iterable[Any]:
    if own is None:
        return ()
    if isinstance(own, list | set | frozenset):
        return dict.fromkeys(own)
    return (own,)


def _leaves(balls: Balls) -> NDArray[np.int64]:
    """Give the leaf of each place in the order."""
    leaves = np.flatnonzero(balls.children < 0)
    leaves = leaves[np.argsort(balls.starts[leaves])]
    return np.repeat(leaves, balls.ends[leaves] - balls.starts[leaves])
