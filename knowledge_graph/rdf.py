"""A collection as RDF in ArtGraph's own vocabulary, which this and other tools read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING

from knowledge_graph.atomic import replacing
from knowledge_graph.nodes import (
    Spans,
    definitions,
    literal,
    minted_iri,
    own_node,
    term,
    work_nodes,
    write_triples,
)
from knowledge_graph.picture_names import without_suffix

if TYPE_CHECKING:
    import pyoxigraph as ox

    from knowledge_graph.collection import Artwork, Collection

ARTGRAPH: Mapping[str, tuple[str, str]] = MappingProxyType({
    "artist": ("createdBy", "Artist"),
    "style": ("hasStyle", "Style"),
    "genre": ("hasGenre", "Genre"),
    "subject": ("about", "Tag"),
    "medium": ("madeOf", "Media"),
    "period": ("hasPeriod", "Period"),
    "place": ("locatedIn", "Gallery"),
    "series": ("partOf", "Serie"),
    "emotion": ("elicits", "Emotion"),
})  # fmt: skip
"""Facet to ArtGraph's property and to the class of what it leads to."""


def statements_of(collection: Collection) -> Iterator[ox.Triple]:
    """State what a collection knows, in ArtGraph's vocabulary.

    A work or a value is called by its own IRI, else by one made of its id or its spelling. One IRI
    stands for one thing: where a source gives it to another spelling too, or to a work, the later
    value gets a node of its own and says ``rdfs:seeAlso``.

    Parameters
    ----------
    collection : Collection
        The works.

    Yields
    ------
    pyoxigraph.Triple
        The statements of one work together, and what it leads to after it, once.
    """
    import pyoxigraph as ox

    yield from definitions("id", "image", "imageUrl", "split")
    works = work_nodes(collection.column("iri"), collection.column("id"))
    values = _Values(works)
    spans = Spans()
    for work, node in zip(collection, works, strict=True):
        new: list[ox.Triple] = []
        yield ox.Triple(node, term("rdf:type"), term("artgraph:Artwork"))
        for name, text in _texts(work):
            yield ox.Triple(node, term(name), literal(text))
        for facet, texts in work.facets.items():
            iris = work.iris.get(facet) or ("",) * len(texts)
            for text, iri in zip(texts, iris, strict=True):
                value = values.node(facet, text, iri, new)
                yield ox.Triple(node, term(f"artgraph:{ARTGRAPH[facet][0]}"), value)
        yield from spans.statements(node, work.year_from, work.year_to)
        yield from new


def write_turtle(collection: Collection, path: Path) -> None:
    """Write a collection as Turtle, in ArtGraph's vocabulary; ``open_collection`` reads it.

    Parameters
    ----------
    collection : Collection
        The works.
    path : Path
        The file. It is whole or as it was before.

    Raises
    ------
    WriteError
        It cannot be written.
    """
    with replacing(path) as beside:
        write_triples(statements_of(collection), beside)


class _Values:
    """Names the values of facts: one node for each spelling and IRI of a facet."""

    def __init__(self, works: Iterable[ox.NamedNode]) -> None:
        self._nodes: dict[tuple[str, str, str], ox.NamedNode] = {}
        self._text_of: dict[str, str | None] = dict.fromkeys(work.value for work in works)

    def node(self, facet: str, text: str, iri: str, new: list[ox.Triple]) -> ox.NamedNode:
        """Give a value's node; what it is goes into ``new`` if no work had it before."""
        key = (facet, text, iri)
        if key not in self._nodes:
            self._nodes[key] = self._named(facet, text, iri, new)
        return self._nodes[key]

    def _named(self, facet: str, text: str, iri: str, new: list[ox.Triple]) -> ox.NamedNode:
        import pyoxigraph as ox

        own = own_node(iri)
        if own is not None and self._text_of.setdefault(own.value, text) == text:
            node = own
        else:
            node = ox.NamedNode(minted_iri(facet, text))
            if own is not None:
                new.append(ox.Triple(node, term("rdfs:seeAlso"), own))
        new.append(ox.Triple(node, term("rdf:type"), term(f"artgraph:{ARTGRAPH[facet][1]}")))
        new.append(ox.Triple(node, term("artgraph:name"), literal(text)))
        return node


def _texts(work: Artwork) -> Iterator[tuple[str, str]]:
    """Give the texts of a work, each with the property that states it."""
    # Here and not above: the readers, which are imported with it, may use this module.

    name = PurePosixPath(work.images[0]).name if work.images else work.id
    texts = [
        ("artgraph:name", name),
        ("artgraph:title", work.title),
        ("artgraph:date", work.date),
        ("dcterms:description", work.description),
        ("topicart:id", "" if without_suffix(name) == work.id else work.id),
        ("topicart:split", work.split),
        *(("topicart:image", image) for image in work.images),
        *(("topicart:imageUrl", address) for address in work.image_urls),
    ]
    return ((prop, text) for prop, text in texts if text)
