"""The planted-topics benchmark on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from evaluation.planted.bench import Estimate, PlantedResult, PlantedRow

_COLUMNS = {
    "ari": "ARI",
    "ami": "AMI",
    "ari_members": "ARI, in a topic",
    "named_genre": "genre right",
    "named_subject": "subj. right",
    "n_topics": "topics",
    "outlier_share": "in none",
    "seconds": "s",
}
_SHARES = ("named_genre", "named_subject", "outlier_share")
_WITH_INTERVAL = ("ari", "ami")


def planted_table(result: PlantedResult) -> RenderableType:
    """Lay out what the benchmark found: a table for each gallery, a line for each model.

    Parameters
    ----------
    result
        What ``bench_planted`` returned.

    Returns
    -------
    rich.console.RenderableType
        For a rich console. What could not be had is a dash; errors and the way to read it are
        below the tables.
    """
    parts: list[RenderableType] = []
    for setting in dict.fromkeys(row.setting for row in result.rows):
        rows = [row for row in result.rows if row.setting == setting]
        title = f"{setting.works:,} works, {setting.themes} themes, {setting.noise:.0%} noise"
        parts += [Text(title, style="bold"), _table(rows), Text()]
    errors = dict.fromkeys((row.model, row.error) for row in result.rows if row.error)
    parts += [Text(f"{model}: {error}", style="yellow") for model, error in errors]
    seeds = f"Mean of {len(result.seeds)} seeds" if len(result.seeds) > 1 else "One seed"
    after = ", ± half of its 95 % interval" if len(result.seeds) > 1 else ""
    told = " ".join((f"{seeds}{after}; encoder: {result.encoder}.", *result.about))
    return Group(*parts, Text(told, style="dim"))


def _table(rows: list[PlantedRow]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("model", no_wrap=True)
    for name, title in _COLUMNS.items():
        table.add_column(title, justify="right", no_wrap=name in _WITH_INTERVAL)
    best = {
        name: max((row.measures[name].mean for row in rows if name in row.measures), default=None)
        for name in _WITH_INTERVAL
    }
    for row in rows:
        cells = []
        for name in _COLUMNS:
            own = row.measures.get(name)
            style = "bold" if own and own.mean == best.get(name) else ""
            cells.append(Text(_cell(name, own), style=style))
        table.add_row(Text(row.model), *cells)
    return table


def _cell(name: str, own: Estimate | None) -> str:
    if own is None:
        return "–"
    if name in _SHARES:
        return f"{own.mean:.0%}"
    if name == "n_topics":
        return f"{own.mean:.3g}"
    if name == "seconds":
        return f"{own.mean:,.1f}" if own.mean < 10 else f"{own.mean:,.0f}"
    told = f"{own.mean:.2f}"
    if name in _WITH_INTERVAL and own.interval is not None:
        told += f" ± {(own.interval[1] - own.interval[0]) / 2:.2f}"
    return told
