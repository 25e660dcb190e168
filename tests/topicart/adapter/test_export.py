"""An exported adapter is a model that plain open_clip loads."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from knowledge_graph import WriteError
from tests.topicart.adapter.trained import vectors, write_adapter
from tests.topicart.tiny_models import paint_collection, write_clip_folder, write_hf_folder
from topicart import Encoder, ModelError
from topicart.adapter import export_merged

TEXTS = ["a painting of the sea", "apples"]


@pytest.mark.parametrize("kind", ["clip", "hf"])
@pytest.mark.parametrize("loss", ["infonce", "sigmoid"])
def test_plain_open_clip_gives_what_the_adapter_gives(kind: str, loss: str, tmp_path: Path) -> None:
    import open_clip

    write = {"clip": write_clip_folder, "hf": write_hf_folder}[kind]
    trained = write_adapter(tmp_path / "adapter", str(write(tmp_path / "base")), loss=loss)
    (tmp_path / "adapter" / "README.md").write_text("# Card\n", encoding="utf-8")
    out = export_merged(tmp_path / "adapter", tmp_path / "out")
    (tmp_path / "base").rename(tmp_path / "gone")
    (tmp_path / "adapter").rename(tmp_path / "gone-too")

    plain = open_clip.create_model(f"local-dir:{out}").eval()
    tokens = open_clip.get_tokenizer(f"local-dir:{out}")(TEXTS)
    expected = vectors(trained, tokens)
    torch.testing.assert_close(vectors(plain, tokens), expected, atol=1e-5, rtol=1e-5)
    assert plain.logit_scale == trained.logit_scale
    assert (plain.logit_bias is None) == (loss == "infonce")
    if loss == "sigmoid":
        assert plain.logit_bias == trained.logit_bias
    card = (out / "README.md").read_text(encoding="utf-8")
    assert card.startswith("# Card\n\n> This folder holds the base and the adapter merged")
    weights = load_file(out / "open_clip_model.safetensors")
    assert {w.dtype for w in weights.values() if w.is_floating_point()} == {torch.float32}

    # topicart needs nothing else either, wherever the folder lies.
    encoder = Encoder.load(str(out.rename(tmp_path / "carried")), device="cpu")
    torch.testing.assert_close(vectors(encoder.model, tokens), expected, atol=1e-5, rtol=1e-5)


def test_pictures_are_prepared_as_before(tmp_path: Path) -> None:
    base = write_hf_folder(tmp_path / "base")
    write_adapter(tmp_path / "adapter", str(base))
    before = Encoder.load(str(tmp_path / "adapter"), device="cpu")
    after = Encoder.load(str(export_merged(tmp_path / "adapter", tmp_path / "out")), device="cpu")
    assert after.preprocess == before.preprocess
    assert after.preprocess.resize_mode == "squash"
    works = paint_collection(tmp_path / "works", 3)
    one, other = (encoder.encode_images(works).vectors for encoder in (before, after))
    np.testing.assert_allclose(one, other, atol=1e-5)


def test_quick_gelu_is_written_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import dataclasses

    from topicart.adapter import export
    from topicart.model_files import ModelSource, resolve_model

    def quick(name: str) -> ModelSource:
        return dataclasses.replace(resolve_model(name), quick_gelu=True)

    write_adapter(tmp_path / "adapter", str(write_clip_folder(tmp_path / "base")), method="heads")
    monkeypatch.setattr(export, "resolve_model", quick)
    out = export_merged(tmp_path / "adapter", tmp_path / "out")
    config = json.loads((out / "open_clip_config.json").read_text(encoding="utf-8"))
    assert config["model_cfg"]["quick_gelu"] is True


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    base = write_clip_folder(tmp_path / "base")
    write_adapter(tmp_path / "adapter", str(base), method="heads")
    out = tmp_path / "out"
    out.mkdir()
    (out / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ModelError, match=r"out is not empty\. Name a new folder, or give --overwr"):
        export_merged(tmp_path / "adapter", out)
    assert [path.name for path in out.iterdir()] == ["notes.txt"]
    for _ in range(2):
        export_merged(tmp_path / "adapter", out, overwrite=True)
    assert (out / "notes.txt").read_text(encoding="utf-8") == "mine"
    assert Encoder.load(str(out), device="cpu").dim == 24
    with pytest.raises(ModelError, match="is a file. Name a folder to write the model to"):
        export_merged(tmp_path / "adapter", out / "notes.txt")
    for place in (base, tmp_path / "adapter"):
        with pytest.raises(ModelError, match="holds the adapter or its base, which the export"):
            export_merged(tmp_path / "adapter", place, overwrite=True)


def test_a_full_disk_is_told_and_leaves_no_half_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_tensors: object, path: Path, _header: object) -> None:
        path.write_bytes(b"half")
        raise SafetensorError("I/O error: No space left on device (os error 28)")

    base = write_clip_folder(tmp_path / "base")
    write_adapter(tmp_path / "adapter", str(base), method="heads")
    monkeypatch.setattr("safetensors.torch.save_file", full)
    with pytest.raises(WriteError, match="open_clip_model.safetensors: the disk is full"):
        export_merged(tmp_path / "adapter", tmp_path / "out")
    assert not list((tmp_path / "out").iterdir())


def test_another_adapter_is_not_replaced(tmp_path: Path) -> None:
    base = write_clip_folder(tmp_path / "base")
    for name in ("adapter", "other"):
        write_adapter(tmp_path / name, str(base), method="heads")
    before = sorted((tmp_path / "other").iterdir())
    with pytest.raises(ModelError, match="other holds an adapter, which is not replaced"):
        export_merged(tmp_path / "adapter", tmp_path / "other", overwrite=True)
    assert sorted((tmp_path / "other").iterdir()) == before


@pytest.mark.parametrize("name", ["base", "nowhere"])
def test_what_is_no_adapter_has_nothing_to_merge(name: str, tmp_path: Path) -> None:
    write_clip_folder(tmp_path / "base")
    with pytest.raises(ModelError, match=f"{name} is no adapter: it has no adapter.json. Name a"):
        export_merged(tmp_path / name, tmp_path / "out")
    assert not (tmp_path / "out").exists()
