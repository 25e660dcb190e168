"""What a benchmark is: a name, a measurement, and its rows of the table in the docs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from topicart.fit import Progress

__all__ = ["Benchmark", "Options", "Row"]


@dataclass(frozen=True)
class Options:
    """What a benchmark is asked for.

    Parameters
    ----------
    folder
        An empty folder for what it makes on the way; removed afterwards.
    device
        A torch device.
    works
        How many works; each benchmark has its own default.
    source
        A collection of pictures of one's own, where a benchmark can measure with it.
    """

    folder: Path
    device: str = "cpu"
    works: int | None = None
    source: str | None = None


@dataclass(frozen=True)
class Row:
    """One line of the table of benchmarks.

    Parameters
    ----------
    what
        What was measured, on what.
    ours, beside
        Both figures with their units, and whose the second is.
    ratio
        Ours over the other, as printed: ``0.45``, ``8.1 times as fast``.
    asked
        What was aimed at, as printed; ``""`` if nothing.
    met
        Whether it was met; ``None`` if nothing was aimed at.
    """

    what: str
    ours: str
    beside: str
    ratio: str
    asked: str = ""
    met: bool | None = None


@dataclass(frozen=True)
class Benchmark:
    """One benchmark; each module of ``evaluation.benchmarks`` with a name of one has ``BENCHMARK``.

    Parameters
    ----------
    name
        Lower-case words with hyphens; its results are ``results/NAME.json``, hyphens as ``_``.
    summary
        What it measures, in a line.
    measure
        Measures, in this process and its children; gives JSON-ready numbers, to which the runner
        adds name, date, machine and versions.
    rows
        The lines that its results add to the table in the docs.
    packages
        Distributions that decide its figures, peers included.
    show
        Puts published results into a page of their own, where they have one.
    on_gpu
        Whether it computes on the device that is named; the others do on the CPU, and say so.
    """

    name: str
    summary: str
    measure: Callable[[Options, Progress], Mapping[str, Any]]
    rows: Callable[[Mapping[str, Any]], Sequence[Row]]
    packages: Sequence[str] = field(default=("numpy", "torch"))
    show: Callable[[Mapping[str, Any]], None] | None = None
    on_gpu: bool = False
