"""Commands that are killed, or that the disk fails, and are repeated end as if nothing had been."""

from __future__ import annotations

import random
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.interrupting.commands import Ended, Worker, afresh, differing, results
from topicart.lock import in_use

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="needs fork, SIGKILL and a limit on the size of files"
)

SEED = 10
KILLED = -9
KILLS = {"embed": 10, "fit": 12, "train": 10, "report": 10, "label": 8}
"""At random moments, fifty in all."""


@dataclass
class Command:
    """A command as it goes when nothing befalls it."""

    args: list[str]
    start: Path | None
    """What ``out`` holds before."""
    again: list[str] = field(default_factory=list)
    """What is added when it is repeated."""
    seconds: float = 0.0
    changes: int = 0
    """How often it opens a file to write it, renames or removes one."""
    left: dict[str, bytes] = field(default_factory=dict)


@dataclass
class Bench:
    """A worker, and commands that it has run once."""

    worker: Worker
    folder: Path
    commands: dict[str, Command]

    def begin(self, name: str) -> Path:
        return afresh(self.folder / "tried", self.commands[name].start)

    def end(self, name: str, folder: Path) -> None:
        """Repeat a command; it leaves what it left when nothing befell it."""
        command = self.commands[name]
        ended = self.worker.run(folder, [*command.args, *command.again])
        assert ended.code == 0, ended.said
        assert differing(results(folder / "out"), command.left) == []


@pytest.fixture(scope="module")
def bench(
    tmp_path_factory: pytest.TempPathFactory, paintings: Path, tiny_model: Path
) -> Iterator[Bench]:
    """A worker and, of each command, what it leaves when it runs to its end."""
    folder = tmp_path_factory.mktemp("interrupted")
    model = ["--model", str(tiny_model), "--device", "cpu", "--quiet"]
    encoding = [str(paintings), *model, "--out", "out", "--batch-size", "8"]
    fit = ["fit", *encoding, "--min-size", "5"]
    train = ["train", str(paintings), *model, "--out", "out", "--batch-size", "6",
             "--chunk-size", "6", "--rank", "2", "--max-steps", "6", "--set", "validate_every=2",
             "--set", "hold_out_share=0.4", "--set", "checkpoint_every=2"]  # fmt: skip
    label = ["label", "out", "--min-score", "0.5", "--device", "cpu", "--quiet"]
    warm = [[*fit, "--out", str(folder / "warm")], [*train, "--out", str(folder / "warm-adapter")]]
    worker = Worker(folder, warm)
    fitted = folder / "fit" / "out"
    commands = {
        "embed": Command(["embed", *encoding], None),
        "fit": Command(fit, None),
        "train": Command(train, None, again=["--resume"]),
        "report": Command(["report", "out", "--atlas", "--iiif", "--quiet"], fitted),
        "label": Command(label, fitted),
    }
    for name, command in commands.items():
        own = afresh(folder / name, command.start)
        ended = worker.run(own, command.args, counted=True)
        assert ended.code == 0, ended.said
        command.changes = int(ended.said.split()[0])
        command.left = results(own / "out")
        own = afresh(folder / "tried", command.start)
        ended = worker.run(own, command.args)
        command.seconds = ended.seconds
        assert differing(results(own / "out"), command.left) == [], "it is the same each time"
    yield Bench(worker, folder, commands)
    worker.close()


@pytest.mark.parametrize("name", KILLS)
def test_a_command_killed_at_any_moment_and_repeated_ends_as_if_it_never_was(
    name: str, bench: Bench
) -> None:
    command, lot = bench.commands[name], random.Random(f"{SEED} {name}")
    killed = 0
    for number in range(KILLS[name]):
        moment = (number + lot.random()) / KILLS[name] * command.seconds
        for _ in range(8):  # a machine that is faster now would end before it is killed
            folder = bench.begin(name)
            ended = bench.worker.run(folder, command.args, kill_after=moment)
            if ended.code == KILLED:
                break
            moment *= 0.8
        killed += ended.code == KILLED
        bench.end(name, folder)
    assert killed == KILLS[name]


