"""A run's site with a search behind it: nearest works, paths, and pictures from the collection.

``make_app`` gives the application, ``listen`` a socket, ``serve`` answers until Ctrl-C.
"""

from topicart.server.application import make_app
from topicart.server.serving import Address, listen, serve

__all__ = ["Address", "listen", "make_app", "serve"]
