"""The page of a run: one folder that opens from a double click and asks nothing of any network.

``write_site`` makes it. ``summarize`` turns a run into plain values, ``render`` puts them into the
templates, ``thumbnails`` makes the pictures small; ``mosaic``, ``palette``, ``counting``,
``measures``, ``wording`` and ``environment`` are their parts, which other pages share.
"""

from topicart.report.site import write_site

__all__ = ["write_site"]
