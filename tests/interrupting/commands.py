"""Run commands in a worker's forks, and compare what they leave."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from tests.interrupting.worker import LONGEST_S, SURROUNDINGS

_REPOSITORY = Path(__file__).resolve().parent.parent.parent
_TIMES = {"created", "finished", "timings_s", "peak_memory_mb", "seconds"}
_SECONDS = re.compile(r"<dt>(Time|Memory)</dt><dd>[^<]*</dd>|\b\d[\d.,]* s\b")


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    """Negative: the signal that killed it."""
    seconds: float
    said: str
    """What it printed."""


class Worker:
    """A process that has all in memory, and runs commands in forks of it."""

    def __init__(self, folder: Path, warm: list[list[str]]) -> None:
        (folder / "warm.json").write_text(json.dumps(warm), encoding="utf-8")
        self._errors = (folder / "worker.txt").open("w+", encoding="utf-8")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.interrupting.worker", str(folder)],
            cwd=_REPOSITORY,
            env={**os.environ, **SURROUNDINGS},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        self._answer()

    def run(self, folder: Path, args: list[str], **fate: Any) -> Ended:
        """Run a command in a folder; see :mod:`tests.interrupting.child` for what may befall it."""
        assert self._process.stdin
        told = {"folder": str(folder), "args": args, **fate}
        self._process.stdin.write(f"{json.dumps(told)}\n")
        self._process.stdin.flush()
        answer = self._answer()
        said = (folder / "said.txt").read_text(encoding="utf-8", errors="replace")
        assert answer["seconds"] < LONGEST_S, f"{args[0]} hangs: {said}"
        return Ended(answer["code"], answer["seconds"], said)

    def close(self) -> None:
        """End the worker."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(60)
        self._errors.close()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            self._errors.seek(0)
            raise RuntimeError(f"the worker ended: {self._errors.read()[-4000:]}")
        answer: dict[str, Any] = json.loads(line)
        return answer


def results(folder: Path) -> dict[str, bytes]:
    """Read all that a command has left in a folder, apart from times, locks, and random names."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_dir() or path.name.startswith(".lock"):
            continue
        name = str(path.relative_to(folder))
        if path.parent.name == "miniatures" and path.suffix == ".parquet":
            for row in pq.read_table(path).to_pylist():
                found[f"miniatures/{row['key']}"] = repr(row).encode()
        else:
            found[name] = _without_times(path)
    return found


def differing(left: dict[str, bytes], right: dict[str, bytes]) -> list[str]:
    """Name the files that only one has, or that are not the same."""
    return sorted(name for name in left.keys() | right.keys() if left.get(name) != right.get(name))


def afresh(folder: Path, start: Path | None) -> Path:
    """Empty a folder, and put a copy of what a command starts from into it as ``out``."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "said.txt").touch()
    if start is not None:
        shutil.copytree(start, folder / "out")
    return folder


def _without_times(path: Path) -> bytes:
    content = path.read_bytes()
    if path.name in ("run.json", "adapter.json"):
        values = json.loads(content)
        for part in (values, values.get("training", {})):
            for name in _TIMES & part.keys():
                del part[name]
        return json.dumps(values).encode()
    if path.name == "curves.csv":
        rows = list(csv.DictReader(io.StringIO(content.decode())))
        return repr([{**row, "pairs_per_s": ""} for row in rows]).encode()
    if path.name in ("about.html", "README.md"):
        return _SECONDS.sub("", content.decode()).encode()
    return content
