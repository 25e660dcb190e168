"""Hugging Face datasets, by their Hub name or saved to disk."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from knowledge_graph.sources.facts import WorkFacts

HUB = "hf:"
"""What a Hub name begins with."""


def is_dataset_folder(root: Path) -> bool:
    """Say whether a folder is a dataset saved to disk."""
    return False


def works_of_dataset(
    source: str | Path, columns: Mapping[str, str] | None, separator: str | None
) -> WorkFacts:
    """Read the works."""
    raise NotImplementedError
