"""Compare topic models: what their runs found, as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import combinations
from typing import Literal

import numpy as np

from evaluation.comparing.compared import (
    ComparedMetric,
    ComparedModel,
    ComparedTopic,
    Comparison,
    Found,
    ModelMatching,
    RunCost,
    SeedStability,
    ShownWork,
    TopicPair,
)
from evaluation.comparing.errors import ComparisonError
from evaluation.comparing.evaluated import Evaluated, Failed
from evaluation.comparing.measures import compare_measures
from evaluation.matching import Assigned, match_topics
from evaluation.stability import Stability, TopicStability, topic_stability
from topicart import OUTLIER, __version__
from topicart.report.wording import collection_name, counted

_MOST_TOLD = 8

PICTURES = 5
"""Pictures shown of a topic, at most."""


def compare_runs(evaluations: Sequence[Evaluated | Failed], *, seed: int = 0) -> Comparison:
    """Compare measured runs.

    Parameters
    ----------
    evaluations
        Runs, at least one; those of one label are one model. Models come in the order in which
        they are first named, and the first that did not fail is what the others are matched with.
    seed
        Seed of the shuffled topics that stability is held against.

    Returns
    -------
    Comparison
        All that a report says.

    Raises
    ------
    ComparisonError
        If there is no run to compare.
    """
    by_label: dict[str, list[Evaluated | Failed]] = {}
    for one in evaluations:
        by_label.setdefault(one.label, []).append(one)
    runs = {label: _runs(found) for label, found in by_label.items()}
    every = [run for found in runs.values() for run in found]
    if not every:
        raise ComparisonError(_nothing_to_compare(evaluations))
    works: dict[str, ShownWork] = {}
    models = tuple(_model(label, by_label[label], works, seed) for label in by_label)
    known = [set(run.values.ids) for run in every]
    n_works, n_common = len(set.union(*known)), len(set.intersection(*known))
    metrics = compare_measures([runs[label] for label in by_label])
    return Comparison(
        name=_name(every),
        models=models,
        metrics=metrics,
        matchings=_matchings([runs[label] for label in by_label]),
        works=works,
        n_works=n_works,
        n_common=n_common,
        cautions=tuple(_cautions(every, metrics, n_works, n_common)),
        seed=seed,
        version=__version__,
        made=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _nothing_to_compare(evaluations: Sequence[Evaluated | Failed]) -> str:
    if not evaluations:
        return "There is no run to compare; name at least one finished run."
    told = "; ".join(f"{one.label}: {one.error}" for one in evaluations if isinstance(one, Failed))
    return f"There is no run to compare, for every model failed ({told}). Mend one and repeat."


def _runs(found: Iterable[Evaluated | Failed]) -> list[Evaluated]:
    return [one for one in found if isinstance(one, Evaluated)]


def _name(every: Sequence[Evaluated]) -> str:
    names = dict.fromkeys(collection_name(run.values.works.source) for run in every)
    return " and ".join(names)


def _model(
    label: str, found: Sequence[Evaluated | Failed], works: dict[str, ShownWork], seed: int
) -> ComparedModel:
    runs = _runs(found)
    agreement = _stability(runs, seed)
    return ComparedModel(
        label=label,
        errors=_once(one.error for one in found if isinstance(one, Failed)),
        notes=_once(one.note for one in found),
        encoder=runs[0].values.encoder.name if runs else "",
        parameters=dict(runs[0].parameters) if runs else {},
        runs=tuple(map(_cost, runs)),
        topics=_topics(runs[0], agreement, works) if runs else (),
        stability=_seed_stability(agreement, len(runs)),
    )


def _once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))


def _cost(run: Evaluated) -> RunCost:
    assignments = run.values.assignments
    return RunCost(
        folder=run.folder,
        n_works=len(assignments),
        n_topics=len(run.values.topics),
        n_outliers=int((assignments == OUTLIER).sum()),
        n_left_out=run.values.left_out,
        seconds=run.seconds,
        memory_mb=run.memory_mb,
    )


def _assigned(run: Evaluated) -> Assigned:
    return Assigned(run.values.ids, run.values.assignments)


def _stability(runs: Sequence[Evaluated], seed: int) -> Stability | None:
    if len(runs) < 2:
        return None
    first, *others = map(_assigned, runs)
    return topic_stability(first, others, seed=seed)


def _seed_stability(agreement: Stability | None, n_runs: int) -> SeedStability | None:
    if agreement is None:
        return None
    ari, inside = agreement.ari, agreement.ari_without_outliers
    return SeedStability(
        n_runs=n_runs,
        ari=ari.mean if ari else None,
        lowest=ari.lowest if ari else None,
        highest=ari.highest if ari else None,
        ari_without_outliers=inside.mean if inside else None,
        ari_baseline=agreement.ari_baseline,
        threshold=agreement.threshold,
    )


def _topics(
    run: Evaluated, agreement: Stability | None, works: dict[str, ShownWork]
) -> tuple[ComparedTopic, ...]:
    values = run.values
    numbers, counts = np.unique(values.assignments, return_counts=True)
    sizes = dict(zip(numbers.tolist(), counts.tolist(), strict=True))
    over_seeds = {own.topic: own for own in agreement.topics} if agreement else {}
    rows = {work: row for row, work in enumerate(values.ids)}
    topics = []
    for topic in values.topics:
        pictures = _pictures(run, topic.central, rows, works)
        found = _found(over_seeds.get(topic.id), "seeds")
        found = found or _found(run.stability.get(topic.id), "refits")
        topics.append(
            ComparedTopic(topic.id, topic.name, sizes[topic.id], topic.words, pictures, found)
        )
    return tuple(sorted(topics, key=lambda topic: (-topic.size, topic.id)))


def _found(own: TopicStability | None, among: Literal["seeds", "refits"]) -> Found | None:
    if own is None or not own.n_runs:
        return None
    return Found(own.n_found, own.n_runs, own.jaccard, own.baseline, among)


def _pictures(
    run: Evaluated,
    central: Sequence[str],
    rows: Mapping[str, int],
    works: dict[str, ShownWork],
) -> tuple[str, ...]:
    """Return the first of the central works that have a picture, and note them among the shown."""
    shown: list[str] = []
    for work in central:
        if len(shown) == PICTURES:
            break
        if work not in works:
            own = run.values.works[rows[work]]
            works[work] = ShownWork(
                id=own.id,
                title=own.title,
                artist=", ".join(own.facets.get("artist", ())),
                date=own.date,
                image=own.images[0] if own.images else None,
                root=run.root or run.values.works.root,
            )
        if works[work].image is not None:
            shown.append(work)
        else:
            del works[work]
    return tuple(shown)


def _matchings(models: Sequence[Sequence[Evaluated]]) -> tuple[ModelMatching, ...]:
    """Match the first run of each model with that of the first model that has one."""
    there = [(place, runs[0]) for place, runs in enumerate(models) if runs]
    (place, first), *others = there
    reference = _assigned(first)
    matchings = []
    for other, run in others:
        found = match_topics(reference, _assigned(run))
        matchings.append(
            ModelMatching(
                first=place,
                second=other,
                pairs=tuple(
                    TopicPair(pair.first, pair.second, pair.n_shared, pair.jaccard)
                    for pair in found.pairs
                ),
                unmatched_first=found.unmatched_first,
                unmatched_second=found.unmatched_second,
                flows=tuple((one, two, count) for one, two, count in found.flows.tolist()),
                n_common=found.n_common,
                n_only_first=found.n_only_first,
                n_only_second=found.n_only_second,
                mean_jaccard=found.mean_jaccard,
            )
        )
    return tuple(matchings)


def _cautions(
    every: Sequence[Evaluated], metrics: Sequence[ComparedMetric], n_works: int, n_common: int
) -> Iterable[str]:
    if n_common < n_works:
        yield (
            f"The runs do not look at the same works: {counted(n_common, 'work')} of {n_works:,} "
            "are common to all. Topics are matched, and flows counted, on the works that two "
            "models share; the measures are of each run’s own works."
        )
    left_out = max(run.values.left_out for run in every)
    if left_out:
        yield (
            f"Up to {counted(left_out, 'work')} of a run are left out, so that the models are "
            "measured on the same works."
        )
    encoders = dict.fromkeys(run.values.encoder.name for run in every)
    if len(encoders) > 1:
        yield (
            f"The vectors come from different encoders ({', '.join(encoders)}): what differs may "
            "be the encoder’s doing, not the topic model’s."
        )
    yield from _twins(every)
    why_apart: dict[str, list[str]] = {}
    for metric in metrics:
        if metric.caution:
            why_apart.setdefault(metric.caution, []).append(metric.title)
    for caution, titles in why_apart.items():
        told = ", ".join(titles[:_MOST_TOLD]) + (" and others" if titles[_MOST_TOLD:] else "")
        yield f"Not held against each other: {told}. {caution}"
    warned: dict[str, dict[str, None]] = {}
    for run in every:
        for own in run.metrics:
            if own.warning:
                warned.setdefault(own.warning, {})[run.label] = None
    labels = {run.label for run in every}
    for warning, of in warned.items():
        yield warning if labels == of.keys() else f"{', '.join(of)}: {warning}"


def _twins(every: Sequence[Evaluated]) -> Iterable[str]:
    """Tell of models that found the very same topics, whose numbers are copies of each other."""
    found: dict[str, list[bytes]] = {}
    for run in every:
        labels = run.values.assignments.astype(np.int32).tobytes()
        found.setdefault(run.label, []).append(labels)
    for (one, its), (two, others) in combinations(found.items(), 2):
        if its == others:
            yield (
                f"{one} and {two} put every work into the same topic in every run: what differs "
                "between them are the words, the time and the memory alone."
            )
