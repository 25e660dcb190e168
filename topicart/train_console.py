"""What the terminal shows of a training."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from topicart.adapter import AdapterRecord


def training_result(folder: Path, record: AdapterRecord) -> RenderableType:
    """Lay out what a training gained on held-out works.

    Parameters
    ----------
    folder
        The adapter's folder.
    record
        Its record.

    Returns
    -------
    rich.console.RenderableType
        For a rich console.
    """
    scores = record.scores
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("on held-out works", overflow="fold")
    for heading in ("chance", "before", "after", "lift", "95 % interval"):
        table.add_column(heading, justify="right")
    for metric in scores["metrics"].values():
        table.add_row(*_row(metric))
    source = record.source
    told = Text.assemble(
        (f"{source['train']:,}", "bold"), " works trained, ",
        (f"{scores['works']:,}", "bold"), " judged",
    )  # fmt: skip
    if groups := scores["groups"]:
        told.append(f" ({groups:,} of {record.config['hold_out']} held out)")
    training = record.training
    told.append(
        f"; the best weights are those of step {training['best_step']:,} of {training['steps']:,}"
    )
    where = Text.assemble("Adapter: ", (str(folder.resolve()), "bold"))
    next_step = Text(f"Next: topicart fit SOURCE --out RUN --model {folder}", style="dim")
    return Group(table, Text(), told, where, next_step)


def _row(metric: Mapping[str, Any]) -> list[Text]:
    """A metric as cells; green where the interval says that it got better, red if worse."""
    form = "{:.1f}" if metric["better"] == "lower" else "{:.3f}"
    low, high = metric["interval"] or (0.0, 0.0)
    gained = metric["lift"] if metric["better"] == "higher" else -metric["lift"]
    sure = low > 0 or high < 0
    style = ("green" if gained > 0 else "red") if sure else ""
    signed = form.replace(":", ":+")
    interval = f"{signed.format(low)} to {signed.format(high)}" if metric["interval"] else ""
    return [
        Text(metric["title"]),
        Text("" if metric["chance"] is None else form.format(metric["chance"]), style="dim"),
        Text(form.format(metric["before"])),
        Text(form.format(metric["after"]), style="bold"),
        Text(signed.format(metric["lift"]), style=style),
        Text(interval, style="dim"),
    ]
