from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.every_source import write_every_source
from topicart.cli import app

TERMINAL = CliRunner(env={"COLUMNS": "100"})


def graph(*arguments: str | Path) -> Result:
    return TERMINAL.invoke(app, ["graph", *map(str, arguments)])


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sources")
    write_every_source(folder)
    return folder


def test_info_counts_works_pictures_facts_dates_and_problems(world: Path) -> None:
    done = graph("info", world / "artgraph-facts.ttl", "--images", world / "scans")
    assert done.exit_code == 0
    assert "3 works, 3 with a picture, 3 artists, 3 styles, 3 genres" in done.stdout
    assert "3 works are dated, 3 of the dates understood (100%): 1820 to 1912" in done.stdout
    assert "Ada Bell 1" in done.stdout
    assert "19th 2, 20th 1" in done.stdout


def test_info_of_the_real_artgraph_has_the_numbers_it_is_known_for(shared_data: Path) -> None:
    turtle = shared_data / "artgraph" / "artgraph-rdf" / "artgraph-facts.ttl"
    done = graph("info", turtle, "--images", shared_data / "wikiart-sample" / "images")
    assert done.exit_code == 0
    told = " ".join(done.stdout.split())
    assert "8262 works, 1361 with a picture, 178 artists, 79 styles, 38 genres" in told
    assert "6901 × no such picture in the folder" in told


def test_info_speaks_json(world: Path) -> None:
    done = graph("info", world / "wikidata.nt", "--json")
    summary = json.loads(done.stdout)
    assert summary["works"] == 3
    assert summary["with_address"] == 3
    assert summary["dates"]["n_understood"] == 3
    assert {facet["facet"]: facet["n_iris"] for facet in summary["facets"]}["artist"] == 3


def test_info_writes_the_problems_to_a_table(world: Path, tmp_path: Path) -> None:
    turtle = (world / "artgraph-facts.ttl").read_text(encoding="utf-8")
    source = tmp_path / "facts.ttl"
    source.write_text(turtle + "\nartgraph-res:9 nowhere:at 1 .\n", encoding="utf-8")
    done = graph("info", source, "--problems", tmp_path / "problems.csv")
    assert done.exit_code == 0
    assert "The prefix nowhere: has not been declared" in " ".join(done.stdout.split())
    table = (tmp_path / "problems.csv").read_text(encoding="utf-8")
    (problem,) = csv.DictReader(io.StringIO(table))
    assert problem["file"] == f"facts.ttl, line {len(turtle.splitlines()) + 2}"


