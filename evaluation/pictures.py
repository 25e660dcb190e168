"""Topics judged by their pictures: IEC and IEPS (Gonzalez-Pizarro & Carenini, LREC-COLING 2024)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

TOP_K = 10
"""Pictures taken of each topic, the published number."""


def image_embedding_coherence(pictures: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the IEC of each topic: mean cosine over the unordered pairs of its top pictures.

    Parameters
    ----------
    pictures
        Unit vectors of the top ``k`` pictures of each topic by the judge,
        shape ``(n_topics, k, dim)``, ``k >= 2``.

    Returns
    -------
    numpy.ndarray
        Shape ``(n_topics,)``; the topic model's IEC is the mean. Higher is more coherent.

    Notes
    -----
    With unit vectors and their sum ``s``, the ordered pairs i != j sum to ``|s|^2 - k``, so the
    mean is ``(|s|^2 - k) / (k (k - 1))``: no pair is formed.
    """
    k = pictures.shape[1]
    sums = pictures.astype(np.float64).sum(axis=1)
    return np.asarray((np.einsum("td,td->t", sums, sums) - k) / (k * (k - 1)))


def image_embedding_pairwise_similarity(pictures: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the IEPS of each pair of topics: mean cosine between their top pictures.

    Parameters
    ----------
    pictures
        As for :func:`image_embedding_coherence`.

    Returns
    -------
    numpy.ndarray
        Shape ``(n_topics, n_topics)``; the topic model's IEPS is the mean above the diagonal.
        Lower is more diverse.

    Notes
    -----
    The mean over all pairs of pictures is the product of the topics' mean vectors.
    """
    means = pictures.astype(np.float64).mean(axis=1)
    return np.asarray(means @ means.T)
