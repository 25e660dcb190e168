"""A million works in float16 from a file, searched in a process of its own: time and memory."""

from __future__ import annotations

import multiprocessing
import re
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from evaluation.benchmarks.conditional_retrieval_works import FACET, Invented, invent
from topicart.embeddings import Embeddings
from topicart.retrieval import ConditionalIndex

__all__ = ["memory_of_a_million"]

WORKS, DIM, QUERIES = 1_000_000, 512, 50
CONDITION, BEFORE = "hundredth scattered", "thousandth scattered"
TARGET_MS, TARGET_MB = 50, 1536
"""What one question may take, and the process that answers it."""


def memory_of_a_million(n: int = WORKS, dim: int = DIM) -> dict[str, Any]:
    """Save an index of invented works, and search it in a process that does nothing else.

    Parameters
    ----------
    n, dim : int
        How many works, of how many dimensions.

    Returns
    -------
    dict
        Milliseconds of the very first question, which also compiles and indexes the facet, of the
        first under another condition, which reads its works from the file, and of later ones under
        it; megabytes at the most (with the pages of the file that were read); and whether a new
        condition's question and the memory are within what was asked of them.
    """
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "index"
        context = multiprocessing.get_context("spawn")
        # Both in processes of their own: what making the works took is not what searching takes.
        _wait(context.Process(target=_save, args=(folder, n, dim)))
        here, there = multiprocessing.Pipe()
        _wait(context.Process(target=_search, args=(folder, there)))
        told: dict[str, Any] = here.recv()
    met = told["new condition (ms)"] <= TARGET_MS and told["peak (MB)"] <= TARGET_MB
    return {
        "works": n,
        "dimensions": dim,
        "storage": "float16, from a file",
        "condition": CONDITION,
        **told,
        "targets": {"new condition (ms)": TARGET_MS, "peak (MB)": TARGET_MB},
        "met": met,
    }


def _wait(process: Any) -> None:
    process.start()
    process.join()
    if process.exitcode:
        raise RuntimeError(f"A process of the measurement ended with {process.exitcode}.")


def _save(folder: Path, n: int, dim: int) -> None:
    works: Invented = invent(n, dim, QUERIES)
    ids = tuple(f"{row:07}" for row in range(n))
    index = ConditionalIndex(Embeddings(ids, works.vectors), works.facts, storage="float16")
    index.save(folder)
    np.save(folder.with_name("queries.npy"), works.queries)


def _search(folder: Path, tell: Connection) -> None:
    queries = np.load(folder.with_name("queries.npy"), allow_pickle=False)
    began = time.perf_counter()
    index = ConditionalIndex.load(folder)
    opened = time.perf_counter() - began
    spent = []
    for number, query in enumerate(queries):
        where = (f"{FACET}={CONDITION if number else BEFORE}",)
        began = time.perf_counter()
        index.search(query, 10, where)
        spent.append(1000 * (time.perf_counter() - began))
    tell.send(
        {
            "open (s)": round(opened, 2),
            "first (ms)": round(spent[0], 1),
            "new condition (ms)": round(spent[1], 1),
            "median (ms)": round(float(np.median(spent[2:])), 2),
            "peak (MB)": _peak_mb(),
        }
    )


def _peak_mb() -> int:
    """The most that this process has held: getrusage would count what its parent held too."""
    held = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    if held is None:
        raise RuntimeError("The kernel does not tell this process's peak memory.")
    return round(int(held[1]) / 1024)
