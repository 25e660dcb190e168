"""How fast the nearest works under a condition are found, and who finds all of them.

``python -m evaluation.benchmarks.conditional_retrieval`` invents 10,000, 100,000 and 1,000,000
works in 3, 16, 64 and 512 dimensions, and asks for the ten nearest of all, of a tenth, a hundredth
and a thousandth of them: 200 queries at once, and one after another. Beside our index and our tree
stand the bare matrix product over the allowed rows, filtered brute force in numpy, and faiss
(extra ``[bench]``). It wants hours and a machine that does nothing else. ``python -m`` writes
``results/conditional_retrieval.json`` after each size and goes on where it was cut; ``topicart
bench`` measures all in one go.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from evaluation.benchmarks.benchmark import Benchmark, Options, Row
from evaluation.benchmarks.conditional_retrieval_arms import ARMS, Built, K, have_faiss
from evaluation.benchmarks.conditional_retrieval_memory import memory_of_a_million
from evaluation.benchmarks.conditional_retrieval_table import put_in_page
from evaluation.benchmarks.conditional_retrieval_works import Invented, invent
from evaluation.benchmarks.provenance import provenance
from evaluation.benchmarks.registry import SUMMARIES
from knowledge_graph.atomic import write_text_atomic

if TYPE_CHECKING:
    from topicart.fit import Progress

RESULTS = Path(__file__).parent / "results" / "conditional_retrieval.json"
SIZES, DIMENSIONS = (10_000, 100_000, 1_000_000), (3, 16, 64, 512)
QUERIES = 200

_ROUNDS = 5
_PATIENCE_S = 4.0
"""Seconds after which no further round, or no further single query, is begun."""


def measure(
    sizes: Sequence[int],
    dimensions: Sequence[int],
    queries: int,
    out: Path,
    *,
    again: bool = False,
    note: str = "",
) -> dict[str, Any]:
    """Time everyone on works of each size, and write what is found after each.

    Parameters
    ----------
    sizes, dimensions : sequence of int
        How many works, of how many dimensions: each with each.
    queries : int
        How many queries are asked at once.
    out : Path
        Where results stand; sizes that it has are not measured again.
    again : bool
        Whether they are.
    note : str
        What a reader of the figures must know.

    Returns
    -------
    dict
        What the file holds.
    """
    packages = ("numpy", "numba", "scipy", *(["faiss-cpu"] if have_faiss() else []))
    head = {**provenance("conditional_retrieval", packages), "k": K, "queries": queries}
    if note:
        head["note"] = note
    found = _kept(out, head) if not again else {}
    found = {**head, "arms": {name: arm.shown for name, arm in ARMS.items()}, **found}
    measured: dict[str, Any] = found.setdefault("works", {})
    _compile()
    for n in sizes:
        for dim in dimensions:
            name = f"{n} x {dim}"
            if name in measured:
                _say(f"{name} is there")
                continue
            measured[name] = _all_arms(invent(n, dim, queries))
            write_text_atomic(out, json.dumps(found, indent=1) + "\n")
            gc.collect()
    return found


def _compile() -> None:
    """Let everyone search once among few works: what compiles itself at first does so here."""
    works = invent(1000, 8, 40)
    for arm in ARMS.values():
        if have_faiss() or not arm.needs_faiss:
            built = arm.build(works)
            built.seek(works.queries, "tenth near")
            built.seek(works.queries[:1], "tenth near")


def _kept(out: Path, head: dict[str, Any]) -> dict[str, Any]:
    """Read what an earlier pass of the same machine, versions and queries has measured."""
    if not out.is_file():
        return {}
    earlier = json.loads(out.read_text(encoding="utf-8"))
    same = ("machine", "versions", "k", "queries", "note")
    if any(earlier.get(key) != head.get(key) for key in same):
        _say(f"{out.name} was measured otherwise: all is measured anew")
        return {}
    return {key: earlier[key] for key in ("works", "memory") if key in earlier}


def _all_arms(works: Invented) -> dict[str, Any]:
    """Time everyone under each condition, one after another within a condition."""
    n, dim = works.vectors.shape
    least = {condition: _least(works, condition) for condition in works.allowed}
    told: dict[str, Any] = {}
    for name, arm in ARMS.items():
        _say(f"{n:,} x {dim}: {arm.shown}")
        if arm.needs_faiss and not have_faiss():
            told[name] = {"left out": "faiss is not installed (extra [bench])"}
            continue
        began = time.perf_counter()
        built = arm.build(works)
        told[name] = {
            "build_s": round(time.perf_counter() - began, 3),
            "by condition": {
                condition: _one(built, works, condition, least[condition])
                for condition in works.allowed
            },
        }
        del built
        gc.collect()
    return told


def _one(
    built: Built, works: Invented, condition: str, least: NDArray[np.float64]
) -> dict[str, Any]:
    """Time one under one condition."""
    asked = works.queries
    began = time.perf_counter()
    built.seek(asked[:1], condition)
    first = time.perf_counter() - began
    rows = built.seek(asked, condition)
    at_once = _spent(lambda _: built.seek(asked, condition), range(_ROUNDS))
    single = _spent(lambda at: built.seek(asked[at : at + 1], condition), range(len(asked)))
    told: dict[str, Any] = {
        "at once (ms a query)": _ms(min(at_once) / len(asked)),
        "one by one (ms)": _ms(float(np.median(single))),
        "first (ms)": _ms(first),
    }
    if rows.shape[1]:
        told["recall"] = round(_recall(works, rows, least, len(works.allowed[condition])), 4)
    return {**told, **built.told(condition)}


def _spent(ask: Any, turns: Iterable[int]) -> list[float]:
    spent: list[float] = []
    for turn in turns:
        began = time.perf_counter()
        ask(turn)
        spent.append(time.perf_counter() - began)
        if sum(spent) > _PATIENCE_S:
            break
    return spent


def _ms(seconds: float) -> float:
    return float(f"{1000 * seconds:.3g}")


def _least(works: Invented, condition: str) -> NDArray[np.float64]:
    """Find the score of the last work that belongs to the nearest, in float64, for each query."""
    rows = works.allowed[condition]
    queries = works.queries.astype(np.float64)
    best = np.full((len(queries), K), -np.inf)
    for first in range(0, len(rows), 32_768):
        own = rows[first : first + 32_768]
        scores = np.hstack([best, queries @ works.vectors[own].astype(np.float64).T])
        best = np.partition(scores, -K, axis=1)[:, -K:]
    least: NDArray[np.float64] = best.min(axis=1)
    return least


def _recall(
    works: Invented, rows: NDArray[np.intp], least: NDArray[np.float64], allowed: int
) -> float:
    """Tell which share of the nearest was found; a work as near as the last one counts."""
    scores = np.einsum(
        "qd,qkd->qk", works.queries.astype(np.float64), works.vectors[rows].astype(np.float64)
    )
    # Works that float32 cannot tell apart may stand for each other. What is stored in half the
    # bytes is ranked as rounded there, which is more: its recall is told as it is.
    near = (scores >= least[:, None] - 1e-6) & (rows >= 0)
    return float(near.sum(axis=1).mean() / min(K, allowed))


def _say(told: str) -> None:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {told}\n")


def _measured(options: Options, progress: Progress) -> dict[str, Any]:
    progress.stage("search")
    sizes = SIZES if options.works is None else (options.works,)
    found = measure(sizes, DIMENSIONS, QUERIES, options.folder / "so-far.json")
    return found if options.works else found | {"memory": memory_of_a_million()}


def _rows(results: Mapping[str, Any]) -> list[Row]:
    rows = []
    sizes = {tuple(map(int, name.split(" x "))): arms for name, arms in results["works"].items()}
    for (n, dim), arms in sorted(sizes.items(), key=lambda size: size[0]):
        condition = "hundredth scattered"
        ours, theirs = (
            arms[arm].get("by condition", {}).get(condition) for arm in ("index", "flat")
        )
        key = "at once (ms a query)"
        if ours and theirs:
            rows.append(
                Row(
                    f"a hundredth of {n:,} works of {dim} dimensions",
                    f"{ours[key]:g} ms",
                    f"{theirs[key]:g} ms (faiss Flat)",
                    f"{ours[key] / theirs[key]:.2f}",
                )
            )
    return rows


BENCHMARK = Benchmark(
    name="conditional-retrieval",
    summary=SUMMARIES["conditional-retrieval"],
    measure=_measured,
    rows=_rows,
    packages=("numpy", "numba", "scipy", "faiss-cpu"),
    show=lambda results: put_in_page(dict(results)),
)


def main() -> None:
    """Measure, write and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="10,000 and 100,000 works only")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--dimensions", type=int, nargs="+", default=DIMENSIONS)
    parser.add_argument("--queries", type=int, default=QUERIES)
    parser.add_argument("--again", action="store_true", help="also what was measured already")
    parser.add_argument("--no-memory", action="store_true", help="not a million works in float16")
    parser.add_argument("--note", default="", help="what a reader of the figures must know")
    parser.add_argument("--page", action="store_true", help="put what is there into docs/, and end")
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    if options.page:
        put_in_page(json.loads(options.out.read_text(encoding="utf-8")))
        return
    sizes = SIZES[:2] if options.quick else options.sizes
    asked = (sizes, options.dimensions, options.queries, options.out)
    found = measure(*asked, again=options.again, note=options.note)
    if not (options.quick or options.no_memory or "memory" in found):
        found["memory"] = memory_of_a_million()
        write_text_atomic(options.out, json.dumps(found, indent=1) + "\n")
    if options.out == RESULTS:
        put_in_page(found)
    json.dump(found, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
