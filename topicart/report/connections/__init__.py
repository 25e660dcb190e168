"""Pages of hidden connections: what a search found, analogies, a path, blind spots.

Each is one HTML file with its pictures inside: it needs no other file, no network and no script,
and can be sent by mail or laid in an archive. ``found_page``, ``analogies_page``, ``path_page``
and ``blind_spots_page`` say what is shown; ``shown`` reads works and pictures, ``page`` writes.
"""

from topicart.report.connections.analogies_page import write_analogies_page
from topicart.report.connections.blind_spots_page import write_blind_spots_page
from topicart.report.connections.found_page import write_search_page
from topicart.report.connections.path_page import write_path_page

__all__ = [
    "write_analogies_page",
    "write_blind_spots_page",
    "write_path_page",
    "write_search_page",
]
