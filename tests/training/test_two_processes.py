"""Two processes that share a batch get the loss and the gradient of one that has it whole."""

from __future__ import annotations

import itertools
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from tests.training.steps import (
    LOSSES,
    N_PAIRS,
    TinyInputs,
    TinyTowers,
    assert_same_gradients,
    batch_for,
    expected,
    gradients_of,
)
from topicart.errors import TrainingError

PROCESSES = 2
UNREADABLE: dict[str, tuple[int, ...]] = {
    "all readable": (),
    "more on one side": (0, 7, 15, 9, 10),
    "all of one process": tuple(range(8)),
    "all": tuple(range(N_PAIRS)),
}
FAULT = "a picture of the second process is not finite"
CASES = list(itertools.product(LOSSES, (8, 3), UNREADABLE))


def compute(folder: Path) -> None:
    """What each process does: every case, and rows gathered with their gradient."""
    from accelerate import Accelerator

    from training.gather import gather_rows
    from training.step import contrastive_step

    accelerator = Accelerator(cpu=True)
    process = accelerator.process_index
    tensors: dict[str, torch.Tensor] = {}
    results: dict[str, Any] = {}
    for number, (name, chunk_size, unreadable) in enumerate(CASES):
        towers = accelerator.prepare(TinyTowers())
        batch = batch_for(process, PROCESSES, unreadable=UNREADABLE[unreadable])
        result = contrastive_step(
            towers,
            batch,
            TinyInputs(batch),
            LOSSES[name],
            accelerator,
            chunk_size=chunk_size,
            seed=0,
            step=1,
        )
        results[str(number)] = [result.loss, result.n_pairs, result.scale]
        tensors |= {f"{number}/{key}": value for key, value in gradients_of(towers).items()}
    batch = batch_for(process, PROCESSES)
    inputs = TinyInputs(batch)
    if process == 1:
        inputs.pixels[3] = torch.inf
    try:
        contrastive_step(
            towers, batch, inputs, LOSSES["infonce"], accelerator, chunk_size=3, seed=0, step=2
        )
    except TrainingError as error:
        results[FAULT] = str(error)
    own = torch.arange(6.0).reshape(3, 2) + 10 * process
    own.requires_grad_()
    gathered = gather_rows(own)
    (gathered * torch.arange(12.0).reshape(6, 2) * (process + 1)).sum().backward()
    assert own.grad is not None
    tensors |= {"gathered": gathered.detach(), "gathered gradient": own.grad}
    save_file(tensors, folder / f"{process}.safetensors")
    (folder / f"{process}.json").write_text(json.dumps(results), encoding="utf-8")
    accelerator.end_training()


@pytest.fixture(scope="module")
def launched(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[dict[str, Any], Any]]:
    """Gradients and results of each process; all cases in one launch, for starting takes long."""
    folder = tmp_path_factory.mktemp("two")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    shared = {"WORLD_SIZE": str(PROCESSES), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    shared |= {"ACCELERATE_USE_CPU": "true", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "tests.training.test_two_processes", str(folder)]
    running = [
        subprocess.Popen(
            command,
            env={**os.environ, **shared, "RANK": str(rank), "LOCAL_RANK": str(rank)},
            cwd=Path(__file__).resolve().parents[2],
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(PROCESSES)
    ]
    try:
        said = [process.communicate(timeout=120)[1] for process in running]
    finally:
        for process in running:
            process.kill()
    assert [process.returncode for process in running] == [0] * PROCESSES, "\n".join(said)
    return [
        (
            load_file(folder / f"{rank}.safetensors"),
            json.loads((folder / f"{rank}.json").read_text(encoding="utf-8")),
        )
        for rank in range(PROCESSES)
    ]


@pytest.mark.parametrize(
    ("number", "case"), list(enumerate(CASES)), ids=[f"{n}, {c}, {u}" for n, c, u in CASES]
)
def test_loss_and_gradient_are_those_of_one_process(
    launched: list[tuple[dict[str, Any], Any]], number: int, case: tuple[str, int, str]
) -> None:
    name, _, unreadable = case
    gone = UNREADABLE[unreadable]
    for tensors, results in launched:
        found = {
            key.partition("/")[2]: value
            for key, value in tensors.items()
            if key.startswith(f"{number}/")
        }
        loss, n_pairs, _ = results[str(number)]
        assert n_pairs == N_PAIRS - len(gone)
        assert found.keys() == dict(TinyTowers().named_parameters()).keys()
        if n_pairs == 0:
            assert loss == 0
            assert not any(gradient.any() for gradient in found.values())
        else:
            wanted_loss, gradients = expected(name, unreadable=gone)
            assert loss == pytest.approx(wanted_loss, abs=1e-5)
            assert_same_gradients(found, gradients)


def test_all_processes_end_with_the_same_error_if_one_is_at_fault(
    launched: list[tuple[dict[str, Any], Any]],
) -> None:
    said = [results[FAULT] for _, results in launched]
    assert said[0] == said[1]
    assert "the vectors are not finite of: work-11. " in said[0]


def test_rows_are_gathered_in_the_order_of_the_processes(
    launched: list[tuple[dict[str, Any], Any]],
) -> None:
    whole = torch.cat([torch.arange(6.0), torch.arange(6.0) + 10]).reshape(6, 2)
    for tensors, _ in launched:
        assert torch.equal(tensors["gathered"], whole)


def test_the_gradient_of_a_gathered_row_is_the_sum_of_what_all_make_of_it(
    launched: list[tuple[dict[str, Any], Any]],
) -> None:
    # One process weighs a cell by its number, the other by twice that.
    weights = 3 * torch.arange(12.0).reshape(2, 3, 2)
    for process, (tensors, _) in enumerate(launched):
        assert torch.equal(tensors["gathered gradient"], weights[process])


if __name__ == "__main__":
    compute(Path(sys.argv[1]))
