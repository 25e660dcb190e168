from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn

from topicart.errors import TrainingError
from training.checkpoint import (
    load_best,
    load_checkpoint,
    newest_checkpoint,
    save_best,
    save_checkpoint,
)
from training.config import TrainConfig
from training.optimizer import make_optimizer


def stepped(seed: int = 0) -> tuple[dict[str, nn.Parameter], torch.optim.Optimizer]:
    """A layer and its optimiser after a step."""
    torch.manual_seed(seed)
    layer = nn.Linear(3, 2)
    parameters = dict(layer.named_parameters())
    optimizer = make_optimizer(parameters, TrainConfig())
    layer(torch.ones(1, 3)).sum().backward()
    optimizer.step()
    return parameters, optimizer


def test_weights_moments_and_state_come_back(tmp_path: Path) -> None:
    parameters, optimizer = stepped()
    path = save_checkpoint(tmp_path, 7, parameters, optimizer, {"best": 0.5})
    others, another = stepped(seed=1)
    assert load_checkpoint(path, others, another) == {"best": 0.5, "step": 7}
    for name, parameter in parameters.items():
        assert torch.equal(others[name], parameter)
        for key, value in optimizer.state[parameter].items():
            found = another.state[others[name]][key]
            assert torch.equal(found, value)
            assert found.device == value.device


def test_the_two_newest_are_kept_and_what_was_killed_is_cleared(tmp_path: Path) -> None:
    parameters, optimizer = stepped()
    (tmp_path / ".tmpAb12Cd").write_bytes(b"half")  # as safetensors calls it
    for step in (5, 10, 15):
        save_checkpoint(tmp_path, step, parameters, optimizer, {})
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "step-00000010.safetensors", "step-00000015.safetensors",
    ]  # fmt: skip
    assert newest_checkpoint(tmp_path) == tmp_path / "step-00000015.safetensors"
    assert newest_checkpoint(tmp_path / "none") is None


def test_a_checkpoint_of_something_else_changes_nothing(tmp_path: Path) -> None:
    parameters, optimizer = stepped()
    path = save_checkpoint(tmp_path, 1, {"weight": parameters["weight"]}, optimizer, {})
    before = {name: parameter.detach().clone() for name, parameter in parameters.items()}
    with pytest.raises(TrainingError, match="is of another training: it differs in bias"):
        load_checkpoint(path, parameters, optimizer)
    assert all(torch.equal(parameters[name], value) for name, value in before.items())
    assert optimizer.state


def test_a_flipped_bit_is_found(tmp_path: Path) -> None:
    parameters, optimizer = stepped()
    path = save_checkpoint(tmp_path, 1, parameters, optimizer, {"best": 0.5})
    save_best(tmp_path, 1, parameters)
    (best,) = tmp_path.glob("best*")
    for file in (path, best):
        content = bytearray(file.read_bytes())
        content[-2] ^= 0x40
        file.write_bytes(content)
    before = {name: parameter.detach().clone() for name, parameter in parameters.items()}
    with pytest.raises(TrainingError, match=r"damaged .* checksum\)\. There is no older one"):
        load_checkpoint(path, parameters, optimizer)
    with pytest.raises(TrainingError, match="best weights .* checksum.* --overwrite"):
        load_best(tmp_path, 1)
    assert all(torch.equal(parameters[name], value) for name, value in before.items())


def test_a_checkpoint_of_another_form_is_damaged(tmp_path: Path) -> None:
    parameters, optimizer = stepped()
    path = save_checkpoint(tmp_path, 1, parameters, optimizer, {})
    with safe_open(path, "pt") as file:
        header = file.metadata()
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    others: list[tuple[dict[str, torch.Tensor], dict[str, str]]] = [
        ({name: tensor.half() for name, tensor in tensors.items()}, header),
        ({**tensors, "optimizer/exp_avg/other": torch.zeros(3)}, header),
        (tensors, {**header, "state": "[" * 100_000}),
        (tensors, {}),
    ]
    for changed, said in others:
        save_file(changed, path, said)
        with pytest.raises(TrainingError, match="is damaged or cut short"):
            load_checkpoint(path, parameters, optimizer)
