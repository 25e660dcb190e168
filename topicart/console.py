"""What the terminal shows: progress, the table of topics, one topic, the models."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from topicart.models import ModelRow
    from topicart.run import Run
    from topicart.topics import Label, Topic

_STAGES = {
    "paint": "Painting the gallery",
    "load": "Loading works and model",
    "cache": "Keeping the pictures at hand",
    "train": "Pairs",
    "look": "Judging the base",
    "judge": "Judging what was learned",
    "encode": "Looking at the pictures",
    "reduce": "Reducing dimensions",
    "cluster": "Finding themes",
    "map": "Drawing the map",
    "label": "Naming the themes",
    "write": "Writing the run",
    "measure": "Measuring",
    "page": "Making the page",
}


class _Rate(ProgressColumn):
    """How many of how many, and how many a second, for stages that count."""

    def render(self, task: Task) -> Text:
        """Render nothing for a stage that does not count."""
        if not task.fields["counts"]:
            return Text()
        text = Text(f"{task.completed:,.0f} of {task.total or 0:,.0f}")
        if task.speed:
            text.append(f"  {task.speed:,.0f}/s", style="dim")
        return text


class ConsoleProgress:
    """Progress on a terminal: a line a stage, with rate and time left where the stage counts.

    Parameters
    ----------
    console
        Where to; standard error, so that standard output stays for results.
    quiet
        Show nothing.
    """

    def __init__(self, console: Console, *, quiet: bool = False) -> None:
        self._progress = Progress(
            SpinnerColumn(finished_text="[green]✓"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            _Rate(),
            TimeElapsedColumn(),
            TimeRemainingColumn(compact=True),
            console=console,
            disable=quiet,
        )
        self._task: TaskID | None = None
        self._name = ""

    def __enter__(self) -> ConsoleProgress:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._finish()
        self._progress.stop()

    def stage(self, name: str) -> None:
        """Begin a stage; the one before is done."""
        self._finish()
        self._name = _STAGES.get(name, name)
        self._task = self._progress.add_task(self._name, total=None, counts=False)

    def count(self, done: int, total: int) -> None:
        """Show how far the stage is."""
        if self._task is not None:
            self._progress.update(self._task, completed=done, total=total, counts=True)

    def note(self, text: str) -> None:
        """Write beside the stage how it goes."""
        if self._task is not None:
            self._progress.update(self._task, description=f"{self._name}, {text}")

    def _finish(self) -> None:
        if self._task is not None:
            task = next(task for task in self._progress.tasks if task.id == self._task)
            total = task.total or 1
            self._progress.update(self._task, completed=total, total=total)
            self._task = None


def topics_table(run: Run) -> RenderableType:
    """Lay out the topics of a run as a table, and count what is in none.

    Parameters
    ----------
    run
        A finished run.

    Returns
    -------
    rich.console.RenderableType
        For a rich console.
    """
    table = Table(box=None, pad_edge=False, header_style="dim", expand=False)
    table.add_column("", justify="right", style="dim")
    table.add_column("theme", overflow="fold", ratio=3)
    table.add_column("works", justify="right")
    table.add_column("evidence (share of its works)", style="dim", overflow="fold", ratio=4)
    for topic in run.topics:
        table.add_row(str(topic.id), Text(topic.name), f"{topic.size:,}", Text(_evidence(topic)))
    return Group(table, Text(), counts_line(run))


def counts_line(run: Run) -> Text:
    """Say in one line how many works, themes, outliers and problems there are.

    Parameters
    ----------
    run
        A finished run.

    Returns
    -------
    rich.text.Text
        The line.
    """
    counts = run.record.counts
    outliers, embedded = counts["outliers"], max(counts["embedded"], 1)
    line = Text.assemble(
        (f"{counts['works']:,}", "bold"), " works, ",
        (f"{counts['topics']:,}", "bold"), " themes, ",
        (f"{outliers:,}", "bold"), f" works in none ({outliers / embedded:.0%})",
    )  # fmt: skip
    if without := counts["works"] - counts["embedded"]:
        line.append(f", {without:,} without a readable picture")
    parameters = run.record.parameters
    if reassigned := counts.get("reassigned"):
        line.append(f"; {reassigned:,} outliers were put into the nearest theme")
    if "min_cluster_size" in parameters:
        line.append(f"; a theme has at least {parameters['min_cluster_size']:,} works")
    if counts["problems"]:
        line.append(f", {counts['problems']:,} problems (problems.csv)", style="yellow")
    return line


def topic_details(topic: Topic) -> RenderableType:
    """Lay out one topic with its labels and their evidence.

    Parameters
    ----------
    topic
        The topic.

    Returns
    -------
    rich.console.RenderableType
        For a rich console.
    """
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("facet", "term"):
        table.add_column(heading)
    for heading in ("share", "lift", "cosine", "contrast"):
        table.add_column(heading, justify="right")
    for label in topic.labels:
        table.add_row(
            Text(label.facet, style="dim"),
            Text(label.term),
            f"{label.share:.0%}",
            f"{label.lift:.1f}×",
            "" if label.cosine is None else f"{label.cosine:.3f}",
            "" if label.score is None else f"{label.score:+.3f}",
        )
    central = Text("Most central: ", style="dim")
    central.append(", ".join(topic.representatives[:5]))
    return Group(
        Text(topic.name, style="bold"), Text(topic.summary), Text(), table, Text(), central
    )


def models_table(rows: Sequence[ModelRow]) -> RenderableType:
    """Lay out the models that ``--model`` takes as a table.

    Parameters
    ----------
    rows
        What ``topicart.models.list_models`` gave.

    Returns
    -------
    rich.console.RenderableType
        For a rich console.
    """
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("model", "where", "what it is"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(Text(row.name, style="bold"), Text(row.available), Text(row.note))
    return table


def _evidence(topic: Topic) -> str:
    """Return what most of the members share: the leading term of the three widest facets."""
    first: dict[str, Label] = {}
    for label in topic.labels:
        first.setdefault(label.facet, label)
    widest = sorted(first.values(), key=lambda label: -label.share)
    told = {label.term.casefold(): f"{label.term} {label.share:.0%}" for label in reversed(widest)}
    return " · ".join([*reversed(told.values())][:3])
