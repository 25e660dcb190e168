"""An adapter is kept in a folder, and merged into its base it gives what was trained."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from tests.topicart.adapter.small_models import KINDS
from tests.topicart.adapter.trained import vectors, write_adapter
from tests.topicart.tiny_models import paint_collection, write_clip_folder, write_hf_folder
from topicart import Encoder, ModelError
from topicart.adapter import add_lora, load_weights, read_record, split_attention, write_record
from topicart.models import MINI, MINI_NOTE, mini_folder

TEXTS = ["a painting of the sea", "apples", "red ships"]


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("bases")
    return {"clip": write_clip_folder(folder / "clip"), "hf": write_hf_folder(folder / "hf")}


@pytest.fixture(scope="module")
def adapters(bases: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Folder and trained model of an adapter for each base."""
    folder = tmp_path_factory.mktemp("adapters")
    return {
        kind: (folder / kind, write_adapter(folder / kind, str(base), loss="sigmoid"))
        for kind, base in bases.items()
    }


@pytest.fixture
def adapter(adapters: dict[str, Any], tmp_path: Path) -> Path:
    """A copy of an adapter for CLIP, to be damaged."""
    return Path(shutil.copytree(adapters["clip"][0], tmp_path / "adapter"))


@pytest.mark.parametrize("kind", ["clip", "hf"])
def test_an_adapter_is_an_encoder_like_any_other(
    kind: str, bases: dict[str, Path], adapters: dict[str, Any], tmp_path: Path
) -> None:
    folder, trained = adapters[kind]
    encoder = Encoder.load(str(folder), device="cpu")
    base = Encoder.load(str(bases[kind]), device="cpu")
    tokens = encoder.tokenizer(TEXTS)
    merged = vectors(encoder.model, tokens)
    torch.testing.assert_close(merged, vectors(trained, tokens), atol=1e-5, rtol=1e-5)
    assert (merged - vectors(base.model, tokens)).abs().max() > 0.01
    assert encoder.name == str(folder)
    assert encoder.weights_sha256 != base.weights_sha256
    assert encoder.fingerprint != base.fingerprint
    own = set(encoder.model.state_dict()) - set(base.model.state_dict())
    assert own == {"logit_bias"}  # else as quick as the base: nothing is left of the adapter
    assert len(encoder.encode_images(paint_collection(tmp_path / "works", 3))) == 3


@pytest.mark.parametrize("method", ["heads", "unfreeze", "full"])
def test_whole_parameters_are_kept_too(method: str, bases: dict[str, Path], tmp_path: Path) -> None:
    trained = write_adapter(tmp_path / "adapter", str(bases["clip"]), method=method)
    encoder = Encoder.load(str(tmp_path / "adapter"), device="cpu")
    expected = trained.state_dict()
    found = encoder.model.state_dict()
    assert list(found) == list(expected)
    assert all(torch.equal(found[name], expected[name]) for name in expected)
    assert not (tmp_path / "adapter" / "adapter_model.safetensors").exists()


@pytest.mark.parametrize("kind", ["ResNet", "timm ConvNeXt", "timm EfficientNet", "CoCa"])
def test_convolutions_and_poolers_are_merged(kind: str, tmp_path: Path) -> None:
    from tests.topicart.adapter.small_models import CONTEXT, image_size, outputs
    from topicart.adapter import save_weights
    from topicart.adapter.folder import AdapterRecord, BaseModelRecord

    model, base = KINDS[kind](), KINDS[kind]()
    add_lora(
        model,
        rank=3,
        alpha=12.0,
        dropout=0.0,
        modules=None,
        image_size=image_size(model),
        context_length=CONTEXT,
    )
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            nn.init.normal_(parameter, std=0.02)
    layers, trained = save_weights(tmp_path, model)
    assert trained == []
    write_record(
        tmp_path,
        AdapterRecord(
            state="finished",
            topicart_version="0",
            created="now",
            base=BaseModelRecord(name="x", weights_sha256=""),
            method="lora",
            layers=tuple(layers),
        ),
    )
    before = outputs(base)
    load_weights(base, tmp_path)
    torch.testing.assert_close(outputs(base), outputs(model), atol=1e-5, rtol=1e-4)
    assert (outputs(base) - before).abs().max() > 1e-3
    assert list(base.state_dict()) == list(KINDS[kind]().state_dict())


@pytest.mark.skipif(not mini_folder().is_dir(), reason="the bundled model has not been made here")
def test_an_adapter_of_mini_keeps_its_note(tmp_path: Path) -> None:
    trained = write_adapter(tmp_path / "adapter", MINI)
    assert read_record(tmp_path / "adapter").base.folder == ""
    encoder = Encoder.load(str(tmp_path / "adapter"), device="cpu")
    assert encoder.note == MINI_NOTE
    tokens = encoder.tokenizer(TEXTS)
    expected = vectors(trained, tokens)
    torch.testing.assert_close(vectors(encoder.model, tokens), expected, atol=1e-5, rtol=1e-5)


def test_peft_reads_the_low_rank_part(bases: dict[str, Path], tmp_path: Path) -> None:
    from peft import PeftModel

    trained = write_adapter(tmp_path / "adapter", str(bases["clip"]))
    base = Encoder.load(str(bases["clip"]), device="cpu")
    split_attention(base.model)
    tokens = base.tokenizer(TEXTS)
    with torch.no_grad():
        # The projections were trained whole: they are no part of peft's files.
        for name, tensor in load_file(tmp_path / "adapter" / "trained.safetensors").items():
            base.model.get_parameter(name).copy_(tensor)
    by_peft = PeftModel.from_pretrained(base.model, str(tmp_path / "adapter"))
    found = vectors(by_peft.base_model.model.eval(), tokens)
    torch.testing.assert_close(found, vectors(trained, tokens), atol=1e-5, rtol=1e-5)


