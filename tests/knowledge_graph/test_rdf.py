from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge_graph import (
    FACETS,
    Artwork,
    Collection,
    WriteError,
    open_collection,
    statements_of,
    work_iri,
    write_turtle,
)
from knowledge_graph.dates import date_columns
from knowledge_graph.nodes import PREFIXES, is_minted
from knowledge_graph.rdf import ARTGRAPH
from knowledge_graph.values import clean_date, clean_line, clean_text

PICTURES = tuple(f"images/picture “{number}” & more.png" for number in range(3))
WIKIDATA = "http://www.wikidata.org/entity/"
HOSTILE = (
    '"""', "\\", "\\u0000", "a\x00b\x01\x1f\x7f", "line\nline\r\n", "\u2028\ufffe\U0001f5bc",
    "> <urn:x> <urn:y> .", "'' \" ''' @prefix", "\u202egnp.exe", " ", "é" * 5000, "&lt;b&gt;",
)  # fmt: skip


def collection_of(*works: Artwork) -> Collection:
    return Collection.from_artworks(works, Path(), "test")


def graph_of(*works: Artwork) -> set[ox.Triple]:
    return set(statements_of(collection_of(*works)))


def values(graph: set[ox.Triple], subject: str, predicate: str) -> set[str]:
    prefix, _, name = predicate.partition(":")
    return {
        triple.object.value
        for triple in graph
        if triple.subject.value == subject and triple.predicate.value == PREFIXES[prefix] + name
    }


def _settled(clean: Any) -> st.SearchStrategy[str]:
    """Texts as a collection holds them: cleaning leaves them as they are."""
    anything = st.characters(exclude_categories=["Cs"])
    return (
        st.text(anything, max_size=12)
        .map(clean)
        .filter(lambda text: clean(text) == text and (not text or text.isprintable()))
    )


_LINES = _settled(clean_line).filter(bool)
_DATES = st.sampled_from(["", "1642", "c. 1590", "17th century", "44 BC", "1885-1890", "s.d."])


@st.composite
def artworks(draw: st.DrawFn, work_id: str) -> Artwork:
    date = draw(_DATES | _settled(clean_date))
    facets, iris = {}, {}
    for facet in draw(st.lists(st.sampled_from(FACETS), unique=True)):
        facets[facet] = tuple(draw(st.lists(_LINES, min_size=1, max_size=4, unique=True)))
        own = tuple(
            draw(st.sampled_from(["", *(f"{WIKIDATA}{n}/{quote(text)}" for n in range(2))]))
            for text in facets[facet]
        )
        if any(own):
            iris[facet] = own
    return Artwork(
        id=work_id,
        iri=draw(st.sampled_from(["", f"{WIKIDATA}{quote(work_id)}", f"urn:x:{quote(work_id)}"])),
        title=draw(st.just("") | _LINES),
        description=draw(_settled(clean_text)),
        split=draw(st.sampled_from(["", "train", "test"])),
        images=tuple(draw(st.lists(st.sampled_from(PICTURES), unique=True))),
        image_urls=tuple(
            draw(st.lists(st.sampled_from(["http://ex.org/a b".replace(" ", "%20"),
                                           "https://ex.org/ü?x=1&y=2"]), unique=True))
        ),
        facets=facets,
        iris=iris,
        **{name: column[0] for name, column in date_columns([date]).items()},
    )  # fmt: skip


@st.composite
def collections(draw: st.DrawFn) -> Collection:
    ids = draw(st.lists(_LINES, min_size=1, max_size=4, unique=True))
    return collection_of(*(draw(artworks(work_id)) for work_id in ids))


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("written")
    (root / "images").mkdir()
    for picture in PICTURES:
        (root / picture).write_bytes(b"x")
    return root


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(collections())
def test_a_collection_comes_back_from_turtle_as_it_was(
    folder: Path, collection: Collection
) -> None:
    write_turtle(collection, folder / "works.ttl")
    again = open_collection(folder / "works.ttl")
    for name in collection.arrow.column_names:
        assert again.column(name) == collection.column(name), name


