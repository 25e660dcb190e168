"""What the RDF files that topicart writes are made of: terms, IRIs, texts and years."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    import pyoxigraph as ox

PREFIXES: Mapping[str, str] = MappingProxyType(
    {
        "artgraph": "https://www.gennarovessio.com/artgraph-schema#",
        "dcat": "http://www.w3.org/ns/dcat#",
        "dcterms": "http://purl.org/dc/terms/",
        "oa": "http://www.w3.org/ns/oa#",
        "owl": "http://www.w3.org/2002/07/owl#",
        "prov": "http://www.w3.org/ns/prov#",
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "schema": "http://schema.org/",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "topicart": "urn:topicart:vocabulary#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    }
)
"""The vocabularies that are written, by the prefixes that files give them.

Works and topics get no prefix: not every parser reads shortened names that end in a full stop."""

_OWN_TERMS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "id": ("id", "The id of a work in its collection."),
        "image": ("image", "A picture of the work: its path in the collection's folder."),
        "imageUrl": ("image URL", "The address of a picture of the work."),
        "split": (
            "split",
            "The part of the collection that a work belongs to: train, val or test.",
        ),
        "probability": ("probability", "How firmly a work belongs to its topic, 0 to 1."),
        "seed": ("seed", "The seed from which all random numbers of a run are derived."),
        "sha256": ("SHA-256", "The hash of an entity's content, in hexadecimal digits."),
    }
)
"""The terms that topicart needs and found in no other vocabulary: label and comment."""

_MINTED = "urn:topicart:"
_IN_IRIS = ":/?#[]@!$&'()*+,;=%"


@cache
def term(name: str) -> ox.NamedNode:
    """Give the node of a vocabulary's term.

    Parameters
    ----------
    name : str
        Such as ``"artgraph:createdBy"``, with one of PREFIXES.

    Returns
    -------
    pyoxigraph.NamedNode
        Its IRI.
    """
    import pyoxigraph as ox

    prefix, _, local = name.partition(":")
    return ox.NamedNode(PREFIXES[prefix] + local)


def literal(text: str, datatype: str | None = None) -> ox.Literal:
    """Give a literal of any text.

    Parameters
    ----------
    text : str
        The text; halves of surrogate pairs, which no file can hold, become question marks.
    datatype : str, optional
        Such as ``"xsd:gYear"``.

    Returns
    -------
    pyoxigraph.Literal
        A plain one if no type is given.
    """
    import pyoxigraph as ox

    sound = text.encode("utf-8", "replace").decode()
    return ox.Literal(sound, datatype=term(datatype)) if datatype else ox.Literal(sound)


def own_node(iri: str) -> ox.NamedNode | None:
    """Give the node of an IRI that a source states, if it can be one.

    Parameters
    ----------
    iri : str
        Anything; characters that no IRI has are percent-encoded.

    Returns
    -------
    pyoxigraph.NamedNode or None
        None if it is no IRI even so, or one that topicart made up (``is_minted``).
    """
    import pyoxigraph as ox

    if not iri or is_minted(iri):
        return None
    for text in (iri, quote(iri, safe=_IN_IRIS, errors="replace")):
        try:
            return ox.NamedNode(text)
        except ValueError:
            continue
    return None


def is_minted(iri: str) -> bool:
    """Say whether topicart made an IRI up, for what has none of its own.

    Parameters
    ----------
    iri : str
        An IRI.

    Returns
    -------
    bool
        A reader takes it for none.
    """
    return iri.startswith(_MINTED)


def minted_iri(kind: str, text: str) -> str:
    """Make an IRI for what has none of its own.

    Parameters
    ----------
    kind : str
        Such as ``work`` or a facet.
    text : str
        What it is known by.

    Returns
    -------
    str
        A URN; the same for the same text, another for another.
    """
    return f"{_MINTED}{kind}:{quoted(text)}"


def work_iri(work_id: str) -> str:
    """Return the IRI of a work that has none of its own.

    Parameters
    ----------
    work_id : str
        The work's id.

    Returns
    -------
    str
        A URN; equal ids have equal ones.

    Examples
    --------
    >>> work_iri("claude-monet_impression, sunrise")
    'urn:topicart:work:claude-monet_impression%2C%20sunrise'
    """
    return minted_iri("work", work_id)


def work_nodes(iris: Sequence[str], ids: Sequence[str]) -> list[ox.NamedNode]:
    """Name the works of a collection: the same in every file that speaks of them.

    Parameters
    ----------
    iris : sequence of str
        The works' own IRIs, ``""`` for none, shape ``(n_works,)``.
    ids : sequence of str
        Their ids, in the order of the collection.

    Returns
    -------
    list of pyoxigraph.NamedNode
        Each another: the work's own IRI, or ``work_iri`` where it has none, it cannot be used, or
        an earlier work has it.
    """
    import pyoxigraph as ox

    nodes = []
    taken: set[str] = set()
    for iri, work_id in zip(iris, ids, strict=True):
        node = own_node(iri)
        if node is None or node.value in taken:
            node = ox.NamedNode(work_iri(work_id))
        taken.add(node.value)
        nodes.append(node)
    return nodes


def quoted(text: str) -> str:
    """Quote any text as a part of an IRI.

    Parameters
    ----------
    text : str
        The text.

    Returns
    -------
    str
        Percent-encoded; halves of surrogate pairs become question marks.
    """
    return quote(text, safe="", errors="replace")


class Spans:
    """Names spans of years, and says of each once when it begins and ends.

    A span is a ``dcterms:PeriodOfTime`` with ``dcat:startDate`` and ``dcat:endDate``, of which an
    open one lacks one. Years are ``xsd:gYear`` as XML Schema 1.1 and so RDF 1.1 count them, with a
    year 0: 44 BCE, which is -44 in a collection, is ``-0043``. A query engine that does not compare
    years compares ``xsd:integer(STR(?year))``.
    """

    def __init__(self) -> None:
        self._nodes: dict[tuple[int | None, int | None], ox.NamedNode] = {}

    def statements(
        self, work: ox.NamedNode, year_from: int | None, year_to: int | None
    ) -> Iterator[ox.Triple]:
        """State the years of a work.

        Parameters
        ----------
        work : pyoxigraph.NamedNode
            The work.
        year_from, year_to : int or None
            The first and the last year, as a collection has them.

        Yields
        ------
        pyoxigraph.Triple
            ``dcterms:temporal``, and what the span is if no work had it before; nothing if the date
            is not understood.
        """
        import pyoxigraph as ox

        ends = (year_from, year_to)
        if ends == (None, None):
            return
        known = self._nodes.get(ends)
        first, last = ("" if year is None else _gyear(year) for year in ends)
        span = known or ox.NamedNode(f"{_MINTED}years:{first or '..'}/{last or '..'}")
        yield ox.Triple(work, term("dcterms:temporal"), span)
        if known:
            return
        self._nodes[ends] = span
        yield ox.Triple(span, term("rdf:type"), term("dcterms:PeriodOfTime"))
        if first:
            yield ox.Triple(span, term("dcat:startDate"), literal(first, "xsd:gYear"))
        if last:
            yield ox.Triple(span, term("dcat:endDate"), literal(last, "xsd:gYear"))


def definitions(*names: str) -> Iterator[ox.Triple]:
    """Define terms of topicart's own vocabulary, as a file that uses them has to.

    Parameters
    ----------
    *names : str
        The terms, such as ``"probability"``.

    Yields
    ------
    pyoxigraph.Triple
        Type, label and comment of each.
    """
    import pyoxigraph as ox

    for name in names:
        label, comment = _OWN_TERMS[name]
        own = term(f"topicart:{name}")
        yield ox.Triple(own, term("rdf:type"), term("owl:DatatypeProperty"))
        yield ox.Triple(own, term("rdfs:label"), ox.Literal(label, language="en"))
        yield ox.Triple(own, term("rdfs:comment"), ox.Literal(comment, language="en"))


def write_triples(triples: Iterable[ox.Triple], path: Path) -> None:
    """Write statements as Turtle, as they come.

    Parameters
    ----------
    triples : iterable of pyoxigraph.Triple
        The statements; those of one subject are written shorter if they follow each other.
    path : Path
        The file; it is replaced.

    Raises
    ------
    OSError
        It cannot be written.
    """
    import pyoxigraph as ox

    with path.open("wb") as file:
        ox.serialize(triples, file, format=ox.RdfFormat.TURTLE, prefixes=dict(PREFIXES))


def _gyear(year: int) -> str:
    """Write a year as xsd:gYear; a collection has no year 0 and counts it as 1."""
    counted = year + 1 if year < 0 else max(year, 1)
    return f"{'-' if counted < 0 else ''}{abs(counted):04d}"
