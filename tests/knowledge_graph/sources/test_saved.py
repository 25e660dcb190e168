from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_graph import (
    FACETS,
    Artwork,
    Collection,
    CollectionError,
    WriteError,
    open_collection,
)
from knowledge_graph.sources.saved import save_parquet
from knowledge_graph.values import clean_line

LINES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=6).map(clean_line)
WORKS = [
    Artwork(
        "a/1",
        title="Água & Öl",
        description="one\n\ttwo",
        date="c. 1890",
        year_from=1885,
        year_to=1895,
        date_precision="circa",
        facets={"artist": ("X, Y", "Z"), "style": ("Cubism",)},
        iris={"artist": ("http://example.org/x", "")},
        images=("images/a.jpg", "images/a-2.jpg"),
        image_urls=("https://example.org/a.jpg",),
        iri="http://example.org/a",
        split="train",
    ),
    Artwork("b", date="1900", year_from=1900, year_to=1900, date_precision="year"),
]


def saved(tmp_path: Path, **changed: Any) -> Path:
    path = tmp_path / "works.parquet"
    save_parquet(Collection.from_artworks(WORKS, tmp_path), path)
    table = pq.read_table(path)
    for name, values in changed.items():
        kind = None if isinstance(values, pa.Array) else table.schema.field(name).type
        column = values if kind is None else pa.array(values, kind)
        table = table.set_column(table.column_names.index(name), name, column)
    pq.write_table(table, path)
    return path


def test_what_is_saved_opens_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    for name in ("a.jpg", "a-2.jpg"):
        (tmp_path / "images" / name).write_bytes(b"x")
    collection = Collection.from_artworks(WORKS, tmp_path)
    save_parquet(collection, tmp_path / "works.parquet")
    opened = open_collection(tmp_path / "works.parquet")
    assert opened.arrow.equals(collection.arrow)
    assert opened.problems == ()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["images", "works.parquet"]
    assert pq.ParquetFile(tmp_path / "works.parquet").metadata.row_group(0).column(
        0
    ).compression == ("ZSTD")


@given(
    st.dictionaries(
        LINES.filter(bool),
        st.dictionaries(
            st.sampled_from(FACETS), st.lists(LINES.filter(bool), unique=True, min_size=1)
        ),
        min_size=1,
        max_size=5,
    )
)
def test_any_works_open_as_they_were(
    tmp_path_factory: pytest.TempPathFactory, works: dict[str, dict[str, list[str]]]
) -> None:
    path = tmp_path_factory.mktemp("saved") / "works.parquet"
    collection = Collection.from_artworks(
        Artwork(work, facets={name: tuple(values) for name, values in facets.items()})
        for work, facets in works.items()
    )
    save_parquet(collection, path)
    assert open_collection(path).arrow.equals(collection.arrow)


def test_a_real_collection_goes_there_and_back(tiny_collection_folder: Path) -> None:
    collection = open_collection(tiny_collection_folder)
    path = tiny_collection_folder / "saved.parquet"
    save_parquet(collection, path)
    assert open_collection(path).arrow.equals(collection.arrow)
    elsewhere = tiny_collection_folder.parent / "saved.parquet"
    path.rename(elsewhere)
    facts = open_collection(elsewhere)
    assert facts.n_pictures == 0
    assert facts.arrow.drop_columns("images").equals(collection.arrow.drop_columns("images"))
    assert "none of the pictures that it names is here (12, " in facts.problems[0].reason
    found = open_collection(elsewhere, images=tiny_collection_folder / "images")
    assert found.n_pictures == 12
    assert all(path.is_file() for i in range(12) for path in found.image_paths(i))


def test_a_picture_that_is_not_with_the_others_is_reported(tmp_path: Path) -> None:
    path = saved(tmp_path)
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "a.jpg").write_bytes(b"x")
    collection = open_collection(path)
    assert collection.column("images") == [["images/a.jpg"], []]
    assert [(p.id, p.file) for p in collection.problems] == [("a/1", "images/a-2.jpg")]


def test_a_link_that_leaves_the_folder_is_no_picture(tmp_path: Path) -> None:
    (tmp_path / "secret.jpg").write_bytes(b"x")
    folder = tmp_path / "folder"
    folder.mkdir()
    path = saved(folder, images=[["link.jpg"], []])
    (folder / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    assert open_collection(path).column("images") == [[], []]


def test_options_read_it_as_any_table(tmp_path: Path) -> None:
    collection = open_collection(saved(tmp_path), columns={"style": "artist", "image": ""})
    assert collection.facet("style") == [["X, Y", "Z"], []]


@pytest.mark.parametrize(
    ("column", "values", "message"),
    [
        ("id", ["b", "b"], r"1 id belongs to more than one work \('b'\).*topicart graph convert"),
        ("id", ["", "b"], "'id' has an empty id"),
        ("id", ["a", None], "'id' has nothing"),
        ("title", ["\x1b[31m", ""], "'title' has control characters"),
        ("description", ["\x07", ""], "'description' has control characters"),
        ("artist", [["X", None], []], "'artist' has nothing"),
        ("artist", [["X", "\x00"], []], "'artist' has control characters"),
        ("artist", [["X", ""], []], "'artist' has an empty text in a list"),
        ("artist", [None, []], "'artist' has nothing"),
        ("artist", [["X"], []], r"'artist_iri' has other numbers of IRIs than 'artist' has"),
        ("year_to", [1500, None], "'year_to' has years before those of 'year_from'"),
        ("date_precision", ["soon", ""], r"'date_precision' has 'soon', expected one of '', 'year"),
        ("images", [["../x.jpg"], []], r"'images' has '\.\./x\.jpg', expected names of pic"),
        ("images", [["/etc/x.jpg"], []], "'images' has '/etc/x.jpg', expected"),
        ("images", [["c:\\x.jpg"], []], r"'images' has 'c:.*x\.jpg', expected"),
        ("images", [[""], []], "'images' has '', expected"),
        ("year_from", pa.array(["x", "y"]), r"cannot be read as one \(.*whole years"),
        ("artist", pa.array([{"a": 1}, {"a": 2}]), r"cannot be read as one \("),
        ("title", pa.array([b"\xff", b"x"]), r"cannot be read as one \("),
    ],
)
def test_what_a_collection_cannot_hold_is_refused(
    tmp_path: Path, column: str, values: Any, message: str
) -> None:
    with pytest.raises(CollectionError, match=message):
        open_collection(saved(tmp_path, **{column: values}))


def test_a_saved_collection_without_works_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path)
    pq.write_table(pq.read_table(path).slice(0, 0), path)
    with pytest.raises(CollectionError, match="not one work in it"):
        open_collection(path)


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    collection = Collection.from_artworks(WORKS, tmp_path)
    with pytest.raises(WriteError, match=r"Cannot write .*x\.parquet: there is no folder .*gone"):
        save_parquet(collection, tmp_path / "gone" / "x.parquet")
    (tmp_path / "x.parquet").mkdir()
    with pytest.raises(WriteError, match=r"Cannot write .*x\.parquet: "):
        save_parquet(collection, tmp_path / "x.parquet")
    assert [path.name for path in tmp_path.iterdir()] == ["x.parquet"]
