"""Points parted into balls, each ball into two, until few points are left in each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from topicart.errors import RetrievalError

if TYPE_CHECKING:
    from topicart.fit import Progress

__all__ = ["Balls", "build_balls"]

_CHECKED = 1 << 16
_BUDGET = 50_000_000
_LAST_SEED = 2**63 - 1
"""Numbers read between two looks at the keyboard: a fraction of a second."""


@dataclass(frozen=True, eq=False)
class Balls:
    """A binary tree of balls in arrays; node 0 is the root, a parent's number is the smaller."""

    order: NDArray[np.int64]
    """The rows, so arranged that those of a node lie together, shape ``(n,)``."""
    starts: NDArray[np.int64]
    """Where each node's rows start in ``order``, shape ``(n_nodes,)``."""
    ends: NDArray[np.int64]
    """Where they end."""
    parents: NDArray[np.int64]
    """Each node's parent; -1 for the root."""
    children: NDArray[np.int64]
    """Each node's left child, which the right one follows; -1 for a leaf."""
    radii: NDArray[np.float64]
    """The distance from a centre to the farthest of the node's points."""
    centres: NDArray[np.float32]
    """The mean of each node's points, shape ``(n_nodes, dim)``."""
    depth: int
    """Steps from the root to the deepest leaf."""

    def __len__(self) -> int:
        return len(self.starts)


def build_balls(
    vectors: NDArray[np.float32],
    *,
    leaf_size: int = 50,
    epsilon: float = 1e-6,
    rounds: int = 0,
    seed: int = 1,
    progress: Progress | None = None,
) -> Balls:
    """Part points into balls as MosAIc's reference implementation does.

    A node is a leaf if it has at most ``leaf_size`` points or a radius under ``epsilon``. Else
    a random member is drawn, ``p1`` is the point farthest from it and ``p2`` the one farthest from
    ``p1``; a point goes to the left iff it is no farther from ``p1`` than from ``p2``.

    Parameters
    ----------
    vectors : ndarray of float32, shape (n, dim)
        Finite, of any length.
    leaf_size : int
        Points up to which a node is not split.
    epsilon : float
        Radius below which a node is not split.
    rounds : int
        How often each split is then mended by moving both poles to the means of their sides
        (2-means); the reference does not. In hundreds of dimensions the farthest points are
        outliers, and parting by them cuts through what is alike.
    seed : int
        Of the random members.
    progress : Progress, optional
        Told how many points have come to rest.

    Returns
    -------
    Balls
        The same ones for the same vectors and seed.

    Raises
    ------
    RetrievalError
        If there is no vector, one is not finite, or the sizes make no sense.

    Notes
    -----
    After Hamilton et al., "Conditional Image Retrieval" (arXiv:2007.07177), and ``BallTree.scala``
    of SynapseML. Each level of the tree reads every vector five times: ``O(n · dim · depth)``.
    """
    from topicart.retrieval.ball_tree_kernels import grow

    if vectors.ndim != 2 or 0 in vectors.shape:
        raise RetrievalError(
            f"A ball tree is made of vectors in rows, got the shape {vectors.shape}."
        )
    if leaf_size < 1 or not epsilon >= 0 or not 0 <= seed <= _LAST_SEED or rounds < 0:
        raise RetrievalError(
            "A ball tree's leaf_size is at least 1, its epsilon, rounds and seed at least 0, its "
            f"seed below 2**63; got {leaf_size}, {epsilon}, {rounds} and {seed}."
        )
    vectors = np.ascontiguousarray(vectors, dtype=np.float32)
    _check_finite(vectors)
    n, dim = vectors.shape
    order = np.arange(n)
    nodes = _room(4 * n // leaf_size + 64, dim)
    starts, ends, parents, children, *_ = nodes
    starts[0], ends[0], parents[0], children[0] = 0, n, -1, -1
    stack, state = np.zeros(64, np.int64), np.array([1, 1, 0])
    budget = max(_BUDGET // dim, 1)
    while state[1]:
        grow(vectors, order, stack, state, leaf_size, epsilon, rounds, seed, budget, *nodes)
        if progress is not None:
            progress.count(int(state[2]), n)
        if state[1] + 1 > len(stack):
            stack = np.concatenate([stack, np.zeros_like(stack)])
        if state[0] + 2 > len(nodes[0]):
            more = _room(len(nodes[0]), dim)
            nodes = [np.concatenate([old, new]) for old, new in zip(nodes, more, strict=True)]
    starts, ends, parents, children, depths, radii, centres = (
        array[: state[0]].copy() for array in nodes
    )
    return Balls(order, starts, ends, parents, children, radii, centres, int(depths.max()))


def _room(n: int, dim: int) -> list[NDArray[Any]]:
    """Room for nodes: starts, ends, parents, children, depths, radii, centres."""
    whole: list[NDArray[Any]] = [np.zeros(n, np.int64) for _ in range(5)]
    return [*whole, np.empty(n, np.float64), np.empty((n, dim), np.float32)]


def _check_finite(vectors: NDArray[np.float32]) -> None:
    for first in range(0, len(vectors), _CHECKED):
        finite = np.isfinite(vectors[first : first + _CHECKED]).all(axis=1)
        if not finite.all():
            raise RetrievalError(
                f"Vector {first + int(np.argmin(finite))} is not finite: no ball holds it. Leave "
                "it out, or encode it anew."
            )
