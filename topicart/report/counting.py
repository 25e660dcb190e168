"""How often a fact occurs in each topic, and when the works were made. Linear in the works."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from prompts import shown
from topicart.topics import OUTLIER

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

__all__ = [
    "Count",
    "Leading",
    "Periods",
    "Years",
    "count_periods",
    "count_years",
    "leading_values",
]

_STEPS = (10, 20, 25, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
_MOST_PERIODS = 60


@dataclass(frozen=True)
class Count:
    """A value of a facet and the number of works that state it."""

    value: str
    works: int


@dataclass(frozen=True)
class Leading:
    """The most frequent values of a facet in a topic.

    Parameters
    ----------
    values
        Most frequent first.
    n_values
        Number of different values in all.
    stated
        Number of works that state the facet.
    """

    values: tuple[Count, ...]
    n_values: int
    stated: int


@dataclass(frozen=True)
class Years:
    """When the works of a topic were made, beside the whole collection.

    Parameters
    ----------
    start
        First year of the first period.
    step
        Years in a period: 10, or more where the collection spans centuries.
    counts
        Works of the topic in each period, shape ``(n_periods,)``.
    collection
        Works of the collection in each period, shape ``(n_periods,)``.
    end
        Last year of the last period.
    first, last
        Earliest and latest year in the topic.
    dated
        Works of the topic with a year.
    peak
        First year, last year and works of the topic's fullest period, the earliest of equals.
    """

    start: int
    step: int
    counts: tuple[int, ...]
    collection: tuple[int, ...]
    end: int
    first: int
    last: int
    dated: int
    peak: tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class Periods:
    """Works by period and topic, all topics on one axis.

    Parameters
    ----------
    start
        First year of the first period.
    step
        Years in a period: 10, or more where the collection spans centuries.
    counts
        Works of each topic in each period, shape ``(n_topics + 1, n_periods)``; the last row holds
        the works in no topic.
    everything
        Works in each period, those too that took no part, shape ``(n_periods,)``.
    """

    start: int
    step: int
    counts: NDArray[np.int64]
    everything: NDArray[np.int64]

    @property
    def end(self) -> int:
        """Give the last year of the last period.

        Returns
        -------
        int
            It belongs to the period.
        """
        return self.start + self.step * len(self.everything) - 1


def leading_values(works: pa.Table, facet: str, *, most: int) -> dict[int, Leading]:
    """Count a facet's values in each topic.

    Parameters
    ----------
    works
        The run's works.
    facet
        Name of a many-valued column.
    most
        Values kept for each topic.

    Returns
    -------
    dict
        By topic; topics in which no work states the facet are missing. A work counts once for
        each value.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    column = works.column(facet).combine_chunks()
    parents = pc.list_parent_indices(column)
    stated = pa.table(
        {
            "topic": works.column("topic").combine_chunks().take(parents),
            "work": parents,
            "value": pc.list_flatten(column),
        }
    ).drop_null()
    once = stated.group_by(["topic", "work", "value"]).aggregate([])
    by_value = once.group_by(["topic", "value"]).aggregate([([], "count_all")])
    by_topic = once.group_by("topic").aggregate([("work", "count_distinct")])
    n_stated = dict(zip(by_topic["topic"].to_pylist(), by_topic["work_count_distinct"].to_pylist(),
                        strict=True))  # fmt: skip
    counts: dict[int, list[tuple[int, str]]] = {topic: [] for topic in n_stated}
    for topic, value, n_works in zip(
        by_value["topic"].to_pylist(),
        by_value["value"].to_pylist(),
        by_value["count_all"].to_pylist(),
        strict=True,
    ):
        counts[topic].append((-n_works, value))
    return {
        topic: Leading(
            values=tuple(
                Count(shown(value, facet), -negative) for negative, value in sorted(own)[:most]
            ),
            n_values=len(own),
            stated=n_stated[topic],
        )
        for topic, own in counts.items()
    }


def count_periods(
    years: NDArray[np.int64], topics: NDArray[np.int64], n_topics: int
) -> Periods | None:
    """Count works by period and topic.

    Parameters
    ----------
    years
        Year of each dated work, shape ``(n_dated,)``.
    topics
        Topic of the same works, shape ``(n_dated,)``: -1 for none, -2 for works that took no part.
    n_topics
        Number of topics.

    Returns
    -------
    Periods or None
        ``None`` where no work is dated.
    """
    if len(years) == 0:
        return None
    span = int(years.max() - years.min())
    step = next((step for step in _STEPS if span / step <= _MOST_PERIODS), _STEPS[-1])
    start = int(years.min()) // step * step
    periods = (years - start) // step
    n_periods = int(periods.max()) + 1
    part = topics >= OUTLIER
    # -1 is the last row.
    rows = topics[part] % (n_topics + 1)
    counts = np.bincount(rows * n_periods + periods[part], minlength=(n_topics + 1) * n_periods)
    return Periods(
        start=start,
        step=step,
        counts=counts.reshape(n_topics + 1, n_periods),
        everything=np.bincount(periods, minlength=n_periods),
    )


def count_years(
    years: NDArray[np.int64], topics: NDArray[np.int64], n_topics: int
) -> dict[int, Years]:
    """Count works by decade in each topic, all topics on one axis.

    Parameters
    ----------
    years
        Year of each dated work, shape ``(n_dated,)``.
    topics
        Topic of the same works, shape ``(n_dated,)``; negative for none.
    n_topics
        Number of topics.

    Returns
    -------
    dict
        By topic; topics without a dated work are missing.
    """
    found = count_periods(years, topics, n_topics)
    if found is None:
        return {}
    start, step, counts = found.start, found.step, found.counts[:n_topics]
    collection = tuple(found.everything.tolist())
    inside = topics >= 0
    own, when = topics[inside], years[inside]
    first = np.full(n_topics, np.iinfo(np.int64).max)
    last = np.full(n_topics, np.iinfo(np.int64).min)
    np.minimum.at(first, own, when)
    np.maximum.at(last, own, when)
    dated, fullest = counts.sum(axis=1).tolist(), counts.argmax(axis=1).tolist()
    peaks = [start + step * period for period in fullest]
    return {
        topic: Years(
            start=start,
            step=step,
            counts=tuple(counts[topic].tolist()),
            collection=collection,
            end=found.end,
            first=int(first[topic]),
            last=int(last[topic]),
            dated=dated[topic],
            peak=(peaks[topic], peaks[topic] + step - 1, int(counts[topic].max())),
        )
        for topic in range(n_topics)
        if dated[topic]
    }
