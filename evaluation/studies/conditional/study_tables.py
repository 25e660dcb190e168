"""The numbers of a study as tables, for a terminal and in Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from evaluation.studies.conditional.metrics import METRICS_TOLD
from knowledge_graph import printable

if TYPE_CHECKING:
    from evaluation.studies.conditional.accuracy import Accuracy, Share
    from evaluation.studies.conditional.study import StudyResult

__all__ = ["study_markdown", "study_table"]

_WHAT = {
    "font": ("the same letter in another font", "letters", "fonts"),
    "art": ("the same work in another style", "works", "styles"),
}
_HEADS = ("feature", "metric", "at 1", "95 %", "at 10", "without", "at 10", "own")
_SHOWN = 6


def study_table(result: StudyResult) -> RenderableType:
    """Lay out what a study found.

    Parameters
    ----------
    result
        What ``run_study`` returned.

    Returns
    -------
    rich.console.RenderableType
        For a rich console: accuracies in per cent, the best in bold.
    """
    table = Table(box=None, pad_edge=False, header_style="dim")
    for place, head in enumerate(_HEADS):
        table.add_column(head, justify="left" if place < 2 else "right", no_wrap=True)
    best = max(row.at_1.value for row in result.rows)
    before = ""
    for row in result.rows:
        name, before = ("" if row.feature == before else row.feature), row.feature
        style = "bold" if row.at_1.value == best else ""
        table.add_row(
            Text(printable(name)),
            *(Text(cell.removesuffix(" %"), style=style) for cell in _cells(row)),
        )
    table.add_row(
        Text("chance", style="dim"),
        "",
        Text(_percent(result.chance_at_1).removesuffix(" %"), style="dim"),
        "",
        Text(_percent(result.chance_at_10).removesuffix(" %"), style="dim"),
        *("",) * 3,
    )
    hardest = _ends(_best(result).by_style)
    lines = [*result.about, *(f"Unlike the paper: {line}" for line in result.differs)]
    return Group(
        Text(f"{_title(result)}. All in per cent", style="bold"),
        Text(),
        table,
        Text(),
        Text(f"Found at once by {_best(result).feature}, by the style asked for: {hardest}"),
        *(Text(line, style="dim") for line in lines),
    )


def study_markdown(result: StudyResult) -> str:
    """Write what a study found in Markdown.

    Parameters
    ----------
    result
        What ``run_study`` returned.

    Returns
    -------
    str
        A title, the table, accuracies by style, and how to read them.
    """
    lines = [
        f"## {_title(result)}",
        "",
        f"| {' | '.join(_HEADS)} |",
        "|---|---|" + "---:|" * (len(_HEADS) - 2),
    ]
    best = max(row.at_1.value for row in result.rows)
    for row in result.rows:
        cells = list(_cells(row))
        if row.at_1.value == best:
            cells[1] = f"**{cells[1]}**"
        lines.append(f"| {' | '.join([_escaped(row.feature), *cells])} |")
    chance = ["chance", "", _percent(result.chance_at_1), "", _percent(result.chance_at_10)]
    lines += [f"| {' | '.join([*chance, '', '', ''])} |", ""]
    lines += [f"* {_escaped(name)}: {_escaped(told)}" for name, told in result.features.items()]
    own = _best(result)
    told = f"{_escaped(own.feature)}, {METRICS_TOLD[own.metric]}"
    lines += ["", f"By style, accuracy at 1 of {told}:", ""]
    if result.styles <= 30:
        lines += ["| style | asked for | asked from |", "|---|---:|---:|"]
        lines += [
            f"| {_escaped(style)} | {_percent(own.by_style[style])} | "
            f"{_percent(own.from_style[style]) if style in own.from_style else '–'} |"
            for style in sorted(own.by_style, key=lambda style: -own.by_style[style])
        ]
    else:
        lines += [_escaped(_ends(own.by_style))]
    lines += ["", *(f"* {line}" for line in result.about)]
    lines += [f"* Unlike the paper: {line}" for line in result.differs]
    return "\n".join(lines) + "\n"


def _title(result: StudyResult) -> str:
    what, contents, styles = _WHAT.get(result.name, _WHAT["art"])
    return (
        f"Find {what}: {result.contents:,} {contents} x {result.styles:,} {styles}, "
        f"{result.questions:,} questions, {result.haystack:,.0f} pictures to choose from"
    )


def _cells(row: Accuracy) -> tuple[str, ...]:
    return (
        METRICS_TOLD[row.metric],
        _percent(row.at_1.value),
        _interval(row.at_1),
        _percent(row.at_10.value),
        _percent(row.unconditional_at_1),
        _percent(row.unconditional_at_10),
        _percent(row.own_style),
    )


def _best(result: StudyResult) -> Accuracy:
    return max(result.rows, key=lambda row: row.at_1.value)


def _ends(by_style: Mapping[str, float]) -> str:
    """Name the styles that are found most and least."""
    order = sorted(by_style, key=lambda style: (-by_style[style], style))
    if len(order) > 2 * _SHOWN:
        first, last = order[:_SHOWN], order[-_SHOWN:]
    else:
        first, last = order, []
    told = ", ".join(f"{printable(style)} {_percent(by_style[style])}" for style in first)
    after = ", ".join(f"{printable(style)} {_percent(by_style[style])}" for style in last)
    return f"{told} … {after}." if after else f"{told}."


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %"


def _interval(share: Share) -> str:
    if share.interval is None:
        return ""
    return f"{100 * share.interval[0]:.1f}–{100 * share.interval[1]:.1f}"


def _escaped(text: str) -> str:
    """Take from a name what Markdown or HTML would read as its own."""
    plain = printable(text)
    for letter in "\\`*_[]|<>#":
        plain = plain.replace(letter, f"\\{letter}")
    return plain
