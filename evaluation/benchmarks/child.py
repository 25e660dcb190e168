"""The process in which a benchmark runs: nothing was imported or computed in it before.

``python -m evaluation.benchmarks.child`` reads what is asked from standard input (JSON) and tells
its progress and its result on standard output, a JSON object a line. What the benchmark itself
prints goes to standard error.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any, TextIO

from evaluation.benchmarks.benchmark import Options
from evaluation.benchmarks.provenance import provenance
from evaluation.benchmarks.registry import find_benchmark
from topicart.errors import TopicartError

__all__ = ["main"]


class Told:
    """Progress that is told to another process.

    Parameters
    ----------
    stream
        Where to.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def tell(self, what: str, *values: Any) -> None:
        """Write one line.

        Parameters
        ----------
        what
            Its kind.
        *values
            JSON-ready.
        """
        self._stream.write(json.dumps([what, *values]) + "\n")
        self._stream.flush()

    def stage(self, name: str) -> None:
        """Tell that a stage begins."""
        self.tell("stage", name)

    def count(self, done: int, total: int) -> None:
        """Tell how far the stage is."""
        self.tell("count", done, total)

    def note(self, text: str) -> None:
        """Tell how the stage goes."""
        self.tell("note", text)


def main() -> None:
    """Run the benchmark that standard input asks for."""
    asked = json.load(sys.stdin)
    told = Told(os.fdopen(os.dup(1), "w", encoding="utf-8"))
    os.dup2(2, 1)
    name, options = asked["name"], asked["options"]
    try:
        benchmark = find_benchmark(name)
        if not benchmark.on_gpu:
            options["device"] = "cpu"
        measured = benchmark.measure(
            Options(**{**options, "folder": Path(options["folder"])}), told
        )
        head = provenance(name, benchmark.packages, options["device"])
    except TopicartError as error:
        told.tell("error", str(error))
    else:
        told.tell("measured", {**head, "device": options["device"], **measured})


if __name__ == "__main__":
    main()
