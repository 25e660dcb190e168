"""How an index answers: conditions become rows, a plan is chosen and followed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from knowledge_graph import cut
from topicart.errors import RetrievalError
from topicart.retrieval.conditions import Condition, parse_condition
from topicart.retrieval.facts import Facts
from topicart.retrieval.found import FoundMany
from topicart.retrieval.grouped import Allowed, GroupCache
from topicart.retrieval.planning import plan_for, scanned
from topicart.retrieval.scoring import Block, best_of, require_queries

if TYPE_CHECKING:
    from topicart.retrieval.ball_tree import ConditionalBallTree

__all__ = ["Seeking"]


class Seeking:
    """What an index seeks with; many threads may seek at once.

    Parameters
    ----------
    vectors : ndarray of float32 or float16, shape (n_works, dim)
        As they are stored.
    facts : Facts
        Of the same works.
    vectors_of : callable
        Takes some of the vectors as float32.
    cache : GroupCache
        Keeps the works of the conditions that were asked for last.
    """

    def __init__(
        self,
        vectors: NDArray[Any],
        facts: Facts,
        vectors_of: Callable[[NDArray[np.intp] | slice], NDArray[np.float32]],
        cache: GroupCache,
    ) -> None:
        self._vectors = vectors
        self._facts = facts
        self._vectors_of = vectors_of
        self.cache = cache
        """The works of the conditions that were asked for last."""

    def seek(
        self,
        queries: NDArray[np.floating],
        k: int,
        where: Iterable[Condition | str],
        without: Sequence[int],
    ) -> FoundMany:
        """Find the works nearest to each of several queries.

        Parameters
        ----------
        queries : ndarray, shape (n_queries, dim)
            What is sought.
        k : int
            How many are wanted.
        where : iterable of Condition or str
            What works must meet.
        without : sequence of int
            Rows that are passed over.

        Returns
        -------
        FoundMany
            With the plan.

        Raises
        ------
        RetrievalError
            As :meth:`ConditionalIndex.search` says.
        """
        if not isinstance(k, Integral) or k < 1:
            raise RetrievalError(f"At least 1 work must be asked for, got {k!r}.")
        asked = require_queries(queries, self._vectors.shape[1])
        conditions = _conditions(where)
        allowed = self._allowed(conditions)
        gone = self._passed_over(without)
        if allowed is not None and len(gone):
            gone = np.intersect1d(gone, allowed.rows, assume_unique=True)
        plan = plan_for(len(self._vectors), self._vectors.shape[1], allowed, self.cache.limit)
        number = plan.allowed - len(gone)
        wanted = min(k, number)
        if wanted == 0:
            nothing = np.empty((len(asked), 0))
            return FoundMany(nothing.astype(np.intp), nothing.astype(np.float32), k, 0, plan)
        if plan.how == "tree":
            return FoundMany(*self._descended(asked, wanted, gone), k, number, plan)
        if plan.how == "grouped" and allowed is not None:
            blocks = self._grouped(allowed, conditions, gone)
        else:
            rows = None if allowed is None else allowed.rows
            blocks = scanned(self._vectors, self._vectors_of, rows, gone)
        return FoundMany(*best_of(blocks, asked, wanted), k, number, plan)

    def passes(self, where: Iterable[Condition | str], without: Sequence[int]) -> NDArray[np.bool_]:
        """Tell which works may be found.

        Parameters
        ----------
        where : iterable of Condition or str
            What works must meet.
        without : sequence of int
            Rows that are passed over.

        Returns
        -------
        ndarray of bool, shape (n_works,)
            True for those.

        Raises
        ------
        RetrievalError
            As :meth:`ConditionalIndex.search` says.
        """
        allowed = self._allowed(_conditions(where))
        passes = np.zeros(len(self._vectors), np.bool_)
        passes[slice(None) if allowed is None else allowed.rows] = True
        passes[self._passed_over(without)] = False
        return passes

    def _allowed(self, conditions: frozenset[Condition]) -> Allowed | None:
        """The works that meet conditions; None for all, where there is no condition."""
        if not conditions:
            return None
        return self.cache.get(
            conditions, lambda: Allowed(np.flatnonzero(self._facts.mask(conditions)))
        )

    def _grouped(
        self, allowed: Allowed, conditions: frozenset[Condition], gone: NDArray[np.intp]
    ) -> Iterator[Block]:
        """The allowed works' vectors side by side, gathered when first asked for."""
        vectors = allowed.vectors
        if vectors is None:
            vectors = self._vectors_of(allowed.rows)
            self.cache.put(conditions, Allowed(allowed.rows, vectors))
        banned = np.searchsorted(allowed.rows, gone) if len(gone) else None
        yield Block(vectors, allowed.rows, banned=banned)

    def _descended(
        self, queries: NDArray[np.float32], k: int, gone: NDArray[np.intp]
    ) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """Descend the tree of all works, made when first asked for, with each query."""
        rows = np.empty((len(queries), k), np.intp)
        scores = np.empty((len(queries), k), np.float32)
        for number, query in enumerate(queries):
            found = self._tree.search(query, k + len(gone))
            kept = np.flatnonzero(np.isin(found.rows, gone, invert=True))[:k]
            rows[number], scores[number] = found.rows[kept], found.scores[kept]
        return rows, scores

    @cached_property
    def _tree(self) -> ConditionalBallTree:
        from topicart.retrieval.ball_tree import ConditionalBallTree

        return ConditionalBallTree(self._vectors_of(slice(None)))

    def _passed_over(self, without: Sequence[int]) -> NDArray[np.intp]:
        if len(without) == 0:
            return np.empty(0, np.intp)
        gone = np.unique(np.asarray(without, dtype=np.intp))
        if gone[0] < 0 or gone[-1] >= len(self._vectors):
            wrong = gone[0] if gone[0] < 0 else gone[-1]
            raise RetrievalError(
                f"There is no work {wrong} to pass over: rows are 0 to {len(self._vectors) - 1}."
            )
        return gone


def _conditions(where: Iterable[Condition | str]) -> frozenset[Condition]:
    if isinstance(where, str):
        raise RetrievalError(f"Conditions are a list of texts: give [{where!r}].")
    try:
        asked = [parse_condition(one) if isinstance(one, str) else one for one in where]
        wrong: object = next((one for one in asked if not isinstance(one, Condition)), None)
        if all(isinstance(one, Condition) for one in asked):
            return frozenset(asked)
    except TypeError:  # no list at all, or a Condition whose values are a list
        wrong = where
    raise RetrievalError(
        f"{cut(repr(wrong))} is no condition: give a list of texts such as genre=marina, or of "
        "Condition(facet, (value, …))."
    )
