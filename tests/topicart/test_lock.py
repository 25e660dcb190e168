"""One process at a time works in a run; nothing is held by one that is gone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from topicart.errors import RunError, WriteError
from topicart.lock import LOCK, alone, at_work, in_use, require_free


@contextmanager
def somebody_in(folder: Path) -> Iterator[subprocess.Popen[str]]:
    program = (
        "import sys, time; from pathlib import Path; from topicart.lock import in_use\n"
        "with in_use(Path(sys.argv[1])):\n    print('in', flush=True); time.sleep(60)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "in\n"
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@dataclass
class Place:
    folder: Path


@alone
def write(run: Place, text: str, *, name: str = "a.txt") -> Path:
    (run.folder / name).write_text(text)
    return run.folder / name


def test_who_is_in_a_run_is_told_and_let_go_when_killed(tmp_path: Path) -> None:
    require_free(tmp_path)
    with somebody_in(tmp_path) as process:
        told = "in use by another process" if os.name == "nt" else rf"by process {process.pid} on"
        for refused in (lambda: write(Place(tmp_path), "x"), lambda: require_free(tmp_path)):
            with pytest.raises(RunError, match=rf"{told}.*Wait until it has ended, or name anoth"):
                refused()
    assert write(Place(tmp_path), "x", name="b.txt").read_text() == "x"
    require_free(tmp_path)


def test_a_process_may_ask_again_and_leaves_nothing(tmp_path: Path) -> None:
    with in_use(tmp_path / "run"), in_use(tmp_path / "run"):
        assert write(Place(tmp_path / "run"), "x").exists()
        require_free(tmp_path / "run")
        assert (tmp_path / "run" / LOCK).exists()
    assert [file.name for file in (tmp_path / "run").iterdir()] == ["a.txt"]


def test_workers_see_each_other_and_keep_others_out(tmp_path: Path) -> None:
    with in_use(tmp_path, among_workers=True):
        first = at_work(tmp_path, 0)
        others = first.__enter__()
    assert not others()
    with in_use(tmp_path, among_workers=True), at_work(tmp_path, 1) as seen:
        assert seen()
        assert others()
    with pytest.raises(RunError, match="in use by"), in_use(tmp_path):
        pass
    first.__exit__(None, None, None)
    with in_use(tmp_path):
        pass


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_run_that_may_not_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(WriteError, match="no permission to write there"), in_use(tmp_path):
        pass
