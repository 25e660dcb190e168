"""Whether a picture is nearest to the name of its class (Radford et al. 2021, section 3.1)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray


def class_vectors(
    phrasings: Sequence[Sequence[str]],
    encode: Callable[[Sequence[str]], NDArray[np.float32]],
) -> NDArray[np.float32]:
    """Return a vector for each class: the mean direction of its phrasings.

    This is prompt ensembling in embedding space (Radford et al. 2021, section 3.1.4).

    Parameters
    ----------
    phrasings
        One or more prompts for each class.
    encode
        Gives texts rows of length 1, shape (n, dim).

    Returns
    -------
    ndarray of float32, shape (n_classes, dim)
        Rows of length 1.
    """
    vectors = encode([text for own in phrasings for text in own])
    starts = np.cumsum([0, *map(len, phrasings)])
    means = np.stack([vectors[start:end].mean(axis=0) for start, end in pairwise(starts)])
    unit: NDArray[np.float32] = means / np.linalg.norm(means, axis=1, keepdims=True)
    return unit


def zero_shot_hits(
    images: NDArray[np.float32],
    values: Sequence[Collection[str]],
    names: Sequence[str],
    vectors: NDArray[np.float32],
    *,
    top: int = 1,
) -> NDArray[np.bool_]:
    """Say for each picture whether one of its classes is among those nearest to it.

    Parameters
    ----------
    images
        Vectors of pictures, shape (n, dim), of length 1.
    values
        The classes of each picture; with several, any is right.
    names
        Names of the classes.
    vectors
        Vectors of the classes, shape (n_classes, dim), of length 1.
    top
        How many of the nearest classes count.

    Returns
    -------
    ndarray of bool, shape (n,)
        False for a picture that has none of the classes.
    """
    nearest = np.argsort(-(images @ vectors.T), axis=1, kind="stable")[:, :top]
    return np.array(
        [any(names[c] in own for c in row) for row, own in zip(nearest, values, strict=True)],
        dtype=np.bool_,
    )
