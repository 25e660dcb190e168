"""Attention whose projections are layers of their own, as adapters need it.

``torch.nn.MultiheadAttention`` holds the weights of query, key and value in one parameter and uses
those of ``out_proj`` without calling it. An adapter on the whole of it has to add its update to
the full weights in each step, and one on ``out_proj`` learns nothing. Here it is swapped for an
equal module of four linear layers, and put back once the adapters are merged.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

__all__ = ["SplitAttention", "fold_attention", "split_attention"]


class SplitAttention(nn.Module):
    """Multi-head attention (Vaswani et al. 2017, section 3.2.2) with four linear layers.

    Parameters
    ----------
    attention : torch.nn.MultiheadAttention
        What it is equal to; its weights are copied.

    Attributes
    ----------
    q_proj, k_proj, v_proj, out_proj : torch.nn.Linear
        The projections.
    """

    def __init__(self, attention: nn.MultiheadAttention) -> None:
        super().__init__()
        self.embed_dim = attention.embed_dim
        self.num_heads = attention.num_heads
        self.dropout = attention.dropout
        self.batch_first = attention.batch_first
        if attention.in_proj_weight is not None:
            weights: tuple[torch.Tensor, ...] = attention.in_proj_weight.chunk(3)
        else:  # keys or values have another width than queries
            weights = (
                attention.q_proj_weight,
                attention.k_proj_weight,
                attention.v_proj_weight,
            )
        biases: tuple[torch.Tensor | None, ...] = (None, None, None)
        if attention.in_proj_bias is not None:
            biases = attention.in_proj_bias.chunk(3)
        self.q_proj, self.k_proj, self.v_proj = map(_linear, weights, biases)
        self.out_proj = _linear(attention.out_proj.weight, attention.out_proj.bias)
        self.train(attention.training)

    def forward(
        self,
        query: torch.Tensor,
        key: torch.Tensor,
        value: torch.Tensor,
        key_padding_mask: torch.Tensor | None = None,
        need_weights: bool = False,  # noqa: ARG002 - one of MultiheadAttention's
        attn_mask: torch.Tensor | None = None,
    ) -> tuple[torch.Tensor, None]:
        """Attend, as ``torch.nn.MultiheadAttention`` does, without giving weights back.

        Parameters
        ----------
        query : torch.Tensor, shape (n, length, dim), or (length, n, dim) unless ``batch_first``
            What asks.
        key, value : torch.Tensor, shape (n, source, width), or (source, n, width)
            What is asked.
        key_padding_mask : torch.Tensor of bool or float, shape (n, source), optional
            True where a key is not to be looked at; or what is added to all its scores.
        need_weights : bool
            Has no effect.
        attn_mask : torch.Tensor, shape (length, source) or (n * heads, length, source), optional
            True where a key is not to be looked at; or what is added to the scores.

        Returns
        -------
        tuple of torch.Tensor and None
            The output, in the shape of ``query``, and no weights.
        """
        if not self.batch_first:
            query, key, value = (x.transpose(0, 1) for x in (query, key, value))
        n, length, _ = query.shape
        attended = functional.scaled_dot_product_attention(
            self._heads(self.q_proj(query)),
            self._heads(self.k_proj(key)),
            self._heads(self.v_proj(value)),
            attn_mask=self._mask(attn_mask, key_padding_mask, query),
            dropout_p=self.dropout if self.training else 0.0,
        )
        output: torch.Tensor = self.out_proj(
            attended.transpose(1, 2).reshape(n, length, self.embed_dim)
        )
        return output if self.batch_first else output.transpose(0, 1), None

    def _heads(self, x: torch.Tensor) -> torch.Tensor:
        """From (n, length, dim) to (n, heads, length, dim of a head)."""
        n, length, _ = x.shape
        return x.view(n, length, self.num_heads, -1).transpose(1, 2)

    def _mask(
        self,
        attn_mask: torch.Tensor | None,
        key_padding_mask: torch.Tensor | None,
        like: torch.Tensor,
    ) -> torch.Tensor | None:
        """Add both masks up to what scores are increased by, shape (1 or n, 1 or heads, ., .)."""
        mask: torch.Tensor | None = None
        if attn_mask is not None:
            mask = _additive(attn_mask, like)
            heads = self.num_heads if mask.ndim == 3 else 1
            mask = mask.view(-1, heads, *mask.shape[-2:])
        if key_padding_mask is not None:
            padding = _additive(key_padding_mask, like)[:, None, None, :]
            mask = padding if mask is None else mask + padding
        return mask


def split_attention(model: nn.Module) -> int:
    """Swap every ``torch.nn.MultiheadAttention`` of a model for a :class:`SplitAttention`.

    Those that add keys of their own to a sequence (``bias_k``, ``add_zero_attn``; open_clip has
    none) stay.

    Parameters
    ----------
    model : torch.nn.Module
        Changed in place; its outputs stay.

    Returns
    -------
    int
        How many were swapped.
    """
    return _swap(
        model,
        {
            name: SplitAttention(module)
            for name, module in model.named_modules()
            if type(module) is nn.MultiheadAttention
            and module.bias_k is None
            and not module.add_zero_attn
        },
    )


def fold_attention(model: nn.Module) -> int:
    """Undo :func:`split_attention`; names and weights are open_clip's again.

    Parameters
    ----------
    model : torch.nn.Module
        Changed in place; its outputs stay. Adapters must have been merged.

    Returns
    -------
    int
        How many were put back.
    """
    return _swap(
        model,
        {
            name: _folded(module)
            for name, module in model.named_modules()
            if isinstance(module, SplitAttention)
        },
    )


def _swap(model: nn.Module, modules: dict[str, nn.Module]) -> int:
    """Put modules in the places of those that have their names."""
    for name, module in modules.items():
        model.set_submodule(name, module)
    return len(modules)


def _linear(weight: torch.Tensor, bias: torch.Tensor | None) -> nn.Linear:
    """A layer with copies of some weights, trained if they were."""
    layer = nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None, device="meta")
    layer.weight = _copied(weight, weight.requires_grad)
    if bias is not None:
        layer.bias = _copied(bias, bias.requires_grad)
    return layer


def _folded(split: SplitAttention) -> nn.MultiheadAttention:
    """What a split attention was made from."""
    layers = (split.q_proj, split.k_proj, split.v_proj)
    attention = nn.MultiheadAttention(
        split.embed_dim,
        split.num_heads,
        dropout=split.dropout,
        bias=split.q_proj.bias is not None,
        kdim=split.k_proj.in_features,
        vdim=split.v_proj.in_features,
        batch_first=split.batch_first,
        device="meta",
    )
    trained = split.q_proj.weight.requires_grad
    if attention.in_proj_weight is not None:
        attention.in_proj_weight = _copied(torch.cat([x.weight for x in layers]), trained)
    else:
        for name, layer in zip("qkv", layers, strict=True):
            setattr(attention, f"{name}_proj_weight", _copied(layer.weight, trained))
    if attention.in_proj_bias is not None:
        attention.in_proj_bias = _copied(torch.cat([x.bias for x in layers]), trained)
    attention.out_proj.weight = split.out_proj.weight
    attention.out_proj.bias = split.out_proj.bias
    return attention.train(split.training)


def _copied(tensor: torch.Tensor, trained: bool) -> nn.Parameter:
    """A parameter with the values of a tensor and memory of its own."""
    return nn.Parameter(tensor.detach().clone(), requires_grad=trained)


def _additive(mask: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """Minus infinity for True, else 0; masks that are added already stay as they are."""
    if mask.dtype != torch.bool:
        return mask.to(like.dtype)
    return torch.zeros_like(mask, dtype=like.dtype).masked_fill_(mask, float("-inf"))
