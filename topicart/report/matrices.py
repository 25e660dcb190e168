"""To be written."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from topicart.report.frame import Frame

__all__ = ["write_facet_pages"]


def write_facet_pages(frame: Frame) -> None:
    """To be written."""
