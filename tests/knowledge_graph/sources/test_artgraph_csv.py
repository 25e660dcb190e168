from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge_graph import FACETS, Collection, CollectionError, open_collection
from knowledge_graph.sources.artgraph_csv import is_artgraph_csv
from tests.knowledge_graph.sources.artgraph_worlds import (
    World,
    expected,
    random_world,
    write_rows,
    write_tree,
    write_turtle,
)


def facts_of(collection: Collection) -> dict[str, dict[str, list[str]]]:
    return {work.id: {f: list(v) for f, v in work.facets.items()} for work in collection}


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10_000), version=st.sampled_from([1, 2]))
def test_a_tree_says_what_its_world_says_and_so_does_turtle(
    seed: int, version: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("world")
    world = random_world(seed)
    tree = open_collection(write_tree(world, folder / "tree", seed, version))
    graph = open_collection(write_turtle(world, folder / "rdf" / "w.ttl", seed, version))
    assert facts_of(tree) == facts_of(graph) == expected(world)
    assert tree.problems == graph.problems == ()


def test_files_may_be_gzipped_and_have_a_mark_of_byte_order(tmp_path: Path) -> None:
    world = random_world(3)
    tree = write_tree(world, tmp_path / "tree")
    for file in list(tree.rglob("*.csv")):
        text = b"\xef\xbb\xbf" + file.read_bytes()
        file.with_name(file.name + ".gz").write_bytes(gzip.compress(text))
        file.unlink()
    assert facts_of(open_collection(tree)) == expected(world)


def test_a_folder_that_holds_the_tree_is_opened_too(tmp_path: Path) -> None:
    write_tree(random_world(1), tmp_path / "artgraph2bestemotions")
    assert is_artgraph_csv(tmp_path)
    assert len(open_collection(tmp_path)) == 12
    write_tree(random_world(1), tmp_path / "artgraph2recsys")
    assert not is_artgraph_csv(tmp_path)


@pytest.mark.parametrize(
    "names", [("train", "validation", "test"), ("f2_train", "f2_valid", "f2_test")]
)
def test_splits_in_folders_are_joined_by_name(names: tuple[str, ...], tmp_path: Path) -> None:
    world = random_world(5)
    works = list(world.works.items())
    # As graphs for induction are: those of validation and test hold the works of training too.
    for number, (name, end) in enumerate(zip(names, (6, 9, 12), strict=True)):
        write_tree(World(dict(works[:end])), tmp_path / name, seed=number)
    collection = open_collection(tmp_path)
    assert facts_of(collection) == expected(world)
    splits = dict(zip(collection.ids, collection.column("split"), strict=True))
    wanted = ["train"] * 6 + ["val"] * 3 + ["test"] * 3
    assert [splits[name.removesuffix(".jpg")] for name, _ in works] == wanted


@pytest.mark.parametrize("committed", [False, True])
def test_lists_of_splits_are_read(committed: bool, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    for name in ("mapping/artwork_entidx2name.csv", "mapping/tag_entidx2name.csv"):
        write_rows(tree / name, [[7, "b.jpg"], [3, "a.jpg"]])
    write_rows(tree / "raw/relations/artwork___about___tag/edge.csv", [[3, 7]])
    if committed:
        # These numbers are another copy's.
        write_rows(tree / "split/train.csv", [["", 0], [3, "b.jpg"]])
        write_rows(tree / "split/valid.csv", [["", 0], [0, "a.jpg"], [1, "z.jpg"]])
    else:
        write_rows(tree / "raw/split/artwork/train.csv", [[7]])
        write_rows(tree / "raw/split/artwork/valid.csv", [[3], [9]])
    collection = open_collection(tree)
    assert dict(zip(collection.ids, collection.column("split"), strict=True)) == {
        "a": "val",
        "b": "train",
    }
    (problem,) = collection.problems
    assert problem.file.endswith("valid.csv")
    assert problem.reason == "1 works of it are not in the mapping"


def test_classes_stand_in_for_a_relation_that_is_missing(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    write_rows(tree / "mapping/artwork_entidx2name.csv", [[n, f"w{n}.jpg"] for n in (2, 0, 1, 3)])
    write_rows(tree / "mapping/labelidx2stylename.csv", [[0, "cubism"], [1, "art nouveau, late"]])
    write_rows(tree / "mapping/genre_entidx2name.csv", [[0, "portrait"]])
    write_rows(tree / "raw/relations/artwork___hasgenre___genre/edge.csv", [[0, 0]])
    labels = tree / "raw/node-label/artwork"
    labels.mkdir(parents=True)
    (labels / "node-label-style.csv").write_text("1.0\n\n-1\n0.0\n")  # floats, as in version 1
    (labels / "node-label-genre.csv").write_text("0\n0\n0\n0\n")
    (labels / "node-label-artist.csv").write_text("0\n0\n0\n0\n")
    collection = open_collection(tree)
    assert collection.facet("style") == [["art nouveau, late"], [], [], ["cubism"]]
    assert collection.facet("genre") == [["portrait"], [], [], []]
    assert [(p.file, p.reason) for p in collection.problems] == [(
        "raw/node-label/artwork/node-label-artist.csv",
        "no mapping/labelidx2artistname.csv: its facts are left out",
    )]  # fmt: skip


def test_what_cannot_be_used_is_reported_and_the_rest_is_read(tmp_path: Path) -> None:
    tree = write_tree(random_world(2), tmp_path / "tree")
    relations = tree / "raw/relations"
    about = relations / "artwork___about___tag/edge.csv"
    about.write_text("999999,0\n" + about.read_text() + "0,999999\nx,1\n1,2,3\n")
    (relations / "artwork___hasstyle___style/edge.csv").unlink()
    (tree / "mapping/period_entidx2name.csv").unlink()
    artists = tree / "mapping/artist_entidx2name.csv"
    artists.write_bytes(artists.read_bytes().replace("é".encode(), b"\xe9"))
    n_edges = about.read_text().count("\n")
    collection = open_collection(tree)
    assert len(collection) == 12
    assert all(collection.facet("genre"))
    assert all(collection.facet("artist"))
    assert not any(collection.facet("style"))
    assert n_edges - 4 == sum(map(len, collection.facet("subject")))
    found = [(p.file, p.reason) for p in collection.problems]
    place = "raw/relations/artwork___about___tag"
    assert found[0] == (f"{place}/edge.csv", "lines that have not 2 columns: 1; left out")
    assert found[1][0] == f"{place}/edge.csv"
    assert re.match(r"lines that are not numbers: 1, the first is line \d+", found[1][1])
    told = "edges with a number that is not in mapping: 2, the first in line 1; left out"
    assert found[2] == (place, told)
    assert found[3:] == [
        (
            "raw/relations/artwork___hasperiod___period",
            "no mapping/period_entidx2name.csv: its facts are left out",
        ),
        ("raw/relations/artwork___hasstyle___style", "no edge.csv: its facts are left out"),
    ]


def test_a_tree_without_works_is_an_error(tmp_path: Path) -> None:
    tree = write_tree(random_world(2), tmp_path / "tree")
    (tree / "mapping/artwork_entidx2name.csv").unlink()
    with pytest.raises(
        CollectionError,
        match=r"found no works in mapping/artwork_entidx2name.csv; expected a number and a name in "
        r"each line. Copy the file",
    ):
        open_collection(tree)
    (tmp_path / "empty").mkdir()
    with pytest.raises(
        CollectionError, match=r"found no ArtGraph tree; expected a folder with raw/relations"
    ):
        open_collection(tmp_path / "empty", format="artgraph-csv")


def test_links_out_of_the_tree_are_not_followed(tmp_path: Path) -> None:
    tree = write_tree(random_world(2), tmp_path / "tree")
    edge = tree / "raw/relations/artwork___about___tag/edge.csv"
    edge.rename(tmp_path / "edge.csv")
    edge.symlink_to(tmp_path / "edge.csv")
    assert not any(open_collection(tree).facet("subject"))


def test_the_real_tree_says_what_the_real_turtle_says(shared_data: Path) -> None:
    images = shared_data / "wikiart-sample" / "images"
    turtle = shared_data / "artgraph" / "artgraph-rdf" / "artgraph-facts.ttl"
    tree = open_collection(shared_data / "artgraph" / "artgraph2bestemotions", images=images)
    graph = open_collection(turtle, images=images)
    for collection in (tree, graph):
        assert len(collection) == 8262
        assert sum(map(bool, collection.column("images"))) == 1361
        distinct = {f: {v for row in collection.facet(f) for v in row} for f in FACETS}
        assert [len(distinct[f]) for f in ("artist", "style", "genre")] == [178, 79, 38]
    assert tree.ids == graph.ids
    assert tree.column("images") == graph.column("images")
    for facet in FACETS:
        assert tree.facet(facet) == graph.facet(facet), facet


def test_a_bad_label_moves_no_other(tmp_path: Path) -> None:
    (tmp_path / "mapping").mkdir()
    labels = tmp_path / "raw" / "node-label" / "artwork"
    labels.mkdir(parents=True)
    (tmp_path / "raw" / "relations").mkdir()
    mapping = tmp_path / "mapping"
    (mapping / "artwork_entidx2name.csv").write_text("0,w0\n1,w1\n2,w2\n3,w3\n")
    (mapping / "labelidx2stylename.csv").write_text("0,s0\n1,s1\n2,s2\n3,s3\n")
    (labels / "node-label-style.csv").write_text("0\n1,7\n2\n3\n")
    collection = open_collection(tmp_path)
    assert collection.facet("style") == [["s0"], [], ["s2"], ["s3"]]
    assert "the first is line 2" in collection.problems[0].reason
