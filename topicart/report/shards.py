"""To be written."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from topicart.report.frame import Frame
    from topicart.report.sprites import Sprites

__all__ = ["write_shards"]


def write_shards(frame: Frame, sprites: Sprites) -> None:
    """To be written."""
