"""ArtGraph as the tree of headerless CSV files that its graph networks were trained on."""

from __future__ import annotations

from pathlib import Path

from knowledge_graph.sources.facts import WorkFacts


def is_artgraph_csv(root: Path) -> bool:
    """Say whether a folder is such a tree."""
    return False


def works_of_artgraph_csv(root: Path) -> WorkFacts:
    """Read the works."""
    raise NotImplementedError
