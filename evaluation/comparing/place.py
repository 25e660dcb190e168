"""Where a report may be written: nobody's files are replaced by it."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from evaluation.comparing.errors import ComparisonError
from knowledge_graph.atomic import remove_leftovers

DATA = "report.json"
"""The report as data; by it a folder is known to hold a report."""

_TOLD = {"models", "metrics", "matchings", "n_common"}
"""What no other ``report.json`` says."""


def require_usable(out: Path) -> None:
    """Refuse a place that cannot become a report, before any long work.

    Parameters
    ----------
    out
        The folder; it need not be there.

    Raises
    ------
    ComparisonError
        If it is a file, or a folder with something in it that is no report of a comparison.
    """
    if out.exists() and not out.is_dir():
        raise ComparisonError(
            f"--out {out} is a file. Name a folder that is new or holds such a report."
        )
    if not out.is_dir() or _is_report(out / DATA):
        return
    remove_leftovers(out)
    if any(not path.name.startswith(".") for path in out.iterdir()):
        raise ComparisonError(
            f"--out {out} is not empty and holds no report of a comparison. Name a new folder; "
            "nothing that is not such a report is ever replaced."
        )


def _is_report(path: Path) -> bool:
    with suppress(OSError, ValueError, RecursionError):
        told = json.loads(path.read_text(encoding="utf-8"))
        return isinstance(told, dict) and told.keys() >= _TOLD
    return False
