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
    from training.card import counted_groups, verdict

    scores, hold_out = record.scores, record.config["hold_out"]
    groups = counted_groups(scores["groups"], hold_out)
    grouped = any(metric["group_interval"] for metric in scores["metrics"].values())
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("on held-out works", overflow="fold", vertical="bottom")
    for heading in ("chance", "before", "after", "lift"):
        table.add_column(heading, justify="right")
    table.add_column(f"95 % interval\nover {groups if grouped else 'works'}", justify="right")
    for metric in scores["metrics"].values():
        table.add_row(*_row(metric, "group_interval" if grouped else "interval"))
    where = Text.assemble("Adapter: ", (str(folder.resolve()), "bold"))
    card = Text.assemble("Card:    ", str(folder.resolve() / "README.md"))
    next_step = Text(f"Next:    topicart fit SOURCE --out RUN --model {folder}", style="dim")
    judgement = Text(verdict(scores, hold_out))
    return Group(table, Text(), judgement, Text(), _told(record, groups), where, card, next_step)


def _told(record: AdapterRecord, groups: str) -> Text:
    """Say which works learned, chose and judged."""
    source, training = record.source, record.training
    told = Text.assemble((f"{source['train']:,}", "bold"), " works learned from")
    if chose := source.get("validation"):
        told.append(f", {chose:,} held out to choose")
    told.append(f", {record.scores['works']:,} to judge{f' ({groups})' if groups else ''}; ")
    best, steps = training["best_step"], training["steps"]
    return told.append(f"the best weights are those of step {best:,} of {steps:,}")


def _row(metric: Mapping[str, Any], interval_of: str) -> list[Text]:
    """A metric as cells; green where no interval doubts that it got better, red if worse."""
    form = "{:.1f}" if metric["better"] == "lower" else "{:.3f}"
    low, high = metric[interval_of] or (0.0, 0.0)
    known = [ends for ends in (metric["interval"], metric["group_interval"]) if ends]
    gained = metric["lift"] if metric["better"] == "higher" else -metric["lift"]
    sure = bool(known) and not any(least <= 0 <= most for least, most in known)
    style = ("green" if gained > 0 else "red") if sure else ""
    signed = form.replace(":", ":+")
    interval = f"{signed.format(low)} to {signed.format(high)}" if metric[interval_of] else ""
    return [
        Text(metric["title"]),
        Text("" if metric["chance"] is None else form.format(metric["chance"]), style="dim"),
        Text(form.format(metric["before"])),
        Text(form.format(metric["after"]), style="bold"),
        Text(signed.format(metric["lift"]), style=style),
        Text(interval, style="dim"),
    ]
