"""A baseline's groups as a run like any other: on the page, in RDF, in a comparison."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import ValidationError

from evaluation.baselines import BASELINES, Baseline, BaselineError, Found, make_baseline
from evaluation.fitting.cost import Cost, measured
from evaluation.fitting.warming import warm_up
from knowledge_graph.atomic import link_or_copy, make_folder
from prompts import caption
from topicart import Keyword, LabelConfig, Run, RunError, Topics, __version__
from topicart.cluster import Clusters
from topicart.fit import Silent, now, versions_here, write_finished
from topicart.labels import read_words
from topicart.lock import in_use
from topicart.model import topics_of
from topicart.out import prepare, require_usable
from topicart.run import RunRecord, read_record
from topicart.run_files import write_problems

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from knowledge_graph import Collection, Problem
    from topicart import Embeddings, Encoder
    from topicart.fit import Progress

_STORES = ("embeddings", "fused")
"""Folders of a run's vectors; the second is there only where captions were mixed in."""


@dataclass(frozen=True, eq=False)
class _Works:
    """What a baseline is given of the source run, read and found sound before anything is made."""

    collection: Collection
    embeddings: Embeddings
    positions: NDArray[np.float32]
    texts: list[str]
    problems: tuple[Problem, ...]
    n_topics: int


