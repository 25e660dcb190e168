"""What a comparison of topic models is made of: measured runs, and models that failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evaluation.metric import Metric
    from evaluation.stability import TopicStability
    from evaluation.values import RunValues


@dataclass(frozen=True, eq=False)
class Evaluated:
    """A run that was measured, to be compared.

    Parameters
    ----------
    label
        The model's name for people; the same for runs that differ in the seed only.
    folder
        Where the run lies, as it is to be told.
    values
        What it found.
    metrics
        Its measurements.
    seconds
        What its fit took, or ``None`` where it is not known.
    memory_mb
        The most memory that its fit took beside what its process held before, or ``None``.
    parameters
        What it was fitted with, JSON-ready.
    stability
        Of each topic how often refits found it again; empty where none was made.
    note
        What a reader must know of the model; empty if nothing.
    root
        The folder that the works' pictures are relative to; ``None`` for the collection's own.
    """

    label: str
    folder: str
    values: RunValues
    metrics: tuple[Metric, ...]
    seconds: float | None = None
    memory_mb: float | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    stability: Mapping[int, TopicStability] = field(default_factory=dict)
    note: str = ""
    root: Path | None = None


@dataclass(frozen=True)
class Failed:
    """A model, or one seed of it, that could not be fitted.

    Parameters
    ----------
    label
        The model's name, as in :class:`Evaluated`.
    error
        What went wrong, as it was said.
    note
        What else a reader must know.
    """

    label: str
    error: str
    note: str = ""
