"""The themes of a run as IIIF: a collection with a manifest per theme."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from topicart.run import Run

__all__ = ["DEFAULT_BASE", "write_iiif"]

DEFAULT_BASE = "http://localhost:8765/"
"""Where `topicart explore` serves the site."""


def write_iiif(
    run: Run,
    folder: Path,
    *,
    base: str = DEFAULT_BASE,
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """To be written."""
    raise NotImplementedError
