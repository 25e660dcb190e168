"""The page of time: the themes through the years, as counts and as shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from prompts import year_in_words
from topicart.report.charts import GAP, ROW_HEIGHT, ROW_WIDTH, Bars, Row, draw_bars, draw_rows
from topicart.report.counting import Periods, count_periods
from topicart.report.summarize import topic_column
from topicart.topics import OUTLIER

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from topicart.report.frame import Frame
    from topicart.report.summarize import Theme

__all__ = ["Course", "Series", "Stack", "courses", "stacked", "write_time_page"]

MOST_STACKED = 12
# The site counts years in 16 bits.
_LAST_YEAR = 32_767
# Width, height, most years written along the axis.
_FORMATS = {"wide": (1060, 330, 11), "narrow": (330, 250, 4)}
_MARGINS = (44, 8, 16, 26)
_TICKS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)


@dataclass(frozen=True)
class Course:
    """A theme through the years.

    Parameters
    ----------
    theme
        The theme.
    dated
        Number of its works with a year.
    median
        The year by which half of them were made.
    middle
        The years between which the middle half of them was made.
    peak
        First year, last year and works of its fullest period, the earliest of equals.
    counts
        Its works in each period.
    """

    theme: Theme
    dated: int
    median: int
    middle: tuple[int, int]
    peak: tuple[int, int, int]
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Series:
    """One layer of the stack.

    Parameters
    ----------
    key
        ``t`` and the number of the theme, ``others`` or ``outside``.
    theme
        The theme, or ``None`` for the two that gather many.
    counts
        Works in each period.
    """

    key: str
    theme: Theme | None
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Stack:
    """The whole collection by period.

    Parameters
    ----------
    series
        The largest themes, the other themes, the works outside; undermost first.
    totals
        Works in each period.
    """

    series: tuple[Series, ...]
    totals: tuple[int, ...]


def write_time_page(frame: Frame) -> None:
    """Write ``time.html``.

    Parameters
    ----------
    frame
        The site being made.
    """
    exhibition = frame.exhibition
    years, topics = _dated(frame.run.works)
    # Works that took no part are in no layer: where only they are dated there is none to draw.
    part = bool((topics >= OUTLIER).any())
    periods = count_periods(years, topics, len(exhibition.themes)) if part else None
    found = [] if periods is None else courses(exhibition.themes, years, topics, periods)
    stack = None if periods is None else stacked(exhibition.themes, periods)
    timed = {course.theme.topic for course in found}
    frame.write(
        "time.html",
        "time.html",
        page="time",
        sheets=("time",),
        scripts=("time",) if periods is not None else (),
        periods=periods,
        spans=[] if periods is None else _spans(periods),
        courses=found,
        rows=[] if periods is None or not found else _course_rows(found, periods),
        ticks=[] if periods is None else _ticks(periods, 9),
        stack=stack,
        charts=[] if periods is None or stack is None else _stack_charts(stack, periods),
        n_dated=int((topics >= OUTLIER).sum()),
        undated=[theme for theme in exhibition.themes if theme.topic not in timed],
        row_height=ROW_HEIGHT,
        row_width=ROW_WIDTH,
    )


def _dated(works: pa.Table) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    import pyarrow as pa
    import pyarrow.compute as pc

    year = works.column("year_from")
    dated = pc.is_valid(year).to_numpy()
    # As far as the site's own numbers reach: no chart could show more periods.
    years = year.drop_null().cast(pa.int64()).to_numpy().clip(-_LAST_YEAR, _LAST_YEAR)
    return years, topic_column(works)[dated]


def courses(
    themes: Sequence[Theme],
    years: NDArray[np.int64],
    topics: NDArray[np.int64],
    periods: Periods,
) -> list[Course]:
    """Follow each theme through the years.

    Parameters
    ----------
    themes
        The themes, theme ``i`` being topic ``i``.
    years, topics
        Year and topic of each dated work, shape ``(n_dated,)``.
    periods
        The same works counted.

    Returns
    -------
    list of Course
        The themes with dated works, the earliest median first.
    """
    order = np.lexsort((years, topics))
    sorted_years, sorted_topics = years[order], topics[order]
    found = []
    for theme in themes:
        begin, end = np.searchsorted(sorted_topics, [theme.topic, theme.topic + 1])
        own = sorted_years[begin:end]
        if len(own) == 0:
            continue
        counts = periods.counts[theme.topic]
        first = periods.start + periods.step * int(counts.argmax())
        # The works themselves at these places, not years between two of them.
        lower, median, upper = (
            int(own[round((len(own) - 1) * part)]) for part in (0.25, 0.5, 0.75)
        )
        found.append(
            Course(
                theme=theme,
                dated=len(own),
                median=median,
                middle=(lower, upper),
                peak=(first, first + periods.step - 1, int(counts.max())),
                counts=tuple(counts.tolist()),
            )
        )
    return sorted(found, key=lambda course: (course.median, course.middle, course.theme.topic))


def stacked(themes: Sequence[Theme], periods: Periods) -> Stack:
    """Lay the themes over one another.

    Parameters
    ----------
    themes
        The themes, largest first.
    periods
        Their works by period.

    Returns
    -------
    Stack
        The largest have a layer each.
    """
    counts = periods.counts
    large = themes[:MOST_STACKED]
    series = [
        Series(f"t{theme.topic}", theme, tuple(counts[theme.topic].tolist())) for theme in large
    ]
    others = counts[len(large) : len(themes)].sum(axis=0)
    for key, row in (("others", others), ("outside", counts[-1])):
        if row.any():
            series.append(Series(key, None, tuple(row.tolist())))
    return Stack(tuple(series), tuple(counts.sum(axis=0).tolist()))


def _stack_charts(stack: Stack, periods: Periods) -> list[tuple[str, str, str]]:
    """Return what is shown (``count``, ``share``), the format and the drawing of each chart."""
    counts = np.array([series.counts for series in stack.series], dtype=float)
    totals = np.maximum(np.array(stack.totals), 1)
    return [
        (show, form, _stack_chart(heights, stack, periods, show, form))
        for show, heights in (("count", counts), ("share", counts / totals))
        for form in _FORMATS
    ]


def _stack_chart(
    heights: NDArray[np.float64], stack: Stack, periods: Periods, show: str, form: str
) -> str:
    width, height, most = _FORMATS[form]
    top = 1.0 if show == "share" else float(max(stack.totals))
    upper = heights.cumsum(axis=0)
    layers, places = np.nonzero(heights)
    bars = Bars(
        left=places + GAP,
        right=places + 1 - GAP,
        low=(upper - heights)[layers, places],
        high=upper[layers, places],
        keys=[stack.series[layer].key for layer in layers],
    )
    n_periods = len(stack.totals)
    drawn = draw_bars(
        bars,
        size=(width - _MARGINS[0] - _MARGINS[2], height - _MARGINS[1] - _MARGINS[3]),
        domains=((0, n_periods), (0, top)),
        margins=_MARGINS,
        marks={place: year_in_words(year) for place, year in _ticks(periods, most)},
        shares=show == "share",
        attributes={
            "class": f"chart {form}",
            "role": "img",
            "aria-label": _told(stack, periods, show),
            "data-width": str(width - _MARGINS[0] - _MARGINS[2]),
            "data-height": str(height - _MARGINS[1] - _MARGINS[3]),
            "data-top": f"{top:g}",
        },
    )
    return drawn.svg


def _told(stack: Stack, periods: Periods, show: str) -> str:
    fullest = int(np.argmax(stack.totals))
    first = periods.start + periods.step * fullest
    what = "Share of the largest themes" if show == "share" else "Works of the largest themes"
    return (
        f"{what} in each period from {year_in_words(periods.start)} to "
        f"{year_in_words(periods.end)}; most works, {stack.totals[fullest]:,}, in "
        f"{year_in_words(first)}–{year_in_words(first + periods.step - 1)}. "
        "The numbers are in the table below."
    )


def _course_rows(found: Sequence[Course], periods: Periods) -> list[tuple[Row, Row]]:
    """Return the bars of each theme as counts and as shares of the period's works."""
    counts = np.array([course.counts for course in found], dtype=float)
    totals = np.maximum(periods.counts.sum(axis=0), 1)
    return list(zip(draw_rows(counts), draw_rows(counts / totals), strict=True))


def _spans(periods: Periods) -> list[tuple[int, int]]:
    starts = range(periods.start, periods.end + 1, periods.step)
    return [(start, start + periods.step - 1) for start in starts]


def _ticks(periods: Periods, most: int) -> list[tuple[float, int]]:
    """Return the place, in periods, and the year of what is written along the axis."""
    span = periods.end + 1 - periods.start
    step = next((step for step in _TICKS if span / step <= most), _TICKS[-1])
    first = -(-periods.start // step) * step
    years = range(first, periods.end + 2, step)
    return [((year - periods.start) / periods.step, year) for year in years]
