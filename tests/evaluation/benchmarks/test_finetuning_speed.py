"""The benchmark of fine-tuning, run whole with a tiny model on a CPU; no test asserts speed."""

from __future__ import annotations

import io
import json
import random
from contextlib import redirect_stdout
from pathlib import Path
from statistics import median
from typing import Any

import pytest
import torch

from evaluation.benchmarks.finetuning_arms import LoopArm
from evaluation.benchmarks.finetuning_speed import Setting, lanes_of, main, results_file
from evaluation.benchmarks.finetuning_works import captioner_of_one_length, make_works, paint
from training.processes import make_accelerator

BATCH = 4
ARMS = {
    "full", "full, bare step", "lora", "lora, bare step", "heads", "peft on MultiheadAttention",
    "peft, open_clip's own forward", "lora, from JPEG files", "lora, from kept pixels",
    "loader alone, JPEG files", "loader alone, kept pixels",
}  # fmt: skip


@pytest.fixture(scope="module")
def run(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], str]:
    """A whole run with a tiny model: what it writes, and what it prints."""
    out = tmp_path_factory.mktemp("results") / "speed.json"
    options = ["--model", str(tiny_model), "--batch", str(BATCH), "--rounds", "2"]
    options += ["--picture", "96", "64", "--linear", "--works", "200", "400", "--turns", "1"]
    with redirect_stdout(io.StringIO()) as printed:
        main([*options, "--out", str(out)])
    return json.loads(out.read_text(encoding="utf-8")), printed.getvalue()


def test_every_arm_is_timed_in_every_round(run: tuple[dict[str, Any], str]) -> None:
    (found,) = run[0]["models"].values()
    assert set(found["arms"]) == ARMS
    for row in found["arms"].values():
        assert len(row["seconds"]) == 2
        assert row["quartiles"][0] <= row["pairs_per_s"] <= row["quartiles"][1]


def test_ratios_are_of_arms_timed_in_the_same_round(run: tuple[dict[str, Any], str]) -> None:
    (found,) = run[0]["models"].values()
    full, lora = (found["arms"][name]["seconds"] for name in ("full", "lora"))
    expected = median(a / b for a, b in zip(full, lora, strict=True))
    assert found["ratios"]["lora's pace to full's"]["median"] == pytest.approx(expected, rel=0.02)


def test_operations_are_counted_of_every_arm_with_a_model(
    run: tuple[dict[str, Any], str],
) -> None:
    (found,) = run[0]["models"].values()
    counted = {name: row.get("gflop_per_pair") for name, row in found["arms"].items()}
    assert counted["full"] == counted["full, bare step"]
    assert counted["lora"] == counted["lora, bare step"] < counted["full"]
    assert counted["heads"] < counted["lora"] < counted["peft, open_clip's own forward"]
    assert counted["loader alone, JPEG files"] is None


def test_works_of_each_size_are_trained_on(run: tuple[dict[str, Any], str]) -> None:
    linear = run[0]["linear"]
    assert [row["works"] for row in linear["rows"]] == [200, 400]
    small, large = (row["pairs_per_s"] for row in linear["rows"])
    assert linear["ratios"]["pairs_per_s"] == pytest.approx(large / small, rel=0.01)


def test_all_arms_stand_in_the_table(run: tuple[dict[str, Any], str]) -> None:
    assert all(f"  {name} " in run[1] for name in ARMS)
    assert "400 works" in run[1]


def test_captions_all_have_one_length(tmp_path: Path) -> None:
    from open_clip import SimpleTokenizer

    captioner = captioner_of_one_length(tmp_path)
    works = make_works(200, tmp_path, ["000.jpg"])
    texts = [captioner.sample(work, random.Random(work.id)).text for work in works]
    assert len(set(texts)) == 200
    assert {len(text.split()) for text in texts} == {22}
    assert len(set((SimpleTokenizer()(texts) != 0).sum(dim=1).tolist())) == 1


def test_a_batch_that_does_not_fit_is_taken_in_smaller_chunks(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[int] = []
    take = LoopArm.take

    def full_at_four(self: LoopArm, n: int) -> None:
        steps.append(self._training.config.chunk_size)
        if steps[-1] == BATCH:
            raise torch.OutOfMemoryError
        take(self, n)

    monkeypatch.setattr(LoopArm, "take", full_at_four)
    accelerator, *_ = make_accelerator("cpu", "fp32", (), tmp_path / "logs")
    pictures = paint(tmp_path, 4, 64, 64)
    setting = Setting(str(tiny_model), "cpu", "fp32", BATCH, accelerator, tmp_path, pictures)
    lanes = lanes_of(setting, 1)
    assert {lanes[name].chunk for name in ("full", "lora", "heads")} == {BATCH // 2}
    assert "full, bare step" not in lanes


def test_results_of_a_gpu_bear_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "NVIDIA H200 SXM")
    assert results_file("cpu").name == "finetuning_speed.json"
    assert results_file("cuda").name == "finetuning_speed_nvidia_h200_sxm.json"
