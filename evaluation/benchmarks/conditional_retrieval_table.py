"""The results of conditional search as tables of a page: who is fastest where, and who misses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from evaluation.benchmarks.conditional_retrieval_works import SHARES

__all__ = ["put_in_page", "speed_tables"]

PAGE = Path(__file__).parents[2] / "docs" / "connections.md"
_BEGIN, _END = "<!-- speed: written by the benchmark -->", "<!-- end of speed -->"
_COLUMNS = {
    "product": "bare product",
    "index": "index",
    "index16": "float16",
    "tree": "tree",
    "numpy": "numpy",
    "flat": "faiss Flat",
    "hnsw": "faiss HNSW",
}
_AT_ONCE, _ALONE = "at once (ms a query)", "one by one (ms)"


def speed_tables(results: dict[str, Any]) -> str:
    """Write the results down.

    Parameters
    ----------
    results : dict
        As ``results/conditional_retrieval.json`` holds them.

    Returns
    -------
    str
        Markdown: all sizes with all queries at once, then 100,000 works one query after another.
        Of those who miss nothing the fastest is bold; a recall below 1 stands in brackets.
    """
    parts = []
    if "note" in results:
        parts.append(f"*{results['note']}*")
    parts.append(
        f"Milliseconds a query, {results['queries']} asked at once, {results['k']} works each, on "
        f"{results['machine']['processors']} processors:"
    )
    parts.append(_table(results["works"], _AT_ONCE))
    alone = {name: own for name, own in results["works"].items() if name.startswith("100000 ")}
    if alone:
        parts += ["Milliseconds a query, one after another:", _table(alone, _ALONE)]
    if "memory" in results:
        told = results["memory"]
        parts.append(
            f"{told['works']:,} works of {told['dimensions']} dimensions in {told['storage']}, a "
            f"hundredth of them allowed: {told['new condition (ms)']:g} ms for the first question "
            f"under a condition, {told['median (ms)']:g} ms for later ones, at most "
            f"{told['peak (MB)']:,} MB. Opening it took {told['open (s)']:g} s, the very first "
            f"question, which indexes the facet, {told['first (ms)']:g} ms."
        )
    return "\n\n".join(parts)


def put_in_page(results: dict[str, Any], page: Path = PAGE) -> None:
    """Write the tables into the page that shows them.

    Parameters
    ----------
    results : dict
        As for :func:`speed_tables`.
    page : Path
        It has a place for them between two comments.
    """
    text = page.read_text(encoding="utf-8")
    before, rest = text.split(_BEGIN, 1)
    _, after = rest.split(_END, 1)
    whole = f"{before}{_BEGIN}\n\n{speed_tables(results)}\n\n{_END}{after}"
    page.write_text(whole, encoding="utf-8")


def _table(works: dict[str, Any], key: str) -> str:
    lines = [
        "| works | dim | allowed | " + " | ".join(_COLUMNS.values()) + " |",
        "|---" * (3 + len(_COLUMNS)) + "|",
    ]
    sizes = {tuple(map(int, name.split(" x "))): arms for name, arms in works.items()}
    for (n, dim), arms in sorted(sizes.items(), key=lambda size: size[0]):
        for condition, share in SHARES.items():
            asked = condition if share == 1 else f"{condition} scattered"
            told = {arm: arms[arm].get("by condition", {}).get(asked, {}) for arm in _COLUMNS}
            exact = [own[key] for own in told.values() if own.get("recall") == 1]
            cells = [_cell(own, key, min(exact, default=0.0)) for own in told.values()]
            allowed = "all" if share == 1 else f"{100 * share:g} %"
            lines.append(f"| {n:,} | {dim} | {allowed} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(told: dict[str, Any], key: str, best: float) -> str:
    if key not in told:
        return "–"
    spent, recall = told[key], told.get("recall")
    shown = f"{spent:.3g}"
    if recall is None:
        return shown
    if recall < 1:
        return f"{shown} ({f'{min(recall, 0.999):.3f}'.rstrip('0')})"
    return f"**{shown}**" if spent == best else shown
