"""The doors of the studies: what is asked arrives, what is found is shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import evaluation.studies.perception.study
import evaluation.studies.semantic_gap.study
from evaluation.studies.perception.result import Perception
from evaluation.studies.semantic_gap.result import SemanticGap
from knowledge_graph import Collection
from topicart.cli import app


@pytest.fixture
def asked(
    gap: Callable[..., SemanticGap],
    perceived: Callable[..., Perception],
    monkeypatch: pytest.MonkeyPatch,
) -> dict[str, Any]:
    """Stand in for the studies, and keep what they were asked."""
    told: dict[str, Any] = {}

    def stand_in(make: Callable[..., Any]) -> Callable[..., Any]:
        def run(collection: Collection, out: Path, **options: Any) -> Any:
            told.update(options, n_works=len(collection))
            return make()

        return run

    for module, name, make in (
        (evaluation.studies.semantic_gap.study, "run_semantic_gap", gap),
        (evaluation.studies.perception.study, "run_perception", perceived),
    ):
        monkeypatch.setattr(module, name, stand_in(make))
    return told


def test_the_gap_is_asked_as_the_options_say_and_shown_in_words(
    asked: dict[str, Any], gallery: Collection, tmp_path: Path
) -> None:
    out = tmp_path / "gap"
    result = CliRunner().invoke(
        app,
        ["study", "semantic-gap", str(gallery.root), "--model", "mini", "--model", "pixels",
         "--text", "title", "--long-texts", "first sentence", "--hold-out", "0.4", "--works", "5",
         "--seed", "3", "--out", str(out)],
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    wanted = {"models": ["mini", "pixels"], "text": "title", "long_texts": "first sentence",
              "hold_out": 0.4, "works": 5, "seed": 3, "source_format": ""}  # fmt: skip
    assert {name: asked[name] for name in wanted} == wanted
    assert asked["n_works"] == 8
    assert "3.10×" in result.output
    assert "Only 4 works are narrative." in result.output
    assert (out / "index.html").is_file()


def test_perception_as_json_is_what_the_report_holds(
    asked: dict[str, Any], gallery: Collection, tmp_path: Path
) -> None:
    out = tmp_path / "perception"
    result = CliRunner().invoke(
        app, ["study", "perception", str(gallery.root), "--json", "--out", str(out)]
    )
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told.pop("page") == str(out / "index.html")
    assert told == json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert asked["models"][0] == "mini"


def test_a_folder_with_something_else_is_refused_before_any_work(
    asked: dict[str, Any], gallery: Collection, tmp_path: Path
) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    result = CliRunner().invoke(
        app, ["study", "perception", str(gallery.root), "--out", str(tmp_path)]
    )
    assert result.exit_code == 11
    assert "letter.txt" in result.stderr
    assert not asked


def test_a_misspelt_question_for_people_is_named(gallery: Collection, tmp_path: Path) -> None:
    result = CliRunner().invoke(
        app,
        ["study", "annotate", str(gallery.root), "--dimension", "stile",
         "--out", str(tmp_path / "a.html")],
    )  # fmt: skip
    assert result.exit_code == 11
    assert "stile" in result.stderr
    assert "style" in result.stderr
