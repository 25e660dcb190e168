"""``python -m tests.interrupting.worker FOLDER``: has all in memory that commands need, and forks.

A command begins at once in a fork, so that it takes a second and can be killed fifty times in a
test. What is in the folder: ``paintings`` and ``model``. Each line of standard input is a command
as :func:`tests.interrupting.child.run` takes it, with ``kill_after`` in seconds; each is answered
by a line with the ``code`` (negative: the signal that killed it) and the ``seconds`` it took.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

SURROUNDINGS = {
    "HF_HUB_OFFLINE": "1",
    # A fork has none of its parent's threads; with one thread each, nobody waits for another.
    "MKL_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "NUMBA_THREADING_LAYER": "workqueue",
    "OMP_NUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
}
"""Environment that the worker needs."""

LONGEST_S = 120.0
_SHARD = 16
_DRAW = "import json, sys, vl_convert; print(vl_convert.vegalite_to_svg(json.load(sys.stdin)))"


def main() -> None:
    """Make ready, say so, and run the commands that come."""
    folder = Path(sys.argv[1])
    _make_small_shards()
    _warm(folder)
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        print(json.dumps(_forked(json.loads(line))), flush=True)
    os._exit(0)  # there is nothing to tidy


def _make_small_shards() -> None:
    """Cut a few works into several shards, so that there is something between them."""
    import topicart.embedding  # noqa: F401 - it and what it imports have the name
    from topicart import slices

    cut = slices.slices_of

    def small(works: int, size: int | None = None) -> list[range]:
        return cut(works, size or _SHARD)

    for module in list(sys.modules.values()):
        if vars(module).get("slices_of") is cut:
            vars(module)["slices_of"] = small


def _warm(folder: Path) -> None:
    """Run every stage once, so that forks find what is imported and compiled."""
    import torch

    from topicart.cli import app

    drawing: Any = import_module("vl_convert")
    torch.set_num_threads(1)
    drawn = drawing.vegalite_to_svg
    # Its threads would be missing in a fork.
    drawing.vegalite_to_svg = _drawn_elsewhere
    for args in json.loads((folder / "warm.json").read_text(encoding="utf-8")):
        try:
            app(args)
        except SystemExit as end:
            if end.code:
                raise RuntimeError(f"{args[0]} ended with {end.code}") from end
    drawing.vegalite_to_svg = drawn


def _drawn_elsewhere(spec: Any) -> str:
    """Draw in another process."""
    command = [sys.executable, "-c", _DRAW]
    return subprocess.run(
        command, input=json.dumps(spec), capture_output=True, text=True, check=True
    ).stdout


def _forked(told: dict[str, Any]) -> dict[str, Any]:
    """Run a command in a fork; kill it in time."""
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        try:
            from tests.interrupting.child import run

            run(told)
        finally:
            os._exit(98)
    deadline = started + told.get("kill_after", LONGEST_S)
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            break
        if time.monotonic() >= deadline:
            os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
            break
        time.sleep(0.001)
    seconds = time.monotonic() - started
    return {"code": os.waitstatus_to_exitcode(status), "seconds": seconds}


if __name__ == "__main__":
    main()
