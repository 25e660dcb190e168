"""The commands that measure, compare and plant, as a user types them."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from evaluation import Evaluation, Metric, fit_baseline
from evaluation.stability import TopicStability
from topicart import Run
from topicart.cli import app
from topicart.evaluate_console import evaluation_tables


@pytest.fixture(scope="module")
def runs(source: Run, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A run of ours and one of k-means."""
    folder = tmp_path_factory.mktemp("runs")
    ours = shutil.copytree(source.folder, folder / "ours")
    kmeans = fit_baseline("kmeans", Run.open(ours), folder / "kmeans", seed=3)
    return ours, kmeans.folder


def _type(*words: str | Path) -> Result:
    return CliRunner(env={"COLUMNS": "120"}).invoke(app, [str(word) for word in words])


def test_evaluate_writes_metrics_and_page_and_prints_a_table(runs: tuple[Path, Path]) -> None:
    ours, _ = runs
    told = _type("evaluate", ours, "--judge", "own")
    assert told.exit_code == 0, told.output
    for said in ("By their words", "NPMI coherence ↑", "By their pictures", "IEC", "As clusters",
                 "Against the records", "genre", "95 % interval", "Random"):  # fmt: skip
        assert said in told.output
    assert "made" in told.output, "a judge that made the topics is warned of"
    assert (ours / "metrics.json").exists()
    assert (ours / "site" / "index.html").exists()


def test_evaluate_says_who_judged_what_and_how_many_themes_are_found_again() -> None:
    told = [
        Metric(
            "c_npmi", "NPMI coherence", "words", 0.1, None, -0.2, better="higher", judge="captions"
        ),
        Metric("des", "DES", "words", 0.2, None, 0.3, better="lower", judge="MiniLM"),
        Metric("ami_genre", "AMI", "facts", 0.75, None, -0.0625, better="higher", n=9),
        Metric("n_topics", "Number of topics", "clusters", 23.0),
        Metric("median_size", "Works in the median topic", "clusters", 26.5),
    ]
    again = {
        topic: TopicStability(topic, n_found, 9, n_found / 9, 0.5, 0.1, 0.0)
        for topic, n_found in enumerate((9, 9, 7, 4))
    }
    console = Console(width=100, file=io.StringIO())
    values: Any = None
    console.print(evaluation_tables(Evaluation(values, tuple(told), again, {})))
    assert isinstance(console.file, io.StringIO)
    lines = [" ".join(line.split()) for line in console.file.getvalue().splitlines()]
    assert "Judged by captions: NPMI coherence" in lines
    assert "Judged by MiniLM: DES" in lines
    facets = lines.index("Against the records")
    assert lines[facets + 1].startswith("Facet AMI Random ARI Random")
    assert lines[facets + 2].startswith("genre 0.750 −0.062 – –")
    assert "Number of topics 23 –" in lines
    assert "Works in the median topic 26.5 –" in lines
    assert any("Of 4 themes, 2 found again in each of 9 fits, 1 in less" in line for line in lines)


def test_evaluate_as_json_is_what_the_file_says(runs: tuple[Path, Path]) -> None:
    ours, _ = runs
    told = _type("evaluate", ours, "--judge", "own", "--json", "--reference", "titles")
    assert json.loads(told.stdout) == json.loads((ours / "metrics.json").read_text())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--judge", "no-such-encoder"], "no-such-encoder"),
        (["--reference", "no-such-file.txt"], "no-such-file.txt"),
    ],
)
def test_evaluate_tells_what_is_wrong(
    runs: tuple[Path, Path], options: list[str], said: str
) -> None:
    told = _type("evaluate", runs[0], *options)
    assert told.exit_code not in (0, 1)
    assert said in told.output
    assert "Traceback" not in told.output


def test_baseline_leaves_a_run_with_a_page(runs: tuple[Path, Path], tmp_path: Path) -> None:
    told = _type("baseline", runs[0], "random", "--out", tmp_path / "random", "--topics", "4")
    assert told.exit_code == 0, told.output
    made = Run.open(tmp_path / "random")
    assert len(made.topics) == 4
    themes, about = (
        (made.page.parent / name).read_text(encoding="utf-8")
        for name in ("themes.html", "about.html")
    )
    assert "belong together by another method, to compare with" in themes
    assert "look alike" not in themes, "a lot looks at nothing"
    assert "gathered into themes by another method, to compare with" in about
    assert "Titles, artists and dates were not read" not in about, "some methods read nothing else"
    wrong = _type("baseline", runs[0], "kmean", "--out", tmp_path / "x")
    assert wrong.exit_code not in (0, 1)
    assert "Did you mean" in wrong.output or "kmeans" in wrong.output


def test_compare_writes_a_report_and_prints_its_main_numbers(
    runs: tuple[Path, Path], tmp_path: Path
) -> None:
    told = _type("compare", *runs, "--out", tmp_path / "report", "--judge", "own")
    assert told.exit_code == 0, told.output
    for said in ("topicart", "kmeans", "NPMI", "* the best", "Report:"):
        assert said in told.output
    for name in ("index.html", "report.json", "tables"):
        assert (tmp_path / "report" / name).exists()
    as_json = _type("compare", *runs, "--out", tmp_path / "report", "--judge", "own", "--json")
    assert json.loads(as_json.stdout)["n_common"] == 60


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["compare", "--out", "x"], "Name the runs to compare, or a --recipe"),
        (["compare", "one", "--recipe", "r.toml", "--out", "x"], "Name the runs to compare, or"),
        (["compare", "--recipe", "r.toml", "--judge", "own", "--out", "x"], "stand in the file"),
        (["compare", "--recipe", "no-such.toml", "--out", "x"], "no-such.toml"),
        (["compare", "here-is-none", "nor-here", "--out", "x"], "here-is-none is not a run"),
    ],
)
def test_compare_tells_what_is_wrong(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = _type(*words)
    assert told.exit_code
    assert said in " ".join(told.output.replace("│", " ").split())


def test_bench_planted_hands_its_options_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: dict[str, Any] = {}

    def bench(out: Path, **options: Any) -> object:
        asked.update(options, out=out)
        raise KeyboardInterrupt

    monkeypatch.setattr("evaluation.planted.bench_planted", bench)
    told = _type("bench", "planted", "--out", tmp_path, "--works", "60", "--works", "80",
                 "--noise", "0.2", "--model", "lda", "--seeds", "2")  # fmt: skip
    assert told.exit_code == 130
    assert "what is finished is kept in" in told.output
    assert asked["sizes"] == [60, 80]
    assert asked["noises"] == [0.2]
    assert asked["models"] == ["lda"]
    assert list(asked["seeds"]) == [0, 1]
