"""Benchmarks run apart, are gone when they end, and their table is what their files say."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from evaluation.benchmarks import runner, table
from evaluation.benchmarks.benchmark import Benchmark, Row
from evaluation.benchmarks.registry import SUMMARIES, find_benchmark
from topicart.cli import app
from topicart.errors import BenchmarkError
from topicart.fit import Silent


def _script(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    monkeypatch.setattr(runner, "_CHILD", (sys.executable, "-c", f"import json, sys\n{code}"))


def _gone(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"


@pytest.mark.parametrize("name", SUMMARIES)
def test_every_benchmark_is_what_the_list_says(name: str) -> None:
    found = find_benchmark(name)
    assert found.name == name
    assert found.summary == SUMMARIES[name]


def test_a_name_that_no_benchmark_has_is_told_with_those_that_there_are() -> None:
    with pytest.raises(BenchmarkError, match="no benchmark 'speed'. Name one of .*growth.*or all"):
        runner.run_benchmark("speed", Silent())


def test_what_is_asked_is_measured_in_a_process_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    _script(monkeypatch, """asked = json.load(sys.stdin)
print(json.dumps(["stage", "plant"]))
print(json.dumps(["count", 1, 2]))
print(json.dumps(["note", "half"]))
print(json.dumps(["measured", asked]))""")  # fmt: skip
    told: list[Any] = []

    class Listening:
        def stage(self, name: str) -> None:
            told.append(name)

        def count(self, done: int, total: int) -> None:
            told.append((done, total))

        def note(self, text: str) -> None:
            told.append(text)

    asked = runner.run_benchmark("topics", Listening(), works=30, device="cuda:1")
    assert told == ["plant", (1, 2), "half"]
    assert asked["name"] == "topics"
    folder = asked["options"].pop("folder")
    assert asked["options"] == {"device": "cuda:1", "works": 30, "source": None}
    assert not Path(folder).exists()


def test_an_interrupted_benchmark_leaves_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    _script(monkeypatch, """import subprocess, time
own = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(json.dumps(["stage", str(own.pid)]), flush=True)
time.sleep(60)""")  # fmt: skip
    pids: list[int] = []

    class Interrupting(Silent):
        def stage(self, name: str) -> None:
            pids.append(int(name))
            raise KeyboardInterrupt

    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        runner.run_benchmark("topics", Interrupting())
    assert time.monotonic() - started < 50
    deadline = time.monotonic() + 10
    while not _gone(pids[0]) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert _gone(pids[0])


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("print(json.dumps(['error', 'bertopic is missing.']))", "topics failed: bertopic is miss"),
        ("sys.exit(3)", "topics ended with exit code 3; its error stands above"),
        ("import os; os.kill(os.getpid(), 9)", "topics was ended by the signal 9; where memory"),
        (
            "import os; os.write(1, b'[\"measured\", {'); os.kill(os.getpid(), 9)",
            "topics was ended by the signal 9; where memory",
        ),
    ],
)
def test_a_benchmark_that_fails_is_an_error(
    code: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _script(monkeypatch, code)
    with pytest.raises(BenchmarkError, match=told):
        runner.run_benchmark("topics", Silent())


def test_results_of_a_gpu_have_a_file_of_their_own(tmp_path: Path) -> None:
    assert runner.results_file("encoding-memory").name == "encoding_memory.json"
    assert runner.results_file("encoding", "cuda:1", tmp_path) == tmp_path / "encoding_cuda.json"


def test_the_page_says_what_the_files_of_results_say() -> None:
    page = table.PAGE.read_text(encoding="utf-8")
    between = page.partition(table._BEGIN)[2].partition(table._END)[0]
    assert between.strip() == table.page_table().strip()


_RESULTS = {
    "device": "cpu",
    "date": "2026-01-02",
    "machine": {"processors": 2, "device": "x86_64"},
    "versions": {"numpy": "2.0"},
    "seconds": 3,
}


def _benchmark(name: str) -> Benchmark:
    return Benchmark(
        name=name,
        summary=SUMMARIES[name],
        measure=lambda *_: {},
        rows=lambda results: [
            Row("a step", f"{results['seconds']} s", "4 s (peer)", "0.75", "at most 0.6", False)
        ],
    )


def test_measured_as_published_results_and_page_are_written_anew_and_else_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "find_benchmark", _benchmark)
    monkeypatch.setattr(runner, "run_benchmark", lambda *_, **__: dict(_RESULTS))
    results, page = tmp_path / "results", tmp_path / "page.md"
    page.write_text(f"# Page\n\n{table._BEGIN}\n{table._END}\n", encoding="utf-8")
    monkeypatch.setattr(table, "PAGE", page)
    monkeypatch.setattr(table, "RESULTS", results)
    monkeypatch.setattr(table.put_in_page, "__defaults__", (page, results))

    done = CliRunner().invoke(app, ["bench", "topics", "--works", "40"])
    assert done.exit_code == 0
    assert "0.75" in done.stdout
    assert not results.exists()

    done = CliRunner().invoke(app, ["bench", "topics", "--works", "40", "--out", str(tmp_path)])
    assert json.loads((tmp_path / "topics.json").read_text(encoding="utf-8")) == _RESULTS
    assert not results.exists()

    done = CliRunner().invoke(app, ["bench", "topics", "--json"])
    assert json.loads(done.stdout) == _RESULTS
    assert json.loads((results / "topics.json").read_text(encoding="utf-8")) == _RESULTS
    line = "| a step | 3 s | 4 s (peer) | 0.75 | at most 0.6 | missed |"
    assert line in page.read_text(encoding="utf-8")


def test_one_that_fails_stops_no_other(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def run(name: str, *_: object, **__: object) -> dict[str, Any]:
        if name == "encoding":
            raise BenchmarkError("openvino is missing.")
        return dict(_RESULTS)

    monkeypatch.setattr(table, "find_benchmark", _benchmark)
    monkeypatch.setattr(runner, "run_benchmark", run)
    done = CliRunner().invoke(app, ["bench", "all", "--json", "--out", str(tmp_path)])
    assert done.exit_code == BenchmarkError.exit_code
    assert "openvino is missing." in done.stderr
    assert list(json.loads(done.stdout)) == [name for name in SUMMARIES if name != "encoding"]
    assert len(list(tmp_path.glob("*.json"))) == len(SUMMARIES) - 1
