"""Contrastive losses, a file each.

A loss is what one process adds to the loss of the whole batch, so that the sum over processes is
the mean over the batch's pairs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from training.losses.infonce import InfoNCE
from training.losses.multi_positive import MultiPositive
from training.losses.sigmoid import Sigmoid

if TYPE_CHECKING:
    import torch

    from training.config import TrainConfig
    from training.targets import Targets

__all__ = ["InfoNCE", "Loss", "MultiPositive", "Sigmoid", "loss_of"]


class Loss(Protocol):
    """A contrastive loss of n pairs, of which n_own are this process's."""

    def __call__(
        self, image_logits: torch.Tensor, text_logits: torch.Tensor, targets: Targets
    ) -> torch.Tensor:
        """Return this process's share of the loss, a scalar.

        Parameters
        ----------
        image_logits
            Own pictures against all texts, shape (n_own, n): scaled cosines.
        text_logits
            Own texts against all pictures, shape (n_own, n).
        targets
            Which are true of which.

        Returns
        -------
        torch.Tensor
            The share; 0 for a process without rows.
        """


def loss_of(config: TrainConfig) -> Loss:
    """Return the loss that a configuration names.

    Parameters
    ----------
    config
        Its ``loss``, and ``shared_facts`` where the loss takes them.

    Returns
    -------
    Loss
        The loss.
    """
    if config.loss == "infonce":
        return InfoNCE()
    if config.loss == "sigmoid":
        return Sigmoid()
    return MultiPositive(config.shared_facts)
