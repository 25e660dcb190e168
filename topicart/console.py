"""What the terminal shows: progress, the table of topics, one topic and why, the models."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
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

from knowledge_graph import printable
from topicart.contents import Part, arrange_contents
from topicart.evidence_in_words import (
    COLLECTION,
    FACET_ORDER,
    called_by,
    cut_at_names,
    origin,
    vocabulary,
)

if TYPE_CHECKING:
    from topicart.models import ModelRow
    from topicart.run import Run
    from topicart.topics import Label, Summary, Topic

_MOST_EVIDENCE = 3
_LONGEST_IRI = 300
_MOST_NUMBERS = 12
_DECIDERS = {"facts": "records", "both": "both", "pictures": "pictures"}
_UNSUPPORTED = "[?]"
_STAGES = {
    "paint": "Painting the gallery",
    "load": "Loading works and model",
    "cache": "Keeping the pictures at hand",
    "train": "Pairs",
    "look": "Judging the base",
    "judge": "Judging what was learned",
    "compile": "Compiling",
    "encode": "Looking at the pictures",
    "reduce": "Reducing dimensions",
    "cluster": "Finding themes",
    "assign": "Assigning works",
    "map": "Drawing the map",
    "label": "Naming the themes",
    "summarise": "Summarising the themes",
    "atlas": "Writing the table for Embedding Atlas",
    "iiif": "Writing the manifests for IIIF",
    "write": "Writing the run",
    "read": "Reading the run",
    "model": "Loading the model",
    "neighbours": "Joining works to their nearest",
    "measure": "Measuring",
    "assess": "Showing pictures to the judge",
    "refit": "Fitting again, to see what is found again",
    "page": "Making the page",
}


class _Rate(ProgressColumn):
    """How many of how many, and how many a second, for stages that count."""

    def render(self, task: Task) -> Text:
        """Render nothing for a stage that does not count."""
        if not task.fields["counts"]:
            return Text()
        text = Text(f"{task.completed:,.0f} of {task.total or 0:,.0f}")
        if task.speed and task.speed >= 1:
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
    """Lay out the topics of a run as a table, their groups, and count what is in none.

    Parameters
    ----------
    run
        A finished run.

    Returns
    -------
    rich.console.RenderableType
        For a rich console.
    """
    table = _table()
    table.add_column("", justify="right", style="dim")
    table.add_column("theme", overflow="fold", ratio=3)
    table.add_column("works", justify="right")
    table.add_column("evidence (share of its works)", style="dim", overflow="fold", ratio=4)
    for topic in run.topics:
        table.add_row(str(topic.id), _text(topic.name), f"{topic.size:,}", _text(_evidence(topic)))
    parts: list[RenderableType] = [table, Text()]
    contents = arrange_contents(run.topics, run.groups)
    if any(part.group for part in contents):
        parts += [_groups_table(contents), Text()]
    return Group(*parts, counts_line(run), *_words_lines(run.topics))


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
    counts = Counter(run.record.counts)  # what is not counted is 0
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


def topic_details(topic: Topic, groups: Sequence[Topic] = ()) -> RenderableType:
    """Lay out one topic with its summary, its labels and their evidence.

    Parameters
    ----------
    topic
        The topic.
    groups
        The run's groups, to say which it is in.

    Returns
    -------
    rich.console.RenderableType
        For a rich console.
    """
    parts: list[RenderableType] = [_text(topic.name, "bold")]
    if names := _broader(topic, groups):
        parts.append(_text(f"Part of: {' > '.join(names)}", "dim"))
    if topic.summary.text:
        parts += [Text(), *_summary(topic.summary)]
    if topic.labels:
        parts += [Text(), _labels_table(topic)]
        if sources := _sources(topic):
            parts += [Text(), Text("Where the words come from", style="dim"), *sources]
    parts.append(Text())
    if not called_by(topic):
        because = "no label is certain enough" if topic.labels else "there is no word to choose"
        parts.append(_told("Called by its most central works", because))
    if topic.keywords:
        words = ", ".join(keyword.word for keyword in topic.keywords)
        parts.append(_told("Keywords", words))
    parts.append(_told("Most central", ", ".join(topic.representatives[:5])))
    return Group(*parts)


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
    table = _table()
    for heading in ("model", "where", "what it is"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(Text(row.name, style="bold"), Text(row.available), Text(row.note))
    return table


def _words_lines(topics: Sequence[Topic]) -> list[Text]:
    """Say which topics a vocabulary named, and that none has a name for want of any word."""
    named: dict[str, list[str]] = {}
    for topic in topics:
        called = called_by(topic)
        for source in dict.fromkeys(label.source for label in topic.labels):
            if source != COLLECTION:
                own = named.setdefault(source, [])
                own += [str(topic.id)] * any(label.source == source for label in called)
    lines = []
    for source, own in named.items():
        more = f" and {len(own) - _MOST_NUMBERS:,} more" if len(own) > _MOST_NUMBERS else ""
        themes = ", ".join(own[:_MOST_NUMBERS]) + more if own else "none was certain enough"
        lines.append(_told(f"Themes with a word from {vocabulary(source)}", themes))
    if topics and not any(topic.labels for topic in topics):
        lines.append(
            Text(
                "No theme has a name: no record says anything of the works. `topicart label RUN "
                "--vocabulary iconclass` or `--vocabulary FACET=words.txt` gives words to choose "
                "from."
            )
        )
    return lines


def _groups_table(contents: Sequence[Part]) -> Table:
    """Lay out the groups, each under the group that it is in."""
    table = _table()
    table.add_column("group", overflow="fold", ratio=3)
    table.add_column("works", justify="right")
    table.add_column("themes", style="dim", overflow="fold", ratio=4)

    def add(part: Part, indent: int) -> None:
        name = part.group.name if part.group else "on their own"
        numbers = ", ".join(str(topic.id) for topic in part.topics)
        table.add_row(Padding(_text(name), (0, 0, 0, indent)), f"{part.n_works:,}", numbers)
        for inner in part.parts:
            add(inner, indent + 2)

    for part in contents:
        add(part, 0)
    return table


def _broader(topic: Topic, groups: Sequence[Topic]) -> list[str]:
    """Return the names of the groups that a topic is in, the broadest first."""
    by_id = {group.id: group for group in groups}
    names: list[str] = []
    level, broader = topic.level, topic.broader
    while broader is not None and (group := by_id.get(broader)) and group.level > level:
        names.insert(0, group.name)
        level, broader = group.level, group.broader
    return names


def _summary(summary: Summary) -> list[Text]:
    text = Text()
    for place, piece in enumerate(cut_at_names(printable(summary.text), summary.unsupported)):
        if place % 2:
            text.append(f"{piece} {_UNSUPPORTED}", style="yellow")
        else:
            text.append(piece)
    told = [text]
    if summary.unsupported:
        note = f"{_UNSUPPORTED} names that the records of its works do not contain: "
        told.append(_text(note + ", ".join(summary.unsupported), "yellow"))
    if summary.machine_written:
        author = ", ".join(filter(None, (summary.model, summary.date[:10])))
        by = f" ({author})" if author else ""
        told.append(_text(f"Written by a machine{by}, not checked by a person.", "bold"))
    else:
        told.append(Text("Composed from the records.", style="dim"))
    return told


def _labels_table(topic: Topic) -> Table:
    table = _table()
    table.add_column("facet", style="dim")
    table.add_column("term", overflow="fold")
    for heading in ("share", "lift", "q", "cosine", "score"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("decided by")
    called = called_by(topic)
    for facet in FACET_ORDER:
        own = sorted(topic.labels_of(facet), key=lambda label: label not in called)
        head = facet
        if own and own[0] not in called:
            table.add_row(facet, Text("not named", style="dim"))
            head = ""
        for label in own:
            table.add_row(head, *_label(label, is_called=label in called))
            head = ""
    return table


def _label(label: Label, *, is_called: bool) -> list[Text]:
    style = "bold" if is_called else "dim"
    told = (
        f"{'*' if is_called else ' '} {label.term}",
        f"{label.share:.0%}",
        f"{label.lift:.1f}×" if label.share else "",
        _q_value(label.q_value),
        "" if label.cosine is None else f"{label.cosine:.2f}",
        # A score without its contrast is of format 2.0, which measured it otherwise.
        "" if label.score is None or label.contrast is None else f"{label.score:+.1f}",
        _DECIDERS.get(label.decided_by, ""),
    )
    return [_text(part, style) for part in told]


def _sources(topic: Topic) -> list[Text]:
    """Say where words come from, if they are not merely the collection's own."""
    lines = []
    for label in topic.labels:
        iri = label.iri[:_LONGEST_IRI] if label.chosen else ""
        if label.source != COLLECTION or iri:
            lines.append(_told(f"  {label.term}", f"{origin(label)} {iri}".strip()))
    return lines


def _evidence(topic: Topic) -> str:
    """Return what the topic is called by: the terms that most members have, the rest after."""
    widest = sorted(called_by(topic), key=lambda label: -label.share)
    told = {
        label.term.casefold(): f"{label.term} {label.share:.0%}"
        if label.share
        else f"{label.term} (pictures)"
        for label in reversed(widest)
    }
    return " · ".join([*reversed(told.values())][:_MOST_EVIDENCE])


def _q_value(q_value: float | None) -> str:
    if q_value is None:
        return ""
    return "<0.001" if q_value < 0.001 else f"{q_value:.3f}"


def _table() -> Table:
    return Table(box=None, pad_edge=False, header_style="dim", expand=False)


def _told(what: str, said: str) -> Text:
    return Text.assemble((f"{printable(what)}: ", "dim"), printable(said))


def _text(text: str, style: str = "") -> Text:
    return Text(printable(text), style=style)
