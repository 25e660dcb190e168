"""A finished run's themes named anew: other words, other judges, the same topics."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from topicart.errors import RunError
from topicart.fit import Silent
from topicart.graph_export import export_topics
from topicart.labels import LabelConfig, describe_topics
from topicart.lock import alone
from topicart.out import remove_what_names_made
from topicart.run import Run, write_record
from topicart.run_files import write_names, write_problems

if TYPE_CHECKING:
    from topicart.encoder import Encoder
    from topicart.fit import Progress


@alone
def label_run(
    run: Run,
    encoder: Encoder | None,
    config: LabelConfig,
    *,
    progress: Progress | None = None,
) -> Run:
    """Name the topics of a finished run anew, without looking at any picture.

    Which work is in which topic stays as it is. Summaries that a model wrote give way to those
    composed of facts, because what the model was asked spoke of the old labels: ``summarize_run``
    brings back from its cache those of which the same would be asked.

    Parameters
    ----------
    run
        The run.
    encoder
        The run's own, for the prompts of the terms; ``None`` names from the facts alone.
    config
        How topics are named; nothing of an earlier naming is kept.
    progress
        Told of the stage and how far it is.

    Returns
    -------
    Run
        The run with its new names, without measurements and page: ``finish_run`` makes them.

    Raises
    ------
    RunError
        If the encoder is not the run's own, is missing where it must judge, or the run is damaged.
    TopicartError
        If a vocabulary or the templates cannot be used.
    """
    _require_own(run, encoder, config)
    progress = progress or Silent()
    progress.stage("label")
    started = time.perf_counter()
    works = run.collection.select(np.flatnonzero(run.works["topic"].is_valid()).tolist())
    embeddings = run.embeddings
    run.require_whole()
    described = describe_topics(
        works,
        _column(run, "topic"),
        _column(run, "rank"),
        run.model_arrays["centroids"],
        embeddings.vectors.mean(axis=0),
        encoder=encoder,
        config=config,
        on_count=progress.count,
    )
    topics = described.topics
    if run.record.config.get("words") == "own":  # a model of captions has found them itself
        topics = tuple(
            replace(topic, keywords=before.keywords)
            for topic, before in zip(topics, run.topics, strict=True)
        )
    config_of_topics = {**run.record.config["topics"], "labels": config.model_dump(mode="json")}
    # What is told of a model's summaries goes with them.
    problems = [problem for problem in run.problems if problem.file != "topics.json"]
    record = run.record.model_copy(
        update={
            "config": {**run.record.config, "topics": config_of_topics},
            "parameters": {
                name: value for name, value in run.record.parameters.items() if name != "summaries"
            },
            "counts": {**run.record.counts, "problems": len(problems)},
            "timings_s": {
                **run.record.timings_s,
                "label": round(time.perf_counter() - started, 3),
            },
        }
    )
    # A cut between these leaves a run that opens, and none that a fit takes for whole: that needs
    # topics.ttl, which goes first and comes last.
    remove_what_names_made(run.folder)
    write_names(run.folder, topics, described.groups)
    write_problems(run.folder, problems)
    write_record(run.folder, record)
    named = Run(run.folder, record)
    export_topics(named, run.folder / "topics.ttl", overwrite=True)
    return named


def _require_own(run: Run, encoder: Encoder | None, config: LabelConfig) -> None:
    if encoder is None:
        if config.judges == "pictures":
            raise RunError(
                f"{run.folder}: pictures cannot choose names without the run's encoder. Give it, "
                "or let the facts choose (--by facts)."
            )
        return
    # Both towers' weights make the space. The fingerprint would also tell precisions and decoders
    # apart, in which pictures were encoded once and for all.
    made, given = run.record.model, encoder
    if (made.weights_sha256, made.dim) != (given.weights_sha256, given.dim):
        raise RunError(
            f"{run.folder} was made with the encoder {made.name!r} (weights SHA-256 "
            f"{made.weights_sha256[:12]}…), not with {given.name!r} "
            f"({given.weights_sha256[:12]}…): their vectors cannot be compared. Name the folder of "
            "the first with --model, or fit again with the second."
        )


def _column(run: Run, name: str) -> Any:
    return run.works_with_vector[name].to_numpy().astype(np.int32)
