"""The benchmark of conditional search: its works, its recall, its tables."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from evaluation.benchmarks import conditional_retrieval as benchmark
from evaluation.benchmarks.conditional_retrieval_arms import ARMS, have_faiss
from evaluation.benchmarks.conditional_retrieval_table import PAGE, put_in_page, speed_tables
from evaluation.benchmarks.conditional_retrieval_works import FACET, invent


def test_invented_works_state_what_they_are_allowed_for() -> None:
    works = invent(3000, 5, 4)
    assert np.allclose(np.linalg.norm(works.vectors, axis=1), 1, atol=1e-6)
    assert {name: len(rows) for name, rows in works.allowed.items()} == {
        "all": 3000,
        "tenth scattered": 300,
        "tenth near": 300,
        "hundredth scattered": 30,
        "hundredth near": 30,
        "thousandth scattered": 3,
        "thousandth near": 3,
    }
    for name, rows in works.allowed.items():
        assert np.array_equal(works.facts.rows([f"{FACET}={name}"]), rows)
    assert np.array_equal(works.vectors, invent(3000, 5, 4).vectors)


def test_a_pass_is_written_resumed_and_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "results.json"
    monkeypatch.setattr(benchmark, "_PATIENCE_S", 0)
    monkeypatch.setattr(benchmark, "_compile", lambda: None)
    found = benchmark.measure([1500], [3], 4, out, note="in a test")
    assert json.loads(out.read_text(encoding="utf-8")) == found
    for arms in found["works"].values():
        assert set(arms) == set(ARMS)
        for name in ("numpy", "index", "tree", *(["flat"] if have_faiss() else [])):
            for told in arms[name]["by condition"].values():
                assert told["recall"] == 1
        assert arms["index"]["by condition"]["tenth near"]["plan"] == "grouped"
        assert "recall" not in arms["product"]["by condition"]["all"]
    capsys.readouterr()
    again = benchmark.measure([1500], [3], 4, out, note="in a test")
    assert again["works"] == found["works"]
    assert capsys.readouterr().err.count("is there") == 1
    assert benchmark.measure([], [], 4, out, note="in another")["works"] == {}
    assert "measured otherwise" in capsys.readouterr().err

    tables = speed_tables(found)
    assert "| 1,500 | 3 | 10 % | " in tables
    assert "*in a test*" in tables
    page = tmp_path / "page.md"
    page.write_text(PAGE.read_text(encoding="utf-8"), encoding="utf-8")
    put_in_page(found, page)
    put_in_page(found, page)
    assert page.read_text(encoding="utf-8").count("| 1,500 | 3 | 10 % | ") == 1


def test_every_figure_of_the_page_stands_in_the_file_of_results() -> None:
    if not benchmark.RESULTS.is_file():
        pytest.skip("conditional search was not measured yet")
    results = json.loads(benchmark.RESULTS.read_text(encoding="utf-8"))
    assert speed_tables(results) in PAGE.read_text(encoding="utf-8")
