"""Low-rank adapters (LoRA, Hu et al. 2022) on both towers of an open_clip model."""

from __future__ import annotations

import re
from collections.abc import Sequence

import torch
from peft import LoraConfig, inject_adapter_in_model
from peft.tuners.lora import Linear
from torch import nn

from topicart.adapter.attention import split_attention
from topicart.adapter.layers import adaptable_layers, all_layers
from topicart.errors import TrainingError

__all__ = ["add_lora"]


class _AddedLinear(Linear):
    """peft's adapted layer, its update scaled and added in one pass over the output, not three."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Give W x + (alpha / rank) B A x."""
        output: torch.Tensor = self.base_layer(x)
        (name,) = self.active_adapters
        low = self.lora_A[name](self.lora_dropout[name](x))
        up: torch.Tensor = self.lora_B[name].weight  # type: ignore[assignment]
        added = torch.addmm(
            output.flatten(0, -2),
            low.flatten(0, -2),
            up.T,
            alpha=self.scaling[name],
        )
        return added.view_as(output)


def add_lora(
    model: nn.Module,
    *,
    rank: int,
    alpha: float,
    dropout: float,
    modules: str | None,
    image_size: tuple[int, int],
    context_length: int,
) -> list[str]:
    """Put an adapter on layers of both towers and freeze everything else.

    The weights of a layer become W + (alpha / rank) B A (section 4.1), with B zero at first, so
    that the outputs stay as they were; A is drawn from torch's generator.

    Parameters
    ----------
    model : torch.nn.Module
        An open_clip model; changed in place, its attention split.
    rank : int
        Rows of A and columns of B.
    alpha : float
        Scale of the update, times ``rank``.
    dropout : float
        Share of an adapter's inputs that are dropped in training.
    modules : str or None
        A regular expression that whole names of layers match; None takes all that can be.
    image_size : tuple of int
        Height and width of a picture.
    context_length : int
        Tokens of a text.

    Returns
    -------
    list of str
        Names of the layers with an adapter.

    Raises
    ------
    TrainingError
        If ``modules`` is no regular expression, matches no layer, or only layers where an
        adapter would learn nothing.
    """
    split_attention(model)
    layers = adaptable_layers(model, image_size, context_length)
    if modules is not None:
        layers = _matching(modules, layers, all_layers(model))
    config = LoraConfig(
        r=rank,
        lora_alpha=alpha,  # type: ignore[arg-type]  # it is only divided by
        lora_dropout=dropout,
        # A regular expression has to match the whole name. Of names in a list the end is enough:
        # transformer.resblocks.0.mlp.c_fc would also be visual.transformer.resblocks.0.mlp.c_fc.
        target_modules="|".join(re.escape(name) for name in layers),
    )
    config._register_custom_module({nn.Linear: _AddedLinear})
    inject_adapter_in_model(config, model)
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(".lora_" in name)
    return layers


def _matching(pattern: str, layers: Sequence[str], every: Sequence[str]) -> list[str]:
    """The layers whose whole name matches a pattern, or an error that says what could."""
    try:
        wanted = re.compile(pattern)
    except re.error as error:
        raise TrainingError(
            f"modules {pattern!r} is no regular expression ({error}). It is matched against the "
            f"whole name of a layer, such as {layers[0]}."
        ) from error
    matched = [name for name in layers if wanted.fullmatch(name)]
    if matched:
        return matched
    some = ", ".join(dict.fromkeys((*layers[:2], layers[len(layers) // 2], *layers[-2:])))
    advice = (
        f"It is matched against the whole name of a layer; {len(layers)} layers can have an "
        f"adapter, among them {some}."
    )
    useless = next((name for name in every if wanted.fullmatch(name)), None)
    if useless is not None:
        raise TrainingError(
            f"modules {pattern!r} matches only layers like {useless}, where an adapter would learn "
            "nothing or is not needed: layers whose weights are used without calling them, "
            "grouped convolutions, the one that reads the pixels, and the projections, which are "
            f"trained anyway. {advice}"
        )
    raise TrainingError(f"modules {pattern!r} matches no layer of the model. {advice}")
