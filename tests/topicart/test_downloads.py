"""What a site offers to take along."""

from __future__ import annotations

import csv
import io
import json
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pyarrow as pa
import pytest
import rdflib

from knowledge_graph import Artwork, open_collection
from tests.topicart.report_runs import HOSTILE, harbour, write_run
from topicart.report.downloads import joined, works_for_spreadsheets, write_downloads
from topicart.report.frame import Frame
from topicart.run import Run


def _write(run: Run, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    write_downloads(cast(Frame, SimpleNamespace(run=run, folder=folder)))
    return folder


def _rows(folder: Path) -> list[dict[str, str]]:
    text = (folder / "works.csv").read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_every_work_is_a_row_with_its_facts_and_its_theme(tmp_path: Path) -> None:
    run = harbour(tmp_path)
    rows = _rows(_write(run, tmp_path / "site"))
    assert [row["id"] for row in rows] == run.works["id"].to_pylist()
    assert list(rows[0]) == [
        "id", "title", "artist", "style", "genre", "date", "year_from", "year_to", "topic",
        "theme", "probability", "rank", "x", "y", "iri",
    ]  # fmt: skip
    first = rows[0]
    assert (first["title"], first["artist"], first["style"]) == (
        "Ships 0", "Bell Ada", "Realism|Romanticism",
    )  # fmt: skip
    assert (first["year_from"], first["topic"], first["theme"]) == ("1871", "0", "marina, Realism")
    assert float(first["x"]) == pytest.approx(run.works["x"][0].as_py())
    outside = next(row for row in rows if row["id"] == "c0")
    assert (outside["topic"], outside["theme"]) == ("-1", "")
    lost = next(row for row in rows if row["id"] == "d0")
    assert (lost["topic"], lost["theme"], lost["x"]) == ("", "", "")


def test_the_table_is_a_source_again(tmp_path: Path) -> None:
    folder = _write(harbour(tmp_path), tmp_path / "site")
    again = open_collection(folder / "works.csv")
    assert len(again) == 12
    assert again.table[0]["title"] == "Ships 0"


@pytest.mark.parametrize(
    "title", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", '=HYPERLINK("http://a.org")']
)
def test_no_title_is_run_by_a_spreadsheet(tmp_path: Path, title: str) -> None:
    works = [Artwork(id="-a", title=title, facets={"artist": ("@b", "c")}, year_from=-500)]
    (row,) = _rows(_write(write_run(tmp_path, works, [0]), tmp_path / "site"))
    assert row["title"] == f"'{title}"
    assert row["id"] == "'-a"
    assert row["artist"] == "'@b|c"
    assert row["year_from"] == "-500"


def test_what_breaks_tables_stays_in_its_cell(tmp_path: Path) -> None:
    titles = [*HOSTILE, 'a, "b"\nc', "絵画", "نقاشی", "plain"]
    works = [Artwork(id=f"w{number:02}", title=title) for number, title in enumerate(titles)]
    rows = _rows(_write(write_run(tmp_path, works, [0] * len(works)), tmp_path / "site"))
    assert [row["title"] for row in rows] == titles


def test_values_with_the_separator_can_be_told_apart() -> None:
    lists = pa.chunked_array([pa.array([["a|b", "c"], [], None, ["d"]])])
    assert joined(lists, "|").to_pylist() == ["a||b|c", "", "", "d"]
    assert joined(lists.slice(1, 3), "|").to_pylist() == ["", "", "d"]


def test_topics_come_as_json_and_as_rdf_and_follow_the_run(tmp_path: Path) -> None:
    run = harbour(tmp_path)
    site = _write(run, tmp_path / "site")
    assert json.loads((site / "topics.json").read_text()) == json.loads(
        (run.folder / "topics.json").read_text()
    )
    assert len(rdflib.Graph().parse(site / "topics.ttl")) > 0
    told = json.loads((run.folder / "topics.json").read_text())
    told["topics"][0]["name"] = "ships"
    (run.folder / "new").write_text(json.dumps(told))
    (run.folder / "new").replace(run.folder / "topics.json")
    (run.folder / "topics.ttl").write_text("<a:a> <a:b> <a:c> .")
    _write(Run.open(run.folder), site)
    assert json.loads((site / "topics.json").read_text())["topics"][0]["name"] == "ships"
    assert (site / "topics.ttl").read_text() == "<a:a> <a:b> <a:c> ."


def test_a_hundred_thousand_works_take_a_moment(tmp_path: Path) -> None:
    run = harbour(tmp_path)
    many = pa.concat_tables([run.works] * 8_400)
    large = cast(Any, SimpleNamespace(works=many, topics=run.topics))
    begun = time.perf_counter()
    assert works_for_spreadsheets(large).num_rows == 100_800
    assert time.perf_counter() - begun < 5
