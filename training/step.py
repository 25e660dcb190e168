"""One step's gradient: all pairs of a batch told apart, whatever the memory and the processes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from training.batch import Batch
from training.losses import Loss

if TYPE_CHECKING:
    from accelerate import Accelerator

__all__ = ["Inputs", "StepResult", "contrastive_step"]

Inputs = Callable[[slice], tuple[torch.Tensor, torch.Tensor]]
"""Some of a process's own rows (a slice of 0 … n_own) to what the towers take of them: normalised
pixels, shape (n, 3, height, width), and tokens, shape (n, length), on the device. It is asked
twice for the same rows and answers the same."""


@dataclass(frozen=True)
class StepResult:
    """What one step came to."""

    loss: float
    """The loss of the whole batch, over all processes; 0 if no picture could be read."""
    n_pairs: int
    """Pairs of the whole batch that took part: those whose picture could be read."""
    scale: float
    """1 / temperature with which the loss was computed."""


def contrastive_step(
    towers: torch.nn.Module,
    batch: Batch,
    inputs: Inputs,
    loss: Loss,
    accelerator: Accelerator,
    *,
    chunk_size: int,
    seed: int,
    step: int,
) -> StepResult:
    """Add the gradient of a batch's loss to ``.grad``; the optimiser is the caller's.

    The gradient is that of one process with the whole batch in one piece.

    Parameters
    ----------
    towers
        The module prepared by Accelerate: pixels and tokens to unit vectors of pictures and texts,
        the factor of their cosines, and what is added to these (or None).
    batch
        The batch; process r of w has the r-th of w equal slices of its rows as its own.
    inputs
        What the towers take of some of the own rows.
    loss
        The loss, from ``training.losses.loss_of``.
    accelerator
        Which processes there are, and how a gradient is scaled.
    chunk_size
        Rows that are computed at a time.
    seed, step
        Decide drop-out, together with process and chunk.

    Returns
    -------
    StepResult
        Loss, pairs and scale, the same in all processes.

    Raises
    ------
    TrainingError
        If the loss is not finite.
    """
    raise NotImplementedError
