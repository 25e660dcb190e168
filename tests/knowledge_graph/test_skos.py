from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyoxigraph as ox
import pytest
from rdflib import DCTERMS, OWL, PROV, RDF, SKOS, XSD, Graph, Literal, Namespace, URIRef

from knowledge_graph import (
    Artwork,
    Collection,
    Concept,
    Provenance,
    topics_as_skos,
    work_iri,
    write_triples,
    write_turtle,
)
from knowledge_graph.nodes import PREFIXES

OA = Namespace("http://www.w3.org/ns/oa#")
OURS = Namespace("urn:topicart:vocabulary#")
WIKIDATA = "http://www.wikidata.org/entity/"
SCHEME = "urn:topicart:run:0123456789abcdef"
MADE = Provenance(
    collection="harbours.ttl",
    collection_sha256="0" * 64,
    model="mini",
    model_sha256="ab" * 32,
    version="0.1.0",
    seed=7,
)
CONCEPTS = (
    Concept(0, "ships", ("ships", "boats"), "Ships at sea.", exact=(f"{WIKIDATA}Q11446",),
            related=(f"{WIKIDATA}Q11446", f"{WIKIDATA}Q165")),
    Concept(1, "steamers", definition="Steam.", note="Machine-written.", broader=0),
    Concept(2, "portraits"),
)  # fmt: skip
WORKS = (
    Artwork(id="a", title="The Night Watch", iri=f"{WIKIDATA}Q219831", date="1642",
            year_from=1642, year_to=1642),
    Artwork(id="b", title="The Fighting Temeraire", year_from=1838, year_to=1839),
    Artwork(id="c", title="Undated"),
    Artwork(id="d", title="In no topic", year_from=1650, year_to=1650),
    Artwork(id="e", title="Without a vector", year_from=1650, year_to=1650),
    Artwork(id="f", title="Of either century", year_from=1695, year_to=1705),
)  # fmt: skip
TOPICS = (0, 1, 2, -1, None, 0)


def works_table(
    works: Sequence[Artwork] = WORKS, topics: Sequence[int | None] = TOPICS
) -> pa.Table:
    table = Collection.from_artworks(works).arrow.append_column(
        "topic", pa.array(topics, pa.int32())
    )
    chances = [None if topic is None else 1 / (row + 1) for row, topic in enumerate(topics)]
    return table.append_column("probability", pa.array(chances, pa.float32()))


def turtle(concepts: Iterable[Concept] = CONCEPTS, **works: Any) -> bytes:
    triples = topics_as_skos(SCHEME, tuple(concepts), works_table(**works), MADE)
    file = io.BytesIO()
    ox.serialize(triples, file, format=ox.RdfFormat.TURTLE, prefixes=dict(PREFIXES))
    return file.getvalue()


def topic(number: int) -> URIRef:
    return URIRef(f"{SCHEME}:topic:{number}")


@pytest.fixture
def graph() -> Graph:
    return Graph().parse(data=turtle(), format="turtle")


@pytest.fixture(scope="module")
def shapes() -> Graph:
    return Graph().parse(Path(__file__).with_name("shapes.ttl"))


def faults(graph: Graph, shapes: Graph) -> str:
    from pyshacl import validate

    conforms, _, text = validate(graph, shacl_graph=shapes, inference="none")
    return "" if conforms else str(text)


def test_topics_are_concepts_of_a_scheme_with_their_words(graph: Graph) -> None:
    assert set(graph.subjects(RDF.type, SKOS.ConceptScheme)) == {URIRef(SCHEME)}
    assert graph.value(URIRef(SCHEME), DCTERMS.title) == Literal("Themes of harbours.ttl")
    assert set(graph.subjects(SKOS.inScheme, URIRef(SCHEME))) == {topic(n) for n in range(3)}
    assert graph.value(topic(0), SKOS.prefLabel) == Literal("ships")
    assert list(graph.objects(topic(0), SKOS.altLabel)) == [Literal("boats")]
    assert graph.value(topic(0), SKOS.definition) == Literal("Ships at sea.")
    assert graph.value(topic(1), SKOS.editorialNote) == Literal("Machine-written.")
    assert graph.value(topic(0), SKOS.editorialNote) is None


def test_what_is_part_of_a_topic_is_narrower_and_not_at_the_top(graph: Graph) -> None:
    assert set(graph.objects(URIRef(SCHEME), SKOS.hasTopConcept)) == {topic(0), topic(2)}
    assert set(graph.subjects(SKOS.topConceptOf, URIRef(SCHEME))) == {topic(0), topic(2)}
    assert list(graph.subject_objects(SKOS.broader)) == [(topic(1), topic(0))]
    assert list(graph.subject_objects(SKOS.narrower)) == [(topic(0), topic(1))]


