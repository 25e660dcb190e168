"""The terms that can name a topic, by facet: the values of the collection's own facts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from knowledge_graph import FACETS, iri_column
from prompts.cleaning import (
    are_slugs,
    is_markup,
    prompt_text,
    shown,
    spell_out,
    without_brackets,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from knowledge_graph import Collection

DATE = "date"
"""The facet whose terms are the centuries of the works' dates."""

COLLECTION = "collection"
"""The source of terms that are values of the collection's own facts."""

_SAYS_NOTHING = frozenset({
    "anonymous", "n/a", "none", "not known", "not specified", "other", "others",
    "private collection", "unidentified", "unknown", "unknown artist",
    "unknown location", "unspecified", "various", "various artists",
})  # fmt: skip
"""Values, casefolded, that cataloguers write where nothing is known: a theme is not called so."""

MAX_TERMS = 2000
"""Terms kept for a facet, the most frequent first: labels need words that many works share."""


@dataclass(frozen=True)
class Term:
    """A word or phrase of one facet.

    Parameters
    ----------
    facet
        The kind of fact.
    text
        As it is shown; of a collection's values the commonest spelling, slugs as words.
    n_works
        Number of works that have the fact; 0 if it is only in a vocabulary.
    iri
        What it is called in its vocabulary; in a collection the commonest IRI among the values that
        it stands for. ``""`` if it has none.
    notation
        Its notation in its vocabulary (``73A52``), or ``""``.
    source
        Where the word comes from: ``collection``, ``iconclass``, or a vocabulary file's name.
    prompt
        What is set into templates where that is not ``text``: English where ``text`` is in another
        language, short where it is long.
    alternatives
        Its other names, by which values of a collection are recognised as this term.
    """

    facet: str
    text: str
    n_works: int = 0
    iri: str = ""
    notation: str = ""
    source: str = COLLECTION
    prompt: str = ""
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True)
class Vocabulary:
    """Terms, and which work has which.

    Parameters
    ----------
    terms
        The terms, by facet, the most frequent first.
    presence
        Which work states which term, shape ``(n_works, n_terms)``, sparse, 0 or 1.
    stated
        Which work states anything of a facet (also what is no term), shape ``(n_works, n_facets)``,
        in the order of ``facets``.
    """

    terms: tuple[Term, ...]
    presence: csr_array
    stated: NDArray[np.bool_]

    @property
    def facets(self) -> tuple[str, ...]:
        """The facets that have terms, in the order of the terms."""
        return tuple(dict.fromkeys(term.facet for term in self.terms))


def build_vocabulary(collection: Collection, *, min_works: int = 3) -> Vocabulary:
    """Gather the terms of a collection's facts.

    Spellings that differ in case or in bracketed additions only are one term.

    Parameters
    ----------
    collection
        The works.
    min_works
        A value stated by fewer works is no term: it cannot describe a theme.

    Returns
    -------
    Vocabulary
        At most ``MAX_TERMS`` terms a facet; it may be empty.
    """
    import numpy as np
    from scipy.sparse import csr_array

    terms: list[Term] = []
    rows: list[int] = []
    columns: list[int] = []
    stated: list[list[bool]] = []
    for facet in (*FACETS, DATE):
        values = _values(collection, facet)
        slugs = are_slugs({text for texts in values for text in texts})
        works_of, spelling_of = _works_by_term(values)
        iri_of = _iris_by_term(collection, facet, values)
        kept = sorted(
            (key for key, works in works_of.items() if len(works) >= min_works),
            key=lambda key: (-len(works_of[key]), key),
        )
        kept = [key for key in kept if key not in _SAYS_NOTHING]
        if facet == "subject":
            kept = [key for key in kept if not is_markup(key)]
        for key in kept[:MAX_TERMS]:
            works = works_of[key]
            rows += works
            columns += [len(terms)] * len(works)
            spelling = spell_out(shown(spelling_of[key], facet), slug=slugs)
            words = prompt_text(spelling, facet)
            prompt = "" if words == spelling else words
            terms.append(Term(facet, spelling, len(works), iri_of.get(key, ""), prompt=prompt))
        if kept:
            stated.append([bool(texts) for texts in values])
    ones = np.ones(len(rows), dtype=np.float32)
    presence = csr_array((ones, (rows, columns)), shape=(len(collection), len(terms)))
    by_work = np.array(stated, dtype=np.bool_).reshape(-1, len(collection)).T
    return Vocabulary(tuple(terms), presence, by_work)


def _values(collection: Collection, facet: str) -> Sequence[Sequence[str]]:
    return collection.facet("century" if facet == DATE else facet)


def _works_by_term(
    values: Sequence[Sequence[str]],
) -> tuple[dict[str, list[int]], dict[str, str]]:
    """Return the works of each term and its commonest spelling, both by the term's folded form."""
    works_of: dict[str, list[int]] = defaultdict(list)
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    distinct = {text for texts in values for text in texts}
    key_of = {text: folded(text) for text in distinct}
    for row, texts in enumerate(values):
        for text in texts:
            key = key_of[text]
            spellings[key][text] += 1
            if not works_of[key] or works_of[key][-1] != row:
                works_of[key].append(row)
    return works_of, {key: _commonest(counts) for key, counts in spellings.items()}


def _iris_by_term(
    collection: Collection, facet: str, values: Sequence[Sequence[str]]
) -> dict[str, str]:
    """Return the commonest IRI of each term that has one, by the term's folded form."""
    if facet == DATE:
        return {}
    counted: Counter[tuple[str, str]] = Counter()
    for texts, iris in zip(values, collection.column(iri_column(facet)), strict=True):
        counted.update(pair for pair in zip(texts, iris, strict=False) if pair[1])
    iris_of: dict[str, Counter[str]] = defaultdict(Counter)
    for (text, iri), n in counted.items():
        iris_of[folded(text)][iri] += n
    return {key: _commonest(counts) for key, counts in iris_of.items()}


def folded(text: str) -> str:
    """Return that in which spellings of one term agree.

    Parameters
    ----------
    text
        A spelling.

    Returns
    -------
    str
        Without case, and without what brackets add.
    """
    return without_brackets(spell_out(text)).casefold()


def _commonest(counts: Counter[str]) -> str:
    return min(counts, key=lambda text: (-counts[text], text))
