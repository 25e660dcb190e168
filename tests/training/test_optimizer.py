from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from training.config import TrainConfig
from training.optimizer import learning_rate, make_optimizer


@pytest.mark.parametrize("steps", [1, 2, 10, 1000])
@pytest.mark.parametrize("warm_up", [0.0, 0.1, 0.99])
def test_the_rate_rises_to_its_peak_and_falls_but_never_to_nothing(
    steps: int, warm_up: float
) -> None:
    config = TrainConfig(learning_rate=0.5, warm_up=warm_up)
    rates = [learning_rate(config, step, steps) for step in range(steps)]
    rising = round(warm_up * steps)
    assert all(0 < rate <= 0.5 for rate in rates)
    assert rates[:rising] == sorted(rates[:rising])
    assert rates[rising:] == sorted(rates[rising:], reverse=True)
    if rising < steps:
        assert rates[rising] == 0.5


def test_half_way_down_the_rate_is_half() -> None:
    config = TrainConfig(learning_rate=1.0, warm_up=0.2)
    assert learning_rate(config, 60, 100) == pytest.approx(0.5)
    assert learning_rate(config, 40, 100) == pytest.approx(0.5 * (1 + math.cos(math.pi / 4)))
    assert learning_rate(config, 9, 100) == pytest.approx(10 / 21)


def test_only_matrices_decay() -> None:
    layer = nn.Linear(2, 3)
    optimizer = make_optimizer(dict(layer.named_parameters()), TrainConfig(weight_decay=0.3))
    decays = {p: group["weight_decay"] for group in optimizer.param_groups for p in group["params"]}
    assert decays == {layer.weight: 0.3, layer.bias: 0.0}


def test_an_optimizer_of_more_goes_on_with_what_it_had() -> None:
    """Two steps of a bias, with a weight joining in the second, as torch does them apart."""
    config = TrainConfig(learning_rate=0.1, weight_decay=0.0)
    layer, alone = nn.Linear(1, 1), nn.Parameter(torch.zeros(1))
    alone.data.copy_(layer.bias.data)
    reference = torch.optim.AdamW([alone], lr=0.1, betas=(0.9, 0.98), eps=1e-6, weight_decay=0)
    optimizer = make_optimizer({"bias": layer.bias}, config)
    for gradient in (1.0, -3.0):
        layer.bias.grad, alone.grad = torch.tensor([gradient]), torch.tensor([gradient])
        layer.weight.grad = torch.ones(1, 1)
        optimizer.step()
        reference.step()
        optimizer = make_optimizer(dict(layer.named_parameters()), config, optimizer)
    assert torch.equal(layer.bias, alone)
