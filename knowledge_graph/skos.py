"""Topics as SKOS: a scheme, its concepts, an annotation a work, and how they came about (PROV)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from knowledge_graph.nodes import (
    Spans,
    definitions,
    literal,
    minted_iri,
    own_node,
    quoted,
    term,
    work_nodes,
)

if TYPE_CHECKING:
    import pyarrow as pa
    import pyoxigraph as ox

_WORKS_AT_A_TIME = 10_000


@dataclass(frozen=True)
class Concept:
    """A topic as SKOS sees it."""

    id: int
    """skos:notation, as text."""
    label: str
    """skos:prefLabel."""
    alternatives: tuple[str, ...] = ()
    """skos:altLabel, more words for it."""
    definition: str = ""
    """skos:definition."""
    note: str = ""
    """skos:editorialNote, what editors must know: that a machine wrote the definition, say."""
    broader: int | None = None
    """The id of the concept that it is a part of (skos:broader); None at the top."""
    exact: tuple[str, ...] = ()
    """IRIs of what is the same in a vocabulary (skos:exactMatch)."""
    related: tuple[str, ...] = ()
    """IRIs of what it has to do with (skos:relatedMatch); those in ``exact`` are passed over."""


@dataclass(frozen=True)
class Provenance:
    """What topics were made of, and by what."""

    collection: str
    """The name of the source, without the folders that it lies in."""
    collection_sha256: str
    model: str
    """The name of the encoder."""
    model_sha256: str
    """Of its weights."""
    version: str
    """Topicart's version."""
    seed: int | None = None


def topics_as_skos(
    scheme: str, concepts: Sequence[Concept], works: pa.Table, made: Provenance
) -> Iterator[ox.Triple]:
    """State topics, which works are in them, and how they came about.

    Parameters
    ----------
    scheme : str
        IRI of the concept scheme; its concepts are ``<scheme>:topic:0`` and so on.
    concepts : sequence of Concept
        The topics.
    works : pyarrow.Table
        All works of the collection in its order, with the columns ``id``, ``iri``, ``year_from``,
        ``year_to``, ``topic`` and ``probability``. Those whose topic is null or -1 are not spoken
        of.
    made : Provenance
        What they were made of, and by what.

    Yields
    ------
    pyoxigraph.Triple
        The same for the same topics; ``write_triples`` writes them.

    Raises
    ------
    ValueError
        A concept's ``broader`` is no concept of the scheme, or leads back to the concept.
    """
    _require_hierarchy(concepts)
    yield from definitions("probability", "seed", "sha256")
    yield from _provenance(scheme, made)
    yield from _scheme(scheme, concepts, made)
    narrower: dict[int | None, list[int]] = {}
    for concept in concepts:
        narrower.setdefault(concept.broader, []).append(concept.id)
    for concept in concepts:
        yield from _concept(scheme, concept, narrower.get(concept.id, []))
    yield from _annotations(scheme, works)


def _require_hierarchy(concepts: Sequence[Concept]) -> None:
    above = {concept.id: concept.broader for concept in concepts}
    for concept in concepts:
        passed = {concept.id}
        broader = concept.broader
        while broader is not None:
            if broader not in above or broader in passed:
                found = "leads back to itself" if broader in passed else "is not in the scheme"
                raise ValueError(
                    f"concept {concept.id}: what is broader, {broader}, {found}; expected None or "
                    "the id of another concept, up to one at the top."
                )
            passed.add(broader)
            broader = above[broader]


def _provenance(scheme: str, made: Provenance) -> Iterator[ox.Triple]:
    """State the run: an activity that used a model and a collection, by this software."""
    import pyoxigraph as ox

    run = ox.NamedNode(f"{scheme}:activity")
    software = ox.NamedNode(minted_iri("software", made.version))
    model = ox.NamedNode(minted_iri("model", made.model_sha256))
    source = ox.NamedNode(minted_iri("collection", made.collection_sha256))
    yield ox.Triple(run, term("rdf:type"), term("prov:Activity"))
    yield ox.Triple(run, term("prov:used"), model)
    yield ox.Triple(run, term("prov:used"), source)
    yield ox.Triple(run, term("prov:wasAssociatedWith"), software)
    if made.seed is not None:
        yield ox.Triple(run, term("topicart:seed"), literal(str(made.seed), "xsd:integer"))
    for entity, title, sha256 in (
        (model, made.model, made.model_sha256),
        (source, made.collection, made.collection_sha256),
    ):
        yield ox.Triple(entity, term("rdf:type"), term("prov:Entity"))
        yield ox.Triple(entity, term("dcterms:title"), literal(title))
        yield ox.Triple(entity, term("topicart:sha256"), literal(sha256))
    yield ox.Triple(software, term("rdf:type"), term("prov:SoftwareAgent"))
    yield ox.Triple(software, term("dcterms:title"), literal("topicart"))
    yield ox.Triple(software, term("schema:softwareVersion"), literal(made.version))


