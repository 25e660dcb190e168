"""From a run to ``topics.ttl``: its topics and groups as SKOS, its works' places as annotations."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge_graph import CollectionError, Concept, Provenance, topics_as_skos, write_triples
from knowledge_graph.atomic import replacing
from topicart.errors import RunError, WriteError

if TYPE_CHECKING:
    from knowledge_graph import ArtGraph
    from topicart.run import Run, RunRecord
    from topicart.topics import Summary, Topic

SAME_OVERLAP = 0.8
"""From this overlap of members and works with a term, topic and term are the same (exactMatch).

Above one half no two topics can be the same as one term, for they share no works; a topic and its
group can, and then the better match is the one."""

_WHOLE_NAME = re.compile(r"hf(-hub)?:.*|[\w-][\w.-]*(/[\w.:@-]+)?")


def export_topics(run: Run, path: str | Path, *, overwrite: bool = False) -> None:
    """Write a run's topics, and which works are in them, as RDF (Turtle).

    Parameters
    ----------
    run
        The run; only its record, ``works.parquet`` and ``topics.json`` are looked at.
    path
        The file. The same run gives the same bytes.
    overwrite
        Replace it if it is there.

    Raises
    ------
    WriteError
        The file is not called ``.ttl``, is there already, or cannot be written.
    RunError
        The run is damaged.
    """
    path = Path(path)
    if path.suffix.lower() != ".ttl":
        raise WriteError(f"{path}: topics are written as Turtle. Name a file that ends in .ttl.")
    if path.exists() and not path.is_file():
        raise WriteError(f"{path} is there and is no file. Give another name.")
    if path.exists() and not overwrite:
        raise WriteError(f"{path} is there already. Give another name, or --overwrite.")
    scheme = f"urn:topicart:run:{_short_hash(run.record)}"
    topics = [*run.topics, *run.groups]
    same = _same_terms(topics)
    concepts = [_concept(topic, same.get(topic.id)) for topic in topics]
    triples = topics_as_skos(scheme, concepts, run.works, _provenance(run.record))
    with replacing(path) as beside:
        write_triples(triples, beside)


def add_topics(graph: ArtGraph, run: Run) -> None:
    """Load a run's topics into a graph of its works, so that one query goes over both.

    Parameters
    ----------
    graph
        The works.
    run
        The run; its ``topics.ttl`` is loaded.

    Raises
    ------
    RunError
        It is missing or damaged.
    """
    path = run.folder / "topics.ttl"
    before = len(graph.problems)
    try:
        graph.add(path)
        damaged = [problem.reason for problem in graph.problems[before:]]
    except CollectionError as error:
        damaged = [str(error)]
    if damaged:
        raise RunError(
            f"{path} is missing or damaged ({damaged[0]}). Write it again: `topicart graph export "
            f"{run.folder} {path} --overwrite`."
        )


def _same_terms(topics: Sequence[Topic]) -> dict[int, str]:
    """Return, by the id of the topic, the IRI of the term that it coincides with, each IRI once."""
    found: dict[int, str] = {}
    pairs = [
        (-label.overlap, topic.id, label.iri)
        for topic in topics
        for label in topic.chosen
        if label.iri and label.overlap >= SAME_OVERLAP
    ]
    for _, number, iri in sorted(pairs):
        if number not in found and iri not in found.values():
            found[number] = iri
    return found


def _concept(topic: Topic, same: str | None) -> Concept:
    return Concept(
        id=topic.id,
        label=topic.name,
        alternatives=tuple(label.term for label in topic.chosen),
        definition=topic.summary.text,
        note=_who_wrote(topic.summary),
        broader=topic.broader,
        exact=(same,) if same else (),
        related=tuple(label.iri for label in topic.chosen if label.iri),
    )


def _who_wrote(summary: Summary) -> str:
    """Return what a reader of a machine's definition must know; nothing for one made of facts."""
    if not summary.machine_written:
        return ""
    told = f"The definition is machine-written, by {_without_folders(summary.model)}"
    if summary.date:
        told += f" on {summary.date}"
    if summary.unsupported:
        told += f". No fact of its works contains: {'; '.join(summary.unsupported)}"
    return f"{told}."


def _provenance(record: RunRecord) -> Provenance:
    return Provenance(
        collection=_without_folders(record.source.path) or "a collection",
        collection_sha256=record.source.sha256,
        model=_without_folders(record.model.name.removeprefix("local-dir:")),
        model_sha256=record.model.weights_sha256,
        version=record.topicart_version,
        seed=record.config.get("topics", {}).get("seed"),
    )


def _without_folders(name: str) -> str:
    """Keep the last part of a path; names such as ``ViT-B-32/openai`` are no paths."""
    if _WHOLE_NAME.fullmatch(name):
        return name
    return re.split(r"[\\/]", name.rstrip("\\/"))[-1]


def _short_hash(record: RunRecord) -> str:
    """Return a name for the topics of this fit that those of no other share.

    How they are named is left out: a topic keeps its IRI when it gets another name.
    """
    topics = {**record.config.get("topics", {})}
    topics.pop("labels", None)
    config = {**record.config, "topics": topics}
    identity = [record.source.sha256, record.model.fingerprint, config]
    return hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:16]
