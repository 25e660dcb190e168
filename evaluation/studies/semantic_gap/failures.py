"""Queries that tell a story and did not find their picture, and what came instead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from evaluation.studies.semantic_gap.result import Failure, FoundInstead

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from evaluation.studies.looking.space import Space

__all__ = ["failures"]


def failures(
    space: Space,
    text_vectors: NDArray[np.float32],
    rows: NDArray[np.intp],
    ranks: NDArray[np.float64],
    works: Sequence[str],
    texts: Sequence[str],
    groups: Sequence[str],
    genres: Sequence[tuple[str, ...]],
    artists: Sequence[str],
    *,
    gallery: NDArray[np.intp] | None = None,
    group: str = "narrative",
    most: int = 12,
    instead: int = 5,
) -> list[Failure]:
    """Give the worst queries of a group, the worst first.

    Parameters
    ----------
    space
        The model's space.
    text_vectors
        Unit rows of the queries, shape ``(len(rows), dim)``.
    rows
        The work that each query asks for.
    ranks
        Rank of that work for each query, shape ``(len(rows),)``.
    works
        Id of each work, length n_works.
    texts
        Text of each work, length n_works.
    groups
        ``additive``, ``narrative`` or ``neither`` of each work, length n_works.
    genres
        Genres of each work, length n_works.
    artists
        Artist of each work, length n_works: one query an artist, while there are others.
    gallery
        Works that can be found; by default all.
    group
        Whose queries.
    most
        How many at most.
    instead
        How many of what came first are given with each.

    Returns
    -------
    list of Failure
        A query whose picture came first is none. Of queries with the same text only the worst.
    """
    chosen = _worst(rows, ranks, texts, groups, artists, group)[:most]
    chosen.sort(key=lambda query: -ranks[query])
    found = np.arange(len(space.pictures)) if gallery is None else np.asarray(gallery)
    told = []
    for query in chosen:
        row = int(rows[query])
        scores = space.pictures[found] @ text_vectors[query]
        best = found[np.argsort(-scores, kind="stable")[: instead + 1]]
        told.append(
            Failure(
                model=space.model,
                work=works[row],
                group=group,
                genre=", ".join(genres[row]),
                text=texts[row],
                rank=float(ranks[query]),
                score=float(space.pictures[row] @ text_vectors[query]),
                instead=tuple(
                    FoundInstead(works[other], float(space.pictures[other] @ text_vectors[query]))
                    for other in best.tolist()
                    if other != row
                )[:instead],
            )
        )
    return told


def _worst(
    rows: NDArray[np.intp],
    ranks: NDArray[np.float64],
    texts: Sequence[str],
    groups: Sequence[str],
    artists: Sequence[str],
    group: str,
) -> list[int]:
    """Order a group's queries that failed: of each artist the worst, then the others."""
    first: list[int] = []
    later: list[int] = []
    said: set[str] = set()
    known: set[str] = set()
    for query in np.argsort(-ranks, kind="stable").tolist():
        row = int(rows[query])
        if groups[row] != group or ranks[query] <= 1 or texts[row] in said:
            continue
        said.add(texts[row])
        (later if artists[row] in known else first).append(query)
        known.add(artists[row])
    return first + later
