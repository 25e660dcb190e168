"""The gap: the median rank of works that tell a story over that of works that show things."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from evaluation.studies.estimate import Estimate
from evaluation.studies.redrawing import interval_of, redrawn, weighted_medians
from evaluation.studies.semantic_gap.classes import ADDITIVE, NARRATIVE
from evaluation.studies.semantic_gap.published import DIRECTIONS
from evaluation.studies.semantic_gap.result import Gap
from evaluation.studies.semantic_gap.unrelated import unrelated_ratios
from topicart.model import derive_seed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from evaluation.studies.semantic_gap.retrieval import Retrieved

__all__ = ["gaps", "ratio_of_medians"]


def gaps(
    retrieved: Retrieved,
    groups: Sequence[str],
    *,
    clusters: Sequence[str],
    repeats: int = 1000,
    seed: int = 0,
) -> list[Gap]:
    """Return the median rank of narrative works over that of additive ones.

    Parameters
    ----------
    retrieved
        Ranks in one gallery.
    groups
        Of every work, length n_works.
    clusters
        What is redrawn as one, of every work, length n_works: both groups are in each draw.
    repeats
        How often is redrawn.
    seed
        Decides the draws.

    Returns
    -------
    list of Gap
        One for each direction; without numbers where a group has no query. Chance of a rank is the
        middle of the gallery, and of the ratio what texts dealt out anew give (``unrelated``).
    """
    of_query = np.array([groups[row] for row in retrieved.rows])
    artists = [clusters[row] for row in retrieved.rows]
    told = []
    for direction in DIRECTIONS:
        found = retrieved.ranks[direction]
        additive, narrative, ratio = ratio_of_medians(
            found[of_query == ADDITIVE],
            found[of_query == NARRATIVE],
            [artist for artist, own in zip(artists, of_query, strict=True) if own == ADDITIVE],
            [artist for artist, own in zip(artists, of_query, strict=True) if own == NARRATIVE],
            chance=(retrieved.sizes[direction] + 1) / 2,
            repeats=repeats,
            seed=derive_seed(seed, f"gap {retrieved.gallery}"),
        )
        chance, unrelated = unrelated_ratios(
            *retrieved.asking[direction],
            of_query.tolist(),
            artists,
            repeats=repeats,
            seed=derive_seed(seed, f"unrelated {direction}"),
        )
        told.append(
            Gap(
                model=retrieved.model,
                direction=direction,
                gallery=retrieved.gallery,
                additive=additive,
                narrative=narrative,
                ratio=replace(ratio, chance=chance),
                unrelated=unrelated,
                by_lot=lot.ratio if (lot := retrieved.by_lot.get(direction)) else None,
            )
        )
    return told


def ratio_of_medians(
    additive: NDArray[np.float64],
    narrative: NDArray[np.float64],
    additive_clusters: Sequence[str],
    narrative_clusters: Sequence[str],
    *,
    chance: float | None,
    repeats: int,
    seed: int,
) -> tuple[Estimate, Estimate, Estimate]:
    """Return both medians and their ratio, each with an interval of the same draws.

    Parameters
    ----------
    additive
        Ranks of additive works, shape ``(n,)``.
    narrative
        Ranks of narrative works, shape ``(m,)``.
    additive_clusters
        What is redrawn as one, length n. A cluster of both groups comes with its works of both, so
        that partners that are one cluster stay together.
    narrative_clusters
        The same of the others, length m.
    chance
        The median by chance.
    repeats
        How often is redrawn.
    seed
        Decides the draws.

    Returns
    -------
    tuple of Estimate
        Of additive works, of narrative works, and of narrative over additive.
    """
    clusters = [*additive_clusters, *narrative_clusters]
    split = len(additive)
    first, then = np.argsort(additive, kind="stable"), np.argsort(narrative, kind="stable")
    drawn = np.array([
        [
            weighted_medians(additive[first], weights[:split][first]),
            weighted_medians(narrative[then], weights[split:][then]),
        ]
        for weights in redrawn(len(clusters), clusters, repeats, seed=seed)
    ]).reshape(-1, 2)  # fmt: skip
    low = float(np.median(additive)) if split else None
    high = float(np.median(narrative)) if len(narrative) else None
    # A group of one or two artists would show no spread: nothing is said then.
    sure_low = interval_of(drawn[:, 0]) if len(set(additive_clusters)) > 2 else None
    sure_high = interval_of(drawn[:, 1]) if len(set(narrative_clusters)) > 2 else None
    ratio = high / low if low and high is not None else None
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = drawn[:, 1] / drawn[:, 0]
    return (
        Estimate(low, sure_low, chance, split),
        Estimate(high, sure_high, chance, len(narrative)),
        Estimate(
            ratio,
            interval_of(ratios) if ratio is not None and sure_low and sure_high else None,
            1.0,
            split + len(narrative),
        ),
    )
