"""Tiny vision-language models of the LLaVA family with random weights, built on the spot.

Each is a whole folder as the hub has them: weights, tokenizer, image processor, and the chat
template of its real sister. Weights are drawn wide, so that every word of the prompt and every
patch of the picture changes what comes out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

KINDS = ("llava", "llava_next", "llava_onevision")

_SPECIALS = ["<pad>", "<s>", "</s>", "<unk>", "<image>", "<video>", "<|im_start|>", "<|im_end|>"]
_WORDS = [
    "USER", "ASSISTANT", "user", "assistant", ":", "[INST]", "[/INST]", ".", ",", "a", "the", "of",
    "and", "with", "in", "by", "ships", "harbour", "sea", "storm", "calm", "boats", "sails",
    "waves", "apples", "bowl", "table", "lemon", "portrait", "lady", "king", "hat", "red", "blue",
    "dark", "light", "painted", "oil", "wood", "canvas", "dutch", "century", "caption", "theme",
    "shown", "here", "Describe", "pictures", "marine", "still", "life",
]  # fmt: skip

_IMAGES = (
    "{% for content in message['content'] | selectattr('type', 'equalto', 'image') %}"
    "{{ '<image>\n' }}{% endfor %}"
)
_TEXTS = "{% for content in message['content'] | selectattr('type', 'equalto', 'text') %}"
_TEMPLATES = {
    "llava": "{% for message in messages %}{{ message['role'].upper() + ': ' }}"
    + _IMAGES
    + _TEXTS
    + "{{ content['text'] + ' ' }}{% endfor %}{% endfor %}"
    + "{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}",
    "llava_next": "{% for message in messages %}{{ '[INST] ' }}"
    + _IMAGES
    + _TEXTS
    + "{{ content['text'] }}{% endfor %}{{ ' [/INST]' }}{% endfor %}",
    "llava_onevision": "{% for message in messages %}{{ '<|im_start|>' + message['role'] + ' ' }}"
    + _IMAGES
    + _TEXTS
    + "{{ '\n' + content['text'] }}{% endfor %}{{ '<|im_end|>' }}{% endfor %}"
    + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
}


def write_llava_folder(folder: Path, kind: str = "llava", *, template: bool = True) -> Path:
    """A model of one kind, whole in one folder."""
    import torch
    from transformers import AutoModelForImageTextToText

    torch.manual_seed(0)
    model = AutoModelForImageTextToText.from_config(_config(kind))
    model.generation_config.eos_token_id = _SPECIALS.index(_end(kind))
    model.save_pretrained(folder)
    _processor(kind, _TEMPLATES[kind] if template else None).save_pretrained(folder)
    return folder


def _end(kind: str) -> str:
    return "<|im_end|>" if kind == "llava_onevision" else "</s>"


def _config(kind: str) -> Any:
    from transformers import (
        CLIPVisionConfig,
        LlamaConfig,
        LlavaConfig,
        LlavaNextConfig,
        LlavaOnevisionConfig,
        MistralConfig,
        Qwen2Config,
        SiglipVisionConfig,
    )

    wide = {"initializer_range": 0.3}
    layers = {"hidden_size": 32, "intermediate_size": 48, "num_attention_heads": 4}
    eyes = layers | wide | {"num_hidden_layers": 2, "image_size": 24, "patch_size": 8}
    mouth = layers | wide | {"num_hidden_layers": 2, "num_key_value_heads": 2}
    marks = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": _SPECIALS.index(_end(kind))}
    mouth |= marks | {"vocab_size": len(_SPECIALS) + len(_WORDS), "max_position_embeddings": 256}
    whole = {"image_token_index": _SPECIALS.index("<image>"), "initializer_range": 0.3}
    if kind == "llava":
        return LlavaConfig(
            vision_config=CLIPVisionConfig(**eyes, projection_dim=32),
            text_config=LlamaConfig(**mouth),
            **whole,
        )
    grid = {"image_grid_pinpoints": [[24, 48], [48, 24], [48, 48]]}
    if kind == "llava_next":
        return LlavaNextConfig(
            vision_config=CLIPVisionConfig(**eyes, projection_dim=32),
            text_config=MistralConfig(**mouth),
            **whole,
            **grid,
        )
    return LlavaOnevisionConfig(
        vision_config=SiglipVisionConfig(**eyes, vision_use_head=False),
        text_config=Qwen2Config(**mouth),
        video_token_index=_SPECIALS.index("<video>"),
        **whole,
        **grid,
    )


def _processor(kind: str, template: str | None) -> Any:
    from transformers import (
        CLIPImageProcessor,
        LlavaNextImageProcessor,
        LlavaNextProcessor,
        LlavaOnevisionImageProcessor,
        LlavaOnevisionProcessor,
        LlavaOnevisionVideoProcessor,
        LlavaProcessor,
    )

    tokenizer = _tokenizer(kind)
    edge, square = {"shortest_edge": 24}, {"height": 24, "width": 24}
    clip = {
        "patch_size": 8,
        "num_additional_image_tokens": 1,
        "vision_feature_select_strategy": "default",
    }
    if kind == "llava":
        images = CLIPImageProcessor(size=edge, crop_size=square)
        return LlavaProcessor(images, tokenizer, chat_template=template, **clip)
    pinpoints = [[24, 48], [48, 24], [48, 48]]
    if kind == "llava_next":
        images = LlavaNextImageProcessor(
            size=edge, crop_size=square, image_grid_pinpoints=pinpoints
        )
        return LlavaNextProcessor(images, tokenizer, chat_template=template, **clip)
    return LlavaOnevisionProcessor(
        LlavaOnevisionImageProcessor(size=square, image_grid_pinpoints=pinpoints),
        tokenizer,
        LlavaOnevisionVideoProcessor(size=square),
        num_image_tokens=9,
        vision_feature_select_strategy="full",
        chat_template=template,
    )


def _tokenizer(kind: str) -> Any:
    from tokenizers import AddedToken, Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import WhitespaceSplit
    from tokenizers.processors import TemplateProcessing
    from transformers import PreTrainedTokenizerFast

    words = {word: number for number, word in enumerate([*_SPECIALS, *_WORDS])}
    tokenizer = Tokenizer(WordLevel(words, unk_token="<unk>"))
    tokenizer.add_special_tokens([AddedToken(mark, special=True) for mark in _SPECIALS])
    tokenizer.pre_tokenizer = WhitespaceSplit()
    if kind != "llava_onevision":  # as Qwen's, its tokenizer sets nothing before a text
        tokenizer.post_processor = TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token=None if kind == "llava_onevision" else "<s>",
        eos_token=_end(kind),
        pad_token="<pad>",
        unk_token="<unk>",
        padding_side="right",
        extra_special_tokens={"image_token": "<image>", "video_token": "<video>"},
    )
