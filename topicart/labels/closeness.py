"""How near terms lie to topics: prompts against centroids, less what is near everything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from prompts import phrase

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from prompts import Templates, Vocabulary
    from topicart.encoder import Encoder
    from topicart.slices import Progress


@dataclass(frozen=True)
class Closeness:
    """What the pictures say of each term, all of shape ``(n_topics, n_terms)``.

    Parameters
    ----------
    cosines
        Cosine of the term's mean prompt to the topic's centroid; NaN where it was not encoded.
    contrasts
        ``cosines`` less what the term has with everything.
    scores
        ``contrasts`` in units of their root mean square in the term's facet.
    """

    cosines: NDArray[np.float64]
    contrasts: NDArray[np.float64]
    scores: NDArray[np.float64]


def encode_terms(
    vocabulary: Vocabulary,
    wanted: NDArray[np.bool_],
    encoder: Encoder,
    templates: Templates,
    on_count: Progress | None = None,
) -> NDArray[np.float64]:
    """Encode terms: each stands where the mean of its prompts points.

    Parameters
    ----------
    vocabulary
        The terms.
    wanted
        Which of them are to be encoded, shape ``(n_terms,)``; none of a facet without template is.
    encoder
        Encodes the prompts.
    templates
        The phrasings.
    on_count
        Called with the prompts done and all prompts.

    Returns
    -------
    numpy.ndarray
        Unit vectors, shape ``(n_terms, dim)``; NaN where a term was not encoded.
    """
    directions = np.full((len(vocabulary.terms), encoder.dim), np.nan)
    columns = [
        column
        for column in np.flatnonzero(wanted).tolist()
        if vocabulary.terms[column].facet in templates
    ]
    if not columns:
        return directions
    terms = [vocabulary.terms[column] for column in columns]
    prompts = [phrase(templates, term.facet, term.prompt or term.text) for term in terms]
    flat = encoder.encode_texts([text for own in prompts for text in own], progress=on_count)
    starts = np.cumsum([0, *[len(own) for own in prompts[:-1]]])
    means = np.add.reduceat(flat.astype(np.float64), starts, axis=0)
    directions[columns] = means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)
    return directions


def measure_closeness(
    vocabulary: Vocabulary,
    directions: NDArray[np.float64],
    centroids: NDArray[np.float32],
    mean: NDArray[np.float32],
) -> Closeness:
    """Compare terms with topics.

    A word that is near every picture ("art") has a high cosine everywhere. From the cosine of term
    and topic is taken, in equal parts, the term's mean cosine to the other topics and its cosine
    to the mean of the collection.

    Parameters
    ----------
    vocabulary
        The terms.
    directions
        What :func:`encode_terms` gave, shape ``(n_terms, dim)``.
    centroids
        Unit vectors, shape ``(n_topics, dim)``.
    mean
        Mean of the vectors of all works, shape ``(dim,)``, of any length but 0.

    Returns
    -------
    Closeness
        NaN for the terms that were not encoded.
    """
    cosines = centroids @ directions.T
    near_all = directions @ (mean / max(float(np.linalg.norm(mean)), 1e-12))
    contrasts = _contrasts(cosines, near_all)
    scores = np.full_like(contrasts, np.nan)
    encoded = ~np.isnan(near_all)
    facets = np.array([term.facet for term in vocabulary.terms])
    for facet in vocabulary.facets:
        own = np.flatnonzero(encoded & (facets == facet))
        if own.size and contrasts.size:
            spread = float(np.sqrt(np.mean(contrasts[:, own] ** 2)))
            scores[:, own] = contrasts[:, own] / spread if spread > 0.0 else 0.0
    return Closeness(cosines, contrasts, scores)


def no_closeness(n_topics: int, n_terms: int) -> Closeness:
    """Give what is known where no encoder was asked.

    Parameters
    ----------
    n_topics, n_terms
        The shape.

    Returns
    -------
    Closeness
        NaN throughout.
    """
    unknown = np.full((n_topics, n_terms), np.nan)
    return Closeness(unknown, unknown, unknown)


def _contrasts(cosines: NDArray[np.float64], near_all: NDArray[np.float64]) -> NDArray[np.float64]:
    n_topics = len(cosines)
    if n_topics == 1:
        return cosines - near_all
    others = (cosines.sum(axis=0) - cosines) / (n_topics - 1)
    contrasts: NDArray[np.float64] = cosines - (others + near_all) / 2
    return contrasts
