"""The engines that can run an encoder's picture tower: torch, and OpenVINO on a CPU."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from topicart.device import choose_device, choose_precision
from topicart.errors import ModelError

__all__ = ["ENGINES", "Pending", "choose_engine"]

ENGINES = ("torch", "openvino")

Pending = Callable[[], NDArray[np.float32]]
"""A batch under way; called, it waits and gives the features, not scaled to length 1."""


def choose_engine(engine: str, device: str, precision: str) -> tuple[str, str]:
    """Turn ``auto`` into a device and a precision that suit an engine.

    Parameters
    ----------
    engine : str
        ``torch`` or ``openvino``.
    device : str
        As :func:`topicart.device.choose_device` takes it; ``auto`` is the CPU for OpenVINO.
    precision : str
        ``auto``, ``fp32``, ``bf16`` or ``fp16``. For OpenVINO ``auto`` is bfloat16 where the CPU
        multiplies in it, else float32.

    Returns
    -------
    device : str
        A torch device.
    precision : str
        ``fp32``, ``bf16`` or ``fp16``.

    Raises
    ------
    ModelError
        If one of them is unknown or not to be had here, or they do not go together.
    """
    if engine not in ENGINES:
        raise ModelError(f"engine must be one of {', '.join(ENGINES)}, got {engine!r}.")
    if engine == "torch":
        chosen = choose_device(device)
        return chosen, choose_precision(precision, chosen)
    if device not in ("auto", "cpu"):
        raise ModelError(
            f"The engine openvino runs on the CPU, but device {device!r} was asked for. Use "
            "--device cpu, or --engine torch."
        )
    from topicart.openvino_engine import choose_cpu_precision

    return "cpu", choose_cpu_precision(choose_precision(precision, "cpu"), precision == "auto")
