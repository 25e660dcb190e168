"""Whether a run's topics are found again when the model is fitted again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evaluation.metric import Metric
    from evaluation.refits import Refit
    from evaluation.stability import TopicStability
    from evaluation.values import RunValues


def stability_metrics(
    values: RunValues, refits: Sequence[Refit], *, seed: int = 0
) -> tuple[list[Metric], dict[int, TopicStability]]:
    """Measure how stable a run's topics are over fits of the same model again."""
    raise NotImplementedError
