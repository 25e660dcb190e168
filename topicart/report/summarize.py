"""A run as plain data for a page: everything that is shown is decided here, nothing is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import numpy as np

from knowledge_graph import FACETS
from topicart.contents import Part, arrange_contents, broader_groups
from topicart.report.cards import BorderCase, Card, Subtheme, cards_by_id, cards_of
from topicart.report.counting import Leading, Years, count_years, leading_values
from topicart.report.evidence import FacetEvidence, gather_evidence, vocabularies
from topicart.report.measures import Measure, explain_measures
from topicart.report.prose import Prose, read_summary
from topicart.report.within import Neighbour, Within, look_within
from topicart.report.wording import capitalised, collection_name, shorten
from topicart.topics import OUTLIER, Topic

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from knowledge_graph import Problem
    from topicart.run import Run, RunRecord

__all__ = ["BorderCase", "Card", "Exhibition", "Subtheme", "Theme", "summarize"]

MOST_CARDS = 24
MOST_OUTLIERS = 60
MOST_PROBLEMS = 200
_ALL_CARDS = 4000
_FEWEST_CARDS = 6
_LONGEST_VALUE = 160
_MOST_LEADING = 6
_MOST_KEYWORDS = 10
_MOST_OTHERS = 3
_MANY_THEMES = 100
_MOST_WITHIN, _FEW_WITHIN = 6, 4
_NOTHING = Within((), (), ())
_SECOND_FACETS = ("style", "period", "genre", "medium", "place", "subject")
_UNPLACED = -2


@dataclass(frozen=True)
class Theme:
    """A topic as it is shown.

    Parameters
    ----------
    topic
        Its id in the run.
    name, size
        As the run has them.
    summary
        A few sentences, and who wrote them.
    share
        Share of the works that took part.
    part_of
        The groups that it is in, the broadest first.
    evidence
        What it is called in each facet, and what else was considered.
    keywords
        What titles and descriptions speak of, the most telling first.
    leading
        Facet and its most frequent values: the artists, and one facet more.
    years
        When the works were made, or ``None`` if no work is dated.
    cards
        The most central works, the most central first.
    found_again
        In how many fits of the same model it was found again, and of how many; ``None`` where that
        was not tried.
    neighbours
        The nearest other themes, nearest first.
    borders
        Works that another theme could have had, the least sure first.
    parts
        What it falls into, the largest first; empty where it is of one piece.
    """

    topic: int
    name: str
    summary: Prose
    size: int
    share: float
    part_of: tuple[Topic, ...]
    evidence: tuple[FacetEvidence, ...]
    keywords: tuple[str, ...]
    leading: tuple[tuple[str, Leading], ...]
    years: Years | None
    cards: tuple[Card, ...]
    found_again: tuple[int, int] | None
    neighbours: tuple[Neighbour, ...] = ()
    borders: tuple[BorderCase, ...] = ()
    parts: tuple[Subtheme, ...] = ()

    @property
    def shown(self) -> tuple[Card, ...]:
        """Every work that its page shows, some more than once.

        Returns
        -------
        tuple of Card
            The central ones, those of the parts, and the border cases.
        """
        of_parts = (card for part in self.parts for card in part.cards)
        return (*self.cards, *of_parts, *(case.card for case in self.borders))


@dataclass(frozen=True)
class Exhibition:
    """Everything on the page.

    Parameters
    ----------
    name
        The collection's name, from the path that the user gave.
    source
        The file's or folder's name; where it lies is nobody's business but the user's.
    record
        What was done, with what.
    n_works, n_placed, n_outliers, n_artists
        Works in the collection, works that took part, those of them in no theme, artists.
    n_reassigned
        Works that were outliers and were put into the nearest theme on request.
    outlier_share
        Share of the works that took part and are in no theme.
    facets
        The facets that any work states, in the order in which a reader asks for them.
    themes
        The topics, largest first.
    contents
        The themes under their groups.
    vocabularies
        Names of the vocabularies, beside the collection's records, that terms come from.
    outliers
        Works in no theme, evenly drawn from all of them.
    measures
        How sure it is.
    settings
        Name and value of all that was asked for and used.
    text_weight
        Share of a work's words in what stands for it; 0 is pictures only.
    clusterer
        What gathered the works, as the run names it, or empty.
    method
        What made the themes, if it was not topicart itself, or empty.
    seed
        The seed of everything random, or ``None`` if the run does not say.
    problems, n_problems
        The first works that could not be read, and the number of all.
    """

    name: str
    source: str
    record: RunRecord
    n_works: int
    n_placed: int
    n_outliers: int
    n_reassigned: int
    n_artists: int
    outlier_share: float
    facets: tuple[str, ...]
    themes: tuple[Theme, ...]
    contents: tuple[Part, ...]
    vocabularies: tuple[str, ...]
    outliers: tuple[Card, ...]
    measures: tuple[Measure, ...]
    settings: tuple[tuple[str, str], ...]
    text_weight: float
    clusterer: str
    method: str
    seed: int | None
    problems: tuple[Problem, ...]
    n_problems: int


def summarize(run: Run) -> Exhibition:
    """Gather what the page of a run shows.

    Parameters
    ----------
    run
        A finished run.

    Returns
    -------
    Exhibition
        Plain values. Only works that are shown are read in full, so that a large collection
        costs little more than a small one.
    """
    works = run.works
    placed = topic_column(works)
    n_placed = int((placed != _UNPLACED).sum())
    outliers = np.flatnonzero(placed == OUTLIER)
    contents = arrange_contents(run.topics, run.groups)
    return Exhibition(
        name=collection_name(run.record.source.path),
        source=shorten(PurePath(run.record.source.path).name, 300),
        record=run.record,
        n_works=works.num_rows,
        n_placed=n_placed,
        n_outliers=len(outliers),
        n_reassigned=run.record.counts.get("reassigned", 0),
        outlier_share=len(outliers) / max(n_placed, 1),
        n_artists=_n_values(works, "artist"),
        facets=tuple(facet for facet in FACETS if _n_values(works, facet)),
        themes=_themes(run, placed, contents),
        contents=contents,
        vocabularies=vocabularies(run.topics),
        outliers=tuple(cards_of(works, _evenly(outliers, MOST_OUTLIERS))),
        measures=explain_measures(run.metrics),
        settings=_settings(run.record),
        text_weight=float(run.record.config.get("text_weight") or 0.0),
        clusterer=str(run.record.parameters.get("clusterer") or ""),
        method=_method(run.record.config),
        seed=_seed(run.record.config),
        problems=run.problems[:MOST_PROBLEMS],
        n_problems=len(run.problems),
    )


def _method(config: Mapping[str, Any]) -> str:
    """Return what made the themes, if it was not topicart's own model."""
    method = config.get("method")
    return str(method.get("line") or method.get("name")) if isinstance(method, Mapping) else ""


