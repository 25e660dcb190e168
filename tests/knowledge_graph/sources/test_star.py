from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge_graph import Artwork, CollectionError, open_collection
from knowledge_graph.sources.star import vocabulary_of, works_of_star
from tests.knowledge_graph.sources.artgraph_worlds import (
    RESOURCES,
    SCHEMA,
    expected,
    random_world,
    write_turtle,
)
from tests.knowledge_graph.sources.test_artgraph_csv import facts_of

HEAD = f"@prefix ag: <{SCHEMA}> .\n@prefix res: <{RESOURCES}> .\n"
WIKIDATA = """
@prefix wd: <http://www.wikidata.org/entity/> .
@prefix wdt: <http://www.wikidata.org/prop/direct/> .
@prefix p: <http://www.wikidata.org/prop/> .
@prefix ps: <http://www.wikidata.org/prop/statement/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <http://schema.org/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


def write(file: Path, text: str) -> Path:
    file.write_text(text, encoding="utf-8")
    return file


def works(file: Path, text: str) -> dict[str, Artwork]:
    return {work.id: work for work in open_collection(write(file, text))}


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10_000), cut=st.floats(0, 1))
def test_order_and_number_of_files_do_not_matter(
    seed: int, cut: float, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("rdf")
    world = random_world(seed)
    lines = write_turtle(world, folder / "w.ttl", seed).read_text().splitlines(keepends=True)
    (folder / "w.ttl").unlink()
    middle = int(cut * len(lines))
    for name, part in (("a.nq.gz", lines[:middle]), ("b.ttl.gz", lines[middle:])):
        if part:
            name = name.replace("nq", "ttl")
            (folder / name).write_bytes(gzip.compress("".join(part).encode()))
    assert facts_of(open_collection(folder)) == expected(world)


def test_what_artgraph_says_of_a_work_and_its_values(tmp_path: Path) -> None:
    text = f"""{HEAD}
    res:1 a ag:Artwork ; ag:name "a_b.jpg" ; ag:title "B" ; ag:date "c.1590" ;
      ag:image_url "https://example.org/b.jpg" ; ag:dimensions "1 x 2" ; ag:CREATEDBY res:2 ;
      ag:about res:3, "in words", _:x, res:sea ; ag:completedin_rel res:4 ; ag:elicits res:5 .
    res:2 ag:name "a" ; ag:printed_name "A. A." ; ag:createdBy res:9 .
    res:3 ag:name "boats" .
    _:x ag:name "nameless" .
    res:4 <http://www.w3.org/2000/01/rdf-schema#label> "Paris" .
    res:5 ag:printed_name "\ufffd" ; ag:name "awe" .
    """
    (work,) = works(tmp_path / "a.ttl", text).values()
    assert (work.id, work.title, work.date, work.year_from) == ("a_b", "B", "c.1590", 1590)
    assert work.iri == f"{RESOURCES}1"
    assert work.image_urls == ("https://example.org/b.jpg",)
    assert dict(work.facets) == {
        "artist": ("a",),
        "subject": ("boats", "in words", "nameless", "sea"),
        "place": ("Paris",),
        "emotion": ("awe",),
    }
    assert work.iris["subject"] == (f"{RESOURCES}3", "", "", f"{RESOURCES}sea")


def test_what_convert_adds_goes_before_the_name(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "front.jpg").write_bytes(b"x")
    text = f"""{HEAD} @prefix t: <urn:topicart:vocabulary#> .
    <urn:topicart:work:one> a ag:Artwork ; ag:name "one.jpg" ; t:id "1998.23.4" ; t:split "val" ;
      t:image "front.jpg" ; t:imageUrl "https://example.org/1.jpg" ; ag:madeOf [ ag:name "oil" ] ;
      <http://purl.org/dc/terms/description> "Said of it." .
    """
    (work,) = works(tmp_path / "a.ttl", text).values()
    assert (work.id, work.split, work.description) == ("1998.23.4", "val", "Said of it.")
    assert work.images == ("images/front.jpg",)
    assert work.image_urls == ("https://example.org/1.jpg",)
    assert work.iri == ""  # Its IRI was made because it has none.
    assert (work.facets["medium"], dict(work.iris)) == (("oil",), {})


def test_works_without_a_class_are_known_by_their_facts(tmp_path: Path) -> None:
    text = f'{HEAD} res:1 ag:createdBy res:2 . res:2 ag:name "x" ; ag:hasStyle res:3 .'
    assert list(works(tmp_path / "a.ttl", text)) == ["1"]


def test_malformed_statements_are_reported_with_their_line_and_the_others_read(
    tmp_path: Path,
) -> None:
    lines = [
        f"@prefix ag: <{SCHEMA}> .",
        f"@prefix res: <{RESOURCES}> .",
        'res:1 a ag:Artwork ; ag:name "one.jpg" ; ag:hasStyle res:9 .',
        'res:2 a ag:Artwork ; ag:name "two.jpg" ; nowhere:style res:9 .',
        'res:3 a ag:Artwork ; ag:name "th\\qree.jpg" .',
        'res:4 a ag:Artwork ; ag:name "four.jpg" ; ag:title "F\ufffdr" .',
        'res:5 a ag:Artwork ; ag:name "five',
        '.jpg" .',
        'res:6 a ag:Artwork ; ag:name "six.jpg" ; ag:hasStyle res:9 .',
        'res:9 ag:name "cubism" .',
    ]
    file = tmp_path / "a.ttl"
    file.write_bytes("\n".join(lines).encode().replace("\ufffd".encode(), b"\xfa"))
    collection = open_collection(file)
    found = {work.id: dict(work.facets) for work in collection}
    assert found["one"] == found["six"] == {"style": ("cubism",)}
    assert collection[collection.ids.index("four")].title == "F\ufffdr"
    about = {problem.file: problem.reason for problem in collection.problems}
    assert "five" in found  # A line that ends within a text is taken for part of it.
    assert {"a.ttl, line 4", "a.ttl, line 5", "a.ttl, line 6"} <= set(about)
    assert "prefix" in about["a.ttl, line 4"]
    assert about["a.ttl, line 6"] == "a byte that is not UTF-8: replaced by \ufffd"


def test_a_file_that_is_no_rdf_is_passed_over_among_others(tmp_path: Path) -> None:
    world = random_world(1)
    write_turtle(world, tmp_path / "w.ttl")
    write(tmp_path / "a.nt", "this is\nno RDF\n")
    collection = open_collection(tmp_path)
    assert facts_of(collection) == expected(world)
    assert any("not one statement can be read" in p.reason for p in collection.problems)
    (tmp_path / "w.ttl").unlink()
    with pytest.raises(CollectionError, match=r"a.nt: not one statement can be read"):
        open_collection(tmp_path)


def test_wikidata_is_read_with_its_labels_in_english_first(tmp_path: Path) -> None:
    text = f"""{WIKIDATA}
    wd:Q1 wdt:P31 wd:Q3305213 ; rdfs:label "Sternennacht"@de, "Starry Night"@en, "Nuit"@fr ;
      schema:description "un tableau"@fr ; wdt:P170 wd:Q10 ; wdt:P180 wd:Q20, wd:Q21 ;
      wdt:P1257 "25I(+1)" ; wdt:P186 "oil" ; wdt:P276 wd:Q30 ; wdt:P179 wd:Q2 ; p:P170 wd:stm ;
      wdt:P571 "1889-01-01T00:00:00Z"^^xsd:dateTime ; wdt:P135 wd:Q40 ;
      wdt:P136 <http://www.wikidata.org/.well-known/genid/0a1b> ;
      wdt:P18 <http://commons.wikimedia.org/wiki/Special:FilePath/Starry%20Night.jpg> .
    wd:Q2 wdt:P31 wd:Q3305213 ; wdt:P170 wd:Q10 .
    wd:stm ps:P170 wd:Q11 .
    wd:Q10 rdfs:label "Vincent van Gogh"@en ; wdt:P31 wd:Q5 ; wdt:P135 wd:Q40 ; wdt:P18 wd:pic .
    wd:Q20 rdfs:label "Stern"@de . wd:Q21 rdfs:label "moon" , "Mond"@de .
    wd:Q30 rdfs:label "MoMA"@en ; wdt:P18 wd:pic ; wdt:P571 "1929" .
    """
    found = works(tmp_path / "w.ttl", text)
    assert list(found) == ["Q1", "Q2"]
    work = found["Q1"]
    assert (work.title, work.description) == ("Starry Night", "un tableau")
    assert (work.iri, work.year_from) == ("http://www.wikidata.org/entity/Q1", 1889)
    assert work.image_urls == (
        "http://commons.wikimedia.org/wiki/Special:FilePath/Starry%20Night.jpg",
    )
    assert dict(work.facets) == {
        "artist": ("Vincent van Gogh",),
        "style": ("Q40",),
        "subject": ("Stern", "moon", "25I(+1)"),
        "medium": ("oil",),
        "place": ("MoMA",),
        "series": ("Q2",),
    }
    assert work.iris["subject"][2] == "https://iconclass.org/25I%28%2B1%29"
    assert "medium" not in work.iris


def test_artists_and_museums_are_no_works_where_no_class_is_stated(tmp_path: Path) -> None:
    text = f"""{WIKIDATA}
    wd:Q1 wdt:P170 wd:Q10 ; wdt:P276 wd:Q30 . wd:Q3 wdt:P18 <http://x.org/3.jpg> .
    wd:Q10 wdt:P18 <http://x.org/10.jpg> ; wdt:P135 wd:Q40 . wd:Q30 wdt:P18 <http://x.org/30.jpg> .
    """
    assert list(works(tmp_path / "w.ttl", text)) == ["Q1", "Q3"]


@pytest.mark.parametrize(
    ("name", "text", "vocabulary"),
    [
        ("a.ttl", f'{HEAD} res:1 ag:name "a" .', "artgraph"),
        ("a.ttl", f"{HEAD} res:1 a ag:Artwork .", "artgraph"),
        ("a.ttl", f"{WIKIDATA} wd:Q1 wdt:P31 wd:Q3305213 .", "wikidata"),
        ("a.nt", "<urn:a> <http://www.cidoc-crm.org/cidoc-crm/P2> <urn:b> .", "linked-art"),
        ("a.jsonld", '{"@context": "https://linked.art/ns/v1/linked-art.json"}', "linked-art"),
        ("a.nt", "<urn:a> <https://w3id.org/arco/ontology/arco/x> <urn:b> .", "arco"),
        ("a.nt", "<urn:a> <urn:p> <urn:b> .", ""),
    ],
)  # fmt: skip
def test_a_vocabulary_is_recognised(name: str, text: str, vocabulary: str, tmp_path: Path) -> None:
    assert vocabulary_of([write(tmp_path / name, text)]) == vocabulary


def test_recognising_looks_at_the_beginning_only(tmp_path: Path) -> None:
    other = "".join(f"<urn:a{n}> <urn:p> <urn:b> .\n" for n in range(6000))
    file = write(tmp_path / "a.nt", other + f'<urn:a> <{SCHEMA}name> "a" .\n')
    assert vocabulary_of([file]) == ""


def test_a_file_that_cannot_be_parsed_is_an_error(tmp_path: Path) -> None:
    file = write(tmp_path / "a.rdf", "no XML")
    with pytest.raises(CollectionError, match=r"a.rdf: not one statement can be read"):
        vocabulary_of([file])


def test_blank_nodes_of_two_files_are_not_one(tmp_path: Path) -> None:
    for number in (1, 2):
        write(
            tmp_path / f"{number}.ttl",
            f'{HEAD} res:{number} a ag:Artwork ; ag:madeOf _:m . _:m ag:name "medium {number}" .',
        )
    facts = works_of_star(sorted(tmp_path.glob("*.ttl")), "artgraph")
    assert sorted(facts.labels) == ["medium 1", "medium 2"]


def test_what_somebody_made_is_a_work_though_it_is_part_of_another(tmp_path: Path) -> None:
    wdt, wd = "http://www.wikidata.org/prop/direct/", "http://www.wikidata.org/entity/"
    path = tmp_path / "altar.nt"
    path.write_text(
        f"<{wd}Q1> <{wdt}P170> <{wd}Q9> .\n<{wd}Q2> <{wdt}P170> <{wd}Q9> .\n"
        f"<{wd}Q2> <{wdt}P361> <{wd}Q1> .\n<{wd}Q9> <{wdt}P18> <{wd}picture.jpg> .\n"
    )
    collection = open_collection(path)
    assert collection.ids == ["Q1", "Q2"]
    assert collection.facet("series") == [[], ["Q1"]]
