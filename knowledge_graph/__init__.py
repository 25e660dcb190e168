"""What is known about the works: collections, facets, sources, and a gallery painted by code.

``open_collection`` reads a folder or a table into a ``Collection`` of ``Artwork``s; FACETS are
the kinds of fact; ``topics_as_skos`` gives topics back. ``knowledge_graph.gallery``, a face of
its own since it loads numpy and Pillow, paints a collection that may be given away. No torch.
"""

from knowledge_graph.collection import Artwork, Collection, Problem
from knowledge_graph.dates import CENTURIES, Span, span_of, year_of
from knowledge_graph.errors import CollectionError
from knowledge_graph.facets import FACETS, ROLES, recognise_columns
from knowledge_graph.nodes import work_iri, write_triples
from knowledge_graph.rdf import statements_of, write_turtle
from knowledge_graph.schema import collection_schema, iri_column
from knowledge_graph.skos import Concept, Provenance, topics_as_skos
from knowledge_graph.sources import FORMATS, PICTURE_SUFFIXES, TABLE_SUFFIXES, open_collection

__all__ = [
    "CENTURIES",
    "FACETS",
    "FORMATS",
    "PICTURE_SUFFIXES",
    "ROLES",
    "TABLE_SUFFIXES",
    "Artwork",
    "Collection",
    "CollectionError",
    "Concept",
    "Problem",
    "Provenance",
    "Span",
    "collection_schema",
    "iri_column",
    "open_collection",
    "recognise_columns",
    "span_of",
    "statements_of",
    "topics_as_skos",
    "work_iri",
    "write_triples",
    "write_turtle",
    "year_of",
]
