"""Attention is split into four layers and folded back, and gives what it gave before."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from tests.topicart.adapter.small_models import KINDS, clip, outputs
from topicart.adapter import SplitAttention, fold_attention, split_attention

WITH_ATTENTION = {"ViT": 4, "ViT pooled by attention": 5, "CoCa": 7, "ResNet": 2, "timm ViT": 2}


@pytest.mark.parametrize("kind", WITH_ATTENTION)
def test_splitting_changes_no_output_and_folding_no_weight(kind: str) -> None:
    model = KINDS[kind]()
    weights = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    before = outputs(model)
    assert split_attention(model) == WITH_ATTENTION[kind]
    assert not any(isinstance(module, nn.MultiheadAttention) for module in model.modules())
    torch.testing.assert_close(outputs(model), before, atol=1e-5, rtol=1e-5)
    assert fold_attention(model) == WITH_ATTENTION[kind]
    folded = model.state_dict()
    assert list(folded) == list(weights)
    assert all(torch.equal(folded[name], weights[name]) for name in weights)
    torch.testing.assert_close(outputs(model), before, atol=0, rtol=0)


def masks(n: int, length: int, source: int) -> dict[str, dict[str, Any]]:
    causal = torch.ones(length, source).triu(1).bool()
    added = torch.randn(length, source)
    padding = torch.zeros(n, source, dtype=torch.bool)
    padding[0, -2:] = True
    per_head = torch.randn(n * 4, length, source)
    return {
        "none": {},
        "True is masked": {"attn_mask": causal},
        "added": {"attn_mask": added},
        "padding": {"key_padding_mask": padding},
        "both": {"attn_mask": causal, "key_padding_mask": padding},
        "one for each head": {"attn_mask": per_head},
    }


@pytest.mark.parametrize("mask", masks(1, 1, 1))
@pytest.mark.parametrize("batch_first", [True, False])
@pytest.mark.parametrize("settings", [{}, {"bias": False}, {"kdim": 12, "vdim": 20}])
def test_it_does_what_torch_does(mask: str, batch_first: bool, settings: dict[str, Any]) -> None:
    torch.manual_seed(0)
    theirs = nn.MultiheadAttention(16, 4, batch_first=batch_first, **settings).eval()
    for parameter in theirs.parameters():
        nn.init.normal_(parameter)
    ours = SplitAttention(theirs)
    n, length, source = 2, 5, 7
    shapes = ((length, 16), (source, theirs.kdim), (source, theirs.vdim))
    given = [torch.randn(n, *shape) for shape in shapes]
    if not batch_first:
        given = [tensor.transpose(0, 1) for tensor in given]
    how = masks(n, length, source)[mask]
    expected, _ = theirs(*given, need_weights=False, **how)
    found, weights = ours(*given, need_weights=False, **how)
    assert weights is None
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)


def test_attention_drops_out_in_training_only() -> None:
    attention = SplitAttention(nn.MultiheadAttention(16, 4, dropout=0.5, batch_first=True))
    x = torch.randn(2, 5, 16)
    assert not torch.equal(attention(x, x, x)[0], attention(x, x, x)[0])
    attention.eval()
    assert torch.equal(attention(x, x, x)[0], attention(x, x, x)[0])


def test_what_was_frozen_stays_frozen() -> None:
    model = clip()
    model.requires_grad_(False)
    model.transformer.requires_grad_(True)
    split_attention(model)
    assert model.transformer.resblocks[0].attn.q_proj.weight.requires_grad
    assert not model.visual.transformer.resblocks[0].attn.q_proj.weight.requires_grad
    fold_attention(model)
    assert model.transformer.resblocks[0].attn.in_proj_weight.requires_grad
    assert not model.visual.transformer.resblocks[0].attn.in_proj_bias.requires_grad


def test_attention_that_adds_keys_of_its_own_stays() -> None:
    model = nn.Sequential(
        nn.MultiheadAttention(16, 4, add_bias_kv=True),
        nn.MultiheadAttention(16, 4, add_zero_attn=True),
    )
    assert split_attention(model) == 0
