"""The benchmark of encoding, run whole with a tiny model; no test asserts speed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from evaluation.benchmarks import encoding
from evaluation.benchmarks.benchmark import Options
from evaluation.benchmarks.encoding_pictures import Sizes, paint, write_model
from evaluation.benchmarks.registry import find_benchmark
from topicart.recording import Silent


@pytest.fixture
def results(tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setattr(encoding, "_models", lambda *_: {"tiny": str(tiny_model)})
    monkeypatch.setattr(encoding, "_SECONDS", 0.01)
    monkeypatch.setattr(encoding, "_ROUNDS", 1)
    monkeypatch.setattr(encoding, "_SCANS", 1)
    monkeypatch.setattr(encoding, "SCANS", Sizes(600, 700))
    measured = find_benchmark("encoding").measure(Options(tmp_path / "work", works=5), Silent())
    return dict(json.loads(json.dumps(measured)))


def test_every_engine_is_timed_from_memory_and_from_files(results: dict[str, Any]) -> None:
    tiny = results["models"]["tiny"]
    assert tiny["decoding (ms of a core)"] > 0
    assert "torch, fp32" in tiny["ways"]
    for way in tiny["ways"].values():
        assert list(way["rates"]) == ["bare", "files", "thumbnails"]
        assert way["least cosine"] > 0.99
    assert results["scans"]["pictures"] == 1


def test_the_table_sets_each_beside_what_it_is_measured_against(results: dict[str, Any]) -> None:
    rows = find_benchmark("encoding").rows(results)
    assert rows[0].what == "tiny, torch, fp32 (fp32), from files"
    assert rows[0].beside.endswith("(bare encoder)")
    assert rows[0].asked == "at least 0.95"
    assert rows[-1].what == "JPEG scans of 600 to 700 px, decoded reduced"
    assert rows[-1].met is None


@pytest.mark.parametrize("device", ["cuda:1", "mps"])
def test_openvino_is_for_the_cpu_alone(device: str) -> None:
    assert {way.engine for way in encoding._ways(device)} == {"torch"}
    assert encoding._BATCH[device.partition(":")[0]] > 0


def test_painted_pictures_are_jpegs_of_the_sizes_asked_for(tmp_path: Path) -> None:
    names = paint(tmp_path / "web", 6, Sizes(64, 128))
    for name in names:
        with Image.open(tmp_path / "web" / name) as picture:
            assert picture.format == "JPEG"
            assert 64 <= max(picture.size) <= 128
    again = paint(tmp_path / "again", 6, Sizes(64, 128))
    assert [(tmp_path / "web" / name).read_bytes() for name in names] == [
        (tmp_path / "again" / name).read_bytes() for name in again
    ]


def test_a_model_of_random_weights_is_one_that_an_encoder_loads(tmp_path: Path) -> None:
    from topicart.model_files import resolve_model

    source = resolve_model(str(write_model("ViT-S-32-alt", tmp_path / "model")))
    assert source.config["embed_dim"] == 256
