"""The works of RDF whose facts lie one step from them, streamed: ArtGraph and Wikidata.

Statements are read once, in any order, into columns of numbers; there is no graph in memory.
"""

from __future__ import annotations

import zlib
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from knowledge_graph.collection import Problem
from knowledge_graph.errors import CollectionError
from knowledge_graph.picture_names import without_suffix
from knowledge_graph.sources.artgraph_names import relation_name
from knowledge_graph.sources.facts import Edges, WorkFacts
from knowledge_graph.sources.solutions import last_part
from knowledge_graph.sources.statements import open_bytes, rdf_suffix, statements
from knowledge_graph.sources.vocabularies import NAMESPACES, RDF_TYPE, STARS, Star

if TYPE_CHECKING:
    import numpy as np
    import pyoxigraph as ox
    from numpy.typing import NDArray

_SKOLEM = "/.well-known/genid/"
"""In IRIs that stand for blank nodes (RDF 1.1, 3.5), as Wikidata's for what is not known."""
_FIRST_STATEMENTS = 5000
_FIRST_FILES = 50
_FIRST_BYTES = 65536


def vocabulary_of(files: Sequence[Path]) -> str:
    """Recognise the vocabulary of RDF files by their first statements.

    Parameters
    ----------
    files : sequence of Path
        The files, as ``rdf_suffix`` knows them.

    Returns
    -------
    str
        ``artgraph``, ``wikidata``, ``linked-art`` or ``arco``, whichever most of the first
        statements belong to; ``""`` for another.

    Raises
    ------
    CollectionError
        None of the files can be read.
    """
    first = files[:_FIRST_FILES]
    # Linked Art as JSON-LD names its context by an address, without which it cannot be parsed.
    if any(rdf_suffix(file) == ".jsonld" and _names_linked_art(file) for file in first):
        return "linked-art"
    votes: Counter[str] = Counter()
    for quad in islice(_statements_of(first, [], _Terms()), _FIRST_STATEMENTS):
        said = quad.predicate.value
        votes[str(getattr(quad.object, "value", "")) if said == RDF_TYPE else said] += 1
    counts = {
        vocabulary: sum(n for iri, n in votes.items() if iri.startswith(namespaces))
        for vocabulary, namespaces in NAMESPACES.items()
    }
    best = max(counts, key=lambda vocabulary: counts[vocabulary])
    return best if counts[best] else ""


def works_of_star(files: Sequence[Path], vocabulary: str) -> WorkFacts:
    """Stream the works of RDF files whose vocabulary is a star.

    Works, values and labels may stand in any order and in any of the files. A work is what has a
    class of works, and what has facts that only works have and is nobody's value. Values without a
    label are called as their IRI ends; literals are values too.

    Parameters
    ----------
    files : sequence of Path
        The files, as ``rdf_suffix`` knows them.
    vocabulary : str
        One of STARS: ``artgraph`` or ``wikidata``.

    Returns
    -------
    WorkFacts
        The works and their values in the order in which they are first stated.

    Raises
    ------
    CollectionError
        A file cannot be opened, or none has a statement that can be read.
    """
    problems: list[Problem] = []
    reading = _Reading(STARS[vocabulary])
    columns, number = reading.columns, reading.terms.number
    before, subject = None, 0
    for quad in _statements_of(files, problems, reading.terms):
        add = columns[quad.predicate.value]
        if add is not None:
            node = quad.subject
            if node != before:  # Mostly the statements about one subject follow one another.
                before, subject = node, number(node)
            add(subject, quad.object)
    facts = reading.facts()
    facts.problems = problems
    return facts


def _names_linked_art(file: Path) -> bool:
    """Say whether Linked Art's address stands at the beginning of a file."""
    try:
        with open_bytes(file) as stream:
            return b"linked.art/ns/" in stream.read(_FIRST_BYTES)
    except (OSError, EOFError, zlib.error):
        return False  # What is wrong with it is said where it is parsed.


def _statements_of(
    files: Sequence[Path], problems: list[Problem], terms: _Terms
) -> Iterator[ox.Quad]:
    """Stream the statements of files; of several some may be no RDF, which are reported."""
    failures = []
    for file in files:
        terms.n_file += 1
        try:
            yield from statements(file, problems)
        except CollectionError as error:
            failures.append(error)
            problems.append(Problem("", file.name, str(error)))
    if failures and len(failures) == len(files):
        raise failures[0]


