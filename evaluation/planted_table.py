"""The planted-topics benchmark on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import RenderableType

    from evaluation.planted import PlantedResult


def planted_table(result: PlantedResult) -> RenderableType:
    """Lay out what the benchmark found: a table for each gallery, a line for each model.

    Parameters
    ----------
    result
        What ``bench_planted`` returned.

    Returns
    -------
    rich.console.RenderableType
        For a rich console.
    """
    raise NotImplementedError
