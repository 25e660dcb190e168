"""Checkpoints: one file each, written whole or not at all, without pickle.

A checkpoint is a safetensors file: the trained weights, the optimiser's moments, and in its header
what else a training must know to go on as if it had never stopped. All random draws come from the
seed and the number of the step, so no state of a random generator has to be kept.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from knowledge_graph.atomic import make_folder, remove, remove_leftovers
from topicart.adapter import write_tensors
from topicart.errors import TrainingError

if TYPE_CHECKING:
    import torch

__all__ = ["load_best", "load_checkpoint", "newest_checkpoint", "save_best", "save_checkpoint"]

KEPT = 2
"""How many checkpoints are kept; an older one serves if the newest is damaged."""

_BEST = "best-{:08d}.safetensors"
_NAME = re.compile(r"step-(\d{8})\.safetensors")


def save_checkpoint(
    folder: Path,
    step: int,
    parameters: Mapping[str, torch.nn.Parameter],
    optimizer: torch.optim.Optimizer,
    state: Mapping[str, Any],
) -> Path:
    """Write a checkpoint, and remove all but the newest, and best weights that none of them names.

    Parameters
    ----------
    folder : Path
        The folder of checkpoints; made if it is not there.
    step : int
        Steps done.
    parameters : mapping of str to torch.nn.Parameter
        What is trained, by name.
    optimizer : torch.optim.Optimizer
        Its state is kept: tensors, for each parameter.
    state : mapping
        JSON-ready; given back by :func:`load_checkpoint`. Its ``best_step`` names the best weights.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    WriteError
        If it cannot be written; the checkpoints before it are as they were.
    """
    tensors = {f"weights/{name}": p.detach().contiguous() for name, p in parameters.items()}
    for name, parameter in parameters.items():
        for key, value in optimizer.state.get(parameter, {}).items():
            tensors[f"optimizer/{key}/{name}"] = value.detach().contiguous()
    make_folder(folder)
    remove_leftovers(folder)
    path = folder / f"step-{step:08d}.safetensors"
    _write(path, tensors, {"state": json.dumps({**state, "step": step})})
    for old in _checkpoints(folder)[:-KEPT]:
        remove(old)
    named = {_BEST.format(_best_step(kept)) for kept in _checkpoints(folder)}
    for best in folder.glob("best-*.safetensors"):
        if best.name not in named:
            remove(best)
    return path


def newest_checkpoint(folder: Path) -> Path | None:
    """Find the newest checkpoint.

    Parameters
    ----------
    folder : Path
        The folder of checkpoints; it need not be there.

    Returns
    -------
    Path or None
        The file with the greatest step.
    """
    return next(reversed(_checkpoints(folder)), None)


def load_checkpoint(
    path: Path,
    parameters: Mapping[str, torch.nn.Parameter],
    optimizer: torch.optim.Optimizer,
) -> dict[str, Any]:
    """Bring weights and optimiser back to where a checkpoint was written.

    Parameters
    ----------
    path : Path
        The file.
    parameters : mapping of str to torch.nn.Parameter
        What is trained, by name; overwritten.
    optimizer : torch.optim.Optimizer
        Its state is overwritten.

    Returns
    -------
    dict
        The state that was given to :func:`save_checkpoint`, and ``step``.

    Raises
    ------
    TrainingError
        If the file is damaged or cut short, or belongs to a training of something else. Weights,
        optimiser and file are then as they were.
    """
    import torch

    try:
        tensors, header = _read(path)
        state: dict[str, Any] = json.loads(header["state"])
    except (OSError, ValueError, KeyError) as error:
        others = [other.name for other in _checkpoints(path.parent) if other != path]
        remedy = (
            f"Delete it, and --resume goes on from {others[-1]}"
            if others
            else "There is no older one: start again with --overwrite"
        )
        raise TrainingError(
            f"The checkpoint {path} is damaged or cut short ({error}). {remedy}."
        ) from error
    weights = {key.removeprefix("weights/"): key for key in tensors if key.startswith("weights/")}
    strange = sorted(weights.keys() ^ parameters.keys()) or [
        name for name, key in weights.items() if tensors[key].shape != parameters[name].shape
    ]
    if strange:
        raise TrainingError(
            f"The checkpoint {path} is of another training: it differs in {strange[0]} (and "
            f"{len(strange) - 1} more). Start again with --overwrite, or name another --out."
        )
    with torch.no_grad():
        for name, parameter in parameters.items():
            parameter.copy_(tensors[weights[name]])
    optimizer.state.clear()
    # AdamW keeps its count of steps on the CPU, unless it is fused.
    fused = bool(optimizer.defaults.get("fused"))
    for key, value in tensors.items():
        part, _, rest = key.partition("/")
        if part == "optimizer":
            kind, _, name = rest.partition("/")
            place = parameters[name].device if kind != "step" or fused else "cpu"
            optimizer.state[parameters[name]][kind] = value.to(place)
    return state


def save_best(folder: Path, step: int, weights: Mapping[str, torch.Tensor]) -> None:
    """Write the best weights so far.

    Parameters
    ----------
    folder : Path
        The folder of checkpoints; made if it is not there.
    step : int
        The step that they are of.
    weights : mapping of str to torch.Tensor
        By name.

    Raises
    ------
    WriteError
        If they cannot be written; the best before are as they were.
    """
    make_folder(folder)
    tensors = {name: value.contiguous() for name, value in weights.items()}
    _write(folder / _BEST.format(step), tensors, {})


def load_best(folder: Path, step: int) -> dict[str, torch.Tensor]:
    """Read what :func:`save_best` wrote.

    Parameters
    ----------
    folder : Path
        The folder of checkpoints.
    step : int
        The step that they are of.

    Returns
    -------
    dict of str to torch.Tensor
        The weights by name.

    Raises
    ------
    TrainingError
        If the file is missing, damaged or cut short.
    """
    path = folder / _BEST.format(step)
    try:
        return _read(path)[0]
    except (OSError, ValueError) as error:
        raise TrainingError(
            f"The best weights so far, {path}, cannot be read ({error}). Start again with "
            "--overwrite."
        ) from error


def _read(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    """Read a safetensors file: tensors, and the texts of its header."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "pt") as file:
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
            header = file.metadata() or {}
    except SafetensorError as error:
        raise ValueError(str(error)) from error
    if header.pop("crc32", "") != _crc32(tensors, header):
        raise ValueError("its contents do not have its checksum")
    return tensors, header


