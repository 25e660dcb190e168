from __future__ import annotations

import gzip
import random
from pathlib import Path

import pytest

from knowledge_graph import CollectionError, open_collection
from knowledge_graph.sources.facts import WorkFacts
from knowledge_graph.sources.query_mapping import ready_mapping, works_of_query

GRAPH = """
@prefix my: <https://archive.example/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix crm: <http://www.cidoc-crm.org/cidoc-crm/> .
my:2 my:called "Pears"@en, "Poires"@fr ; my:by my:ada, my:bo ; my:kind "still life" .
my:1 my:called "Apples" ; my:by my:ada ; my:in "1642-01-01T00:00:00/1643-12-31T23:59:59" ;
  my:kind "still life", "oil sketch" ; my:picture <http://x.org/1.jpg> ; my:number "INV 1" .
my:ada skos:prefLabel "Bell Ada"@de, "Ada Bell"@en ; rdfs:label "A. B." .
my:bo crm:P1_is_identified_by [ crm:P190_has_symbolic_content "Bo Corr" ] .
my:3 my:called "Plums" ; my:by my:Ole%20Dahl, [ rdfs:label "a follower" ], [] .
"""
PREFIX = "PREFIX my: <https://archive.example/>\n"


def read(tmp_path: Path, select: str, graph: str = GRAPH) -> WorkFacts:
    (tmp_path / "graph.ttl").write_text(graph, encoding="utf-8")
    return works_of_query([tmp_path / "graph.ttl"], mapping(tmp_path, select))


def mapping(tmp_path: Path, select: str) -> Path:
    path = tmp_path / "query.rq"
    path.write_text(PREFIX + select, encoding="utf-8")
    return path


def values(facts: WorkFacts, facet: str) -> list[tuple[str, str, str]]:
    edges = facts.facets[facet]
    return [
        (facts.ids[work], facts.labels[node], facts.node_iris[node])
        for work, node in zip(edges.works, edges.nodes, strict=True)
    ]


def test_variables_are_facets_and_iris_are_called_what_the_graph_calls_them(
    tmp_path: Path,
) -> None:
    facts = read(
        tmp_path,
        """SELECT ?work ?title ?artist ?date ?image { ?work my:called ?title ; my:by ?artist
           OPTIONAL { ?work my:in ?date } OPTIONAL { ?work my:picture ?image } }""",
    )
    assert facts.ids == ["1", "2", "3"]
    assert facts.iris == [f"https://archive.example/{number}" for number in (1, 2, 3)]
    assert facts.titles == ["Apples", "Pears", "Plums"]
    assert facts.dates == ["1642 - 1643", "", ""]
    assert facts.pictures == [["http://x.org/1.jpg"], [], []]
    assert values(facts, "artist") == [
        ("1", "Ada Bell", "https://archive.example/ada"),
        ("2", "Ada Bell", "https://archive.example/ada"),
        ("2", "Bo Corr", "https://archive.example/bo"),
        ("3", "Ole Dahl", "https://archive.example/Ole%20Dahl"),
        ("3", "a follower", ""),
    ]
    assert facts.problems == []


def test_a_label_that_the_query_gives_goes_before_the_graphs(tmp_path: Path) -> None:
    facts = read(
        tmp_path,
        """PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
           SELECT (?w AS ?item) ?itemLabel ?artist ?artistLabel ?styleName ?id
           { ?w my:called ?itemLabel ; my:by ?artist ; my:number ?id
             OPTIONAL { ?artist rdfs:label ?artistLabel } BIND("Baroque" AS ?styleName) }""",
    )
    assert (facts.ids, facts.titles) == (["INV 1"], ["Apples"])
    assert values(facts, "artist") == [("INV 1", "A. B.", "https://archive.example/ada")]
    assert values(facts, "style") == [("INV 1", "Baroque", "")]


