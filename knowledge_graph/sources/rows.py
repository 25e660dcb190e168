"""Lists of facts, one for each work, as the edges that ``WorkFacts`` has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from knowledge_graph.sources.facts import Edges

if TYPE_CHECKING:
    import pyarrow as pa


def edges_of_lists(facets: Mapping[str, pa.Array]) -> tuple[list[str], dict[str, Edges]]:
    """Turn columns of lists into one table of labels and edges to them.

    Parameters
    ----------
    facets : mapping of str to pyarrow.Array, each of length n_works
        Facet to a list of its values in each work.

    Returns
    -------
    labels : list of str
        Each value once for each facet.
    edges : dict of str to Edges
        Facet to which work has which label.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    labels: list[str] = []
    edges = {}
    for facet, lists in facets.items():
        values = pa.array(pc.list_flatten(lists)).dictionary_encode()
        works = pc.list_parent_indices(lists).to_numpy(zero_copy_only=False)
        nodes = values.indices.to_numpy(zero_copy_only=False).astype(np.int64) + len(labels)
        edges[facet] = Edges(works, nodes)
        labels += values.dictionary.to_pylist()
    return labels, edges
