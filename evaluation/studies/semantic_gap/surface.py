"""How much of a work's neighbourhood survives when its picture is treated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluation.bootstrap import ratio_interval
from evaluation.retrieval import TIE
from evaluation.studies.estimate import Estimate
from evaluation.studies.semantic_gap.neighbours import blocks, gallery_of, nearest_weights
from evaluation.studies.semantic_gap.result import Survival
from evaluation.studies.semantic_gap.treatments import TREATMENTS
from evaluation.zero_shot import zero_shot_hits
from topicart.model import derive_seed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from evaluation.studies.looking.space import Space
    from evaluation.studies.semantic_gap.neighbours import Gallery

__all__ = ["survival"]


def survival(
    space: Space,
    rows: NDArray[np.intp],
    treated_vectors: NDArray[np.float32],
    treatments: Sequence[str],
    genres: Sequence[tuple[str, ...]],
    groups: Sequence[str],
    *,
    named: tuple[Sequence[str], NDArray[np.float32]] | None = None,
    gallery: NDArray[np.intp] | None = None,
    k: int = 10,
    repeats: int = 2000,
    seed: int = 0,
) -> list[Survival]:
    """Say what is left of works' neighbourhoods when their pictures are treated.

    Neighbours of the treated picture are sought among untreated ones. A work's own untreated
    picture is no neighbour of it. For genres, works of the same artist are none either, nor works
    whose genre is not known: an artist's hand is no genre.

    Parameters
    ----------
    space
        The model's space.
    rows
        Works whose pictures were treated, shape ``(m,)``.
    treated_vectors
        Unit rows of the treated pictures (``space.place``), shape ``(m, len(treatments), dim)``.
    treatments
        Names in ``TREATMENTS``.
    genres
        Genres of each work, length n_works.
    groups
        Artist of each work, length n_works.
    named
        Names of genres, and their vectors, shape ``(n_genres, dim)``; ``None`` for a model that
        reads no texts.
    gallery
        Works among which neighbours are sought, with all of ``rows``; by default all.
    k
        How many neighbours.
    repeats
        Draws of the bootstrap by artist.
    seed
        Decides every draw.

    Returns
    -------
    list of Survival
        One for each treatment. What chance gives: neighbours by lot, the work itself by lot, and
        for the two that are told over the untreated, neighbours or names by lot over the
        untreated.

    Raises
    ------
    ValueError
        If shapes do not fit, or a treated work is not in the gallery.
    """
    rows = np.asarray(rows, dtype=np.intp)
    if treated_vectors.shape[:2] != (len(rows), len(treatments)):
        raise ValueError(
            f"{len(rows)} works under {len(treatments)} treatments need vectors of shape "
            f"({len(rows)}, {len(treatments)}, dim); got {treated_vectors.shape}."
        )
    among = gallery_of(space, genres, groups, gallery)
    if not np.isin(rows, among.rows).all():
        raise ValueError("Every treated work must be in the gallery.")
    seen = _seen(space, rows, treated_vectors, among, k)
    own_groups = np.asarray(groups)[rows]
    # One for all treatments: they meet on the same draws.
    drawn = derive_seed(seed, "survival")

    def _share(above: NDArray[Any], below: NDArray[Any], by_lot: NDArray[Any]) -> Estimate:
        known = np.isfinite(above) & np.isfinite(below)
        total = float(below[known].sum())
        if total <= 0:
            return Estimate(None, n=int(known.sum()))
        interval = ratio_interval(
            above[known], below[known], own_groups[known], repeats=repeats, seed=drawn
        )
        return Estimate(
            float(above[known].sum()) / total,
            interval,
            float(by_lot[known].sum()) / total,
            int(known.sum()),
        )

    told = []
    ones, size = np.ones(len(rows)), len(among.rows)
    lot_near = np.full(len(rows), min(1.0, k / max(1, size - 1)))
    lot_found = np.full(len(rows), 1 / max(1, size))
    before, by_lot = _named(space.pictures[rows], rows, genres, named)
    for at, name in enumerate(treatments):
        after, _ = _named(treated_vectors[:, at], rows, genres, named)
        told.append(
            Survival(
                model=space.model,
                treatment=name,
                keeps=TREATMENTS[name].keeps,
                neighbours=_share(seen.kept[:, at], ones, lot_near),
                found=_share(seen.found[:, at], ones, lot_found),
                genre=_share(seen.genre[:, at], seen.genre_before, seen.genre_by_lot),
                named=_share(after, before, by_lot),
            )
        )
    return told


@dataclass(frozen=True, eq=False)
class _Seen:
    """What each treated work's neighbourhood is; NaN where there is none."""

    kept: NDArray[np.float64]
    """Share of its neighbours that are left, shape ``(m, treatments)``."""
    found: NDArray[np.float64]
    """Whether the work itself is nearest, shape ``(m, treatments)``."""
    genre: NDArray[np.float64]
    """Share of neighbours of its genre, shape ``(m, treatments)``."""
    genre_before: NDArray[np.float64]
    """The same untreated, shape ``(m,)``."""
    genre_by_lot: NDArray[np.float64]
    """The same of all that could be neighbours, shape ``(m,)``."""


