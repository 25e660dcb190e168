"""A model fitted again: with other seeds, to the works in another order, to samples of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from evaluation.matching import Assigned

if TYPE_CHECKING:
    from evaluation.baselines import Baseline
    from evaluation.values import RunValues
    from topicart import Progress

Kind = Literal["seeds", "orders", "bootstrap"]
KINDS: tuple[Kind, ...] = ("seeds", "orders", "bootstrap")


@dataclass(frozen=True)
class Refit:
    """One fit again."""

    kind: str
    number: int
    assigned: Assigned


def refit(
    model: Baseline,
    values: RunValues,
    *,
    times: int,
    n_topics: int | None,
    kinds: Sequence[str] = KINDS,
    folder: Path | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> tuple[Refit, ...]:
    """Fit a model again to the works of a run."""
    raise NotImplementedError
