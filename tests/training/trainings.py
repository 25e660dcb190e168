"""Trainings of a second or two, for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

from knowledge_graph import open_collection
from topicart.adapter import AdapterRecord
from training.config import TrainConfig
from training.finetuning import finetune

SMALL: dict[str, Any] = {
    "batch_size": 6,
    "chunk_size": 4,
    "rank": 2,
    "max_steps": 6,
    "validate_every": 3,
    "hold_out_share": 0.4,
    "learning_rate": 1e-3,
}
"""Six steps in an epoch of six: 36 of 60 works train; two painters are held out, 12 works each."""


def small(model: Path, **settings: Any) -> TrainConfig:
    """Give the configuration of a small training."""
    return TrainConfig(**{**SMALL, "model": str(model), **settings})


def train(
    source: Path, out: Path, config: TrainConfig, **how: Any
) -> tuple[AdapterRecord, dict[str, torch.Tensor]]:
    """Train on the CPU; give the record and all tensors that were written."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # so little work is done soonest by one, above all on a busy machine
    try:
        record = finetune(open_collection(source), out, config, **{"device": "cpu", **how})
    finally:
        torch.set_num_threads(threads)
    return record, tensors(out)


def tensors(folder: Path) -> dict[str, torch.Tensor]:
    """Read all tensors of an adapter."""
    return {
        f"{path.stem}/{name}": value
        for path in sorted(folder.glob("*.safetensors"))
        for name, value in load_file(path).items()
    }


def same(left: dict[str, torch.Tensor], right: dict[str, torch.Tensor]) -> bool:
    """Say whether tensors are the same bit for bit."""
    return left.keys() == right.keys() and all(torch.equal(left[key], right[key]) for key in left)


def files(folder: Path) -> dict[str, bytes]:
    """Read all files of a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