def test_named_graphs_and_gzip_are_read_and_what_is_malformed_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "graph.nq.gz"
    line = '<http://x.org/{0}> <https://archive.example/called> "Work {0}" <http://x.org/g{0}> .\n'
    path.write_bytes(gzip.compress((line.format(1) + "broken\n" + line.format(2)).encode()))
    query = mapping(tmp_path, "SELECT ?work ?title { ?work my:called ?title }")
    facts = works_of_query([path], query)
    assert facts.titles == ["Work 1", "Work 2"]
    assert [problem.file for problem in facts.problems] == ["graph.nq.gz, line 2"]
    assert open_collection(path, mapping=query).ids == ["1", "2"]


def test_one_graph_gives_one_collection_in_whatever_order_it_is_written(tmp_path: Path) -> None:
    lines = [
        f"<http://x.org/w{work}> <https://archive.example/by> <http://x.org/a{artist}> ."
        for work in range(20)
        for artist in range(work % 4)
    ]
    lines += [f'<http://x.org/a{n}> <http://schema.org/name> "A", "B"@en ; a 3 .' for n in range(4)]
    found = []
    for seed in range(3):
        random.Random(seed).shuffle(lines)
        facts = read(tmp_path, "SELECT ?work ?artist { ?work my:by ?artist }", "\n".join(lines))
        found.append((facts.ids, values(facts, "artist")))
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("SELECT ?work {", r"not SPARQL: line 2, column 15: .* in 'SELECT \?work \{'; expected a "
                           r"SPARQL query .*what changes the graph \(INSERT, DELETE, LOAD\)"),
        ("INSERT DATA { my:1 my:by my:bo }", r"not SPARQL: line 2"),
        ("ASK { ?work my:by ?artist }", r"is an ASK, CONSTRUCT or DESCRIBE; expected a SELECT"),
        ("SELECT ?s ?artist { ?s my:by ?artist }",
         r"no variable is called work; expected \?work .* beside \?s, \?artist. Call"),
        ("SELECT ?work ?stile { ?work my:by ?stile }",
         r"\?stile is no facet; expected \?work and any of \?id, \?image, .*\?emotion.*"
         r"Did you mean 'title' or 'style'\?"),
        ("SELECT ?work ?artist { SERVICE <http://x.org/sparql> { ?work my:by ?artist } }",
         r"it asks another endpoint \(SERVICE\), and nothing is fetched; expected a query of what"),
        ("SELECT ?work { ?work my:painted ?x }",
         r"graph\.ttl: .*query\.rq finds no work there; .* predicates that are there most often "
         r"are <https://archive.example/by> \(6\), <https://archive.example/called> \(4\), .*"
         r"give it as --mapping QUERY\.rq"),
    ],
)  # fmt: skip
def test_errors_say_what_is_wrong_with_the_query(tmp_path: Path, query: str, message: str) -> None:
    with pytest.raises(CollectionError, match=message):
        read(tmp_path, query)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT*{?work my:by 1service<http://127.0.0.1:9/>{?work ?artist ?b}}",
        "SELECT * { FILTER(1<2) SERVICE SILENT ?s { ?work ?artist ?b } } # '",
        r"SELECT * { \u0053ERVICE <http://127.0.0.1:9/> { ?work ?artist ?b } }",
        r"SELECT * { ?work my:\#a 1 . SERVICE <http://127.0.0.1:9/> { ?work ?artist ?b } }",
        r"SELECT * { ?work <http://\u0061#b> 1 . SERVICE my:x { ?work ?artist ?b } }",
        "SELECT * { ?work my:p '''it's # ''' . SERVICE my:x { ?work ?artist ?b } }",
        "SELECT * { ?work my:p 'a\\'' . SERVICE my:x { ?work ?artist ?b } } # '",
    ],
)
def test_no_way_of_writing_service_fetches_anything(tmp_path: Path, query: str) -> None:
    with pytest.raises(CollectionError, match=r"asks another endpoint \(SERVICE\)"):
        read(tmp_path, query)


