"""Choose where a model runs and in which precision."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from topicart.errors import ModelError

__all__ = ["DEVICES", "PRECISIONS", "choose_device", "choose_precision"]

DEVICES = ("auto", "cpu", "cuda", "mps")
PRECISIONS = ("auto", "fp32", "bf16", "fp16")


def choose_device(device: str) -> str:
    """Turn ``auto`` into a device, and refuse what this machine has not.

    Parameters
    ----------
    device : str
        ``auto`` (a CUDA GPU, else Apple's, else the CPU), ``cpu``, ``cuda``, ``cuda:1``, ``mps``.

    Returns
    -------
    str
        A torch device.

    Raises
    ------
    ModelError
        If the name is none of torch's, or there is no such device here.
    """
    kind, _, number = device.partition(":")
    if device not in DEVICES and not re.fullmatch(r"cuda:[0-9]+", device):
        raise ModelError(
            f"device must be one of {', '.join(DEVICES)}, or cuda:NUMBER, got {device!r}."
        )
    if device == "cpu" or (device == "auto" and _no_gpu()):
        return "cpu"
    import torch

    if device == "auto":
        if torch.cuda.is_available():
            return "cuda"
        return "mps" if torch.backends.mps.is_available() else "cpu"
    if kind == "cuda" and torch.cuda.device_count() <= int(number or 0):
        raise ModelError(
            f"device {device!r} was asked for, but torch {torch.__version__} sees "
            f"{torch.cuda.device_count()} CUDA GPUs here. Use --device cpu, or install a torch "
            "with CUDA and its driver."
        )
    if kind == "mps" and not torch.backends.mps.is_available():
        raise ModelError("device 'mps' was asked for, but torch sees none. Use --device cpu.")
    return device


def _no_gpu() -> bool:
    """Whether no driver has a device file, so that torch, slow to import, need not be asked."""
    if sys.platform != "linux":
        return False
    # NVIDIA's driver, its boards', that of Windows' Linux, and AMD's.
    kinds = ("nvidia*", "nvhost*", "nvgpu*", "nvmap", "dxg", "kfd")
    return not any(next(Path("/dev").glob(kind), None) for kind in kinds)


def choose_precision(precision: str, device: str) -> str:
    """Turn ``auto`` into a precision that suits a device.

    Parameters
    ----------
    precision : str
        ``auto``, ``fp32``, ``bf16`` or ``fp16``.
    device : str
        A torch device.

    Returns
    -------
    str
        ``fp32``, ``bf16`` or ``fp16``.

    Raises
    ------
    ModelError
        If the name is unknown.
    """
    if precision not in PRECISIONS:
        raise ModelError(f"precision must be one of {', '.join(PRECISIONS)}, got {precision!r}.")
    if precision != "auto":
        return precision
    if device == "cpu":
        return "fp32"
    import torch

    if device.startswith("cuda"):
        # bfloat16 has float32's range, so models trained in it do not overflow; GPUs before
        # Ampere (compute capability 8) only emulate it, slowly.
        return "bf16" if torch.cuda.get_device_capability(device)[0] >= 8 else "fp16"
    return "fp16"