def test_vectors_of_another_adapter_are_told_apart(adapter: Path, adapters: dict[str, Any]) -> None:
    first = Encoder.load(str(adapters["clip"][0]), device="cpu")
    moved = Encoder.load(str(adapter), device="cpu")
    assert moved.fingerprint == first.fingerprint
    tensors = load_file(adapter / "trained.safetensors")
    save_file(
        tensors | {"visual.proj": tensors["visual.proj"] + 1}, adapter / "trained.safetensors"
    )
    assert Encoder.load(str(adapter), device="cpu").fingerprint != first.fingerprint


@pytest.mark.parametrize("name", ["adapter_model.safetensors", "trained.safetensors"])
def test_a_file_cut_short_is_refused(adapter: Path, name: str) -> None:
    content = (adapter / name).read_bytes()
    (adapter / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(ModelError, match=f"{name} is missing, damaged or truncated.*Copy the adap"):
        Encoder.load(str(adapter))
    (adapter / name).unlink()
    with pytest.raises(ModelError, match=f"{name} is missing, damaged or truncated"):
        Encoder.load(str(adapter))


def test_settings_of_peft_that_say_nothing_are_refused(adapter: Path) -> None:
    for content in ("{", "[]", "{}", '{"lora_alpha": "much"}', '{"lora_alpha": NaN}', "[" * 99_999):
        (adapter / "adapter_config.json").write_text(content, encoding="utf-8")
        with pytest.raises(ModelError, match=r"adapter_config.json is missing, damaged"):
            Encoder.load(str(adapter))


def test_a_tensor_that_is_not_there_is_named(adapter: Path) -> None:
    tensors = load_file(adapter / "trained.safetensors")
    del tensors["visual.proj"]
    save_file(tensors, adapter / "trained.safetensors")
    with pytest.raises(ModelError, match=r"trained.safetensors is .*no tensor visual.proj"):
        Encoder.load(str(adapter))


def test_tensors_that_do_not_fit_are_refused(adapter: Path) -> None:
    tensors = load_file(adapter / "trained.safetensors")
    save_file(tensors | {"visual.proj": torch.zeros(3, 4)}, adapter / "trained.safetensors")
    with pytest.raises(
        ModelError, match=r"holds \(3, 4\) for visual.proj, and the model has \(32, 24\) there"
    ):
        Encoder.load(str(adapter))
    layer = read_record(adapter).layers[0]
    name = f"base_model.model.{layer}.lora_A.weight"
    low_rank = load_file(adapter / "adapter_model.safetensors")
    save_file(low_rank | {name: torch.zeros(16, 5)}, adapter / "adapter_model.safetensors")
    with pytest.raises(ModelError, match=rf"\(16, 5\) for {layer}, and the model has \(32, 32\)"):
        Encoder.load(str(adapter))


@pytest.mark.parametrize("name", ["adapter_model.safetensors", "trained.safetensors"])
@pytest.mark.parametrize("kind", ["not a number", "infinite", "whole", "true or false"])
def test_tensors_of_other_than_finite_numbers_are_refused(
    adapter: Path, name: str, kind: str
) -> None:
    changed = {
        "not a number": lambda tensor: tensor * math.nan,
        "infinite": lambda tensor: tensor + math.inf,
        "whole": lambda tensor: tensor.int(),
        "true or false": lambda tensor: tensor > 0,
    }[kind]
    tensors = load_file(adapter / name)
    save_file({key: changed(tensor) for key, tensor in tensors.items()}, adapter / name)
    with pytest.raises(ModelError, match=rf"{name} is .*\(not all numbers of .* are finite ones\)"):
        Encoder.load(str(adapter))


@pytest.mark.parametrize("shapes", [((), ()), ((0, 32), (32, 0)), ((5,), (5,))])
def test_halves_that_make_no_matrix_are_refused(
    adapter: Path, shapes: tuple[tuple[int, ...], tuple[int, ...]]
) -> None:
    layer = read_record(adapter).layers[0]
    tensors = load_file(adapter / "adapter_model.safetensors")
    for half, shape in zip("AB", shapes, strict=True):
        tensors[f"base_model.model.{layer}.lora_{half}.weight"] = torch.zeros(shape)
    save_file(tensors, adapter / "adapter_model.safetensors")
    with pytest.raises(ModelError, match=f"for {layer}, and the model has"):
        Encoder.load(str(adapter))


def test_layers_that_the_model_lacks_are_refused(adapter: Path) -> None:
    record = read_record(adapter)
    record = record.model_copy(update={"layers": ("visual.strange",)})
    write_record(adapter, record)
    name = "base_model.model.visual.strange.lora_{}.weight"
    tensors = {name.format(half): torch.zeros(2, 2) for half in "AB"}
    save_file(tensors, adapter / "adapter_model.safetensors")
    with pytest.raises(ModelError, match="visual.strange, and the model has none of that name"):
        Encoder.load(str(adapter))


def test_the_files_are_plain(adapter: Path) -> None:
    assert {path.suffix for path in adapter.iterdir()} == {".json", ".safetensors"}
    settings = json.loads((adapter / "adapter_config.json").read_text(encoding="utf-8"))
    assert (settings["peft_type"], settings["r"], settings["lora_alpha"]) == ("LORA", 16, 32)