def test_problems_are_never_written_over_something_else(world: Path, tmp_path: Path) -> None:
    source = tmp_path / "works.csv"
    source.write_bytes((world / "works.csv").read_bytes())
    done = graph("info", source, "--problems", source)
    assert done.exit_code == 2
    assert "no table of problems" in done.stderr
    assert source.read_bytes() == (world / "works.csv").read_bytes()
    for _ in range(2):
        assert graph("info", source, "--problems", tmp_path / "problems.csv").exit_code == 0


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are none here")
def test_what_is_no_file_is_not_replaced(world: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.ttl"
    os.mkfifo(pipe)
    for arguments in (
        ("info", world / "works.csv", "--problems", pipe),
        ("convert", world / "works.csv", pipe, "--overwrite"),
    ):
        done = graph(*arguments)
        assert done.exit_code == 2
        assert "is no file" in done.stderr
    assert pipe.is_fifo()


@pytest.mark.parametrize("suffix", [".parquet", ".ttl"])
def test_what_is_converted_can_be_opened_again(world: Path, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"works{suffix}"
    done = graph("convert", world / "wikidata.nt", out)
    assert done.exit_code == 0, done.output
    assert "3 works" in done.stdout
    first = json.loads(graph("info", world / "wikidata.nt", "--json").stdout)
    again = json.loads(graph("info", out, "--json").stdout)
    assert again | {"source": ""} == first | {"source": ""}
    before = out.read_bytes()
    refused = graph("convert", world / "works.csv", out)
    assert refused.exit_code == 2
    assert "is there already" in refused.stderr
    assert out.read_bytes() == before
    assert graph("convert", world / "works.csv", out, "--overwrite").exit_code == 0


def test_convert_refuses_before_it_reads(tmp_path: Path) -> None:
    wrong = graph("convert", tmp_path / "nothing.csv", tmp_path / "out.xlsx")
    assert wrong.exit_code == 2
    assert "expected .parquet or .ttl" in wrong.stderr
    nowhere = graph("convert", tmp_path / "nothing.csv", tmp_path / "no" / "out.ttl")
    assert "there is no folder" in nowhere.stderr


@pytest.mark.parametrize("source", ["artgraph-facts.ttl", "works.csv", "artgraph2bestemotions"])
def test_any_source_can_be_asked_sparql(world: Path, source: str) -> None:
    done = graph(
        "query", world / source, "--csv",
        "SELECT ?name (COUNT(?work) AS ?n) { ?work artgraph:madeOf / artgraph:name ?name } "
        "GROUP BY ?name ORDER BY ?name",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert list(csv.reader(io.StringIO(done.stdout))) == [
        ["name", "n"], ["oil on canvas", "2"], ["pastel", "1"],
    ]  # fmt: skip


def test_a_query_may_lie_in_a_file_and_answers_in_json_or_a_table(
    world: Path, tmp_path: Path
) -> None:
    query = tmp_path / "titles.rq"
    query.write_text("SELECT ?title { ?work artgraph:title ?title } ORDER BY ?title")
    asked = json.loads(graph("query", world / "artgraph-facts.ttl", query, "--json").stdout)
    assert asked["names"] == ["title"]
    assert [row["title"] for row in asked["rows"]] == ["Pears", "The Harbour", "The Valley"]
    table = graph("query", world / "artgraph-facts.ttl", query)
    assert "3 rows" in table.stdout


def test_a_wrong_query_is_told_in_a_sentence(world: Path) -> None:
    for query in ("SELECT ?a {", "DROP ALL", "SELECT * { SERVICE <http://a.org> { ?a ?b ?c } }"):
        done = graph("query", world / "artgraph-facts.ttl", query)
        assert done.exit_code == 2
        assert done.stderr.startswith("Error: the query: ")


def test_a_table_of_answers_shows_what_a_terminal_would_obey(world: Path) -> None:
    query = 'SELECT ("\\u001B[2J \\u009B31m" AS ?title) {}'
    table = graph("query", world / "artgraph-facts.ttl", query).stdout
    assert "\x1b" not in table
    assert "\x9b" not in table
    assert r"\x1b[2J" in table
    assert table.endswith("1 row\n")
    both = graph("query", world / "artgraph-facts.ttl", query, "--csv", "--json")
    assert both.exit_code == 2
    assert "one of --csv and --json" in both.stderr


def test_topics_are_exported_and_asked_together_with_the_graph(
    paintings: Path, tiny_model: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    arguments = ["fit", paintings, "--model", tiny_model, "--out", run, "--min-size", "5"]
    assert TERMINAL.invoke(app, [*map(str, arguments), "--quiet"]).exit_code == 0
    out = tmp_path / "topics.ttl"
    (tmp_path / "folder.ttl").mkdir()
    assert graph("export", run, out).exit_code == 0
    assert out.read_bytes() == (run / "topics.ttl").read_bytes()
    assert graph("export", run, out).exit_code != 0
    refused = graph("export", run, (tmp_path / "folder.ttl"), "--overwrite")
    assert "is no file" in refused.stderr
    done = graph(
        "query", paintings, "--run", run, "--json",
        "SELECT ?title ?probability { ?note oa:hasTarget ?work ; oa:hasBody ?topic ; "
        "topicart:probability ?probability . ?work artgraph:title ?title ; "
        "dcterms:temporal / dcat:startDate ?from . "
        'FILTER (xsd:integer(STR(?from)) > 1850 && xsd:integer(STR(?from)) <= 1900) }',
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    rows = json.loads(done.stdout)["rows"]
    assert rows
    assert all(1 <= int(row["title"].removeprefix("Picture ")) <= 50 for row in rows)
    page = Path(__file__).parents[2] / "docs" / "sources.md"
    example = page.read_text(encoding="utf-8").split("```sparql\n")[-1].split("```")[0]
    example = example.replace('"1"', '"0"').replace("1601", "1800").replace("1700", "1999")
    asked = json.loads(graph("query", paintings, example, "--run", run, "--json").stdout)
    assert asked["names"] == ["title", "probability"]
    assert asked["rows"]


def test_download_says_when_there_is_nothing_to_fetch(world: Path, tmp_path: Path) -> None:
    done = graph("download", world / "works.csv", tmp_path / "pictures")
    assert done.exit_code == 2
    assert "no addresses of pictures" in done.stderr


def test_download_refuses_the_own_network_unless_told(tmp_path: Path) -> None:
    source = tmp_path / "works.csv"
    source.write_text("id,title,image\n1,A,http://127.0.0.1:9/a.jpg\n", encoding="utf-8")
    done = graph("download", source, tmp_path / "pictures", "--retries", "0")
    assert done.exit_code == 0, done.output
    assert "0 pictures; 1 could not be had" in done.stdout
    assert "private" in done.stdout or "own network" in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [("info", "nowhere.ttl"), ("info", "works.csv", "--format", "tables"),
     ("info", "works.csv", "--images", "nowhere"), ("info", "works.csv", "--mapping", "no.toml"),
     ("query", "works.csv", "nothing.rq"), ("export", "scans", "out.ttl"),
     ("info", "graph.ttl"), ("info", "works.csv", "--map", "artist=A", "--map", "artist=B")],
)  # fmt: skip
def test_what_a_user_gets_wrong_is_told_without_a_traceback(
    world: Path, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(world)
    done = graph(*arguments)
    assert done.exit_code not in (0, 1)
    assert isinstance(done.exception, SystemExit)
