"""MosAIc's conditional ball tree: the largest inner products among the points with some labels."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["ConditionalBallTree", "TreeFound"]


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
        Any finite vectors, of any length.
    labels : sequence, optional
        Of each point its label, any hashable thing (a tuple such as ``("genre", "marina")`` is one
        label), or a list or set of several; ``None`` for none.
    leaf_size : int
        Points up to which a node is not split.
    epsilon : float
        Radius below which a node is not split.
    seed : int
        Of the random member that a split begins with.
    """

    def __init__(
        self,
        vectors: NDArray[np.floating],
        labels: Sequence[Hashable | Iterable[Hashable]] | None = None,
        *,
        leaf_size: int = 50,
        epsilon: float = 1e-6,
        seed: int = 1,
    ) -> None:
        raise NotImplementedError

    def search(
        self,
        query: NDArray[np.floating],
        k: int,
        *,
        any_of: Iterable[Hashable] | None = None,
        all_of: Sequence[Iterable[Hashable]] | None = None,
        among: NDArray[np.intp] | None = None,
    ) -> TreeFound:
        """Find the points with the largest inner product among those with some labels.

        ``any_of``: a point has one of these labels; ``all_of``: one of each of these sets;
        ``among``: rows, each once, for conditions that are no labels. What is not given does not
        matter.
        """
        raise NotImplementedError
