"""A command in a process of its own: what may befall it, and what it leaves to be read."""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_CHANGES = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "shutil.rmtree")


def run(told: dict[str, Any]) -> None:
    """Run a command in this process, which is a fork, and end it.

    ``args`` is the command, ``folder`` where it runs and where ``said.txt`` takes what it says.
    What may befall it: ``kill_at`` and ``full_at`` (it is killed, or the disk is full, from the
    n-th change of a file on), ``largest`` (bytes that a file may have), ``vanishing`` (a file that
    is gone when it is opened), ``powerless`` (permissions hold, for root too).
    """
    folder = Path(told["folder"])
    os.chdir(folder)
    said = os.open("said.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(said, stream)
    if told.get("powerless"):
        _drop_capabilities()
    if told.get("largest"):
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (told["largest"], resource.RLIM_INFINITY))
    _Fate(folder, told).await_it()
    from topicart.cli import app

    try:
        app(told["args"])
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        import traceback

        traceback.print_exc()
        code = 99
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


class _Fate:
    """Counts how often a process changes the files in its folder, and does what is due then."""

    def __init__(self, folder: Path, told: dict[str, Any]) -> None:
        self._changes = 0
        self._folder = f"{folder.resolve()}{os.sep}"
        self._kill_at = told.get("kill_at", 0)
        self._full_at = told.get("full_at", 0)
        self._vanishing = told.get("vanishing")
        self._counted = told.get("counted", False)

    def await_it(self) -> None:
        """Be told of each file that is opened or changed from now on."""
        if self._kill_at or self._full_at or self._vanishing or self._counted:
            sys.addaudithook(self._hear)

    def _hear(self, event: str, args: tuple[Any, ...]) -> None:
        if event == "open" and args[0] == self._vanishing:
            self._vanishing = None
            Path(args[0]).unlink()
        writing = event == "open" and isinstance(args[2], int) and args[2] & _WRITING
        if not (writing or event in _CHANGES) or not isinstance(args[0], str | Path):
            return
        if not os.path.abspath(args[0]).startswith(self._folder):  # noqa: PTH100 - no more events
            return
        self._changes += 1
        if self._counted:
            os.ftruncate(1, 0)
            os.pwrite(1, str(self._changes).encode(), 0)
        if self._changes == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        grows = writing or event in ("os.mkdir", "os.link")
        if self._full_at and self._changes >= self._full_at and grows:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(args[0]))


def _drop_capabilities() -> None:
    """Make root a user to whom permissions apply."""
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    if ctypes.CDLL(None).capset(header, (ctypes.c_uint32 * 6)()):
        raise OSError("the system keeps this process's powers")
