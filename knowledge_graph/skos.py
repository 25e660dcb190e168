"""Topics as SKOS: a concept scheme, a concept a topic, each work linked to its topic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SCHEME = "urn:topicart:run"
"""The concept scheme of a run; its concepts are ``urn:topicart:run:topic:0`` and so on."""


@dataclass(frozen=True)
class Concept:
    """A topic as SKOS sees it."""

    id: int
    label: str
    """skos:prefLabel."""
    alternatives: tuple[str, ...] = ()
    """skos:altLabel, more words for it."""
    definition: str = ""
    """skos:definition."""


def work_iri(work_id: str) -> str:
    """Return the IRI of a work that has none of its own.

    Parameters
    ----------
    work_id
        The work's id.

    Returns
    -------
    str
        A URN; equal ids have equal ones.

    Examples
    --------
    >>> work_iri("claude-monet_impression, sunrise")
    'urn:topicart:work:claude-monet_impression%2C%20sunrise'
    """
    return f"urn:topicart:work:{quote(work_id, safe='')}"


def write_skos(
    path: Path,
    concepts: Sequence[Concept],
    work_ids: Sequence[str],
    assignments: NDArray[np.int32],
) -> None:
    """Write topics and their works as Turtle.

    Parameters
    ----------
    path
        The file to write.
    concepts
        The topics.
    work_ids
        Ids of the works, shape ``(n_works,)``.
    assignments
        Topic of each work, shape ``(n_works,)``; -1 is linked to nothing.
    """
    from rdflib import DCTERMS, RDF, SKOS, Graph, Literal, URIRef

    graph = Graph()
    scheme = URIRef(SCHEME)
    graph.add((scheme, RDF.type, SKOS.ConceptScheme))
    for concept in concepts:
        node = URIRef(f"{SCHEME}:topic:{concept.id}")
        graph.add((node, RDF.type, SKOS.Concept))
        graph.add((node, SKOS.inScheme, scheme))
        graph.add((node, SKOS.prefLabel, Literal(concept.label, lang="en")))
        for text in concept.alternatives:
            if text != concept.label:
                graph.add((node, SKOS.altLabel, Literal(text, lang="en")))
        if concept.definition:
            graph.add((node, SKOS.definition, Literal(concept.definition, lang="en")))
    for work_id, topic in zip(work_ids, assignments.tolist(), strict=True):
        if topic >= 0:
            subject = URIRef(f"{SCHEME}:topic:{topic}")
            graph.add((URIRef(work_iri(work_id)), DCTERMS.subject, subject))
    beside = path.with_name(f".{path.name}.tmp")
    graph.serialize(destination=str(beside), format="turtle", encoding="utf-8")
    beside.replace(path)