def _seen(
    space: Space,
    rows: NDArray[np.intp],
    treated: NDArray[np.float32],
    among: Gallery,
    k: int,
) -> _Seen:
    count = treated.shape[1]
    kept, found, genre = (np.full((len(rows), count), np.nan) for _ in range(3))
    before, by_lot = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    for part in blocks(len(rows), len(among.rows)):
        works = rows[part]
        own = works[:, None] == among.rows
        shared, able = among.share_genre(works), among.can_vote(works)
        # A work without a genre has none in common with any.
        able &= np.asarray(among.every_genre[works].sum(axis=1) > 0).reshape(-1, 1)
        scores = space.pictures[works] @ among.vectors.T
        near = nearest_weights(np.where(own, -np.inf, scores), k)
        before[part] = _shared(nearest_weights(np.where(able, scores, -np.inf), k), shared)
        by_lot[part] = _shared(able.astype(np.float32), shared)
        for at in range(count):
            scores = treated[part, at] @ among.vectors.T
            at_own = scores[own][:, None]
            better = (scores > at_own + TIE).any(axis=1)
            found[part, at] = ~better / (scores >= at_own - TIE).sum(axis=1)
            now = nearest_weights(np.where(own, -np.inf, scores), k)
            kept[part, at] = _over((near * now).sum(axis=1), near.sum(axis=1))
            now = nearest_weights(np.where(able, scores, -np.inf), k)
            genre[part, at] = _shared(now, shared)
    return _Seen(kept, found, genre, before, by_lot)


def _shared(weights: NDArray[np.float32], shared: NDArray[np.bool_]) -> NDArray[np.float64]:
    return _over((weights * shared).sum(axis=1), weights.sum(axis=1))


def _over(above: NDArray[Any], below: NDArray[Any]) -> NDArray[np.float64]:
    """Divide; NaN where there is nothing to divide by."""
    out = np.full(len(above), np.nan)
    np.divide(above, below, out=out, where=below > 0)
    return out


def _named(
    vectors: NDArray[np.float32],
    rows: NDArray[np.intp],
    genres: Sequence[tuple[str, ...]],
    named: tuple[Sequence[str], NDArray[np.float32]] | None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Say whether each picture is nearest to its genre's name, and how often that is by lot."""
    none = np.full(len(rows), np.nan)
    if named is None or not len(named[0]):
        return none, none
    names, of_names = named
    own = [tuple(one for one in genres[row] if one in set(names)) for row in rows]
    known = np.array([bool(one) for one in own])
    hits = zero_shot_hits(vectors, own, names, of_names)
    by_lot = np.array([len(set(one)) for one in own]) / len(names)
    return np.where(known, hits, np.nan), np.where(known, by_lot, np.nan)
