"""Settings of the running process without which encoding on a CPU takes two to five times as long.

Measured with mini's image tower at 224 px on two cores (batch of 32): 26 ms of CPU time for a
picture as it comes, 10 ms with both; with the cores shared with other programs, 56 ms and 10 ms.
"""

from __future__ import annotations

import ctypes
import os
import platform
from functools import cache

__all__ = ["give_back_memory", "keep_freed_memory", "wait_without_spinning"]

# Numbers of parameters in glibc's malloc.h.
_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3


def wait_without_spinning() -> None:
    """Let OpenMP's threads sleep while they wait for each other; call it before torch is imported.

    By default they spin, which is right for a program alone on its cores. Here the threads that
    decode pictures need the cores meanwhile. What the user has set stays.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


@cache
def keep_freed_memory() -> bool:
    """Have glibc keep large blocks that were freed, up to 1 GB, for the next use.

    By default each result of a layer, tens of megabytes, is fetched from the system and given
    back, and the system clears it page by page: more work than the layer itself.

    Returns
    -------
    bool
        Whether it could be set; elsewhere than on Linux with glibc it is not needed or unknown.
    """
    if platform.system() != "Linux" or platform.libc_ver()[0] != "glibc":
        return False
    mallopt = ctypes.CDLL(None).mallopt
    # Old versions take no threshold above 32 MB.
    large = any(mallopt(_M_MMAP_THRESHOLD, size) for size in (1 << 30, 1 << 25))
    return large and bool(mallopt(_M_TRIM_THRESHOLD, 1 << 30))


def give_back_memory() -> None:
    """Give what was freed back to the system, after something that is far larger than a layer."""
    if platform.system() == "Linux" and platform.libc_ver()[0] == "glibc":
        ctypes.CDLL(None).malloc_trim(0)
