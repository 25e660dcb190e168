"""A whole training: what it leaves, what it learned, and that what cannot work changes nothing."""

from __future__ import annotations

import csv
import itertools
import json
import math
import shutil
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from knowledge_graph import TopicartError, open_collection
from prompts import Captioner
from tests.training.trainings import files, same, small, tensors, train
from topicart import Encoder
from topicart.adapter import AdapterRecord, export_merged
from topicart.errors import ModelError, TrainingError
from topicart.preprocess import load_pixels
from training.config import TrainConfig
from training.held_out import HeldOut

MODULE: Any = import_module("training.finetuning")  # the package has a function of that name
METHODS = ("lora", "heads", "unfreeze", "full")
LOSSES = ("infonce", "multi-positive", "sigmoid")


@pytest.fixture(scope="module")
def adapter(tiny_model: Path, paintings: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished adapter; tests change nothing in it."""
    folder = tmp_path_factory.mktemp("finetune") / "adapter"
    train(paintings, folder, small(tiny_model, max_steps=8))
    return folder


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Trainings that end within a test, as they were then."""
    ended: list[Any] = []
    finish = MODULE.finish

    def kept(begun: Any) -> AdapterRecord:
        ended.append(begun.training)
        record: AdapterRecord = finish(begun)
        return record

    monkeypatch.setattr(MODULE, "finish", kept)
    return ended


def rows_of(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_finished_adapter_is_all_that_is_left(adapter: Path) -> None:
    assert {path.name for path in adapter.iterdir()} == {
        "adapter.json", "adapter_config.json", "adapter_model.safetensors", "trained.safetensors",
        "split.csv", "curves.csv", "problems.csv", "README.md",
    }  # fmt: skip


def test_the_record_says_what_was_trained_on_what(adapter: Path, tiny_model: Path) -> None:
    record = AdapterRecord.model_validate_json((adapter / "adapter.json").read_text("utf-8"))
    assert record.state == "finished"
    assert record.finished is not None
    assert record.finished >= record.created
    assert TrainConfig(**record.config) == small(tiny_model, max_steps=8)
    assert (record.method, record.base.folder) == ("lora", str(tiny_model))
    assert (record.source["works"], record.source["train"], record.source["held_out"]) == (
        60, 36, 24,
    )  # fmt: skip
    assert record.training["steps"] == 8
    assert record.training["seconds"] > 0
    assert (record.training["device"], record.training["precision"]) == ("cpu", "fp32")
    assert record.layers
    assert {"visual.proj", "text_projection", "logit_scale"} <= set(record.trained)
    written = tensors(adapter)
    assert len(written) == 2 * len(record.layers) + len(record.trained)


def test_no_painter_is_in_two_parts(adapter: Path) -> None:
    sides: dict[str, set[str]] = {}
    for row in rows_of(adapter, "split.csv"):
        sides.setdefault(row["artist"], set()).add(row["part"])
    assert all(len(parts) == 1 for parts in sides.values())
    assert set.union(*sides.values()) == {"train", "validation", "test"}


def test_the_curves_have_every_step(adapter: Path) -> None:
    rows = rows_of(adapter, "curves.csv")
    assert [int(row["step"]) for row in rows] == list(range(1, 9))
    # Round(0.1 x 8) = 1 step of warm-up to a half, then a cosine over the 7 others.
    rates = [5e-4, *(5e-4 * (1 + math.cos(math.pi * done / 7)) for done in range(7))]
    assert [float(row["learning_rate"]) for row in rows] == pytest.approx(rates, rel=1e-5)
    judged = [int(row["step"]) for row in rows if row["mean_recall_at_10"]]
    assert judged == [3, 6, 8]
    assert all(float(row["loss"]) > 0 and float(row["pairs_per_s"]) > 0 for row in rows)


def test_the_score_is_that_of_the_adapter_as_it_is_loaded(adapter: Path, paintings: Path) -> None:
    """Recall, once more: from the folder alone, by sorting."""
    held = {row["id"] for row in rows_of(adapter, "split.csv") if row["part"] == "test"}
    collection = open_collection(paintings)
    root, works = collection.root, [work for work in collection if work.id in held]
    encoder = Encoder.load(str(adapter), device="cpu", precision="fp32")
    images = encoder.encode_pixels(
        np.stack([load_pixels(root / work.images[0], encoder.preprocess) for work in works])
    )
    texts = encoder.encode_texts([Captioner().full(work).text for work in works])
    cosines = np.asarray(images) @ np.asarray(texts).T
    both = []
    for scores in (cosines, cosines.T):
        order = np.argsort(-scores, axis=1)[:, :10]
        both.append(np.mean([own in row for own, row in enumerate(order)]))
    record = json.loads((adapter / "adapter.json").read_text("utf-8"))
    curve = [float(row["mean_recall_at_10"] or -1) for row in rows_of(adapter, "curves.csv")]
    after = record["scores"]["metrics"][record["scores"]["primary"]]["after"]
    assert after == pytest.approx(np.mean(both))
    assert record["training"]["best_step"] == 1 + curve.index(max(curve))


def test_the_same_training_ends_with_the_same_bytes(
    adapter: Path, paintings: Path, tiny_model: Path, tmp_path: Path
) -> None:
    train(paintings, tmp_path / "again", small(tiny_model, max_steps=8), workers=1)
    for name in ("adapter_model.safetensors", "trained.safetensors", "split.csv", "problems.csv"):
        assert (tmp_path / "again" / name).read_bytes() == (adapter / name).read_bytes()


def test_a_finished_training_is_not_done_again(
    adapter: Path, paintings: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files(adapter)
    monkeypatch.setattr(HeldOut, "judge", lambda *_, **__: pytest.fail("it judges"))
    for how in ({}, {"resume": True}):
        record, _ = train(paintings, adapter, small(tiny_model, max_steps=8), **how)
        assert record.state == "finished"
    assert files(adapter) == before


def scripted(monkeypatch: pytest.MonkeyPatch, values: list[float]) -> list[dict[str, Any]]:
    """Have validations find given values; collect the weights that they look at."""
    seen: list[dict[str, Any]] = []
    coming = iter(values)

    def validate(under_way: Any) -> float:
        seen.append({name: p.detach().clone() for name, p in under_way.weights.items()})
        found = next(coming)
        under_way.validation = Scripted(under_way.validation, found)
        real(under_way)
        under_way.validation = under_way.validation.real
        return found

    real = MODULE.validate
    monkeypatch.setattr(MODULE, "validate", validate)
    return seen


class Scripted:
    """Held-out works that are found as was told."""

    def __init__(self, real: HeldOut, found: float) -> None:
        self.real, self.mean_recall_at_10 = real, found

    def judge(self, **_: Any) -> Scripted:
        return self


def test_the_best_weights_are_kept_not_the_last(
    paintings: Path, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = scripted(monkeypatch, [0.3, 0.9, 0.5, 0.9])
    config = small(tiny_model, method="heads", max_steps=4, validate_every=1)
    record, written = train(paintings, tmp_path / "out", config)
    assert record.training["best_step"] == 2
    for name in record.trained:
        assert torch.equal(written[f"trained/{name}"], seen[1][name])
        assert not torch.equal(written[f"trained/{name}"], seen[3][name])


@pytest.mark.parametrize(("patience", "steps"), [(2, 4), (0, 6)])
def test_training_ends_when_it_gets_no_better_for_long(
    patience: int, steps: int, paintings: Path, tiny_model: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    scripted(monkeypatch, [0.3, 0.9, 0.5, 0.9, 0.8, 0.7])
    config = small(tiny_model, method="heads", validate_every=1, patience=patience)
    record, _ = train(paintings, tmp_path / "out", config)
    assert (record.training["steps"], record.training["best_step"]) == (steps, 2)
    assert len(rows_of(tmp_path / "out", "curves.csv")) == steps


@pytest.mark.parametrize(("method", "loss"), itertools.product(METHODS, LOSSES))
def test_what_is_loaded_is_what_was_trained(
    method: str, loss: str, paintings: Path, tiny_model: Path, tmp_path: Path, trained: list[Any]
) -> None:
    config = small(tiny_model, method=method, loss=loss, max_steps=2, learning_rate=1e-2)
    record, _ = train(paintings, tmp_path / "out", config)
    assert record.method == method
    assert bool(record.layers) == (method == "lora")
    assert ("logit_bias" in record.trained) == (loss == "sigmoid")
    pixels = np.random.default_rng(0).integers(0, 256, (4, 64, 64, 3), dtype=np.uint8)
    texts = ["a portrait by Painter 1", "a landscape"]
    ours = trained[0].encoder
    base = Encoder.load(str(tiny_model), device="cpu", precision="fp32")
    loaded = Encoder.load(str(tmp_path / "out"), device="cpu", precision="fp32")
    for one, other, plain in (
        (loaded.encode_pixels(pixels), ours.encode_pixels(pixels), base.encode_pixels(pixels)),
        (loaded.encode_texts(texts), ours.encode_texts(texts), base.encode_texts(texts)),
    ):
        assert np.abs(np.asarray(one) - np.asarray(other)).max() < 1e-5
        assert np.abs(np.asarray(one) - np.asarray(plain)).max() > 1e-3
    assert loaded.fingerprint != base.fingerprint


def test_a_fit_takes_an_adapter_for_its_model(
    adapter: Path, paintings: Path, tmp_path: Path
) -> None:
    from topicart.cli import app

    asked = ["fit", str(paintings), "--model", str(adapter), "--out", str(tmp_path / "run")]
    done = CliRunner().invoke(app, [*asked, "--min-size", "5", "--quiet"])
    assert done.exit_code == 0, done.output
    run = json.loads((tmp_path / "run" / "run.json").read_text("utf-8"))
    loaded = Encoder.load(str(adapter), device="cpu")
    assert loaded.weights_sha256 in json.dumps(run)


def test_pictures_that_cannot_be_read_are_reported_and_the_training_goes_on(
    paintings: Path, tiny_model: Path, tmp_path: Path
) -> None:
    source = Path(shutil.copytree(paintings, tmp_path / "source"))
    bad = ["p00.png", "p01.png", "p07.png"]  # of two painters: one may be held out
    for name in bad:
        (source / "images" / name).write_bytes(b"no picture")
    record, _ = train(source, tmp_path / "out", small(tiny_model))
    assert record.state == "finished"
    problems = rows_of(tmp_path / "out", "problems.csv")
    assert sorted(Path(row["file"]).name for row in problems) == bad


def test_tensorboard_gets_every_step(paintings: Path, tiny_model: Path, tmp_path: Path) -> None:
    reading = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    config = small(tiny_model, method="heads")
    train(paintings, tmp_path / "out", config, track=("tensorboard",))
    [events] = (tmp_path / "out" / "logs").rglob("events.*")
    read = reading.EventAccumulator(str(events))
    read.Reload()
    losses = {event.step: event.value for event in read.Scalars("loss")}
    curve = {
        int(row["step"]): float(row["loss"]) for row in rows_of(tmp_path / "out", "curves.csv")
    }
    assert losses == pytest.approx(curve, rel=1e-5)


def test_a_cache_changes_no_weight_and_leaves_nothing(
    adapter: Path, paintings: Path, tiny_model: Path, tmp_path: Path
) -> None:
    _, cached = train(paintings, tmp_path / "out", small(tiny_model, max_steps=8), cache=True)
    assert same(cached, tensors(adapter))
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        path.name for path in adapter.iterdir()
    }


def test_bfloat16_trains_weights_of_float32(
    adapter: Path, paintings: Path, tiny_model: Path, tmp_path: Path
) -> None:
    record, written = train(
        paintings, tmp_path / "out", small(tiny_model, max_steps=8), precision="bf16"
    )
    assert record.training["precision"] == "bf16"
    assert all(tensor.dtype == torch.float32 for tensor in written.values())
    exact = [float(row["loss"]) for row in rows_of(adapter, "curves.csv")]
    rounded = [float(row["loss"]) for row in rows_of(tmp_path / "out", "curves.csv")]
    assert rounded != exact
    assert rounded == pytest.approx(exact, rel=0.05)


def table(folder: Path, rows: list[str]) -> Path:
    """Make a collection of other facts of the same pictures."""
    (folder / "metadata.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def without_captions(source: Path, _: Path) -> dict[str, Any]:
    table(source, ["image", *(f"p{n:02}.png" for n in range(60))])
    return {"hold_out": "work"}


def with_one_caption(source: Path, _: Path) -> dict[str, Any]:
    table(source, ["image,artist", *(f"p{n:02}.png,Somebody" for n in range(60))])
    return {"hold_out": "work"}


def with_no_picture(source: Path, _: Path) -> dict[str, Any]:
    for path in (source / "images").iterdir():
        path.write_bytes(b"no picture")
    return {}


def with_no_picture_to_learn_from(source: Path, adapter: Path) -> dict[str, Any]:
    for row in rows_of(adapter, "split.csv"):
        if row["part"] == "train":
            (source / "images" / f"{Path(row['id']).stem}.png").write_bytes(b"no picture")
    return {}


MISTAKES: dict[str, tuple[Callable[[Path, Path], dict[str, Any]], str]] = {
    "fewer works than a batch": (
        lambda *_: {"batch_size": 64},
        "a batch has 64 pairs, and there are 36 works .* Give --batch-size at most 36",
    ),
    "no captions": (without_captions, "none of the 60 works with a picture has a fact or a tit"),
    "one caption for all": (with_one_caption, "all 60 works have one caption, 'painting by Some"),
    "a pattern that matches nothing": (lambda *_: {"modules": ".*attention"}, r"\.\*attention"),
    "a pattern that is none": (lambda *_: {"modules": "("}, "modules"),
    "an adapter as base": (
        lambda _, adapter: {"model": str(adapter)}, "is an adapter; .* `topicart train export",
    ),
    "no such model": (lambda *_: {"model": "no-such-model/none"}, "no-such-model"),
    "one group": (lambda *_: {"hold_out_values": ("Painter 9",)}, "Painter 9"),
    "no picture": (with_no_picture, "only 0 of the 12 held-out works .* can be read"),
    "no picture to learn from": (with_no_picture_to_learn_from, "pictures of the first batch"),
    "no templates": (lambda *_: {"caption_templates": Path("none.toml")}, "none.toml"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_before_the_first_step_and_changes_nothing(
    mistake: str, adapter: Path, paintings: Path, tiny_model: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    make, message = MISTAKES[mistake]
    source = Path(shutil.copytree(paintings, tmp_path / "source"))
    settings = make(source, adapter)
    there = Path(shutil.copytree(adapter, tmp_path / "there"))
    monkeypatch.setattr(MODULE, "fit", lambda _: pytest.fail("it trains"))
    config = small(**{"model": tiny_model, **settings})
    for out, how in ((tmp_path / "new", {}), (there, {"overwrite": True})):
        with pytest.raises(TopicartError, match=message):
            train(source, out, config, **how)
    assert not (tmp_path / "new").exists()
    assert files(there) == files(adapter)


def other_weights(model: Path) -> None:
    from safetensors.torch import load_file, save_file

    weights = load_file(model / "open_clip_model.safetensors")
    weights["logit_scale"] += 1
    save_file(weights, model / "open_clip_model.safetensors")


def test_an_adapter_does_not_go_on_another_base(
    paintings: Path, tiny_model: Path, tmp_path: Path
) -> None:
    model = Path(shutil.copytree(tiny_model, tmp_path / "model"))
    config = small(model, method="heads", max_steps=1)
    out = tmp_path / "out"
    train(paintings, out, config)
    other_weights(model)
    before = files(out)
    with pytest.raises(ModelError, match="is an adapter for another base model: it was trained on"):
        Encoder.load(str(out), device="cpu")
    for how in ({}, {"resume": True}):
        with pytest.raises(TrainingError, match=r"another training \(different: weights of the ba"):
            train(paintings, out, config, **how)
    assert files(out) == before


def test_what_was_merged_can_be_trained_further(
    adapter: Path, paintings: Path, tmp_path: Path
) -> None:
    merged = export_merged(adapter, tmp_path / "merged")
    record, _ = train(paintings, tmp_path / "out", small(merged, method="heads", max_steps=1))
    assert record.base.folder == str(merged)


def test_another_training_is_not_replaced_unasked(
    adapter: Path, paintings: Path, tiny_model: Path, tmp_path: Path
) -> None:
    there = Path(shutil.copytree(adapter, tmp_path / "there"))
    config = small(tiny_model, method="heads", max_steps=1)
    for how in ({}, {"resume": True}):
        with pytest.raises(
            TrainingError,
            match=r"holds another training \(different: max_steps, method\)\. Name another folder",
        ):
            train(paintings, there, config, **how)
    with pytest.raises(TrainingError, match="--resume goes on .* --overwrite replaces it"):
        train(paintings, there, config, resume=True, overwrite=True)
    assert files(there) == files(adapter)
    train(paintings, there, config, overwrite=True)
    assert {path.name for path in there.iterdir()} == {
        "adapter.json", "trained.safetensors", "split.csv", "curves.csv", "problems.csv",
        "README.md",
    }  # fmt: skip


def test_a_folder_of_something_else_is_left_alone(
    paintings: Path, tiny_model: Path, tmp_path: Path
) -> None:
    letters = tmp_path / "letters"
    letters.mkdir()
    (letters / "to-theo.txt").write_text("Dear Theo", encoding="utf-8")
    with pytest.raises(TrainingError, match="letters is not empty and holds no adapter"):
        train(paintings, letters, small(tiny_model), overwrite=True)
    with pytest.raises(TrainingError, match="to-theo.txt is a file"):
        train(paintings, letters / "to-theo.txt", small(tiny_model))
    with pytest.raises(TrainingError, match="adapter: .*to-theo.txt is a file"):
        train(paintings, letters / "to-theo.txt" / "adapter", small(tiny_model))
    assert files(letters) == {"to-theo.txt": b"Dear Theo"}


def test_a_loss_that_is_not_finite_names_step_and_works(
    paintings: Path, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = MODULE.learning_rate

    def diverging(config: TrainConfig, step: int, steps: int) -> float:
        return math.inf if step == 2 else exact(config, step, steps)

    monkeypatch.setattr(MODULE, "learning_rate", diverging)
    config = small(tiny_model, method="heads", checkpoint_every=1, validate_every=6)
    with pytest.raises(TrainingError, match="the loss of step 4 is nan, .*: p[0-9]+.*learning"):
        train(paintings, tmp_path / "out", config)
    kept = {path.name for path in (tmp_path / "out" / "checkpoints").iterdir()}
    assert "step-00000003.safetensors" in kept


def test_works_looked_at_are_a_sample_of_those_held_out(
    paintings: Path, tiny_model: Path, tmp_path: Path
) -> None:
    config = small(tiny_model, method="heads", max_steps=1, validation_works=5)
    record, _ = train(paintings, tmp_path / "out", config)
    assert (record.source["test"], record.scores["works"]) == (12, 5)
