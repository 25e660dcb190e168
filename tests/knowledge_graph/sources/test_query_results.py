from __future__ import annotations

import contextlib
import gzip
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_graph import CollectionError, open_collection
from knowledge_graph.sources.query_results import is_query_result, works_of_results

WD = "http://www.wikidata.org/entity/"
LISA, SALVATOR, LEONARDO = f"{WD}Q12418", f"{WD}Q551459", f"{WD}Q762"
FILE = "http://commons.wikimedia.org/wiki/Special:FilePath/Mona%20Lisa.jpg"
NAMES = [
    "item", "itemLabel", "itemDescription", "creator", "creatorLabel", "inception", "depicts",
    "depictsLabel", "movementLabel", "image", "collection",
]  # fmt: skip
ROWS = [
    [LISA, "Mona Lisa", "a portrait", LEONARDO, "Leonardo da Vinci", "1503-01-01T00:00:00Z",
     f"{WD}Q1", "woman", "High Renaissance", FILE, f"{WD}Q19675"],
    [LISA, "Mona Lisa", "a portrait", LEONARDO, "Leonardo da Vinci", "1503-01-01T00:00:00Z",
     f"{WD}Q2", "smile", "High Renaissance", FILE, f"{WD}Q19675"],
    [SALVATOR, "Q551459", "", "t1234567", "t1234567", "1499-06-18T00:00:00Z",
     f"{WD}Q1", "woman", "", "", "http://www.wikidata.org/.well-known/genid/ab12"],
]  # fmt: skip


def write_rows(path: Path) -> Path:
    opened = gzip.open if path.suffix == ".gz" else open
    kind = path.name.removesuffix(".gz").rpartition(".")[2]
    with opened(path, "wt", encoding="utf-8") as file:  # type: ignore[operator]
        if kind == "srj":
            json.dump({"head": {"vars": NAMES}, "results": {"bindings": list(map(bound, ROWS))}},
                      file)  # fmt: skip
        elif kind == "json":
            json.dump([{n: v for n, v in zip(NAMES, row, strict=True) if v} for row in ROWS], file)
        elif kind == "csv":
            lines = [",".join(f'"{v}"' if " " in v else v for v in row) for row in [NAMES, *ROWS]]
            file.write("\r\n".join(lines) + "\r\n")
        else:
            lines = ["\t".join(f"?{name}" for name in NAMES)]
            lines += ["\t".join(tsv(value) for value in row) for row in ROWS]
            file.write("\n".join(lines) + "\n")
    return path


def bound(row: list[str]) -> dict[str, Any]:
    cells = {}
    for name, value in zip(NAMES, row, strict=True):
        if value.startswith("http"):
            cells[name] = {"type": "uri", "value": value}
        elif value.startswith("t1"):
            cells[name] = {"type": "bnode", "value": value}
        elif value:
            cells[name] = {"type": "literal", "value": value, "xml:lang": "en"}
    return cells


def tsv(value: str) -> str:
    if value.startswith("http"):
        return f"<{value}>"
    if value.endswith("Z"):
        return f'"{value}"^^<http://www.w3.org/2001/XMLSchema#dateTime>'
    return f'"{value}"@en' if value and not value.startswith("t1") else value.replace("t1", "_:t1")


@pytest.mark.parametrize("suffix", ["srj", "json", "csv", "tsv", "srj.gz", "csv.gz"])
def test_the_ways_that_wikidata_gives_a_result_are_one_collection(
    tmp_path: Path, suffix: str
) -> None:
    path = write_rows(tmp_path / f"query.{suffix}")
    assert is_query_result(path)
    collection = open_collection(path, format="query-result")
    assert collection.ids == ["Q12418", "Q551459"]
    lisa, salvator = collection
    assert (lisa.iri, lisa.title, lisa.description) == (LISA, "Mona Lisa", "a portrait")
    assert (lisa.date, lisa.year_from, lisa.image_urls) == ("1503", 1503, (FILE,))
    assert dict(lisa.facets) == {
        "artist": ("Leonardo da Vinci",),
        "style": ("High Renaissance",),
        "subject": ("woman", "smile"),
        "place": ("Q19675",),
    }
    assert lisa.iris["subject"] == (f"{WD}Q1", f"{WD}Q2")
    assert "style" not in lisa.iris
    # A label that is the number says nothing, and nothing is known of an unknown value.
    assert (salvator.title, salvator.date) == ("", "1499-06-18")
    assert dict(salvator.facets) == {"subject": ("woman",)}


