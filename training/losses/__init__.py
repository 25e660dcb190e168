"""Contrastive losses, a file each.

A loss is what one process adds to the loss of the whole batch: the sum over processes is the mean
over the batch's pairs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import torch

    from training.config import TrainConfig

__all__ = ["Loss", "loss_of"]


class Loss(Protocol):
    """A contrastive loss."""

    def __call__(
        self, image_logits: torch.Tensor, text_logits: torch.Tensor, targets: object
    ) -> torch.Tensor:
        """Return this process's share of the loss, a scalar."""


def loss_of(config: TrainConfig) -> Loss:
    """Return the loss that a configuration names."""
    raise NotImplementedError(config)
