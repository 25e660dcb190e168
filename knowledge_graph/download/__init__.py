"""Fetching the pictures that a collection only gives addresses of; done when asked, never else.

``download_pictures`` takes them politely into a folder, which ``open_collection(..., images=...)``
then finds them in. ``DownloadConfig`` says how, ``DownloadReport`` what came of it. A face of its
own since it talks to the network and nothing else in ``knowledge_graph`` does.
"""

from knowledge_graph.download.addresses import addresses_to_ask
from knowledge_graph.download.config import DownloadConfig
from knowledge_graph.download.downloading import DownloadReport, download_pictures

__all__ = ["DownloadConfig", "DownloadReport", "addresses_to_ask", "download_pictures"]
