from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from rdflib import DCTERMS, PROV, RDF, SKOS, Graph, Literal, URIRef

from knowledge_graph import Artwork, open_collection, work_iri
from tests.topicart.report_runs import HOSTILE, harbour, write_run
from topicart import Encoder, FitConfig, Run, RunError, TopicModelConfig, fit_run
from topicart.errors import WriteError
from topicart.graph_export import export_topics
from topicart.run import write_record
from topicart.run_files import write_names
from topicart.topics import Label, Summary

SHAPES = Path(__file__).parents[1] / "knowledge_graph" / "shapes.ttl"
MARINA = "http://www.wikidata.org/entity/Q158607"
SHIP = "http://www.wikidata.org/entity/Q11446"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return harbour(tmp_path)


def exported(run: Run, tmp_path: Path) -> Graph:
    export_topics(run, tmp_path / "topics.ttl")
    return Graph().parse(tmp_path / "topics.ttl")


def matches(tmp_path: Path, *labels: Label) -> tuple[set[str], set[str]]:
    run = write_run(tmp_path, [Artwork(id="a")], [0], labels={0: labels})
    graph = exported(run, tmp_path)
    return (
        {str(iri) for iri in graph.objects(None, SKOS.exactMatch)},
        {str(iri) for iri in graph.objects(None, SKOS.relatedMatch)},
    )


def label(iri: str, overlap: float, *, chosen: bool = True) -> Label:
    return Label("subject", f"word {iri}", overlap=overlap, iri=iri, chosen=chosen)


def grouped(run: Run, *labels: Label) -> Run:
    """Put both topics of a run into one group."""
    topics = [replace(topic, broader=2) for topic in run.topics]
    group = replace(topics[0], id=2, name="all of it", level=1, broader=None, labels=labels)
    write_names(run.folder, topics, [group])
    return Run.open(run.folder)


def test_a_run_is_enough_to_write_its_topics(run: Run, tmp_path: Path) -> None:
    from pyshacl import validate

    graph = exported(run, tmp_path)
    assert validate(graph, shacl_graph=Graph().parse(SHAPES), inference="none")[2].endswith(
        "Conforms: True\n"
    )
    names = {str(name) for name in graph.objects(None, SKOS.prefLabel)}
    assert names == {"marina, Realism", "portrait"}
    works = [f"a{n}" for n in range(6)] + [f"b{n}" for n in range(3)]
    assert {str(work) for work in graph.subjects(DCTERMS.subject)} == set(map(work_iri, works))
    span = graph.value(URIRef(work_iri("a0")), DCTERMS.temporal)
    assert graph.value(span, RDF.type) == DCTERMS.PeriodOfTime
    (activity,) = graph.subjects(RDF.type, PROV.Activity)
    assert graph.value(activity, URIRef("urn:topicart:vocabulary#seed")) == Literal(7)


def test_a_fit_writes_the_same_file(paintings: Path, tiny_model: Path, tmp_path: Path) -> None:
    config = FitConfig(
        topics=TopicModelConfig(min_cluster_size=5), opened_with={"columns": {"style": ""}}
    )
    encoder = Encoder.load(str(tiny_model))
    run = fit_run(open_collection(paintings), tmp_path / "run", encoder, config)
    export_topics(Run.open(run.folder), tmp_path / "again.ttl")
    assert (tmp_path / "again.ttl").read_bytes() == (run.folder / "topics.ttl").read_bytes()


def test_groups_are_broader_concepts_and_the_file_keeps_its_promises(
    run: Run, tmp_path: Path
) -> None:
    from pyshacl import validate

    graph = exported(grouped(run, label(SHIP, 0.9)), tmp_path)
    _, _, report = validate(graph, shacl_graph=Graph().parse(SHAPES), inference="none")
    assert report.endswith("Conforms: True\n")
    (group,) = graph.objects(None, SKOS.hasTopConcept)
    assert graph.value(group, SKOS.prefLabel) == Literal("all of it")
    assert graph.value(group, SKOS.exactMatch) == URIRef(SHIP)
    narrower = {
        str(graph.value(one, SKOS.prefLabel)) for one in graph.objects(group, SKOS.narrower)
    }
    assert narrower == {"marina, Realism", "portrait"}
    assert not list(graph.subjects(DCTERMS.subject, group))


def test_what_a_topic_nearly_coincides_with_is_the_same_and_the_rest_related(
    tmp_path: Path,
) -> None:
    labels = (label(SHIP, 0.79), label(MARINA, 0.8), label("", 0.9))
    assert matches(tmp_path, *labels) == ({MARINA}, {SHIP})


def test_at_most_one_term_is_the_same_as_a_topic(tmp_path: Path) -> None:
    assert matches(tmp_path, label(SHIP, 0.9), label(MARINA, 0.95)) == ({MARINA}, {SHIP})


