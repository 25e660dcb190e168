"""What the members' facts say of each term: shares, lifts, and how likely chance is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from topicart.topics import OUTLIER

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from prompts import Vocabulary


@dataclass(frozen=True)
class Evidence:
    """What the members' facts say of each term, all of shape ``(n_topics, n_terms)``.

    Parameters
    ----------
    shares
        Share of a topic's members that have the fact.
    stated_shares
        The same among the members that state anything of the term's facet.
    coverages
        Share of a topic's members that state anything of the term's facet.
    lifts
        ``shares`` over the share in all works.
    information
        The term's part of the divergence between topic and collection, in bits: ``stated_shares``
        times the binary logarithm of ``stated_shares`` over the same share in all works. A common
        word needs a large share, a rare one a large lift.
    p_values
        Probability of so many members with the fact by chance.
    q_values
        The same corrected for the number of tests; a term that no work states is none.
    overlaps
        Jaccard index of a topic's members and the works that have the fact.
    """

    shares: NDArray[np.float64]
    stated_shares: NDArray[np.float64]
    coverages: NDArray[np.float64]
    lifts: NDArray[np.float64]
    information: NDArray[np.float64]
    p_values: NDArray[np.float64]
    q_values: NDArray[np.float64]
    overlaps: NDArray[np.float64]


def weigh_evidence(
    vocabulary: Vocabulary, assignments: NDArray[np.int32], n_topics: int
) -> Evidence:
    """Count how often the members of each topic have each fact.

    Parameters
    ----------
    vocabulary
        Terms of the works, and which work has which.
    assignments
        Topic of each work, shape ``(n_works,)``; -1 for outliers, which count to the collection.
    n_topics
        Number of topics.

    Returns
    -------
    Evidence
        Zeros, and ``q_values`` of 1, where nothing is stated.
    """
    from scipy.sparse import csr_array

    inside = np.flatnonzero(assignments != OUTLIER)
    ones = np.ones(len(inside), dtype=np.float64)
    member_of = csr_array((ones, (assignments[inside], inside)), shape=(n_topics, len(assignments)))
    column_of = {facet: column for column, facet in enumerate(vocabulary.facets)}
    facet_of_term = [column_of[term.facet] for term in vocabulary.terms]
    counts = (member_of @ vocabulary.presence).toarray()
    sizes = np.asarray(member_of.sum(axis=1)).reshape(-1, 1)
    stated = (member_of @ vocabulary.stated.astype(np.float64))[:, facet_of_term]
    n_works = np.array([term.n_works for term in vocabulary.terms], dtype=np.float64)
    n_stated = vocabulary.stated.sum(axis=0)[facet_of_term].astype(np.float64)
    shares = counts / np.maximum(sizes, 1.0)
    stated_shares = counts / np.maximum(stated, 1.0)
    expected = n_works / np.maximum(n_stated, 1.0)
    p_values = _p_values(counts, n_stated, n_works, stated)
    ratios = np.maximum(stated_shares, 1e-12) / np.maximum(expected, 1e-12)
    return Evidence(
        shares=shares,
        stated_shares=stated_shares,
        coverages=stated / np.maximum(sizes, 1.0),
        lifts=shares * len(assignments) / np.maximum(n_works, 1.0),
        information=stated_shares * np.log2(ratios),
        p_values=p_values,
        q_values=adjusted_p_values(p_values, (stated > 0) & (n_works > 0)),
        overlaps=counts / np.maximum(sizes + n_works - counts, 1.0),
    )


def adjusted_p_values(
    p_values: NDArray[np.float64], tested: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Correct p-values for their number, so that of what is kept few are false.

    Parameters
    ----------
    p_values
        Of any shape.
    tested
        Which of them are tests at all, of the same shape; the rest becomes 1.

    Returns
    -------
    numpy.ndarray
        False discovery rates (Benjamini & Hochberg 1995), of the same shape.
    """
    adjusted = np.ones_like(p_values)
    own = p_values[tested]
    order = np.argsort(own, kind="stable")
    ranked = own[order] * len(own) / np.arange(1, len(own) + 1)
    falling = np.minimum.accumulate(ranked[::-1])[::-1]
    back = np.empty_like(own)
    back[order] = np.minimum(falling, 1.0)
    adjusted[tested] = back
    return adjusted


def _p_values(
    counts: NDArray[np.float64],
    n_stated: NDArray[np.float64],
    n_works: NDArray[np.float64],
    stated: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the chance of at least so many of a topic's stating members having the term.

    Where no more have it than is expected, 1 stands for a large value that nobody asks for.
    """
    p_values = np.ones_like(counts)
    rows, columns = np.nonzero(counts > stated * (n_works / np.maximum(n_stated, 1.0)))
    p_values[rows, columns] = hypergeometric_tail(
        counts[rows, columns], n_stated[columns], n_works[columns], stated[rows, columns]
    )
    return p_values


def hypergeometric_tail(
    hits: NDArray[np.float64],
    population: NDArray[np.float64],
    marked: NDArray[np.float64],
    drawn: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the chance of drawing at least so many marked works, without replacement.

    The same as ``scipy.stats.hypergeom.sf(hits - 1, population, marked, drawn)``, which takes
    minutes for the pairs of a large collection, because it adds up one pair after the other.

    Parameters
    ----------
    hits
        Marked works among the drawn, more than expected, shape ``(n,)``.
    population, marked, drawn
        Works in all, marked ones, and drawn ones, shape ``(n,)``.

    Returns
    -------
    numpy.ndarray
        Probabilities, shape ``(n,)``.
    """
    first = np.exp(
        _log_choose(marked, hits)
        + _log_choose(population - marked, drawn - hits)
        - _log_choose(population, drawn)
    )
    # Above what is expected each further term is smaller than the one before by a known ratio.
    total, term, at = np.ones_like(first), np.ones_like(first), hits.copy()
    rest = np.arange(len(first))
    while len(rest):
        n, k, d, j = population[rest], marked[rest], drawn[rest], at[rest]
        term[rest] *= (k - j) * (d - j) / ((j + 1) * np.maximum(n - k - d + j + 1, 1.0))
        total[rest] += term[rest]
        at[rest] += 1
        rest = rest[term[rest] > total[rest] * 1e-15]
    chances: NDArray[np.float64] = np.minimum(first * total, 1.0)
    return chances


def _log_choose(n: NDArray[np.float64], k: NDArray[np.float64]) -> NDArray[np.float64]:
    from scipy.special import gammaln

    chosen: NDArray[np.float64] = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    return chosen
