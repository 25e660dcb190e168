"""Which weights each method trains, and when."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from tests.topicart.adapter.small_models import CONTEXT, KINDS, clip, image_size, outputs
from topicart.errors import TrainingError
from training.config import TrainConfig
from training.methods import prepare, set_train_mode, trainable, unfreeze_for

HEADS = ["visual.proj", "text_projection", "logit_scale"]


def prepared(model: Any, **settings: Any) -> list[str]:
    config = TrainConfig(**settings)
    return prepare(model, config, image_size=image_size(model), context_length=CONTEXT)


def test_lora_trains_adapters_projections_and_temperature() -> None:
    model = clip()
    layers = prepared(model, method="lora", rank=2)
    adapters = [f"{layer}.lora_{half}.default.weight" for layer in layers for half in "AB"]
    assert len(layers) == 24
    assert sorted(trainable(model)) == sorted([*adapters, *HEADS])
    assert trainable(model)[adapters[0]].shape == (2, 32)


def test_heads_are_trained_alone() -> None:
    model = clip()
    assert prepared(model, method="heads") == []
    assert sorted(trainable(model)) == sorted(HEADS)


def test_full_trains_all_that_a_vector_depends_on() -> None:
    model = clip()
    prepared(model, method="full")
    assert set(trainable(model)) == {name for name, _ in model.named_parameters()}
    model = KINDS["CoCa"]()
    prepared(model, method="full")
    assert not any(name.startswith("text_decoder.") for name in trainable(model))
    assert "logit_scale" in trainable(model)


def test_unfreezing_opens_a_block_more_of_each_tower_and_then_the_rest() -> None:
    model, config = clip(layers=3), TrainConfig(method="unfreeze", unfreeze_every=2)
    prepared(model, method="unfreeze", unfreeze_every=2)

    def blocks() -> list[str]:
        names = (name.partition(".resblocks.") for name in trainable(model))
        return sorted({f"{tower} {rest[0]}" for tower, found, rest in names if found})

    first = ["transformer 1", "visual.transformer 2"]
    assert blocks() == first
    assert not any("embedding" in name for name in trainable(model))
    assert [unfreeze_for(model, config, epoch) for epoch in (0, 1)] == [False, False]
    assert unfreeze_for(model, config, 2)
    assert blocks() == sorted([*first, "transformer 0", "visual.transformer 1"])
    # The text tower has two blocks: it is open as a whole.
    assert "token_embedding.weight" in trainable(model)
    assert "visual.conv1.weight" not in trainable(model)
    assert not unfreeze_for(model, config, 3)
    assert unfreeze_for(model, config, 4)
    assert set(trainable(model)) == {name for name, _ in model.named_parameters()}
    assert not unfreeze_for(model, config, 6)


def test_a_resumed_training_opens_all_at_once() -> None:
    model, config = clip(), TrainConfig(method="unfreeze", unfreeze_every=1)
    prepared(model, method="unfreeze", unfreeze_every=1)
    assert unfreeze_for(model, config, 7)
    assert set(trainable(model)) == {name for name, _ in model.named_parameters()}


def test_unfreezing_leaves_a_captioning_decoder_alone() -> None:
    model = KINDS["CoCa"]()
    prepared(model, method="unfreeze")
    unfreeze_for(model, TrainConfig(method="unfreeze"), 100)
    assert {name.partition(".")[0] for name in trainable(model)} == {
        "visual",
        "text",
        "logit_scale",
    }


@pytest.mark.parametrize("method", ["lora", "heads", "full"])
def test_other_methods_open_nothing(method: str) -> None:
    model = clip()
    prepared(model, method=method)
    before = list(trainable(model))
    assert not unfreeze_for(model, TrainConfig(method=method), 50)
    assert list(trainable(model)) == before


def test_the_sigmoid_loss_brings_a_bias() -> None:
    model = clip()
    prepared(model, method="heads", loss="sigmoid")
    assert sorted(trainable(model)) == sorted([*HEADS, "logit_bias"])
    assert model.logit_bias.item() == -10
    assert model.logit_scale.exp().item() == pytest.approx(10)


def test_a_bias_and_temperature_that_are_there_are_kept() -> None:
    def with_bias() -> Any:
        model = clip()
        model.logit_bias = torch.nn.Parameter(torch.tensor(-3.0))
        return model

    model = with_bias()
    scale = model.logit_scale.item()
    prepared(model, method="lora", loss="sigmoid")
    assert "logit_bias" in trainable(model)
    assert (model.logit_bias.item(), model.logit_scale.item()) == (-3, scale)
    for method in ("lora", "full", "unfreeze"):
        model = with_bias()
        prepared(model, method=method, loss="infonce")
        assert "logit_bias" not in trainable(model)


def test_batch_statistics_never_change() -> None:
    model = KINDS["ResNet"]()
    prepared(model, method="full")
    before = outputs(model)
    statistics = {name: tensor.clone() for name, tensor in model.named_buffers()}
    set_train_mode(model)
    assert model.training
    model.encode_image(torch.randn(4, 3, 64, 64))
    assert all(torch.equal(tensor, statistics[name]) for name, tensor in model.named_buffers())
    assert torch.equal(outputs(model), before)


def test_an_adapter_drops_out_in_training() -> None:
    model = clip()
    prepared(model, method="lora", lora_dropout=0.5)
    torch.nn.init.ones_(model.transformer.resblocks[0].mlp.c_fc.lora_B["default"].weight)
    tokens = torch.randint(1, 300, (2, CONTEXT))
    set_train_mode(model)
    assert not torch.equal(model.encode_text(tokens), model.encode_text(tokens))
    model.eval()
    assert torch.equal(model.encode_text(tokens), model.encode_text(tokens))


def test_a_model_without_projections_has_no_heads_to_train() -> None:
    model = clip()
    model.visual.proj = model.text_projection = None
    with pytest.raises(TrainingError, match="has no projection .* --method lora"):
        prepared(model, method="heads")
