"""Where works come from.

``open_collection`` is the door: it looks at what it is given and asks the module that reads it.
Pictures are found by ``listing``, tables read by ``reading`` and understood by ``catalogue``; a
folder without a table is ``folder``'s.
"""

from knowledge_graph.sources.listing import PICTURE_SUFFIXES
from knowledge_graph.sources.opening import open_collection
from knowledge_graph.sources.reading import TABLE_SUFFIXES

__all__ = ["PICTURE_SUFFIXES", "TABLE_SUFFIXES", "open_collection"]
