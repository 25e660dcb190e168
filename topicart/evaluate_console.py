"""What the terminal shows of a run's measurements and of a comparison of models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from knowledge_graph import FACETS, printable

if TYPE_CHECKING:
    from evaluation import Evaluation, Metric

FAMILIES = {
    "words": "By their words",
    "pictures": "By their pictures",
    "clusters": "As clusters",
    "facts": "Against the records",
    "stability": "Found again",
}
_ARROWS = {"higher": " ↑", "lower": " ↓"}
_COUNTS = ("n_topics", "median_size")
_COMPARED = {
    "iec": "IEC",
    "ieps": "IEPS",
    "c_npmi": "NPMI",
    "irbo": "I-RBO",
    "silhouette": "Silh.",
    "outlier_share": "Out",
}
"""The numbers of a comparison that fit a terminal, with agreement; the page has all."""
_ABOUT = ("genre", "style", "subject")
_MOST_FACETS = 2


def evaluation_tables(found: Evaluation) -> RenderableType:
    """Return the measurements of a run, a table for each family.

    Parameters
    ----------
    found
        What was measured.

    Returns
    -------
    rich renderable
        To be printed.
    """
    parts: list[RenderableType] = []
    for family, own in groupby(found.metrics, key=lambda metric: metric.family):
        metrics = list(own)
        parts.append(Text(f"\n{FAMILIES[family]}", style="bold"))
        parts.append(_of_facets(metrics) if family == "facts" else _of_family(metrics))
        parts += [Text(line, style="dim") for line in _remarks(metrics)]
        parts += [
            Text(line, style="yellow")
            for line in dict.fromkeys(metric.warning for metric in metrics if metric.warning)
        ]
    again = _found_again(found)
    if again:
        parts.append(Text(again))
    parts.append(Text("\n↑ more is better, ↓ less is better; “Random” is what random clusters of "
                      "the same sizes get: a value near it says nothing.",
                      style="dim"))  # fmt: skip
    return Group(*parts)


def _found_again(found: Evaluation) -> str:
    """Say in words how many themes come back; empty without refits."""
    told = [one for one in found.stability.values() if one.share is not None]
    if not told:
        return ""
    always = sum(one.n_found == one.n_runs for one in told)
    most = max(one.n_runs for one in told)
    seldom = sum(one.n_found * 2 < one.n_runs for one in told)
    return (
        f"Of {len(told)} theme{'s'[: len(told) != 1]}, {always or 'none'} found again in each of "
        f"{most} fits, {seldom or 'none'} in less than half. The page says it of each."
    )


def comparison_table(report: Mapping[str, Any]) -> RenderableType:
    """Return the main numbers of a comparison, a line a model.

    Parameters
    ----------
    report
        The contents of ``report.json``.

    Returns
    -------
    rich renderable
        To be printed.
    """
    by_name = {metric["name"]: metric for metric in report["metrics"]}
    # What a theme is about before who made it.
    order = dict.fromkeys((*_ABOUT, *FACETS))
    facets = [name for facet in order if (name := f"ami_{facet}") in by_name][:_MOST_FACETS]
    shown = [by_name[name] for name in (*_COMPARED, *facets) if name in by_name]
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("Model", no_wrap=True)
    table.add_column("n", justify="right")
    for metric in shown:
        short = _COMPARED.get(metric["name"]) or f"AMI {metric['name'].removeprefix('ami_')}"
        table.add_column(Text(_titled(short, metric["better"])), justify="right")
    counts = by_name.get("n_topics", {}).get("numbers", [])
    for place, model in enumerate(report["models"]):
        count = counts[place]["value"] if counts and counts[place] else None
        table.add_row(
            Text(printable(model["label"])),
            "–" if count is None else f"{count:.3g}",
            *(_compared(metric["numbers"][place]) for metric in shown),
        )
    failed = [
        Text(f"{printable(model['label'])} failed: {printable(error)}", style="yellow")
        for model in report["models"]
        for error in model["errors"]
    ]
    told = Text(
        "\nn: themes; Out: share of outliers. * the best; ≈ cannot be told from it (5 %, Holm); no "
        "mark at all where numbers are not to be held against each other. Intervals, random "
        "clusters and all other numbers are on the page.",
        style="dim",
    )
    return Group(table, told, *failed)


def _compared(number: Mapping[str, Any] | None) -> Text:
    if number is None or number["value"] is None:
        return Text("–", style="dim")
    told = f"{round(number['value'], 2) + 0.0:.2f}".replace("-", "−")
    if number["best"]:
        return Text(f"{told}*", style="bold")
    return Text(told + ("≈" if number["level"] else ""))


def _of_family(metrics: Sequence[Metric]) -> Table:
    table = _table("Measure", "Value", "95 % interval", "Random", "Over")
    for metric in metrics:
        table.add_row(
            Text(_titled(metric.title, metric.better)),
            _number(metric.name, metric.value),
            _interval(metric.name, metric.interval),
            _number(metric.name, metric.baseline),
            f"{metric.n:,} {metric.parameters.get('of', '')}".rstrip() if metric.n else "",
        )
    return table


def _of_facets(metrics: Sequence[Metric]) -> Table:
    """Return a row a facet, two columns a measure: its value, and what random clusters get."""
    measures = {"ami": "AMI", "ari": "ARI", "nmi": "V-measure", "purity": "Purity"}
    by_name = {metric.name: metric for metric in metrics}
    heads = [head for measure in measures.values() for head in (measure, "Random")]
    table = _table("Facet", *heads, "Works")
    for facet in FACETS:
        own = {name: by_name.get(f"{name}_{facet}") for name in measures}
        first = own["ami"]
        if first is None:
            continue
        cells = [
            cell
            for one in own.values()
            for cell in (
                _number("", one.value if one else None),
                Text(_number("", one.baseline if one else None), style="dim"),
            )
        ]
        table.add_row(facet, *cells, f"{first.n:,}" if first.n else "")
    return table


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column(first)
    for other in others:
        table.add_column(other, justify="right")
    return table


def _remarks(metrics: Iterable[Metric]) -> list[str]:
    """Say who judged, whom the judge is akin to, why what is missing is missing; each once."""
    judged: dict[str, list[str]] = {}
    missing: dict[str, list[str]] = {}
    for metric in metrics:
        if metric.judge:
            judged.setdefault(printable(metric.judge), []).append(metric.title)
        if metric.note and (metric.value is None or metric.family == "pictures"):
            missing.setdefault(printable(metric.note), []).append(metric.title)
    return [
        *(
            f"Judged by {judge}" + (f": {'; '.join(titles)}" if len(judged) > 1 else "")
            for judge, titles in judged.items()
        ),
        *(f"{'; '.join(titles)}: {note}" for note, titles in missing.items()),
    ]


def _titled(title: str, better: str | None) -> str:
    return printable(title) + _ARROWS.get(better or "", "")


def _number(name: str, value: float | None) -> str:
    if value is None:
        return "–"
    if name in _COUNTS:
        return f"{value:,.1f}".removesuffix(".0")
    # Adding 0.0 turns a rounded -0.0 into 0.0.
    return f"{round(value, 3) + 0.0:.3f}".replace("-", "−")


def _interval(name: str, interval: tuple[float, float] | None) -> str:
    return " to ".join(_number(name, end) for end in interval) if interval else ""
