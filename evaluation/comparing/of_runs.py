"""Compare finished runs: find what they have in common, measure them alike, write the report."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluation.comparing.compared import Comparison
from evaluation.comparing.comparison import compare_runs
from evaluation.comparing.errors import ComparisonError
from evaluation.comparing.evaluated import Evaluated, Failed
from evaluation.fitting.models import model_name
from evaluation.judging.judges import DEFAULT_JUDGE, Judge, OwnVectors, load_judge
from evaluation.measure import OWN, Evaluation, evaluation_of
from topicart.fit import Progress, Silent

if TYPE_CHECKING:
    from topicart import Run


def compare(
    runs: Sequence[Run],
    *,
    labels: Sequence[str] | None = None,
    judge: Judge | str = DEFAULT_JUDGE,
    reference: str = "captions",
    seed: int = 0,
    cache: Path | None = None,
    failed: Iterable[Failed] = (),
    progress: Progress | None = None,
) -> Comparison:
    """Measure runs alike, on the works that all of them have, and compare them.

    Runs that differ in nothing but the seed are one model. What ``metrics.json`` answers already
    is not measured again.

    Parameters
    ----------
    runs
        Finished runs. The first one's model is what the others are matched with.
    labels
        What each run's model is called; by default :func:`labels_of`.
    judge, reference, seed
        As for :func:`evaluation.evaluate`.
    cache
        Where the judge's vectors are kept; by default in the folder of each run.
    failed
        Models that could not be fitted, to be told of.
    progress
        Told of stages and counts.

    Returns
    -------
    Comparison
        Plain values; ``evaluation.comparing.write_report`` makes the page.

    Raises
    ------
    ComparisonError
        If there are fewer than two runs, one twice, or no work that all have.
    RunError, ModelError, ReferenceTextError
        As :func:`evaluation.evaluate`.
    """
    keep = _common(runs)
    progress = progress or Silent()
    if isinstance(judge, str) and judge != OWN:
        judge = load_judge(judge, progress=False)
    told: list[Evaluated] = []
    for run, label in zip(runs, labels or labels_of(runs), strict=True):
        progress.note(run.folder.name)
        found = evaluation_of(
            run,
            judge=OwnVectors(run) if judge == OWN else judge,
            reference=reference,
            keep=keep,
            seed=seed,
            cache=cache,
            progress=progress,
        )
        told.append(_evaluated(run, label, found, told[0] if told else None))
    return compare_runs([*told, *failed], seed=seed)


def labels_of(runs: Sequence[Run]) -> list[str]:
    """Name each run by its model; models of one name are told apart by their folders.

    Parameters
    ----------
    runs
        Finished runs.

    Returns
    -------
    list of str
        The same for runs that differ in the seed only.
    """
    names = [model_name(run) for run in runs]
    settings = [_settings(run) for run in runs]
    first: dict[str, Run] = {}
    for run, own in zip(runs, settings, strict=True):
        first.setdefault(own, run)
    alike = {name: {own for own, its in zip(settings, names, strict=True) if its == name}
             for name in names}  # fmt: skip
    return [
        name if len(alike[name]) == 1 else f"{name} ({first[own].folder.name})"
        for name, own in zip(names, settings, strict=True)
    ]


def _settings(run: Run) -> str:
    """Return all that makes a run's model what it is, but the seed."""
    config = run.record.config
    topics = {name: value for name, value in config["topics"].items() if name != "seed"}
    method = config.get("method")
    own = dict(method) if isinstance(method, Mapping) else {}
    if own and not own.get("n_topics_asked"):
        topics.pop("n_topics", None)  # taken over from another run, it hangs on the seed too
    # What a method found out for itself, its derived seeds among it, is no setting.
    kept = {name: own.get(name) for name in ("name", "library", "version")}
    return json.dumps(
        [topics, config.get("text_weight"), kept, run.record.model.fingerprint], sort_keys=True
    )


def _common(runs: Sequence[Run]) -> frozenset[str] | None:
    """Return the works that all runs have, ``None`` if each has these alone."""
    if len(runs) < 2:
        raise ComparisonError("A comparison needs at least two runs; name another one.")
    folders = [run.folder.resolve() for run in runs]
    twice = next((folder for folder in folders if folders.count(folder) > 1), None)
    if twice is not None:
        raise ComparisonError(f"{twice} is named twice. Name each run once.")
    ids = [frozenset(run.works_with_vector.column("id").to_pylist()) for run in runs]
    common = frozenset.intersection(*ids)
    if not common:
        raise ComparisonError(
            f"{runs[0].folder} and the other runs have no work in common: {min(ids[0])!r} is in "
            "one, and not in all. Compare runs of the same collection; works are known by their "
            "ids."
        )
    return None if all(own == common for own in ids) else common


def _evaluated(run: Run, label: str, found: Evaluation, first: Evaluated | None) -> Evaluated:
    """Keep of a run what a report shows: of many runs only one may hold the works, none vectors."""
    values = replace(found.values, vectors=found.values.vectors[:0].copy(), tokens=())
    if first is not None and first.values.ids == values.ids:
        values = replace(values, works=first.values.works)
    config: Mapping[str, Any] = run.record.config
    method = config.get("method")
    told = method if isinstance(method, Mapping) else {}
    settings = told.get("parameters") or None
    timings = run.record.timings_s
    return Evaluated(
        label=label,
        folder=run.folder.name,
        values=values,
        metrics=found.metrics,
        # Of our own fit the stages that find the groups, for a baseline's time is that alone.
        seconds=timings.get("fit") or sum(timings.get(own, 0.0) for own in ("reduce", "cluster")),
        memory_mb=_added_memory(run),
        parameters=dict(settings if isinstance(settings, Mapping) else run.record.parameters),
        stability=found.stability,
        note=str(told.get("note", "")),
        root=Path(run.record.source.root),
    )


def _added_memory(run: Run) -> float | None:
    """Return what a fit took beside what its process held before; unknown of an ordinary fit."""
    cost = run.record.parameters.get("cost")
    before = cost.get("memory_before_mb") if isinstance(cost, Mapping) else None
    peak = run.record.peak_memory_mb
    if peak is None or not isinstance(before, int | float):
        return None
    return max(peak - before, 0.0)
