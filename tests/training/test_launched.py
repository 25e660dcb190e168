"""``accelerate launch -m training`` in two processes gives what one gives."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from importlib.resources import files as package_files
from pathlib import Path

import pytest

from tests.training.trainings import small, tensors, train
from training.config import TrainConfig

ROOT = Path(__file__).resolve().parents[2]
RECIPES = Path(str(package_files("training") / "recipes"))


def launch(*arguments: str | Path, launcher: tuple[str, ...]) -> subprocess.Popen[str]:
    """Start Accelerate's own launcher, as people do."""
    command = [sys.executable, "-m", "accelerate.commands.launch", *launcher, "-m", "training"]
    return subprocess.Popen(
        [*command, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1", "COLUMNS": "120"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def two_processes() -> tuple[str, ...]:
    """Ask for two processes that talk through gloo; Accelerate calls it GPUs, without any."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    return (
        "--multi_gpu", "--num_processes", "2", "--num_machines", "1", "--mixed_precision", "no",
        "--dynamo_backend", "no", "--main_process_port", port,
    )  # fmt: skip


def options(config: TrainConfig) -> list[str]:
    """Say a configuration on the command line."""
    changed = config.model_dump(mode="json", exclude_unset=True)
    return ["--device", "cpu"] + [f"--set={name}={value}" for name, value in changed.items()]


@pytest.mark.skipif(os.name == "nt", reason="torch has no launcher for several processes there")
def test_two_processes_end_with_the_weights_of_one(
    paintings: Path, tiny_model: Path, tmp_path: Path
) -> None:
    # The second epoch, from step 6, opens a block more: gradients are shared anew then.
    config = small(tiny_model, method="unfreeze", unfreeze_every=1, chunk_size=2, max_steps=9)
    out = tmp_path / "two"
    launched = launch(paintings, "--out", out, *options(config), "--json", launcher=two_processes())
    record, wanted = train(paintings, tmp_path / "one", config)
    stdout, stderr = launched.communicate(timeout=120)
    assert launched.returncode == 0, stderr
    told = json.loads(stdout)  # one document: one of them speaks
    assert told["training"]["processes"] == 2
    assert told["training"]["best_step"] == record.training["best_step"]
    assert told["config"] == record.config
    found = tensors(out)
    assert found.keys() == wanted.keys()
    for name, tensor in wanted.items():
        assert (found[name] - tensor).abs().max() < 1e-5, name
    assert (out / "split.csv").read_bytes() == (tmp_path / "one" / "split.csv").read_bytes()
    assert "Warning" not in stderr


@pytest.mark.skipif(os.name == "nt", reason="torch has no launcher for several processes there")
def test_all_processes_stop_at_the_same_step(
    paintings: Path, tiny_model: Path, tmp_path: Path
) -> None:
    config = small(tiny_model, max_steps=5000, epochs=5000, patience=0,
                   checkpoint_every=5)  # fmt: skip
    checkpoints = tmp_path / "out" / "checkpoints"
    launched = launch(
        paintings, "--out", tmp_path / "out", *options(config), "--quiet",
        launcher=two_processes(),
    )  # fmt: skip
    end = time.monotonic() + 100
    while not any(checkpoints.glob("step-*")) and time.monotonic() < end:
        assert launched.poll() is None, launched.communicate()[1]
        time.sleep(0.05)
    launched.send_signal(signal.SIGTERM)  # the launcher passes it on
    _, stderr = launched.communicate(timeout=60)
    assert launched.returncode != 0
    assert stderr.count("The same command with --resume goes on from the last checkpoint") == 2
    steps = [int(path.stem.removeprefix("step-")) for path in checkpoints.glob("step-*")]
    assert steps
    assert max(steps) < 5000


def test_the_configuration_for_a_laptop_launches_one_process(
    paintings: Path, tiny_model: Path, tmp_path: Path
) -> None:
    launched = launch(
        paintings, "--out", tmp_path / "out", "--recipe", "laptop",
        *options(small(tiny_model, max_steps=1)),
        launcher=("--config_file", str(RECIPES / "accelerate" / "laptop.yaml")),
    )  # fmt: skip
    stdout, stderr = launched.communicate(timeout=120)
    assert launched.returncode == 0, stderr
    assert "36 works learned from, 12 held out to choose, 12 to judge" in " ".join(stdout.split())
    record = json.loads((tmp_path / "out" / "adapter.json").read_text("utf-8"))
    assert (record["training"]["processes"], record["training"]["device"]) == (1, "cpu")
