"""``topicart embed``, alone and under Accelerate's own launcher, and ``fit`` that goes on."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from knowledge_graph import Collection, open_collection
from tests.topicart.tiny_models import paint_collection, write_clip_folder
from topicart.cli import app
from topicart.embedding import embed_run
from topicart.encoder import Encoder
from topicart.errors import RunError
from topicart.store import open_embeddings

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(os.name == "nt", reason="torch has no launcher for several processes there")
def test_accelerate_shares_out_the_works_and_one_process_speaks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paint_collection(tmp_path / "works", 300)  # two shards
    model = write_clip_folder(tmp_path / "model")
    embed = ["embed", str(tmp_path / "works"), "--model", str(model), "--device", "cpu", "--json"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    launched = subprocess.run(
        [sys.executable, "-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes", "2",
         "--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no",
         "--main_process_port", port, "-m", "topicart", *embed, "--out", str(tmp_path / "two")],
        cwd=ROOT, env={**os.environ, "OMP_NUM_THREADS": "1"}, capture_output=True, text=True,
        check=False, timeout=240,
    )  # fmt: skip
    assert launched.returncode == 0, launched.stderr
    app([*embed, "--out", str(tmp_path / "one")], standalone_mode=False)
    two, one = json.loads(launched.stdout), json.loads(capsys.readouterr().out)
    assert {**two, "run": ""} == {**one, "run": ""}
    assert one["works"] == one["embedded"] == 300
    there, here = (open_embeddings(tmp_path / run / "embeddings") for run in ("two", "one"))
    assert there.ids == here.ids
    assert abs(there.vectors - here.vectors).max() < 1e-5
    assert not any(file.name.startswith(".") for file in (tmp_path / "two").rglob("*"))


def test_a_fit_goes_on_without_encoding_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    paint_collection(tmp_path / "works", 60)
    model = write_clip_folder(tmp_path / "model")
    works = [str(tmp_path / "works"), "--model", str(model), "--device", "cpu"]
    app(["embed", *works, "--out", str(tmp_path / "run")], standalone_mode=False)
    assert "60 of 60 works have a vector.\n`topicart fit` with the same" in capsys.readouterr().out
    encoded: list[object] = []
    monkeypatch.setattr("topicart.encoder.Encoder.begin_pixels", lambda *told: encoded.append(told))
    fit = ["fit", *works, "--out", str(tmp_path / "run"), "--clusterer", "kmeans", "--topics", "2"]
    app([*fit, "--json"], standalone_mode=False)
    assert json.loads(capsys.readouterr().out)["counts"]["embedded"] == 60
    assert not encoded
    app(["embed", *works, "--out", str(tmp_path / "run")], standalone_mode=False)
    assert "holds a finished run of these works" in capsys.readouterr().out


@pytest.fixture
def embedded(tmp_path: Path) -> tuple[Path, Path]:
    """Embed 60 works, and give the works and the model."""
    paint_collection(tmp_path / "works", 60)
    model = write_clip_folder(tmp_path / "model")
    app([*_embed(tmp_path, model)], standalone_mode=False)
    return tmp_path / "works", model


def _embed(folder: Path, model: Path, *options: str) -> list[str]:
    works = [str(folder / "works"), "--model", str(model), "--device", "cpu"]
    return ["embed", *works, "--out", str(folder / "run"), "--quiet", *options]


def test_finished_vectors_are_not_replaced_by_others_unasked(
    embedded: tuple[Path, Path], tmp_path: Path
) -> None:
    before = open_embeddings(tmp_path / "run" / "embeddings")
    other = _embed(tmp_path, embedded[1], "--precision", "bf16")
    done = CliRunner().invoke(app, ["fit", *other[1:]])
    told = " ".join(done.output.split())
    assert "holds vectors by" in told
    assert "--precision fp32 --engine torch to go on from them, name another folder" in told
    assert (open_embeddings(tmp_path / "run" / "embeddings").vectors == before.vectors).all()
    assert CliRunner().invoke(app, [*other, "--overwrite"]).exit_code == 0
    assert (open_embeddings(tmp_path / "run" / "embeddings").vectors != before.vectors).any()


def test_a_disk_that_is_away_costs_no_vectors(embedded: tuple[Path, Path], tmp_path: Path) -> None:
    works, model = embedded
    for picture in sorted(works.glob("*.png"))[20:]:
        picture.unlink()
    done = CliRunner().invoke(app, _embed(tmp_path, model))
    told = " ".join(done.output.split())
    assert "of works of which 60 had a picture; now 20 have one" in told
    assert "Look whether a disk is away" in told
    assert len(open_embeddings(tmp_path / "run" / "embeddings").ids) == 60


def test_works_without_any_picture_are_not_embedded(tmp_path: Path) -> None:
    paint_collection(tmp_path / "works", 3)
    model = write_clip_folder(tmp_path / "model")
    collection = open_collection(tmp_path / "works")
    nothing = Collection("works", collection.root, collection.arrow.slice(0, 0))
    with pytest.raises(RunError, match="None of the 0 works of works has a picture.*--images"):
        embed_run(nothing, tmp_path / "run", Encoder.load(str(model), device="cpu"))
    assert not (tmp_path / "run").exists()
