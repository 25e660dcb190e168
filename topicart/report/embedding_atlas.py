"""A run as one Parquet file that Embedding Atlas opens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from topicart.run import Run

__all__ = ["Atlas", "write_atlas"]


@dataclass(frozen=True)
class Atlas:
    """What was written.

    Parameters
    ----------
    path
        The file.
    n_works
        Works in it: those that are on the map.
    command
        What opens it.
    """

    path: Path
    n_works: int
    command: str


def write_atlas(
    run: Run, path: Path, *, progress: Callable[[int, int], None] | None = None
) -> Atlas:
    """To be written."""
    raise NotImplementedError
