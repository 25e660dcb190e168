"""Whether a run's topics are found again when the model is fitted again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluation.bootstrap import mean_error
from evaluation.matching import Assigned
from evaluation.metric import Metric
from evaluation.stability import TopicStability, topic_stability
from topicart.model import derive_seed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from evaluation.fitting.refits import Refit
    from evaluation.stability import Stability
    from evaluation.values import RunValues

THRESHOLD = 0.5
"""The Jaccard from which a topic is found again; under it Hennig (2007) calls it dissolved."""

_CHANGED = {
    "seeds": "over seeds",
    "orders": "over row orders",
    "bootstrap": "over bootstrap samples",
}

_MEASURES = {
    "ari": "Adjusted Rand index",
    "ari_without_outliers": "Adjusted Rand index without outliers",
    "jaccard": "Jaccard of matched topics",
    "share_found": "Share of topics found again",
}

_LOWEST = {"ari": -0.5, "ari_without_outliers": -0.5}


@dataclass(frozen=True)
class _Again:
    """One refit beside the run: the numbers, and the same of its topics shuffled."""

    kind: str
    numbers: dict[str, float | None]
    by_chance: dict[str, float | None]
    topics: tuple[TopicStability, ...]


def stability_metrics(
    values: RunValues, refits: Sequence[Refit], *, seed: int = 0
) -> tuple[list[Metric], dict[int, TopicStability]]:
    """Measure how stable a run's topics are over fits of the same model again.

    Each refit is compared with the run, over the works that both have. ``ari_<kind>`` counts the
    outliers as one group, ``ari_without_outliers_<kind>`` looks only at works that have a topic in
    both. ``jaccard_<kind>`` is the mean over the run's topics of the Jaccard with the topic that
    each is matched with, one to one (Hungarian), 0 where it has no match. ``share_found_<kind>`` is
    the share of the run's topics that are like some topic of the refit: Jaccard at least 0.5.

    Parameters
    ----------
    values
        The run.
    refits
        Its model fitted again, as from ``evaluation.fitting.refits.refit``.
    seed
        Decides how topics are shuffled for the baseline.

    Returns
    -------
    tuple of list of Metric and dict
        Four numbers a kind, each the mean over the refits with Student's t interval, and, by
        topic, how often it was found over the refits of all kinds. Both are empty without refits.
    """
    kinds = dict.fromkeys(refit.kind for refit in refits)
    reference = Assigned(values.ids, values.assignments)
    if not len(reference.present):
        none = "The run has no topics: there is nothing to find again."
        return [_metric(name, kind, [], [], none) for kind in kinds for name in _MEASURES], {}
    compared = [_compared(reference, refit, seed) for refit in refits]
    note = _notes(values, reference)
    metrics = []
    for kind in kinds:
        own = [again for again in compared if again.kind == kind]
        for name in _MEASURES:
            numbers = [again.numbers[name] for again in own]
            chance = [again.by_chance[name] for again in own]
            metrics.append(_metric(name, kind, numbers, chance, note))
    by_topic = zip(*(again.topics for again in compared), strict=True)
    topics = [_over_all(told) for told in by_topic]
    return metrics, {topic.topic: topic for topic in topics}


def _compared(reference: Assigned, refit: Refit, seed: int) -> _Again:
    own = derive_seed(seed, f"shuffled {refit.kind} {refit.number}")
    dealt = np.random.default_rng(own).permutation(np.asarray(refit.assigned.topics))
    found, by_chance = (
        topic_stability(reference, [again], threshold=THRESHOLD, seed=own)
        for again in (refit.assigned, Assigned(refit.assigned.ids, dealt))
    )
    if found is None or by_chance is None:
        raise ValueError("The run has no topics: there is nothing to find again.")
    return _Again(refit.kind, _numbers(found), _numbers(by_chance), found.topics)


def _numbers(told: Stability) -> dict[str, float | None]:
    """Return the numbers of one refit; ``None`` where no work, or no topic, can be compared."""
    likest = _seen(told.likest)
    matched = _seen(told.matched)
    return {
        "ari": told.ari.mean if told.ari else None,
        "ari_without_outliers": (
            told.ari_without_outliers.mean if told.ari_without_outliers else None
        ),
        "jaccard": float(matched.mean()) if len(matched) else None,
        "share_found": float((likest >= told.threshold).mean()) if len(likest) else None,
    }


def _seen(jaccards: NDArray[np.float64]) -> NDArray[np.float64]:
    """Leave out topics of which the refit has no work."""
    return jaccards[~np.isnan(jaccards)]


def _metric(
    name: str,
    kind: str,
    numbers: Sequence[float | None],
    by_chance: Sequence[float | None],
    note: str | None,
) -> Metric:
    had = [number for number in numbers if number is not None]
    chance = [number for number in by_chance if number is not None]
    if numbers and not had:
        note = "No refit has two works that could be compared with the run's."
    if had and len(had) < len(numbers):
        note = _joined(note, f"{len(numbers) - len(had)} of {len(numbers)} refits have no works "
                             "that could be compared.")  # fmt: skip
    if len(had) == 1:
        note = _joined(note, "Of one refit there is no interval.")
    spread = mean_error(had)
    interval = None
    if spread:
        mean, half = float(np.mean(had)), spread[1]
        interval = max(mean - half, _LOWEST.get(name, 0.0)), min(mean + half, 1.0)
    elif len(had) > 1:
        note = _joined(note, "All refits gave the same, which does not say how sure it is.")
    parameters: dict[str, Any] = {
        "of": "refits",
        "changed": kind,
        "compared_with": "the run",
        "interval": "Student's t over the refits",
        "baseline": "the topics of each refit shuffled among its works",
    }
    if name == "jaccard":
        parameters["matching"] = "Hungarian"
    if name == "share_found":
        parameters["threshold"] = THRESHOLD
    return Metric(
        name=f"{name}_{kind}",
        title=f"{_MEASURES[name]} {_CHANGED.get(kind, kind)}",
        family="stability",
        value=float(np.mean(had)) if had else None,
        interval=interval,
        standard_error=spread[0] if spread else None,
        freedom=len(had) - 1 if spread else None,
        baseline=float(np.mean(chance)) if chance else None,
        better="higher",
        judge="the same model, fitted again",
        parameters=parameters,
        n=len(had),
        note=note,
    )


def _notes(values: RunValues, reference: Assigned) -> str | None:
    """Return what a reader of every number must know."""
    note = None
    if len(reference.present) == 1:
        note = "The run has one topic only, which is easily found again."
    if values.left_out:
        note = _joined(note, f"The model was fitted again to the {len(values.ids):,} works looked "
                             f"at, the run to {values.left_out:,} more.")  # fmt: skip
    return note


def _joined(note: str | None, more: str) -> str:
    return f"{note} {more}" if note else more


def _over_all(told: Sequence[TopicStability]) -> TopicStability:
    """Put together what each refit says of one topic."""
    seen = [one for one in told if one.n_runs]
    n_found = sum(one.n_found for one in seen)

    def mean(field: str) -> float | None:
        own = [getattr(one, field) for one in seen]
        return float(np.mean(own)) if own else None

    return TopicStability(
        topic=told[0].topic,
        n_found=n_found,
        n_runs=len(seen),
        share=n_found / len(seen) if seen else None,
        jaccard=mean("jaccard"),
        baseline=mean("baseline"),
        baseline_share=mean("baseline_share"),
    )