def test_a_term_is_the_same_as_a_topic_or_its_group_but_not_as_both(
    run: Run, tmp_path: Path
) -> None:
    run = grouped(run, label(SHIP, 0.9))
    own = replace(run.topics[0], labels=(label(SHIP, 0.95),))
    write_names(run.folder, [own, *run.topics[1:]], run.groups)
    graph = exported(Run.open(run.folder), tmp_path)
    (same,) = graph.subjects(SKOS.exactMatch, URIRef(SHIP))
    assert graph.value(same, SKOS.notation) == Literal("0")
    (related,) = graph.subjects(SKOS.relatedMatch, URIRef(SHIP))
    assert graph.value(related, SKOS.notation) == Literal("2")


def test_a_runner_up_is_no_other_word_for_a_topic(tmp_path: Path) -> None:
    runner_up = label(SHIP, 0.9, chosen=False)
    run = write_run(tmp_path, [Artwork(id="a")], [0], labels={0: (runner_up,)})
    graph = exported(run, tmp_path)
    for said in (SKOS.altLabel, SKOS.exactMatch, SKOS.relatedMatch):
        assert not list(graph.objects(None, said))


def test_a_definition_by_a_machine_says_so_and_what_no_fact_supports(
    run: Run, tmp_path: Path
) -> None:
    written = Summary(
        "Ships.", "llava", "/data/models/llava", "What?", "2026-01-02", unsupported=("Turner",)
    )
    machine, rule = run.topics
    write_names(run.folder, [replace(machine, summary=written), rule], run.groups)
    graph = exported(Run.open(run.folder), tmp_path)
    (concept,) = graph.subjects(SKOS.definition, Literal("Ships."))
    assert list(graph.subject_objects(SKOS.editorialNote)) == [
        (
            concept,
            Literal(
                "The definition is machine-written, by llava on 2026-01-02. No fact of its works "
                "contains: Turner."
            ),
        )
    ]


@pytest.mark.parametrize(
    ("source", "title"),
    [
        ("/home/somebody/my pictures/", "my pictures"),
        ("C:\\Users\\somebody\\museum.csv", "museum.csv"),
        ("hf:owner/dataset", "hf:owner/dataset"),
        ("museum.csv", "museum.csv"),
        ("../secret/museum.csv", "museum.csv"),
        ("/", ""),
    ],
)
def test_no_place_on_the_machine_is_told(tmp_path: Path, source: str, title: str) -> None:
    run = write_run(tmp_path, [Artwork(id="a")], [0], source=source)
    graph = exported(run, tmp_path)
    scheme = graph.value(None, RDF.type, SKOS.ConceptScheme)
    assert graph.value(scheme, DCTERMS.title) == Literal(f"Themes of {title or 'a collection'}")


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("mini", "mini"),
        ("ViT-B-32/openai", "ViT-B-32/openai"),
        ("hf-hub:owner/name", "hf-hub:owner/name"),
        ("/data/models/tuned", "tuned"),
        ("local-dir:/data/models/tuned/", "tuned"),
        ("owner/name:7b@0123abc", "owner/name:7b@0123abc"),
        ("~/models/tuned", "tuned"),
    ],
)
def test_a_model_keeps_its_name_but_not_its_place(
    run: Run, tmp_path: Path, name: str, title: str
) -> None:
    model = run.record.model.model_copy(update={"name": name})
    write_record(run.folder, run.record.model_copy(update={"model": model}))
    graph = exported(Run.open(run.folder), tmp_path)
    (entity,) = graph.subjects(URIRef("urn:topicart:vocabulary#sha256"), Literal("ab" * 32))
    assert graph.value(entity, DCTERMS.title) == Literal(title)


def test_hostile_names_and_ids_stay_words(tmp_path: Path) -> None:
    texts = sorted({text.encode("utf-8", "replace").decode() for text in HOSTILE})
    works = [Artwork(id=text, title=text, iri=text) for text in texts]
    labels = tuple(Label("subject", text, overlap=0.9, iri=text, chosen=True) for text in texts)
    run = write_run(tmp_path, works, [0] * len(works), labels={0: labels}, names={0: texts[0]})
    graph = exported(run, tmp_path)
    assert {str(name) for name in graph.objects(None, DCTERMS.identifier)} == set(texts)
    assert {str(text) for text in graph.objects(None, SKOS.altLabel)} == set(texts[1:])


def test_a_file_is_replaced_only_when_told_to(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "topics.ttl"
    export_topics(run, out)
    written = out.read_bytes()
    with pytest.raises(WriteError, match=r"topics\.ttl is there already\. .*--overwrite"):
        export_topics(run, out)
    export_topics(run, out, overwrite=True)
    assert out.read_bytes() == written
    with pytest.raises(WriteError, match=r"topics\.rdf: topics are written as Turtle"):
        export_topics(run, tmp_path / "topics.rdf")
    with pytest.raises(WriteError, match="Cannot write .*there is no folder"):
        export_topics(run, tmp_path / "none" / "topics.ttl")


def test_a_damaged_run_is_named_and_leaves_no_file(run: Run, tmp_path: Path) -> None:
    (run.folder / "works.parquet").write_bytes(b"garbage")
    with pytest.raises(RunError, match=r"works\.parquet cannot be read .*The run is damaged"):
        export_topics(run, tmp_path / "topics.ttl")
    assert not list(tmp_path.glob("*topics.ttl*"))
