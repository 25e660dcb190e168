"""Vocabularies whose facts lie one step from the work: ArtGraph's and Wikidata's, streamed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from knowledge_graph.sources.facts import WorkFacts


def vocabulary_of(files: Sequence[Path]) -> str:
    """Recognise the vocabulary: artgraph, wikidata, linked-art, arco or "" for another."""
    return ""


def works_of_star(files: Sequence[Path], vocabulary: str) -> WorkFacts:
    """Stream the works of RDF files in the vocabulary artgraph or wikidata."""
    raise NotImplementedError
