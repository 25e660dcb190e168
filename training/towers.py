"""Both towers of a model in one forward pass, and a batch on its way to them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch.nn import functional

from topicart.text_tower import encode_tokens
from training.augment import apply_views

if TYPE_CHECKING:
    from topicart.encoder import Encoder
    from training.batch import Batch

__all__ = ["Inputs", "Towers"]

MAX_LOG_SCALE = math.log(100)
"""The highest the temperature's logarithm may rise (Radford et al. 2021, section 2.5)."""


class Towers(nn.Module):
    """An open_clip model as one module, so that processes can share the gradients of all of it.

    Parameters
    ----------
    model : torch.nn.Module
        An open_clip model.
    """

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(
        self, pixels: torch.Tensor, tokens: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor | None]:
        """Embed pictures and texts.

        Parameters
        ----------
        pixels : torch.Tensor of float, shape (n, 3, height, width)
            Normalised pictures.
        tokens : torch.Tensor of int, shape (n, context_length)
            Token ids.

        Returns
        -------
        tuple
            Vectors of the pictures and of the texts, float32, shape (n, dim), rows of length 1;
            the scale of their cosines; and what is added to them, or None.
        """
        pictures = functional.normalize(self.model.encode_image(pixels).float(), dim=-1)
        texts = functional.normalize(encode_tokens(self.model, tokens).float(), dim=-1)
        return pictures, texts, self.model.logit_scale.exp(), self.model.logit_bias

    def limit_scale(self) -> None:
        """Keep the scale of the cosines below 100, as CLIP does."""
        with torch.no_grad():
            self.model.logit_scale.clamp_(max=MAX_LOG_SCALE)


class Inputs:
    """The rows of a batch that this process computes, brought to its device piece by piece.

    Parameters
    ----------
    encoder : Encoder
        Its preprocessing, tokenizer and device.
    batch : Batch
        The batch.
    """

    def __init__(self, encoder: Encoder, batch: Batch) -> None:
        self._device = encoder.device
        self._pixels = torch.from_numpy(batch.pixels)
        self._views = None if batch.views is None else torch.from_numpy(batch.views)
        with encoder.tokenizer_lock:
            self._tokens = encoder.tokenizer([one.text for one in batch.captions[batch.own]])
        self._standardise = encoder.standardise

    def __call__(self, rows: slice) -> tuple[torch.Tensor, torch.Tensor]:
        """Give some rows.

        Parameters
        ----------
        rows : slice
            Of the rows that this process computes.

        Returns
        -------
        tuple of torch.Tensor
            Normalised pictures, shape (n, 3, height, width), and token ids, shape (n, length).
        """
        pixels = self._pixels[rows].to(self._device, non_blocking=True)
        pictures = pixels.permute(0, 3, 1, 2).float().div_(255.0)
        if self._views is not None:
            pictures = apply_views(pictures, self._views[rows].to(self._device))
        return self._standardise(pictures), self._tokens[rows].to(self._device, non_blocking=True)
