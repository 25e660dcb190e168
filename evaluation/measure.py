"""Measure a run: every number with its judge, its parameters, its interval and its baseline."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection as Container
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from evaluation.baselines import BaselineError
from evaluation.fitting.models import model_of, seed_of
from evaluation.fitting.refits import Refit, refit
from evaluation.judging.judges import DEFAULT_JUDGE, Judge, OwnVectors, load_judge
from evaluation.measuring.clusters import cluster_metrics
from evaluation.measuring.facets import facet_metrics
from evaluation.measuring.names import name_metrics
from evaluation.measuring.pictures import picture_metrics
from evaluation.measuring.stability import stability_metrics
from evaluation.measuring.words import word_metrics
from evaluation.metric import Metric
from evaluation.reference import Reference, read_reference
from evaluation.stability import TopicStability
from evaluation.values import RunValues, read_values
from topicart.errors import RunError
from topicart.fit import Progress, Silent
from topicart.lock import alone
from topicart.run_files import write_json

if TYPE_CHECKING:
    from topicart import Run

OWN = "own"
"""The judge that is the run's own stored vectors: no encoder is loaded, and no number is fair."""

CACHE = "judged"
"""Where in a run's folder the judges' vectors are kept."""

REFITS = "refits"
"""Where in a run's folder the topics of other fits are kept."""

