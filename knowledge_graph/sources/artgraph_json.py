"""ArtGraph as JSON splits."""

from __future__ import annotations

from pathlib import Path

from knowledge_graph.sources.facts import WorkFacts


def is_artgraph_json(path: Path) -> bool:
    """Say whether a folder holds JSON splits, or a file is one."""
    return False


def works_of_artgraph_json(path: Path) -> WorkFacts:
    """Read the works."""
    raise NotImplementedError
