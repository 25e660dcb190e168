"""One process at a time works in a run's folder; what it holds is let go when it dies."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Concatenate, ParamSpec, Protocol, TypeVar

from knowledge_graph.atomic import make_folder, write_error
from topicart.errors import RunError

if TYPE_CHECKING:
    from filelock import BaseFileLock

__all__ = ["LOCK", "alone", "at_work", "in_use", "is_held", "let_go", "require_free", "try_lock"]

LOCK = ".lock"
"""Held by the process that works in the folder. One that is killed leaves it, held by nobody."""
_MOMENT_S = 0.3
"""Longer than another process holds a file only to see whether somebody does."""
_WORKER = ".lock-worker-"
_NO_LOCKS_HERE = (errno.ENOSYS, errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP)

_holds: dict[tuple[int, Path], int] = {}
"""How often this process (a fork is another) has asked for a folder that it has."""

_P = ParamSpec("_P")
_T = TypeVar("_T")


class _HasFolder(Protocol):
    @property
    def folder(self) -> Path: ...


_Run = TypeVar("_Run", bound=_HasFolder)


@contextmanager
def in_use(folder: Path, *, among_workers: bool = False, wait_s: float = 600.0) -> Iterator[None]:
    """Keep other processes from working in a folder.

    The system lets go of it when the process ends, however it ends. Where the disk knows no locks
    (some network drives) nobody is kept out.

    Parameters
    ----------
    folder : Path
        A run's or an adapter's; made if it is not there. A process that has it may ask again.
    among_workers : bool
        Wait for the folder and share it with those of :func:`at_work`, as one of them.
    wait_s : float
        How long to wait then.

    Yields
    ------
    None
        While nobody else is in the folder.

    Raises
    ------
    RunError
        If another process is.
    WriteError
        If nothing may be written there.
    """
    make_folder(folder)
    mine = (os.getpid(), folder.resolve())
    if mine in _holds:
        _holds[mine] += 1
        try:
            yield
        finally:
            _holds[mine] -= 1
        return
    lock = try_lock(folder / LOCK, wait_s=wait_s if among_workers else _MOMENT_S)
    if lock is None:
        raise _taken(folder, folder / LOCK)
    try:
        if not among_workers:
            for worker in folder.glob(f"{_WORKER}*"):
                if is_held(worker):
                    raise _taken(folder, worker)
        _holds[mine] = 1
        try:
            yield
        finally:
            del _holds[mine]
    finally:
        let_go(lock)


@contextmanager
def at_work(folder: Path, number: int) -> Iterator[Callable[[], bool]]:
    """Work in a folder as one of several processes that were started together.

    To be entered within ``in_use(folder, among_workers=True)`` and left outside of it.

    Parameters
    ----------
    folder : Path
        A run's.
    number : int
        Which of them this one is.

    Yields
    ------
    callable
        Says whether another of them is at work.

    Raises
    ------
    RunError
        If a process of that number is: it was started by somebody else.
    """
    own = folder / f"{_WORKER}{number}"
    lock = try_lock(own, wait_s=_MOMENT_S)
    if lock is None:
        raise _taken(folder, own)
    try:
        yield lambda: any(is_held(file) for file in folder.glob(f"{_WORKER}*") if file != own)
    finally:
        let_go(lock)


def alone(
    function: Callable[Concatenate[_Run, _P], _T],
) -> Callable[Concatenate[_Run, _P], _T]:
    """Have a function that writes into a run keep other processes out of it meanwhile.

    Parameters
    ----------
    function : callable
        Takes the run first.

    Returns
    -------
    callable
        The same; it raises RunError if another process works in the run.
    """

    @wraps(function)
    def _within(run: _Run, /, *args: _P.args, **kwargs: _P.kwargs) -> _T:
        with in_use(run.folder):
            return function(run, *args, **kwargs)

    return _within


def try_lock(file: Path, *, wait_s: float = 0.0) -> BaseFileLock | None:
    """Take hold of a file.

    Parameters
    ----------
    file : Path
        Made if it is not there; its folder must be. It tells who has it.
    wait_s : float
        How long to wait for it.

    Returns
    -------
    BaseFileLock or None
        To be released; ``None`` if another process has it.

    Raises
    ------
    WriteError
        If nothing may be written there.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(file, timeout=wait_s, thread_local=False, fallback_to_soft=False)
    try:
        lock.acquire()
    except Timeout:
        return None
    except (OSError, NotImplementedError) as error:
        if isinstance(error, NotImplementedError) or error.errno in _NO_LOCKS_HERE:
            return lock
        raise write_error(file, error) from error
    # Not beside it and renamed: another file would not be the one that is held.
    with suppress(OSError), file.open("w", encoding="utf-8") as told:
        told.write(f"process {os.getpid()} on {socket.gethostname()}")
    return lock


def require_free(folder: Path) -> None:
    """Refuse a folder that another process works in, without taking it.

    Parameters
    ----------
    folder : Path
        A run's or an adapter's; it need not be there.

    Raises
    ------
    RunError
        If another process works in it at this moment.
    """
    lock = folder / LOCK
    if (os.getpid(), folder.resolve()) not in _holds and lock.is_file() and is_held(lock):
        raise _taken(folder, lock)


def let_go(lock: BaseFileLock) -> None:
    """Release a file, and remove it.

    Parameters
    ----------
    lock : BaseFileLock
        As :func:`try_lock` gave it.
    """
    # While it is held: who waits for it sees that it is gone, and makes it anew.
    with suppress(OSError):  # Windows removes none that is open
        Path(lock.lock_file).unlink()
    lock.release()


def is_held(file: Path) -> bool:
    """Say whether another process holds a file.

    Parameters
    ----------
    file : Path
        A lock.

    Returns
    -------
    bool
        Not where it is let go within a moment.
    """
    lock = try_lock(file, wait_s=_MOMENT_S)  # another process may only be asking, too
    if lock is not None:
        let_go(lock)
    return lock is None


def _taken(folder: Path, lock: Path) -> RunError:
    """Say who has a folder, as far as that can be read."""
    try:
        who = lock.read_text(encoding="utf-8").strip()[:200]
    except (OSError, ValueError):  # Windows lets nobody read what is held
        who = ""
    return RunError(
        f"{folder} is in use by {who or 'another process'}. Wait until it has ended, or name "
        "another folder."
    )
