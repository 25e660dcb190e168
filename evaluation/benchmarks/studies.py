"""The numbers of the studies, kept without what is long: each font's own, queries, phrasings.

``python -m evaluation.benchmarks.studies OUT/font.json`` reads what ``topicart bench font --out
OUT`` (or ``bench art``) has written, and writes ``results/conditional_font.json`` (or ``_art``);
with ``OUT/report.json`` of ``topicart study semantic-gap`` or ``perception`` it writes
``results/semantic-gap_NAME.json`` (``perception_NAME``), NAME being ``--collection``, and the
tables in ``docs/studies-results.md``.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evaluation.benchmarks.provenance import provenance, rounded
from evaluation.benchmarks.studies_tables import put_in_page
from knowledge_graph.atomic import write_text_atomic

RESULTS = Path(__file__).parent / "results"

_PACKAGES = ("numpy", "open_clip_torch", "pillow", "timm", "torch")
_BY_STYLE = ("by_style", "from_style")
_GROUPS = ("all", "additive", "narrative")
_LONG = (
    "failures",
    "by_class",
    "phrasings",
    "mistakes",
    "shown_spoilt",
    "file",
    "dimensions_file",
)
"""What of a study stays in its own report."""


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


def numbers_of_report(report: Mapping[str, Any], collection: str) -> dict[str, Any]:
    """Return the numbers of a study of the semantic gap or of perception, rounded.

    Parameters
    ----------
    report : mapping
        The contents of ``report.json``.
    collection : str
        What the collection is called.

    Returns
    -------
    dict
        JSON-ready; nothing that was read in a work's record but names of facets' values.
    """
    kept = {**_without_long(report), "collection": collection}
    for own in ("name", "texts", "published"):
        kept.pop(own, None)
    kept["settings"].pop("source", None)
    if "retrieval" in kept:
        kept["retrieval"] = [row for row in kept["retrieval"] if row["group"] in _GROUPS]
        kept["texts"] = {key: value for key, value in report["texts"].items() if key != "examples"}
    rounded_: dict[str, Any] = _rounded(kept)
    return rounded_


def _without_long(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_long(own) for key, own in value.items() if key not in _LONG}
    return [_without_long(own) for own in value] if isinstance(value, list) else value


def main(arguments: Sequence[str] | None = None) -> None:
    """Read a study's result and write its numbers.

    Parameters
    ----------
    arguments : sequence of str, optional
        The command line's, by default.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("study", type=Path, help="font.json, art.json or report.json of a study")
    parser.add_argument("--collection", default="", help="what to call a report's collection")
    parser.add_argument("--out", type=Path, help="where the numbers are written")
    chosen = parser.parse_args(arguments)
    result = json.loads(chosen.study.read_text(encoding="utf-8"))
    if "study" in result:
        name = f"{result['study']}_{chosen.collection or Path(result['name']).name}"
        own = numbers_of_report(result, name.partition("_")[2])
    else:
        name, own = f"conditional_{result['name']}", numbers_of(result)
    results = {**own, **provenance(name, _PACKAGES)}
    out = chosen.out or RESULTS / f"{name}.json"
    write_text_atomic(out, json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    if "study" in result and not chosen.out:
        put_in_page(results)


def _rounded(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _rounded(own) for name, own in value.items()}
    if isinstance(value, list):
        return [_rounded(own) for own in value]
    return rounded(value)


if __name__ == "__main__":
    main()
