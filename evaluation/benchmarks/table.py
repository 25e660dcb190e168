"""The results of the benchmarks as a table: of the page in the docs, and of a terminal.

``python -m evaluation.benchmarks.table`` writes the page's table anew from the files of results.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluation.benchmarks.registry import SUMMARIES, find_benchmark
from evaluation.benchmarks.runner import RESULTS, keep_results, results_file
from knowledge_graph.atomic import write_text_atomic

if TYPE_CHECKING:
    from rich.table import Table

    from evaluation.benchmarks.benchmark import Row

__all__ = ["PAGE", "keep", "page_table", "put_in_page", "ratios_table"]

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
_BEGIN, _END = "<!-- table: written by the benchmarks -->", "<!-- end of table -->"
_MET = {True: "met", False: "missed", None: ""}
_HEADS = ("what", "topicart", "beside", "ratio", "asked", "")


def page_table(folder: Path = RESULTS) -> str:
    """Write the results of every benchmark that has some down.

    Parameters
    ----------
    folder
        The files of results.

    Returns
    -------
    str
        Markdown: for each file a heading, its table, and with what it was measured.
    """
    parts = []
    for name in SUMMARIES:
        stem = name.replace("-", "_")
        for file in (folder / f"{stem}.json", folder / f"{stem}_cuda.json"):
            if file.is_file():
                results = json.loads(file.read_text(encoding="utf-8"))
                parts.append(_section(name, file.name, results))
    return "\n\n".join(parts)


def keep(
    name: str, results: Mapping[str, Any], out: Path | None, *, published: bool
) -> Path | None:
    """Keep results where they belong.

    Parameters
    ----------
    name
        The benchmark's.
    results
        What it measured.
    out
        A folder; by default that of the docs, whose page is then written anew.
    published
        Whether it was measured as the published results are; if not, they stay as they are.

    Returns
    -------
    Path or None
        The file, if one was written.
    """
    if out is None and not (published and PAGE.is_file()):
        return None
    file = results_file(name, results["device"], out or RESULTS)
    keep_results(results, file)
    if out is None:
        put_in_page()
        if show := find_benchmark(name).show:
            show(results)
    return file


def put_in_page(page: Path = PAGE, folder: Path = RESULTS) -> None:
    """Write the table into the page that shows it.

    Parameters
    ----------
    page
        It has a place for the table between two comments.
    folder
        The files of results.
    """
    before, rest = page.read_text(encoding="utf-8").split(_BEGIN, 1)
    _, after = rest.split(_END, 1)
    write_text_atomic(page, f"{before}{_BEGIN}\n\n{page_table(folder)}\n\n{_END}{after}")


def ratios_table(name: str, results: Mapping[str, Any]) -> Table:
    """Lay one benchmark's results out for a terminal.

    Parameters
    ----------
    name
        The benchmark's.
    results
        What it measured.

    Returns
    -------
    rich.table.Table
        A line for each row.
    """
    from rich.table import Table

    table = Table(title=SUMMARIES[name], title_justify="left", title_style="")
    for head in _HEADS:
        table.add_column(head, overflow="fold")
    for row in find_benchmark(name).rows(results):
        table.add_row(*_cells(row), style="red" if row.met is False else "")
    return table


def _section(name: str, file: str, results: Mapping[str, Any]) -> str:
    machine = results["machine"]
    device = f", {machine['device']}" if "device" in machine else ""
    versions = ", ".join(f"{package} {version}" for package, version in results["versions"].items())
    rows: Sequence[Row] = find_benchmark(name).rows(results)
    lines = [
        f"### {name}",
        "",
        SUMMARIES[name],
        "",
        f"| {' | '.join(_HEADS)} |",
        "|---" * len(_HEADS) + "|",
        *(f"| {' | '.join(_cells(row))} |" for row in rows),
        "",
        f"[{file}](../evaluation/benchmarks/results/{file}), {results['date']}, "
        f"{machine['processors']} processors{device}; {versions}.",
    ]
    return "\n".join(lines)


def _cells(row: Row) -> tuple[str, ...]:
    return row.what, row.ours, row.beside, row.ratio, row.asked, _MET[row.met]


if __name__ == "__main__":
    put_in_page()
