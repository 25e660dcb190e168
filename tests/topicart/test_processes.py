"""A process learns from its launcher which of how many it is, and which GPU is its own."""

from __future__ import annotations

import pytest

from topicart.errors import RunError
from topicart.processes import Processes


@pytest.mark.parametrize(
    "names",
    [
        ("RANK", "WORLD_SIZE", "LOCAL_RANK"),
        ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_RANK"),
        ("PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID"),
        ("PMI_RANK", "PMI_SIZE", "SLURM_LOCALID"),
    ],
)
def test_the_environment_says_which_one_it_is(
    names: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Processes.started() == Processes(0, 1, 0)
    for name, value in zip(names, "583", strict=True):
        monkeypatch.setenv(name, value)
    assert Processes.started() == Processes(5, 8, 3)


def test_what_cannot_be_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RANK", "2")
    with pytest.raises(RunError, match="process 2 of 1 .*unset RANK and WORLD_SIZE"):
        Processes.started()
    monkeypatch.setenv("WORLD_SIZE", "many")
    with pytest.raises(RunError, match="WORLD_SIZE='many' in the environment is no number. Start"):
        Processes.started()


def test_the_gpus_of_a_node_are_shared_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.device_count", lambda: 2)
    assert Processes(3, 4, 1).device("auto") == "cuda:1"
    assert Processes(3, 4, 3).device("cuda") == "cuda:1"
    assert Processes(3, 4, 3).device("cpu") == "cpu"
    assert Processes().device("auto") == "auto"
    monkeypatch.setenv("ACCELERATE_USE_CPU", "true")
    assert Processes(3, 4, 1).device("auto") == "cpu"
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert Processes(3, 4, 1).device("cuda") == "cuda"
