"""What is kept of a comparison names no work."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from evaluation.benchmarks import comparison
from evaluation.comparing import Evaluated, Failed, compare_runs, write_report
from evaluation.metric import Metric


def test_numbers_are_kept_and_works_are_not(
    evaluated: Callable[..., Evaluated], tmp_path: Path
) -> None:
    iec = [Metric("iec", "IEC", "pictures", 0.5, (0.4, 0.6), better="higher", judge="A", n=2)]
    runs = [evaluated("ours", [0, 0, 1], iec), evaluated("other", [0, 1, 1], iec)]
    write_report(compare_runs([*runs, Failed("broken", "it fell over")]), tmp_path / "report")
    comparison.main([str(tmp_path), "--out", str(tmp_path / "kept.json")])
    kept = json.loads((tmp_path / "kept.json").read_text(encoding="utf-8"))
    assert kept["measures"]["iec"]["numbers"]["ours"]["value"] == 0.5
    assert kept["measures"]["iec"]["numbers"]["broken"] is None
    assert kept["models"]["broken"]["errors"] == ["it fell over"]
    assert kept["models"]["ours"]["topics"] == [2]
    assert all(work not in json.dumps(kept) for work in runs[0].values.ids)
