"""Every work's picture, small, many in one file: what the map and the table draw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from topicart.run import Run

__all__ = ["Sprites", "write_sprites"]


@dataclass(frozen=True)
class Sprites:
    """Where each work's small picture stands.

    Parameters
    ----------
    files
        The atlases, relative to the site.
    side
        Width and height of a cell in pixels.
    columns
        Cells in a row of an atlas.
    per_atlas
        Cells in an atlas.
    cell
        Of each work: atlas x ``per_atlas`` + cell, -1 without a picture, shape ``(n_works,)``.
    width, height
        Of each work's picture in its upper left corner of the cell, pixels, shape ``(n_works,)``.
    """

    files: tuple[str, ...]
    side: int
    columns: int
    per_atlas: int
    cell: NDArray[np.int32]
    width: NDArray[np.uint8]
    height: NDArray[np.uint8]


def write_sprites(
    run: Run, site: Path, *, progress: Callable[[int, int], None] | None = None
) -> Sprites:
    import numpy as np

    n = run.works.num_rows
    return Sprites(
        (), 64, 16, 256, np.full(n, -1, np.int32), np.zeros(n, np.uint8), np.zeros(n, np.uint8)
    )
