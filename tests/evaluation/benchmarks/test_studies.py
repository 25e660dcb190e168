"""The kept numbers of the studies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evaluation.benchmarks import studies
from evaluation.benchmarks.studies_tables import PAGE, study_tables


def test_numbers_are_kept_rounded_and_by_style_for_the_best_alone(tmp_path: Path) -> None:
    def row(feature: str, value: float) -> dict[str, object]:
        at = {"value": value, "interval": [value - 0.1, value]}
        return {"feature": feature, "at_1": at, "by_style": {"a": 1 / 3}, "from_style": {"a": 1.0}}

    result = {"name": "font", "rows": [row("pixels", 0.123456), row("mini", 0.5)]}
    (tmp_path / "font.json").write_text(json.dumps(result))
    studies.main([str(tmp_path / "font.json"), "--out", str(tmp_path / "kept.json")])
    kept = json.loads((tmp_path / "kept.json").read_text())
    assert kept["name"] == "conditional_font"
    assert kept["rows"][0]["at_1"]["value"] == 0.1235
    assert "by_style" not in kept["rows"][0]
    assert kept["rows"][1]["by_style"] == {"a": 0.3333}
    assert kept["versions"]["torch"]


def test_a_study_keeps_its_numbers_and_not_what_was_read_of_works(tmp_path: Path) -> None:
    number = {"value": 1 / 3, "interval": None, "chance": 0.5, "n": 9}
    answer = {"dimension": "style", "model": "mini", "verdict": "unsure", "by_class": ["long"]}
    answer |= dict.fromkeys(("zero_shot", "zero_shot_auc", "probe", "probe_auc"), number)
    report = {
        "study": "perception",
        "name": "/home/somebody/paintings",
        "models": [{"name": "mini"}],
        "answered": [answer],
        "defects": [],
        "mistakes": [{"work": "a-work"}],
        "settings": {"source": "/home/somebody/paintings", "spoilt_works": 9},
    }
    (tmp_path / "report.json").write_text(json.dumps(report))
    asked = [str(tmp_path / "report.json"), "--collection", "mine", "--out", str(tmp_path / "kept")]
    studies.main(asked)
    text = (tmp_path / "kept").read_text()
    assert "somebody" not in text
    assert "a-work" not in text
    assert "long" not in text
    assert "| style | `mini` | 33.3% | 50.0% | 33.3% | 0.33 | 0.33 | unsure |" in study_tables(
        json.loads(text)
    )


@pytest.mark.parametrize("name", ["wikiart-sample", "sample-gallery"])
@pytest.mark.parametrize("study", ["semantic-gap", "perception"])
def test_the_docs_show_the_numbers_that_are_kept(study: str, name: str) -> None:
    kept = json.loads((studies.RESULTS / f"{study}_{name}.json").read_text(encoding="utf-8"))
    assert study_tables(kept) in PAGE.read_text(encoding="utf-8")
