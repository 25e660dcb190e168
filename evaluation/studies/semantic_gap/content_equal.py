"""The gap with content held equal: works that tell a story beside works that show the same things.

Narrative works may be found less well because rarer or more things are in them. Here each is put
beside an additive work in which the same things are seen, and both are asked for in the whole
gallery: by their own texts, by nothing but the things that both show, and among works that show the
same.

A thing is what enough works of both groups show. What only stories show (Icarus, a dragon) is none:
it is the story. A narrative picture shows that beside its things, so they are less of what is seen
in it, and a gap by things alone is partly that: a story shown is a thing shown, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from evaluation.retrieval import TIE
from evaluation.studies.estimate import Estimate
from evaluation.studies.redrawing import interval_of, redrawn
from evaluation.studies.semantic_gap.asking import LongTexts, encode
from evaluation.studies.semantic_gap.classes import ADDITIVE, NARRATIVE
from evaluation.studies.semantic_gap.gap import ratio_of_medians
from evaluation.studies.semantic_gap.neighbours import blocks
from evaluation.studies.semantic_gap.result import ContentEqual
from evaluation.studies.semantic_gap.retrieval import DIRECTIONS, places_in
from evaluation.studies.semantic_gap.same_things import (
    Matched,
    alike_in_things,
    match_by_things,
    showing_things,
)
from prompts import prompt_text
from topicart.model import derive_seed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from evaluation.studies.looking import Space
    from evaluation.studies.semantic_gap.retrieval import Retrieved

__all__ = ["Matched", "content_equal", "match_by_things", "things_in_words"]


def content_equal(
    space: Space,
    matched: Matched,
    retrieved: Retrieved,
    text_vectors: NDArray[np.float32],
    gallery_rows: NDArray[np.intp],
    *,
    clusters: Sequence[str],
    policy: LongTexts = "first tokens",
    repeats: int = 1000,
    seed: int = 0,
) -> list[ContentEqual]:
    """Return the gap between matched works, asked three ways.

    First by their whole texts, in the whole gallery. Then by nothing but the things that both
    partners show ("a painting of ship, sea and sky"): one question for two pictures, so that words
    differ no more than things; the other works that show all of these are right too and are set
    aside. Last by their whole texts among the works of the other group that show the same things:
    there nothing but the story tells them apart.

    Parameters
    ----------
    space
        Of a model that reads texts.
    matched
        The pairs; those of which both works were asked for count.
    retrieved
        Ranks in the gallery, ``own`` or SemArt's.
    text_vectors
        Of ``retrieved.rows``, shape ``(n_queries, dim)``, unit rows.
    gallery_rows
        The works of the gallery.
    clusters
        The artist of every work, length n_works. Pairs are redrawn by the narrative work's.
    policy
        What is done with long texts.
    repeats
        How often is redrawn.
    seed
        Decides the draws.

    Returns
    -------
    list of ContentEqual
        Three, or none where there is no pair. A ratio of more than 1 says that what tells a story
        is found less well.
    """
    asked = {int(row): at for at, row in enumerate(retrieved.rows)}
    kept = [
        pair
        for pair, (one, other) in enumerate(zip(matched.narrative, matched.additive, strict=True))
        if int(one) in asked and int(other) in asked
    ]
    if not kept:
        return []
    sides: dict[str, NDArray[np.intp]] = {
        ADDITIVE: matched.additive[kept],
        NARRATIVE: matched.narrative[kept],
    }
    pair_clusters = [clusters[row] for row in sides[NARRATIVE]]
    alike = float(matched.jaccard[kept].mean())
    at = {group: np.array([asked[int(row)] for row in rows]) for group, rows in sides.items()}
    seed = derive_seed(seed, f"content equal {retrieved.gallery}")

    found = retrieved.ranks[DIRECTIONS[0]]
    by_things, middle = _by_things(space, matched, sides, gallery_rows, policy)
    asked_twice = (
        (
            "asked for by their texts, median rank",
            {group: found[own] for group, own in at.items()},
            (retrieved.sizes[DIRECTIONS[0]] + 1) / 2,
        ),
        ("asked for by nothing but the things that both show, median rank", by_things, middle),
    )
    told = []
    for what, ranks, chance in asked_twice:
        medians = ratio_of_medians(
            ranks[ADDITIVE],
            ranks[NARRATIVE],
            pair_clusters,
            pair_clusters,
            chance=chance,
            repeats=repeats,
            seed=seed,
        )
        told.append(ContentEqual(space.model, what, *medians, len(kept), alike, retrieved.gallery))
    texts = {group: text_vectors[own] for group, own in at.items()}
    additive, narrative, ratio = _among_the_same(
        space, matched, texts, sides, gallery_rows, pair_clusters, repeats, seed
    )
    what = "share of the other group’s works with the same things that come before the right one"
    shares = (additive, narrative, ratio)
    told.append(ContentEqual(space.model, what, *shares, len(kept), alike, retrieved.gallery))
    return told


def things_in_words(things: Sequence[str]) -> str:
    """Say what is seen, and no more.

    Parameters
    ----------
    things
        Subjects.

    Returns
    -------
    str
        Such as ``a painting of sea, ship and sky``.
    """
    words = [prompt_text(own, "subject") for own in things]
    last = " and ".join(words[-2:])
    return f"a painting of {', '.join([*words[:-2], last])}"


def _by_things(
    space: Space,
    matched: Matched,
    sides: dict[str, NDArray[np.intp]],
    gallery_rows: NDArray[np.intp],
    policy: LongTexts,
) -> tuple[dict[str, NDArray[np.float64]], float]:
    """Rank both partners for the things that both show; others that show them all do not count."""
    common = [
        tuple(sorted(matched.things[one] & matched.things[other]))
        for one, other in zip(sides[NARRATIVE], sides[ADDITIVE], strict=True)
    ]
    different = {own: at for at, own in enumerate(dict.fromkeys(common))}
    queries = encode(space, [things_in_words(own) for own in different], policy)
    needed = showing_things([frozenset(own) for own in common], matched.vocabulary)
    counts = np.array([len(own) for own in common])
    text = queries[[different[own] for own in common]]
    shown = space.pictures[gallery_rows]
    showing = showing_things([matched.things[row] for row in gallery_rows], matched.vocabulary)
    places = {group: places_in(gallery_rows, rows) for group, rows in sides.items()}
    found = {group: np.empty(len(common)) for group in sides}
    middles = np.empty(len(common))
    for block in blocks(len(common), len(gallery_rows)):
        scores = text[block] @ shown.T
        wrong = (needed[block] @ showing.T).toarray() < counts[block, None]
        middles[block] = 1 + wrong.sum(axis=1) / 2
        for group, own in places.items():
            at_own = np.take_along_axis(scores, own[block, None], axis=1)
            better = ((scores > at_own + TIE) & wrong).sum(axis=1)
            as_good = ((scores >= at_own - TIE) & wrong).sum(axis=1) - better
            found[group][block] = 1 + better + as_good / 2
    return found, float(np.median(middles))


def _among_the_same(
    space: Space,
    matched: Matched,
    texts: dict[str, NDArray[np.float32]],
    sides: dict[str, NDArray[np.intp]],
    gallery_rows: NDArray[np.intp],
    clusters: Sequence[str],
    repeats: int,
    seed: int,
) -> tuple[Estimate, Estimate, Estimate]:
    """Say how much of the other group's works that show the same things come before the right one.

    The partner is always one of them, where it is in the gallery.
    """
    shown = space.pictures[gallery_rows]
    showing = showing_things([matched.things[row] for row in gallery_rows], matched.vocabulary)
    of_gallery = np.array([matched.groups[row] for row in gallery_rows], dtype=object)
    before = {group: np.empty(len(rows)) for group, rows in sides.items()}
    for group, rows in sides.items():
        others = np.flatnonzero(of_gallery == (ADDITIVE if group == NARRATIVE else NARRATIVE))
        own = showing[places_in(gallery_rows, rows)]
        at_own = np.einsum("nd,nd->n", texts[group], space.pictures[rows])
        for block in blocks(len(rows), len(others)):
            _, same = alike_in_things(own[block], showing[others])
            scores = texts[group][block] @ shown[others].T - at_own[block, None]
            better = ((scores > TIE) & same).sum(axis=1)
            as_good = ((scores >= -TIE) & same).sum(axis=1) - better
            before[group][block] = (better + as_good / 2) / same.sum(axis=1)
    drawn = np.array([
        [before[group] @ weights / weights.sum() for group in (ADDITIVE, NARRATIVE)]
        for weights in redrawn(len(clusters), clusters, repeats, seed=seed)
    ]).reshape(-1, 2)  # fmt: skip
    low, high = (float(before[group].mean()) for group in (ADDITIVE, NARRATIVE))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = drawn[:, 1] / drawn[:, 0]
    n = len(clusters)
    return (
        Estimate(low, interval_of(drawn[:, 0]), 0.5, n),
        Estimate(high, interval_of(drawn[:, 1]), 0.5, n),
        Estimate(high / low if low else None, interval_of(ratios) if low else None, 1.0, 2 * n),
    )
