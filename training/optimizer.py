"""AdamW and how its learning rate rises and falls."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from training.config import TrainConfig

__all__ = ["learning_rate", "make_optimizer"]

BETAS = (0.9, 0.98)
EPSILON = 1e-6
"""CLIP's own settings for Vision Transformers (Radford et al. 2021, table 19)."""


def make_optimizer(
    parameters: Mapping[str, torch.nn.Parameter],
    config: TrainConfig,
    before: torch.optim.Optimizer | None = None,
) -> torch.optim.AdamW:
    """Make the optimiser of what is trained.

    Parameters
    ----------
    parameters : mapping of str to torch.nn.Parameter
        What is trained, by name.
    config : TrainConfig
        Its learning rate and weight decay.
    before : torch.optim.Optimizer, optional
        The optimiser of fewer parameters that this one continues.

    Returns
    -------
    torch.optim.AdamW
        Matrices decay; biases, gains and the temperature do not.
    """
    matrices = [parameter for parameter in parameters.values() if parameter.ndim > 1]
    others = [parameter for parameter in parameters.values() if parameter.ndim <= 1]
    groups = [
        {"params": matrices, "weight_decay": config.weight_decay},
        {"params": others, "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(
        [group for group in groups if group["params"]],
        lr=config.peak_learning_rate,
        betas=BETAS,
        eps=EPSILON,
        fused=any(parameter.is_cuda for parameter in parameters.values()),
    )
    if before is not None:
        for parameter in parameters.values():
            if parameter in before.state:
                optimizer.state[parameter] = before.state[parameter]
    return optimizer


def learning_rate(config: TrainConfig, step: int, steps: int) -> float:
    """Give the learning rate of a step: a linear rise, then a cosine down to 0.

    Parameters
    ----------
    config : TrainConfig
        The peak, and the share of the steps until it.
    step : int
        Counted from 0.
    steps : int
        All steps of the training.

    Returns
    -------
    float
        Above 0 in every step.
    """
    rising = round(config.warm_up * steps)
    if step < rising:
        return config.peak_learning_rate * (step + 1) / (rising + 1)
    done = (step - rising) / max(steps - rising, 1)
    return config.peak_learning_rate * 0.5 * (1 + math.cos(math.pi * done))
