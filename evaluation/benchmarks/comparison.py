"""The numbers of a comparison by a recipe, kept: a report has pictures that are not ours to give.

``python -m evaluation.benchmarks.comparison OUT`` reads ``OUT/report/report.json``, which
``topicart compare --recipe evaluation/recipes/wikiart-sample.toml --out OUT`` has written, and
writes what it says of each model, without works, to ``results/comparison.json``.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evaluation.benchmarks.provenance import provenance, rounded
from knowledge_graph.atomic import write_text_atomic

RESULTS = Path(__file__).parent / "results" / "comparison.json"

_PACKAGES = ("gensim", "hdbscan", "numpy", "scikit-learn", "torch", "umap-learn")
_KEPT = ("value", "interval", "baseline", "best", "level")


def numbers_of(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return the numbers of a report.

    Parameters
    ----------
    report : mapping
        The contents of ``report.json``.

    Returns
    -------
    dict
        Models with their runs and costs, and every measure of each; nothing of a work.
    """
    labels = [model["label"] for model in report["models"]]
    return {
        "works": report["n_common"],
        "models": {
            model["label"]: {
                "runs": len(model["runs"]),
                "topics": [run["n_topics"] for run in model["runs"]],
                "outliers": [run["n_outliers"] for run in model["runs"]],
                "seconds": [run["seconds"] for run in model["runs"]],
                "memory beside what was held before (MB)": [
                    run["memory_mb"] for run in model["runs"]
                ],
                "ari between seeds": (model["stability"] or {}).get("ari"),
                "errors": model["errors"],
            }
            for model in report["models"]
        },
        "measures": {
            metric["name"]: {
                "title": metric["title"],
                "judge": metric["judge"],
                "better": metric["better"],
                "not held against each other because": metric["caution"],
                "numbers": {
                    label: number and {key: rounded(number[key]) for key in _KEPT}
                    for label, number in zip(labels, metric["numbers"], strict=True)
                },
            }
            for metric in report["metrics"]
        },
        "cautions": report["cautions"],
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Read a report and write its numbers.

    Parameters
    ----------
    arguments : sequence of str, optional
        The command line's, by default.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("comparison", type=Path, help="what the recipe's --out was")
    parser.add_argument("--out", type=Path, default=RESULTS, help="where the numbers are written")
    chosen = parser.parse_args(arguments)
    report = json.loads((chosen.comparison / "report" / "report.json").read_text(encoding="utf-8"))
    results = {**provenance("comparison", _PACKAGES), **numbers_of(report)}
    write_text_atomic(chosen.out, json.dumps(results, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
