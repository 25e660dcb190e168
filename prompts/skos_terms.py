"""Terms from SKOS: concepts of an RDF file, such as an extract of Getty's AAT."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge_graph import CollectionError, Problem, statements
from prompts.listed_term import VocabularyError, listed_term, once, tidy
from prompts.vocabulary import Term

if TYPE_CHECKING:
    import pyoxigraph as ox

_SKOS = "http://www.w3.org/2004/02/skos/core#"
_XL = "http://www.w3.org/2008/05/skos-xl#"
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_CLASSES = (f"{_SKOS}Concept", "http://vocab.getty.edu/ontology#Concept")

Named = tuple[str, str]
"""A language, ``""`` if none is stated, and a text."""


@dataclass
class _Stated:
    """What a file states of its nodes, each by its own name."""

    concepts: dict[str, None] = field(default_factory=dict)
    preferred: defaultdict[str, list[Named]] = field(default_factory=lambda: defaultdict(list))
    others: defaultdict[str, list[Named]] = field(default_factory=lambda: defaultdict(list))
    notations: dict[str, str] = field(default_factory=dict)
    labels_of: defaultdict[str, list[tuple[str, bool]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    """SKOS-XL labels, which are nodes, and whether they are the preferred ones."""
    forms: dict[str, Named] = field(default_factory=dict)
    """The text of each SKOS-XL label."""

    def add(self, quad: ox.Quad) -> None:
        """Take note of a statement, if it is about a concept or a label."""
        subject, predicate, node = str(quad.subject), quad.predicate.value, quad.object
        text = node.value if hasattr(node, "value") else ""
        named = (getattr(node, "language", None) or "", text)
        if predicate == _TYPE and text in _CLASSES:
            self.concepts[subject] = None
        elif predicate == f"{_SKOS}prefLabel":
            self.preferred[subject].append(named)
        elif predicate == f"{_SKOS}altLabel":
            self.others[subject].append(named)
        elif predicate == f"{_SKOS}notation":
            self.notations.setdefault(subject, text)
        elif predicate in (f"{_XL}prefLabel", f"{_XL}altLabel"):
            self.labels_of[subject].append((str(node), predicate == f"{_XL}prefLabel"))
        elif predicate == f"{_XL}literalForm":
            self.forms[subject] = named

    def unfold(self) -> None:
        """Give concepts the texts of their SKOS-XL labels."""
        for subject, labels in self.labels_of.items():
            for label, is_preferred in labels:
                if label in self.forms:
                    own = self.preferred if is_preferred else self.others
                    own[subject].append(self.forms[label])


def read_skos(path: Path, facet: str, language: str = "en") -> tuple[Term, ...]:
    """Read the concepts of a SKOS file as terms.

    Parameters
    ----------
    path
        Turtle, RDF/XML, N-Triples or JSON-LD, gzipped or not.
    facet
        The facet of its terms.
    language
        That of the texts; where a concept has no label in it the English one is taken, else one
        without a language, else any.

    Returns
    -------
    tuple of Term
        One for each concept with a preferred label (``skos:prefLabel``, or ``skosxl:prefLabel`` as
        in AAT), with its IRI and notation; its other labels are alternatives.

    Raises
    ------
    VocabularyError
        If the file is no RDF, in part or whole, or has no such concept.
    """
    stated, problems = _Stated(), list[Problem]()
    try:
        for quad in statements(path, problems):
            stated.add(quad)
    except CollectionError as error:
        raise VocabularyError(str(error)) from error
    if problems:
        more = f", and {len(problems) - 1:,} more" if len(problems) > 1 else ""
        raise VocabularyError(
            f"{path}: {problems[0].file}: {problems[0].reason}{more}; expected whole RDF. Export "
            "it again."
        )
    stated.unfold()
    found = [
        _term(concept, stated, path, facet, language)
        for concept in stated.concepts
        if any(tidy(text) for _, text in stated.preferred[concept])
    ]
    if not found:
        raise VocabularyError(
            f"{path}: there is no skos:Concept with a skos:prefLabel in it, but "
            f"{len(stated.concepts):,} concepts without; expected a SKOS vocabulary. Check that "
            "the file is one, with its labels."
        )
    return once(found)


def _term(concept: str, stated: _Stated, path: Path, facet: str, language: str) -> Term:
    preferred = [name for name in stated.preferred[concept] if tidy(name[1])]
    chosen = _best(preferred, (language, "en"))
    english = _best([name for name in preferred if _rank(name[0], ("en",)) == 0], ("en",))
    iri = concept[1:-1] if concept.startswith("<") else ""
    return listed_term(
        facet,
        chosen,
        where=f"{path}, {iri or 'a concept without IRI'}",
        source=path.name,
        iri=iri,
        notation=stated.notations.get(concept, ""),
        prompt=english,
        alternatives=sorted(
            {
                text
                for spoken, text in (*preferred, *stated.others[concept])
                if not spoken or _rank(spoken, (language, "en")) < 2
            }
        ),
    )


def _best(names: Iterable[Named], languages: Sequence[str]) -> str:
    """Choose a text by its language; the same whatever the order of the file. Empty if none is."""
    return min(names, key=lambda name: (_rank(name[0], languages), *name), default=("", ""))[1]


def _rank(language: str, languages: Sequence[str]) -> int:
    """Give the place of a language, or of that which it is a kind of; then none, then others."""
    main = language.lower().partition("-")[0]
    for rank, wanted in enumerate(languages):
        if main == wanted.lower().partition("-")[0]:
            return rank
    return len(languages) + bool(language)
