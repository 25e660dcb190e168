"""An index of works by their vectors and facts: the nearest under any condition, exactly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from topicart.retrieval.conditions import Condition, Facts
from topicart.retrieval.found import Found, Plan
from topicart.retrieval.nearest import nearest

if TYPE_CHECKING:
    from topicart.embeddings import Embeddings
    from topicart.run import Run

__all__ = ["ConditionalIndex"]


class ConditionalIndex:
    """Works' vectors and facts, ready to be sought under conditions.

    Parameters
    ----------
    embeddings : Embeddings
        The works' vectors, of length 1.
    facets : Facts or mapping of str to sequence
        What is known of the works, in the same order; a mapping as for :meth:`Facts.of`.
    storage : {"float32", "float16"}
        How vectors are held. What is found in ``float16`` is what float32 brute force finds over
        the vectors so rounded.
    """

    def __init__(
        self,
        embeddings: Embeddings,
        facets: Facts | Mapping[str, Sequence[str | Sequence[str] | None]],
        *,
        storage: Literal["float32", "float16"] = "float32",
    ) -> None:
        self.ids = embeddings.ids
        self.facts = facets if isinstance(facets, Facts) else Facts.of(facets)
        self.vectors: NDArray[np.float32] = embeddings.vectors

    @classmethod
    def of_run(
        cls, run: Run, *, storage: Literal["float32", "float16"] = "float32"
    ) -> ConditionalIndex:
        """Index the works of a run that have a picture, by their pictures' vectors."""
        embeddings = run.picture_embeddings
        row_of = {work: row for row, work in enumerate(run.works["id"].to_pylist())}
        works = run.works.take([row_of[id_] for id_ in embeddings.ids])
        return cls(embeddings, Facts(works), storage=storage)

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def dim(self) -> int:
        """Number of dimensions."""
        return int(self.vectors.shape[1])

    def search(
        self,
        query: NDArray[np.float32],
        k: int = 10,
        where: Iterable[Condition | str] = (),
        *,
        without: Sequence[int] = (),
        explain: bool = False,
    ) -> Found:
        """Find the works nearest to a query among those that meet all conditions.

        ``without`` are rows that are passed over, such as the query's own work.
        """
        allowed = np.setdiff1d(np.flatnonzero(self.facts.mask(where)), np.asarray(without, np.intp))
        rows, scores = nearest(self.vectors, query, k, allowed)
        plan = Plan("scan", len(allowed), len(self), "") if explain else None
        ids = tuple(self.ids[row] for row in rows)
        return Found(rows, scores, ids, k, len(allowed), plan)
