"""Kernels that are compiled once on a machine, and not once in every process.

UMAP, PyNNDescent, EVoC and fast_hdbscan are compiled by numba when they are first called, which
takes half a minute and more, and most of it is not kept: their searches take the distance as an
argument, and to numba a function that is an argument is another one in each process. Here each
function of theirs gets a name that stays, and a place where its machine code is kept: that of the
first process is what all later ones run, so that no result changes.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
import uuid
import warnings
from functools import cache
from importlib import import_module, metadata
from pathlib import Path
from types import ModuleType
from typing import Any

__all__ = ["compiled_folder", "keep_compiled"]

_PACKAGES = ("umap", "pynndescent", "evoc", "fast_hdbscan")
_DISTRIBUTIONS = ("numba", "llvmlite", "numpy", "umap-learn", "pynndescent", "evoc",
                  "fast_hdbscan")  # fmt: skip


@cache
def compiled_folder() -> Path:
    """Find a folder that can be written for compiled kernels, and make it.

    Returns
    -------
    Path
        ``NUMBA_CACHE_DIR`` if that is set, else a folder of the user's cache
        (``XDG_CACHE_HOME``, ``~/.cache``) that belongs to the installed versions; where none can
        be written, a folder of the user's among the temporary files.
    """
    asked = os.environ.get("NUMBA_CACHE_DIR")
    if asked:
        return Path(asked)
    home = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    user = os.getuid() if hasattr(os, "getuid") else os.environ.get("USERNAME", "")
    places = [Path(home) / "topicart", Path(tempfile.gettempdir()) / f"topicart-{user}"]
    for place in places:
        try:
            folder = place.expanduser() / "compiled" / _versions()
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            tempfile.TemporaryFile(dir=folder).close()
        except (OSError, RuntimeError):  # not to be written, or no home
            continue
        return folder
    return Path(tempfile.mkdtemp(prefix="topicart-compiled-"))


@cache
def keep_compiled(package: str = "umap") -> None:
    """Import a package and keep what numba compiles of it, here and in what it imports.

    To be called before the package is first used; again it costs nothing.

    Parameters
    ----------
    package
        ``umap`` (with it ``pynndescent``), ``pynndescent``, ``evoc`` or ``fast_hdbscan``.

    Raises
    ------
    ImportError
        If the package is not installed.
    """
    from numba import config

    config.CACHE_DIR = str(compiled_folder())
    import_module(package)
