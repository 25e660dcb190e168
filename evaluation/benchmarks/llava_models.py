"""LLaVA's models with random weights, and inputs as summaries have them."""

from __future__ import annotations

import copy
from typing import Any

import torch
from PIL import Image, ImageOps

from topicart.summaries.mosaic import BACKGROUND

__all__ = ["DTYPES", "MODELS", "PROMPT_TOKENS", "configuration", "make_inputs", "make_model"]

DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}

MODELS = {
    "tiny": "LLaVA 1.5 with two tiny layers",
    "0.5b": "LLaVA-OneVision Qwen2 0.5B",
    "7b": "LLaVA 1.5 7B",
}
PROMPT_TOKENS = 150
"""About as long as the rich prompt with its words of four facets."""

_TINY = {"num_hidden_layers": 2, "hidden_size": 64, "intermediate_size": 128,
         "num_attention_heads": 4}  # fmt: skip
_CLIP = {"model_type": "clip_vision_model", "image_size": 336, "patch_size": 14}
_VICUNA = {"model_type": "llama", "vocab_size": 32_064, "max_position_embeddings": 4096}
_NUMBERS: dict[str, tuple[str, dict[str, Any]]] = {
    "tiny": (
        "llava",
        {"vision_config": _CLIP | _TINY, "text_config": _VICUNA | _TINY},
    ),
    "0.5b": (
        "llava_onevision",
        {
            "vision_config": {
                "model_type": "siglip_vision_model", "image_size": 384, "patch_size": 14,
                "num_hidden_layers": 26, "hidden_size": 1152, "intermediate_size": 4304,
                "num_attention_heads": 16, "vision_use_head": False,
            },
            "text_config": {
                "model_type": "qwen2", "vocab_size": 152_000, "num_hidden_layers": 24,
                "hidden_size": 896, "intermediate_size": 4864, "num_attention_heads": 14,
                "num_key_value_heads": 2, "tie_word_embeddings": True,
            },
            "tie_word_embeddings": True,
        },
    ),
    "7b": (
        "llava",
        {
            "vision_config": _CLIP | {
                "num_hidden_layers": 24, "hidden_size": 1024, "intermediate_size": 4096,
                "num_attention_heads": 16,
            },
            "text_config": _VICUNA | {
                "num_hidden_layers": 32, "hidden_size": 4096, "intermediate_size": 11008,
                "num_attention_heads": 32,
            },
        },
    ),
}  # fmt: skip


def configuration(size: str) -> Any:
    """Write a model's configuration down from its published numbers.

    Parameters
    ----------
    size : str
        A key of :data:`MODELS`.

    Returns
    -------
    transformers.PreTrainedConfig
        Of the model as a whole.
    """
    from transformers import AutoConfig

    kind, numbers = _NUMBERS[size]
    return AutoConfig.for_model(kind, **copy.deepcopy(numbers))


def make_model(size: str, device: str, precision: str) -> Any:
    """Build a model with random weights where it is to run.

    Parameters
    ----------
    size : str
        A key of :data:`MODELS`.
    device : str
        A torch device.
    precision : str
        A key of :data:`DTYPES`.

    Returns
    -------
    transformers.PreTrainedModel
        It never ends a text of its own accord.
    """
    import transformers

    build: Any = transformers.AutoModelForImageTextToText
    greedy: Any = transformers.GenerationConfig
    torch.manual_seed(0)
    with torch.device(device):
        model = build.from_config(
            configuration(size), dtype=DTYPES[precision], attn_implementation="sdpa"
        )
    model.generation_config = greedy(do_sample=False, pad_token_id=0)
    return model.to(device).eval()


def make_inputs(model: Any, size: str, mosaic: Image.Image, batch: int) -> dict[str, Any]:
    """Bring mosaics to a model as its processor does, each with a prompt of random tokens.

    Parameters
    ----------
    model : transformers.PreTrainedModel
        Of :func:`make_model`.
    size : str
        A key of :data:`MODELS`.
    mosaic : PIL.Image.Image
        The same for all.
    batch : int
        How many.

    Returns
    -------
    dict
        What ``generate`` takes.
    """
    import transformers

    if size == "0.5b":
        processor: Any = transformers.LlavaOnevisionImageProcessor()
    else:
        crop = {"height": 336, "width": 336}
        kind: Any = transformers.CLIPImageProcessor
        processor = kind(size={"shortest_edge": 336}, crop_size=crop)
        mosaic = ImageOps.pad(mosaic, (max(mosaic.size),) * 2, color=BACKGROUND)
    pictures = processor(images=[mosaic] * batch, return_tensors="pt")
    pictures = pictures.to(model.device, model.dtype)
    with torch.inference_mode():
        one = {name: tensor[:1] for name, tensor in pictures.items()}
        n_image_tokens = len(model.get_image_features(**one).pooler_output[0])
    tokens = torch.randint(1, 1000, (batch, PROMPT_TOKENS + n_image_tokens))
    tokens[:, 10 : 10 + n_image_tokens] = model.config.image_token_id
    ids = tokens.to(model.device)
    return {"input_ids": ids, "attention_mask": torch.ones_like(ids), **pictures}
