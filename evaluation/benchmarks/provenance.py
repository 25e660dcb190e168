"""With what a benchmark was measured: the same lines at the head of every file of results."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any


def provenance(name: str, packages: Sequence[str], device: str = "cpu") -> dict[str, Any]:
    """Say which benchmark it was, when, on what machine and with which versions.

    Parameters
    ----------
    name : str
        The benchmark's.
    packages : sequence of str
        Distributions that decide its figures; those not installed are left out.
    device : str
        A torch device.

    Returns
    -------
    dict
        JSON-ready; a GPU has its name.
    """
    processor = platform.processor() or platform.machine()
    if device.startswith("cuda"):
        import torch

        processor = torch.cuda.get_device_name(device)
    return {
        "name": name,
        "date": datetime.now(tz=UTC).date().isoformat(),
        "machine": {
            "system": platform.platform(),
            "processors": os.cpu_count(),
            "device": processor,
            "python": platform.python_version(),
        },
        "versions": {package: told for package in packages if (told := _version(package))},
    }


def _version(package: str) -> str:
    """Give a distribution's version, or nothing where it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def rounded(value: Any) -> Any:
    """Round numbers to the four decimals that a file of results keeps.

    Parameters
    ----------
    value : any JSON value
        A number, or a list of values.

    Returns
    -------
    any JSON value
        The same, its floats rounded.
    """
    if isinstance(value, float):
        return round(value, 4)
    return [rounded(part) for part in value] if isinstance(value, list) else value
