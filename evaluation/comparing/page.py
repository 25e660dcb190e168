"""What the page shows of a comparison: chosen, cut to size and put in order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from evaluation.comparing.charts import Chart, telling_charts
from evaluation.comparing.compared import (
    ComparedMetric,
    ComparedModel,
    ComparedTopic,
    Comparison,
    ModelMatching,
)
from evaluation.comparing.flows import Flow, draw_flow
from evaluation.comparing.measures import FAMILIES
from topicart.report.palette import N_COLOURS

MOST_TOPICS = 30
"""Topics of the first model that are shown side by side; the largest."""

MOST_ALONE = 6
"""Topics without a counterpart that are shown of a model."""

_HERO = 9

_FAMILY_NAMES = {
    "pictures": "Pictures",
    "words": "Words",
    "facts": "Recorded facts",
    "clusters": "Clusters",
    "stability": "Stability over refits",
}
_FAMILY_LINES = {
    "pictures": "Do the pictures of a topic look alike, and those of two topics different?",
    "words": "Do a topic’s words belong together, and do the topics differ in them?",
    "facts": (
        "Do the topics follow what the catalogue records? Models that group captions, such as "
        "LDA and NMF, were told these facts; those that group pictures were not."
    ),
    "clusters": "Are the groups dense and apart, and how many works are in none?",
    "stability": "Does the same model find the same topics again?",
}
_LEADING_FACTS = ("ami_", "ari_")


@dataclass(frozen=True)
class Counterpart:
    """What stands beside a topic of the first model, of one other model.

    Parameters
    ----------
    model
        The other model.
    topic
        Its topic, or ``None`` where none is matched.
    n_shared, jaccard
        Of the pair; 0 without a topic.
    """

    model: ComparedModel
    topic: ComparedTopic | None
    n_shared: int
    jaccard: float


@dataclass(frozen=True)
class SideBySide:
    """A topic of the first model with its counterparts.

    Parameters
    ----------
    topic
        The topic.
    tone
        Number of its colour.
    counterparts
        One of each other model that did not fail.
    """

    topic: ComparedTopic
    tone: int
    counterparts: tuple[Counterpart, ...]


@dataclass(frozen=True)
class Flowing:
    """How works flow from the first model's topics to another's.

    Parameters
    ----------
    matching
        The two models' topics.
    model
        The other model.
    flow
        The drawing, or ``None`` where no work is common.
    alone
        The largest topics of the other model that have no counterpart.
    """

    matching: ModelMatching
    model: ComparedModel
    flow: Flow | None
    alone: tuple[ComparedTopic, ...]


@dataclass(frozen=True)
class Family:
    """Measures that look at the same thing.

    Parameters
    ----------
    name, title, line
        For machines, for people, and in a sentence.
    leading, others
        The measures to read first, and the rest.
    """

    name: str
    title: str
    line: str
    leading: tuple[ComparedMetric, ...]
    others: tuple[ComparedMetric, ...]


@dataclass(frozen=True)
class Cost:
    """What a model's fits took.

    Parameters
    ----------
    model
        The model.
    seconds, memory_mb
        Mean over the runs that know it, or ``None``.
    seconds_range
        The shortest and the longest, or ``None`` for fewer than two.
    """

    model: ComparedModel
    seconds: float | None
    memory_mb: float | None
    seconds_range: tuple[float, float] | None


@dataclass(frozen=True)
class Page:
    """All that the template needs.

    Parameters
    ----------
    comparison
        The plain data.
    first
        The model that the others are matched with.
    working
        Models with a run, and ``n_failed`` those without.
    n_failed
        Models that failed altogether.
    hero
        Ids of works whose pictures open the page.
    charts
        The most telling measures.
    rows
        Topics side by side.
    flows
        One for each other model.
    families
        The measures.
    costs
        One for each model with a run.
    shown
        Ids of all works whose picture is shown, each once.
    """

    comparison: Comparison
    first: ComparedModel
    working: tuple[ComparedModel, ...]
    n_failed: int
    hero: tuple[str, ...]
    charts: tuple[Chart, ...]
    rows: tuple[SideBySide, ...]
    flows: tuple[Flowing, ...]
    families: tuple[Family, ...]
    costs: tuple[Cost, ...]
    shown: tuple[str, ...]


def lay_out(comparison: Comparison) -> Page:
    """Choose what the page shows.

    Parameters
    ----------
    comparison
        What was found.

    Returns
    -------
    Page
        Plain values; nothing is read or drawn.
    """
    models = comparison.models
    working = tuple(model for model in models if not model.failed)
    first = working[0]
    tones = {topic.id: place % N_COLOURS for place, topic in enumerate(first.topics)}
    rows = tuple(
        SideBySide(
            topic,
            tones[topic.id],
            tuple(
                _counterpart(topic, matching, models[matching.second])
                for matching in comparison.matchings
            ),
        )
        for topic in first.topics[:MOST_TOPICS]
    )
    flows = tuple(
        _flowing(matching, first, models[matching.second], tones)
        for matching in comparison.matchings
    )
    hero = tuple(topic.pictures[0] for topic in first.topics if topic.pictures)[:_HERO]
    return Page(
        comparison=comparison,
        first=first,
        working=working,
        n_failed=len(models) - len(working),
        hero=hero,
        charts=telling_charts(comparison.metrics, models),
        rows=rows,
        flows=flows,
        families=tuple(_families(comparison.metrics)),
        costs=tuple(map(_cost, working)),
        shown=tuple(dict.fromkeys([*hero, *_shown(rows, flows)])),
    )


def _counterpart(
    topic: ComparedTopic, matching: ModelMatching, model: ComparedModel
) -> Counterpart:
    for pair in matching.pairs:
        if pair.first == topic.id:
            other = next(own for own in model.topics if own.id == pair.second)
            return Counterpart(model, other, pair.n_shared, pair.jaccard)
    return Counterpart(model, None, 0, 0.0)


def _flowing(
    matching: ModelMatching,
    first: ComparedModel,
    second: ComparedModel,
    tones: Mapping[int, int],
) -> Flowing:
    alone = set(matching.unmatched_second)
    return Flowing(
        matching=matching,
        model=second,
        flow=draw_flow(matching, first, second, tones),
        alone=tuple(topic for topic in second.topics if topic.id in alone)[:MOST_ALONE],
    )


def _families(metrics: Sequence[ComparedMetric]) -> Iterable[Family]:
    for name in FAMILIES:
        own = [metric for metric in metrics if metric.family == name]
        if not own:
            continue
        leading = own
        if name == "facts":
            leading = [metric for metric in own if metric.name.startswith(_LEADING_FACTS)] or own
        others = tuple(metric for metric in own if metric not in leading)
        yield Family(name, _FAMILY_NAMES[name], _FAMILY_LINES[name], tuple(leading), others)


def _cost(model: ComparedModel) -> Cost:
    seconds = [run.seconds for run in model.runs if run.seconds is not None]
    memory = [run.memory_mb for run in model.runs if run.memory_mb is not None]
    return Cost(
        model=model,
        seconds=sum(seconds) / len(seconds) if seconds else None,
        memory_mb=sum(memory) / len(memory) if memory else None,
        seconds_range=(min(seconds), max(seconds)) if len(seconds) > 1 else None,
    )


def _shown(rows: Iterable[SideBySide], flows: Iterable[Flowing]) -> Iterable[str]:
    for row in rows:
        yield from row.topic.pictures
        for counterpart in row.counterparts:
            if counterpart.topic:
                yield from counterpart.topic.pictures
    for flowing in flows:
        for topic in flowing.alone:
            yield from topic.pictures
        if flowing.flow:
            for node in (*flowing.flow.left, *flowing.flow.right):
                if node.picture is not None:
                    yield node.picture
