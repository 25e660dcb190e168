"""SemArt: nine columns, tab separated, in three splits."""

from __future__ import annotations

from pathlib import Path

from knowledge_graph.sources.facts import WorkFacts


def is_semart(root: Path) -> bool:
    """Say whether a folder is SemArt."""
    return False


def works_of_semart(root: Path) -> WorkFacts:
    """Read the works."""
    raise NotImplementedError
