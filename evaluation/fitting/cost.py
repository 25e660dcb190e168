"""What a computation costs: seconds, and the most memory that the process held meanwhile."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from topicart.recording import memory_mb, most_memory_mb

_CLEAR_REFS = Path("/proc/self/clear_refs")

DURING = "most memory resident during it, the whole process"
SO_FAR = "most memory resident since the process began: this system cannot tell it for a part"
UNKNOWN = "this system does not tell how much memory a process holds"


@dataclass
class Cost:
    """What a computation has cost; all ``None`` until it has ended.

    Parameters
    ----------
    seconds
        Time by the clock.
    peak_memory_mb
        The most memory of the process in MiB, all that was loaded before it included; ``None``
        where the system does not tell.
    memory_before_mb
        What the process held when it began, in MiB, or ``None`` likewise.
    memory_is
        Which memory ``peak_memory_mb`` is, in words.
    """

    seconds: float | None = None
    peak_memory_mb: float | None = None
    memory_before_mb: float | None = None
    memory_is: str = UNKNOWN

    def to_dict(self) -> dict[str, Any]:
        """Return how the costs were had, as a run's record keeps it.

        Returns
        -------
        dict
            JSON-ready values; seconds and the most memory have their own places in a record.
        """
        return {
            "seconds_are": "the method alone; what it loads and numba compiles was there before",
            "memory_is": self.memory_is,
            "memory_before_mb": self.memory_before_mb,
        }


@contextmanager
def measured() -> Iterator[Cost]:
    """Measure what the block costs.

    Linux is asked to forget the most memory that the process held before (``VmHWM``, see
    ``proc_pid_clear_refs(5)``), so blocks within blocks do not measure the outer one's memory.

    Yields
    ------
    Cost
        Filled in when the block ends, also by an error.
    """
    _return_freed_memory()
    forgotten = _forget_peak()
    cost = Cost(memory_before_mb=memory_mb("VmRSS"))
    started = time.perf_counter()
    try:
        yield cost
    finally:
        cost.seconds = round(time.perf_counter() - started, 3)
        if forgotten:
            cost.peak_memory_mb, cost.memory_is = memory_mb("VmHWM"), DURING
        else:
            cost.peak_memory_mb = most_memory_mb()
            cost.memory_is = UNKNOWN if cost.peak_memory_mb is None else SO_FAR


def _return_freed_memory() -> None:
    """Have glibc give back what is free already, or growth within it would not be seen."""
    with suppress(OSError, AttributeError):  # another C library
        ctypes.CDLL("libc.so.6").malloc_trim(0)


def _forget_peak() -> bool:
    """Have Linux forget the most memory held so far; elsewhere, or where forbidden, it cannot."""
    try:
        _CLEAR_REFS.write_text("5")
    except OSError:
        return False
    return memory_mb("VmHWM") is not None
