"""Where works come from.

``open_collection`` is the door: ``opening`` recognises what it is given and asks the module that
reads it. Graphs give ``facts``, tables and folders are ``cataloguing``'s; pictures are found by
``listing`` and ``pictures``.
"""

from knowledge_graph.picture_names import PICTURE_SUFFIXES
from knowledge_graph.sources.hub_dataset import is_dataset, write_pictures
from knowledge_graph.sources.opening import FORMATS, open_collection
from knowledge_graph.sources.reading import TABLE_SUFFIXES

__all__ = [
    "FORMATS",
    "PICTURE_SUFFIXES",
    "TABLE_SUFFIXES",
    "is_dataset",
    "open_collection",
    "write_pictures",
]