def test_facts_are_stated_in_artgraphs_vocabulary() -> None:
    graph = graph_of(
        Artwork(
            id="hals_banquet-1616",
            title="The Banquet",
            date="1616",
            year_from=1616,
            year_to=1616,
            facets={facet: (f"some {facet}",) for facet in FACETS},
            images=("images/hals_banquet-1616.jpg",),
        )
    )
    work = work_iri("hals_banquet-1616")
    assert values(graph, work, "rdf:type") == {PREFIXES["artgraph"] + "Artwork"}
    assert values(graph, work, "artgraph:name") == {"hals_banquet-1616.jpg"}
    assert values(graph, work, "artgraph:title") == {"The Banquet"}
    assert values(graph, work, "topicart:id") == set()
    assert set(ARTGRAPH) == set(FACETS)
    for facet, (predicate, kind) in ARTGRAPH.items():
        (node,) = values(graph, work, f"artgraph:{predicate}")
        assert node == f"urn:topicart:{facet}:some%20{facet}"
        assert is_minted(node)
        assert values(graph, node, "artgraph:name") == {f"some {facet}"}
        assert values(graph, node, "rdf:type") == {PREFIXES["artgraph"] + kind}


def test_the_same_words_with_two_iris_are_two_things() -> None:
    works = [
        Artwork(id=f"w{n}", facets={"artist": ("Smith",)}, iris={"artist": (iri,)})
        for n, iri in enumerate((f"{WIKIDATA}Q1", f"{WIKIDATA}Q2", ""))
    ]
    graph = graph_of(*works)
    nodes = [values(graph, work_iri(work.id), "artgraph:createdBy") for work in works]
    assert nodes == [{f"{WIKIDATA}Q1"}, {f"{WIKIDATA}Q2"}, {"urn:topicart:artist:Smith"}]


def test_one_iri_stands_for_one_thing() -> None:
    other = {"iris": {"subject": (f"{WIKIDATA}Q1",)}, "iri": f"{WIKIDATA}Q9"}
    graph = graph_of(
        Artwork(id="a", facets={"subject": ("Paris",)}, **other),
        Artwork(id="b", facets={"subject": ("Paris, city",)}, **other),
        Artwork(id="c", facets={"subject": ("a",)}, iris={"subject": (f"{WIKIDATA}Q9",)}),
    )
    assert values(graph, f"{WIKIDATA}Q1", "artgraph:name") == {"Paris"}
    assert values(graph, f"{WIKIDATA}Q9", "artgraph:name") == {"a"}
    assert values(graph, work_iri("b"), "artgraph:about") == {
        "urn:topicart:subject:Paris%2C%20city"
    }
    assert values(graph, "urn:topicart:subject:Paris%2C%20city", "rdfs:seeAlso") == {
        f"{WIKIDATA}Q1"
    }
    assert values(graph, work_iri("c"), "artgraph:about") == {"urn:topicart:subject:a"}


@pytest.mark.parametrize(
    ("years", "node", "ends"),
    [
        ((1642, 1643), "1642/1643", ("1642", "1643")),
        ((-44, 14), "-0043/0014", ("-0043", "0014")),
        ((-1, -1), "0000/0000", ("0000", "0000")),
        ((None, 1650), "../1650", ("", "1650")),
        ((900, None), "0900/..", ("0900", "")),
        ((-12000, 0), "-11999/0001", ("-11999", "0001")),
    ],
)
def test_years_are_spans_with_years_as_xml_schema_counts_them(
    years: tuple[int | None, int | None], node: str, ends: tuple[str, str]
) -> None:
    works = [Artwork(id=name, year_from=years[0], year_to=years[1]) for name in "ab"]
    statements = list(statements_of(collection_of(*works)))
    graph = set(statements)
    assert len(graph) == len(statements)
    span = f"urn:topicart:years:{node}"
    for work in works:
        assert values(graph, work_iri(work.id), "dcterms:temporal") == {span}
    assert values(graph, span, "dcat:startDate") == {*ends[:1]} - {""}
    assert values(graph, span, "dcat:endDate") == {*ends[1:]} - {""}
    for triple in graph:
        if triple.predicate.value.startswith(PREFIXES["dcat"]):
            assert triple.object.datatype.value == f"{PREFIXES['xsd']}gYear"


