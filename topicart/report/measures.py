"""The run's measurements in words that need no textbook."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

__all__ = ["Measure", "explain_measures"]

_MEANINGS = {
    "iec": (
        "How alike the most central pictures of a theme are, on average over the themes: "
        "1 is the same picture, 0 is nothing in common."
    ),
    "ieps": (
        "How alike the central pictures of two different themes are. The lower, the better the "
        "themes keep apart."
    ),
    "c_npmi": (
        "How often the words of a theme stand together in the texts: 1 is always, 0 is as often "
        "as by chance."
    ),
    "topic_diversity": (
        "Number of different words among the words of all themes, over the number of words: at 1 "
        "no two themes share a word; the lower, the more they repeat one another."
    ),
    "outlier_share": (
        "Works that stand in no theme. Neither good nor bad: a theme that takes everything "
        "explains nothing."
    ),
}
_SHOWN = (*_MEANINGS, "ari_seeds", "ami_")
"""What the page shows, in the order of the file; ``metrics.json`` has all."""
_AGREEMENT = (
    "How well the division into themes coincides with what is recorded, beyond chance: "
    "0 is chance, 1 the very same division."
)
_FOUND_AGAIN = (
    "How alike the division into themes is when it is made again from another random start: "
    "0 is chance, 1 the very same division."
)
_AS_PERCENTAGE = ("outlier_share",)


@dataclass(frozen=True)
class Measure:
    """One row of the table "How sure".

    Parameters
    ----------
    name
        Its name for machines.
    title
        Its name for people.
    value
        The number as it is shown, or empty where there is none.
    interval
        The 95 % interval as it is shown, or empty.
    baseline
        What chance gives, or empty.
    meaning
        One sentence in plain words, or empty where it was said in a row above.
    note
        What else a reader must know, with any warning, or empty.
    judge
        Who or what judged, or empty.
    """

    name: str
    title: str
    value: str
    interval: str
    baseline: str
    meaning: str
    note: str
    judge: str


def explain_measures(metrics: Mapping[str, Any]) -> tuple[Measure, ...]:
    """Return the table's rows.

    Parameters
    ----------
    metrics
        The contents of ``metrics.json``; may be empty.

    Returns
    -------
    tuple of Measure
        Those that are told in plain words, in the file's order.
    """
    measures: list[Measure] = []
    for metric in metrics.get("metrics", []):
        if not str(metric["name"]).startswith(_SHOWN):
            continue
        measure = _explain(metric)
        # What agreement is, is said once; the rows after it differ in their facet alone.
        if any(_is_agreement(measure.name) and _is_agreement(other.name) for other in measures):
            measure = replace(measure, meaning="")
        measures.append(measure)
    return tuple(measures)


def _is_agreement(name: str) -> bool:
    return name.startswith("ami_")


def _explain(metric: Mapping[str, Any]) -> Measure:
    name = str(metric["name"])

    def shown(value: float | None) -> str:
        if value is None:
            return ""
        if name in _AS_PERCENTAGE:
            return f"{value:.0%}"
        # Adding 0.0 turns a rounded -0.0 into 0.0.
        return f"{round(value, 2) + 0.0:.2f}".replace("-", "−")

    interval = metric.get("interval")
    meanings = {**_MEANINGS, "ari_seeds": _FOUND_AGAIN}
    meaning = _AGREEMENT if _is_agreement(name) else meanings.get(name, "")
    remarks = (metric.get("note"), metric.get("warning"))
    return Measure(
        name=name,
        title=str(metric.get("title") or name),
        value=shown(metric.get("value")),
        interval=f"{shown(interval[0])} to {shown(interval[1])}" if interval else "",
        baseline=shown(metric.get("baseline")),
        meaning=meaning,
        note=_for_readers(" ".join(str(remark) for remark in remarks if remark)),
        judge=_for_readers(metric.get("judge") or ""),
    )


def _for_readers(text: str) -> str:
    # The file speaks of topics, as the code does; the pages of themes.
    return re.sub(r"\btopic(s?)\b", r"theme\1", text).replace("'", "’")
