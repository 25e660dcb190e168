"""What is known about the works: collections, facets, sources, and a gallery painted by code.

``open_collection`` reads a folder, a table, a graph or a dataset into a ``Collection`` of
``Artwork``s, ``join_collections`` makes one of several, ``describe`` counts what is in it,
``convert`` writes it, ``ArtGraph`` asks it in SPARQL; FACETS are the kinds of fact;
``topics_as_skos`` gives topics back. ``gallery`` (which paints a collection that may be given
away), ``download`` and ``atomic`` are faces of their own.
No torch.
"""

from knowledge_graph.artgraph import Answer, ArtGraph, read_query
from knowledge_graph.centuries import centuries_of
from knowledge_graph.collection import Artwork, Collection, Problem
from knowledge_graph.converting import convert, require_convertible
from knowledge_graph.dates import CENTURIES, Span, span_of
from knowledge_graph.describing import CollectionSummary, describe
from knowledge_graph.errors import (
    CollectionError,
    TopicartError,
    WriteError,
    cut,
    listed,
    nearest,
    printable,
)
from knowledge_graph.facets import FACETS, ROLES, recognise_columns
from knowledge_graph.files import problems_csv, require_problems_file
from knowledge_graph.joining import join_collections
from knowledge_graph.nodes import work_iri, write_triples
from knowledge_graph.rdf import statements_of, write_turtle
from knowledge_graph.schema import collection_schema, iri_column
from knowledge_graph.skos import Concept, Provenance, topics_as_skos
from knowledge_graph.sources import (
    FORMATS,
    PICTURE_SUFFIXES,
    TABLE_SUFFIXES,
    is_dataset,
    open_collection,
    write_pictures,
)
from knowledge_graph.sources.statements import RDF_SUFFIXES, rdf_suffix, statements

__all__ = [
    "CENTURIES",
    "FACETS",
    "FORMATS",
    "PICTURE_SUFFIXES",
    "RDF_SUFFIXES",
    "ROLES",
    "TABLE_SUFFIXES",
    "Answer",
    "ArtGraph",
    "Artwork",
    "Collection",
    "CollectionError",
    "CollectionSummary",
    "Concept",
    "Problem",
    "Provenance",
    "Span",
    "TopicartError",
    "WriteError",
    "centuries_of",
    "collection_schema",
    "convert",
    "cut",
    "describe",
    "iri_column",
    "is_dataset",
    "join_collections",
    "listed",
    "nearest",
    "open_collection",
    "printable",
    "problems_csv",
    "rdf_suffix",
    "read_query",
    "recognise_columns",
    "require_convertible",
    "require_problems_file",
    "span_of",
    "statements",
    "statements_of",
    "topics_as_skos",
    "work_iri",
    "write_pictures",
    "write_triples",
    "write_turtle",
]