def test_a_date_that_is_not_understood_is_text_only() -> None:
    graph = graph_of(Artwork(id="a", date="long ago"))
    assert values(graph, work_iri("a"), "artgraph:date") == {"long ago"}
    assert values(graph, work_iri("a"), "dcterms:temporal") == set()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_written_so_that_every_parser_reads_them(
    tmp_path: Path, text: str
) -> None:
    from rdflib import Graph, Literal, URIRef

    work = Artwork(id=text, title=text, description=text, iri=text, image_urls=(text,),
                   facets={"style": (text,)}, iris={"style": (text,)})  # fmt: skip
    write_turtle(collection_of(work), tmp_path / "works.ttl")
    parsed = set(ox.parse(path=tmp_path / "works.ttl", format=ox.RdfFormat.TURTLE))
    subject = ox.NamedNode(work_iri(text))
    title = ox.NamedNode(PREFIXES["artgraph"] + "title")
    assert ox.Quad(subject, title, ox.Literal(text)) in parsed
    graph = Graph().parse(tmp_path / "works.ttl")
    assert len(graph) == len(parsed)
    assert (None, URIRef(PREFIXES["artgraph"] + "name"), Literal(text)) in graph


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=20) | st.text(max_size=20).map("http://ex.org/{}".format))
def test_no_iri_of_a_source_breaks_the_file(iri: str) -> None:
    work = Artwork(id="a", iri=iri, facets={"style": ("x",)}, iris={"style": (f"{iri}#x",)})
    triples = statements_of(collection_of(work))
    written = ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=dict(PREFIXES))
    read = list(ox.parse(written, format=ox.RdfFormat.TURTLE))
    styles = [quad for quad in read if quad.predicate.value.endswith("#hasStyle")]
    assert len(styles) == 1


def test_an_iri_with_a_space_is_mended_and_one_beyond_repair_is_replaced() -> None:
    works = [Artwork(id="a", iri="http://ex.org/a b>"), Artwork(id="b", iri="see catalogue"),
             Artwork(id="c", iri="urn:topicart:work:a")]  # fmt: skip
    subjects = {
        triple.subject.value for triple in graph_of(*works) if triple.object.value.endswith("work")
    }
    assert subjects == {"http://ex.org/a%20b%3E", work_iri("b"), work_iri("c")}


def test_the_terms_of_our_own_are_explained_and_the_bytes_are_always_the_same(
    tmp_path: Path,
) -> None:
    work = Artwork(id="a", split="train", images=("b.png",), image_urls=("http://ex.org/b.png",))
    graph = graph_of(work)
    used = {t.predicate.value for t in graph if t.predicate.value.startswith("urn:topicart:")}
    assert {name.partition("#")[2] for name in used} == {"id", "split", "image", "imageUrl"}
    for name in used:
        assert values(graph, name, "rdfs:label")
        assert values(graph, name, "rdfs:comment")
    write_turtle(collection_of(work), tmp_path / "one.ttl")
    write_turtle(collection_of(work), tmp_path / "two.ttl")
    assert (tmp_path / "one.ttl").read_bytes() == (tmp_path / "two.ttl").read_bytes()


def test_a_file_that_cannot_be_written_is_explained_and_left_as_it_was(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match=r"Cannot write .*works\.ttl: there is no folder"):
        write_turtle(collection_of(Artwork(id="a")), tmp_path / "none" / "works.ttl")
    with pytest.raises(WriteError, match="a file stands where a folder is needed"):
        write_turtle(collection_of(Artwork(id="a")), Path(__file__) / "works.ttl")
    (tmp_path / "works.ttl").write_text("precious", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("knowledge_graph.rdf.statements_of", _full_disk)
        with pytest.raises(WriteError, match="the disk is full"):
            write_turtle(collection_of(Artwork(id="a")), tmp_path / "works.ttl")
    assert [path.name for path in tmp_path.iterdir()] == ["works.ttl"]
    assert (tmp_path / "works.ttl").read_text(encoding="utf-8") == "precious"


def _full_disk(_: Collection) -> list[ox.Triple]:
    raise OSError(28, "No space left on device")


def test_artgraph_itself_comes_back_as_it_was(shared_data: Path, tmp_path: Path) -> None:
    source = shared_data / "artgraph" / "artgraph-rdf" / "artgraph-facts.ttl"
    if not source.exists():
        pytest.skip("no ArtGraph in shared/data")
    collection = open_collection(source)
    write_turtle(collection, tmp_path / "again.ttl")
    again = open_collection(tmp_path / "again.ttl")
    assert again.arrow.equals(collection.arrow)
