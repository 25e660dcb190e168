"""A training that is cut anywhere and gone on with ends as one that never was."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import torch
from typer.testing import CliRunner

from knowledge_graph import WriteError
from tests.training.trainings import files, same, small, tensors, train
from topicart import Encoder
from topicart.adapter import read_record
from topicart.errors import ModelError, TrainingError
from training.config import TrainConfig

MODULE: Any = import_module("training.finetuning")  # the package has a function of that name
STEP: Any = import_module("training.step")
UNDER_WAY: Any = import_module("training.under_way")
SETTINGS: dict[str, dict[str, Any]] = {
    "lora": {"lora_dropout": 0.2, "max_steps": 12},
    # The second epoch, from step 6, opens the second block of each tower.
    "unfreeze": {"unfreeze_every": 1, "max_steps": 12},
}
MOMENTS = (
    "before the first step",
    "in the middle of step 2",
    "after checkpoint 3",
    "in the middle of writing checkpoint 6",
    "after the best weights of step 4",
    "in the middle of step 8",
    "after checkpoint 12",
    "after the last weights",
)
"""Each in a training that goes on where the one before was killed."""


def config_of(method: str, model: Path) -> TrainConfig:
    return small(
        model, method=method, validate_every=4, checkpoint_every=3, patience=0, **SETTINGS[method]
    )


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dying(function: Callable[..., Any], *, at: int = 1, before: bool = False) -> Any:
    """Do as a function does, and die at a call of it, counted from 1."""
    calls = 0

    def done(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if before and calls == at:
            die()
        result = function(*args, **kwargs)
        if calls == at:
            die()
        return result

    return done


def half_written(save: Callable[..., Any], name: str) -> Any:
    """Do as ``save_file`` does; of one file write the first half, and die."""

    def done(tensors: Any, path: Path, *rest: Any) -> None:
        save(tensors, path, *rest)
        if name in path.name:
            with path.open("rb+") as file:
                file.truncate(path.stat().st_size // 2)
            die()

    return done


def kill_in(moment: str) -> None:
    """Prepare this process to be killed."""
    import safetensors.torch

    step = int("".join(filter(str.isdigit, moment)) or 0)
    if moment == "before the first step":
        MODULE.fit = dying(MODULE.fit, before=True)
    elif "of step" in moment and "best" not in moment:
        exact = STEP.contrastive_step

        def contrastive_step(*args: Any, **kwargs: Any) -> Any:
            result = exact(*args, **kwargs)
            if kwargs["step"] == step:
                die()
            return result

        STEP.contrastive_step = contrastive_step
    elif "writing" in moment:
        safetensors.torch.save_file = half_written(safetensors.torch.save_file, f"{step:08d}")
    elif "best" in moment:
        UNDER_WAY.save_best = dying(UNDER_WAY.save_best)
    elif "checkpoint" in moment:
        save = UNDER_WAY.save_checkpoint

        def save_checkpoint(folder: Path, number: int, *args: Any) -> Any:
            path = save(folder, number, *args)
            if number == step:
                die()
            return path

        UNDER_WAY.save_checkpoint = save_checkpoint
    else:
        MODULE.save_weights = dying(MODULE.save_weights)


def train_until(moment: str, source: Path, out: Path, config: TrainConfig) -> None:
    """What a process does that is killed."""
    kill_in(moment)
    train(source, out, config, resume=True)


@pytest.fixture(scope="module")
def server() -> Any:
    """Processes that need not import torch anew: they are forked from one that has done no more."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([
        "tests.training.test_resume", "open_clip", "accelerate", "peft", "torch._dynamo",
    ])  # fmt: skip
    return context


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
@pytest.mark.parametrize(("method", "moments"), [("lora", MOMENTS), ("unfreeze", MOMENTS[-4:])])
def test_killed_at_any_moment_it_ends_with_the_same_weights(
    method: str, moments: Sequence[str], server: Any, paintings: Path, tiny_model: Path,
    tmp_path: Path,
) -> None:  # fmt: skip
    config = config_of(method, tiny_model)
    record, wanted = train(paintings, tmp_path / "whole", config)
    cut = tmp_path / "cut"
    created = None
    for moment in moments:
        child = server.Process(target=train_until, args=(moment, paintings, cut, config))
        child.start()
        child.join(timeout=120)
        assert child.exitcode == -signal.SIGKILL, moment
        now = read_record(cut)
        assert now.state == "running", moment
        created = created or now.created
        assert now.created == created
        with pytest.raises(ModelError, match="is not finished: its training was cut short"):
            Encoder.load(str(cut), device="cpu")
        with pytest.raises(TrainingError, match="this training, cut short. Give --resume"):
            train(paintings, cut, config)
    again, found = train(paintings, cut, config, resume=True)
    assert same(found, wanted)
    for name in ("split.csv", "problems.csv"):
        assert (cut / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    assert {path.name for path in cut.iterdir()} == {
        path.name for path in (tmp_path / "whole").iterdir()
    }
    assert again.scores == record.scores
    assert again.training["best_step"] == record.training["best_step"]
    assert curve(cut) == curve(tmp_path / "whole")


def curve(folder: Path) -> list[str]:
    """The rows of the curves, without what depends on time."""
    import csv

    with (folder / "curves.csv").open(encoding="utf-8", newline="") as file:
        return [
            str({name: value for name, value in row.items() if name != "pairs_per_s"})
            for row in csv.DictReader(file)
        ]


@pytest.fixture(scope="module")
def whole(
    paintings: Path, tiny_model: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, torch.Tensor]:
    """The weights that an uninterrupted training ends with."""
    out = tmp_path_factory.mktemp("whole") / "out"
    return train(paintings, out, config_of("lora", tiny_model))[1]


@pytest.fixture(scope="module")
def interrupted(
    paintings: Path, tiny_model: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A training that was asked to stop in its eighth step; tests copy it."""
    out = tmp_path_factory.mktemp("interrupted") / "out"
    with pytest.MonkeyPatch.context() as patch:
        signalled(patch, 7, signal.SIGTERM)
        with pytest.raises(KeyboardInterrupt):
            train(paintings, out, config_of("lora", tiny_model))
    return out


def signalled(patch: pytest.MonkeyPatch, step: int, number: signal.Signals) -> None:
    """Send this process a signal in the middle of a step."""
    exact = STEP.contrastive_step

    def contrastive_step(*args: Any, **kwargs: Any) -> Any:
        if kwargs["step"] == step:
            os.kill(os.getpid(), number)
        return exact(*args, **kwargs)

    patch.setattr(STEP, "contrastive_step", contrastive_step)


def checkpoints(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "checkpoints").glob("step-*"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_asked_to_stop_it_leaves_a_checkpoint_and_says_how_to_go_on(
    number: signal.Signals, paintings: Path, tiny_model: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    from topicart.cli import app

    out = tmp_path / "out"
    handlers = [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)]
    asked = ["train", str(paintings), "--out", str(out), "--model", str(tiny_model)]
    asked += ["--device", "cpu", "--method", "heads", "--batch-size", "8", "--max-steps", "5"]
    asked += ["--set", "hold_out_share=0.3", "--quiet"]
    with monkeypatch.context() as patch:
        signalled(patch, 2, number)
        done = CliRunner().invoke(app, asked)
    assert done.exit_code == 130, done.output
    assert "The same command with --resume goes on from the last checkpoint" in done.stderr
    assert checkpoints(out) == ["step-00000003.safetensors"]
    assert [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)] == handlers
    done = CliRunner().invoke(app, [*asked, "--resume"])
    assert done.exit_code == 0, done.output
    assert read_record(out).training["steps"] == 5


def test_after_a_stop_it_goes_on_to_the_same_weights(
    interrupted: Path, whole: dict[str, torch.Tensor], paintings: Path, tiny_model: Path,
    tmp_path: Path,
) -> None:  # fmt: skip
    out = Path(shutil.copytree(interrupted, tmp_path / "out"))
    assert checkpoints(out) == ["step-00000006.safetensors", "step-00000008.safetensors"]
    told = Told()
    _, found = train(paintings, out, config_of("lora", tiny_model), resume=True, progress=told)
    assert same(found, whole)
    # The epoch in whose middle it goes on is named.
    assert told.stages == ["load", "look", "train", "judge"]
    assert told.notes[0].startswith("epoch 2/10")


class Told:
    """Progress that remembers its stages."""

    def __init__(self) -> None:
        self.stages: list[str] = []
        self.notes: list[str] = []

    def stage(self, name: str) -> None:
        self.stages.append(name)

    def count(self, done: int, total: int) -> None:
        assert 0 <= done <= total

    def note(self, text: str) -> None:
        self.notes.append(text)


def test_a_checkpoint_cut_short_is_told_and_the_older_one_serves(
    interrupted: Path, whole: dict[str, torch.Tensor], paintings: Path, tiny_model: Path,
    tmp_path: Path,
) -> None:  # fmt: skip
    out = Path(shutil.copytree(interrupted, tmp_path / "out"))
    config = config_of("lora", tiny_model)
    newest = out / "checkpoints" / "step-00000008.safetensors"
    content = newest.read_bytes()
    for size in (0, 5, 200, len(content) // 2, len(content) - 1):
        newest.write_bytes(content[:size])
        before = files(out)
        with pytest.raises(
            TrainingError,
            match=r"step-00000008.safetensors is damaged or cut short \(.*\)\. Delete it, and "
            r"--resume goes on from step-00000006\.safetensors",
        ):
            train(paintings, out, config, resume=True)
        after = files(out)
        assert {**after, "adapter.json": b"", "split.csv": b""} == {
            **before, "adapter.json": b"", "split.csv": b"",
        }  # fmt: skip
        assert read_record(out).state == "running"
    newest.unlink()
    assert same(train(paintings, out, config, resume=True)[1], whole)


def test_every_checkpoint_that_is_kept_has_the_best_weights_that_it_names(
    interrupted: Path, paintings: Path, tiny_model: Path, tmp_path: Path,
    whole: dict[str, torch.Tensor],
) -> None:  # fmt: skip
    """The older checkpoint serves to the bit though the newest had seen better weights since."""
    out = Path(shutil.copytree(interrupted, tmp_path / "out"))
    newest = max((out / "checkpoints").glob("step-*"))
    newest.unlink()
    assert same(train(paintings, out, config_of("lora", tiny_model), resume=True)[1], whole)


def test_best_weights_cut_short_are_told(
    interrupted: Path, paintings: Path, tiny_model: Path, tmp_path: Path
) -> None:
    out = Path(shutil.copytree(interrupted, tmp_path / "out"))
    for best in (out / "checkpoints").glob("best-*"):
        best.write_bytes(best.read_bytes()[:-9])
    with pytest.raises(TrainingError, match="The best weights so far, .* Start again with --over"):
        train(paintings, out, config_of("lora", tiny_model), resume=True)


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"seed": 1}, "seed"),
        ({"method": "heads", "lora_dropout": 0.0}, "lora_dropout, method"),
        ({"batch_size": 4}, "batch_size"),
    ],
)
def test_other_settings_do_not_go_on(
    settings: dict[str, Any], named: str, interrupted: Path, paintings: Path, tiny_model: Path
) -> None:
    config = config_of("lora", tiny_model).model_copy(update=settings)
    before = files(interrupted)
    with pytest.raises(
        TrainingError, match=rf"another training \(different: {named}\)\. .* repeat the command"
    ):
        train(paintings, interrupted, config, resume=True)
    assert files(interrupted) == before


def test_other_works_do_not_go_on(
    interrupted: Path, paintings: Path, tiny_model: Path, tmp_path: Path
) -> None:
    source = Path(shutil.copytree(paintings, tmp_path / "source"))
    table = (source / "metadata.csv").read_text("utf-8")
    (source / "metadata.csv").write_text(table.replace("still life", "marina"), encoding="utf-8")
    with pytest.raises(TrainingError, match=r"\(different: works or pictures\)"):
        train(source, interrupted, config_of("lora", tiny_model), resume=True)


def test_the_base_may_be_named_from_elsewhere(
    interrupted: Path, whole: dict[str, torch.Tensor], paintings: Path, tiny_model: Path,
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    out = Path(shutil.copytree(interrupted, tmp_path / "out"))
    monkeypatch.chdir(tiny_model.parent)
    config = config_of("lora", Path(tiny_model.name))
    assert same(train(paintings, out, config, resume=True)[1], whole)


def test_templates_that_were_edited_do_not_go_on(
    paintings: Path, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    templates = tmp_path / "captions.toml"
    text = '[[template]]\nname = "label"\ntext = "[{artist}, ]{title}"\n'
    templates.write_text(text, encoding="utf-8")
    config = small(tiny_model, method="heads", max_steps=2, caption_templates=templates)
    with monkeypatch.context() as patch:
        signalled(patch, 0, signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            train(paintings, tmp_path / "out", config)
    templates.write_text(text.replace("{artist}, ", "{artist}: "), encoding="utf-8")
    with pytest.raises(TrainingError, match=r"\(different: caption_templates\)"):
        train(paintings, tmp_path / "out", config, resume=True)


def test_what_replaces_a_training_takes_nothing_from_it(
    interrupted: Path, paintings: Path, tiny_model: Path, tmp_path: Path
) -> None:
    out = Path(shutil.copytree(interrupted, tmp_path / "out"))
    config = small(tiny_model, method="heads", max_steps=2)
    _, found = train(paintings, out, config, overwrite=True)
    assert same(found, train(paintings, tmp_path / "fresh", config)[1])


def test_resume_begins_what_was_not_begun(
    paintings: Path, tiny_model: Path, tmp_path: Path
) -> None:
    config = small(tiny_model, method="heads", max_steps=1)
    record, _ = train(paintings, tmp_path / "out", config, resume=True)
    assert record.state == "finished"


@pytest.mark.skipif(os.name == "nt", reason="Windows limits no file's size")
def test_a_full_disk_leaves_the_checkpoint_before(
    whole: dict[str, torch.Tensor], paintings: Path, tiny_model: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    import resource

    save = UNDER_WAY.save_checkpoint

    def save_checkpoint(folder: Path, step: int, *args: Any) -> Any:
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        if step == 6:
            resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
        try:
            return save(folder, step, *args)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    config = config_of("lora", tiny_model)
    with monkeypatch.context() as patch:
        patch.setattr(UNDER_WAY, "save_checkpoint", save_checkpoint)
        with pytest.raises(WriteError, match="Cannot write .*step-00000006.safetensors: File too"):
            train(paintings, tmp_path / "out", config)
    left = {path.name for path in (tmp_path / "out" / "checkpoints").iterdir()}
    assert {name.partition("-")[0] for name in left} == {"best", "step"}
    assert [name for name in left if name.startswith("step")] == ["step-00000003.safetensors"]
    assert same(train(paintings, tmp_path / "out", config, resume=True)[1], whole)
    assert tensors(tmp_path / "out").keys() == whole.keys()
