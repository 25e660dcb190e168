"""The page of blind spots: where a group's works are missing among the others, and where many."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from topicart.report.connections.page import write_page
from topicart.report.connections.shown import Shown, ids_of, works_shown
from topicart.report.wording import shorten

if TYPE_CHECKING:
    from topicart.retrieval.blind_spots import BlindSpots, Region
    from topicart.run import Run

__all__ = ["write_blind_spots_page"]

_MOST_REGIONS = 12
_THERE, _GROUP = 6, 3


@dataclass(frozen=True)
class _Spot:
    """A region with the works that are shown of it."""

    region: Region
    central: tuple[Shown, ...]
    """What is there."""
    group: tuple[Shown, ...]
    """The group's works there; where there is none, those elsewhere that are nearest to it."""


def write_blind_spots_page(run: Run, spots: BlindSpots, file: Path, *, command: str = "") -> Path:
    """Write blind spots as a page.

    Parameters
    ----------
    run : Run
        The run whose works were looked at.
    spots : BlindSpots
        The regions.
    file : Path
        The page; an earlier one is replaced, its folder is made if missing.
    command : str
        The command that makes the page again.

    Returns
    -------
    Path
        The file: whole, without script, with its pictures inside.

    Raises
    ------
    knowledge_graph.errors.WriteError
        If it cannot be written.
    """
    missing, over = spots.missing[:_MOST_REGIONS], spots.over[:_MOST_REGIONS]
    rows = [row for region in (*missing, *over) for row in _rows(region)]
    works = works_shown(run, ids_of(run, rows))
    most = max((max(region.found, region.expected) for region in (*missing, *over)), default=1.0)
    return write_page(
        file,
        "blind_spots.html",
        run,
        about=(
            f"Where works of the {spots.facet.replace('_', '-')} {shorten(spots.value, 120)} are "
            "missing and where they are many"
        ),
        shown=works.values(),
        sheets=("blind-spots",),
        command=command,
        spots=spots,
        facet=spots.facet.replace("_", "-"),
        missing=[_spot(run, region, works) for region in missing],
        over=[_spot(run, region, works) for region in over],
        most=most,
    )


def _rows(region: Region) -> tuple[int, ...]:
    return (*region.central[:_THERE], *(region.members or region.nearest)[:_GROUP])


def _spot(run: Run, region: Region, works: dict[str, Shown]) -> _Spot:
    rows = _rows(region)
    shown = [works[id_] for id_ in ids_of(run, rows)]
    central = len(region.central[:_THERE])
    return _Spot(region, tuple(shown[:central]), tuple(shown[central:]))
