"""Runs a benchmark in a fresh process, and keeps what it measured."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluation.benchmarks.registry import require_known
from knowledge_graph.atomic import make_folder, write_text_atomic
from topicart.errors import BenchmarkError

if TYPE_CHECKING:
    from topicart.fit import Progress

__all__ = ["RESULTS", "keep_results", "results_file", "run_benchmark"]

RESULTS = Path(__file__).parent / "results"
_CHILD = (sys.executable, "-m", "evaluation.benchmarks.child")
_SECONDS_TO_END = 5.0
_ENDED_BY_SIGNAL = "was ended by the signal {}; where memory ran out, ask for fewer --works"


def run_benchmark(
    name: str,
    progress: Progress,
    *,
    device: str = "cpu",
    works: int | None = None,
    source: str | None = None,
) -> dict[str, Any]:
    """Measure, in a process group of its own that is gone at the end, however that comes.

    Parameters
    ----------
    name
        The benchmark's.
    progress
        Told of what is going on.
    device, works, source
        As in :class:`Options`.

    Returns
    -------
    dict
        What it measured, after name, date, machine and versions.

    Raises
    ------
    BenchmarkError
        If there is no such benchmark, or it failed.
    """
    require_known(name)
    with tempfile.TemporaryDirectory(prefix="topicart-bench-") as folder:
        options = {"folder": folder, "device": device, "works": works, "source": source}
        child = subprocess.Popen(
            _CHILD,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            process_group=0,
        )
        try:
            return _listen(child, {"name": name, "options": options}, progress)
        finally:
            _end(child)


def results_file(name: str, device: str = "cpu", folder: Path = RESULTS) -> Path:
    """Say where the results of a benchmark are kept.

    Parameters
    ----------
    name
        The benchmark's.
    device
        A torch device; what was measured on another kind than a CPU has it in its name.
    folder
        Where.

    Returns
    -------
    Path
        Such as ``results/graph_loading.json`` or ``results/encoding_cuda.json``.
    """
    kind = device.partition(":")[0]
    ending = "" if kind == "cpu" else f"_{kind}"
    return folder / f"{name.replace('-', '_')}{ending}.json"


def keep_results(results: Mapping[str, Any], file: Path) -> None:
    """Write results down, all or nothing.

    Parameters
    ----------
    results
        As :func:`run_benchmark` gives them.
    file
        Where.
    """
    make_folder(file.parent)
    write_text_atomic(file, json.dumps(results, indent=2, ensure_ascii=False) + "\n")


def _listen(
    child: subprocess.Popen[str], asked: Mapping[str, Any], progress: Progress
) -> dict[str, Any]:
    assert child.stdin is not None
    assert child.stdout is not None
    with suppress(BrokenPipeError):
        child.stdin.write(json.dumps(asked))
        child.stdin.close()
    for line in child.stdout:
        if not line.endswith("\n"):  # it was killed in the middle of it
            break
        what, *values = json.loads(line)
        if what == "measured":
            measured: dict[str, Any] = values[0]
            return measured
        if what == "error":
            raise BenchmarkError(f"The benchmark {asked['name']} failed: {values[0]}")
        getattr(progress, what)(*values)
    code = child.wait()
    how = f"ended with exit code {code}; its error stands above"
    raise BenchmarkError(
        f"The benchmark {asked['name']} {_ENDED_BY_SIGNAL.format(-code) if code < 0 else how}."
    )


def _end(child: subprocess.Popen[str]) -> None:
    """End the child with everything that it started."""
    with suppress(subprocess.TimeoutExpired):
        if child.stdout is not None and sys.exc_info()[0] is None:
            child.wait(_SECONDS_TO_END)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    for stream in (child.stdin, child.stdout):
        if stream is not None:
            with suppress(BrokenPipeError):
                stream.close()
