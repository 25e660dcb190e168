"""The measures of several models side by side."""

from __future__ import annotations

from collections.abc import Sequence

from evaluation.comparing.compared import ComparedMetric, ModelNumber
from evaluation.comparing.evaluated import Evaluated
from evaluation.comparing.significance import compare_pairs, mark_best, pool_runs
from evaluation.metric import Metric

FAMILIES = ("pictures", "words", "facts", "clusters", "stability")
"""The order in which families of measures are shown."""


_HANGS_ON_COUNT = ("topic_diversity", "label_diversity", "irbo", "nmi_", "homogeneity_",
                   "completeness_", "purity_")  # fmt: skip
"""What random clusters get the more of, or the less, the more of them there are."""

_ALIKE = 1.2
"""Numbers of topics that are no further apart than this are alike."""


def compare_measures(models: Sequence[Sequence[Evaluated]]) -> tuple[ComparedMetric, ...]:
    """Put the measures of models side by side.

    Parameters
    ----------
    models
        The runs of each model; none of one that failed.

    Returns
    -------
    tuple of ComparedMetric
        Every measure that a run has, by family, in the order in which the runs have them.
    """
    known: dict[str, Metric] = {}
    for metric in (metric for runs in models for run in runs for metric in run.metrics):
        # One with a value speaks for all: one that failed knows no judge.
        before = known.get(metric.name)
        if before is None or (before.value is None and metric.value is not None):
            known[metric.name] = metric
    order = sorted(known, key=lambda name: FAMILIES.index(known[name].family))
    return tuple(_compared(known[name], models) for name in order)


def _compared(sample: Metric, models: Sequence[Sequence[Evaluated]]) -> ComparedMetric:
    of_models = [
        [next((own for own in run.metrics if own.name == sample.name), None) for run in runs]
        for runs in models
    ]
    valued = [own for found in of_models for own in found if own and own.value is not None]
    judges = list(dict.fromkeys(own.judge for own in valued if own.judge))
    directions = {own.better for own in valued}
    caution = None
    if len(judges) > 1:
        caution = (
            f"Judged by {' and by '.join(judges)}: the numbers of different judges cannot be "
            "compared."
        )
    elif len(directions) > 1:
        caution = "The runs do not agree on which way is better; measure them anew."
    elif sample.name.startswith(_HANGS_ON_COUNT) and _counts_differ(models):
        caution = (
            "It hangs on the number of topics, in which the models differ: hold each number "
            "against that of its own random clusters, not against another model's."
        )
    numbers = tuple(_number(found) if found else None for found in of_models)
    better = None if caution else sample.better
    tests = compare_pairs(numbers) if better else ()
    return ComparedMetric(
        name=sample.name,
        title=sample.title,
        family=sample.family,
        better=sample.better,
        judge=" / ".join(judges) or sample.judge,
        of=str(sample.parameters.get("of", "")),
        parameters=dict(sample.parameters),
        numbers=mark_best(numbers, tests, better),
        tests=tests,
        caution=caution,
    )


def _counts_differ(models: Sequence[Sequence[Evaluated]]) -> bool:
    """Whether one model has, on average, over a fifth more topics than another."""
    counts = [sum(len(run.values.topics) for run in runs) / len(runs) for runs in models if runs]
    return max(counts) > _ALIKE * min(counts)


def _number(found: Sequence[Metric | None]) -> ModelNumber:
    by_run = tuple(own.value if own else None for own in found)
    own = [metric for metric in found if metric is not None and metric.value is not None]
    notes = list(dict.fromkeys(metric.note for metric in found if metric and metric.note))
    if not own:
        return ModelNumber(None, by_run=by_run, note=" ".join(notes) or "Not measured.")
    if len(own) < len(found):
        notes.insert(0, f"Of {len(own)} of {len(found)} runs; the others have no value.")
    baselines = [metric.baseline for metric in own if metric.baseline is not None]
    pooled = pool_runs(own)
    return ModelNumber(
        value=pooled.value,
        interval=pooled.interval,
        standard_error=pooled.standard_error,
        freedom=pooled.freedom,
        by_run=by_run,
        baseline=sum(baselines) / len(baselines) if baselines else None,
        n=own[0].n,
        note=" ".join(notes) or None,
        warning=next((metric.warning for metric in own if metric.warning), None),
    )
