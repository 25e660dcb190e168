"""The numbers of the studies of conditional retrieval, kept without each font's own.

``python -m evaluation.benchmarks.studies OUT/font.json`` reads what ``topicart bench font --out
OUT`` (or ``bench art``) has written, and writes ``results/conditional_font.json`` (or ``_art``).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evaluation.benchmarks.provenance import provenance, rounded
from knowledge_graph.atomic import write_text_atomic

RESULTS = Path(__file__).parent / "results"

_PACKAGES = ("numpy", "open_clip_torch", "pillow", "timm", "torch")
_BY_STYLE = ("by_style", "from_style")


def numbers_of(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return a study's numbers, rounded; accuracies by style of the best row alone.

    Parameters
    ----------
    result : mapping
        The contents of ``font.json`` or ``art.json``.

    Returns
    -------
    dict
        JSON-ready.
    """
    best = max(result["rows"], key=lambda row: row["at_1"]["value"])
    rows = []
    for row in result["rows"]:
        told = {name: _rounded(value) for name, value in row.items() if name not in _BY_STYLE}
        if row is best:
            told |= {name: _rounded(row[name]) for name in _BY_STYLE}
        rows.append(told)
    return {**{name: _rounded(value) for name, value in result.items()}, "rows": rows}


def main(arguments: Sequence[str] | None = None) -> None:
    """Read a study's result and write its numbers.

    Parameters
    ----------
    arguments : sequence of str, optional
        The command line's, by default.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("study", type=Path, help="font.json or art.json of the study's --out")
    parser.add_argument("--out", type=Path, help="where the numbers are written")
    chosen = parser.parse_args(arguments)
    result = json.loads(chosen.study.read_text(encoding="utf-8"))
    name = f"conditional_{result['name']}"
    results = {**numbers_of(result), **provenance(name, _PACKAGES)}
    out = chosen.out or RESULTS / f"{name}.json"
    write_text_atomic(out, json.dumps(results, indent=1, ensure_ascii=False) + "\n")


def _rounded(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _rounded(own) for name, own in value.items()}
    return rounded(value)


if __name__ == "__main__":
    main()