def test_the_word_service_may_be_said(tmp_path: Path) -> None:
    query = """SELECT ?work ?artist { # SERVICE
        ?work my:by ?artist . FILTER(?artist != my:service && ?artist != <http://x.org/service>)
        OPTIONAL { ?work my:kind ?service } FILTER(STR(?artist) != "service it's \\" SERVICE") }"""
    assert read(tmp_path, query).ids == ["1", "2", "3"]


def test_a_query_that_cannot_be_read_is_said_to_be_so(tmp_path: Path) -> None:
    mapping(tmp_path, "")
    with pytest.raises(
        CollectionError, match=r"--mapping .*qeury\.rq: cannot be read .*Did you mean 'query\.rq'\?"
    ):
        works_of_query([], tmp_path / "qeury.rq")
    (tmp_path / "bad.rq").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(CollectionError, match=r"expected a text file with one SPARQL SELECT"):
        works_of_query([], tmp_path / "bad.rq")


CIDOC = """
@prefix crm: <http://www.cidoc-crm.org/cidoc-crm/> .
@prefix aat: <http://vocab.getty.edu/aat/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix m: <https://museum.example/> .
m:1 a crm:E22_Man-Made_Object ; rdfs:label "A boat" ;
  crm:P108i_was_produced_by [ crm:P9_consists_of
    [ crm:P14_carried_out_by m:ada ; crm:P32_used_general_technique m:etching ] ;
    crm:P4_has_time-span [ rdfs:label "c. 1880" ] ] ;
  crm:P2_has_type aat:300133025, m:print ; crm:P62_depicts m:sea ; crm:P3_has_note "A note." ;
  crm:P67i_is_referred_to_by [ crm:P2_has_type aat:300435429 ;
    crm:P190_has_symbolic_content "etching on paper" ] ;
  crm:P138i_has_representation <https://museum.example/1.JPG>, m:film ;
  crm:P46i_forms_part_of m:album ; crm:P50_has_current_keeper m:house .
m:2 a crm:E22_Human-Made_Object ; crm:P102_has_title [ rdfs:label "Two" ] ;
  crm:P108i_was_produced_by [ crm:P4_has_time-span [ crm:P82b_end_of_the_end "1700" ] ] .
m:ada rdfs:label "Ada Bell" . m:etching rdfs:label "etching" . m:print rdfs:label "print" .
m:sea rdfs:label "sea" . m:album rdfs:label "Album" . m:house rdfs:label "House" .
m:frame a crm:E19_Physical_Object .
"""


def test_cidoc_crm_is_read_with_the_ready_query(tmp_path: Path) -> None:
    (tmp_path / "crm.ttl").write_text(CIDOC)
    facts = works_of_query([tmp_path / "crm.ttl"], ready_mapping("linked-art"))
    assert facts.ids == ["1", "2"]
    assert (facts.titles, facts.descriptions) == (["A boat", "Two"], ["A note.", ""])
    assert facts.dates == ["c. 1880", "before 1700"]
    assert facts.pictures == [["https://museum.example/1.JPG"], []]
    assert {f: [label for _, label, _ in values(facts, f)] for f in facts.facets} == {
        "artist": ["Ada Bell"],
        "genre": ["print"],
        "subject": ["sea"],
        "medium": ["etching", "etching on paper"],
        "place": ["House"],
        "series": ["Album"],
    }


