"""Topics as SKOS: a concept scheme, a concept a topic, each work linked to its topic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


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


def topics_as_skos(
    scheme: str,
    concepts: Sequence[Concept],
    work_ids: Sequence[str],
    assignments: NDArray[np.int32],
) -> bytes:
    """Write topics and their works as Turtle.

    Parameters
    ----------
    scheme
        IRI of the concept scheme; its concepts are ``<scheme>:topic:0`` and so on.
    concepts
        The topics.
    work_ids
        Ids of the works, shape ``(n_works,)``.
    assignments
        Topic of each work, shape ``(n_works,)``; -1 is linked to nothing.

    Returns
    -------
    bytes
        Turtle in UTF-8; the same for the same topics.
    """
    from rdflib import DCTERMS, RDF, SKOS, Graph, Literal, URIRef

    graph = Graph()
    graph.add((URIRef(scheme), RDF.type, SKOS.ConceptScheme))
    for concept in concepts:
        node = URIRef(f"{scheme}:topic:{concept.id}")
        graph.add((node, RDF.type, SKOS.Concept))
        graph.add((node, SKOS.topConceptOf, URIRef(scheme)))
        graph.add((URIRef(scheme), SKOS.hasTopConcept, node))
        graph.add((node, SKOS.prefLabel, Literal(concept.label)))
        for text in concept.alternatives:
            if text != concept.label:
                graph.add((node, SKOS.altLabel, Literal(text)))
        if concept.definition:
            graph.add((node, SKOS.definition, Literal(concept.definition)))
    for work_id, topic in zip(work_ids, assignments.tolist(), strict=True):
        if topic >= 0:
            subject = URIRef(f"{scheme}:topic:{topic}")
            graph.add((URIRef(work_iri(work_id)), DCTERMS.subject, subject))
    return graph.serialize(format="turtle", encoding="utf-8")
