"""A baseline's groups as a run like any other: on the page, in RDF, in a comparison."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from topicart import Encoder, Progress, Run


def fit_baseline(
    name: str,
    source: Run,
    out: str | Path,
    *,
    n_topics: int | None = None,
    seed: int = 0,
    encoder: Encoder | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Run:
    """Group the works of a run by another method, and leave a run in the same format."""
    raise NotImplementedError
