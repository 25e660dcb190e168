"""Tiny open_clip models with random weights, built on the spot, and collections to encode."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from knowledge_graph import Artwork, Collection

DIM = 24
SIZE = 32
CONTEXT = 16
WORDS = ["a", "painting", "of", "the", "sea", "ships", "apples", "portrait", "storm", "red"]


def write_clip_folder(folder: Path) -> Path:
    """A model with open_clip's own text tower, complete in one folder."""
    text = {"context_length": CONTEXT, "vocab_size": 49408, "width": 16, "heads": 2, "layers": 1}
    return _write_folder(folder, text, {"resize_mode": "shortest"})


def write_hf_folder(folder: Path) -> Path:
    """A model with a Hugging Face text tower, whose configuration names its folder as "."."""
    folder.mkdir(parents=True)
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    bert = {
        "model_type": "bert",
        "vocab_size": len(specials) + len(WORDS),
        "hidden_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 32,
        "max_position_embeddings": CONTEXT,
        "pad_token_id": 0,
    }
    write_json(folder / "config.json", bert)
    write_json(
        folder / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "pad_token": "[PAD]",
            "unk_token": "[UNK]",
            "cls_token": "[CLS]",
            "sep_token": "[SEP]",
        },
    )
    _write_tokenizer(folder / "tokenizer.json", [*specials, *WORDS])
    text = {
        "hf_model_name": ".",
        "hf_tokenizer_name": ".",
        "hf_pooler_type": "mean_pooler",
        "hf_proj_type": "linear",
        "context_length": CONTEXT,
    }
    mean = [0.5, 0.5, 0.5]
    return _write_folder(folder, text, {"resize_mode": "squash", "mean": mean, "std": mean})


def _write_tokenizer(file: Path, words: list[str]) -> None:
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace
    from tokenizers.processors import TemplateProcessing

    vocabulary = {word: number for number, word in enumerate(words)}
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer.save(str(file))


def _write_folder(folder: Path, text_cfg: dict[str, Any], preprocess: dict[str, Any]) -> Path:
    import open_clip
    import torch
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    vision = {"layers": 1, "width": 32, "head_width": 16, "patch_size": 8, "image_size": SIZE}
    config = {"embed_dim": DIM, "vision_cfg": vision, "text_cfg": text_cfg}
    content = {"model_cfg": config, "preprocess_cfg": preprocess}
    write_json(folder / "open_clip_config.json", content)
    built_text = dict(text_cfg)
    if "hf_model_name" in text_cfg:
        built_text |= {"hf_model_name": str(folder), "hf_model_pretrained": False}
    torch.manual_seed(0)
    model = open_clip.create_model(
        f"local-dir:{folder}", load_weights=False, pretrained_text=False, text_cfg=built_text
    )
    weights = {name: tensor.contiguous() for name, tensor in model.state_dict().items()}
    save_file(weights, folder / "open_clip_model.safetensors")
    return folder


def write_json(file: Path, content: Any) -> None:
    file.write_text(json.dumps(content), encoding="utf-8")


def noise(width: int, height: int, seed: int) -> Image.Image:
    """A picture with something at every scale."""
    generator = np.random.default_rng(seed)
    coarse = generator.integers(0, 256, size=(5, 7, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)


def paint_collection(folder: Path, works: int) -> Collection:
    """Works with one picture each, of different shapes."""
    folder.mkdir(parents=True)
    for number in range(works):
        picture = noise(40 + number % 5, 36 + number % 7, seed=number)
        picture.save(folder / f"{number:03}.png")
    return collection_of(folder, {f"w{number:03}": [f"{number:03}.png"] for number in range(works)})


def collection_of(folder: Path, images: dict[str, list[str]]) -> Collection:
    """Works by id with the pictures named."""
    works = [Artwork(id=id_, images=tuple(files)) for id_, files in images.items()]
    return Collection.from_artworks(works, root=folder)
