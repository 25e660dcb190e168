"""Bars as SVG: drawn by Vega when the site is made, coloured and named by the page."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["GAP", "ROW_HEIGHT", "ROW_WIDTH", "Bars", "Drawing", "Row", "draw_bars", "draw_rows"]

GAP = 0.08
"""Space at either side of a bar, where a period is 1 wide."""
ROW_HEIGHT, ROW_WIDTH = 40, 1000

_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
_KEPT = frozenset(
    ["class", "d", "transform", "x2", "y2", "text-anchor", "viewBox", "fill", "width", "height"]
)


@dataclass(frozen=True, eq=False)
class Bars:
    """Bars in the units of their axes.

    Parameters
    ----------
    left, right, low, high
        Where each begins and ends, shape ``(n_bars,)``.
    keys
        What each belongs to, shape ``(n_bars,)``. Keys are the page's own words (``t3``,
        ``others``): nothing that a collection says ever enters a chart.
    """

    left: NDArray[Any]
    right: NDArray[Any]
    low: NDArray[Any]
    high: NDArray[Any]
    keys: Sequence[str]


@dataclass(frozen=True)
class Drawing:
    """A chart.

    Parameters
    ----------
    svg
        The whole of it, without any style of its own: the page's sheet says how it looks.
    outlines
        The bars of each key as one path, in the chart's units.
    """

    svg: str
    outlines: Mapping[str, str]


@dataclass(frozen=True)
class Row:
    """One of several rows of bars that were drawn under one another.

    Parameters
    ----------
    outline
        Its bars as one path.
    window
        The ``viewBox`` that shows this row alone.
    """

    outline: str
    window: str


def draw_bars(
    bars: Bars,
    *,
    size: tuple[int, int],
    domains: tuple[tuple[float, float], tuple[float, float]],
    margins: tuple[int, int, int, int] = (0, 0, 0, 0),
    marks: Mapping[float, str] | None = None,
    shares: bool = False,
    attributes: Mapping[str, str] | None = None,
) -> Drawing:
    """Draw bars.

    Parameters
    ----------
    bars
        What is drawn.
    size
        Width and height of the plot without its margins, in the chart's units.
    domains
        First and last value of the axis across, and of the axis upwards.
    margins
        Left, top, right and bottom.
    marks
        What is written along the axis across, and where; no axes are drawn without.
    shares
        Whether the axis upwards says percentages.
    attributes
        Of the ``svg`` element.

    Returns
    -------
    Drawing
        In presentation attributes alone: the page's policy allows no styles inside it.
    """
    import vl_convert

    spec = _specification(bars, size, domains, margins, marks, shares)
    # Vega's own text, and nothing that a collection says is in it.
    root = ElementTree.fromstring(vl_convert.vegalite_to_svg(spec))  # noqa: S314
    outlines = _tidied(root)
    root.attrib = {"viewBox": root.attrib["viewBox"], **(attributes or {})}
    return Drawing(ElementTree.tostring(root, encoding="unicode"), outlines)


def draw_rows(heights: NDArray[np.float64]) -> tuple[Row, ...]:
    """Draw rows of bars, the highest bar of each row as high as the row.

    Parameters
    ----------
    heights
        Not negative, some in each row more than 0, shape ``(n_rows, n_periods)``.

    Returns
    -------
    tuple of Row
        One for each. Vega draws them all at once, under one another.
    """
    if not len(heights):
        return ()
    n_rows, n_periods = heights.shape
    scaled = heights / heights.max(axis=1, keepdims=True)
    rows, places = np.nonzero(scaled)
    bars = Bars(
        left=places + GAP,
        right=places + 1 - GAP,
        low=-(rows + 1.0),
        # A single work among thousands is still to be seen.
        high=np.maximum(scaled[rows, places], 0.05) * 0.95 - rows - 1,
        keys=[f"t{row}" for row in rows],
    )
    drawn = draw_bars(
        bars,
        size=(ROW_WIDTH, ROW_HEIGHT * n_rows),
        domains=((0.0, float(n_periods)), (-float(n_rows), 0.0)),
    )
    return tuple(
        Row(drawn.outlines[f"t{row}"], f"0 {ROW_HEIGHT * row} {ROW_WIDTH} {ROW_HEIGHT}")
        for row in range(n_rows)
    )


def _specification(
    bars: Bars,
    size: tuple[int, int],
    domains: tuple[tuple[float, float], tuple[float, float]],
    margins: tuple[int, int, int, int],
    marks: Mapping[float, str] | None,
    shares: bool,
) -> dict[str, Any]:
    import altair

    across, upwards = domains
    columns = (bars.left, bars.right, bars.low, bars.high)
    rows = zip(*(column.tolist() for column in columns), bars.keys, strict=True)
    values = [dict(zip(("a", "b", "low", "high", "key"), row, strict=True)) for row in rows]
    x_axis = y_axis = None
    if marks is not None:
        words = ",".join(f"'{place:g}':'{word}'" for place, word in marks.items())
        x_axis = altair.Axis(
            values=list(marks), labelExpr=f"{{{words}}}[datum.value]", title=None, grid=False,
            labelOverlap=False, labelBound=False, labelFlush=False,
        )  # fmt: skip
        y_axis = altair.Axis(
            title=None, tickCount=4, format="%" if shares else ",d", domain=False, ticks=False,
            tickMinStep=0.25 if shares else 1,
        )  # fmt: skip

    def scale(domain: tuple[float, float]) -> altair.Scale:
        return altair.Scale(domain=list(domain), nice=False, zero=False)

    chart = (
        altair.Chart(altair.Data(values=values))  # type: ignore[no-untyped-call]
        .mark_rect(aria=False)
        .encode(
            x=altair.X("a:Q", scale=scale(across), axis=x_axis),
            x2="b:Q",
            y=altair.Y("low:Q", scale=scale(upwards), axis=y_axis),
            y2="high:Q",
            fill=altair.Fill("key:N", scale=None),
        )
        .properties(
            width=size[0],
            height=size[1],
            autosize=altair.AutoSizeParams(type="none"),
            padding=dict(zip(("left", "top", "right", "bottom"), margins, strict=True)),
        )
        .configure_view(stroke=None)
    )
    # Altair would check every single bar against its schema: seconds for two hundred themes.
    specification: dict[str, Any] = chart.to_dict(validate=False)
    return specification


def _tidied(root: ElementTree.Element) -> dict[str, str]:
    """Make all bars of a key one path and leave out what the sheet or the page says better."""
    outlines: dict[str, list[str]] = {}
    for parent in list(root.iter()):
        parent.tag = parent.tag.rpartition("}")[2]
        marks = "role-mark" in parent.get("class", "")
        for child in list(parent):
            tag = child.tag.rpartition("}")[2]
            if marks:
                own = outlines.setdefault(child.get("fill", ""), [])
                own.append(_NUMBER.sub(_rounded, child.get("d", "")))
                parent.remove(child)
            elif tag == "rect" or (tag == "path" and child.get("class") != "mark"):
                parent.remove(child)
        if marks:
            parent.set("class", "bars")
            for key, pieces in outlines.items():
                made = {"class": f"bar {key}", "d": "".join(pieces)}
                ElementTree.SubElement(parent, "path", made)
        parent.attrib = {
            name: _NUMBER.sub(_rounded, value) if name != "d" else value
            for name, value in parent.attrib.items()
            if name in _KEPT and (name != "fill" or value == "none")
        }
    return {key: "".join(pieces) for key, pieces in outlines.items()}


def _rounded(found: re.Match[str]) -> str:
    return f"{float(found[0]):.2f}".rstrip("0").rstrip(".")
