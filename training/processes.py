"""The processes that train together, as Accelerate starts them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from topicart.device import choose_device, choose_precision
from topicart.errors import TrainingError
from topicart.processes import from_launcher

if TYPE_CHECKING:
    from accelerate import Accelerator

__all__ = ["any_process", "is_main_process", "make_accelerator", "require_agreement"]

_TRACKERS = {"tensorboard": "tensorboard"}
"""Accelerate's name of each tracker that works without a server, and the module it writes with."""


def make_accelerator(
    device: str, precision: str, track: Sequence[str], logs: Path
) -> tuple[Accelerator, str, str]:
    """Join the processes that were launched together, or be the only one.

    Parameters
    ----------
    device : str
        ``auto``, ``cpu``, ``cuda``, ``cuda:1`` or ``mps``; several processes share out the GPUs.
    precision : str
        ``auto`` (as Accelerate was launched, else what suits the device), ``fp32``,
        ``bf16`` or ``fp16``.
    track : sequence of str
        Accelerate's trackers.
    logs : Path
        Folder for what the trackers write.

    Returns
    -------
    tuple of Accelerator, str and str
        The processes; this one's device, ``cuda:1`` for example; and the precision: ``fp32``,
        ``bf16`` or ``fp16``.

    Raises
    ------
    TrainingError
        If a tracker is unknown or not installed, or Accelerate was launched for something that
        shares out a model's weights.
    ModelError
        If the device or the precision cannot be had.
    """
    for name in track:
        _require_tracker(name)
    if device == "auto" and os.environ.get("ACCELERATE_USE_CPU", "").lower() in ("true", "1"):
        device = "cpu"
    chosen = choose_device(device)
    together = from_launcher("WORLD_SIZE", "OMPI_COMM_WORLD_SIZE", "PMI_SIZE", default=1) > 1
    kind = chosen.partition(":")[0]
    launched_with = os.environ.get("ACCELERATE_MIXED_PRECISION", "no")
    if precision == "auto" and launched_with in ("bf16", "fp16"):
        precision = launched_with
    elif precision == "auto" and kind == "mps":
        precision = "fp32"  # nobody scales float16's gradients there
    precision = choose_precision(precision, kind)
    if precision == "fp16" and kind == "cpu":
        raise TrainingError(
            "--precision fp16: training in float16 needs a GPU, which scales its gradients. Use "
            "--precision fp32 or bf16."
        )
    from accelerate import Accelerator, DistributedType
    from accelerate.state import AcceleratorState
    from accelerate.utils import (
        DistributedDataParallelKwargs,
        ProjectConfiguration,
        patch_environment,
    )

    if not together:
        # Accelerate keeps one state a program; a second training may want another precision.
        AcceleratorState._reset_state(reset_partial_state=True)
    # Accelerate takes the device of a lone process from the environment.
    numbered = chosen.startswith("cuda:") and not together
    with patch_environment(**({"ACCELERATE_TORCH_DEVICE": chosen} if numbered else {})):
        accelerator = Accelerator(
            cpu=kind == "cpu",
            mixed_precision="no" if precision == "fp32" else precision,
            log_with=list(track) or None,
            gradient_accumulation_steps=1,
            # Batch statistics and masks stay as they are.
            kwargs_handlers=[DistributedDataParallelKwargs(broadcast_buffers=False)],
            project_config=ProjectConfiguration(str(logs.parent), str(logs)),
        )
    accelerator.gradient_accumulation_steps = 1  # whatever the environment says
    whole = (DistributedType.NO, DistributedType.MULTI_CPU, DistributedType.MULTI_GPU)
    if accelerator.distributed_type not in whole:
        raise TrainingError(
            f"Accelerate was launched with {accelerator.distributed_type.value}; here each process "
            "holds the whole model (data parallel). Launch with one of the configurations in "
            "training/recipes/accelerate. A smaller --chunk-size saves memory."
        )
    # Accelerate numbers CPUs, too.
    place = "cpu" if kind == "cpu" else str(accelerator.device)
    return accelerator, place, precision


def is_main_process() -> bool:
    """Say whether this process speaks: of those that were launched together only the first does.

    Returns
    -------
    bool
        Known from the environment, without torch.
    """
    return from_launcher("RANK", "OMPI_COMM_WORLD_RANK", "PMI_RANK", default=0) == 0


def any_process(accelerator: Accelerator, asked: bool) -> bool:
    """Say whether something is so in any process, so that all of them do the same.

    Parameters
    ----------
    accelerator : Accelerator
        The processes.
    asked : bool
        Whether it is so in this one.

    Returns
    -------
    bool
        The same in all.
    """
    if accelerator.num_processes == 1:
        return asked
    import torch

    from training.gather import sum_over_processes

    return sum_over_processes(torch.tensor(float(asked), device=accelerator.device)).item() > 0


def require_agreement(found: str, folder: Path) -> None:
    """Refuse a folder that is not the same for all processes.

    Parameters
    ----------
    found : str
        What this process finds there.
    folder : Path
        The folder.

    Raises
    ------
    TrainingError
        If another process finds something else.
    """
    from accelerate.utils import gather_object

    if len(everywhere := sorted(set(gather_object([found])))) > 1:
        raise TrainingError(
            f"--out {folder} is not the same folder on all machines (found: "
            f"{', '.join(everywhere)}). Name one that they share."
        )


def _require_tracker(name: str) -> None:
    """Refuse a tracker that cannot write, before anything is loaded."""
    if name not in _TRACKERS:
        raise TrainingError(
            f"--track {name}: there is no such tracker here; known are {', '.join(_TRACKERS)}."
        )
    if find_spec(_TRACKERS[name]) is None:
        raise TrainingError(
            f'--track {name}: it is not installed. Install it: pip install "topicart[{name}]".'
        )
