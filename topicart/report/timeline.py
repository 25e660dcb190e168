"""To be written."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from topicart.report.frame import Frame

__all__ = ["write_time_page"]


def write_time_page(frame: Frame) -> None:
    """To be written."""
