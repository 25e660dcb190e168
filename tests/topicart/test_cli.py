from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from topicart.cli import app
from topicart.run import Run

TERMINAL = CliRunner(env={"COLUMNS": "120"})


def topicart(*arguments: str | Path) -> Result:
    return TERMINAL.invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def fitted(paintings: Path, tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("cli") / "run"
    done = topicart("fit", paintings, "--model", tiny_model, "--out", out, "--min-size", "5")
    assert done.exit_code == 0, done.output
    return out


def test_fit_leaves_a_whole_run(fitted: Path) -> None:
    names = {path.name for path in fitted.iterdir()}
    assert names == {
        "run.json", "works.parquet", "embeddings", "topics.json", "model.safetensors",
        "metrics.json", "problems.csv", "topics.ttl", "miniatures", "site",
    }  # fmt: skip
    assert (fitted / "site" / "index.html").is_file()


def test_every_measure_has_what_is_needed_to_read_it(fitted: Path) -> None:
    metrics = json.loads((fitted / "metrics.json").read_text(encoding="utf-8"))["metrics"]
    by_name = {metric["name"]: metric for metric in metrics}
    assert set(by_name) > {
        "iec", "ieps", "c_npmi", "topic_diversity", "outlier_share", "ami_artist", "ami_genre",
    }  # fmt: skip
    for metric in metrics:
        assert metric["value"] is not None or metric["note"]
    low, high = by_name["iec"]["interval"] or (0, 1)
    assert low <= by_name["iec"]["value"] <= high
    assert "the encoder that made the topics" in by_name["iec"]["judge"]
    assert "flatter" in by_name["iec"]["warning"]
    assert by_name["ami_genre"]["value"] > by_name["ami_genre"]["baseline"]


def test_fit_prints_the_themes_and_where_the_page_is(
    fitted: Path, paintings: Path, tiny_model: Path
) -> None:
    again = topicart("fit", paintings, "--model", tiny_model, "--out", fitted, "--min-size", "5")
    assert again.exit_code == 0
    assert "60 works" in again.stdout
    assert str(fitted / "site" / "index.html") in again.stdout.replace("\n", "")


def test_a_page_that_is_missing_is_made_again(
    fitted: Path, paintings: Path, tiny_model: Path
) -> None:
    (fitted / "site" / "index.html").unlink()
    (fitted / "metrics.json").unlink()
    again = topicart("fit", paintings, "--model", tiny_model, "--out", fitted, "--min-size", "5",
                     "--quiet")  # fmt: skip
    assert (again.exit_code, again.output) == (0, "")
    assert (fitted / "site" / "index.html").is_file()
    assert (fitted / "metrics.json").is_file()


def test_json_is_for_machines(fitted: Path) -> None:
    done = topicart("show", fitted, "--json")
    result = json.loads(done.stdout)
    assert result["counts"]["works"] == 60
    assert [topic["id"] for topic in result["topics"]] == list(range(len(result["topics"])))
    one = json.loads(topicart("show", fitted, "0", "--json").stdout)
    assert one == result["topics"][0]


def test_one_theme_is_shown_with_its_evidence(fitted: Path) -> None:
    done = topicart("show", fitted, "0")
    assert done.exit_code == 0
    assert "lift" in done.stdout
    assert "Most central" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["fit", "nowhere", "--out", "run", "--model", "mini"], 2, "nowhere"),
        (["fit", "{paintings}", "--out", "run", "--model", "miny"], 3, "mini"),
        (["fit", "{paintings}", "--out", "{fitted}", "--model", "{tiny}"], 7, "--overwrite"),
        (["fit", "{paintings}", "--out", "run", "--model", "{tiny}", "--min-size", "50"], 6,
         "60 works have a picture; finding topics needs at least 100"),
        (["fit", "{paintings}", "--out", "run", "--map", "artist"], 2, "FACET=COLUMN"),
        (["fit", "{paintings}", "--out", "run", "--map", "=artist"], 2, "FACET=COLUMN"),
        (["fit", "{paintings}", "--out", "run", "--map", "painter=artist"], 2, "artist"),
        (["fit", "{paintings}", "--out", "run", "--model", ""], 3, "The model '' is empty"),
        (["fit", "{paintings}", "--out", "run", "--clusterer", "dbscan"], 2, "clusterer"),
        (["fit", "{paintings}", "--out", "run", "--fuse", "2"], 2, "--fuse"),
        (["show", "nowhere"], 7, "is not a run"),
        (["show", "{fitted}", "99"], 7, "has no theme 99"),
        (["demo", "--works", "3"], 2, "60"),
    ],
)  # fmt: skip
def test_mistakes_get_a_sentence_and_an_exit_code_not_a_traceback(
    arguments: list[str], code: int, message: str, fitted: Path, paintings: Path, tiny_model: Path,
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    places = {"paintings": paintings, "fitted": fitted, "tiny": tiny_model}
    done = topicart(*[argument.format(**places) for argument in arguments])
    assert done.exit_code == code, done.output
    assert message in done.stderr
    assert "Traceback" not in done.output


def test_a_column_is_left_unread_if_its_facet_is_mapped_to_nothing(
    paintings: Path, tiny_model: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    done = topicart("fit", paintings, "--model", tiny_model, "--out", out, "--map", "artist=", "-q")
    assert (done.exit_code, done.output) == (0, "")
    works = Run.open(out).works
    assert not any(works["artist"].to_pylist())
    assert any(works["genre"].to_pylist())


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_output_in_a_narrow_encoding_loses_letters_not_the_run(
    fitted: Path, tmp_path: Path, encoding: str
) -> None:
    run = shutil.copytree(fitted, tmp_path / "山水")
    topics = json.loads((run / "topics.json").read_text(encoding="utf-8"))
    topics["topics"][0]["name"] = "山水 Œuvre"
    (run / "topics.json").write_text(json.dumps(topics), encoding="utf-8")

    def shown(*options: str) -> bytes:
        command = [sys.executable, "-c", "from topicart.cli import main; main()", "show", run]
        environment = {**os.environ, "PYTHONIOENCODING": encoding}
        done = subprocess.run([*command, *options], capture_output=True, env=environment)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    assert b"?? ?uvre" in shown()
    assert json.loads(shown("--json"))["topics"][0]["name"] == "山水 Œuvre"


def test_a_disk_that_refuses_is_told_in_a_sentence(
    paintings: Path, tiny_model: Path, tmp_path: Path
) -> None:
    out = tmp_path / (300 * "x")
    done = topicart("fit", paintings, "--model", tiny_model, "--out", out)
    assert done.exit_code == 4
    assert done.stderr.endswith(f"{out} cannot be read or written: File name too long.\n")


def test_ctrl_c_says_how_to_go_on(
    paintings: Path, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("topicart.space.reduce_umap", interrupted)
    done = topicart("fit", paintings, "--model", tiny_model, "--out", tmp_path / "run")
    assert done.exit_code == 130
    assert "Interrupted. Repeat the same command to go on" in done.stderr
    monkeypatch.undo()
    again = topicart("fit", paintings, "--model", tiny_model, "--out", tmp_path / "run", "-q")
    assert again.exit_code == 0


def test_models_lists_the_default_and_mini() -> None:
    rows = json.loads(topicart("models", "--json").stdout)
    names = [row["name"] for row in rows]
    assert "mini" in names
    assert "ViT-B-32/laion2b_s34b_b79k" in names
    assert "mini" in topicart("models").stdout


def test_version_and_help() -> None:
    from topicart import __version__

    assert topicart("--version").stdout == f"topicart {__version__}\n"
    for command in ("fit", "demo", "label", "summarize", "show", "models"):
        assert topicart(command, "--help").exit_code == 0
