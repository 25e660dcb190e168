"""The kept numbers of the studies."""

from __future__ import annotations

import json
from pathlib import Path

from evaluation.benchmarks import studies


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
