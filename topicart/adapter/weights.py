"""The tensors of an adapter: from a trained model to its folder, and merged into a base."""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from knowledge_graph.atomic import replacing, write_bytes_atomic, write_text_atomic
from topicart.adapter.folder import (
    LORA_CONFIG,
    LORA_WEIGHTS,
    TRAINED_WEIGHTS,
    AdapterRecord,
    read_record,
    require_finished,
)
from topicart.errors import ModelError

if TYPE_CHECKING:
    import torch

__all__ = ["load_weights", "save_weights", "write_tensors"]

_LORA_NAME = re.compile(r"(?P<layer>.+)\.lora_(?P<half>[AB])\.default\.weight")
_PREFIX = "base_model.model."
"""What stands before the names in peft's files: its name for the model that it wraps."""
_SYSTEM_ERROR = re.compile(r"\(os error (\d+)\)")
"""How safetensors tells that the disk is full, for example."""


def save_weights(folder: Path, model: torch.nn.Module) -> tuple[list[str], list[str]]:
    """Write what is trained of a model; the rest is the base's.

    Parameters
    ----------
    folder : Path
        The adapter's folder; files of an earlier call are replaced, each at once.
    model : torch.nn.Module
        A model that :func:`training.methods.prepare` made ready.

    Returns
    -------
    tuple of list of str
        Names of the layers with a low-rank adapter, and of the parameters trained whole.
    """
    from safetensors.torch import save

    lora: dict[str, torch.Tensor] = {}
    whole: dict[str, torch.Tensor] = {}
    layers: dict[str, None] = {}
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        # Weights of convolutions lie in memory as it suits the device.
        tensor = parameter.detach().float().cpu().contiguous()
        if match := _LORA_NAME.fullmatch(name):
            layers[match["layer"]] = None
            lora[f"{_PREFIX}{match['layer']}.lora_{match['half']}.weight"] = tensor
        else:
            whole[name] = tensor
    metadata = {"format": "pt"}
    if lora:
        config = model.peft_config["default"].to_dict()  # type: ignore[index,union-attr]
        text = json.dumps(config, indent=2, sort_keys=True, default=_plain)
        write_text_atomic(folder / LORA_CONFIG, text + "\n")
        write_bytes_atomic(folder / LORA_WEIGHTS, save(lora, metadata))
    write_bytes_atomic(folder / TRAINED_WEIGHTS, save(whole, metadata))
    return list(layers), list(whole)


def write_tensors(
    path: Path, tensors: Mapping[str, torch.Tensor], header: Mapping[str, str]
) -> None:
    """Write a safetensors file tensor by tensor, whole or not at all.

    Parameters
    ----------
    path : Path
        The file; replaced at once.
    tensors : mapping of str to torch.Tensor
        By name; none shares memory with another.
    header : mapping of str to str
        What the file says of itself.

    Raises
    ------
    WriteError
        If it cannot be written.
    """
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    with replacing(path) as beside:
        try:
            save_file(dict(tensors), beside, dict(header))
        except SafetensorError as error:
            number = _SYSTEM_ERROR.search(str(error))
            if number is None:
                raise
            raise OSError(int(number[1]), os.strerror(int(number[1])), str(path)) from error
        beside.chmod(0o644)  # safetensors lets only its maker read a file


def load_weights(model: torch.nn.Module, folder: Path) -> None:
    """Merge an adapter into the base that it was trained on.

    The model is then as quick as its base, and its parameters have open_clip's names.

    Parameters
    ----------
    model : torch.nn.Module
        The base as open_clip builds it; changed in place.
    folder : Path
        The adapter's folder.

    Raises
    ------
    ModelError
        If the adapter is not finished, incomplete, damaged, or does not fit the model. The model
        may then be changed in part.
    """
    import torch

    from topicart.adapter.attention import fold_attention, split_attention

    record = read_record(folder)
    require_finished(folder, record)
    with torch.no_grad():
        if record.layers:
            split_attention(model)
            _merge(model, folder, record)
            fold_attention(model)
        _replace(model, folder, record)