def _scheme(scheme: str, concepts: Sequence[Concept], made: Provenance) -> Iterator[ox.Triple]:
    import pyoxigraph as ox

    node = ox.NamedNode(scheme)
    yield ox.Triple(node, term("rdf:type"), term("skos:ConceptScheme"))
    yield ox.Triple(node, term("dcterms:title"), literal(f"Themes of {made.collection}"))
    yield ox.Triple(node, term("prov:wasGeneratedBy"), ox.NamedNode(f"{scheme}:activity"))
    for concept in concepts:
        if concept.broader is None:
            yield ox.Triple(node, term("skos:hasTopConcept"), _topic(scheme, concept.id))


def _concept(scheme: str, concept: Concept, narrower: Sequence[int]) -> Iterator[ox.Triple]:
    import pyoxigraph as ox

    node = _topic(scheme, concept.id)
    yield ox.Triple(node, term("rdf:type"), term("skos:Concept"))
    yield ox.Triple(node, term("skos:inScheme"), ox.NamedNode(scheme))
    if concept.broader is None:
        yield ox.Triple(node, term("skos:topConceptOf"), ox.NamedNode(scheme))
    else:
        yield ox.Triple(node, term("skos:broader"), _topic(scheme, concept.broader))
    for number in narrower:
        yield ox.Triple(node, term("skos:narrower"), _topic(scheme, number))
    yield ox.Triple(node, term("skos:notation"), literal(str(concept.id)))
    yield ox.Triple(node, term("skos:prefLabel"), literal(concept.label))
    for text in dict.fromkeys(concept.alternatives):
        if text != concept.label:
            yield ox.Triple(node, term("skos:altLabel"), literal(text))
    if concept.definition:
        yield ox.Triple(node, term("skos:definition"), literal(concept.definition))
    if concept.note:
        yield ox.Triple(node, term("skos:editorialNote"), literal(concept.note))
    # Two IRIs can become one when they are mended, so that nodes are compared.
    exact = dict.fromkeys(filter(None, map(own_node, concept.exact)))
    related = dict.fromkeys(filter(None, map(own_node, concept.related)))
    for match in exact:
        yield ox.Triple(node, term("skos:exactMatch"), match)
    for match in related:
        if match not in exact:
            yield ox.Triple(node, term("skos:relatedMatch"), match)


def _annotations(scheme: str, works: pa.Table) -> Iterator[ox.Triple]:
    """State for each work in a topic that the run put it there, and of what years it is."""
    import pyoxigraph as ox

    run = ox.NamedNode(f"{scheme}:activity")
    spans = Spans()
    nodes = iter(work_nodes(works["iri"].to_pylist(), works["id"].to_pylist()))
    columns = works.select(["id", "year_from", "year_to", "topic", "probability"])
    for batch in columns.to_batches(max_chunksize=_WORKS_AT_A_TIME):
        rows = zip(*(column.to_pylist() for column in batch.columns), strict=True)
        for (work_id, first, last, topic, probability), work in zip(rows, nodes, strict=False):
            if topic is None or topic < 0:
                continue
            concept = _topic(scheme, topic)
            yield ox.Triple(work, term("dcterms:identifier"), literal(work_id))
            yield ox.Triple(work, term("dcterms:subject"), concept)
            yield from spans.statements(work, first, last)
            note = ox.NamedNode(f"{scheme}:work:{quoted(work_id)}")
            yield ox.Triple(note, term("rdf:type"), term("oa:Annotation"))
            yield ox.Triple(note, term("oa:motivatedBy"), term("oa:classifying"))
            yield ox.Triple(note, term("oa:hasBody"), concept)
            yield ox.Triple(note, term("oa:hasTarget"), work)
            certainty = literal(f"{probability:.6f}", "xsd:decimal")
            yield ox.Triple(note, term("topicart:probability"), certainty)
            yield ox.Triple(note, term("prov:wasGeneratedBy"), run)


def _topic(scheme: str, number: int) -> ox.NamedNode:
    import pyoxigraph as ox

    return ox.NamedNode(f"{scheme}:topic:{number}")
