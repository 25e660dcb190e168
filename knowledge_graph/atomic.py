"""Write files so that a crash leaves the old one or the new one, never half of one."""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import socket
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from knowledge_graph.errors import WriteError

__all__ = [
    "link_or_copy",
    "make_folder",
    "remove",
    "remove_leftovers",
    "replacing",
    "write_bytes_atomic",
    "write_error",
    "write_text_atomic",
]

_HERE = f"{zlib.crc32(socket.gethostname().encode()):08x}"
"""Stands for this machine: a folder may be shared with others, whose processes are unknown here."""
_LEFTOVER = re.compile(r"\..+\.(?P<machine>[0-9a-f]{8})-(?P<pid>\d+)-[0-9a-f]{8}\.tmp")
_DAY_S = 86_400.0


def write_bytes_atomic(path: Path, data: bytes) -> None:
    """Write bytes to a file, atomically and durably.

    Parameters
    ----------
    path : Path
        The file; its folder must exist. An existing file is replaced.
    data : bytes
        The whole content.

    Raises
    ------
    WriteError
        If the disk is full, read-only, or the folder may not be written. The file is then as
        it was before.
    """
    with replacing(path) as beside:
        beside.write_bytes(data)


def write_text_atomic(path: Path, text: str) -> None:
    """Write UTF-8 text to a file, atomically and durably, as it stands: line ends are not changed.

    Parameters
    ----------
    path : Path
        The file; its folder must exist. An existing file is replaced.
    text : str
        The whole content.

    Raises
    ------
    WriteError
        As :func:`write_bytes_atomic`.
    """
    write_bytes_atomic(path, text.encode("utf-8"))


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give the name of a file beside ``path`` to write to; it takes ``path``'s place at the end.

    For writers that want a file name (Parquet, for example). On leaving the block the file is
    flushed to the disk and renamed; if the block raises, the file beside is removed.

    Parameters
    ----------
    path : Path
        The file to write or replace; its folder must exist.

    Yields
    ------
    Path
        A fresh name in the same folder, hence on the same file system.

    Raises
    ------
    WriteError
        If writing, flushing or renaming fails.
    """
    beside = path.with_name(f".{path.name}.{_HERE}-{os.getpid()}-{secrets.token_hex(4)}.tmp")
    try:
        yield beside
        _flush(beside)
        beside.replace(path)
        _flush_folder(path.parent)
    except BaseException as error:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise write_error(path, error) from error
        raise


def link_or_copy(file: Path, to: Path) -> None:
    """Give a file a second name, or copy it where the disk knows none.

    Only for files that are replaced and never written into: else both names would change.

    Parameters
    ----------
    file : Path
        The file.
    to : Path
        Its second name; one that is there already is left as it is.

    Raises
    ------
    WriteError
        If it cannot be copied either.
    """
    if to.exists():
        return
    try:
        os.link(file, to)
    except OSError:  # another disk, or one without hard links
        with replacing(to) as beside:
            shutil.copyfile(file, beside)


def make_folder(path: Path) -> None:
    """Create a folder and its parents where they are missing.

    Parameters
    ----------
    path : Path
        The folder.

    Raises
    ------
    WriteError
        If it cannot be created, or a file stands in its place.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise write_error(path, error) from error


def remove(path: Path) -> None:
    """Remove a file, or a folder with all that is in it, if it is there.

    Parameters
    ----------
    path : Path
        The file or folder.

    Raises
    ------
    WriteError
        If it may not be removed.
    """
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise write_error(path, error) from error


def remove_leftovers(folder: Path, *, deep: bool = False) -> None:
    """Remove what processes that were killed while writing left in a folder.

    Files of processes that still run on this machine stay, and those of other machines for a day.

    Parameters
    ----------
    folder : Path
        The folder.
    deep : bool
        Whether the folders in it are searched, too.
    """
    for entry in folder.rglob(".*.tmp") if deep else folder.glob(".*.tmp"):
        match = _LEFTOVER.fullmatch(entry.name)
        # Two processes may tidy one folder at once; whoever is second finds nothing.
        with suppress(OSError):
            if match and not _may_be_written(entry, match["machine"], int(match["pid"])):
                entry.unlink()


def _may_be_written(file: Path, machine: str, pid: int) -> bool:
    """Whether the process that began a file may still be at it."""
    if machine == _HERE:
        return _runs(pid)
    return time.time() - file.stat().st_mtime < _DAY_S


def _runs(pid: int) -> bool:
    """Whether another process of that number runs here."""
    if pid == os.getpid() or os.name == "nt":  # on Windows os.kill(pid, 0) ends the process
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def _flush(file: Path) -> None:
    """Have the system put a file's content on the disk."""
    # Windows flushes only what is open for writing.
    with file.open("rb+") as handle:
        os.fsync(handle.fileno())


def _flush_folder(folder: Path) -> None:
    """Have the system put a folder's entries on the disk: a rename is one of them."""
    if os.name == "nt":  # Windows opens no folders
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_error(path: Path, error: OSError) -> WriteError:
    """Say in plain words why a path could not be written and what to do.

    Parameters
    ----------
    path : Path
        What was to be written.
    error : OSError
        What the system says.

    Returns
    -------
    WriteError
        To be raised.
    """
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        reason = "the disk is full. Free some space, or choose a folder on another disk"
    elif error.errno == errno.EROFS:
        reason = "the file system is read-only. Choose a folder that can be written"
    elif error.errno in (errno.EACCES, errno.EPERM):
        reason = (
            "this user has no permission to write there. Choose another folder, or change its "
            "permissions"
        )
    elif error.errno in (errno.EEXIST, errno.ENOTDIR):
        reason = "a file stands where a folder is needed. Choose another folder, or move the file"
    elif error.errno == errno.EISDIR:
        reason = "a folder stands where a file is needed. Give another name, or move the folder"
    elif error.errno == errno.ENOENT:
        reason = f"there is no folder {path.parent}. Make it, or choose another"
    else:
        reason = f"{error.strerror or error}. Check that the folder exists and can be written"
    return WriteError(
        f"Cannot write {path}: {reason}, then run the same command again; what was finished "
        "before is kept."
    )