def fit_baseline(
    name: str,
    source: Run,
    out: str | Path,
    *,
    n_topics: int | None = None,
    seed: int = 0,
    encoder: Encoder | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Run:
    """Group the works of a run by another method, and leave a run in the same format.

    No picture is looked at: the vectors are the source's (the same files on the disk, where it
    allows that), and so is the map. Names come about as the source's do. The words of LDA, NMF and
    BERTopic are kept as the topics' keywords (``config["words"]`` is ``own``).

    Parameters
    ----------
    name
        One of ``BASELINES``.
    source
        A finished run. Works of it without a vector stay without a topic.
    out
        The run's folder. If it holds the same, finished, that is returned.
    n_topics
        Number of topics, for a method that must be told one; by default as many as ``source`` has.
    seed
        The one seed of the method.
    encoder
        The source's own, for the prompts of the terms; without it names come from the facts alone.
    overwrite
        Replace another run that is in ``out``.
    progress
        Told of the stages ``load``, ``cluster``, ``label`` and ``write``.

    Returns
    -------
    Run
        Without measurements and page. ``timings_s["fit"]`` is the method alone and
        ``peak_memory_mb`` the most memory while it ran; ``parameters["cost"]`` says how both were
        had. What the method loads, and numba compiles for UMAP and EVoC, is loaded and compiled
        before, the latter by a tiny fit.

    Raises
    ------
    BaselineError
        If there is no such baseline, or it cannot group these works.
    RunError
        If ``out`` is in use for something else, ``source`` is damaged, or ``encoder`` is not its
        own.
    TopicartError
        If the source's vectors, vocabularies or templates cannot be read.
    """
    model = make_baseline(name)
    folder = Path(out)
    progress = progress or Silent()
    _require_apart(folder, source)
    labels = _labels(source, encoder)
    progress.stage("load")
    works = _read(source, model)
    count = _count(model, works, source, n_topics)
    record = _new_record(model, source, count, n_topics, seed, labels)
    if _is_there(folder, record, overwrite=overwrite):
        return Run.open(folder)
    progress.stage("cluster")
    warm_up(model, *works.embeddings.vectors.shape)
    with measured() as cost:
        found = model.fit(works.embeddings.vectors, works.texts, count, seed)
    # Only now, for a method that fails must not have replaced anything.
    with in_use(folder):
        if prepare(folder, record, overwrite=overwrite):
            return Run.open(folder)
        for store in _STORES:
            _link(source.folder / store, folder / store)
        write_problems(folder, works.problems)
        progress.stage("label")
        with measured() as labelling:
            topics = _named(found, works, _used(name, found, cost), encoder, labels, progress)
        progress.stage("write")
        return write_finished(
            folder,
            _told(record, found),
            works.collection,
            topics,
            n_problems=len(works.problems),
            timings_s={"fit": cost.seconds or 0.0, "label": labelling.seconds or 0.0},
            peak_memory_mb=cost.peak_memory_mb,
        )


def _require_apart(folder: Path, source: Run) -> None:
    """Refuse to write where the source is, before anything is read."""
    own, theirs = folder.resolve(), source.folder.resolve()
    if theirs in (own, *own.parents):
        raise RunError(
            f"--out {folder} is the run that the works come from, or lies in it. Name another "
            "folder."
        )
    require_usable(folder)


def _labels(source: Run, encoder: Encoder | None) -> LabelConfig:
    """Return how the source names its topics, the words that it takes read once as a trial."""
    try:
        labels = LabelConfig.model_validate(source.record.config["topics"].get("labels") or {})
    except ValidationError as error:
        first = error.errors()[0]
        raise RunError(
            f"{source.folder}: how its topics are named is not understood "
            f"(labels.{'.'.join(map(str, first['loc']))}: {first['msg']}). Name them anew with "
            f"`topicart label {source.folder}`, or use topicart "
            f"{source.record.topicart_version}, which wrote it."
        ) from error
    if encoder is None:
        labels = labels.model_copy(update={"judges": "facts"})
    elif (made := source.record.model).weights_sha256 != encoder.weights_sha256:
        raise RunError(
            f"{source.folder} was made with the encoder {made.name!r} (weights SHA-256 "
            f"{made.weights_sha256[:12]}…), not with {encoder.name!r} "
            f"({encoder.weights_sha256[:12]}…). Give the first, or none: names then come from the "
            "facts alone."
        )
    read_words(labels)
    return labels


def _read(source: Run, model: Baseline) -> _Works:
    """Read the source, and tell of damage before anything is made of it."""
    table = source.works_with_vector
    embeddings = source.embeddings
    positions = np.column_stack([table[axis].to_numpy() for axis in "xy"]).astype(np.float32)
    damage = None
    source.require_whole()
    if embeddings.vectors.shape[1:] != (source.record.model.dim,):
        damage = "the embeddings have not the dimensions that run.json says"
    elif not np.isfinite(positions).all():
        damage = "works.parquet has works with a vector and without a place on the map"
    if damage:
        raise RunError(
            f"{source.folder} is damaged: {damage}. Repeat its fit with the same --out and "
            "--overwrite."
        )
    collection = source.collection
    texts = [""] * len(embeddings.ids)
    if model.reads != "vectors":
        rows = np.flatnonzero(source.works["topic"].is_valid()).tolist()
        texts = [caption(work) or "" for work in collection.select(rows)]
    # What is told of a model's summaries is of the source's topics.
    problems = tuple(problem for problem in source.problems if problem.file != "topics.json")
    return _Works(collection, embeddings, positions, texts, problems, len(source.topics))


def _count(model: Baseline, works: _Works, source: Run, n_topics: int | None) -> int | None:
    """Return the number of topics to ask for: the source's, where the method must be told one."""
    if n_topics is not None or not model.takes_n_topics:
        return n_topics
    if not works.n_topics:
        raise BaselineError(
            f"{model.name} must be told the number of topics, and {source.folder} has none to go "
            "by: every work is an outlier. Give n_topics."
        )
    return works.n_topics


def _new_record(
    model: Baseline,
    source: Run,
    n_topics: int | None,
    asked: int | None,
    seed: int,
    labels: LabelConfig,
) -> RunRecord:
    told, theirs = model.describe(), source.record
    return RunRecord(
        topicart_version=__version__,
        created=now(),
        source=theirs.source,
        model=theirs.model,
        config={
            "topics": {
                "clusterer": model.name,
                "seed": seed,
                "n_topics": n_topics,
                "labels": labels.model_dump(mode="json"),
            },
            "text_weight": theirs.config.get("text_weight", 0.0),
            "opened_with": theirs.config.get("opened_with", {}),
            "method": {
                "name": model.name,
                "line": BASELINES[model.name].line,
                "parameters": dict(told.parameters),
                "n_topics_asked": asked,
                "citation": told.paper,
                "library": told.package,
                "version": told.version,
                "note": "",
            },
        },
        versions={**versions_here(), **({told.package: told.version} if told.version else {})},
    )


def _is_there(folder: Path, record: RunRecord, *, overwrite: bool) -> bool:
    """Whether the folder holds this very run, finished; another one is refused."""
    found = read_record(folder) if folder.is_dir() else None
    if found is None or overwrite:
        return False
    if found.state != "finished":
        if "method" not in found.config:
            raise RunError(
                f"--out {folder} holds a fit that was cut short; the pictures encoded there would "
                "be lost. Finish it, name another folder, or give --overwrite."
            )
        return False
    if (theirs := _made_by(found)) and theirs != (ours := _made_by(record)):
        differing = [key for key, value in ours.items() if theirs.get(key) != value]
        raise RunError(
            f"--out {folder} holds a run by another method, or another version of it (different: "
            f"{', '.join(differing)}). Name another folder, or give --overwrite to replace it."
        )
    return prepare(folder, record, overwrite=False)


def _made_by(record: RunRecord) -> dict[str, Any]:
    method = record.config.get("method")
    keys = ("name", "parameters", "library", "version")
    return {key: method.get(key) for key in keys} if isinstance(method, Mapping) else {}


def _link(store: Path, to: Path) -> None:
    """Give a folder of vectors a second name, file by file; where that cannot be, copy it.

    No file of a run is ever written into, only replaced, so neither run can change the other.
    """
    if to.exists():
        shutil.rmtree(to)
    if not store.is_dir():
        return
    make_folder(to)
    for file in sorted(store.glob("[!.]*")):
        link_or_copy(file, to / file.name)


def _used(name: str, found: Found, cost: Cost) -> dict[str, Any]:
    """Return what was really used, and how the costs were had, JSON-ready."""
    return {**found.parameters, "clusterer": name, "cost": cost.to_dict()}


def _told(record: RunRecord, found: Found) -> RunRecord:
    """Return the record with what only the result says: the note, and whose words it has."""
    config = {**record.config, "method": {**record.config["method"], "note": found.note}}
    if found.words:
        config["words"] = "own"
    return record.model_copy(update={"config": config})


def _named(
    found: Found,
    works: _Works,
    used: Mapping[str, Any],
    encoder: Encoder | None,
    labels: LabelConfig,
    progress: Progress,
) -> Topics:
    """Make topics of the groups, the method's own words with them where it has some."""
    topics = topics_of(
        Clusters(found.assignments, found.probabilities),
        works.embeddings,
        works.collection,
        works.positions,
        used,
        encoder=encoder,
        labels=labels,
        on_count=progress.count,
    )
    if not found.words:
        return topics
    worded = tuple(
        replace(topic, keywords=_keywords(words))
        for topic, words in zip(topics.topics, found.words, strict=True)
    )
    return replace(topics, topics=worded)


def _keywords(words: tuple[str, ...]) -> tuple[Keyword, ...]:
    """Return a method's words as keywords; weights of methods differ, so the place is the score."""
    return tuple(Keyword(word, round(1 / place, 4)) for place, word in enumerate(words, start=1))