@pytest.mark.parametrize(
    ("concepts", "message"),
    [
        ([Concept(0, "a", broader=5)], r"concept 0: what is broader, 5, is not in the scheme"),
        ([Concept(0, "a", broader=0)], r"concept 0: what is broader, 0, leads back to itself"),
        ([Concept(0, "a", broader=1), Concept(1, "b", broader=0)], "leads back to itself"),
    ],
)
def test_a_hierarchy_that_is_none_is_refused(concepts: list[Concept], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        turtle(concepts)


def test_vocabularies_are_matched_and_no_iri_in_two_ways(graph: Graph) -> None:
    assert list(graph.objects(topic(0), SKOS.exactMatch)) == [URIRef(f"{WIKIDATA}Q11446")]
    assert list(graph.objects(topic(0), SKOS.relatedMatch)) == [URIRef(f"{WIKIDATA}Q165")]
    mended = Concept(0, "a", exact=("http://ex.org/a b",),
                     related=("http://ex.org/a%20b", "no iri", ""))  # fmt: skip
    graph = Graph().parse(data=turtle([mended, *CONCEPTS[1:]]), format="turtle")
    assert list(graph.objects(topic(0), SKOS.exactMatch)) == [URIRef("http://ex.org/a%20b")]
    assert list(graph.objects(topic(0), SKOS.relatedMatch)) == []


def test_each_work_in_a_topic_is_annotated_and_the_others_are_not_spoken_of(graph: Graph) -> None:
    placed = {
        graph.value(note, OA.hasTarget): (
            graph.value(note, OA.hasBody),
            round(float(graph.value(note, OURS.probability)), 3),
        )
        for note in graph.subjects(RDF.type, OA.Annotation)
    }
    assert placed == {
        URIRef(f"{WIKIDATA}Q219831"): (topic(0), 1.0),
        URIRef(work_iri("b")): (topic(1), 0.5),
        URIRef(work_iri("c")): (topic(2), 0.333),
        URIRef(work_iri("f")): (topic(0), 0.167),
    }
    assert dict(graph.subject_objects(DCTERMS.subject)) == {
        work: concept for work, (concept, _) in placed.items()
    }
    assert graph.value(URIRef(f"{WIKIDATA}Q219831"), DCTERMS.identifier) == Literal("a")


def test_how_the_topics_came_about_is_told_without_places_or_times(graph: Graph) -> None:
    (run,) = graph.subjects(RDF.type, PROV.Activity)
    assert graph.value(run, OURS.seed) == Literal(7)
    used = {
        str(graph.value(entity, DCTERMS.title)): str(graph.value(entity, OURS.sha256))
        for entity in graph.objects(run, PROV.used)
    }
    assert used == {"harbours.ttl": "0" * 64, "mini": "ab" * 32}
    software = graph.value(run, PROV.wasAssociatedWith)
    assert graph.value(software, DCTERMS.title) == Literal("topicart")
    assert graph.value(software, URIRef("http://schema.org/softwareVersion")) == Literal("0.1.0")
    assert set(graph.subjects(PROV.wasGeneratedBy, run)) == {
        URIRef(SCHEME), *graph.subjects(RDF.type, OA.Annotation)
    }  # fmt: skip


def test_all_of_it_keeps_what_the_shapes_promise(graph: Graph, shapes: Graph) -> None:
    assert faults(graph, shapes) == ""
    used = {term for term in graph.predicates() if term.startswith(str(OURS))}
    assert used == set(graph.subjects(RDF.type, OWL.DatatypeProperty))


BROKEN = {
    "a scheme without a title": ([], [(URIRef(SCHEME), DCTERMS.title, None)]),
    "a concept without a name": ([], [(topic(2), SKOS.prefLabel, None)]),
    "a concept with two names": ([(topic(2), SKOS.prefLabel, Literal("faces"))], []),
    "a name that is another word too": ([(topic(2), SKOS.altLabel, Literal("portraits"))], []),
    "a concept in no scheme": ([], [(topic(2), SKOS.inScheme, None)]),
    "one of two concepts in a circle": ([(topic(0), SKOS.broader, topic(1))], []),
    "a broader concept elsewhere": (
        [(topic(1), SKOS.broader, URIRef("urn:x")), (URIRef("urn:x"), RDF.type, SKOS.Concept)],
        [(topic(1), SKOS.broader, None)],
    ),
    "a broader one that does not know": ([], [(topic(0), SKOS.narrower, None)]),
    "a top concept below another": ([(topic(1), SKOS.topConceptOf, URIRef(SCHEME))], []),
    "neither at the top nor below": ([], [(topic(2), SKOS.topConceptOf, None)]),
    "a top concept the scheme misses": ([], [(URIRef(SCHEME), SKOS.hasTopConcept, topic(2))]),
    "the same and related": ([(topic(0), SKOS.relatedMatch, URIRef(f"{WIKIDATA}Q11446"))], []),
    "a match with a text": ([(topic(0), SKOS.relatedMatch, Literal("ship"))], []),
    "an annotation without a body": ([], [(None, OA.hasBody, topic(2))]),
    "an annotation of nothing": ([], [(None, OA.hasTarget, URIRef(work_iri("b")))]),
    "an annotation for no reason": ([], [(None, OA.motivatedBy, None)]),
    "no probability": ([], [(None, OURS.probability, None)]),
    "a work without its subject": ([], [(URIRef(work_iri("b")), DCTERMS.subject, None)]),
    "a work without its id": ([], [(None, DCTERMS.identifier, Literal("b"))]),
    "an annotation by nobody": ([], [(None, PROV.wasGeneratedBy, None)]),
    "a run of one thing": ([], [(None, PROV.used, URIRef(f"urn:topicart:model:{'ab' * 32}"))]),
    "a run by nobody": ([], [(None, PROV.wasAssociatedWith, None)]),
    "software without a version": (
        [],
        [(None, URIRef("http://schema.org/softwareVersion"), None)],
    ),
    "weights without a hash": ([], [(URIRef(f"urn:topicart:model:{'ab' * 32}"), None, None)]),
    "a seed that is no number": ([(URIRef(f"{SCHEME}:activity"), OURS.seed, Literal("x"))], []),
    "a span without ends": ([], [(URIRef("urn:topicart:years:1642/1642"), None, None)]),
    "a term that is not explained": ([], [(OURS.seed, None, Literal("seed", lang="en"))]),
}


@pytest.mark.parametrize("what", BROKEN)
def test_the_shapes_notice(what: str, graph: Graph, shapes: Graph) -> None:
    added, removed = BROKEN[what]
    before = len(graph)
    for pattern in removed:
        graph.remove(pattern)
    for triple in added:
        graph.add(triple)
    assert len(graph) != before or added
    assert faults(graph, shapes)


@pytest.mark.parametrize("probability", ["1.000001", "-0.1"])
def test_the_shapes_notice_a_probability_that_is_none(
    probability: str, graph: Graph, shapes: Graph
) -> None:
    note = URIRef(f"{SCHEME}:work:a")
    graph.set((note, OURS.probability, Literal(probability, datatype=XSD.decimal)))
    assert "probability" in faults(graph, shapes)


def test_spans_say_of_which_century_a_work_in_a_topic_is(tmp_path: Path) -> None:
    write_turtle(Collection.from_artworks(WORKS), tmp_path / "works.ttl")
    write_triples(topics_as_skos(SCHEME, CONCEPTS, works_table(), MADE), tmp_path / "topics.ttl")
    store = ox.Store()
    for name in ("works.ttl", "topics.ttl"):
        store.load(path=tmp_path / name, format=ox.RdfFormat.TURTLE)
    query = """
        PREFIX artgraph: <https://www.gennarovessio.com/artgraph-schema#>
        PREFIX dcat: <http://www.w3.org/ns/dcat#>
        PREFIX dcterms: <http://purl.org/dc/terms/>
        PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
        PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
        SELECT ?title WHERE {
            ?topic skos:prefLabel "ships" .
            ?work dcterms:subject ?topic ; artgraph:title ?title ; dcterms:temporal ?years .
            ?years dcat:startDate ?from ; dcat:endDate ?to .
            FILTER (%s)
        } ORDER BY ?title"""
    expected = ["Of either century", "The Night Watch"]
    compared = query % '?from <= "1700"^^xsd:gYear && ?to >= "1601"^^xsd:gYear'
    counted = query % "xsd:integer(STR(?from)) <= 1700 && xsd:integer(STR(?to)) >= 1601"
    for asked in (compared, counted):
        assert [solution["title"].value for solution in store.query(asked)] == expected
    both = Graph().parse(tmp_path / "works.ttl").parse(tmp_path / "topics.ttl")
    assert [str(row.title) for row in both.query(counted)] == expected


def test_works_that_share_an_iri_are_called_the_same_in_both_files() -> None:
    works = [Artwork(id=name, iri=f"{WIKIDATA}Q1") for name in "abc"]
    concepts = [Concept(0, "x")]
    graph = Graph().parse(data=turtle(concepts, works=works, topics=(None, 0, 0)), format="turtle")
    targets = set(graph.objects(None, OA.hasTarget))
    assert targets == {URIRef(work_iri("b")), URIRef(work_iri("c"))}


@pytest.mark.parametrize(
    "text",
    ['"', "\\", "a\nb\x00\x07", "<b>&amp;", "> <urn:x> .", "\ud800", "\u2028\ufffe", "é" * 9],
)
def test_hostile_words_and_ids_stay_words(text: str, shapes: Graph) -> None:
    sound = text.encode("utf-8", "replace").decode()
    works = [Artwork(id=sound, iri=sound)]
    concepts = [Concept(0, text, (text, text + "2"), text, exact=(text,), related=(text,))]
    graph = Graph().parse(data=turtle(concepts, works=works, topics=(0,)), format="turtle")
    assert graph.value(topic(0), SKOS.prefLabel) == Literal(sound)
    assert graph.value(URIRef(work_iri(sound)), DCTERMS.identifier) == Literal(sound)
    assert faults(graph, shapes) == ""


def test_the_same_topics_are_the_same_bytes() -> None:
    assert turtle() == turtle()
