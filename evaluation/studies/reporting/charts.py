"""Places and lines of a study's charts."""

from __future__ import annotations

from dataclasses import dataclass

from evaluation.comparing.charts import WIDTH, nice_ticks
from evaluation.comparing.charts import figure as tick_figure
from evaluation.studies.reporting.parts import Rows, Tracks
from evaluation.studies.reporting.wording import share
from topicart.report.palette import N_COLOURS
from topicart.report.wording import shorten

__all__ = ["WIDTH", "DrawnRows", "DrawnTracks", "draw_rows", "draw_tracks"]

_LABEL = 150
_RIGHT = WIDTH - 14
_ROW = 25
_TOP = 8
_LEFT = 40
_BOTTOM = 190


@dataclass(frozen=True)
class DrawnMark:
    """Where a number and its interval lie."""

    x: float
    low: float | None
    high: float | None
    kind: str


@dataclass(frozen=True)
class DrawnRow:
    """A line of a chart."""

    label: str
    y: int
    marks: tuple[DrawnMark, ...]
    chance: float | None
    said: str
    by_chance: tuple[float, float] | None = None


@dataclass(frozen=True)
class DrawnRows:
    """A chart of dots, :data:`WIDTH` wide."""

    rows: tuple[DrawnRow, ...]
    ticks: tuple[tuple[float, str], ...]
    reference: float | None
    height: int


@dataclass(frozen=True)
class DrawnTrack:
    """A line, as an SVG path, and the number of its colour."""

    label: str
    path: str
    tone: int
    said: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class DrawnTracks:
    """A chart of lines, :data:`WIDTH` wide."""

    tracks: tuple[DrawnTrack, ...]
    across: tuple[tuple[float, str], ...]
    up: tuple[tuple[float, str], ...]
    reference: float | None
    height: int
    left: int = _LEFT
    right: int = _RIGHT
    bottom: int = _BOTTOM


def draw_rows(chart: Rows) -> DrawnRows:
    """Place the dots of a chart.

    Parameters
    ----------
    chart
        The chart.

    Returns
    -------
    DrawnRows
        All numbers lie on it.
    """
    told = [] if chart.reference is None else [chart.reference]
    for row in chart.rows:
        for mark in row.marks:
            told += [mark.value, *(mark.interval or ())]
        told += [*([] if row.chance is None else [row.chance]), *(row.by_chance or ())]
    if chart.whole:
        told += [0.0, 1.0]
    ticks = nice_ticks(min(told, default=0.0), max(told, default=1.0))
    low, high = min(ticks[0], *told), max(ticks[-1], *told)
    span = (high - low) or 1.0

    def _place(value: float) -> float:
        return round(_LABEL + (value - low) / span * (_RIGHT - _LABEL), 1)

    rows = tuple(
        DrawnRow(
            label=shorten(row.label, 20),
            y=_TOP + number * _ROW + _ROW // 2,
            marks=tuple(
                DrawnMark(
                    _place(mark.value),
                    _place(mark.interval[0]) if mark.interval else None,
                    _place(mark.interval[1]) if mark.interval else None,
                    mark.kind,
                )
                for mark in row.marks
            ),
            chance=None if row.chance is None else _place(row.chance),
            said=row.said,
            by_chance=(_place(row.by_chance[0]), _place(row.by_chance[1]))
            if row.by_chance
            else None,
        )
        for number, row in enumerate(chart.rows)
    )
    write = share if chart.shares else tick_figure
    return DrawnRows(
        rows=rows,
        ticks=tuple((_place(tick), write(tick)) for tick in ticks),
        reference=None if chart.reference is None else _place(chart.reference),
        height=_TOP + len(rows) * _ROW + 26,
    )


def draw_tracks(chart: Tracks) -> DrawnTracks:
    """Place the lines of a chart.

    Parameters
    ----------
    chart
        The chart.

    Returns
    -------
    DrawnTracks
        From 0 to 1 across.
    """
    told = [] if chart.reference is None else [chart.reference]
    told += [value for track in chart.tracks for _, value in track.points]
    # The same scale in every chart, so that they can be held against each other.
    ticks = nice_ticks(min([0.2, *told]), max([1.0, *told]))
    low, high = min(ticks[0], *told), max(ticks[-1], *told)
    span = (high - low) or 1.0

    def _across(value: float) -> float:
        return round(_LEFT + value * (_RIGHT - _LEFT), 1)

    def _up(value: float) -> float:
        return round(_BOTTOM - (value - low) / span * (_BOTTOM - _TOP), 1)

    tracks = []
    for number, track in enumerate(chart.tracks):
        points = tuple((_across(x), _up(y)) for x, y in sorted(track.points))
        tracks.append(
            DrawnTrack(
                label=track.label,
                path="M" + "L".join(f"{x},{y}" for x, y in points) if points else "",
                tone=number % N_COLOURS,
                said=f"{track.label}: "
                + ", ".join(f"{tick_figure(y)} at {tick_figure(x)}" for x, y in track.points),
                points=points,
            )
        )
    return DrawnTracks(
        tracks=tuple(tracks),
        across=tuple((_across(part), tick_figure(part)) for part in (0.0, 0.25, 0.5, 0.75, 1.0)),
        up=tuple((_up(tick), tick_figure(tick)) for tick in ticks),
        reference=None if chart.reference is None else _up(chart.reference),
        height=_BOTTOM + 26,
    )
