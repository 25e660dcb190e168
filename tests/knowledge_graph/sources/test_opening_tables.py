from __future__ import annotations

import gzip
import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from knowledge_graph import CollectionError, describe, open_collection


def write_csv(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def fill(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")
    return root


def test_a_gzipped_table_is_a_collection(tmp_path: Path) -> None:
    path = tmp_path / "works.csv.gz"
    path.write_bytes(gzip.compress(b"id,title\n1,A\n"))
    assert open_collection(path).titles == ["A"]


def test_gzipped_metadata_is_read_with_its_folder(tiny_collection_folder: Path) -> None:
    whole = list(open_collection(tiny_collection_folder))
    table = tiny_collection_folder / "metadata.csv"
    table.with_suffix(".csv.gz").write_bytes(gzip.compress(table.read_bytes()))
    table.unlink()
    assert list(open_collection(tiny_collection_folder)) == whole


def test_addresses_of_pictures_are_kept_and_rows_without_one_are_no_problem(
    tmp_path: Path,
) -> None:
    fill(tmp_path, "other.jpg")
    rows = ("2,A,https://example.org/a.jpg", "1,B,", "3,C,http://example.org/[c")
    collection = open_collection(write_csv(tmp_path / "w.csv", "id,title,thumbnail_url", *rows))
    assert collection.columns["image"] == "thumbnail_url"
    assert collection.column("image_urls") == [
        [],
        ["https://example.org/a.jpg"],
        ["http://example.org/[c"],
    ]
    assert collection.n_pictures == 0
    assert collection.problems == ()


def test_pictures_called_like_the_ids_are_found_where_a_column_gives_addresses(
    tmp_path: Path,
) -> None:
    root = fill(tmp_path, "images/17.jpg", "images/18.jpg")
    rows = ("17,https://example.org/a.jpg", "18,", "19,https://example.org/b.jpg", "20,")
    table = write_csv(root / "metadata.csv", "id,image_url", *rows)
    for source in (root, table):
        collection = open_collection(source)
        assert collection.column("images") == [["images/17.jpg"], ["images/18.jpg"], [], []]
        assert collection.column("image_urls")[2] == ["https://example.org/b.jpg"]
        assert [(p.id, p.reason) for p in collection.problems] == [
            ("20", "the row names no picture")
        ]


def test_names_and_addresses_may_stand_in_one_column(tmp_path: Path) -> None:
    root = fill(tmp_path, "images/a.jpg")
    rows = ("1,a.jpg", "2,https://example.org/b.jpg", "3,gone.jpg")
    collection = open_collection(write_csv(root / "w.csv", "id,image", *rows))
    assert collection.column("images") == [["images/a.jpg"], [], []]
    assert collection.column("image_urls") == [[], ["https://example.org/b.jpg"], []]
    assert [p.id for p in collection.problems] == ["3"]


def test_works_without_an_id_are_called_after_their_address_if_it_tells_them_apart(
    tmp_path: Path,
) -> None:
    rows = (
        "https://x.org/a.jpg?size=2",
        "https://x.org/b/default.jpg",
        "https://x.org/default.jpg",
    )
    collection = open_collection(
        write_csv(tmp_path / "w.csv", "image_url,title", *map("{},T".format, rows))
    )
    assert collection.ids == ["a", "row-2", "row-3"]


def test_lists_that_a_program_wrote_into_cells_are_lists(tmp_path: Path) -> None:
    root = fill(tmp_path, "images/a.jpg", "images/b.jpg")
    cells = ("1,\"['a.jpg', 'b.jpg']\",\"['Cubism', 'Fauvism']\"", '2,,"[""Orphism""]"')
    collection = open_collection(write_csv(root / "w.csv", "id,image,style", *cells))
    assert collection.facet("style") == [["Cubism", "Fauvism"], ["Orphism"]]
    assert collection.column("images") == [["images/a.jpg", "images/b.jpg"], []]


@pytest.mark.parametrize("first", ["17,Sunrise,Monet", "a.jpg,x", "x,https://x.org/a.jpg"])
def test_a_table_without_a_header_is_told_from_one_with_unknown_columns(
    tmp_path: Path, first: str
) -> None:
    with pytest.raises(CollectionError, match=r"The first row looks like data: write a row above"):
        open_collection(write_csv(tmp_path / "w.csv", first, first))


def test_a_second_column_of_one_name_is_reported(tmp_path: Path) -> None:
    collection = open_collection(write_csv(tmp_path / "w.csv", "id,artist,artist", "1,X,Y"))
    assert collection.facet("artist") == [["X"]]
    assert [p.reason for p in collection.problems] == [
        "2 columns are called 'artist': the first of them is read"
    ]


def test_pictures_inside_parquet_are_found_by_their_names(tmp_path: Path) -> None:
    pictures = [{"bytes": b"x", "path": "a.jpg"}, {"bytes": b"y", "path": "b.jpg"}]
    pq.write_table(pa.table({"id": ["1", "2"], "image": pictures}), tmp_path / "t.parquet")
    images = fill(tmp_path / "elsewhere", "deep/a.jpg")
    collection = open_collection(tmp_path / "t.parquet", images=images)
    assert collection.column("images") == [["deep/a.jpg"], []]
    assert [p.id for p in collection.problems] == ["2"]


def test_ids_that_repeat_are_one_error(tmp_path: Path) -> None:
    table = write_csv(tmp_path / "w.csv", "id,image_url", "1,https://x.org/a", "1,https://x.org/b")
    with pytest.raises(CollectionError, match=r"1 id belongs to more than one work \('1'\)"):
        open_collection(table)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"x")
    for name in ("metadata.csv", "notes.json", "train.json", "graph.ttl"):
        os.mkfifo(tmp_path / name)
    with pytest.raises(CollectionError, match=r"metadata.csv: cannot be read \(neither a file nor"):
        open_collection(tmp_path)
    with pytest.raises(
        CollectionError, match=r"neither a folder nor a plain file; .*\(hf:[^)]*\)\.$"
    ):
        open_collection(tmp_path / "graph.ttl")
    (tmp_path / "metadata.csv").unlink()
    assert open_collection(tmp_path).ids == ["a"]


@pytest.mark.parametrize("name", ["t.csv", "t.jsonl", "t.nt", "train.json", "t.jsonld"])
def test_a_small_gzip_that_unpacks_to_anything_is_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("knowledge_graph.sources.statements._MOST_UNZIPPED", 100_000)
    starts = {"t.csv": "id,artist\n", "t.nt": "<x:1> <x:2> <x:3> .\n", "t.jsonl": '{"id": "1"}\n'}
    text = starts.get(name, '{"@id": "x:1", "relationships":') + "\n" * 2_000_000
    file = tmp_path / f"{name}.gz"
    file.write_bytes(gzip.compress(text.encode()))
    with pytest.raises(CollectionError, match=r"it unpacks to more than 200 times its size"):
        open_collection(file)


def test_a_source_whose_name_a_terminal_would_obey_is_shown_escaped(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "a\x1b[31m.csv", "id,artist", "1,CORR")
    assert describe(open_collection(file)).source == f"{tmp_path}/a\\x1b[31m.csv"


def test_a_name_that_leaves_the_folder_is_named_though_no_picture_is_here(tmp_path: Path) -> None:
    rows = ("../../etc/passwd.jpg,A", "/etc/b.jpg,B", "c.jpg,C")
    table = write_csv(tmp_path / "works.csv", "image,title", *rows)
    reasons = {problem.file: problem.reason for problem in open_collection(table).problems}
    assert reasons["../../etc/passwd.jpg"] == "the path leaves the folder"
    assert "absolute path" in reasons["/etc/b.jpg"]
    assert "none of the pictures that it names is here (1, such as 'c.jpg')" in reasons["works.csv"]
