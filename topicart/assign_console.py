"""Assigned works in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from knowledge_graph import printable

if TYPE_CHECKING:
    import pyarrow as pa
    from rich.table import Table

__all__ = ["assigned_line", "assigned_table"]

_SHOWN = 20


def assigned_table(works: pa.Table) -> Table:
    """Lay out where works belong.

    Parameters
    ----------
    works
        As :meth:`topicart.newcomers.AssignedWorks.table` gives them.

    Returns
    -------
    rich.table.Table
        The first twenty; a work in no theme is shown with the nearest in brackets.
    """
    from rich.table import Table
    from rich.text import Text

    table = Table("Work", "Theme", "Probability", "Cosine", box=None, pad_edge=False)
    for column in table.columns[2:]:
        column.justify = "right"
    for row in works.slice(0, _SHOWN).to_pylist():
        named = row["topic"] >= 0
        theme = (
            f"{row['topic']} {row['label']}"
            if named
            else f"({row['nearest']} {row['nearest_label']})"
        )
        if row["nearest"] < 0:
            theme = "none"
        sure = f"{row['probability']:.2f}" if named else "none"
        cells = (row["id"], theme, sure, f"{row['cosine']:.2f}")
        table.add_row(*(Text(printable(cell)) for cell in cells))
    return table


def assigned_line(works: pa.Table, unread: int) -> str:
    """Say in a sentence how many works belong where.

    Parameters
    ----------
    works
        As for :func:`assigned_table`.
    unread
        Pictures and rows that could not be read.

    Returns
    -------
    str
        For the end of what is printed.
    """
    import pyarrow.compute as pc

    inside = works.filter(pc.greater_equal(works["topic"], 0))
    themes = len(pc.unique(inside["topic"]))
    line = (
        f"{len(inside):,} of {len(works):,} works are in {themes:,} themes, "
        f"{len(works) - len(inside):,} in none (the nearest is in brackets)."
    )
    return line + (f" {unread:,} problems: --json tells them." if unread else "")