def _themes(run: Run, placed: NDArray[np.int64], contents: tuple[Part, ...]) -> tuple[Theme, ...]:
    works, topics = run.works, run.topics
    n_placed = int((placed != _UNPLACED).sum())
    n_cards = min(MOST_CARDS, max(_FEWEST_CARDS, _ALL_CARDS // max(len(topics), 1)))
    central = [topic.representatives[:n_cards] for topic in topics]
    cards = cards_by_id(works, [work_id for ids in central for work_id in ids])
    facets = _leading_facets(works)
    leading = {facet: leading_values(works, facet, most=_MOST_LEADING) for facet in facets}
    years = _years(works, placed, len(topics))
    part_of = broader_groups(contents)
    found_again = {
        int(own["topic"]): (int(own["n_found"]), int(own["n_runs"]))
        for own in run.metrics.get("stability", [])
    }
    many = len(topics) > _MANY_THEMES
    most_others = 1 if many else _MOST_OTHERS
    within = _cut(look_within(run), _FEW_WITHIN if many else _MOST_WITHIN)
    near = _cards_by_row(works, within)
    return tuple(
        Theme(
            topic=topic.id,
            name=capitalised(shorten(topic.name, _LONGEST_VALUE)),
            summary=read_summary(topic.summary),
            size=topic.size,
            share=topic.size / max(n_placed, 1),
            part_of=part_of.get(topic.id, ()),
            evidence=gather_evidence(topic, most_others=most_others),
            keywords=tuple(
                shorten(keyword.word, 60) for keyword in topic.keywords[:_MOST_KEYWORDS]
            ),
            leading=tuple(
                (facet, leading[facet][topic.id]) for facet in facets if topic.id in leading[facet]
            ),
            years=years.get(topic.id),
            cards=tuple(cards[work_id] for work_id in central[place] if work_id in cards),
            found_again=found_again.get(topic.id),
            neighbours=own.neighbours,
            borders=tuple(
                BorderCase(near[case.row], case.leans_to, case.margin) for case in own.borders
            ),
            parts=tuple(
                Subtheme(
                    size=part.size,
                    share=part.size / max(topic.size, 1),
                    cards=tuple(near[row] for row in part.rows),
                    stated=part.stated,
                )
                for part in own.parts
            ),
        )
        for place, topic in enumerate(topics)
        for own in (within.get(topic.id, _NOTHING),)
    )


def _cut(within: Mapping[int, Within], most: int) -> dict[int, Within]:
    """Keep so many border cases, and works of each part: every one of them needs a picture."""
    return {
        topic: replace(
            own,
            borders=own.borders[:most],
            parts=tuple(replace(part, rows=part.rows[:most]) for part in own.parts),
        )
        for topic, own in within.items()
    }


def _cards_by_row(works: pa.Table, within: Mapping[int, Within]) -> dict[int, Card]:
    rows = {case.row for own in within.values() for case in own.borders}
    rows.update(row for own in within.values() for part in own.parts for row in part.rows)
    return {card.row: card for card in cards_of(works, np.array(sorted(rows), dtype=np.int64))}


def topic_column(works: pa.Table) -> NDArray[np.int64]:
    """Return the topic of each work.

    Parameters
    ----------
    works
        The run's works.

    Returns
    -------
    numpy.ndarray
        Shape ``(n_works,)``; -1 for outliers, -2 for works that took no part.
    """
    import pyarrow as pa

    column = works.column("topic").cast(pa.int64()).fill_null(_UNPLACED)
    topics: NDArray[np.int64] = column.to_numpy()
    return topics


def _leading_facets(works: pa.Table) -> tuple[str, ...]:
    """Return the artists, and the first other facet that any work states."""
    second = next((facet for facet in _SECOND_FACETS if _n_values(works, facet)), None)
    return ("artist",) if second is None else ("artist", second)


def _n_values(works: pa.Table, facet: str) -> int:
    import pyarrow.compute as pc

    n_values: int = pc.count_distinct(pc.list_flatten(works.column(facet))).as_py()
    return n_values


def _years(works: pa.Table, placed: NDArray[np.int64], n_topics: int) -> dict[int, Years]:
    import pyarrow as pa
    import pyarrow.compute as pc

    year = works.column("year_from")
    dated = pc.is_valid(year).to_numpy()
    return count_years(year.drop_null().cast(pa.int64()).to_numpy(), placed[dated], n_topics)


def _evenly(rows: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Return at most so many rows, as far apart as may be: works of one artist lie together."""
    if len(rows) <= most:
        return rows
    chosen: NDArray[np.int64] = rows[np.linspace(0, len(rows) - 1, most).round().astype(int)]
    return chosen


def _settings(record: RunRecord) -> tuple[tuple[str, str], ...]:
    used = {**dict(_flat(record.config, "")), **dict(_flat(record.parameters, ""))}
    return tuple(sorted((name, shorten(value, 300)) for name, value in used.items()))


def _flat(values: Mapping[str, Any], prefix: str) -> Iterable[tuple[str, str]]:
    for key, value in values.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict):
            yield from _flat(value, f"{name}.")
        else:
            yield name, "not set" if value is None else str(value)


def _seed(config: Mapping[str, Any]) -> int | None:
    for place in (config, config.get("topics")):
        if isinstance(place, dict) and isinstance(place.get("seed"), int):
            return int(place["seed"])
    return None
