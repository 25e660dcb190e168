"""Where a study may be written: nobody's files are replaced by it."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from knowledge_graph.atomic import remove_leftovers
from topicart.errors import StudyError

__all__ = ["DATA", "SEEN", "require_usable"]

DATA = "report.json"
"""The study as data; by it a folder is known to hold one."""

SEEN = "seen"
"""Folder of what models made of pictures, beside the study: an interrupted one goes on."""


def require_usable(out: Path, study: str) -> None:
    """Refuse a place that cannot become a study's, before any long work.

    Parameters
    ----------
    out
        The folder; it need not be there.
    study
        ``semantic-gap`` or ``perception``.

    Raises
    ------
    StudyError
        If it is a file, or a folder with something in it that is neither such a study nor one
        that was interrupted.
    """
    if out.exists() and not out.is_dir():
        raise StudyError(f"--out {out} is a file. Name a folder that is new or holds such a study.")
    if not out.is_dir() or _study_of(out / DATA) == study:
        return
    remove_leftovers(out)
    others = sorted(
        path.name for path in out.iterdir() if path.name != SEEN and not path.name.startswith(".")
    )
    if others:
        raise StudyError(
            f"--out {out} holds {others[0]!r} and no study “{study}”. Name a new folder; nothing "
            "that is not such a study is ever replaced."
        )


def _study_of(path: Path) -> str | None:
    with suppress(OSError, ValueError, RecursionError):
        told = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(told, dict) and isinstance(told.get("study"), str):
            return str(told["study"])
    return None
