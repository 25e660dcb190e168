"""How soon a command starts: its help, the compiled kernels, the first picture of a fit."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from evaluation.benchmarks.benchmark import Benchmark, Options, Row

if TYPE_CHECKING:
    from topicart.fit import Progress

__all__ = ["BENCHMARK"]

_REPEATS = 5
_WORKS = 60

_COMPILES = """
import hashlib, sys, time
import numpy as np
drawn = np.random.default_rng(0).normal(size=(4500, 64))
vectors = np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), dtype=np.float32)
start = time.perf_counter()
if sys.argv[1] == "kept":
    from topicart.compiled import keep_compiled
    keep_compiled()
from umap import UMAP
points = UMAP(n_components=5, min_dist=0.0, metric="cosine", random_state=0, n_jobs=1)
points = points.fit_transform(vectors)
print(time.perf_counter() - start, hashlib.sha256(points.tobytes()).hexdigest())
"""
"""UMAP of 4,500 works, by the search that it takes for many; kept as we do, or as it comes."""

_FIRST_PICTURE = """
import os, sys, time
import PIL.Image
def first(*values, **more):
    print(time.time() - float(os.environ["STARTED"]), flush=True)
    os._exit(0)
PIL.Image.open = first
sys.argv[0] = "topicart"
from topicart.cli import main
main()
"""


def _measure(options: Options, progress: Progress) -> Mapping[str, Any]:
    """Time each in processes of its own, the first of each left out where it fills a cache."""
    from knowledge_graph.gallery import paint_gallery

    progress.stage("help")
    helps = [_seconds([sys.executable, "-m", "topicart", "--help"]) for _ in range(_REPEATS + 1)]
    progress.stage("first picture")
    gallery = options.folder / "gallery"
    paint_gallery(gallery, works=options.works or _WORKS, seed=0)
    firsts = [
        _first_picture(options.source or str(gallery), options.folder / f"run-{at}")
        for at in range(_REPEATS + 1)
    ]
    progress.stage("compile")
    compiled = {
        how: [_compile(how, options.folder / how) for _ in range(2)] for how in ("kept", "alone")
    }
    points = {digest for runs in compiled.values() for _, digest in runs}
    return {
        "help_seconds": median(helps[1:]),
        "first_picture_seconds": median(firsts[1:]),
        "umap_seconds": {how: [run[0] for run in runs] for how, runs in compiled.items()},
        "same_to_the_bit": len(points) == 1,
    }


def _seconds(command: Sequence[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def _first_picture(source: str, out: Path) -> float:
    """Run a fit until it opens a picture; from the start of its process."""
    command = [sys.executable, "-c", _FIRST_PICTURE, "fit", source, "--model", "mini",
               "--device", "cpu", "--out", str(out), "--quiet"]  # fmt: skip
    return float(_said(command, STARTED=str(time.time())))


def _compile(how: str, cache: Path) -> tuple[float, str]:
    """Run UMAP in a process of its own, with a cache that is empty the first time."""
    said = _said([sys.executable, "-c", _COMPILES, how], NUMBA_CACHE_DIR=str(cache))
    seconds, digest = said.split()
    return float(seconds), digest


def _said(command: Sequence[str], **more: str) -> str:
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=os.environ | more)
    return done.stdout.decode().strip().splitlines()[-1]


def _rows(results: Mapping[str, Any]) -> Sequence[Row]:
    """Give the lines of the table."""
    shown, first = results["help_seconds"], results["first_picture_seconds"]
    kept, alone = (results["umap_seconds"][how][1] for how in ("kept", "alone"))
    return [
        Row("`topicart --help`", f"{shown:.2f} s", "", "", "0.4 s", shown <= 0.4),
        Row("`topicart fit` to its first picture", f"{first:.1f} s", "", "", "3 s", first <= 3),
        Row(
            "UMAP of 4,500 works in a second process, compiling included",
            f"{kept:.1f} s",
            f"{alone:.1f} s (umap-learn as it comes)",
            f"{kept / alone:.2f}",
        ),
    ]


BENCHMARK = Benchmark(
    name="start",
    summary="How soon a command starts, and how soon a fit reads its first picture.",
    measure=_measure,
    rows=_rows,
    packages=("numba", "numpy", "open_clip_torch", "pynndescent", "torch", "umap-learn"),
)
