"""The benchmark of measuring a run, on few works; no test asserts speed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from evaluation.benchmarks import evaluating
from topicart.errors import BenchmarkError


def test_every_family_is_timed_and_its_numbers_written_down(tmp_path: Path) -> None:
    results = json.loads(json.dumps(evaluating.measure(tmp_path / "run", 600, 8, 16)))
    assert list(results["seconds"]) == ["read", "measure", "assess"]
    assert results["seconds in all"] == pytest.approx(sum(results["seconds"].values()))
    assert results["peak memory (MB)"] >= results["of which before measuring (MB)"] > 0
    metrics = results["metrics"]
    assert {"c_npmi", "silhouette", "iec", "ami_artist", "purity_emotion"} <= set(metrics)
    for name in ("c_npmi", "silhouette", "ami_style"):
        assert metrics[name]["value"] > metrics[name]["baseline"], "topics follow what was drawn"
    (row,) = evaluating.BENCHMARK.rows(results)
    assert row.what == "all measures of 600 works in 8 topics"


def test_the_same_run_is_invented_again(tmp_path: Path) -> None:
    first, again = (evaluating.invent(tmp_path / name, 80, 5, 8) for name in ("one", "two"))
    assert first.works.equals(again.works)
    assert first.topics == again.topics
    np.testing.assert_array_equal(first.embeddings.vectors, again.embeddings.vectors)
    assert len(first.topics) == 5


def test_more_topics_than_works_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match="6 topics are measured: 5 works are too few. Give"):
        evaluating.measure(tmp_path / "run", 5, 6, 16)
