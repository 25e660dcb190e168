"""Towers and heads written as one open_clip model."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from training.mini.align import Heads
from training.mini.features import Features
from training.mini.pieces import write_tokenizer
from training.mini.recipe import (
    CONTEXT_LENGTH,
    IMAGE_MEAN,
    IMAGE_MODEL,
    IMAGE_SIZE,
    IMAGE_STD,
)

if TYPE_CHECKING:
    import torch
    from PIL.Image import Image
    from transformers import BertModel

WEIGHTS = "open_clip_model.safetensors"
CONFIG = "open_clip_config.json"


@dataclass(frozen=True)
class Towers:
    """What a model is put together from."""

    image: torch.nn.Module
    text: BertModel
    tokenizer: Mapping[str, Any]


class ExportError(RuntimeError):
    """The written model does not give what the training pipeline gave."""


def write_model(folder: Path, towers: Towers, heads: Heads) -> None:
    """Write an open_clip folder with weights in half precision.

    Parameters
    ----------
    folder
        Made if absent; files of the same names are replaced.
    towers
        The frozen towers.
    heads
        The trained heads.
    """
    import torch
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    _write_json(folder / CONFIG, open_clip_config(len(heads.text)))
    _write_json(folder / "config.json", _text_config(towers.text))
    write_tokenizer(towers.tokenizer, folder)
    weights: dict[str, torch.Tensor] = {
        f"visual.trunk.{name}": value
        for name, value in towers.image.state_dict().items()
        if not name.startswith("classifier.")
    }
    weights |= {f"text.transformer.{n}": value for n, value in towers.text.state_dict().items()}
    weights |= {
        "visual.head.mlp.fc1.weight": torch.from_numpy(heads.fc1),
        "visual.head.mlp.fc1.bias": torch.from_numpy(heads.bias),
        "visual.head.mlp.fc2.weight": torch.from_numpy(heads.fc2),
        "text.proj.weight": torch.from_numpy(heads.text),
        "logit_scale": torch.tensor(heads.scale),
    }
    halved = {
        name: value.half().contiguous() if value.is_floating_point() else value
        for name, value in weights.items()
    }
    save_file(halved, folder / WEIGHTS, {"format": "pt"})
    (folder / WEIGHTS).chmod(0o644)  # safetensors lets only its maker read a file


def open_clip_config(dim: int) -> dict[str, Any]:
    """Return the content of ``open_clip_config.json``.

    ``hf_model_name`` is a placeholder: open_clip hands it to transformers as it stands, so whoever
    loads the folder sets it to where the folder lies (`load_model`).

    Parameters
    ----------
    dim
        Width of the common space.

    Returns
    -------
    dict
        The configuration.
    """
    return {
        "model_cfg": {
            "embed_dim": dim,
            "custom_text": True,
            "vision_cfg": {
                "timm_model_name": IMAGE_MODEL,
                "timm_model_pretrained": False,
                "timm_pool": "avg",
                "timm_proj": "mlp",
                "image_size": IMAGE_SIZE,
            },
            "text_cfg": {
                "hf_model_name": ".",
                "hf_tokenizer_name": ".",
                "hf_model_pretrained": False,
                "hf_pooler_type": "mean_pooler",
                "hf_proj_type": "linear",
                "context_length": CONTEXT_LENGTH,
            },
        },
        "preprocess_cfg": {
            "mean": list(IMAGE_MEAN),
            "std": list(IMAGE_STD),
            "interpolation": "bicubic",
            "resize_mode": "squash",
        },
    }


def load_model(folder: Path) -> tuple[torch.nn.Module, Any, Any]:
    """Load a written folder through open_clip, from wherever it lies and without a network.

    Parameters
    ----------
    folder
        A model's folder.

    Returns
    -------
    tuple
        Model, transform of pictures, tokenizer.
    """
    import open_clip

    here = str(folder.resolve())
    text = json.loads((folder / CONFIG).read_text(encoding="utf-8"))["model_cfg"]["text_cfg"]
    placed = {**text, "hf_model_name": here, "hf_tokenizer_name": here}
    model, _, transform = open_clip.create_model_and_transforms(
        f"local-dir:{here}", text_cfg=placed, pretrained_text=False
    )
    return model.eval(), transform, open_clip.get_tokenizer(f"local-dir:{here}")


def check_model(
    folder: Path,
    heads: Heads,
    pictures: Sequence[Image],
    features: Features,
    texts: Sequence[str],
    pooled: Features,
    *,
    least: float = 0.999,
) -> tuple[float, float]:
    """Compare the written model with the pipeline it was trained in.

    Parameters
    ----------
    folder
        The written model.
    heads
        The trained heads.
    pictures
        Some pictures.
    features
        Their pooled features from training.
    texts
        Some texts.
    pooled
        Their pooled vectors from training.
    least
        The least cosine that is accepted.

    Returns
    -------
    tuple
        The least cosine between both embeddings, over pictures and over texts.

    Raises
    ------
    ExportError
        If one is below ``least``.
    """
    import torch
    from torch.nn import functional

    model, transform, tokenize = load_model(folder)
    with torch.inference_mode():
        images = model.encode_image(torch.stack([transform(p) for p in pictures]))  # type: ignore[operator]
        words = model.encode_text(tokenize(list(texts)))  # type: ignore[operator]
        images, words = (functional.normalize(x, dim=-1).numpy() for x in (images, words))
    found = (
        float((images * heads.images(features)).sum(axis=1).min()),
        float((words * heads.texts(pooled)).sum(axis=1).min()),
    )
    if min(found) < least:
        raise ExportError(
            f"{folder}: embeddings differ from the training pipeline (least cosine: pictures "
            f"{found[0]:.4f}, texts {found[1]:.4f}; expected at least {least})."
        )
    return found


def folder_megabytes(folder: Path) -> float:
    """Return the size of all files of a folder in 10^6 bytes.

    Parameters
    ----------
    folder
        A folder.

    Returns
    -------
    float
        Megabytes.
    """
    return float(np.sum([p.stat().st_size for p in folder.rglob("*") if p.is_file()])) / 1e6


def _text_config(text: BertModel) -> dict[str, Any]:
    """The part of the BERT configuration that says how the tower is built."""
    names = (
        "vocab_size",
        "hidden_size",
        "num_hidden_layers",
        "num_attention_heads",
        "intermediate_size",
        "max_position_embeddings",
        "type_vocab_size",
        "hidden_act",
        "layer_norm_eps",
        "hidden_dropout_prob",
        "attention_probs_dropout_prob",
        "pad_token_id",
    )
    chosen = {name: getattr(text.config, name) for name in names}
    return {"architectures": ["BertModel"], "model_type": "bert", **chosen}


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
