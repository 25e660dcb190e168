"""A file is written whole or not at all, and what a dead process left is removed."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from knowledge_graph import atomic
from knowledge_graph.atomic import make_folder, remove_leftovers, replacing, write_text_atomic
from knowledge_graph.errors import WriteError


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.EROFS, "the file system is read-only. Choose a folder that can be written"),
        (errno.EACCES, "no permission to write there. Choose another folder"),
        (errno.EIO, "Input/output error. Check that the folder exists"),
    ],
)
def test_each_way_of_not_writing_has_its_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, said: str
) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise OSError(number, os.strerror(number))

    write_text_atomic(tmp_path / "file.txt", "before")
    with monkeypatch.context() as patched:
        patched.setattr(atomic, "_flush", refuse)
        with pytest.raises(WriteError, match=f"Cannot write .*file.txt: .*{said}"):
            write_text_atomic(tmp_path / "file.txt", "after")
    assert (tmp_path / "file.txt").read_text() == "before"
    assert [file.name for file in tmp_path.iterdir()] == ["file.txt"]


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("a file")
    with pytest.raises(WriteError, match="a file stands where a folder is needed"):
        make_folder(tmp_path / "store")
    with pytest.raises(WriteError, match="a file stands where a folder is needed"):
        make_folder(tmp_path / "store" / "below")


def test_a_failed_replacement_keeps_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "works.parquet"
    file.write_text("before")

    def fail_half_way() -> None:
        with replacing(file) as beside:
            beside.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail_half_way()
    assert [entry.name for entry in tmp_path.iterdir()] == ["works.parquet"]
    assert file.read_text() == "before"


def test_leftovers_of_the_dead_are_removed_and_those_of_the_living_stay(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    with replacing(tmp_path / "shard-00001.safetensors") as mine:
        machine, _, token = mine.name.split(".")[-2].split("-")
        mine.write_text("whole")
    elsewhere = f"{int(machine, 16) ^ 1:08x}"
    dead, living, of_others, left_by_others = (
        tmp_path / f".shard-00001.safetensors.{host}-{pid}-{token}.tmp"
        for host, pid in (
            (machine, ended.pid),
            (machine, os.getppid()),
            (elsewhere, ended.pid),
            (elsewhere, 7),
        )
    )
    of_nobody = tmp_path / ".somebody-elses.tmp"
    for file in (dead, living, of_others, left_by_others, of_nobody):
        file.write_text("half")
    two_days_ago = time.time() - 2 * 86_400
    os.utime(left_by_others, (two_days_ago, two_days_ago))
    remove_leftovers(tmp_path)
    left = {file.name for file in tmp_path.glob(".*")}
    assert left == {living.name, of_others.name, of_nobody.name}
