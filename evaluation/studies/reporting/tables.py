"""A study as CSV for machines, and its tables as LaTeX for papers."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from evaluation.comparing.tables import escape_latex
from evaluation.studies.estimate import Estimate
from evaluation.studies.perception.result import Perception
from evaluation.studies.reporting.parts import Chapter
from evaluation.studies.semantic_gap.result import SemanticGap
from knowledge_graph import printable
from knowledge_graph.atomic import make_folder, write_text_atomic

__all__ = ["csv_rows", "write_tables"]

_WITHIN = ("by_class", "phrasings", "by_strength", "moved", "instead")
"""Parts of a row that are tables of their own."""


def write_tables(
    result: SemanticGap | Perception, chapters: Sequence[Chapter], folder: Path
) -> None:
    """Write all tables.

    Parameters
    ----------
    result
        What the study says.
    chapters
        The page's chapters, whose tables become LaTeX.
    folder
        Made if missing: a ``.csv`` for each part of the result that is a list, a row an entry, with
        ``_low``, ``_high``, ``_chance`` and ``_n`` beside each number; a ``.tex`` for each table of
        the page.
    """
    make_folder(folder)
    for field in fields(result):
        entries = getattr(result, field.name)
        if isinstance(entries, tuple) and entries and is_dataclass(entries[0]):
            write_text_atomic(folder / f"{field.name}.csv", _csv(map(csv_rows, entries)))
            for part in _WITHIN:
                rows = [row for entry in entries for row in _inner(entry, part)]
                if rows:
                    write_text_atomic(folder / f"{field.name}_{part}.csv", _csv(rows))
    for chapter in chapters:
        for table in chapter.tables:
            if table.rows:
                text = _latex(table.title, table.head, table.rows)
                write_text_atomic(folder / f"{table.name}.tex", text)


def csv_rows(entry: Any) -> dict[str, Any]:
    """Flatten an entry into one row.

    Parameters
    ----------
    entry
        A dataclass.

    Returns
    -------
    dict
        Column to value.
    """
    row: dict[str, Any] = {}
    for field in fields(entry):
        if field.name not in _WITHIN:
            row.update(_columns(field.name, getattr(entry, field.name)))
    return row


def _columns(name: str, value: Any) -> dict[str, Any]:
    if isinstance(value, Estimate):
        low, high = value.interval or (None, None)
        return {
            name: value.value,
            f"{name}_low": low,
            f"{name}_high": high,
            f"{name}_chance": value.chance,
            f"{name}_n": value.n,
        }
    if isinstance(value, Mapping):
        columns: dict[str, Any] = {}
        for key, own in value.items():
            columns.update(_columns(f"{name}.{key}", own))
        return columns
    if isinstance(value, (list, tuple)):
        return {name: " | ".join(map(str, value))}
    return {name: value}


def _inner(entry: Any, part: str) -> Iterable[dict[str, Any]]:
    about = {
        name: getattr(entry, name)
        for name in ("model", "dimension", "facet", "deformation", "work", "gallery")
        if hasattr(entry, name)
    }
    for own in getattr(entry, part, ()):
        if is_dataclass(own):
            yield {**about, **{f"{part}_{k}" if k in about else k: v
                               for k, v in csv_rows(own).items()}}  # fmt: skip
        else:
            yield {**about, "strength": own[0], part: own[1]}


def _csv(rows: Iterable[Mapping[str, Any]]) -> str:
    told = list(rows)
    columns = dict.fromkeys(name for row in told for name in row)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([printable(name) for name in columns])
    for row in told:
        writer.writerow([_plain(row.get(name)) for name in columns])
    return text.getvalue()


def _plain(value: Any) -> Any:
    """Return a value as a spreadsheet takes it: no control characters, and no formula."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        line = printable(value)
        return f"'{line}" if line[:1] in {"=", "+", "-", "@"} else line
    return value


def _latex(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [
        "% Made by topicart. Needs \\usepackage{booktabs}.",
        "\\begin{table}",
        f"\\caption{{{escape_latex(title)}}}",
        f"\\begin{{tabular}}{{{'l' * len(head)}}}",
        "\\toprule",
        " & ".join(map(escape_latex, head)) + r" \\",
        "\\midrule",
        *(
            " & ".join(escape_latex(cell.replace("\n", ", ")) for cell in row) + r" \\"
            for row in rows
        ),
        "\\bottomrule",
        "\\end{tabular}",
        "\\end{table}",
    ]
    return "\n".join(lines) + "\n"
