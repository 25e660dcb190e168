"""A collection's own terms and those of controlled vocabularies made one vocabulary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from knowledge_graph import FACETS
from prompts.listed_term import once
from prompts.vocabulary import DATE, Term, Vocabulary, folded


def add_terms(vocabulary: Vocabulary, terms: Sequence[Term]) -> Vocabulary:
    """Add the terms of controlled vocabularies, which take over the collection's of the same name.

    A term of the collection is one of the added terms if both have an IRI and it is the same, or if
    its text is the added term's text, prompt, or one of its alternatives (in this order, and of
    several terms the first), whatever the case, the hyphens, and the additions in brackets. Its
    works go over to that term, which keeps its own text, notation and source, and its own IRI if it
    has one; several of the collection's terms may be united so.

    Parameters
    ----------
    vocabulary
        The collection's own terms.
    terms
        What ``gather_terms`` gives; of two with the same facet and text the first is taken.

    Returns
    -------
    Vocabulary
        With both, by facet, the most frequent first. A facet that only ``terms`` know is stated by
        no work.
    """
    import numpy as np
    from scipy.sparse import csr_array

    added = once(terms)
    places, joined = _places_in(added, vocabulary.terms)
    ones = np.ones(len(places), dtype=np.float32)
    moves = csr_array((ones, (np.arange(len(places)), places)), (len(places), len(joined)))
    presence = csr_array(vocabulary.presence @ moves)
    presence.data[:] = 1.0  # A work may have stated several of those that are one now.
    n_works = presence.sum(axis=0).astype(int).tolist()
    counted = [replace(term, n_works=n) for term, n in zip(joined, n_works, strict=True)]
    ranks = {facet: rank for rank, facet in enumerate((*FACETS, DATE))}
    order = sorted(
        range(len(counted)), key=lambda row: (ranks[counted[row].facet], -counted[row].n_works)
    )
    in_order = tuple(counted[row] for row in order)
    own = {facet: vocabulary.stated[:, row] for row, facet in enumerate(vocabulary.facets)}
    nobody = np.zeros(presence.shape[0], dtype=np.bool_)
    facets = dict.fromkeys(term.facet for term in in_order)
    stated = np.array([own.get(facet, nobody) for facet in facets], dtype=np.bool_)
    by_work = stated.reshape(-1, presence.shape[0]).T
    return Vocabulary(in_order, csr_array(presence[:, order]), by_work)


def _places_in(added: Sequence[Term], own: Sequence[Term]) -> tuple[list[int], list[Term]]:
    """Give the place of each of the collection's terms, and the terms with what is at no other."""
    by_iri: dict[tuple[str, str], int] = {}
    for place, term in enumerate(added):
        if term.iri:
            by_iri.setdefault((term.facet, term.iri), place)
    by_name = _by_name(added)
    places, joined = [], list(added)
    for term in own:
        named = by_name.get((term.facet, _matched(term.text)), len(joined))
        place = by_iri.get((term.facet, term.iri), named)
        if place == len(joined):
            joined.append(term)
        elif not joined[place].iri:  # Of the collection's terms the most frequent come first.
            joined[place] = replace(joined[place], iri=term.iri)
        places.append(place)
    return places, joined


def _by_name(terms: Sequence[Term]) -> dict[tuple[str, str], int]:
    """Give the place of what is called so: the first whose text it is, else whose prompt, …."""
    places: dict[tuple[str, str], int] = {}
    named = [((term.text,), (term.prompt,), term.alternatives) for term in terms]
    for rank in range(3):
        for place, term in enumerate(terms):
            for name in filter(None, named[place][rank]):
                places.setdefault((term.facet, _matched(name)), place)
    return places


def _matched(name: str) -> str:
    """Fold a name once more than spellings of one term: vocabularies hyphen otherwise."""
    return folded(name).replace("-", " ")
