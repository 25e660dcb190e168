"""Kernels that are compiled once on a machine, and not once in every process.

UMAP and PyNNDescent are compiled by numba when they are first called, which takes half a minute
and more, and most of it is not kept: the search for neighbours takes the distance as an argument,
and to numba a function that is an argument is another one in each process. Here each function of
theirs gets a name that stays, and a place where its machine code is kept: what the first process
made is what all later ones run, so that no result changes.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import sys
import tempfile
import uuid
from contextlib import suppress
from functools import cache
from importlib import import_module, metadata
from pathlib import Path
from types import ModuleType
from typing import Any

__all__ = ["compiled_folder", "keep_compiled", "use_compiled_folder"]

_PACKAGES = ("umap", "pynndescent")
"""Whose functions are kept from here; EVoC and fast_hdbscan keep their own."""

_DRIVERS = {"pynndescent.pynndescent_": ("nn_descent", "nn_descent_internal")}
"""Functions that only call others; how many threads there are keeps numba from keeping them."""

_DISTRIBUTIONS = ("numba", "llvmlite", "numpy", "umap-learn", "pynndescent", "evoc",
                  "fast_hdbscan")  # fmt: skip


@cache
def compiled_folder() -> Path:
    """Find a folder that can be written for compiled kernels, and make it.

    Returns
    -------
    Path
        ``NUMBA_CACHE_DIR`` if that is set, else a folder of the user's cache
        (``XDG_CACHE_HOME``, ``~/.cache``) that belongs to the installed versions; where that cannot
        be written, a temporary folder that goes with this process.
    """
    asked = os.environ.get("NUMBA_CACHE_DIR")
    if asked:
        return Path(asked)
    place = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "topicart" / "compiled"
    try:
        folder = place.expanduser() / _versions()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        tempfile.TemporaryFile(dir=folder).close()
    except (OSError, RuntimeError):  # not to be written, or no home
        folder = Path(tempfile.mkdtemp(prefix="topicart-compiled-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def use_compiled_folder() -> None:
    """Have numba keep in :func:`compiled_folder` what is to be kept, from here on."""
    config: Any = import_module("numba.core.config")
    if not config.CACHE_DIR:
        config.CACHE_DIR = str(compiled_folder())


@cache
def keep_compiled(package: str = "umap") -> None:
    """Import a package and keep what numba compiles of it, here and in what it imports.

    To be called before the package is first used; again it costs nothing.

    Parameters
    ----------
    package
        ``umap`` (with it ``pynndescent``) or ``pynndescent``.

    Raises
    ------
    ImportError
        If the package is not installed.
    """
    from numba.core.dispatcher import Dispatcher

    use_compiled_folder()  # before the import, for what is compiled while a module is loaded
    import_module(package)
    modules = [
        module
        for name, module in sorted(sys.modules.items())
        if name.partition(".")[0] in _PACKAGES and isinstance(module, ModuleType)
    ]
    for module in modules:
        for name in _DRIVERS.get(module.__name__, ()):
            driver = getattr(module, name, None)
            if isinstance(driver, Dispatcher):  # as Python it does the same
                setattr(module, name, driver.py_func)
    # First all names, since what is kept of one function names others.
    ours = [
        (f"{module.__name__}.{name}", value)
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, Dispatcher) and value.py_func.__module__ == module.__name__
    ]
    fresh = [(name, kernel) for name, kernel in ours if _named(name, kernel)]
    for name, kernel in fresh:
        _keep(name, kernel)


def _named(name: str, kernel: Any) -> bool:
    """Give a compiled function the same name in every process; whether it is still to be compiled.

    Numba knows a function, in what it keeps, by a name drawn by lot in each process.
    """
    if getattr(kernel, "_MemoMixin__uuid", "") is not None:
        return False
    kernel._set_uuid(str(uuid.uuid5(uuid.NAMESPACE_OID, f"topicart {_versions()} {name}")))
    return not kernel.overloads


def _keep(name: str, kernel: Any) -> None:
    """Keep what is compiled of a function."""
    caching: Any = import_module("numba.core.caching")  # it has types, but for few functions
    kept = caching.FunctionCache(kernel.py_func)
    # Two may be made of the same Python function, with and without threads; numba would take the
    # one for the other.
    kept._cache_file = caching.IndexDataCacheFile(
        cache_path=kept.cache_path,
        filename_base=f"{name}-kept",
        source_stamp=kept._impl.locator.get_source_stamp(),
    )
    # Nor do two processes ever write the same file.
    kept._cache_file._data_name_pattern = f"{name}-kept.{{number}}.{uuid.uuid4().hex}.nbc"
    load, save = kept.load_overload, kept.save_overload

    def load_if_whole(signature: Any, target: Any) -> Any:
        with suppress(Exception):  # damaged: it is compiled anew
            return load(signature, target)
        return None

    def save_if_possible(signature: Any, compiled: Any) -> None:
        with suppress(OSError):  # a full disk, a folder that is gone
            try:
                save(signature, compiled)
            except OSError:
                raise
            # The list of what is kept is damaged, which pickle meets with almost any exception.
            except Exception:
                kept.flush()
                save(signature, compiled)

    kept.load_overload, kept.save_overload = load_if_whole, save_if_possible
    kernel._cache = kept


@cache
def _versions() -> str:
    """Name the installed versions of all that decides the machine code, in a few letters."""
    found = [sys.version]
    for name in _DISTRIBUTIONS:
        with suppress(metadata.PackageNotFoundError):
            found.append(f"{name} {metadata.version(name)}")
    return hashlib.sha256("\n".join(found).encode()).hexdigest()[:16]
