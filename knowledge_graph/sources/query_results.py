"""What a SPARQL endpoint, Wikidata's above all, gives as JSON, CSV or TSV."""

from __future__ import annotations

from pathlib import Path

from knowledge_graph.sources.facts import WorkFacts


def is_query_result(path: Path) -> bool:
    """Say whether a file is a query's result."""
    return False


def works_of_results(path: Path) -> WorkFacts:
    """Read the works."""
    raise NotImplementedError
