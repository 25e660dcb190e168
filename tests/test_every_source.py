"""Every kind of source says the same of the same works."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge_graph import Collection, open_collection
from tests.every_source import FACETS, WORKS, facts_of, write_every_source

SOURCES = [
    # name, the facets that it states, whether it names the pictures' files
    ("works.csv", FACETS, True),
    ("artgraph-facts.ttl", FACETS, True),
    ("artgraph2bestemotions", FACETS, True),
    ("artgraph-json", FACETS, True),
    ("wikidata.nt", FACETS, False),
    ("query.csv", FACETS, False),
    ("linked-art", ("artist", "genre", "subject", "medium"), False),
    ("arco.nt", ("artist", "genre", "subject"), False),
    ("graph.ttl", ("artist", "genre"), False),
    ("SemArt", ("artist", "style", "genre", "medium"), True),
    ("saved-dataset", ("artist", "style", "genre"), True),
]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sources")
    write_every_source(folder)
    return folder


def opened(world: Path, name: str, images: Path | None = None) -> Collection:
    mapping = world / "mine.rq" if name == "graph.ttl" else None
    return open_collection(world / name, mapping=mapping, images=images)


@pytest.mark.parametrize(("name", "facets", "named"), SOURCES, ids=[row[0] for row in SOURCES])
def test_a_source_says_what_every_source_says(
    world: Path, name: str, facets: tuple[str, ...], named: bool
) -> None:
    collection = opened(world, name)
    assert len(collection) == len(WORKS)
    if name != "works.csv":  # whose column speaks of pictures that are elsewhere
        assert collection.problems == ()
    for row in range(len(WORKS)):
        for facet in facets:
            assert collection.facet(facet)[row] == facts_of(row)[facet]
    if name not in ("artgraph2bestemotions", "artgraph-json"):  # which state neither
        assert collection.titles == [work[1] for work in WORKS]
    if name not in ("artgraph2bestemotions", "artgraph-json", "saved-dataset"):
        assert collection.column("year_from") == [1871, 1912, 1820]
        assert collection.column("year_to") == [1871, 1912, 1825]
        assert collection.column("date_precision") == ["year", "circa", "range"]
    if named:
        pictures = opened(world, name, images=world / "scans").column("images")
        assert pictures == [[work[0]] for work in WORKS]


@pytest.mark.parametrize(
    ("name", "kind", "works"),
    [("artgraph-facts.ttl", "rdf", None), ("works.csv", "table", 3), ("linked-art", "arco", None),
     ("query.csv", "table", 4), ("SemArt", "semart", 3)],
)  # fmt: skip
def test_format_goes_before_what_is_recognised(
    world: Path, name: str, kind: str, works: int | None
) -> None:
    if works is None:
        with pytest.raises(ValueError, match=r"expected .*\."):
            open_collection(world / name, format=kind)
    else:
        assert len(open_collection(world / name, format=kind)) == works


def test_splits_are_kept(world: Path) -> None:
    for name in ("SemArt", "artgraph-json"):
        assert sorted(opened(world, name).column("split")) == ["test", "train", "val"]


def test_values_have_the_iris_that_the_source_gives(world: Path) -> None:
    for name in ("artgraph-facts.ttl", "wikidata.nt", "linked-art"):
        collection = opened(world, name)
        for facet in ("artist", "genre"):
            assert all(
                len(iris) == len(values) and all(iris)
                for iris, values in zip(
                    collection.column(f"{facet}_iri"), collection.facet(facet), strict=True
                )
            )
        assert all(collection.column("iri"))
