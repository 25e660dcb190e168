"""What is known about the works: collections, facets, sources, and a gallery painted by code.

``open_collection`` reads a folder or a table into a ``Collection`` of ``Artwork``s; FACETS are
the kinds of fact; ``topics_as_skos`` gives topics back. ``knowledge_graph.gallery``, a face of
its own since it loads numpy and Pillow, paints a collection that may be given away. No torch.
"""

from knowledge_graph.collection import Artwork, Collection, Problem, collection_schema
from knowledge_graph.dates import year_of
from knowledge_graph.errors import CollectionError
from knowledge_graph.facets import FACETS, ROLES, recognise_columns
from knowledge_graph.skos import Concept, topics_as_skos, work_iri
from knowledge_graph.sources import PICTURE_SUFFIXES, TABLE_SUFFIXES, open_collection

__all__ = [
    "FACETS",
    "PICTURE_SUFFIXES",
    "ROLES",
    "TABLE_SUFFIXES",
    "Artwork",
    "Collection",
    "CollectionError",
    "Concept",
    "Problem",
    "collection_schema",
    "open_collection",
    "recognise_columns",
    "topics_as_skos",
    "work_iri",
    "year_of",
]