ARCO = """
@prefix a-cd: <https://w3id.org/arco/ontology/context-description/> .
@prefix a-dd: <https://w3id.org/arco/ontology/denotative-description/> .
@prefix a-loc: <https://w3id.org/arco/ontology/location/> .
@prefix arco: <https://w3id.org/arco/ontology/arco/> .
@prefix core: <https://w3id.org/arco/ontology/core/> .
@prefix dc: <http://purl.org/dc/elements/1.1/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix ti: <https://w3id.org/italia/onto/TI/> .
@prefix r: <https://w3id.org/arco/resource/> .
<https://w3id.org/arco/resource/HistoricOrArtisticProperty/0900287181>
  a arco:HistoricOrArtisticProperty ; rdfs:label "Sacra Famiglia (dipinto)"@it ;
  dc:title "Tondo Doni"@it ; dc:type "dipinto" ; core:description "Una tavola tonda."@it ;
  a-cd:hasAuthor r:a1 ; dc:creator r:a1 ; a-cd:hasSubject r:s1 ; dc:subject "Sacra Famiglia" ;
  a-dd:hasMaterialOrTechnique r:t1 ; foaf:depiction <http://x.it/1.jpg> ;
  a-loc:hasCulturalInstituteOrSite r:uffizi ;
  a-cd:hasDating [ a-cd:hasDatingEvent [ a-cd:specificTime
    [ arco:startTime "1503" ; arco:endTime "1504" ] ] ] .
r:2 a [ rdfs:subClassOf arco:HistoricOrArtisticProperty ] ; rdfs:label "Senza" ;
  dc:date "sec. XVI" ; a-cd:hasDating [ a-cd:hasDatingEvent [ ti:atTime
    [ arco:startTime "1500" ] ] ] ; a-loc:hasTimeIndexedTypedLocation
  [ a-loc:hasLocationType a-loc:CurrentPhysicalLocation ;
    a-loc:hasCulturalInstituteOrSite r:uffizi ],
  [ a-loc:hasLocationType a-loc:LastLocation ; a-loc:hasCulturalInstituteOrSite r:villa ] .
r:a1 rdfs:label "Buonarroti Michelangelo"@it . r:s1 rdfs:label "Madonna"@it, "Virgin"@en .
r:t1 rdfs:label "tavola/ pittura a tempera" . r:uffizi rdfs:label "Galleria degli Uffizi" .
"""


def test_arco_is_read_with_the_ready_query(tmp_path: Path) -> None:
    (tmp_path / "arco.ttl").write_text(ARCO)
    facts = works_of_query([tmp_path / "arco.ttl"], ready_mapping("arco"))
    assert (facts.ids, facts.titles) == (["0900287181", "2"], ["Tondo Doni", "Senza"])
    assert facts.dates == ["1503 - 1504", "sec. XVI"]
    assert facts.descriptions == ["Una tavola tonda.", ""]
    assert facts.pictures == [["http://x.it/1.jpg"], []]
    assert {f: [label for _, label, _ in values(facts, f)] for f in facts.facets} == {
        "artist": ["Buonarroti Michelangelo"],
        "genre": ["dipinto"],
        "subject": ["Sacra Famiglia", "Virgin"],
        "medium": ["tavola/ pittura a tempera"],
        "place": ["Galleria degli Uffizi", "Galleria degli Uffizi"],
    }


def test_many_values_do_not_multiply_each_other(tmp_path: Path) -> None:
    crm = "http://www.cidoc-crm.org/cidoc-crm/"
    lines = [f"<http://x.org/1> a <{crm}E22_Human-Made_Object> ."]
    for number in range(300):
        lines.append(f"<http://x.org/1> <{crm}P62_depicts> <http://x.org/s{number}> .")
        lines.append(f"<http://x.org/1> <{crm}P45_consists_of> <http://x.org/m{number}> .")
        lines.append(f"<http://x.org/1> <{crm}P2_has_type> <http://x.org/t{number}> .")
    (tmp_path / "crm.ttl").write_text("\n".join(lines))
    facts = works_of_query([tmp_path / "crm.ttl"], ready_mapping("linked-art"))
    assert {f: len(edges.works) for f, edges in facts.facets.items()} == {
        "genre": 300, "subject": 300, "medium": 300,
    }  # fmt: skip


def test_a_query_nested_beyond_reason_ends_no_process(tmp_path: Path) -> None:
    (tmp_path / "a.nt").write_text("<http://a.org/1> <http://a.org/p> <http://a.org/2> .\n")
    query = tmp_path / "deep.rq"
    query.write_text("SELECT ?work { ?work ?p ?o FILTER(" + "(" * 20_000 + "1" + ")" * 20_001 + "}")
    assert open_collection(tmp_path / "a.nt", mapping=query).ids == ["1"]