def _write(path: Path, tensors: dict[str, torch.Tensor], header: dict[str, str]) -> None:
    """Write a safetensors file with a checksum, whole or not at all."""
    for left in path.parent.glob(".tmp*"):  # by safetensors, when it was killed
        remove(left)
    tensors = {name: tensor.cpu() for name, tensor in tensors.items()}
    write_tensors(path, tensors, {**header, "crc32": _crc32(tensors, header)})


def _best_step(path: Path) -> int:
    """The step of the best weights that a checkpoint names; -1 if it cannot be read."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "pt") as file:
            return int(json.loads(file.metadata()["state"]).get("best_step", -1))
    except (SafetensorError, OSError, ValueError, KeyError, TypeError):
        return -1


def _crc32(tensors: Mapping[str, torch.Tensor], header: Mapping[str, str]) -> str:
    """Sum up what a file holds: a flipped bit would train on, unseen, to other weights."""
    import torch

    found = zlib.crc32(json.dumps(sorted(header.items())).encode())
    for name, tensor in sorted(tensors.items()):
        found = zlib.crc32(f"{name} {tensor.dtype} {list(tensor.shape)}".encode(), found)
        found = zlib.crc32(tensor.flatten().view(torch.uint8).numpy().data, found)
    return f"{found:08x}"


def _checkpoints(folder: Path) -> list[Path]:
    """All checkpoints, oldest first."""
    return sorted(path for path in folder.glob("step-*.safetensors") if _NAME.fullmatch(path.name))
