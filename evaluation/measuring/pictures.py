"""How alike the pictures of a topic are, and how different the topics, by a judge."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from evaluation.metric import Metric
from evaluation.values import RunValues

if TYPE_CHECKING:
    from evaluation.judges import Judge
    from topicart.slices import Progress


def picture_metrics(
    values: RunValues,
    judge: Judge,
    *,
    cache: Path | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> list[Metric]:
    """Return IEC, IEPS and DES of a run."""
    raise NotImplementedError


def iec_by_topic(
    values: RunValues,
    judge: Judge,
    *,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> dict[int, float]:
    """Return the IEC of each topic of a run by its number."""
    raise NotImplementedError
