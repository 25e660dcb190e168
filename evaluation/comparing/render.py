"""Write a comparison as a page and as tables."""

from __future__ import annotations

from pathlib import Path

from evaluation.comparing.compared import Comparison


def write_report(comparison: Comparison, out: Path) -> Path:
    """Write the report of a comparison.

    Parameters
    ----------
    comparison
        What to say.
    out
        The folder; made if missing. Files of an earlier report are replaced.

    Returns
    -------
    pathlib.Path
        ``index.html``: one file that needs no other, no network and no script. Beside it lie
        ``report.json``, ``tables/*.csv`` and ``tables/*.tex``.

    Raises
    ------
    knowledge_graph.errors.WriteError
        If the folder cannot be written.
    """
    raise NotImplementedError
