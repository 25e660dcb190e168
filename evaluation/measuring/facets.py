"""A run's topics judged by the collection's facts, facet by facet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from evaluation.grouping import CORRECTED, Measured, grouping_agreement
from evaluation.measuring.chance import too_few_topics
from evaluation.metric import Metric
from knowledge_graph import FACETS
from topicart import OUTLIER

if TYPE_CHECKING:
    from evaluation.values import RunValues

TITLES = {
    "ami": "Agreement with {} (AMI)",
    "nmi": "Agreement with {} (NMI, the V-measure)",
    "ari": "Agreement with {} (ARI)",
    "homogeneity": "Homogeneity of topics in {}",
    "completeness": "Completeness of {} in topics",
    "purity": "Purity of topics in {}",
}
"""What is measured of each facet."""

RESAMPLES = 500
_TOLD = "The model read captions made of these records, so it follows them the more easily."
_UNCORRECTED = (
    "Not corrected for chance, which gives more where there are more topics: see the baseline."
)


def facet_metrics(values: RunValues, *, permutations: int = 100, seed: int = 0) -> list[Metric]:
    """Measure how far topics follow each facet, beside random clusters of the same sizes.

    Parameters
    ----------
    values
        The run's values.
    permutations
        How many random clusterings give the baseline and the p-value, at least 1.
    seed
        Decides the random clusters and the intervals.

    Returns
    -------
    list of Metric
        Of each facet that any work states, ``ami_F``, ``nmi_F``, ``ari_F``, ``homogeneity_F``,
        ``completeness_F`` and ``purity_F``; only an ``ami_F`` that has no value, and says why,
        where nothing can agree. If no facet is stated, one ``ami`` that says so.

    Raises
    ------
    ValueError
        If ``permutations`` is below 1.
    """
    if permutations < 1:
        raise ValueError(f"permutations is {permutations}; expected at least 1 for a baseline.")
    metrics = [
        metric
        for facet in FACETS
        if any(stated := _first_stated(values.works.facet(facet)))
        for metric in _of_facet(values, facet, stated, permutations, seed)
    ]
    if metrics:
        return metrics
    return [
        Metric(
            name="ami",
            title="Agreement with the facts (AMI)",
            family="facts",
            value=None,
            better="higher",
            judge="the collection's facts",
            note=f"No work states any facet ({', '.join(FACETS)}), so there is nothing to follow.",
        )
    ]


def _first_stated(column: Sequence[Sequence[str]]) -> list[str | None]:
    """Return the first value of each work that says anything, in one case."""
    told = ((" ".join(value.split()).casefold() for value in values) for values in column)
    return [next(filter(None, values), None) for values in told]


def _of_facet(
    values: RunValues, facet: str, stated: list[str | None], permutations: int, seed: int
) -> list[Metric]:
    """Measure topics against one facet."""
    coverage = _Coverage.count(values, stated)
    metric = Metric(
        name=f"ami_{facet}",
        title=TITLES["ami"].format(facet),
        family="facts",
        value=None,
        better="higher",
        judge="the collection's facts",
        parameters={
            "permutations": permutations,
            "resamples": RESAMPLES,
            "value": "first stated, in lower case",
            "outliers": "left out",
            "of": "works",
        },
        n=coverage.measured,
    )
    why_none = too_few_topics(values, 2, "to agree with anything") or coverage.too_few()
    if why_none:
        return [replace(metric, note=why_none)]
    found = grouping_agreement(
        values.assignments, stated, permutations=permutations, resamples=RESAMPLES, seed=seed
    )
    if found is None:  # Told above, but for what is not foreseen.
        return [replace(metric, note="It takes two topics and two values to agree.")]
    parameters = {**metric.parameters, "topics": found.n_topics, "values": found.n_values}
    return [
        _filled(
            replace(
                metric,
                name=f"{name}_{facet}",
                title=title.format(facet),
                parameters=parameters,
            ),
            found.measures[name],
            warning=_TOLD if values.read_captions else None,
            notes=[*coverage.notes(), *([] if name in CORRECTED else [_UNCORRECTED])],
        )
        for name, title in TITLES.items()
    ]


def _filled(metric: Metric, measured: Measured, *, warning: str | None, notes: list[str]) -> Metric:
    if measured.interval is None:
        notes = [*notes, "Fewer than three works give no interval."]
    return replace(
        metric,
        value=measured.value,
        interval=measured.interval,
        baseline=measured.baseline,
        p_value=measured.p_value,
        note=" ".join(notes) or None,
        warning=warning,
    )


@dataclass(frozen=True)
class _Coverage:
    """Which works count against a facet.

    Parameters
    ----------
    works
        All of them.
    outliers
        Those in no topic.
    measured
        Those in a topic and with the facet stated.
    topics, facts
        How many topics and values these have.
    """

    works: int
    outliers: int
    measured: int
    topics: int
    facts: int

    @classmethod
    def count(cls, values: RunValues, stated: Sequence[str | None]) -> _Coverage:
        inside = values.assignments != OUTLIER
        rows = [row for row in np.flatnonzero(inside).tolist() if stated[row] is not None]
        return cls(
            works=len(inside),
            outliers=int(np.count_nonzero(~inside)),
            measured=len(rows),
            topics=len(np.unique(values.assignments[rows])),
            facts=len({stated[row] for row in rows}),
        )

    def too_few(self) -> str | None:
        """Say why nothing can agree, if so."""
        if not self.measured:
            return "Only outliers state it, and they are in no topic."
        if self.facts == 1:
            return (
                f"It is constant: all {self.measured:,} works in topics that state it have the "
                "same value, which tells no topic from another."
            )
        if self.topics == 1:
            return "The works that state it are all in one topic; it takes two to agree."
        return None

    def notes(self) -> list[str]:
        """Say which works do not count."""
        silent = self.works - self.outliers - self.measured
        return [
            *([f"{self.outliers:,} outliers are left out."] if self.outliers else []),
            *([f"{silent:,} works in topics do not state it and are left out."] if silent else []),
        ]