class _Numbers(dict[str, int]):
    """Numbers that texts get in the order in which they are first asked for."""

    def __missing__(self, text: str) -> int:
        number = self[text] = len(self)
        return number


class _Terms:
    """The numbers of IRIs, blank nodes and literals, each a text that says which of them it is."""

    def __init__(self) -> None:
        import pyoxigraph as ox

        self.numbers = _Numbers()
        self.n_file = 0
        """Blank nodes are one another's only within one file."""
        self.literal = ox.Literal
        self.iri, self._blank = ox.NamedNode, ox.BlankNode

    def number(self, node: Any) -> int:
        """Give the number of a term."""
        kind = type(node)
        if kind is self.iri:
            return self.numbers[node.value]
        if kind is self._blank:
            return self.numbers[f"_:{self.n_file} {node.value}"]
        return self.numbers[f'"{getattr(node, "value", "")}']


_Add = Callable[[int, Any], None]
"""Takes the statements of one predicate: a subject's number and a term."""


class _Texts:
    """One text of each subject: the first in English, else without a language, else in any."""

    def __init__(self, terms: _Terms) -> None:
        self._literal = terms.literal
        self._english: dict[int, str] = {}
        self._plain: dict[int, str] = {}
        self._other: dict[int, str] = {}

    def add(self, subject: int, value: Any) -> None:
        if type(value) is not self._literal or not (text := value.value):
            return
        language = value.language
        if language is None:
            self._plain.setdefault(subject, text)
        elif language.partition("-")[0] == "en":
            self._english.setdefault(subject, text)
        else:
            self._other.setdefault(subject, text)

    def preferred(self) -> list[dict[int, str]]:
        return [texts for texts in (self._english, self._plain, self._other) if texts]


class _Lists:
    """All texts of each subject, and IRIs as texts."""

    def __init__(self) -> None:
        self.texts: dict[int, list[str]] = {}

    def add(self, subject: int, value: Any) -> None:
        if text := getattr(value, "value", ""):
            self.texts.setdefault(subject, []).append(text)


class _Members:
    """The subjects that have one of some classes."""

    def __init__(self, classes: frozenset[str]) -> None:
        self._classes = classes
        self.subjects = array("i")
        self.any_class = False

    def add(self, subject: int, value: Any) -> None:
        self.any_class = True
        if getattr(value, "value", "") in self._classes:
            self.subjects.append(subject)


