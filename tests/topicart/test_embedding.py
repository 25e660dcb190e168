"""Encoding is the first stage of a fit, for one process or for many, one of which may die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.topicart.embedding_worker import WORKS, works
from tests.topicart.plain_encoder import PlainEncoder, plain_encoder
from tests.topicart.tiny_models import paint_collection
from topicart.embedding import embed_run
from topicart.errors import RunError
from topicart.processes import Processes
from topicart.run import Run, read_record
from topicart.store import iter_embeddings, open_embeddings

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures") / "works"
    paint_collection(folder, 9)
    for number in range(9):
        (folder / f"{number:03}.png").rename(folder / f"{number}.png")
    (folder / "broken.png").write_text("no picture")
    return folder


@pytest.fixture(scope="module")
def alone(pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("alone") / "run"
    embedded = embed_run(works(pictures), folder, plain_encoder())
    assert (embedded.works, embedded.embedded, embedded.problems) == (WORKS, WORKS - 1, 2)
    return folder


def start(pictures: Path, out: Path, rank: int, world: int, wait_s: float) -> subprocess.Popen[str]:
    """Start one worker, as a launcher does."""
    told = {"RANK": rank, "WORLD_SIZE": world, "LOCAL_RANK": rank, "WAIT_S": wait_s}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.topicart.embedding_worker", str(pictures), str(out)],
        cwd=ROOT,
        env={**os.environ, **{name: str(value) for name, value in told.items()}},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(file: Path, process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + 60
    while not file.exists() and time.monotonic() < end:
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.02)


def contents(run: Path) -> dict[str, bytes]:
    """All files but the record, which says when it began."""
    files = [file for file in sorted(run.rglob("*")) if file.is_file() and file.name != "run.json"]
    return {str(file.relative_to(run)): file.read_bytes() for file in files}


def test_two_processes_leave_what_one_leaves(pictures: Path, alone: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    both = [start(pictures, out, rank, 2, wait_s=0.01) for rank in range(2)]
    for process in both:
        stdout, stderr = process.communicate(timeout=60)
        assert process.returncode == 0, stderr
        assert "2,599 of 2,600 works have a vector. What could not be read is in" in stdout
    assert contents(out) == contents(alone)
    assert all((tmp_path / f"begun-{rank}").exists() for rank in range(2))
    found, wanted = (open_embeddings(folder / "embeddings") for folder in (out, alone))
    assert found.ids == wanted.ids
    assert len(set(found.ids)) == WORKS - 1
    np.testing.assert_array_equal(found.vectors, wanted.vectors)


def test_of_two_workers_one_is_killed_and_the_other_does_its_works(
    pictures: Path, alone: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    dies = start(pictures, out, 1, 2, wait_s=5.0)
    wait_for(tmp_path / "begun-1", dies)
    lives = start(pictures, out, 0, 2, wait_s=0.0)
    wait_for(tmp_path / "begun-0", lives)
    dies.send_signal(signal.SIGKILL)
    dies.communicate()
    stderr = lives.communicate(timeout=60)[1]
    assert lives.returncode == 0, stderr
    assert contents(out) == {**contents(alone), **left_by_the_dead(out)}


def test_after_a_worker_was_killed_the_next_run_does_only_what_is_missing(
    pictures: Path, alone: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    both = [start(pictures, out, rank, 2, wait_s=0.05 if rank else 5.0) for rank in range(2)]
    for rank, process in enumerate(both):
        wait_for(tmp_path / f"begun-{rank}", process)
    end = time.monotonic() + 60
    while len(list(out.glob("embeddings/shard-*"))) < 3 and time.monotonic() < end:
        time.sleep(0.02)
    for process in both:  # one dies, and the launcher ends the other
        process.kill()
        process.communicate()
    whole = len(list(out.glob("embeddings/shard-*")))
    assert 3 <= whole < 11
    assert not (out / "embeddings" / "manifest.json").exists()

    encoder = PlainEncoder()
    embed_run(works(pictures), out, encoder)  # type: ignore[arg-type]
    assert encoder.pictures <= WORKS - 256 * (whole - 1)  # the last shard is a small one
    assert contents(out) == {**contents(alone), **left_by_the_dead(out)}
    again = PlainEncoder()
    embed_run(works(pictures), out, again)  # type: ignore[arg-type]
    assert again.pictures == 0


def left_by_the_dead(out: Path) -> dict[str, bytes]:
    """Locks that nobody holds any more: they do no harm."""
    return {name: told for name, told in contents(out).items() if ".lock" in name}


def test_a_worker_does_not_join_those_that_embed_something_else(
    pictures: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    there = start(pictures, out, 1, 2, wait_s=5.0)
    wait_for(tmp_path / "begun-1", there)
    try:
        other = works(pictures).select(range(100))
        with pytest.raises(RunError, match="embedding something else there .different: works or p"):
            embed_run(other, out, plain_encoder(), processes=Processes(0, 2))
        with pytest.raises(RunError, match=rf"in use by process {there.pid} on .* Wait until"):
            embed_run(other, out, plain_encoder(), processes=Processes(1, 2))
        with pytest.raises(RunError, match=rf"in use by process {there.pid} on .*another folder"):
            embed_run(other, out, plain_encoder())
    finally:
        there.kill()
        there.communicate()
    assert embed_run(other, out, plain_encoder()).embedded == 100


def test_what_is_embedded_is_no_finished_run(alone: Path) -> None:
    record = read_record(alone)
    assert record is not None
    assert record.state == "fitting"
    with pytest.raises(RunError, match="cut short. Repeat the same `topicart fit`"):
        Run.open(alone)


def test_shards_are_read_one_after_the_other(alone: Path) -> None:
    parts = list(iter_embeddings(alone / "embeddings"))
    whole = open_embeddings(alone / "embeddings")
    assert [len(part) for part in parts[:3]] == [256, 255, 256]
    assert [id_ for part in parts for id_ in part.ids] == list(whole.ids)
    np.testing.assert_array_equal(np.concatenate([part.vectors for part in parts]), whole.vectors)
