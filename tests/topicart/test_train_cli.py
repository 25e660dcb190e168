from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.training.trainings import files
from topicart.cli import app
from training.config import TrainConfig

TERMINAL = CliRunner(env={"COLUMNS": "120"})
SMALL = (
    "--device", "cpu", "--method", "heads", "--batch-size", "8", "--max-steps", "2",
    "--set", "hold_out_share=0.3",
)  # fmt: skip


def topicart(*arguments: str | Path) -> Result:
    return TERMINAL.invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def adapter(paintings: Path, tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("train") / "adapter"
    done = topicart("train", paintings, "--out", out, "--model", tiny_model, *SMALL)
    assert done.exit_code == 0, done.output
    assert "R@10, mean of both ways" in done.stdout
    told = " ".join(done.stdout.split())
    assert re.search(r"\d+ works learned from, .*\d+ to judge \(1 artist\); the best weights", told)
    assert "of 1 artist: of others this says little" in told
    assert f"--model {out}" in done.stdout.replace("\n", "")
    return out


def test_training_is_listed_and_explained() -> None:
    assert "train" in topicart("--help").stdout
    helps = [topicart("train", "--help").stdout, topicart("train", "start", "--help").stdout]
    assert helps[0] == helps[1] == topicart("train").stdout
    for named in ("SOURCE", "--recipe", "--hold-out", "--resume", "topicart train export ADAPTER"):
        assert named in helps[0]
    assert "ADAPTER" in topicart("train", "export", "--help").stdout


def test_its_help_tells_the_defaults() -> None:
    told = " ".join(topicart("train", "--help").stdout.split())
    config = TrainConfig()
    for option, default in (
        ("--rank", config.rank), ("--epochs", config.epochs), ("--batch-size", config.batch_size),
        ("--chunk-size", config.chunk_size), ("--seed", config.seed),
        ("--hold-out", config.hold_out), ("--model", config.model.partition("/")[0]),
    ):  # fmt: skip
        assert f"({default})" in re.split(r" --[a-z]", told.split(f" {option} <")[1])[0], option
    assert f"{config.method} (default)" in told
    assert f"{config.loss} (default)" in told


def test_help_loads_no_torch() -> None:
    code = """
import sys
from typer.testing import CliRunner
from topicart.cli import app
from training.config import TrainConfig
done = CliRunner().invoke(app, ["train", "--help"])
assert done.exit_code == 0, done.output
heavy = {"torch", "numpy", "open_clip", "accelerate", "peft", "transformers", "datasets"}
print(sorted(heavy & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_finished_training_is_told_again(
    adapter: Path, paintings: Path, tiny_model: Path
) -> None:
    before = files(adapter)
    asked = ("train", paintings, "--out", adapter, "--model", tiny_model, *SMALL)
    done = topicart(*asked, "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["adapter"] == str(adapter)
    assert told["state"] == "finished"
    assert told["config"]["hold_out_share"] == 0.3
    assert (topicart(*asked, "--quiet").output, files(adapter)) == ("", before)


def test_options_go_before_settings_and_settings_before_the_recipe(
    paintings: Path, tiny_model: Path, tmp_path: Path
) -> None:
    recipe = tmp_path / "own.yaml"
    recipe.write_text("method: full\nseed: 3\nclip_norm: 0.5\naugment: none\n", encoding="utf-8")
    done = topicart(
        "train", paintings, "--out", tmp_path / "out", "--model", tiny_model, *SMALL,
        "--recipe", recipe, "--set", "seed=4", "--set", "clip-norm=2", "--seed", "5", "--json",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    config = json.loads(done.stdout)["config"]
    assert (config["method"], config["seed"]) == ("heads", 5)
    assert (config["clip_norm"], config["augment"]) == (2.0, "none")


def test_several_sources_are_one_collection(
    paintings: Path, tiny_collection_folder: Path, tiny_model: Path, tmp_path: Path
) -> None:
    done = topicart(
        "train", paintings, "--also", tiny_collection_folder, "--out", tmp_path / "out",
        "--model", tiny_model, *SMALL, "--json",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["source"]["works"] == 72


def test_export_writes_a_model_of_its_own(adapter: Path, tmp_path: Path) -> None:
    out = tmp_path / "merged"
    done = topicart("train", "export", adapter, "--out", out)
    assert done.exit_code == 0, done.output
    assert f"Model: {out}" in done.stdout.replace("\n", "")
    assert {"open_clip_config.json", "open_clip_model.safetensors"} <= files(out).keys()
    assert topicart("train", "export", adapter, "--out", out).exit_code != 0
    done = topicart("train", "export", adapter, "--out", out, "--overwrite", "--json")
    assert json.loads(done.stdout) == {"model": str(out)}


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["train", "{paintings}"], 2, "Missing option '--out'"),
        (["train", "nowhere", "--out", "new"], 2, "nowhere"),
        (["train", "{paintings}", "--out", "new", "--set", "rank"], 2, "NAME=VALUE"),
        (["train", "{paintings}", "--out", "new", "--set", "=3"], 2, "NAME=VALUE"),
        (["train", "{paintings}", "--out", "new", "--set", "rank=[1"], 2, "the value is no YAML"),
        (["train", "{paintings}", "--out", "new", "--set", "ranks=2"], 8, "Did you mean 'rank'"),
        (["train", "{paintings}", "--out", "new", "--rank", "0"], 8, "rank is 0"),
        (["train", "{paintings}", "--out", "new", "--recipe", "laptob"], 8, "'laptop'"),
        (["train", "{paintings}", "--out", "new", "--model", "miny"], 3, "mini"),
        (["train", "{paintings}", "--out", "new", "--model", "{tiny}"], 8, "--batch-size at most"),
        (["train", "{paintings}", "--out", "new", "--track", "wandb"], 8, "known are tensorboard"),
        (["train", "{paintings}", "--out", "new", "--precision", "fp16", "--device", "cpu"], 8,
         "needs a GPU"),
        (["train", "{paintings}", "--out", "new", "--device", "tpu"], 3, "device must be one of"),
        (["train", "{paintings}", "--out", "new", "--resume", "--overwrite"], 8, "give one"),
        (["train", "{paintings}", "--out", "{adapter}", "--model", "{tiny}", "--batch-size", "8"],
         8, "holds another training (different: "),
        (["train", "{paintings}", "--out", "{paintings}"], 8, "holds no adapter"),
        (["train", "export", "{paintings}", "--out", "new"], 3, "is no adapter"),
        (["train", "{paintings}", "--out", "{paintings}/metadata.csv/new"], 8, "is a file"),
    ],
)  # fmt: skip
def test_mistakes_get_a_sentence_and_an_exit_code_and_leave_nothing(
    arguments: list[str], code: int, message: str, adapter: Path, paintings: Path,
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    places = {"paintings": paintings, "adapter": adapter, "tiny": tiny_model}
    done = topicart(*[argument.format(**places) for argument in arguments])
    assert done.exit_code == code, done.output
    assert message in " ".join(done.stderr.split())
    assert "Traceback" not in done.output
    assert not any(tmp_path.iterdir())
