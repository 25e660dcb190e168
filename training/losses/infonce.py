"""Symmetric InfoNCE (CLIP: Radford et al. 2021, arXiv:2103.00020, figure 3).

For n pairs with logits z, picture i against text j,

    L = -1/2n Σ_i [ log softmax_j(z_ij)_i + log softmax_j(z_ji)_i ].

Any other text of the batch counts as false, also one that says the same: keep a batch free of
duplicates with it.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.nn.functional import cross_entropy

from training.targets import Targets

__all__ = ["InfoNCE"]


@dataclass(frozen=True)
class InfoNCE:
    """Each picture chooses its own text among all, each text its own picture."""

    def __call__(
        self, image_logits: torch.Tensor, text_logits: torch.Tensor, targets: Targets
    ) -> torch.Tensor:
        """Return this process's share; see ``training.losses.Loss``."""
        image = cross_entropy(image_logits, targets.own, reduction="sum")
        text = cross_entropy(text_logits, targets.own, reduction="sum")
        return (image + text) / (2 * image_logits.shape[1])
