from __future__ import annotations

import datetime
import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from knowledge_graph import CollectionError
from knowledge_graph.sources.reading import TableFile, is_table, read_table


def read(path: Path, content: str | bytes) -> TableFile:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_table(path)


def columns(table: TableFile) -> dict[str, list[object]]:
    found: dict[str, list[object]] = table.table.to_pydict()
    return found


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("suffix", ["csv", "tsv"])
def test_the_delimiter_is_recognised(tmp_path: Path, delimiter: str, suffix: str) -> None:
    text = f'title{delimiter}artist\n"A{delimiter} B"{delimiter}X\n'
    table = read(tmp_path / f"t.{suffix}", text)
    assert columns(table) == {"title": [f"A{delimiter} B"], "artist": ["X"]}


def test_cells_are_text_and_may_hold_quotes_and_lines(tmp_path: Path) -> None:
    table = read(tmp_path / "t.csv", 'id,text,note\n007,"a ""b""\nc",\n1e3,NA,true\n')
    expected = {"id": ["007", "1e3"], "text": ['a "b"\nc', "NA"], "note": ["", "true"]}
    assert columns(table) == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_is_read_with_a_mark_or_without(tmp_path: Path, encoding: str) -> None:
    table = read(tmp_path / "t.csv", "titel,künstler\nCafé,Ö\n".encode(encoding))
    assert columns(table) == {"titel": ["Café"], "künstler": ["Ö"]}
    assert table.problems == ()


def test_what_is_not_utf8_is_read_as_windows_does_and_said_so(tmp_path: Path) -> None:
    table = read(tmp_path / "t.csv", "title\nCaf\u00e9 \u2013 \u20ac\n".encode("cp1252"))
    assert columns(table) == {"title": ["Café – €"]}
    assert [problem.reason for problem in table.problems] == ["not UTF-8: read as cp1252"]
    table = read(tmp_path / "t.csv", b"title\nCaf\xe9 \x81\n")
    assert [problem.reason for problem in table.problems] == ["not UTF-8: read as latin-1"]


def test_a_row_with_too_many_fields_is_left_out_and_reported(tmp_path: Path) -> None:
    table = read(tmp_path / "t.csv", "title,artist\na,b\nc,d,e\nf,g\n")
    assert columns(table) == {"title": ["a", "f"], "artist": ["b", "g"]}
    assert len(table.problems) == 1
    assert table.problems[0].reason.startswith("row 3: 3 fields where the header has 2")


def test_columns_without_a_name_or_named_twice_are_dropped(tmp_path: Path) -> None:
    table = read(tmp_path / "t.csv", "title,,title,\na,b,c,d\n")
    assert columns(table) == {"title": ["a"]}
    assert [(problem.file, problem.reason) for problem in table.problems] == [
        ("t.csv", "2 columns are called 'title': the first of them is read")
    ]


def test_one_column_is_a_table(tmp_path: Path) -> None:
    assert columns(read(tmp_path / "t.csv", "title\na\nb\n")) == {"title": ["a", "b"]}


@pytest.mark.parametrize("suffix", ["csv", "tsv", "jsonl"])
@pytest.mark.parametrize("content", ["", "\n \n", "\ufeff"])
def test_an_empty_file_is_refused(tmp_path: Path, suffix: str, content: str) -> None:
    with pytest.raises(CollectionError, match=r"the table has no rows; expected a header and one"):
        read(tmp_path / f"t.{suffix}", content)


def test_a_header_alone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CollectionError, match=r"t\.csv: the table has no rows"):
        read(tmp_path / "t.csv", "title,artist\n")
    with pytest.raises(CollectionError, match="no rows besides 1 that cannot be read"):
        read(tmp_path / "t.csv", "title,artist\na,b,c\n")
    pq.write_table(pa.table({"title": pa.array([], pa.string())}), tmp_path / "t.parquet")
    with pytest.raises(CollectionError, match="no rows"):
        read_table(tmp_path / "t.parquet")


def test_json_lines_may_differ_in_keys_and_hold_lists(tmp_path: Path) -> None:
    rows = [{"id": 7, "tags": ["a", 1890.0, None]}, {"id": "x", "tags": "b", "note": None}, {}]
    table = read(tmp_path / "t.jsonl", "\n\n".join(map(json.dumps, rows)))
    assert columns(table) == {
        "id": ["7", "x", ""],
        "tags": [["a", "1890", ""], ["b"], [""]],
        "note": ["", "", ""],
    }


