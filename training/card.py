"""The model card of an adapter, written from its record so that no number is typed by hand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["card_text", "write_card"]


def write_card(folder: Path, record: Mapping[str, Any]) -> Path:
    """Write ``README.md`` into an adapter's folder and return its path.

    ``record`` is ``AdapterRecord.model_dump(mode="json")``; ``record["scores"]`` is what
    :func:`training.judge.compare` returned, or empty.
    """
    raise NotImplementedError


def card_text(record: Mapping[str, Any], *, name: str) -> str:
    """Return the card as Markdown."""
    raise NotImplementedError
