"""The benchmark of what fine-tuning gains, at toy size."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evaluation.benchmarks.finetuning import RESULTS, arms, main, measure
from knowledge_graph import open_collection


def test_every_seed_is_trained_and_the_works_of_all_are_pooled(
    paintings: Path, tiny_model: Path, tmp_path: Path
) -> None:
    short = {"batch_size": 8, "chunk_size": 8, "max_steps": 1, "hold_out_share": 0.2}
    trainings = {
        name: config.model_copy(update=short) for name, config in arms(str(tiny_model)).items()
    }
    found = measure(open_collection(paintings), trainings, (0, 1), tmp_path / "work")
    held_out = sum(seed["held out"] for seed in found["seeds"].values())
    assert set(found["trainings"]) == {"heads", "lora"}
    assert set(found["against"]) == {"lora against heads"}
    for compared in (*found["trainings"].values(), *found["against"].values()):
        assert compared["works"] == held_out
        assert compared["metrics"]["zero_shot_genre"]["n"] == held_out
    before = [
        found["trainings"][name]["metrics"]["mean_recall_at_10"]["before"] for name in arms("")
    ]
    assert before[0] == before[1]  # both are compared with the same base


def test_the_published_trainings_looked_at_the_held_out_works_once() -> None:
    for config in arms("base").values():
        assert config.patience == 0
        assert (config.validate_every or 0) > 10_000


def test_its_results_say_what_they_are_from() -> None:
    if not RESULTS.is_file():
        pytest.skip("the benchmark has not been run")
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    assert results["base"] == "mini-base"
    assert len(results["seeds"]) == 3
    assert set(results["trainings"]) == set(results["configurations"])


def test_its_help_names_what_it_takes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "--base" in capsys.readouterr().out
