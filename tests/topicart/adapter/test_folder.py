"""The record of an adapter says what it belongs to; what does not belong is refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.topicart.adapter.trained import write_adapter
from tests.topicart.tiny_models import write_clip_folder
from topicart import Encoder, ModelError
from topicart.adapter import read_record, write_record


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base and, beside it, an adapter."""
    folder = tmp_path_factory.mktemp("pair")
    write_adapter(folder / "adapter", str(write_clip_folder(folder / "base")), method="heads")
    return folder


@pytest.fixture
def moved(pair: Path, tmp_path: Path) -> Path:
    """The same in another place, where the recorded place is another machine's."""
    folder = Path(shutil.copytree(pair, tmp_path / "pair"))
    record = read_record(folder / "adapter")
    base = record.base.model_copy(update={"folder": "/elsewhere/models/base"})
    write_record(folder / "adapter", record.model_copy(update={"base": base}))
    return folder


def change(folder: Path, **values: Any) -> None:
    path = folder / "adapter.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(content | values), encoding="utf-8")


def test_a_record_is_read_as_it_was_written(pair: Path, tmp_path: Path) -> None:
    record = read_record(pair / "adapter")
    assert record.base.folder == str(pair / "base")
    write_record(tmp_path, record)
    assert read_record(tmp_path) == record


def test_a_base_that_moved_along_is_found(pair: Path, moved: Path) -> None:
    here = Encoder.load(str(moved / "adapter"), device="cpu")
    assert here.fingerprint == Encoder.load(str(pair / "adapter"), device="cpu").fingerprint


def test_a_base_that_is_gone_is_named(moved: Path) -> None:
    shutil.rmtree(moved / "base")
    with pytest.raises(
        ModelError,
        match=r"belongs to the model folder /elsewhere/models/base, which is not there, nor is "
        r".*pair/base\. Put .* `topicart train export ADAPTER --out FOLDER`",
    ):
        Encoder.load(str(moved / "adapter"))


def test_a_base_with_other_weights_is_refused(moved: Path) -> None:
    with (moved / "base" / "open_clip_model.safetensors").open("ab") as file:
        file.write(b" ")
    with pytest.raises(
        ModelError,
        match=r"is an adapter for another base model: it was trained on .*base with weights of "
        r"SHA-256 [0-9a-f]{12}…, and /elsewhere/models/base has [0-9a-f]{12}… here. Bring back",
    ):
        Encoder.load(str(moved / "adapter"))


def test_a_training_that_was_cut_is_refused(moved: Path) -> None:
    change(moved / "adapter", state="running")
    with pytest.raises(ModelError, match=r"not finished.*`topicart train … --out FOLDER --resume`"):
        Encoder.load(str(moved / "adapter"))


def test_a_newer_format_is_refused(moved: Path) -> None:
    change(moved / "adapter", format="2.3", topicart_version="9.0")
    with pytest.raises(ModelError, match=r"^The adapter .* in format 2.3 by topicart 9.0; this t"):
        Encoder.load(str(moved / "adapter"))
    change(moved / "adapter", format="1.7", unheard_of=True)
    assert Encoder.load(str(moved / "adapter"), device="cpu").dim == 24


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"format": "one"}', '{"format": "1.0"}'])
def test_a_damaged_record_is_refused(moved: Path, content: str) -> None:
    (moved / "adapter" / "adapter.json").write_text(content, encoding="utf-8")
    with pytest.raises(ModelError, match=r"adapter.json cannot be read .* The adapter is damaged"):
        Encoder.load(str(moved / "adapter"))


def test_what_is_wrong_with_a_record_is_named_and_obeys_no_terminal(moved: Path) -> None:
    change(moved / "adapter", layers="visual")
    with pytest.raises(
        ModelError, match=r"cannot be read \(layers: Input should be a valid tuple\)"
    ):
        Encoder.load(str(moved / "adapter"))
    change(moved / "adapter", layers=[], format="9\x1b[31m", topicart_version="9")
    with pytest.raises(ModelError, match="cannot be read .*a version like 1.0") as caught:
        Encoder.load(str(moved / "adapter"))
    assert str(caught.value).isprintable()
    for name in ("\x1b[31mred", "x" * 5000):
        change(
            moved / "adapter",
            format="1.0",
            base={"name": "base", "folder": name, "weights_sha256": ""},
        )
        with pytest.raises(ModelError, match="which is not there, nor is") as caught:
            Encoder.load(str(moved / "adapter"))
        assert str(caught.value).isprintable()


def test_a_folder_without_a_record_is_no_adapter(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"is no adapter: it has no adapter.json\. Name a folder"):
        read_record(tmp_path)


def test_an_adapter_is_no_base(moved: Path, tmp_path: Path) -> None:
    second = shutil.copytree(moved / "adapter", tmp_path / "second")
    record = read_record(second)
    base = record.base.model_copy(update={"folder": str(moved / "adapter")})
    write_record(second, record.model_copy(update={"base": base}))
    with pytest.raises(ModelError, match="names another adapter, .* as its base"):
        Encoder.load(str(second))


def test_an_adapter_is_not_its_own_base(moved: Path) -> None:
    adapter = moved / "adapter"
    base = {"name": str(adapter), "folder": "", "weights_sha256": ""}
    change(adapter, base=base)
    with pytest.raises(ModelError, match="names another adapter, .* as its base"):
        Encoder.load(str(adapter))
