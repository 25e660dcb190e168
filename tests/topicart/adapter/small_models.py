"""Small open_clip models of random weights, one for each kind of tower."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from tests.topicart.tiny_models import write_hf_folder
from topicart.model_files import resolve_model
from topicart.openclip import build_model

CONTEXT = 16
VOCABULARY = 300
TEXT = {
    "context_length": CONTEXT,
    "vocab_size": VOCABULARY,
    "width": 32,
    "heads": 2,
    "layers": 2,
}
VISION = {"image_size": 32, "layers": 2, "width": 32, "head_width": 16, "patch_size": 8}


def clip(**vision: Any) -> Any:
    """CLIP as published; settings of the picture tower may be added."""
    from open_clip.model import CLIP

    torch.manual_seed(0)
    return _noised(CLIP(24, VISION | vision, dict(TEXT)))


def pooled_by_attention() -> Any:
    """A picture tower that ends in one query to all patches."""
    return clip(attentional_pool=True, attn_pooler_queries=1, attn_pooler_heads=2)


def resnet() -> Any:
    """CLIP's first ResNet, with an attention pool."""
    resnet = {"layers": [1, 1, 1, 1], "width": 16, "head_width": 16, "patch_size": None}
    return clip(**resnet, image_size=64)


def coca() -> Any:
    """CoCa: keys wider than queries in its pooler, and a decoder that writes captions."""
    from open_clip.coca_model import CoCa

    torch.manual_seed(0)
    pool = {"attentional_pool": True, "attn_pooler_heads": 2, "output_tokens": True}
    decoder = {"width": 32, "heads": 2, "layers": 1, "context_length": CONTEXT}
    text = TEXT | {"embed_cls": True, "output_tokens": True}
    model = CoCa(24, {**decoder, "vocab_size": VOCABULARY}, text, VISION | {"width": 64} | pool)
    # open_clip leaves this as the memory is, which now and then is not a number.
    torch.nn.init.normal_(model.text_decoder.text_projection)
    return _noised(model)


def timm(name: str, pool: str = "avg", proj: str = "linear") -> Any:
    """A picture tower by timm."""
    from open_clip.model import CustomTextCLIP

    torch.manual_seed(0)
    vision = {"timm_model_name": name, "timm_pool": pool, "timm_proj": proj, "image_size": 160}
    return _noised(CustomTextCLIP(24, vision, dict(TEXT)))


def hugging_face(folder: Path) -> Any:
    """A text tower by transformers."""
    return _noised(build_model(resolve_model(str(write_hf_folder(folder)))).model)


KINDS: dict[str, Callable[[], Any]] = {
    "ViT": clip,
    "ViT pooled by attention": pooled_by_attention,
    "CoCa": coca,
    "ResNet": resnet,
    "timm ViT": lambda: timm("test_vit", pool="", proj="linear"),
    "timm ConvNeXt": lambda: timm("test_convnext"),
    "timm EfficientNet": lambda: timm("test_efficientnet", proj="mlp"),
}


def image_size(model: Any) -> tuple[int, int]:
    """Height and width that a model sees."""
    size = model.visual.image_size
    return tuple(size) if isinstance(size, tuple | list) else (size, size)


def inputs(model: Any, vocabulary: int = VOCABULARY, n: int = 2) -> tuple[Any, Any]:
    """Pictures and texts of noise."""
    generator = torch.Generator().manual_seed(1)
    pixels = torch.randn(n, 3, *image_size(model), generator=generator)
    return pixels, torch.randint(1, vocabulary, (n, CONTEXT), generator=generator)


def outputs(model: Any, vocabulary: int = VOCABULARY) -> torch.Tensor:
    """What a model gives for :func:`inputs`, pictures above texts."""
    pixels, tokens = inputs(model, vocabulary)
    with torch.no_grad():
        return torch.cat([model.eval().encode_image(pixels), model.encode_text(tokens)])


def _noised(model: Any) -> Any:
    """Move every parameter off the zeros and ones that it starts from.

    The last gain of a block of CLIP's ResNet starts at zero: nothing before it gets a gradient.
    """
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter), alpha=0.05)
    return model.eval()
