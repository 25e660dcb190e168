"""Spaces whose vectors are known."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from evaluation.studies.looking.space import Space


def unit(vectors: NDArray[np.float64]) -> NDArray[np.float32]:
    """Bring rows to length 1."""
    rows = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(rows, np.float32)


def space_of(
    pictures: NDArray[np.float32],
    read: Callable[[Sequence[str]], NDArray[np.float32]] | None = None,
) -> Space:
    """A space of these pictures."""
    return Space("m", "a model", False, pictures, pictures, lambda raw: raw, read)
