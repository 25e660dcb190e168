"""Low-rank adapters learn in every layer that they are put on, and change nothing at first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from tests.topicart.adapter.small_models import (
    CONTEXT,
    KINDS,
    clip,
    hugging_face,
    image_size,
    inputs,
    outputs,
)
from tests.topicart.tiny_models import WORDS
from topicart.adapter import add_lora
from topicart.errors import TrainingError
from topicart.model_files import resolve_model
from topicart.models import MINI, mini_folder
from topicart.openclip import build_model


def adapted(model: Any, modules: str | None = None, context_length: int = CONTEXT) -> list[str]:
    return add_lora(
        model,
        rank=4,
        alpha=8,
        dropout=0.0,
        modules=modules,
        image_size=image_size(model),
        context_length=context_length,
    )


def without_gradient(model: Any, pixels: torch.Tensor, tokens: torch.Tensor) -> list[str]:
    """Adapter tensors that one step would leave as they are."""
    adapters = {n: p for n, p in model.named_parameters() if ".lora_" in n}
    for name, parameter in adapters.items():
        if "lora_B" in name:  # while it is zero, lora_A has no gradient
            torch.nn.init.normal_(parameter, std=0.02)
    features = [model.encode_image(pixels), model.encode_text(tokens)]
    sum(feature.square().sum() for feature in features).backward()
    return [n for n, p in adapters.items() if p.grad is None or not p.grad.abs().max() > 0]


@pytest.mark.parametrize("kind", KINDS)
def test_every_adapter_learns(kind: str) -> None:
    model = KINDS[kind]()
    before = outputs(model)
    layers = adapted(model)
    torch.testing.assert_close(outputs(model), before, atol=1e-5, rtol=1e-5)
    trained = [name for name, p in model.named_parameters() if p.requires_grad]
    assert sorted(trained) == sorted(
        f"{layer}.lora_{half}.default.weight" for layer in layers for half in "AB"
    )
    assert without_gradient(model, *inputs(model)) == []


def test_every_adapter_of_a_text_tower_by_transformers_learns(tmp_path: Path) -> None:
    model = hugging_face(tmp_path / "hf")
    layers = adapted(model)
    assert "text.transformer.encoder.layer.0.output.dense" in layers
    assert without_gradient(model, *inputs(model, vocabulary=5 + len(WORDS))) == []


def test_every_adapter_of_vit_b_32_learns() -> None:
    import open_clip

    torch.manual_seed(0)
    model = open_clip.create_model("ViT-B-32", pretrained=None).eval()
    # Query, key, value, output, and two layers of the MLP, in twelve blocks of each tower.
    assert len(adapted(model, context_length=77)) == 6 * 12 * 2
    tokens = open_clip.get_tokenizer("ViT-B-32")(["the sea", "apples on a plate"])
    assert without_gradient(model, torch.randn(2, 3, 224, 224), tokens) == []


@pytest.mark.skipif(not mini_folder().is_dir(), reason="the bundled model has not been made here")
def test_every_adapter_of_mini_learns() -> None:
    built = build_model(resolve_model(MINI))
    layers = adapted(built.model, context_length=built.context_length)
    assert {name.partition(".")[0] for name in layers} == {"visual", "text"}
    tokens = built.tokenizer(["the sea", "apples on a plate"])
    assert without_gradient(built.model, torch.randn(2, 3, 224, 224), tokens) == []


def test_a_pattern_chooses_layers_of_one_tower() -> None:
    model = clip()
    layers = adapted(model, r"transformer\.resblocks\.\d\.mlp\..*")
    assert layers == [
        f"transformer.resblocks.{block}.mlp.{part}"
        for block in (0, 1)
        for part in ("c_fc", "c_proj")
    ]
    adapters = {n.partition(".lora_")[0] for n, _ in model.named_parameters() if ".lora_" in n}
    assert adapters == set(layers)


def test_the_first_matrices_come_from_the_seed() -> None:
    drawn = []
    for seed in (1, 1, 2):
        model = clip()
        torch.manual_seed(seed)
        adapted(model)
        drawn.append(model.transformer.resblocks[0].mlp.c_fc.lora_A["default"].weight)
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], drawn[2])


def test_a_pattern_that_matches_nothing_is_refused() -> None:
    with pytest.raises(
        TrainingError,
        match=r"'c_fc' matches no layer of the model.* whole name .*; 24 layers can have an "
        r"adapter, among them visual.transformer.resblocks.0.attn.q_proj, ",
    ):
        adapted(clip(), "c_fc")


def test_a_pattern_that_is_none_is_refused() -> None:
    with pytest.raises(TrainingError, match=r"'\*c_fc' is no regular expression .nothing to repea"):
        adapted(clip(), "*c_fc")


@pytest.mark.parametrize("pattern", [r"visual\.attnpool\.[qkvc]_proj", r"visual\.conv1"])
def test_a_pattern_that_matches_only_what_cannot_learn_is_refused(pattern: str) -> None:
    with pytest.raises(
        TrainingError, match="only layers like visual.*an adapter would learn nothing or is not"
    ):
        adapted(KINDS["ResNet"](), pattern)
