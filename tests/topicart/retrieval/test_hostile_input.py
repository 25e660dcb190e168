"""What nobody means to give: each gets a sentence, and nothing hangs or is believed."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from safetensors.numpy import load, save

from knowledge_graph import Artwork, Collection
from tests.topicart.connections_pages import found, made_run, query
from topicart.cli import main
from topicart.embeddings import Embeddings, normalise
from topicart.errors import RetrievalError
from topicart.report.connections import write_search_page
from topicart.retrieval import Condition, ConditionalBallTree, ConditionalIndex, Facts, find_path
from topicart.retrieval.naming import Named
from topicart.retrieval.neighbours import find_neighbours, neighbours_of

VECTORS = normalise(np.random.default_rng(0).normal(size=(40, 8)))
NOT_UTF8 = os.fsdecode(b"\xff")


def made() -> ConditionalIndex:
    works = Embeddings(tuple(f"w{row}" for row in range(40)), VECTORS)
    return ConditionalIndex(works, {"genre": ["marina", None] * 20})


def test_bytes_of_a_command_line_that_are_no_utf8_name_no_work() -> None:
    table = Collection.from_artworks([Artwork("a-1", title="Sea")], Path(), "works").arrow
    with pytest.raises(RetrievalError, match=r"'.*udcff' is not written in UTF-8"):
        Named(table, table).row(NOT_UTF8)


def test_a_name_from_a_terminal_without_utf8_is_understood() -> None:
    table = Collection.from_artworks([Artwork("a-1", title="Été")], Path(), "works").arrow
    assert Named(table, table).row("Été".encode().decode("ascii", "surrogateescape")) == 0


def test_an_interrupt_while_commands_are_made_ready_ends_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def _interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("topicart.cli.app", _interrupted)
    with pytest.raises(SystemExit, match="130"):
        main()


def test_a_page_is_written_where_its_name_or_words_are_no_utf8(tmp_path: Path) -> None:
    run = made_run(tmp_path / "gallery")
    page = tmp_path / f"{NOT_UTF8}.html"
    write_search_page(run, query(run), found(run, (1, 2)), page, command=f"search --page {page}")
    assert r"\udcff.html" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("seed", [-1, 2**63, 10**30])
def test_a_seed_that_no_kernel_can_take_is_refused(seed: int) -> None:
    with pytest.raises(RetrievalError, match=r"seed below 2\*\*63"):
        ConditionalBallTree(VECTORS, seed=seed)


LISTED: Any = ["marina"]


@pytest.mark.parametrize(
    "where",
    [None, [None], [3], [b"genre=marina"], [["genre=marina"]], [Condition("genre", LISTED)]],
)
def test_what_is_no_condition_is_told(where: Any) -> None:
    with pytest.raises(RetrievalError, match="is no condition: give a list of texts"):
        made().search(VECTORS[0], 3, where)


@pytest.mark.parametrize(
    ("sought", "k", "told"),
    [
        (np.array(["x"] * 8), 3, "The query is of the kind <U1: give numbers"),
        (np.ones(8) + 1j, 3, "of the kind complex128"),
        (VECTORS[0], 1.5, "At least 1 work must be asked for, got 1.5"),
        (VECTORS[0], "3", "got '3'"),
    ],
)
def test_a_query_of_other_kinds_is_refused(sought: Any, k: Any, told: str) -> None:
    with pytest.raises(RetrievalError, match=told):
        made().search(sought, k)


@pytest.mark.parametrize(
    ("facets", "told"),
    [
        ({"size": [1, 2]}, "Work 0 states 1 as its size; expected a text"),
        ({"size": ["big", b"big"]}, "Work 1 states b'big' as its size"),
        ({"size": [["a", None], None]}, r"states \['a', None\]"),
        ({"size": [[["a"]], None]}, "expected a text, several, or None"),
        ({"size": ["a", NOT_UTF8]}, "holds half a letter"),
        ({"size": (text for text in "ab")}, "Facts are lists, one entry for each work"),
        ({"century": ["a", "b"]}, "A date is no facet"),
        ({"The Size": ["a", "b"]}, "in lower case, without blanks"),
        ({"a<b": ["a", "b"]}, "without = ! < >"),
        ({3: ["a", "b"]}, "got 3"),
    ],
)
def test_facts_that_no_condition_could_ask_for_are_refused(facets: Any, told: str) -> None:
    with pytest.raises(RetrievalError, match=told):
        Facts.of(facets)


@pytest.mark.parametrize("years", [[("x", None)], [(10**30, None)], [5], [(1, 2, 3)]])
def test_years_that_are_none_are_refused(years: Any) -> None:
    with pytest.raises(RetrievalError, match="Years are two whole numbers or None for each work"):
        Facts.of({"genre": ["marina"]}, years)


@pytest.mark.parametrize("row", ["w1", None, 0.5, 40])
def test_a_path_leads_from_row_to_row(row: Any) -> None:
    with pytest.raises(RetrievalError, match="There is no work .*: rows are 0 to 39"):
        find_path(made(), row, 1)


def _astray(graph: dict[str, Any]) -> None:
    graph["ends"] = graph["ends"] + np.int32(10**6)


def _short(graph: dict[str, Any]) -> None:
    graph["starts"] = graph["starts"][:5].copy()


def _never(graph: dict[str, Any]) -> None:
    graph["angles"] = np.full_like(graph["angles"], np.nan)


@pytest.mark.parametrize("change", [_astray, _short, _never])
def test_a_graph_that_leads_astray_is_made_anew(
    tmp_path: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    neighbours_of(tmp_path, VECTORS)
    stored, manifest = (
        tmp_path / "neighbours" / name for name in ("graph.safetensors", "manifest.json")
    )
    graph, told = load(stored.read_bytes()), json.loads(manifest.read_text())
    change(graph)
    stored.write_bytes(save(graph))
    told["graph_sha256"] = hashlib.sha256(stored.read_bytes()).hexdigest()
    manifest.write_text(json.dumps(told))
    assert (neighbours_of(tmp_path, VECTORS).ends == find_neighbours(VECTORS).ends).all()
    manifest.write_text("[" * 100_000)
    assert (neighbours_of(tmp_path, VECTORS).ends == find_neighbours(VECTORS).ends).all()


@pytest.mark.parametrize(
    ("column", "values", "told"),
    [
        ("genre", pa.array(["marina"] * 40), "the column genre is of the kind string"),
        ("genre", pa.array([[["marina"]]] * 40), "the column genre is of the kind list"),
        ("genre", pa.array([[None]] * 40, pa.list_(pa.string())), "the column genre has gaps"),
        ("id", pa.array(range(40)), "the column id is of the kind int64"),
    ],
)
def test_a_stored_index_holds_what_was_written(
    tmp_path: Path, column: str, values: pa.Array, told: str
) -> None:
    made().save(tmp_path)
    table = pq.read_table(tmp_path / "facets.parquet")
    place = table.column_names.index(column)
    pq.write_table(table.set_column(place, column, values), tmp_path / "facets.parquet")
    with pytest.raises(RetrievalError, match=told):
        ConditionalIndex.load(tmp_path, verify=False)
    with pytest.raises(RetrievalError) as error:
        ConditionalIndex.load(tmp_path)
    assert str(error.value).count("is damaged") == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
@pytest.mark.parametrize("name", ["vectors.npy", "facets.parquet", "manifest.json"])
def test_a_pipe_in_place_of_a_file_is_not_waited_for(tmp_path: Path, name: str) -> None:
    made().save(tmp_path)
    (tmp_path / name).unlink()
    os.mkfifo(tmp_path / name)
    with pytest.raises(RetrievalError, match=f"{name} is .*no file"):
        ConditionalIndex.load(tmp_path)
