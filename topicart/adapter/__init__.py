"""Adapters: what a training changed of a model, on the model and in a folder of its own.

Nothing here imports torch until it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from topicart.adapter.export import export_merged
from topicart.adapter.folder import (
    AdapterRecord,
    BaseModelRecord,
    adapter_sha256,
    base_name,
    read_record,
    record_base,
    require_finished,
    write_record,
)
from topicart.adapter.weights import load_weights, save_weights, write_tensors

if TYPE_CHECKING:
    from topicart.adapter.attention import SplitAttention, fold_attention, split_attention
    from topicart.adapter.layers import (
        adaptable_layers,
        head_parameters,
        live_parameters,
        tower_blocks,
    )
    from topicart.adapter.lora import add_lora

_HOME = {
    **dict.fromkeys(("SplitAttention", "fold_attention", "split_attention"), "attention"),
    **dict.fromkeys(
        ("adaptable_layers", "head_parameters", "live_parameters", "tower_blocks"), "layers"
    ),
    "add_lora": "lora",
}

__all__ = [
    "AdapterRecord",
    "BaseModelRecord",
    "SplitAttention",
    "adaptable_layers",
    "adapter_sha256",
    "add_lora",
    "base_name",
    "export_merged",
    "fold_attention",
    "head_parameters",
    "live_parameters",
    "load_weights",
    "read_record",
    "record_base",
    "require_finished",
    "save_weights",
    "split_attention",
    "tower_blocks",
    "write_record",
    "write_tensors",
]


def __getattr__(name: str) -> Any:
    """Load a name whose file is all torch when it is first used."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
