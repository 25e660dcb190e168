"""The benchmark of LLaVA, run whole with a tiny model; no test asserts speed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from evaluation.benchmarks import llava_speed
from evaluation.benchmarks.llava_models import configuration
from evaluation.benchmarks.llava_speed import main, results_file


def test_every_batch_is_timed_and_written_down(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "speed.json"
    options = ["--size", "tiny", "--device", "cpu", "--batch", "1", "2", "--tokens", "4"]
    main([*options, "--rounds", "2", "--out", str(out)])
    results = json.loads(out.read_text(encoding="utf-8"))
    assert [row["batch"] for row in results["batches"]] == [1, 2]
    for row in results["batches"]:
        assert row["input_tokens"] == 576 + 150
        assert len(row["whole_seconds"]) == 2
        middle = sum(row["whole_seconds"]) / 2
        assert row["s_per_topic"] * row["batch"] == pytest.approx(middle, abs=2e-4)
    assert results["settings"]["mosaic_px"] == [1136, 908]
    assert results["weights_gb"] == pytest.approx(results["parameters"] * 4 / 1e9, rel=0.01)
    assert set(results["versions"]) >= {"torch", "transformers"}
    printed = capsys.readouterr().out
    assert "LLaVA 1.5 with two tiny layers, fp32, on " in printed
    assert len(printed.splitlines()) == 4


def test_a_batch_that_does_not_fit_is_said_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seconds = llava_speed._seconds

    def full_at_two(model: object, inputs: dict[str, torch.Tensor], tokens: int) -> float:
        if len(inputs["input_ids"]) == 2:
            raise torch.OutOfMemoryError
        return seconds(model, inputs, tokens)

    monkeypatch.setattr(llava_speed, "_seconds", full_at_two)
    options = ["--size", "tiny", "--device", "cpu", "--batch", "1", "2", "--tokens", "2"]
    main([*options, "--rounds", "1", "--out", str(tmp_path / "speed.json")])
    rows = json.loads((tmp_path / "speed.json").read_text(encoding="utf-8"))["batches"]
    assert [row["fits"] for row in rows] == [True, False]
    assert "does not fit into the memory" in capsys.readouterr().out


@pytest.mark.parametrize(("size", "parameters"), [("7b", 7.06e9), ("0.5b", 0.89e9)])
def test_full_sizes_have_the_published_numbers_of_parameters(size: str, parameters: float) -> None:
    from transformers import AutoModelForImageTextToText

    with torch.device("meta"):
        model = AutoModelForImageTextToText.from_config(configuration(size))
    assert model.num_parameters() == pytest.approx(parameters, rel=0.01)


def test_one_token_tells_nothing_of_writing(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--size", "tiny", "--tokens", "1"])
    assert "--tokens must be at least 2" in capsys.readouterr().err


def test_results_of_a_gpu_bear_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(llava_speed, "choose_device", str)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "NVIDIA H200 SXM")
    assert results_file("cpu").name == "llava_speed.json"
    assert results_file("cuda").name == "llava_speed_nvidia_h200_sxm.json"
