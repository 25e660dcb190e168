"""Which weights of a model are trained: low-rank adapters, projections, last blocks, or all."""

from __future__ import annotations

import math

import torch
from torch import nn

from topicart.adapter import add_lora, head_parameters, live_parameters, tower_blocks
from topicart.errors import TrainingError
from training.config import TrainConfig

__all__ = ["prepare", "set_train_mode", "trainable", "unfreeze_for"]

_SIGMOID_LOGIT_SCALE = math.log(10.0)
_SIGMOID_LOGIT_BIAS = -10.0


def prepare(
    model: nn.Module, config: TrainConfig, *, image_size: tuple[int, int], context_length: int
) -> list[str]:
    """Make a model ready for a method of training.

    With LoRA, attention is split and the first matrices are drawn from torch's generator: seed it
    before. The temperature is trained with each method. The sigmoid loss needs a bias: a model
    that has none gets it, and with it the temperature and bias at which that loss begins (Zhai et
    al. 2023, section 3.2); with other losses a bias has no effect and is frozen.

    Parameters
    ----------
    model : torch.nn.Module
        An open_clip model; changed in place.
    config : TrainConfig
        The method and its settings.
    image_size : tuple of int
        Height and width of a picture.
    context_length : int
        Tokens of a text.

    Returns
    -------
    list of str
        Names of the layers with a low-rank adapter; none with other methods.

    Raises
    ------
    TrainingError
        If ``config.modules`` matches no layer that can learn, or no tower has a projection.
    """
    layers: list[str] = []
    if config.method == "full":
        live = live_parameters(model, image_size, context_length)
        # What takes no part in a vector gets no gradient, which processes would wait for.
        for name, parameter in model.named_parameters():
            parameter.requires_grad_(name in live)
    else:
        heads = head_parameters(model)
        if not heads and config.method == "heads":
            raise TrainingError(
                f"The model {config.model!r} has no projection into the shared space that could be "
                "trained alone. Choose another method: --method lora, for example."
            )
        model.requires_grad_(False)
        if config.method == "lora":
            layers = add_lora(
                model,
                rank=config.rank,
                alpha=config.alpha,
                dropout=config.lora_dropout,
                modules=config.modules,
                image_size=image_size,
                context_length=context_length,
            )
        for name in heads:
            model.get_parameter(name).requires_grad_(True)
        if config.method == "unfreeze":
            _open_blocks(model, 1)
    _prepare_temperature(model, sigmoid=config.loss == "sigmoid")
    return layers


def unfreeze_for(model: nn.Module, config: TrainConfig, epoch: int) -> bool:
    """Open what the method ``unfreeze`` trains in an epoch.

    One block of each tower in the first ``unfreeze_every`` epochs, then one more after each so
    many; once all are open, the rest of the towers, their embeddings and stems, too (gradual
    unfreezing, Howard and Ruder 2018, section 3.3).

    Parameters
    ----------
    model : torch.nn.Module
        What :func:`prepare` made ready.
    config : TrainConfig
        The method and its settings.
    epoch : int
        Epochs that are done.

    Returns
    -------
    bool
        Whether more is trained than before; never with other methods.
    """
    if config.method != "unfreeze":
        return False
    before = len(trainable(model))
    _open_blocks(model, 1 + epoch // config.unfreeze_every)
    return len(trainable(model)) > before


def trainable(model: nn.Module) -> dict[str, nn.Parameter]:
    """Return the parameters that are trained.

    Parameters
    ----------
    model : torch.nn.Module
        What :func:`prepare` made ready.

    Returns
    -------
    dict of str to torch.nn.Parameter
        By name, in the order in which the model holds them.
    """
    return {name: p for name, p in model.named_parameters() if p.requires_grad}


def set_train_mode(model: nn.Module) -> None:
    """Have a model drop out as in training, with batch statistics as they are.

    Statistics of a batch of a collection, in chunks at that, would move a base that knows far
    more pictures, and an adapter holds no statistics.

    Parameters
    ----------
    model : torch.nn.Module
        Changed in place.
    """
    model.train()
    for module in model.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            module.eval()


def _open_blocks(model: nn.Module, count: int) -> None:
    """Train the last blocks of each tower, and the whole of a tower once that is all of them."""
    for tower, blocks in zip(_tower_parameters(model), tower_blocks(model), strict=True):
        for block in blocks[-count:]:
            block.requires_grad_(True)
        if count >= len(blocks):
            for parameter in tower:
                parameter.requires_grad_(True)


def _tower_parameters(model: nn.Module) -> tuple[list[nn.Parameter], list[nn.Parameter]]:
    """Parameters of the picture tower, and of the text tower."""
    own_text = hasattr(model, "text")  # else the text tower's parts are the model's own
    picture: list[nn.Parameter] = []
    text: list[nn.Parameter] = []
    for name, parameter in model.named_parameters():
        if name.startswith("visual."):
            picture.append(parameter)
        elif name.startswith("text.") if own_text else not name.startswith("logit_"):
            text.append(parameter)
    return picture, text


def _prepare_temperature(model: nn.Module, *, sigmoid: bool) -> None:
    """Train the temperature, and the bias where it has an effect."""
    scale = model.get_parameter("logit_scale")
    scale.requires_grad_(True)
    bias = getattr(model, "logit_bias", None)
    if sigmoid and bias is None:
        with torch.no_grad():
            scale.fill_(_SIGMOID_LOGIT_SCALE)
            bias = nn.Parameter(torch.full_like(scale, _SIGMOID_LOGIT_BIAS))
        model.logit_bias = bias
    if bias is not None:
        bias.requires_grad_(sigmoid)
