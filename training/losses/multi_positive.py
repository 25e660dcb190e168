"""InfoNCE with several positives (SupCon: Khosla et al. 2020, arXiv:2004.11362, equation 2).

Captions made from facts repeat, so a batch holds texts that are true of more than their own work.
With P(i) the texts that are true of work i, J the Jaccard similarity of two works' facts, and a
share s, the target of picture i is a distribution over the texts j,

    t_ij = (1 - s) [j in P(i)] / |P(i)|  +  s J_ij / Σ_k J_ik,

and the loss its cross-entropy with softmax_j(z_ij); likewise for each text over the pictures. With
s = 0 that is SupCon's L_out; with one positive a row, InfoNCE. If all works of a batch share
equally much, the second term is label smoothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.nn.functional import normalize

from training.targets import Targets

__all__ = ["MultiPositive"]


@dataclass(frozen=True)
class MultiPositive:
    """Each picture chooses among the texts that are true of it, each text among its pictures."""

    shared_facts: float = 0.0
    """Share s of the target that goes to works by the facts they share, 0 to 1."""

    def __call__(
        self, image_logits: torch.Tensor, text_logits: torch.Tensor, targets: Targets
    ) -> torch.Tensor:
        """Return this process's share; see ``training.losses.Loss``."""
        similar = _shares(targets.shared_facts()) if self.shared_facts else None
        image = self._cross_entropy(image_logits, targets.true_texts(), similar)
        text = self._cross_entropy(text_logits, targets.true_works(), similar)
        return (image + text) / (2 * image_logits.shape[1])

    def _cross_entropy(
        self, logits: torch.Tensor, true: torch.Tensor, similar: torch.Tensor | None
    ) -> torch.Tensor:
        target = _shares(true.float())
        if similar is not None:
            target = target.lerp(similar, self.shared_facts)
        return -(target * logits.log_softmax(dim=1)).sum()


def _shares(weights: torch.Tensor) -> torch.Tensor:
    """Scale rows to the sum 1; each has its own pair, so none is 0."""
    return normalize(weights, p=1.0, dim=1)
