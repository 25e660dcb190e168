"""Adapters as a training leaves them, without the training: weights moved by noise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from topicart.adapter import AdapterRecord, record_base, save_weights, write_record
from topicart.model_files import resolve_model, sha256_of_weights
from topicart.openclip import build_model
from training.config import TrainConfig
from training.methods import prepare, trainable


def write_adapter(folder: Path, base: str, **settings: Any) -> Any:
    """Write an adapter for a base; return the model that was trained, adapters unmerged."""
    folder.mkdir(parents=True, exist_ok=True)
    source = resolve_model(base)
    built = build_model(source)
    config = TrainConfig(model=base, **settings)
    torch.manual_seed(1)
    prepare(
        built.model, config, image_size=built.preprocess.size, context_length=built.context_length
    )
    with torch.no_grad():
        for parameter in trainable(built.model).values():
            parameter.add_(torch.randn_like(parameter), alpha=0.05)
    layers, trained = save_weights(folder, built.model)
    record = AdapterRecord(
        state="finished",
        topicart_version="0.1.0",
        created="2026-01-01T00:00:00+00:00",
        base=record_base(source, sha256_of_weights(source)),
        method=config.method,
        layers=tuple(layers),
        trained=tuple(trained),
        config=config.plain(),
    )
    write_record(folder, record)
    return built.model.eval()


def vectors(model: Any, tokens: torch.Tensor) -> torch.Tensor:
    """Unit vectors of two pictures of noise and of some texts."""
    size = model.visual.image_size
    height, width = size if isinstance(size, tuple | list) else (size, size)
    pixels = torch.randn(2, 3, height, width, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        rows = torch.cat([model.encode_image(pixels), model.encode_text(tokens)])
    return torch.nn.functional.normalize(rows, dim=-1)