def test_a_title_is_taken_in_english_and_the_label_fills_in(tmp_path: Path) -> None:
    def row(work: str, title: str, language: str) -> dict[str, Any]:
        return {
            "item": {"type": "uri", "value": work},
            "title": {"type": "literal", "value": title, "xml:lang": language},
            "itemLabel": {"type": "literal", "value": "label"},
        }

    rows = [row(LISA, "La Joconde", "fr"), row(LISA, "Mona Lisa", "en"), row(LISA, "M", "en")]
    rows.append({name: cell for name, cell in row(SALVATOR, "", "").items() if name != "title"})
    result = {"head": {"vars": ["item", "title", "itemLabel"]}, "results": {"bindings": rows}}
    path = tmp_path / "result.json"
    path.write_text(json.dumps(result))
    assert works_of_results(path).titles == ["Mona Lisa", "label"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "image,title,artist\nhttp://x.org/1.jpg,A,B\n"),
        ("a.csv", "image_url,title\nhttp://x.org/1.jpg,A\n"),
        ("a.csv", "work,title\nwork-1,A\n"),
        ("a.csv", "title,work\n"),
        ("a.csv", ""),
        ("a.tsv", "id\ttitle\nhttp://x.org/1\tA\n"),
        ("a.json", '{"relationships": {}}'),
        ("a.json", '[{"title": "A", "page": "http://x.org/1"}]'),
        ("a.json", "[" * 20_000),
        ("a.json", '["http://x.org/1"]'),
        ("a.txt", "item\nhttp://x.org/1\n"),
        ("a.csv.gz", "item\nhttp://x.org/1\n"),
    ],
)
def test_an_ordinary_table_is_no_result(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"\x1f\x8bx" if name.endswith("gz") else text.encode())
    assert not is_query_result(path)


def test_the_first_column_may_be_the_work_whatever_it_is_called(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("oeuvre,oeuvreLabel\nhttp://x.org/1,A\nhttp://x.org/2,B\n")
    assert is_query_result(path)
    assert works_of_results(path).titles == ["A", "B"]


def test_a_big_file_is_recognised_by_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "big.json"
    rows = ",".join(f'{{"item": "http://x.org/{n}", "itemLabel": "A"}}' for n in range(200_000))
    path.write_text(f"[{rows}]")
    tracemalloc.start()
    assert is_query_result(path)
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


def test_rows_that_are_none_are_reported(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text("?item\t?itemLabel\n<http://x.org/1>\t'A'\n<http://x.org/2>\n_:b1\t'B'\n")
    facts = works_of_results(path)
    assert facts.ids == ["1"]
    assert [(p.file, p.reason) for p in facts.problems] == [
        ("a.tsv, line 3", "1 fields where the header has 2: left out")
    ]
    path = tmp_path / "a.json"
    path.write_text('{"head": {"vars": ["item", "itemLabel"]}, "results": {"bindings": [3, '
                    '{"item": {"type": "uri", "value": "http://x.org/1"}}]}}')  # fmt: skip
    assert [p.file for p in works_of_results(path).problems] == ["a.json, result 1"]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.json", '{"head": {}, "boolean": true}', r"there are no rows in it.*result of a SELECT"),
        ("a.json", '{"head": {"vars": [3]}, "results": 5}', r"there are no rows in it"),
        ("a.json", "[]", r"there are no rows in it"),
        ("a.json", '[{"item"', r"is not JSON \(.*\); expected the whole result"),
        ("a.json", "[" * 100_000, r"is not JSON"),
        ("a.json", "[" + "9" * 10_000 + "]", r"is not JSON"),
        ("a.json", '[{"item": "http://x.org/1", "size": "3"}]',
         r"its variables are 'item', 'size', and none of them is a fact of works; expected such "
         r"as item, itemLabel, creator"),
        ("a.json", '[{"item": [3], "itemLabel": "A"}]', r"no row has a work in 'item'; expected"),
        ("a.csv", "", r"is empty; expected the result of a query, with a line of variables"),
        ("a.csv", "item,itemLabel\n", r"no row has a work in 'item'; expected its IRI there"),
    ],
)  # fmt: skip
def test_errors_say_what_is_wrong(tmp_path: Path, name: str, text: str, message: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(CollectionError, match=message):
        works_of_results(path)


def test_a_broken_gzip_is_said_to_be_one(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "a.csv.gz")
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(CollectionError, match=r"a\.csv\.gz: cannot be read .*Download it again"):
        works_of_results(path)


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.just("http://x.org/1"),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["item", "itemLabel", "head", "vars", "results", "bindings", "value",
                         "type", "xml:lang"]), inner, max_size=3),
    max_leaves=12,
)  # fmt: skip


@given(value=json_values)
def test_json_of_any_shape_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, value: object
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_text(json.dumps(value))
    is_query_result(path)
    with contextlib.suppress(CollectionError):
        open_collection(path, format="query-result")


@pytest.mark.parametrize("header", ["record;title;artist", "Website,title,artist"])
def test_a_table_with_addresses_in_its_first_column_is_a_table(tmp_path: Path, header: str) -> None:
    by = ";" if ";" in header else ","
    rows = [by.join(("https://m.org/", f"Pears {n}", "CORR")) for n in range(3)]
    file = tmp_path / "works.csv"
    file.write_text("\n".join([header, *rows]) + "\n")
    collection = open_collection(file)
    assert len(collection) == 3
    assert collection.column("title") == ["Pears 0", "Pears 1", "Pears 2"]
