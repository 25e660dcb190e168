"""The floor: an open_clip architecture whose weights were drawn by lot."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from knowledge_graph import cut, nearest
from topicart import Encoder
from topicart.cpu import wait_without_spinning
from topicart.device import choose_device
from topicart.errors import ModelError
from topicart.model_files import ModelSource
from topicart.openclip import BuiltModel, quiet_open_clip
from topicart.preprocess import Preprocess

__all__ = ["random_clip"]

_NO_FILE = Path("weights-by-lot")


def random_clip(architecture: str, *, device: str = "auto", seed: int = 0) -> Encoder:
    """Build an encoder that has learnt nothing; no file is needed and nothing is fetched.

    Parameters
    ----------
    architecture
        One of open_clip's with a tokenizer of its own, such as ``ViT-S-32``.
    device
        ``auto``, ``cpu``, ``cuda``, ``cuda:1``, ``mps``.
    seed
        Decides the weights.

    Returns
    -------
    Encoder
        Called ``random-clip:`` and the architecture; in float32.

    Raises
    ------
    ModelError
        If there is no such architecture, or parts of it would have to be fetched.
    """
    import open_clip
    import torch
    from open_clip.constants import OPENAI_DATASET_MEAN, OPENAI_DATASET_STD

    known = open_clip.list_models()
    if architecture not in known:
        raise ModelError(
            f"open_clip has no architecture {cut(architecture)!r}.{nearest(architecture, known)} "
            "Write random-clip:NAME, for example random-clip:ViT-S-32."
        )
    config: dict[str, Any] = open_clip.get_model_config(architecture)
    text = config.get("text_cfg", {})
    if any(text.get(key) for key in ("hf_model_name", "hf_tokenizer_name")):
        raise ModelError(
            f"The tokenizer of {architecture} would have to be fetched; a floor is of an "
            "architecture with one of its own, for example random-clip:ViT-S-32."
        )
    wait_without_spinning()
    with quiet_open_clip(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = open_clip.create_model(
            architecture, load_weights=False, pretrained_text=False, pretrained_image=False
        )
    side = model.visual.image_size
    height, width = side if isinstance(side, (tuple, list)) else (side, side)
    mean, std = tuple(OPENAI_DATASET_MEAN), tuple(OPENAI_DATASET_STD)
    context_length = int(text.get("context_length", open_clip.tokenizer.DEFAULT_CONTEXT_LENGTH))
    built = BuiltModel(
        model=model.eval(),
        tokenizer=open_clip.SimpleTokenizer(context_length=context_length),
        preprocess=Preprocess((height, width), "shortest", "bicubic", 0, mean, std),
        dim=int(config["embed_dim"]),
        context_length=context_length,
    )
    digest = hashlib.sha256()
    for key, value in model.state_dict().items():
        digest.update(key.encode())
        digest.update(value.detach().contiguous().numpy().tobytes())
    name = f"random-clip:{architecture}"
    # The weights are in no file; what is asked of the source is its name and its architecture.
    source = ModelSource(name=name, architecture=architecture, config=config, weights=_NO_FILE)
    return Encoder(
        built,
        source,
        weights_sha256=digest.hexdigest(),
        device=choose_device(device),
        precision="fp32",
    )
