"""RDF in any vocabulary, read with a SPARQL SELECT whose variables are facets."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from knowledge_graph.sources.facts import WorkFacts


def ready_mapping(vocabulary: str) -> Path:
    """Give the query that comes with topicart for linked-art or arco."""
    return Path(__file__).parent / "mappings" / f"{vocabulary}.rq"


def works_of_query(files: Sequence[Path], query: Path) -> WorkFacts:
    """Read the works of RDF files with a query."""
    raise NotImplementedError