_VERSION = 2
"""Part of every request: raise it when the same request would give another number."""


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What was measured of a run.

    Parameters
    ----------
    values
        What was looked at.
    metrics
        The numbers, family by family.
    stability
        How often each topic was found again, by its number; empty where it was not asked.
    request
        What decides the numbers, JSON-ready: the same gives the same.
    """

    values: RunValues
    metrics: tuple[Metric, ...]
    stability: Mapping[int, TopicStability]
    request: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """Return the contents of ``metrics.json``.

        Returns
        -------
        dict
            JSON-ready values.
        """
        return {
            "request": dict(self.request),
            "metrics": [metric.to_dict() for metric in self.metrics],
            "stability": [asdict(topic) for topic in self.stability.values()],
        }


def evaluate(
    run: Run,
    *,
    judge: Judge | str = DEFAULT_JUDGE,
    reference: str = "captions",
    keep: Container[str] | None = None,
    stability: int = 0,
    cache: Path | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Evaluation:
    """Measure a run.

    Parameters
    ----------
    run
        A finished run.
    judge
        Who looks at the pictures and reads the words: a judge, or the name of one
        (``imagenet``, the default; ``own``; or any that ``Encoder.load`` takes).
    reference
        The texts in which words are counted: ``captions``, ``titles``, ``descriptions``, or a file
        with one text a line.
    keep
        Ids of the works to look at; by default all. Stability is measured on all works only.
    stability
        Fits of the same model with other seeds, as many with the rows in other orders and as many
        on other samples of the works, to see which topics are found again. 0 makes none.
    cache
        Where the judge's vectors are kept; by default in the run's folder.
    seed
        Seed of the resampling, the random clusters and the refits.
    progress
        Told of stages and counts.

    Returns
    -------
    Evaluation
        The numbers and all that is needed to read them.

    Raises
    ------
    RunError
        If the run is damaged, or has none of the works to keep.
    ModelError
        If the judge cannot be loaded.
    ReferenceTextError
        If the texts cannot be read.
    ValueError
        If stability is asked for some of the works.
    """
    progress = progress or Silent()
    return _measured(
        run, _asked(run, judge, reference, keep, stability, seed, progress), cache, progress
    )


@alone
def evaluate_run(
    run: Run,
    *,
    judge: Judge | str = DEFAULT_JUDGE,
    reference: str = "captions",
    stability: int = 0,
    seed: int = 0,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """Measure a run and write ``metrics.json``, unless the same was asked and answered before.

    Its page is made anew only by ``topicart.make.finish_run``.

    Parameters
    ----------
    run, judge, reference, stability, seed, cache, progress
        As for :func:`evaluate`.

    Returns
    -------
    Evaluation
        The numbers.

    Raises
    ------
    RunError, ModelError, ReferenceTextError
        As :func:`evaluate`.
    """
    progress = progress or Silent()
    asked = _asked(run, judge, reference, None, stability, seed, progress)
    before = _answered(run, asked, {})
    if before is not None:
        return before
    found = _measured(run, asked, cache, progress)
    write_json(run.folder / "metrics.json", found.to_dict())
    return found


def evaluation_of(
    run: Run,
    *,
    judge: Judge | str = DEFAULT_JUDGE,
    reference: str = "captions",
    keep: Container[str] | None = None,
    seed: int = 0,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """Return what ``metrics.json`` says if it answers the same, with its stability; else measure.

    Parameters
    ----------
    run, judge, reference, keep, seed, cache, progress
        As for :func:`evaluate`.

    Returns
    -------
    Evaluation
        The numbers. Nothing but the judge's vectors is written.

    Raises
    ------
    RunError, ModelError, ReferenceTextError
        As :func:`evaluate`.
    """
    progress = progress or Silent()
    asked = _asked(run, judge, reference, keep, 0, seed, progress)
    before = _answered(run, asked, {"stability"})
    return before if before is not None else _measured(run, asked, cache, progress)


@dataclass(frozen=True, eq=False)
class _Asked:
    """What is to be measured, read and loaded."""

    values: RunValues
    judge: Judge
    texts: Reference
    stability: int
    seed: int

    @property
    def request(self) -> dict[str, Any]:
        values = self.values
        texts = json.dumps(self.texts.texts).encode()
        topics = json.dumps(
            [values.ids, values.assignments.tolist(), list(map(asdict, values.topics))]
        )
        return {
            "version": _VERSION,
            "topics_sha256": hashlib.sha256(topics.encode()).hexdigest(),
            "judge": self.judge.name,
            "judge_fingerprint": self.judge.fingerprint,
            "judge_of_words": self.judge.text_tower,
            "reference": self.texts.name,
            "reference_sha256": hashlib.sha256(texts).hexdigest(),
            "works": len(values.works),
            "left_out": values.left_out,
            "stability": self.stability,
            "seed": self.seed,
        }


def _asked(
    run: Run,
    judge: Judge | str,
    reference: str,
    keep: Container[str] | None,
    stability: int,
    seed: int,
    progress: Progress,
) -> _Asked:
    if stability and keep is not None:
        raise ValueError("Stability is measured on all works of a run; leave out keep.")
    progress.stage("read")
    values = read_values(run, keep)
    if not len(values.works):
        raise RunError(
            f"{run.folder} has none of the works to be measured. Name runs of the same collection."
        )
    if isinstance(judge, str):
        judge = OwnVectors(run) if judge == OWN else load_judge(judge, progress=False)
    return _Asked(values, judge, read_reference(reference, values), stability, seed)


def _answered(run: Run, asked: _Asked, but: Container[str]) -> Evaluation | None:
    """Return what ``metrics.json`` says, if it was asked the same (``but`` for some of it)."""
    try:
        told = run.metrics
        before = dict(told["request"])
        metrics = tuple(map(Metric.from_dict, told["metrics"]))
        topics = TypeAdapter(list[TopicStability]).validate_python(told["stability"])
    except (RunError, ValidationError, ValueError, KeyError, TypeError):
        return None  # damaged, or of another version: it is made anew
    if not metrics:
        return None
    wanted = asked.request
    if any(before.get(key) != value for key, value in wanted.items() if key not in but):
        return None
    return Evaluation(asked.values, metrics, {topic.topic: topic for topic in topics}, before)


def _measured(run: Run, asked: _Asked, cache: Path | None, progress: Progress) -> Evaluation:
    values, judge, seed = asked.values, asked.judge, asked.seed
    progress.stage("measure")
    metrics = word_metrics(values, asked.texts, judge, seed=seed)
    metrics += name_metrics(values, judge, seed=seed)
    progress.stage("assess")
    metrics += picture_metrics(
        values, judge, cache=cache or run.folder / CACHE, seed=seed, progress=progress.count
    )
    metrics += cluster_metrics(values, seed=seed)
    metrics += facet_metrics(values, seed=seed)
    found: Mapping[int, TopicStability] = {}
    if asked.stability:
        progress.stage("refit")
        try:
            sought_in = _sought_in(run, values)
            again = _refits(run, sought_in, asked.stability, progress)
            more, found = stability_metrics(sought_in, again)
            metrics += more
        except BaselineError as error:  # the other numbers are good all the same
            metrics.append(_not_found_again(str(error)))
    return Evaluation(values, tuple(metrics), found, asked.request)


def _sought_in(run: Run, values: RunValues) -> RunValues:
    """Leave out the works that were only assigned to topics, which no refit repeats."""
    table = run.works_with_vector
    if "fitted" not in table.column_names:
        return values
    return read_values(run, keep=set(table.filter(table["fitted"])["id"].to_pylist()))


def _refits(run: Run, values: RunValues, times: int, progress: Progress) -> tuple[Refit, ...]:
    """Fit the run's model again, from its own seed and with the number of topics it was asked for.

    Other orders and other samples shall differ from the run in nothing else.
    """
    asked = run.record.config["topics"].get("n_topics")
    return refit(
        model_of(run),
        values,
        times=times,
        n_topics=asked if isinstance(asked, int) else len(values.topics) or None,
        folder=run.folder / REFITS,
        seed=seed_of(run),
        progress=progress,
    )


def _not_found_again(why: str) -> Metric:
    return Metric(
        name="ari_seeds",
        title="ARI over other seeds",
        family="stability",
        value=None,
        better="higher",
        note=f"The model could not be fitted again: {why}",
    )