def _merge(model: torch.nn.Module, folder: Path, record: AdapterRecord) -> None:
    """Add the low-rank updates to the weights, W + (alpha / rank) B A."""
    alpha = _alpha(folder / LORA_CONFIG)
    path = folder / LORA_WEIGHTS
    tensors = _read(path)
    parameters = dict(model.named_parameters())
    for layer in record.layers:
        halves = [_take(tensors, f"{_PREFIX}{layer}.lora_{half}.weight", path) for half in "AB"]
        down, up = (half.flatten(1) if half.ndim > 1 else half.view(1, -1) for half in halves)
        weight = parameters.get(f"{layer}.weight")
        fits = weight is not None and up.shape[1] == down.shape[0] > 0
        if weight is None or not fits or (up.shape[0], down.shape[1]) != weight.flatten(1).shape:
            raise _misfit(path, layer, halves[0], weight)
        update = (up @ down).view(weight.shape)
        weight.add_(update.to(weight), alpha=alpha / len(down))


def _replace(model: torch.nn.Module, folder: Path, record: AdapterRecord) -> None:
    """Put the parameters that were trained whole in their places."""
    import torch

    path = folder / TRAINED_WEIGHTS
    tensors = _read(path)
    parameters = dict(model.named_parameters())
    for name in record.trained:
        tensor = _take(tensors, name, path)
        if name == "logit_bias" and name not in parameters:
            model.logit_bias = torch.nn.Parameter(tensor)  # the sigmoid loss brought it
            continue
        parameter = parameters.get(name)
        if parameter is None or parameter.shape != tensor.shape:
            raise _misfit(path, name, tensor, parameter)
        parameter.copy_(tensor)


def _alpha(path: Path) -> float:
    """Read the one setting of peft's configuration that the shapes do not tell."""
    try:
        alpha = float(json.loads(path.read_text(encoding="utf-8"))["lora_alpha"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise _damaged(path, error) from error
    if not math.isfinite(alpha):
        raise _damaged(path, ValueError(f"lora_alpha is {alpha}"))
    return alpha


def _read(path: Path) -> dict[str, torch.Tensor]:
    """Read a file of tensors of finite numbers."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        tensors = load_file(path)
    except (SafetensorError, OSError) as error:
        raise _damaged(path, error) from error
    for name, tensor in tensors.items():
        if not (tensor.is_floating_point() and tensor.float().isfinite().all()):
            raise _damaged(path, ValueError(f"not all numbers of {name} are finite ones"))
    return tensors


def _take(tensors: Mapping[str, torch.Tensor], name: str, path: Path) -> torch.Tensor:
    """One of the tensors of a file."""
    if name not in tensors:
        raise _damaged(path, KeyError(f"no tensor {name}"))
    return tensors[name]


def _damaged(path: Path, error: Exception) -> ModelError:
    """An error for a file that is not there, cut short, or not what it should be."""
    said = " ".join(str(error).split())[:200] or type(error).__name__
    return ModelError(
        f"{path} is missing, damaged or truncated ({said}). Copy the adapter's folder again, or "
        "train again."
    )


def _misfit(path: Path, name: str, found: torch.Tensor, wanted: torch.Tensor | None) -> ModelError:
    """An error for tensors of another architecture."""
    place = "has none of that name" if wanted is None else f"has {tuple(wanted.shape)} there"
    return ModelError(
        f"The adapter does not fit the model: {path} holds {tuple(found.shape)} for {name}, and "
        f"the model {place}. An adapter belongs to the base that it was trained on; train again "
        "for another one."
    )


def _plain(value: Any) -> Any:
    """What JSON has no type for: peft's sets and enumerations."""
    return sorted(value) if isinstance(value, set | frozenset) else str(value)
