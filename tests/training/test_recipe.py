"""Recipes: each one trains at toy size, and what is wrong with one is said with its place."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge_graph import open_collection
from topicart.errors import TrainingError
from training.config import TrainConfig
from training.recipe import configure, load_recipe, recipe_names

RECIPES = Path(str(files("training") / "recipes"))
LAUNCHED = ("laptop", "one-gpu", "node-8gpu", "multi-node")
TOY: dict[str, Any] = {
    "batch_size": 8,
    "chunk_size": 4,
    "rank": 2,
    "max_steps": 2,
    "validate_every": 1,
    "hold_out_share": 0.3,
}


def test_the_recipes_are_those_that_are_promised() -> None:
    assert recipe_names() == ("laptop", "mini", "multi-node", "node-8gpu", "one-gpu")


@pytest.mark.parametrize("name", recipe_names())
def test_a_recipe_trains(name: str, tmp_path: Path, tiny_model: Path, paintings: Path) -> None:
    from training.finetuning import finetune

    config = configure(name, {**TOY, "model": str(tiny_model)})
    record = finetune(open_collection(paintings), tmp_path / "adapter", config, device="cpu")
    assert record.state == "finished"
    assert record.method == load_recipe(name)["method"]
    assert (tmp_path / "adapter" / "README.md").is_file()


@pytest.mark.parametrize("name", recipe_names())
def test_chunks_fill_the_batch_of_each_process(name: str) -> None:
    processes = {"node-8gpu": 8, "multi-node": 16}.get(name, 1)
    config = configure(name)
    assert config.batch_size % (processes * config.chunk_size) == 0


def test_options_go_before_the_recipe_and_the_recipe_before_the_default() -> None:
    config = configure("one-gpu", {"batch_size": 96, "seed": 7})
    assert (config.batch_size, config.seed, config.chunk_size) == (96, 7, 256)
    assert configure() == TrainConfig()


def test_numbers_are_read_as_people_write_them(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    # YAML 1.1 takes 3e-4, which has no point, for a text.
    own.write_text("learning_rate: 3e-4\nhold_out_values: [Bell Ada]\n", encoding="utf-8")
    config = configure(str(own))
    assert config.learning_rate == 3e-4
    assert config.hold_out_values == ("Bell Ada",)


def test_an_empty_recipe_sets_nothing(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("# nothing yet\n", encoding="utf-8")
    assert configure(str(own)) == TrainConfig()


def test_an_unknown_recipe_is_answered_with_those_there_are() -> None:
    with pytest.raises(
        TrainingError,
        match="There is no recipe 'one-gpus', nor a file .* the recipes are laptop, mini, "
        "multi-node, node-8gpu, one-gpu. Did you mean 'one-gpu'",
    ):
        load_recipe("one-gpus")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("batchsize: 64", "own.yaml sets 'batchsize', which .* Did you mean 'batch_size'"),
        ("- 64", "own.yaml holds no settings but a list; expected .* 'batch_size: 64'"),
        ("rank: [1", "own.yaml is not valid YAML: .* line 1, column 9"),
        ("batch_size: 1", "own.yaml: batch_size is 1: input should be greater than or equal to 2"),
        ("method: lorra", "own.yaml: method is 'lorra': input should be 'lora', 'heads', 'unfr"),
        (
            "hold_out: work\nhold_out_values: [a]",
            "The settings contradict each other: hold_out_values are values of a facet",
        ),
        ("leave_out: artist", r"leave_out is 'artist': input should be a list, such as \[artist"),
        ("clip_norm: .inf", "own.yaml: clip_norm is inf: input should be a finite number"),
        ("learning_rate: .nan", "own.yaml: learning_rate is nan: input should be"),
        ("rank: 99999999999", "own.yaml: rank is 99999999999: input should be less than or equal"),
        ("seed: 99999999999999999999", "own.yaml: seed is 9+: input should be less than"),
        ("leave_out: " + 5000 * "[", "own.yaml is not valid YAML: maximum recursion depth"),
        ("1: 2", "own.yaml sets '1', which is no setting"),
        ("mo\x1bdel: 2", "own.yaml is not valid YAML: .*special characters are not allowed"),
    ],
)
def test_a_mistake_in_a_recipe_is_named(text: str, message: str, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(text, encoding="utf-8")
    with pytest.raises(TrainingError, match=message) as caught:
        configure(str(own))
    assert str(caught.value).isprintable()


def test_a_mistake_in_an_option_is_not_laid_to_the_recipe() -> None:
    with pytest.raises(TrainingError, match="^The options: batch_size is 'many': input should be"):
        configure("laptop", {"batch_size": "many"})
    with pytest.raises(TrainingError, match="^The options: there is no setting 'epoch'.* 'epochs'"):
        configure("laptop", {"epoch": 3})


def test_a_recipe_that_is_no_text_is_refused(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_bytes(b"\xff\xfe\x00model")
    with pytest.raises(TrainingError, match="own.yaml cannot be read as a text"):
        load_recipe(str(own))


@pytest.mark.parametrize("name", LAUNCHED)
def test_accelerate_takes_its_configuration(name: str) -> None:
    from accelerate.commands.launch import _validate_launch_command, launch_command_parser

    path = RECIPES / "accelerate" / f"{name}.yaml"
    asked = ["--config_file", str(path), "-m", "training", "SOURCE"]
    args, _, _ = _validate_launch_command(launch_command_parser().parse_args(asked))
    wanted = yaml.safe_load(path.read_text("utf-8"))
    assert args.num_processes == wanted["num_processes"]
    assert args.num_machines == wanted["num_machines"]
    assert args.mixed_precision == wanted["mixed_precision"]
    assert args.multi_gpu is (wanted["distributed_type"] == "MULTI_GPU")


@pytest.fixture
def slurm(tmp_path: Path) -> dict[str, str]:
    """An environment in which SLURM's and Accelerate's commands write what they were told."""
    tools = tmp_path / "bin"
    tools.mkdir()
    stand_ins = {
        "scontrol": 'if [ "$1" = show ]; then printf "node-a\\nnode-b\\n"; fi; echo "$@" >> LOG',
        "srun": 'while [ "${1#--}" != "$1" ]; do shift; done; SLURM_NODEID=1 exec "$@"',
        "accelerate": 'for word in "$@"; do echo "$word"; done > ARGS; sleep ${TRAINS_FOR:-0}',
        "python": f"echo {RECIPES}",
    }
    for name, script in stand_ins.items():
        tool = tools / name
        script = script.replace("LOG", str(tmp_path / "log"))
        script = script.replace("ARGS", str(tmp_path / "args"))
        tool.write_text(f"#!/bin/bash\n{script}\n", encoding="utf-8")
        tool.chmod(0o755)
    return {
        **os.environ,
        "PATH": f"{tools}:{os.environ['PATH']}",
        "SLURM_JOB_ID": "123456",
        "SLURM_JOB_NODELIST": "node-[a-b]",
        "SLURM_NNODES": "2",
        "SLURM_GPUS_ON_NODE": "4",
        "SLURM_CPUS_ON_NODE": "32",
    }


@pytest.mark.skipif(shutil.which("bash") is None, reason="the job's script is bash's")
def test_the_slurm_job_launches_each_machine_with_its_rank(
    slurm: dict[str, str], tmp_path: Path
) -> None:
    from accelerate.commands.launch import launch_command_parser

    job = ["bash", str(RECIPES / "multi-node.sbatch"), "my works", "out", "--epochs", "3"]
    subprocess.run(job, env=slurm, check=True, timeout=20)
    told = (tmp_path / "args").read_text("utf-8").splitlines()
    assert told[0] == "launch"
    args = launch_command_parser().parse_args(told[1:])
    assert (args.machine_rank, args.num_machines, args.num_processes) == (1, 2, 8)
    assert (args.main_process_ip, args.main_process_port) == ("node-a", 20000 + 123456 % 20000)
    assert args.config_file == str(RECIPES / "accelerate" / "multi-node.yaml")
    assert (args.module, args.training_script) == (True, "training")
    asked = ["my works", "--out", "out", "--recipe", "multi-node", "--resume", "--epochs", "3"]
    assert args.training_script_args == asked


@pytest.mark.skipif(shutil.which("bash") is None, reason="the job's script is bash's")
def test_a_job_whose_time_is_up_goes_back_into_the_queue(
    slurm: dict[str, str], tmp_path: Path
) -> None:
    import signal
    import time

    job = ["bash", str(RECIPES / "multi-node.sbatch"), "works", "out"]
    running = subprocess.Popen(job, env={**slurm, "TRAINS_FOR": "5"}, start_new_session=True)
    try:
        until = time.monotonic() + 10
        while not (tmp_path / "args").exists() and time.monotonic() < until:
            time.sleep(0.05)
        running.send_signal(signal.SIGUSR1)
        running.wait(timeout=10)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
    assert "requeue 123456" in (tmp_path / "log").read_text("utf-8").splitlines()


@pytest.mark.skipif(shutil.which("bash") is None, reason="the job's script is bash's")
def test_a_job_without_gpus_says_so(slurm: dict[str, str]) -> None:
    job = ["bash", str(RECIPES / "multi-node.sbatch"), "works", "out"]
    del slurm["SLURM_GPUS_ON_NODE"]
    done = subprocess.run(job, env=slurm, capture_output=True, text=True, timeout=20)
    assert done.returncode != 0
    assert "ask sbatch for GPUs: --gpus-per-node=8" in done.stderr
