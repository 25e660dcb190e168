"""What gap there would be if texts and pictures had nothing to do with each other.

Some pictures come early whatever is asked for (hubs: Radovanović, Nanopoulos & Ivanović, JMLR
2010), and pictures that tell a story may be hubs less often than others. So the gap of a model that
understands nothing is not 1. Here texts are dealt out anew, whole artists to whole artists, and the
ratio of median ranks is taken each time: what is left is what the pictures alone bring about.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from evaluation.retrieval import TIE, median_rank, ranks, recall_at
from evaluation.studies.redrawing import interval_of, numbered
from evaluation.studies.semantic_gap.classes import ADDITIVE, NARRATIVE

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["STRANGERS", "ByLot", "ranks_for_strangers", "turned_by_lot", "unrelated_ratios"]

STRANGERS = 512
"""Queries that are put to every item, drawn by lot."""

TURNS = 100
"""Times that queries are turned by lot."""

_MOST_TURNED = 1_000
"""Queries that are turned, drawn by lot."""
_LARGEST_TURNED = 20_000
"""A larger gallery is not asked a hundred times."""

_BLOCK_CELLS = 1 << 23


class ByLot(NamedTuple):
    """Where 95 % of the numbers lie of models that differ in their weights by lot alone."""

    recall_at_10: tuple[float, float] | None
    ratio: tuple[float, float] | None
    """Of the median ranks, narrative over additive."""


def unrelated_ratios(
    queries: NDArray[np.float32],
    gallery: NDArray[np.float32],
    own: NDArray[np.intp],
    groups: Sequence[str],
    clusters: Sequence[str],
    *,
    repeats: int = 1000,
    seed: int = 0,
) -> tuple[float | None, tuple[float, float] | None]:
    """Return the ratio of median ranks, narrative over additive, of queries dealt out anew.

    Parameters
    ----------
    queries
        Unit rows, shape ``(n, dim)``.
    gallery
        Unit rows, shape ``(m, dim)``.
    own
        The row in the gallery that belongs to each query, shape ``(n,)``.
    groups
        ``additive``, ``narrative`` or ``neither`` of each query, length n.
    clusters
        The artist of each, length n: in a draw an artist's items are asked for by the queries of
        one artist drawn anew (seldom itself), so that what hangs together stays together.
    repeats
        How often queries are dealt out.
    seed
        Decides how.

    Returns
    -------
    ratio : float or None
        The median over the draws.
    interval : tuple of float, or None
        Where 95 % of them lie. None of both without works of both groups, or of fewer than three
        artists.
    """
    of_query = np.asarray(groups)
    additive, narrative = of_query == ADDITIVE, of_query == NARRATIVE
    of_cluster, count = numbered(clusters)
    if not additive.any() or not narrative.any() or count < 3:
        return None, None
    generator = np.random.default_rng(seed)
    strangers = np.sort(generator.permutation(len(queries))[:STRANGERS])
    found = ranks_for_strangers(queries[strangers], gallery, own)
    # Strangers by artist, and where each artist's begin.
    by_artist = np.argsort(of_cluster[strangers], kind="stable")
    held = np.bincount(of_cluster[strangers], minlength=count)
    starts = np.concatenate([[0], np.cumsum(held)])[:-1]
    usable = np.flatnonzero(held)
    items = np.arange(len(own))
    ratios = []
    for _ in range(repeats):
        asker = generator.choice(usable, size=count)[of_cluster]
        picked = starts[asker] + (generator.random(len(own)) * held[asker]).astype(np.intp)
        dealt = found[by_artist[picked], items]
        ratios.append(float(np.median(dealt[narrative]) / np.median(dealt[additive])))
    return float(np.median(ratios)), interval_of(ratios)


def turned_by_lot(
    queries: NDArray[np.float32],
    gallery: NDArray[np.float32],
    own: NDArray[np.intp],
    groups: Sequence[str],
    *,
    turns: int = TURNS,
    seed: int = 0,
) -> ByLot | None:
    """Say what other weights by lot would find: queries turned by random rotations.

    Works are alike in what they show and in what is said of them. Weights by lot send all that is
    alike to one place, and by luck to the right one or not, so that a theme counts as one draw
    however many works it has. A rotation keeps what is alike together and throws that luck again
    (uniform on the orthogonal group: Stewart, SIAM J. Numer. Anal. 17(3), 1980).

    Parameters
    ----------
    queries
        Unit rows, shape ``(n, dim)``.
    gallery
        Unit rows, shape ``(m, dim)``.
    own
        The row in the gallery that belongs to each query, shape ``(n,)``.
    groups
        ``additive``, ``narrative`` or ``neither`` of each query, length n.
    turns
        How often.
    seed
        Decides the rotations, and which queries are turned if they are many.

    Returns
    -------
    ByLot or None
        ``None`` of a gallery so large that this would take too long.
    """
    if len(gallery) > _LARGEST_TURNED:
        return None
    generator = np.random.default_rng(seed)
    chosen = np.sort(generator.permutation(len(queries))[:_MOST_TURNED])
    of_query = np.asarray(groups)[chosen]
    additive, narrative = of_query == ADDITIVE, of_query == NARRATIVE
    dim = queries.shape[1]
    recalls, ratios = [], []
    for _ in range(turns):
        turn, upper = np.linalg.qr(generator.standard_normal((dim, dim)))
        turned = queries[chosen] @ (turn * np.sign(np.diag(upper))).astype(np.float32)
        found = ranks(turned, gallery, own[chosen])
        recalls.append(recall_at(found, 10))
        if additive.any() and narrative.any():
            ratios.append(median_rank(found[narrative]) / median_rank(found[additive]))
    return ByLot(interval_of(recalls), interval_of(ratios) if ratios else None)


def ranks_for_strangers(
    strangers: NDArray[np.float32], gallery: NDArray[np.float32], own: NDArray[np.intp]
) -> NDArray[np.float32]:
    """Return the rank of items for queries that are not theirs; ties count half.

    Parameters
    ----------
    strangers
        Unit rows, shape ``(s, dim)``.
    gallery
        Unit rows, shape ``(m, dim)``.
    own
        The items, rows of the gallery, shape ``(n,)``.

    Returns
    -------
    ndarray of float32, shape (s, n)
        From 1 to m.
    """
    found = np.empty((len(strangers), len(own)), np.float32)
    block = max(1, _BLOCK_CELLS // max(1, len(gallery)))
    for start in range(0, len(strangers), block):
        scores = strangers[start : start + block] @ gallery.T
        for at, row in enumerate(scores, start):
            ordered = np.sort(row)
            better = len(row) - np.searchsorted(ordered, row[own] + TIE, side="right")
            as_good = len(row) - np.searchsorted(ordered, row[own] - TIE, side="left") - better
            found[at] = 1 + better + (as_good - 1) / 2
    return found
