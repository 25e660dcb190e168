from __future__ import annotations

from pathlib import Path

import pytest

from knowledge_graph import (
    FACETS,
    Artwork,
    Collection,
    CollectionError,
    Problem,
    collection_schema,
    iri_column,
)

WORKS = [
    Artwork("c", title="Third", images=("images/c.jpg",), facets={"style": ("Cubism", "Fauvism")}),
    Artwork(
        "a", title="First", date="c.1590", year_from=1590, year_to=1590, facets={"artist": ("X",)}
    ),
    Artwork("b", description="Two\nlines", images=("b1.jpg", "b2.jpg")),
]


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    return Collection.from_artworks(
        WORKS, tmp_path, "three works", [Problem("a", "a.jpg", "missing"), Problem("", "x", "y")]
    )


def test_works_come_sorted_by_id_and_unchanged(collection: Collection) -> None:
    assert list(collection) == sorted(WORKS, key=lambda work: work.id)
    assert [collection[i] for i in range(3)] == list(collection)
    assert collection[-1].id == "c"
    assert collection.ids == ["a", "b", "c"]
    assert collection.titles == ["First", "", "Third"]


def test_columns_and_facets_are_lists_in_row_order(collection: Collection) -> None:
    assert collection.column("year_from") == [1590, None, None]
    assert collection.column("images") == [[], ["b1.jpg", "b2.jpg"], ["images/c.jpg"]]
    assert collection.facet("style") == [[], [], ["Cubism", "Fauvism"]]
    assert collection.facet("emotion") == [[], [], []]
    assert collection.n_pictures == 3
    assert len(collection) == 3


def test_an_unknown_facet_or_column_is_refused_with_the_legal_names(
    collection: Collection,
) -> None:
    with pytest.raises(
        ValueError, match=r"no facet 'styles'; the facets are artist, style.*mean 'st"
    ):
        collection.facet("styles")
    with pytest.raises(ValueError, match=r"'date' is a column: use column\('date'\)"):
        collection.facet("date")
    with pytest.raises(ValueError, match=r"no column 'titel'.*id, iri, title"):
        collection.column("titel")


def test_the_table_is_a_dataset_of_the_schema(collection: Collection) -> None:
    assert collection.arrow.schema == collection_schema()
    assert collection.table.column_names == [
        "id", "iri", "title", "description", "date", "year_from", "year_to", "date_precision",
        "split", "images", "image_urls", *FACETS, *map(iri_column, FACETS),
    ]  # fmt: skip
    assert collection.table[0]["artist"] == ["X"]
    assert collection.table.cache_files == []


def test_select_keeps_the_order_of_ids_and_its_own_problems(collection: Collection) -> None:
    some = collection.select([2, 0])
    assert some.ids == ["a", "c"]
    assert some.problems == (Problem("a", "a.jpg", "missing"),)
    assert some.root == collection.root
    assert len(collection.select([])) == 0
    assert collection.select([]).n_pictures == 0


def test_rows_that_are_not_there_are_refused(collection: Collection) -> None:
    with pytest.raises(IndexError, match="no row 3; the collection has 3 works"):
        collection[3]
    with pytest.raises(IndexError, match="no row -4"):
        collection.image_paths(-4)
    with pytest.raises(ValueError, match="name a row twice"):
        collection.select([1, -2])
    with pytest.raises(TypeError, match=r"integer, got .*select\(\)"):
        collection["a"]  # type: ignore[index]


def test_image_paths_are_absolute_and_inside_the_root(collection: Collection) -> None:
    assert collection.image_paths(0) == []
    assert collection.image_paths(1) == [collection.root / "b1.jpg", collection.root / "b2.jpg"]
    assert collection.image_paths(-1) == [collection.root / "images" / "c.jpg"]


def test_a_picture_that_became_a_link_out_of_the_root_is_refused_at_use(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "secret.jpg").write_bytes(b"x")
    collection = Collection.from_artworks([Artwork("a", images=("a.jpg",))], root)
    (root / "a.jpg").symlink_to(tmp_path / "secret.jpg")
    with pytest.raises(CollectionError, match=r"a\.jpg leads to .*secret\.jpg, outside"):
        collection.image_paths(0)


@pytest.mark.parametrize("image", ["../a.jpg", "/etc/a.jpg", "images/../../a.jpg"])
def test_works_with_pictures_outside_the_root_cannot_be_made(image: str) -> None:
    with pytest.raises(CollectionError, match=r"work 'a': the image .* leaves the folder"):
        Collection.from_artworks([Artwork("a", images=(image,))])


def test_works_with_unknown_facets_or_one_id_cannot_be_made() -> None:
    with pytest.raises(CollectionError, match=r"no facet 'genres'.*Did you mean 'genre'"):
        Collection.from_artworks([Artwork("a", facets={"genres": ("x",)})])
    with pytest.raises(CollectionError, match=r"1 id belongs to more than one work \('a'\)"):
        Collection.from_artworks([Artwork("a"), Artwork("b"), Artwork("a")])


def test_an_empty_collection_is_a_collection() -> None:
    collection = Collection.from_artworks([])
    assert list(collection) == []
    assert "0 works, 0 pictures; no facts" in repr(collection)


def test_its_repr_counts_what_it_has(collection: Collection) -> None:
    expected = "<Collection 'three works': 3 works, 3 pictures; 1 artist, 2 style; 2 problems>"
    assert repr(collection) == expected


def test_works_can_be_put_into_sets() -> None:
    assert len({*WORKS, *WORKS}) == 3
