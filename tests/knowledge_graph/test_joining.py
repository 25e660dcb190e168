from __future__ import annotations

from pathlib import Path

import pytest

from knowledge_graph import (
    Artwork,
    Collection,
    CollectionError,
    Problem,
    join_collections,
    open_collection,
)


def test_the_works_of_all_sources_are_there_with_their_pictures(
    tiny_collection_folder: Path, paintings: Path
) -> None:
    one, other = open_collection(tiny_collection_folder), open_collection(paintings)
    joined = join_collections([other, one])
    assert joined.ids == sorted(one.ids + other.ids)
    assert joined.source == f"{other.source}, {one.source}"
    files = {path for row in range(len(joined)) for path in joined.image_paths(row)}
    assert files == {
        path for source in (one, other) for row in range(len(source))
        for path in source.image_paths(row)
    }  # fmt: skip
    assert all(file.is_file() for file in files)
    by_id = {work.id: work for source in (one, other) for work in source}
    for work in joined:
        assert work.facets == by_id[work.id].facets
        assert work.title == by_id[work.id].title


def test_an_id_that_is_taken_gets_the_number_of_its_source(tmp_path: Path) -> None:
    def source(name: str, *ids: str) -> Collection:
        (tmp_path / name).mkdir()
        works = [Artwork(id=id_, title=name, images=(f"{id_}.png", "2.png")) for id_ in ids]
        problems = [Problem("a", "a.png", f"{name} is broken")]
        return Collection.from_artworks(works, tmp_path / name, name, problems)

    joined = join_collections(
        [source("one", "a", "b"), source("two", "a", "2:a", "c"), source("three", "a")]
    )
    assert {work.id: work.title for work in joined} == {
        "a": "one", "b": "one", "2:2:a": "two", "2:a": "two", "c": "two", "3:a": "three",
    }  # fmt: skip
    assert joined[joined.ids.index("2:2:a")].images == ("two/a.png", "two/2.png")
    assert joined.root == tmp_path.resolve()
    assert [(problem.id, problem.reason) for problem in joined.problems] == [
        ("a", "one is broken"), ("2:2:a", "two is broken"), ("3:a", "three is broken"),
    ]  # fmt: skip


def test_one_source_stays_as_it_is_and_one_folder_is_no_prefix(tmp_path: Path) -> None:
    alone = Collection.from_artworks([Artwork(id="a", images=("a.png",))], tmp_path)
    assert join_collections([alone]) is alone
    beside = Collection.from_artworks([Artwork(id="b"), Artwork(id="c")], tmp_path)
    assert [work.images for work in join_collections([alone, beside])] == [("a.png",), (), ()]
    empty = Collection.from_artworks([], tmp_path / "empty")
    assert join_collections([alone, empty]).ids == ["a"]


def test_nothing_cannot_be_joined() -> None:
    with pytest.raises(CollectionError, match="no collection to join"):
        join_collections([])


def test_a_source_given_twice_is_refused(paintings: Path, tiny_collection_folder: Path) -> None:
    one, other = open_collection(paintings), open_collection(tiny_collection_folder)
    with pytest.raises(CollectionError, match="has the same works and pictures .* Leave one out"):
        join_collections([one, other, open_collection(paintings / "metadata.csv")])
