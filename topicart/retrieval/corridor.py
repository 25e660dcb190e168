"""Angles between works, and how near works are to the straight way between two."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["angles_between", "nearness", "unit_rows"]

_BLOCK = 16384


def unit_rows(vectors: NDArray[np.floating], rows: NDArray[np.intp]) -> NDArray[np.float32]:
    """Take some vectors in single precision, of length 1 whatever they are stored in.

    Parameters
    ----------
    vectors : ndarray of float, shape (n, dim)
        Of about length 1.
    rows : ndarray of int, shape (m,)
        Which ones.

    Returns
    -------
    ndarray of float32, shape (m, dim)
        In the order of ``rows``.
    """
    taken = np.asarray(vectors[rows], dtype=np.float32)
    lengths = np.linalg.norm(taken, axis=1, keepdims=True)
    unit: NDArray[np.float32] = taken / np.maximum(lengths, np.float32(1e-12))
    return unit


def angles_between(
    ones: NDArray[np.floating], others: NDArray[np.floating]
) -> NDArray[np.floating]:
    """Measure the angles between vectors, pair by pair.

    They come from the chords, which are exact where the cosine of a small angle is lost in
    rounding.

    Parameters
    ----------
    ones, others : ndarray of float, shape (..., dim)
        Of length 1.

    Returns
    -------
    ndarray of float, shape (...)
        In radians.
    """
    chords = np.linalg.norm(ones - others, axis=-1)
    angles: NDArray[np.floating] = 2 * np.arcsin(np.clip(chords / 2, 0, 1))
    return angles


def nearness(
    vectors: NDArray[np.floating], rows: NDArray[np.intp], start: int, end: int
) -> NDArray[np.float32]:
    """Tell how near works are to the straight way between two works.

    The straight way is the arc of the great circle; of the point of it that is nearest to a work,
    this is the cosine.

    Parameters
    ----------
    vectors : ndarray of float, shape (n, dim)
        Of length 1.
    rows : ndarray of int, shape (m,)
        The works asked for.
    start, end : int
        Rows of both ends.

    Returns
    -------
    ndarray of float32, shape (m,)
        1 on the arc, less the farther away.
    """
    ends = unit_rows(vectors, np.array([start, end], dtype=np.intp)).astype(np.float64)
    across = ends[1] - (ends[0] @ ends[1]) * ends[0]
    length = float(np.linalg.norm(across))
    if length > 1e-6:
        across /= length
    plane = np.stack([ends[0], across]).astype(np.float32)
    whole = np.arctan2(length, float(ends[0] @ ends[1]))
    near = np.empty(len(rows), dtype=np.float32)
    for first in range(0, len(rows), _BLOCK):
        part = slice(first, first + _BLOCK)
        along, aside = (unit_rows(vectors, rows[part]) @ plane.T).T
        turn = np.arctan2(aside, along)
        within = (turn >= 0) & (turn <= whole)
        at_ends = np.maximum(along, along * np.cos(whole) + aside * np.sin(whole))
        near[part] = np.where(within, np.hypot(along, aside), at_ends)
    return near