@pytest.mark.parametrize("name", KILLS)
def test_a_command_killed_between_two_changes_of_files_ends_alike(name: str, bench: Bench) -> None:
    command, lot = bench.commands[name], random.Random(f"{SEED} {name} changes")
    for change in sorted(lot.sample(range(1, command.changes + 1), 3)):
        folder = bench.begin(name)
        assert bench.worker.run(folder, command.args, kill_at=change).code == KILLED
        bench.end(name, folder)


def test_a_command_killed_again_and_again_ends_alike(bench: Bench) -> None:
    folder, fit = bench.begin("fit"), bench.commands["fit"]
    for part in (0.2, 0.4, 0.6, 0.8):
        bench.worker.run(folder, fit.args, kill_after=part * fit.seconds)
    bench.end("fit", folder)


def said_plainly(ended: Ended, code: int, words: str) -> None:
    """Assert that a command ended with an error that is a sentence, not a traceback."""
    assert ended.code == code, ended.said
    assert "Traceback" not in ended.said
    assert words in " ".join(ended.said.split())


@pytest.mark.parametrize("name", KILLS)
def test_a_full_disk_is_said_and_a_repeated_command_ends_alike(name: str, bench: Bench) -> None:
    command, lot = bench.commands[name], random.Random(f"{SEED} {name} full")
    for change in [2, *sorted(lot.sample(range(3, command.changes + 1), 2))]:
        folder = bench.begin(name)
        ended = bench.worker.run(folder, command.args, full_at=change)
        if ended.code == 0:  # nothing but removals was left to be done
            continue
        said_plainly(ended, 4, "Error: Cannot write")
        assert "the disk is full. Free some space" in " ".join(ended.said.split())
        bench.end(name, folder)


@pytest.mark.parametrize("largest", [512, 40_000])
@pytest.mark.parametrize("name", KILLS)
def test_a_disk_that_takes_half_a_file_keeps_none(name: str, largest: int, bench: Bench) -> None:
    folder = bench.begin(name)
    ended = bench.worker.run(folder, bench.commands[name].args, largest=largest)
    if ended.code:
        said_plainly(ended, 4, "Error: Cannot write")
    bench.end(name, folder)


@pytest.mark.parametrize("name", KILLS)
def test_a_folder_that_may_not_be_written_is_said(name: str, bench: Bench) -> None:
    folder = bench.begin(name)
    (folder / "out").mkdir(exist_ok=True)
    closed = [folder / "out", *(path for path in folder.rglob("*") if path.is_dir())]
    for path in closed:
        path.chmod(0o555)
    try:
        ended = bench.worker.run(folder, bench.commands[name].args, powerless=True)
    finally:
        for path in closed:
            path.chmod(0o755)
    code, words = (8, "nothing may be written to") if name == "train" else (4, "Cannot write")
    said_plainly(ended, code, words)
    bench.end(name, folder)


@pytest.mark.parametrize("name", KILLS)
def test_a_second_process_is_kept_out_of_a_folder_and_told_by_whom(name: str, bench: Bench) -> None:
    folder = bench.begin(name)
    with in_use(folder / "out"):
        before = results(folder / "out")
        ended = bench.worker.run(folder, bench.commands[name].args)
        said_plainly(ended, 7, "is in use by process")
        assert "Wait until it has ended, or name another folder" in " ".join(ended.said.split())
        assert results(folder / "out") == before
    bench.end(name, folder)


@pytest.mark.parametrize("name", ["embed", "fit"])
def test_a_picture_that_vanishes_when_it_is_read_is_a_problem_and_no_end(
    name: str, bench: Bench, paintings: Path
) -> None:
    folder = bench.begin(name)
    shutil.copytree(paintings, folder / "paintings")
    gone = folder / "paintings" / "images" / "p07.png"
    args = [str(folder / "paintings") if arg == str(paintings) else arg
            for arg in bench.commands[name].args]  # fmt: skip
    ended = bench.worker.run(folder, args, vanishing=str(gone))
    assert ended.code == 0, ended.said
    assert not gone.exists()
    problems = (folder / "out" / "problems.csv").read_text(encoding="utf-8").splitlines()
    assert len(problems) == 2
    assert "p07.png" in problems[1]
