"""From a run to ``topics.ttl``: its topics as SKOS concepts, its works' places as annotations."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge_graph import CollectionError, Concept, Provenance, topics_as_skos, write_triples
from knowledge_graph.atomic import replacing
from topicart.errors import RunError, WriteError

if TYPE_CHECKING:
    from knowledge_graph import ArtGraph
    from topicart.run import Run, RunRecord
    from topicart.topics import Topic

SAME_OVERLAP = 0.8
"""From this overlap of members and works with a term, topic and term are the same (exactMatch).

Above one half no two topics can be the same as one term, for they share no works."""

_WHOLE_NAME = re.compile(r"hf(-hub)?:.*|[\w-][\w.-]*(/[\w.-]+)?")


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
    concepts = [_concept(topic) for topic in run.topics]
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


def _concept(topic: Topic) -> Concept:
    named = [label for label in topic.labels if label.iri]
    same = max(named, key=lambda label: label.overlap, default=None)
    exact = (same.iri,) if same and same.overlap >= SAME_OVERLAP else ()
    return Concept(
        id=topic.id,
        label=topic.name,
        alternatives=tuple(dict.fromkeys(label.term for label in topic.labels)),
        definition=topic.summary,
        exact=exact,
        related=tuple(label.iri for label in named if label.sayable),
    )


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
    """Return a name for the topics of this fit that those of no other share."""
    identity = [record.source.sha256, record.model.fingerprint, record.config]
    return hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:16]