def test_half_a_surrogate_pair_in_json_does_not_end_it(tmp_path: Path) -> None:
    assert columns(read(tmp_path / "t.jsonl", '{"title": "a\\ud800"}')) == {"title": ["a?"]}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"a": 1}\n{"a": ', r"t\.jsonl, line 2: not JSON .*Mend or remove"),
        ("[" * 100_000, r"line 1: not JSON"),
        ('{"a": ' + "1" * 5000 + "}", r"line 1: not JSON"),
        ('[{"a": 1}]', r"line 1: found list, expected one JSON object per line.*jq"),
        (b'{"a": "\xe9"}', r"not UTF-8 .*iconv"),
    ],
)
def test_a_broken_line_of_json_is_named(tmp_path: Path, content: str | bytes, message: str) -> None:
    with pytest.raises(CollectionError, match=message):
        read(tmp_path / "t.jsonl", content)


def test_parquet_of_any_types_is_text_and_pictures_bytes_are_not_read(tmp_path: Path) -> None:
    table = pa.table(
        {
            "id": [1, 2],
            "year": [1890.0, None],
            "on": [datetime.date(1890, 5, 1), None],
            "artist": pa.array(["X", None]).dictionary_encode(),
            "tags": [["a", "b"], None],
            "raw": [b"x", b"y"],
        }
    )
    pq.write_table(table, tmp_path / "t.parquet")
    assert columns(read_table(tmp_path / "t.parquet")) == {
        "id": ["1", "2"],
        "year": ["1890", ""],
        "on": ["1890-05-01", ""],
        "artist": ["X", ""],
        "tags": [["a", "b"], [""]],
    }


def test_a_parquet_column_that_cannot_be_read_is_reported(tmp_path: Path) -> None:
    late = pa.array([10**18], pa.timestamp("us"))
    texts = pa.array([b"\xff"]).view(pa.string())
    pair = pa.array([["a", "b"]], pa.list_(pa.string(), 2))
    table = pa.table({"title": ["A"], "date": late, "artist": texts, "tags": pair})
    pq.write_table(table, tmp_path / "t.parquet")
    read = read_table(tmp_path / "t.parquet")
    assert columns(read) == {"title": ["A"], "tags": [["a", "b"]]}
    assert [problem.reason.split(":")[0] for problem in read.problems] == [
        "the column 'date' cannot be read",
        "the column 'artist' cannot be read",
    ]


@pytest.mark.parametrize("pictures", [[{"bytes": b"x", "path": None}, None], [b"x", b"y"]])
def test_pictures_inside_parquet_are_not_read_and_said_so(
    tmp_path: Path, pictures: list[object]
) -> None:
    pq.write_table(pa.table({"id": [1, 2], "image": pictures}), tmp_path / "t.parquet")
    read = read_table(tmp_path / "t.parquet")
    assert columns(read) == {"id": ["1", "2"]}
    assert [problem.reason for problem in read.problems] == [
        "the column 'image' holds the pictures themselves, which are not read; write them to files "
        "that are called like the ids"
    ]


def parquet_of_labels(path: Path, features: object) -> TableFile:
    table = pa.table(
        {"id": [1, 2, 3, 4], "artist": [0, 1, None, 9], "tags": [[0, 1], [], None, [7]]}
    )
    note = features if isinstance(features, bytes) else json.dumps({"info": {"features": features}})
    pq.write_table(table.replace_schema_metadata({"huggingface": note}), path)
    return read_table(path)


def test_class_labels_in_a_datasets_parquet_are_read_by_name(tmp_path: Path) -> None:
    tags = {"feature": {"names": ["sea", "sky"], "_type": "ClassLabel"}, "_type": "List"}
    artist = {"names": ["Unknown Artist", "monet"], "_type": "ClassLabel"}
    note = {"artist": artist, "tags": tags, "gone": artist, "id": {"dtype": "int64"}}
    assert columns(parquet_of_labels(tmp_path / "t.parquet", note)) == {
        "id": ["1", "2", "3", "4"],
        "artist": ["", "monet", "", ""],
        "tags": [["sea", "sky"], [], [""], [""]],
    }


@pytest.mark.parametrize(
    "note", [b"{", b"[]", b"[" * 100_000, b"\xff", [1], {"artist": 1}, {"artist": {"names": 1}},
             {"artist": {"_type": "ClassLabel", "names": None}}],
)  # fmt: skip
def test_what_a_dataset_says_of_its_columns_may_be_anything(tmp_path: Path, note: object) -> None:
    found = columns(parquet_of_labels(tmp_path / "t.parquet", note))
    assert found["artist"] == ["0", "1", "", "9"]


