"""What a judge saw, kept: a picture is encoded once for all the runs that show it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evaluation.judges import Judge
    from knowledge_graph import Collection
    from topicart import Embeddings
    from topicart.slices import Progress


def judged_pictures(
    judge: Judge, works: Collection, cache: Path | None, *, progress: Progress | None = None
) -> Embeddings:
    """Return a judge's vectors of works; what is in the cache is not encoded again."""
    raise NotImplementedError
