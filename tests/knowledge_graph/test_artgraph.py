from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from knowledge_graph import CollectionError, open_collection
from knowledge_graph.artgraph import ArtGraph, read_query

ARTGRAPH = """
@prefix artgraph: <https://www.gennarovessio.com/artgraph-schema#> .
@prefix artgraph-res: <https://www.gennarovessio.com/artgraph-resources#> .
artgraph-res:1 a artgraph:Artwork ; artgraph:name "bell_harbour-1871.jpg" ;
  artgraph:title "The Harbour" ; artgraph:createdBy artgraph-res:10 ;
  artgraph:about artgraph-res:11, artgraph-res:12 .
artgraph-res:2 a artgraph:Artwork ; artgraph:name "bell_storm.jpg" ; artgraph:title "Storm" ;
  artgraph:createdBy artgraph-res:10 ; artgraph:about artgraph-res:11 .
artgraph-res:10 a artgraph:Artist ; artgraph:name "ada-bell" .
artgraph-res:11 a artgraph:Tag ; artgraph:name "sea" .
artgraph-res:12 a artgraph:Tag ; artgraph:name "ships" .
"""
TOPICS = """
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix oa: <http://www.w3.org/ns/oa#> .
<urn:topicart:topic:0> a skos:Concept ; skos:prefLabel "boats at sea"@en .
[] a oa:Annotation ; oa:hasBody <urn:topicart:topic:0> ;
  oa:hasTarget <https://www.gennarovessio.com/artgraph-resources#1> .
"""


@pytest.fixture
def turtle(tmp_path: Path) -> Path:
    path = tmp_path / "graph.ttl"
    path.write_text(ARTGRAPH)
    return path


def test_a_graph_is_asked_sparql_with_its_prefixes_known(turtle: Path) -> None:
    graph = ArtGraph.open(turtle)
    answer = graph.query(
        """SELECT ?title (COUNT(?tag) AS ?tags) ?none
           { ?work artgraph:title ?title ; artgraph:about ?tag . ?tag a artgraph:Tag }
           GROUP BY ?title ?none ORDER BY ?title"""
    )
    assert answer.names == ("title", "tags", "none")
    assert answer.rows == (("Storm", "1", ""), ("The Harbour", "2", ""))
    assert (len(graph), graph.problems) == (17, ())


def test_every_kind_of_query_is_answered_in_rows(turtle: Path) -> None:
    graph = ArtGraph.open(turtle)
    assert graph.query("ASK { artgraph-res:1 artgraph:about artgraph-res:12 }").rows == (("true",),)
    assert graph.query("ASK { artgraph-res:2 artgraph:about artgraph-res:12 }").rows == (
        ("false",),
    )
    made = graph.query("CONSTRUCT { ?a skos:prefLabel ?n } { ?a a artgraph:Artist ; ?p ?n "
                       "FILTER(ISLITERAL(?n)) }")  # fmt: skip
    assert made.names == ("subject", "predicate", "object")
    assert made.rows == (
        (
            "https://www.gennarovessio.com/artgraph-resources#10",
            "http://www.w3.org/2004/02/skos/core#prefLabel",
            "ada-bell",
        ),
    )
    assert len(graph.query("DESCRIBE artgraph-res:12").rows) == 2


def test_one_query_goes_over_graph_and_topics(turtle: Path, tmp_path: Path) -> None:
    graph = ArtGraph.open(turtle)
    (tmp_path / "topics.ttl").write_text(TOPICS)
    graph.add(tmp_path / "topics.ttl")
    answer = graph.query(
        """SELECT ?label ?artist { ?a oa:hasBody/skos:prefLabel ?label ; oa:hasTarget ?work .
           ?work artgraph:createdBy/artgraph:name ?artist }"""
    )
    assert answer.rows == (("boats at sea", "ada-bell"),)
    with pytest.raises(CollectionError, match=r"topics\.json: is no RDF file by its name; expect"):
        graph.add(tmp_path / "topics.json")
    with pytest.raises(CollectionError, match=r"none\.ttl: cannot be read"):
        graph.add(tmp_path / "none.ttl")


def test_rdflibs_api_works_on_the_same_statements(turtle: Path, tmp_path: Path) -> None:
    import rdflib

    (tmp_path / "more.nq").write_text('<http://x.org/a> <http://x.org/p> "in a graph" <http://g> .')
    opened = ArtGraph.open(turtle)
    opened.add(tmp_path / "more.nq")
    graph = opened.graph
    assert graph is opened.graph
    schema = rdflib.Namespace("https://www.gennarovessio.com/artgraph-schema#")
    resource = rdflib.Namespace("https://www.gennarovessio.com/artgraph-resources#")
    assert len(list(graph.triples((None, rdflib.RDF.type, schema.Tag)))) == 2
    assert str(graph.value(resource["1"], schema.title)) == "The Harbour"
    a, p = rdflib.URIRef("http://x.org/a"), rdflib.URIRef("http://x.org/p")
    assert str(graph.value(a, p)) == "in a graph"
    (row,) = graph.query("SELECT ?t { ?w artgraph:title ?t FILTER(STRSTARTS(?t, 'St')) }")
    assert str(row[0]) == "Storm"  # type: ignore[index]
    text = graph.serialize(format="turtle")
    assert "artgraph-res:1 a artgraph:Artwork" in text
    assert len(rdflib.Graph().parse(data=text)) == len(opened) == 18
    graph.add((resource["1"], schema.title, rdflib.Literal("Port")))
    assert opened.query("ASK { artgraph-res:1 artgraph:title 'Port' }").rows == (("true",),)