def test_pictures_that_parquet_holds_with_their_names_are_read_by_name(tmp_path: Path) -> None:
    pictures = [{"bytes": b"x", "path": "a.jpg"}, None, {"bytes": None, "path": "b.jpg"}]
    pq.write_table(pa.table({"id": [1, 2, 3], "image": pictures}), tmp_path / "t.parquet")
    expected = {"id": ["1", "2", "3"], "image": ["a.jpg", "", "b.jpg"]}
    assert columns(read_table(tmp_path / "t.parquet")) == expected


def test_parquet_columns_named_twice_are_read_once(tmp_path: Path) -> None:
    table = pa.table([["a"], ["b"], [{"path": "c"}]], names=["title", "title", "title"])
    pq.write_table(table, tmp_path / "t.parquet")
    read = read_table(tmp_path / "t.parquet")
    assert columns(read) == {"title": ["a"]}
    assert len(read.problems) == 1


@pytest.mark.parametrize("name", ["t.csv.gz", "t.TSV.GZ", "t.jsonl.gz", "zipped.csv"])
def test_gzipped_tables_are_read(tmp_path: Path, name: str) -> None:
    line = '{"title": "Caf\u00e9", "artist": "X"}\n'
    text = line * 3 if "jsonl" in name else "title,artist\n" + "Caf\u00e9,X\n" * 3
    table = read(tmp_path / name, gzip.compress(text.encode()))
    assert columns(table) == {"title": ["Caf\u00e9"] * 3, "artist": ["X"] * 3}
    assert table.problems == ()


@pytest.mark.parametrize("name", ["t.csv.gz", "t.tsv.gz", "t.jsonl.gz"])
def test_a_broken_gzip_is_refused(tmp_path: Path, name: str) -> None:
    rows = "".join(f'{{"title": "{number**9}"}}\n' for number in range(500))
    whole = gzip.compress(rows.encode())
    for broken in (whole[:-9], whole[:20], whole[:-8] + b"xxxx" + whole[-4:], b"\x1f\x8bx"):
        with pytest.raises(CollectionError, match=r"its gzip is broken \(.*Download or compress"):
            read(tmp_path / name, broken)


def test_a_gzipped_parquet_file_is_refused(tmp_path: Path) -> None:
    assert is_table(tmp_path / "t.parquet.gz")
    with pytest.raises(CollectionError, match=r"a parquet file that is gzipped.*gunzip"):
        read(tmp_path / "t.parquet.gz", b"x")


def test_an_unclosed_quotation_mark_is_reported(tmp_path: Path) -> None:
    table = read(tmp_path / "t.csv", 'title,artist\na,b\nc,"d\ne,f\n')
    assert columns(table)["title"] == ["a", "c"]
    assert [problem.reason.split(":")[0] for problem in table.problems] == [
        "an odd number of quotation marks"
    ]


def test_a_character_cut_off_at_the_end_is_not_utf8(tmp_path: Path) -> None:
    table = read(tmp_path / "t.csv", b"title\nCaf\xc3")
    assert columns(table) == {"title": ["CafÃ"]}


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CollectionError, match=r"t\.csv: holds zero bytes.*UTF-8 CSV"):
        read(tmp_path / "t.csv", b"PK\x03\x04\0\0title")


def test_broken_utf16_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CollectionError, match=r"t\.csv: cannot be read as a table .*utf-16"):
        read(tmp_path / "t.csv", "title\nCafé\n".encode("utf-16") + b"x")


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + b"x" * 100 + b"PAR1", b"title\na\n"])
def test_a_broken_parquet_file_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(CollectionError, match=r"t\.parquet: (not a parquet file|cannot be read)"):
        read(tmp_path / "t.parquet", content)


def test_a_file_that_may_not_be_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object, **options: object) -> None:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "t.csv").write_text("title\na\n")
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(CollectionError, match=r"t\.csv: cannot be read \(Permission denied\)"):
        read_table(tmp_path / "t.csv")


def test_lines_that_all_have_other_keys_are_no_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("knowledge_graph.sources.reading._MOST_CELLS", 100)
    lines = "".join(f'{{"id": "{n}", "key-{n}": 1}}\n' for n in range(10))
    with pytest.raises(CollectionError, match=r"10 lines have 11 different keys; expected the sam"):
        read(tmp_path / "t.jsonl", lines.encode())