class _Edges:
    """The edges of one facet, from subjects to values; its predicates share them."""

    def __init__(self, terms: _Terms) -> None:
        self._number, self._numbers, self._iri = terms.number, terms.numbers, terms.iri
        self._subjects = array("i")
        self._values = array("i")

    def add(self, subject: int, value: Any) -> None:
        self._subjects.append(subject)
        # As number() has it, without a call for what nearly all values are.
        is_iri = type(value) is self._iri
        self._values.append(self._numbers[value.value] if is_iri else self._number(value))

    def columns(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        import numpy as np

        return np.asarray(self._subjects, np.int32), np.asarray(self._values, np.int32)


class _Codes:
    """Edges to codes, which get the IRIs that are made of them."""

    def __init__(self, edges: _Edges, before: str) -> None:
        import pyoxigraph as ox

        self._edges = edges
        self._before = before
        self._iri = ox.NamedNode

    def add(self, subject: int, value: Any) -> None:
        code = getattr(value, "value", "")
        self._edges.add(subject, self._iri(self._before + quote(code, safe="")))


class _Columns(dict[str, _Add | None]):
    """Predicates, as files spell them, to what takes them; None for what says nothing here."""

    def __init__(self, of: Callable[[str], _Add | None]) -> None:
        self._of = of

    def __missing__(self, predicate: str) -> _Add | None:
        add = self[predicate] = self._of(predicate)
        return add


class _Reading:
    """The columns of one vocabulary."""

    def __init__(self, star: Star) -> None:
        self._star = star
        self.terms = _Terms()
        self.columns = _Columns(self._column_of)
        self._members = _Members(star.classes)
        self._edges = {facet: _Edges(self.terms) for facet in dict.fromkeys(star.facets.values())}
        self._texts: dict[str, _Texts] = {}
        self._pictures = _Lists()
        self._addresses = _Lists()

    def _column_of(self, predicate: str) -> _Add | None:
        """Give what takes the statements of a predicate."""
        star = self._star
        if star.folded and predicate.startswith(star.folded):
            predicate = star.folded + relation_name(predicate.removeprefix(star.folded))
        if predicate in star.types:
            return self._members.add
        if predicate in star.pictures:
            return self._pictures.add
        if predicate in star.addresses:
            return self._addresses.add
        if predicate in star.facets:
            edges = self._edges[star.facets[predicate]]
            before = star.codes.get(predicate)
            return (edges if before is None else _Codes(edges, before)).add
        if predicate in star.texts:
            return self._texts.setdefault(predicate, _Texts(self.terms)).add
        return None

    def facts(self) -> WorkFacts:
        """Put together what was read."""
        import numpy as np

        keys = list(self.terms.numbers)
        edges = {facet: of_facet.columns() for facet, of_facet in self._edges.items()}
        works = self._works(len(keys), edges)
        row_of = np.full(len(keys), -1, dtype=np.int32)
        row_of[works] = np.arange(len(works))
        for facet, (subjects, values) in edges.items():
            of_work = row_of[subjects] >= 0
            edges[facet] = row_of[subjects[of_work]], values[of_work]
        used = np.unique(np.concatenate([values for _, values in edges.values()]))
        labels = self._first_of(self._star.labels)
        return replace(
            self._facts_of_works(works.tolist(), keys),
            facets={
                facet: Edges(rows, np.searchsorted(used, values))
                for facet, (rows, values) in edges.items()
            },
            labels=[labels.get(number) or _own_name(keys[number]) for number in used.tolist()],
            node_iris=[_iri(keys[number]) for number in used.tolist()],
        )

    def _works(
        self, n_terms: int, edges: Mapping[str, tuple[NDArray[np.int32], NDArray[np.int32]]]
    ) -> NDArray[np.int64]:
        """Give the numbers of the works, ascending."""
        import numpy as np

        is_work = np.zeros(n_terms, dtype=np.bool_)
        is_value = np.zeros(n_terms, dtype=np.bool_)
        for facet, (subjects, values) in edges.items():
            is_value[values] = True
            if facet in self._star.signs:
                is_work[subjects] = True
        if not self._members.any_class:
            # Without any class a picture is a sign too, of works as of artists and museums; these
            # are told apart by being values.
            is_work[list(self._addresses.texts)] = True
        is_work &= ~is_value
        if not self._members.any_class and "artist" in edges:
            # A panel's altarpiece is a value, and a work all the same: somebody made it.
            is_work[edges["artist"][0]] = True
        is_work[np.asarray(self._members.subjects, np.int32)] = True
        return np.flatnonzero(is_work)

    def _facts_of_works(self, works: list[int], keys: list[str]) -> WorkFacts:
        """Give what is said of works alone."""
        star = self._star
        ids, names = self._first_of(star.ids), self._first_of(star.names)

        def column(predicates: Sequence[str]) -> list[str]:
            texts = self._first_of(predicates)
            return [texts.get(number, "") for number in works] if texts else []

        def pictures(number: int) -> tuple[str, ...]:
            name = names.get(number)
            named = self._pictures.texts.get(number) or ((name,) if name else ())
            return (*named, *self._addresses.texts.get(number, ()))

        return WorkFacts(
            ids=[
                ids.get(number) or without_suffix(names.get(number, "")) or _own_name(keys[number])
                for number in works
            ],
            iris=[_iri(keys[number]) for number in works],
            titles=column(star.titles),
            descriptions=column(star.descriptions),
            dates=column(star.dates),
            splits=column(star.splits),
            pictures=[pictures(number) for number in works],
        )

    def _first_of(self, predicates: Sequence[str]) -> dict[int, str]:
        """Give each subject's text, that of the predicate which comes first."""
        read = [self._texts[predicate] for predicate in predicates if predicate in self._texts]
        in_order = [texts for column in read for texts in column.preferred()]
        if len(in_order) == 1:
            return in_order[0]
        first: dict[int, str] = {}
        for texts in reversed(in_order):
            first.update(texts)
        return first


def _iri(key: str) -> str:
    """Give the IRI that others know too; blank nodes, and what stands for them, have none."""
    real = key.startswith(("http://", "https://", "urn:"))
    return key if real and not key.startswith("urn:topicart:") and _SKOLEM not in key else ""


def _own_name(key: str) -> str:
    """Give the text of a literal, or the end of an IRI, the best name of what has no other."""
    if key.startswith('"'):
        return key[1:]
    return last_part(_iri(key))
