from __future__ import annotations

from pathlib import Path

import pytest

from topicart.errors import TrainingError
from training.processes import is_main_process, make_accelerator, require_agreement


@pytest.mark.parametrize("name", ["RANK", "OMPI_COMM_WORLD_RANK", "PMI_RANK"])
def test_of_processes_launched_together_the_first_speaks(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert is_main_process()
    monkeypatch.setenv(name, "0")
    assert is_main_process()
    monkeypatch.setenv(name, "3")
    assert not is_main_process()


def test_the_launcher_says_the_precision_unless_one_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCELERATE_MIXED_PRECISION", "bf16")
    assert make_accelerator("cpu", "auto", (), tmp_path)[1:] == ("cpu", "bf16")
    accelerator, device, precision = make_accelerator("cpu", "fp32", (), tmp_path)
    assert (accelerator.mixed_precision, device, precision) == ("no", "cpu", "fp32")


def test_a_launch_that_cuts_models_up_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(TrainingError, match="--track comet: there is no such tracker here"):
        make_accelerator("cpu", "fp32", ("comet",), tmp_path)
    monkeypatch.setattr(
        "accelerate.Accelerator.distributed_type", property(lambda _: _Type("FSDP"))
    )
    with pytest.raises(TrainingError, match="launched with FSDP; here each process holds the whol"):
        make_accelerator("cpu", "fp32", (), tmp_path)


class _Type:
    def __init__(self, value: str) -> None:
        self.value = value


def test_machines_that_see_different_folders_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    require_agreement("new", tmp_path)
    monkeypatch.setattr("accelerate.utils.gather_object", lambda found: [*found, "resume"])
    with pytest.raises(TrainingError, match="not the same folder on all machines .*new, resume"):
        require_agreement("new", tmp_path)
