"""Which layers take an adapter, which parameters are projections, where the blocks are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from tests.topicart.adapter.small_models import CONTEXT, KINDS, clip, hugging_face, image_size, timm
from topicart.adapter import (
    adaptable_layers,
    head_parameters,
    live_parameters,
    split_attention,
    tower_blocks,
)


def layers_of(model: Any) -> list[str]:
    split_attention(model)
    return adaptable_layers(model, image_size(model), CONTEXT)


def test_clip_has_attention_and_mlp_of_both_towers() -> None:
    parts = ("attn.q_proj", "attn.k_proj", "attn.v_proj", "attn.out_proj", "mlp.c_fc", "mlp.c_proj")
    assert layers_of(clip()) == [
        f"{tower}transformer.resblocks.{block}.{part}"
        for tower in ("visual.", "")
        for block in (0, 1)
        for part in parts
    ]


def test_weights_that_are_used_without_their_layer_are_left_alone() -> None:
    layers = layers_of(KINDS["ResNet"]())
    assert not any("attnpool" in name for name in layers)
    assert "visual.conv1" not in layers  # reads the pixels
    assert {"visual.conv2", "visual.layer4.0.conv3", "visual.layer1.0.downsample.0"} <= set(layers)
    from timm.models.beit import Beit

    model = timm("test_vit", pool="")
    model.visual.trunk = Beit(160, 32, embed_dim=64, depth=1, num_heads=2, num_classes=0)
    layers = layers_of(model)
    assert "visual.trunk.blocks.0.attn.proj" in layers
    assert "visual.trunk.blocks.0.attn.qkv" not in layers


def test_a_pooler_whose_output_is_dropped_is_left_alone(tmp_path: Path) -> None:
    from transformers.models.bert.modeling_bert import BertPooler

    model = hugging_face(tmp_path / "hf")
    model.text.transformer.pooler = BertPooler(model.text.transformer.config)
    layers = layers_of(model)
    assert "text.transformer.encoder.layer.0.attention.self.query" in layers
    assert not any("pooler" in name for name in layers)
    live = live_parameters(model, image_size(model), CONTEXT)
    assert "text.transformer.pooler.dense.weight" not in live


def test_convolutions_that_peft_would_not_merge_are_left_alone() -> None:
    model = timm("test_efficientnet")
    layers = layers_of(model)
    assert all(model.get_submodule(name).weight.ndim in (2, 4) for name in layers)
    convolutions = [m for m in map(model.get_submodule, layers) if isinstance(m, nn.Conv2d)]
    assert convolutions
    assert {layer.groups for layer in convolutions} == {1}
    convolutions[0].dilation = (2, 2)
    assert len(layers_of(model)) == len(layers) - 1


def test_asking_leaves_the_model_as_it_was() -> None:
    model = timm("test_efficientnet")
    model.train()
    model.visual.eval()
    model.requires_grad_(False)
    model.logit_scale.requires_grad_(True)
    weights = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    layers_of(model)
    assert model.text.training
    assert not model.visual.training
    assert [n for n, p in model.named_parameters() if p.requires_grad] == ["logit_scale"]
    assert not any(module._forward_hooks for module in model.modules())
    after = model.state_dict()
    split = {name for name in weights if ".attn." in name}
    assert all(torch.equal(after[name], weights[name]) for name in weights.keys() - split)


HEADS = {
    "ViT": ["visual.proj", "text_projection"],
    "CoCa": ["visual.proj", "text.text_projection"],
    "ResNet": ["visual.attnpool.c_proj.weight", "visual.attnpool.c_proj.bias", "text_projection"],
    "timm ViT": ["visual.head.proj.weight", "text.text_projection"],
    "timm EfficientNet": [
        "visual.head.mlp.fc1.weight",
        "visual.head.mlp.fc1.bias",
        "visual.head.mlp.fc2.weight",
        "text.text_projection",
    ],
}


@pytest.mark.parametrize("kind", HEADS)
def test_the_projections_are_found(kind: str) -> None:
    assert sorted(head_parameters(KINDS[kind]())) == sorted(HEADS[kind])


def test_projections_in_other_places_are_found(tmp_path: Path) -> None:
    assert "text.proj.weight" in head_parameters(hugging_face(tmp_path / "hf"))
    classifier = timm("test_vit", pool="avg", proj="")
    assert head_parameters(classifier)[:2] == [
        "visual.trunk.head.weight",
        "visual.trunk.head.bias",
    ]
    siglip = timm("test_vit3", pool="map", proj="none")
    names = head_parameters(siglip)
    assert names[-1] == "text.text_projection"
    assert all(name.startswith("visual.trunk.attn_pool.") for name in names[:-1])
    linear = clip()
    del linear.text_projection
    linear.text_projection = nn.Linear(32, 24)
    assert head_parameters(linear)[1:] == ["text_projection.weight", "text_projection.bias"]


BLOCKS = {"ViT": 2, "CoCa": 2, "ResNet": 4, "timm ConvNeXt": 4, "timm EfficientNet": 5}


@pytest.mark.parametrize("kind", BLOCKS)
def test_blocks_are_listed_from_first_to_last(kind: str) -> None:
    model = KINDS[kind]()
    picture, text = tower_blocks(model)
    assert (len(picture), len(text)) == (BLOCKS[kind], 2)
    names = {id(module): name for name, module in model.named_modules()}
    assert sorted(map(id, picture), key=lambda i: names[i]) == [id(block) for block in picture]


def test_a_tower_of_unknown_making_is_one_block() -> None:
    model = clip()
    model.visual = nn.Linear(3, 4)
    assert tower_blocks(model)[0] == [model.visual]


def test_a_captioning_decoder_takes_no_part() -> None:
    model = KINDS["CoCa"]()
    live = live_parameters(model, image_size(model), CONTEXT)
    dead = {name for name, _ in model.named_parameters()} - live
    assert {name.partition(".")[0] for name in dead} == {"text_decoder", "logit_scale"}
    assert not any(name.startswith("text_decoder") for name in layers_of(model))
