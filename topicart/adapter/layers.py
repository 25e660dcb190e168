"""What an adapter can be put on, what maps into the shared space, and in which order blocks lie."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

__all__ = [
    "adaptable_layers",
    "all_layers",
    "head_parameters",
    "live_parameters",
    "tower_blocks",
]

_BLOCK_LISTS = ("resblocks", "blocks", "stages", "layers", "layer", "block")
"""How open_clip, timm and transformers call the list of a tower's blocks."""


def adaptable_layers(
    model: nn.Module, image_size: tuple[int, int], context_length: int
) -> list[str]:
    """Name the layers that an adapter can be put on and would learn something there.

    These are the linear and ungrouped convolution layers of both towers, but for the projections
    into the shared space and the layer that reads the pixels, as far as the output of the layer
    takes part in the output of its tower. One blank picture and one text are sent through: a
    layer whose weights are used without calling it (the attention pool of open_clip's ResNets)
    or whose output is dropped would let an adapter learn nothing, without a word.

    Parameters
    ----------
    model : torch.nn.Module
        An open_clip model. To reach the projections of attention,
        :func:`~topicart.adapter.split_attention` goes first.
    image_size : tuple of int
        Height and width of a picture.
    context_length : int
        Tokens of a text.

    Returns
    -------
    list of str
        Names, in the order in which the model holds them.
    """
    layers = {name: model.get_submodule(name) for name in all_layers(model)}
    called: dict[str, Any] = {}
    hooks = [
        module.register_forward_hook(
            lambda _, __, output, name=name: called.update({name: output.grad_fn})
        )
        for name, module in layers.items()
    ]
    try:
        reached = _graph(model, image_size, context_length)
    finally:
        for hook in hooks:
            hook.remove()
    first = next((name for name in called if name.startswith("visual.")), None)
    heads = {name.rpartition(".")[0] for name in head_parameters(model)}
    return [
        name
        for name, module in layers.items()
        if called.get(name) in reached
        and name != first
        and name not in heads
        and _takes_adapter(module)
    ]


def all_layers(model: nn.Module) -> list[str]:
    """Name all linear and convolution layers, whether an adapter would learn there or not.

    Parameters
    ----------
    model : torch.nn.Module
        Any model.

    Returns
    -------
    list of str
        Names, in the order in which the model holds them.
    """
    kinds = nn.Linear | nn.Conv2d
    return [name for name, module in model.named_modules() if isinstance(module, kinds)]


def live_parameters(model: nn.Module, image_size: tuple[int, int], context_length: int) -> set[str]:
    """Name the parameters that take part in the vectors of pictures and texts.

    A captioning decoder does not, for example.

    Parameters
    ----------
    model : torch.nn.Module
        An open_clip model.
    image_size : tuple of int
        Height and width of a picture.
    context_length : int
        Tokens of a text.

    Returns
    -------
    set of str
        Names; those of ``logit_scale`` and ``logit_bias`` are none of them.
    """
    reached = _graph(model, image_size, context_length)
    leaves = {id(node.variable) for node in reached if hasattr(node, "variable")}
    return {name for name, parameter in model.named_parameters() if id(parameter) in leaves}


def head_parameters(model: nn.Module) -> list[str]:
    """Name the parameters that map the pooled output of a tower into the shared space.

    Parameters
    ----------
    model : torch.nn.Module
        An open_clip model: CLIP, CustomTextCLIP or CoCa, with towers of open_clip, timm or
        transformers.

    Returns
    -------
    list of str
        Names of parameters, the picture tower's first.
    """
    names = [name for name, _ in model.named_parameters()]
    return _first_present(names, _picture_heads(model)) + _first_present(
        names, ["text_projection", "text.text_projection", "text.proj"]
    )


def tower_blocks(model: nn.Module) -> tuple[list[nn.Module], list[nn.Module]]:
    """List the blocks of both towers.

    Parameters
    ----------
    model : torch.nn.Module
        An open_clip model.

    Returns
    -------
    tuple of list of torch.nn.Module
        Blocks of the picture tower and of the text tower, each from first to last. Where a
        tower's architecture is not known, it is one block.
    """
    picture = model.get_submodule("visual")
    text = getattr(model, "text", None) or model.get_submodule("transformer")
    return _blocks(picture), _blocks(text)


def _takes_adapter(module: nn.Module) -> bool:
    """Whether the update of low rank of a layer is one of its weight.

    Layers of other classes change their weight or their input on the way (weight
    standardisation, padding as in TensorFlow), and peft keeps neither dilation nor the kind of
    padding.
    """
    if type(module).forward is nn.Linear.forward:
        return True
    return (
        isinstance(module, nn.Conv2d)
        and type(module).forward is nn.Conv2d.forward
        and module.groups == 1
        and module.dilation == (1, 1)
        and module.padding_mode == "zeros"
    )


def _picture_heads(model: nn.Module) -> list[str]:
    """Where a picture tower may have its projection, most usual first."""
    places = ["visual.proj", "visual.head", "visual.attnpool.c_proj"]
    trunk = getattr(model.get_submodule("visual"), "trunk", None)
    if trunk is not None:
        # The classifier serves as projection, or, as in SigLIP, the pooling has the last layers.
        classifier = trunk.get_classifier()
        places += [
            f"visual.trunk.{name}" for name, module in trunk.named_modules() if module is classifier
        ]
        places.append("visual.trunk.attn_pool")
    return places


def _first_present(names: Iterable[str], places: Iterable[str]) -> list[str]:
    """All parameters of the first of some places that has any."""
    names = list(names)
    found = ([name for name in names if f"{name}.".startswith(f"{place}.")] for place in places)
    return next((some for some in found if some), [])


def _blocks(tower: nn.Module) -> list[nn.Module]:
    """The blocks of one tower."""
    for name, module in tower.named_modules():
        listed = isinstance(module, nn.ModuleList | nn.Sequential)
        if listed and name.rpartition(".")[2] in _BLOCK_LISTS and len(list(module.children())):
            return list(module.children())
    trunk = getattr(tower, "trunk", tower)
    stages = [getattr(trunk, f"layer{number}", None) for number in range(1, 5)]  # ResNets
    return [stage for stage in stages if stage is not None] or [tower]


def _graph(model: nn.Module, image_size: tuple[int, int], context_length: int) -> set[Any]:
    """All nodes of autograd's graph from the vectors of a blank picture and a text."""
    device = next(model.parameters()).device
    pixels = torch.zeros(1, 3, *image_size, device=device)
    # Neither the padding nor the end of a text in any vocabulary that we know of.
    tokens = torch.full((1, context_length), 3, device=device)
    towers: Any = model
    with _everything_trained(model):
        outputs = [towers.encode_image(pixels), towers.encode_text(tokens)]
    nodes = [output.grad_fn for output in outputs]
    reached = set(nodes)
    while nodes:
        following = {node for node, _ in nodes.pop().next_functions if node} - reached
        reached |= following
        nodes += following
    return reached


@contextmanager
def _everything_trained(model: nn.Module) -> Iterator[None]:
    """Have autograd follow all parameters for a while, in evaluation mode."""
    trained = {parameter: parameter.requires_grad for parameter in model.parameters()}
    modes = {module: module.training for module in model.modules()}
    model.eval().requires_grad_(True)
    try:
        with torch.enable_grad():
            yield
    finally:
        for parameter, was in trained.items():
            parameter.requires_grad_(was)
        for module, mode in modes.items():
            module.training = mode