def test_a_source_that_is_no_rdf_is_put_into_artgraphs_vocabulary(
    tiny_collection_folder: Path,
) -> None:
    query = """SELECT ?name (COUNT(*) AS ?n) { ?work artgraph:createdBy/artgraph:name ?name }
               GROUP BY ?name ORDER BY DESC(?n) ?name LIMIT 2"""
    rows = (("Bell Ada", "3"), ("CORR, Pia da", "3"))
    assert ArtGraph.open(tiny_collection_folder).query(query).rows == rows
    table = tiny_collection_folder / "metadata.csv"
    assert ArtGraph.open(table, columns={"artist": "artist"}).query(query).rows == rows
    assert ArtGraph.from_collection(open_collection(table)).query(query).rows == rows


def test_what_cannot_be_read_is_a_problem_of_the_graph(turtle: Path) -> None:
    turtle.write_text(ARTGRAPH + "\nbroken .\n<http://x.org/a> <http://x.org/p> 1 .\n")
    graph = ArtGraph.open(turtle)
    assert [problem.file.split(",")[0] for problem in graph.problems] == ["graph.ttl"]
    assert graph.query("ASK { <http://x.org/a> ?p 1 }").rows == (("true",),)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("SELECT ?a {\n ?a ?b", r"not SPARQL: line 2, column 7: expected .* in '\?a \?b'"),
        ("INSERT DATA { <a:a> <a:b> 1 }", r"the graph \(INSERT, DELETE, LOAD\) is not done"),
        ("LOAD <http://x.org/>", r"the query: not SPARQL"),
        ("SELECT * { SERVICE <http://x.org/sparql> { ?a ?b ?c } }",
         r"the query: it asks another endpoint \(SERVICE\), and nothing is fetched"),
        ("SELECT ?x { ?x none:such 1 }", r"the query: not SPARQL: .*"),
    ],
)  # fmt: skip
def test_what_is_no_query_is_refused(turtle: Path, query: str, message: str) -> None:
    with pytest.raises(CollectionError, match=message):
        ArtGraph.open(turtle).query(query)


def test_a_query_may_lie_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "ask.rq"
    file.write_text("\ufeffASK { ?a ?b ?c }", encoding="utf-8")
    assert read_query(str(file)) == "ASK { ?a ?b ?c }"
    assert read_query("ASK { ?a ?b ?c } # ask.rq") == "ASK { ?a ?b ?c } # ask.rq"
    with pytest.raises(CollectionError, match=r"none\.rq: cannot be read \(No such file"):
        read_query(str(tmp_path / "none.rq"))


def test_nothing_to_open_is_said_as_by_a_collection(tmp_path: Path) -> None:
    with pytest.raises(CollectionError, match=r"no such file or folder"):
        ArtGraph.open(tmp_path / "none.ttl")
    with pytest.raises(CollectionError, match=r"the source is empty"):
        ArtGraph.open("")


def test_a_collection_makes_no_graph(tiny_collection_folder: Path) -> None:
    """Who asks no SPARQL pays for none."""
    code = (
        "import sys; from knowledge_graph import open_collection; "
        f"len(open_collection({str(tiny_collection_folder)!r})); "
        "assert not {'pyoxigraph', 'rdflib', 'oxrdflib'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_real_artgraph_is_a_graph(shared_data: Path) -> None:
    folder = shared_data / "artgraph" / "artgraph-rdf"
    if not folder.is_dir():
        pytest.skip(f"there is no ArtGraph at {folder}")
    graph = ArtGraph.open(folder / "artgraph-facts.ttl")
    works = graph.query("SELECT (COUNT(*) AS ?n) { ?work a artgraph:Artwork }").rows
    assert int(works[0][0]) == len(open_collection(folder / "artgraph-facts.ttl"))


def test_deeply_nested_queries_are_answered(turtle: Path) -> None:
    graph = ArtGraph.open(turtle)
    assert graph.query("ASK {" + "{" * 10_000 + "}" * 10_000 + "}").rows == (("true",),)


def test_a_prefix_that_is_not_declared_is_named_as_such(turtle: Path) -> None:
    with pytest.raises(CollectionError, match=r"column \d+: a prefix is not declared in .*nope:x"):
        ArtGraph.open(turtle).query("SELECT * { ?work nope:x ?x }")


@pytest.mark.skipif(sys.platform == "win32", reason="signals are others there")
def test_ctrl_c_ends_a_query_that_does_not_end(tmp_path: Path) -> None:
    big = tmp_path / "big.nt"
    big.write_text("".join(f"<urn:{n}> <urn:p> <urn:{n + 1}> .\n" for n in range(2000)))
    code = (
        "import signal, sys; from knowledge_graph.artgraph import ArtGraph\n"
        # A shell that starts us in the background has Ctrl-C ignored.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "graph = ArtGraph.open(sys.argv[1]); print('asks', flush=True)\n"
        "graph.query('SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }')"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(big)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as asking:
        assert asking.stdout is not None
        assert asking.stdout.readline() == b"asks\n"
        time.sleep(0.3)
        asking.send_signal(signal.SIGINT)
        try:
            assert asking.wait(timeout=20) != 0
        finally:
            asking.kill()


def test_a_query_may_ask_one_of_several_graphs(tmp_path: Path) -> None:
    quads = tmp_path / "graphs.nq"
    quads.write_text("".join(f"<urn:{n}> <urn:from> <urn:o> <urn:g{n}> .\n" for n in range(3)))
    graph = ArtGraph.open(quads, format="rdf")
    assert len(graph.query("SELECT * { ?from <urn:from> ?o }").rows) == 3
    assert graph.query("SELECT ?s FROM <urn:g1> { ?s ?p ?o }").rows == (("urn:1",),)
    assert len(graph.query("SELECT * FROM NAMED <urn:g1> { GRAPH ?g { ?s ?p ?o } }").rows) == 1
