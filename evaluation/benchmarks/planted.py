"""The numbers of the planted-topics benchmark, kept without the single seeds.

``python -m evaluation.benchmarks.planted OUT`` reads ``OUT/planted.json``, which ``topicart bench
planted --out OUT`` has written, and writes ``results/planted.json``.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evaluation.benchmarks.provenance import provenance, rounded
from knowledge_graph.atomic import write_text_atomic

RESULTS = Path(__file__).parent / "results" / "planted.json"

_PACKAGES = ("gensim", "hdbscan", "numpy", "scikit-learn", "torch", "umap-learn")


def numbers_of(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return mean and interval of every measure, setting by setting, model by model.

    Parameters
    ----------
    result : mapping
        The contents of ``planted.json``.

    Returns
    -------
    dict
        JSON-ready.
    """
    settings: dict[str, dict[str, Any]] = {}
    for row in result["rows"]:
        own = row["setting"]
        name = f"{own['works']} works, {own['themes']} themes, {own['noise']:.0%} noise"
        settings.setdefault(name, {})[row["model"]] = {
            "error": row["error"],
            **{
                measure: {"mean": rounded(told["mean"]), "interval": rounded(told["interval"])}
                for measure, told in row["measures"].items()
            },
        }
    return {
        "encoder": result["encoder"],
        "seeds": result["seeds"],
        "about": result["about"],
        "settings": settings,
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the benchmark's result and write its numbers.

    Parameters
    ----------
    arguments : sequence of str, optional
        The command line's, by default.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("planted", type=Path, help="what the benchmark's --out was")
    parser.add_argument("--out", type=Path, default=RESULTS, help="where the numbers are written")
    chosen = parser.parse_args(arguments)
    result = json.loads((chosen.planted / "planted.json").read_text(encoding="utf-8"))
    results = {**provenance("planted", _PACKAGES), **numbers_of(result)}
    write_text_atomic(chosen.out, json.dumps(results, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
