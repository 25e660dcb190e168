"""Who is timed at conditional search: our index and tree, numpy, and faiss with an IDSelector."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.benchmarks.conditional_retrieval_works import FACET, Invented
from topicart.embeddings import Embeddings
from topicart.retrieval import ConditionalIndex

__all__ = ["ARMS", "Arm", "Built", "K", "have_faiss"]

K = 10
_CHUNK = 131_072
"""Rows multiplied at once with all queries: the product of a million would be a gigabyte."""

_Rows = NDArray[np.intp]


_Seek = Callable[[NDArray[np.float32], str], _Rows]


@dataclass(frozen=True)
class Built:
    """One who is ready to seek among works."""

    seek: _Seek
    """Finds the ``K`` nearest works for queries ``(m, dim)`` under a condition, as rows
    ``(m, K)``, -1 for none."""
    told: Callable[[str], dict[str, Any]] = lambda _: {}
    """What there is to tell of a condition besides: the plan, the nodes visited."""


@dataclass(frozen=True)
class Arm:
    """One who is timed."""

    shown: str
    """What it is, for people."""
    build: Callable[[Invented], Built]
    """Make it ready for works; the time is told."""
    needs_faiss: bool = False


def _bare(works: Invented) -> Built:
    """Only the product with rows that lie together already: what no exact search can undercut."""
    blocks: dict[str, NDArray[np.float32]] = {}

    def seek(queries: NDArray[np.float32], condition: str) -> _Rows:
        if condition not in blocks:
            blocks.clear()  # one at a time: all together are as large as the works
            rows = works.allowed[condition]
            blocks[condition] = works.vectors[rows] if condition != "all" else works.vectors
        if len(queries) == 1:
            blocks[condition] @ queries[0]
        else:
            block = blocks[condition]
            for first in range(0, len(block), _CHUNK):
                block[first : first + _CHUNK] @ queries.T
        return np.empty((len(queries), 0), dtype=np.intp)

    return Built(seek)


def _numpy(works: Invented) -> Built:
    """Filtered brute force as one writes it: take the rows, multiply, partition."""

    def seek(queries: NDArray[np.float32], condition: str) -> _Rows:
        rows = works.allowed[condition]
        block = works.vectors if len(rows) == len(works.vectors) else works.vectors[rows]
        found = np.empty((len(queries), min(K, len(rows))), dtype=np.intp)
        # Fifty queries at a time, so that a million scores each are no gigabyte.
        for first in range(0, len(queries), 50):
            scores = queries[first : first + 50] @ block.T
            own = np.arange(len(scores))[:, None]
            best = np.argpartition(scores, -found.shape[1], axis=1)[:, -found.shape[1] :]
            best = best[own, np.argsort(-scores[own, best], axis=1, kind="stable")]
            found[first : first + 50] = rows[best]
        return found

    return Built(seek)


def _where(condition: str) -> tuple[str, ...]:
    return () if condition == "all" else (f"{FACET}={condition}",)


def _index(storage: str) -> Callable[[Invented], Built]:
    def build(works: Invented) -> Built:
        ids = tuple(f"{row:07}" for row in range(len(works.vectors)))
        index: Any = ConditionalIndex(
            Embeddings(ids, works.vectors),
            works.facts,
            storage=storage,  # type: ignore[arg-type]
        )

        def seek(queries: NDArray[np.float32], condition: str) -> _Rows:
            where = _where(condition)
            if len(queries) == 1:
                found: _Rows = index.search(queries[0], K, where).rows[None]
            else:
                found = index.search_many(queries, K, where).rows
            return found

        def told(condition: str) -> dict[str, Any]:
            found = index.search(works.queries[0], K, _where(condition), explain=True)
            return {"plan": found.plan.how}

        return Built(seek, told)

    return build


def _tree(works: Invented) -> Built:
    from topicart.retrieval import ConditionalBallTree

    labels: list[list[str]] = [[] for _ in works.vectors]
    for condition, rows in works.allowed.items():
        for row in rows.tolist():
            labels[row].append(condition)
    tree: Any = ConditionalBallTree(works.vectors, labels)

    def seek(queries: NDArray[np.float32], condition: str) -> _Rows:
        rows = np.full((len(queries), K), -1, dtype=np.intp)
        for at, query in enumerate(queries):
            found = tree.search(query, K, any_of=[condition])
            rows[at, : len(found.rows)] = found.rows
        return rows

    def told(condition: str) -> dict[str, Any]:
        visited = [
            int(tree.search(query, K, any_of=[condition]).visited) for query in works.queries[:20]
        ]
        return {"nodes visited": round(float(np.median(visited)))}

    return Built(seek, told)


def _faiss(kind: str) -> Callable[[Invented], Built]:
    def build(works: Invented) -> Built:
        faiss: Any = import_module("faiss")  # its own types know only some of it
        n, dim = works.vectors.shape
        if kind == "flat":
            index: Any = faiss.IndexFlatIP(dim)
        else:
            index = faiss.IndexHNSWFlat(dim, 32, faiss.METRIC_INNER_PRODUCT)
        index.add(works.vectors)
        selectors: dict[str, tuple[Any, Any, Any]] = {}

        def seek(queries: NDArray[np.float32], condition: str) -> _Rows:
            if condition not in selectors:
                bits = np.zeros(n, dtype=np.bool_)
                bits[works.allowed[condition]] = True
                packed = np.packbits(bits, bitorder="little")
                selector = faiss.IDSelectorBitmap(packed)
                if condition == "all":  # as one asks it without a condition
                    selector = None
                if kind == "flat":
                    how = faiss.SearchParameters(sel=selector)
                else:
                    how = faiss.SearchParametersHNSW(sel=selector, efSearch=64)
                selectors[condition] = (how, selector, packed)  # faiss keeps none of them alive
            found: _Rows = index.search(queries, K, params=selectors[condition][0])[1]
            return found

        return Built(seek)

    return build


ARMS = {
    "product": Arm("the bare matrix product", _bare),
    "numpy": Arm("numpy: filter, product, partition", _numpy),
    "index": Arm("ConditionalIndex", _index("float32")),
    "index16": Arm("ConditionalIndex, float16", _index("float16")),
    "tree": Arm("ConditionalBallTree", _tree),
    "flat": Arm("faiss Flat + IDSelector", _faiss("flat"), needs_faiss=True),
    "hnsw": Arm("faiss HNSW + IDSelector", _faiss("hnsw"), needs_faiss=True),
}
"""All who are timed, by name."""


def have_faiss() -> bool:
    """Tell whether faiss is installed.

    Returns
    -------
    bool
        Without it the benchmark leaves its columns out.
    """
    return find_spec("faiss") is not None
