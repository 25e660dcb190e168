"""Ways to compare vectors, each brought to the inner product of vectors of length 1.

A conditional index compares by that alone, and so every metric here is answered exactly by it:

* a larger cosine, by scaling rows to length 1;
* a larger inner product, by one more number that fills each row up to the longest row's length
  (Bachrach et al., RecSys 2014, section 3);
* a smaller Euclidean distance, since ``-|x - q|^2 / 2`` is ``x.q - |x|^2 / 2`` up to what is the
  same for all ``x``: one more number, then as for the inner product.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from topicart.embeddings import normalise
from topicart.errors import RetrievalError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pair = tuple[NDArray[np.float32], NDArray[np.float32]]

__all__ = ["METRICS", "METRICS_TOLD", "keys_and_queries"]


def keys_and_queries(metric: str, vectors: NDArray[np.float32], style_of: NDArray[np.intp]) -> Pair:
    """Bring vectors to a form whose cosine ranks as a metric does.

    Parameters
    ----------
    metric
        One of ``METRICS``.
    vectors
        As a feature gives them, shape ``(n, dim)``.
    style_of
        Number of each row's style, shape ``(n,)``.

    Returns
    -------
    keys, queries : numpy.ndarray
        Both of shape ``(n, dim)``, or with one or two dimensions more, rows of length 1. For a
        query, keys by their inner product with it stand in the order of the metric.

    Raises
    ------
    RetrievalError
        If there is no such metric, or a vector has no length.
    """
    if metric not in METRICS:
        raise RetrievalError(f"There is no metric {metric!r}; metrics are {', '.join(METRICS)}.")
    keys, queries = METRICS[metric](vectors.astype(np.float64), style_of)
    if not (np.isfinite(keys).all() and np.isfinite(queries).all()):
        row = int(np.flatnonzero(~(np.isfinite(keys).all(1) & np.isfinite(queries).all(1)))[0])
        raise RetrievalError(
            f"The vector of picture {row} has no length, so that the metric {metric} says nothing "
            "of it. Use another metric or feature, or remove the picture."
        )
    return keys, queries


def _cosine(vectors: NDArray[np.float64], _: NDArray[np.intp]) -> Pair:
    unit = normalise(vectors)
    return unit, unit


def _inner_product(vectors: NDArray[np.float64], _: NDArray[np.intp]) -> Pair:
    return _filled_up(vectors), normalise(np.pad(vectors, ((0, 0), (0, 1))))


def _euclidean(vectors: NDArray[np.float64], _: NDArray[np.intp]) -> Pair:
    # Distances stay what they are about another origin, and float32 loses the least about this.
    own = vectors - vectors.mean(axis=0)
    squares = np.einsum("ij,ij->i", own, own)
    scale = float(np.sqrt(squares.max())) or 1.0
    # A number that is the same for all keys changes no order; this one halves the largest.
    last = (squares.max() / 2 - squares) / (2 * scale)
    asked = np.pad(own, ((0, 0), (0, 1)), constant_values=scale)
    return _filled_up(np.column_stack([own, last])), normalise(np.pad(asked, ((0, 0), (0, 1))))


def _centred_by_style(vectors: NDArray[np.float64], style_of: NDArray[np.intp]) -> Pair:
    sums = np.zeros((int(style_of.max()) + 1, vectors.shape[1]))
    np.add.at(sums, style_of, vectors)
    means = sums / np.maximum(np.bincount(style_of), 1)[:, None]
    own = vectors - means[style_of]
    # The only picture of its style is its mean: it keeps its own direction.
    alone = np.linalg.norm(own, axis=1) < 1e-9
    own[alone] = vectors[alone]
    return _cosine(own, style_of)


METRICS: Mapping[str, Callable[[NDArray[np.float64], NDArray[np.intp]], Pair]] = MappingProxyType(
    {
        "cosine": _cosine,
        "inner_product": _inner_product,
        "euclidean": _euclidean,
        "centred_cosine": _centred_by_style,
    }
)
"""Ways to compare, by name."""

METRICS_TOLD: Mapping[str, str] = MappingProxyType(
    {
        "cosine": "cosine",
        "inner_product": "inner product",
        "euclidean": "Euclidean",
        "centred_cosine": "centred cosine",
    }
)
"""The same in words for tables."""


def _filled_up(vectors: NDArray[np.float64]) -> NDArray[np.float32]:
    """Add a number to each row that makes all as long as the longest, and scale that to 1."""
    squares = np.einsum("ij,ij->i", vectors, vectors)
    longest = float(squares.max())
    if longest == 0.0:
        longest = 1.0
    rest = np.sqrt(np.maximum(longest - squares, 0.0))
    return normalise(np.column_stack([vectors, rest]))
