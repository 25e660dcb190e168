"""The sigmoid loss (SigLIP: Zhai et al. 2023, arXiv:2303.15343, equation 1 and algorithm 1).

For n pairs with logits l_ij = t x_i·y_j + b, picture i against text j, and z_ij = 1 for a pair and
-1 otherwise,

    L = -1/n Σ_i Σ_j log σ(z_ij l_ij).

Every text is judged by itself, so no row needs another's sum; as with InfoNCE any other text counts
as false.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.nn.functional import logsigmoid

from training.targets import Targets

__all__ = ["Sigmoid"]


@dataclass(frozen=True)
class Sigmoid:
    """Is this text this picture's? Asked of each picture and each text of the batch."""

    def __call__(
        self,
        image_logits: torch.Tensor,
        text_logits: torch.Tensor,  # noqa: ARG002 - the same cells, from the other side
        targets: Targets,
    ) -> torch.Tensor:
        """Return this process's share; see ``training.losses.Loss``."""
        sign = torch.full_like(image_logits, -1.0).scatter_(1, targets.own[:, None], 1.0)
        return -logsigmoid(sign * image_logits).sum() / image_logits.shape[1]
