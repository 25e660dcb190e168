"""Model names: the default, the bundled one, and the catalogue that `topicart models` shows."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from topicart.hub import cached_file

__all__ = [
    "ADAPTER_FILE",
    "CONFIG_FILE",
    "DEFAULT_MODEL",
    "MINI",
    "MINI_NOTE",
    "WEIGHT_FILES",
    "ModelRow",
    "list_models",
    "mini_folder",
]

DEFAULT_MODEL = "ViT-B-32/laion2b_s34b_b79k"
"""What `topicart fit` uses unless told otherwise."""

MINI = "mini"
"""Name of the encoder that comes with topicart."""

MINI_NOTE = (
    "mini is a small demonstration encoder, not CLIP: ImageNet features and a distilled sentence "
    "encoder aligned on a few thousand paintings and on painted samples."
)
"""The sentence that stands wherever mini appears."""

CONFIG_FILE = "open_clip_config.json"
"""open_clip's configuration in a folder or repository."""

ADAPTER_FILE = "adapter.json"
"""What makes a folder an adapter: the record of a training."""

WEIGHT_FILES = (
    "open_clip_model.safetensors",
    "open_clip_pytorch_model.safetensors",
    "model.safetensors",
    "open_clip_pytorch_model.bin",
    "open_clip_pytorch_model.pth",
    "pytorch_model.bin",
)
"""Names of weight files in a folder or repository, best first: safetensors before the others."""


@dataclass(frozen=True)
class ModelRow:
    """One line of the catalogue."""

    name: str
    """What to give as the model."""
    dim: int | None
    """Dimensions of its vectors."""
    parameters: int | None
    """Number of parameters, both towers, to the nearest million."""
    note: str
    """What it is good for."""
    available: str
    """``bundled`` (in topicart), ``cached`` (downloaded before), ``download`` (on first use), or
    ``missing`` (mini, from a damaged installation)."""


# name, dimensions, millions of parameters, note, repository on the hub
_CATALOGUE: tuple[tuple[str, int, int, str, str], ...] = (
    (
        DEFAULT_MODEL,
        512,
        151,
        "the default: quick on a CPU, good for a first look",
        "laion/CLIP-ViT-B-32-laion2B-s34B-b79K",
    ),
    (
        "ViT-B-32-256/datacomp_s34b_b86k",
        512,
        151,
        "as quick, pictures at 256 px, a little better",
        "laion/CLIP-ViT-B-32-256x256-DataComp-s34B-b86K",
    ),
    (
        "ViT-B-32-quickgelu/openai",
        512,
        151,
        "OpenAI's first CLIP, to compare with published work",
        "timm/vit_base_patch32_clip_224.openai",
    ),
    (
        "ViT-B-16/datacomp_xl_s13b_b90k",
        512,
        150,
        "finer patches, four times the work of the default",
        "laion/CLIP-ViT-B-16-DataComp.XL-s13B-b90K",
    ),
    (
        "ViT-L-14/datacomp_xl_s13b_b90k",
        768,
        428,
        "strong; for a GPU, or a night on a CPU",
        "laion/CLIP-ViT-L-14-DataComp.XL-s13B-b90K",
    ),
    (
        "ViT-H-14/laion2b_s32b_b79k",
        1024,
        986,
        "stronger still; for a GPU",
        "laion/CLIP-ViT-H-14-laion2B-s32B-b79K",
    ),
    (
        "ViT-B-16-SigLIP2/webli",
        768,
        375,
        "SigLIP 2: many languages in its captions",
        "timm/ViT-B-16-SigLIP2",
    ),
    (
        "ViT-SO400M-14-SigLIP2/webli",
        1152,
        1135,
        "the large SigLIP 2; for a GPU",
        "timm/ViT-SO400M-14-SigLIP2",
    ),
    (
        "xlm-roberta-base-ViT-B-32/laion5b_s13b_b90k",
        512,
        366,
        "captions and prompts in some hundred languages",
        "laion/CLIP-ViT-B-32-xlm-roberta-base-laion5B-s13B-b90k",
    ),
)


def list_models(*, every: bool = False) -> list[ModelRow]:
    """List models that can be loaded by name.

    The short list needs no import of torch; the long one asks open_clip, which imports it.

    Parameters
    ----------
    every : bool, default False
        All pretrained models that open_clip knows, not only those we recommend.

    Returns
    -------
    list of ModelRow
        mini first.
    """
    rows = [_mini_row()]
    rows += [
        ModelRow(name, dim, millions * 1_000_000, note, _availability(repository))
        for name, dim, millions, note, repository in _CATALOGUE
    ]
    if not every:
        return rows
    import open_clip

    known = {row.name for row in rows}
    for architecture, tag in open_clip.list_pretrained():
        name = f"{architecture}/{tag}"
        if name not in known:
            config = open_clip.get_model_config(architecture) or {}
            # "owner/name/", or "owner/name/file".
            place = open_clip.get_pretrained_cfg(architecture, tag).get("hf_hub", "")
            available = _availability(place.rpartition("/")[0])
            rows.append(ModelRow(name, config.get("embed_dim"), None, "", available))
    return rows


def mini_folder() -> Path:
    """Find the folder of the bundled model.

    Returns
    -------
    Path
        Where it is installed; whether its files are there is not looked at.
    """
    return Path(str(resources.files("topicart") / "mini"))


def _mini_row() -> ModelRow:
    """Describe mini from its own files, or without numbers where it is not installed."""
    from safetensors import SafetensorError, safe_open

    folder = mini_folder()
    try:
        config = json.loads((folder / CONFIG_FILE).read_text(encoding="utf-8"))
        dim = int(config["model_cfg"]["embed_dim"])
        with safe_open(folder / WEIGHT_FILES[0], framework="numpy") as weights:
            names = list(weights.keys())
            parameters = sum(math.prod(weights.get_slice(name).get_shape()) for name in names)
    except (OSError, ValueError, KeyError, TypeError, SafetensorError):
        return ModelRow(MINI, None, None, MINI_NOTE, "missing")
    return ModelRow(MINI, dim, round(parameters, -6), MINI_NOTE, "bundled")


def _availability(repository: str) -> str:
    """Whether a repository's weights are in the local cache."""
    return "cached" if repository and cached_file(repository, WEIGHT_FILES) else "download"
