"""Pictures with the form of one work and the surface of another, and which of the two is seen."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from evaluation.bootstrap import ratio_interval
from evaluation.retrieval import TIE
from evaluation.studies.estimate import Estimate
from evaluation.studies.looking.pictures import key_of, seed_of
from evaluation.studies.semantic_gap.conflict_makers import MAKERS, MAKERS_VERSION
from evaluation.studies.semantic_gap.neighbours import blocks, gallery_of, nearest_weights
from evaluation.studies.semantic_gap.result import CueConflict
from topicart.model import derive_seed

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from PIL import Image

    from evaluation.studies.looking.pictures import WorkPictures
    from evaluation.studies.looking.seen import PicturesInParts
    from evaluation.studies.looking.space import Space

__all__ = ["MAKERS", "MAKERS_VERSION", "conflict_pictures", "cue_conflict", "draw_pairs"]

_PART = 16
"""Pictures a part: even, so that both of a pair are made of files that are read once."""
_LOOK_AHEAD = 200
"""Works that wait for a partner."""


def draw_pairs(
    genres: Sequence[tuple[str, ...]],
    groups: Sequence[str],
    count: int,
    *,
    among: NDArray[np.intp] | None = None,
    seed: int = 0,
) -> NDArray[np.intp]:
    """Draw pairs of works that share no genre and no artist.

    Parameters
    ----------
    genres
        Genres of each work, length n_works; works without one are not drawn.
    groups
        Artist of each work, length n_works.
    count
        How many pairs; fewer are given where there are no more.
    among
        Works to draw from; by default all.
    seed
        Decides which.

    Returns
    -------
    ndarray of int, shape (2 * pairs, 2)
        Rows of the work that gives the form and of the one that gives the surface. Each pair
        comes twice, the second time turned about, one after the other: what lies near to
        everything, or is frequent, speaks for form as often as for surface. No work is in two
        pairs.
    """
    rows = np.arange(len(genres)) if among is None else np.asarray(among, dtype=np.intp)
    waiting: deque[int] = deque()
    pairs: list[tuple[int, int]] = []
    for drawn in np.random.default_rng(derive_seed(seed, "pairs in conflict")).permutation(rows):
        if len(pairs) >= 2 * count:
            break
        row = int(drawn)
        if not genres[row]:
            continue
        for at, other in enumerate(waiting):
            if groups[other] != groups[row] and not set(genres[other]) & set(genres[row]):
                del waiting[at]
                pairs += [(other, row), (row, other)]
                break
        else:
            waiting.append(row)
            if len(waiting) > _LOOK_AHEAD:
                waiting.popleft()
    return np.array(pairs, dtype=np.intp).reshape(-1, 2)


@dataclass(frozen=True, eq=False)
class _Conflicts:
    """Pictures of a conflict; meets ``PicturesInParts``."""

    parts: tuple[range, ...]
    keys: tuple[str, ...]
    pictures_of: Callable[[int], Sequence[Image.Image]] = field(repr=False)

    def __len__(self) -> int:
        return self.parts[-1].stop if self.parts else 0


def conflict_pictures(
    pictures: WorkPictures, pairs: NDArray[np.intp], maker: str, *, seed: int = 0
) -> PicturesInParts:
    """Make the pictures of a conflict when they are looked at.

    Parameters
    ----------
    pictures
        The works' own pictures.
    pairs
        As ``draw_pairs`` gives them.
    maker
        Name in ``MAKERS``.
    seed
        Each picture's own is derived from it and the two works' ids.

    Returns
    -------
    PicturesInParts
        A row a pair, each of the size of what gives its form.
    """
    make = MAKERS[maker].make
    parts = tuple(range(at, min(at + _PART, len(pairs))) for at in range(0, len(pairs), _PART))

    def _made(part: int) -> list[Image.Image]:
        read = lru_cache(maxsize=4)(pictures.picture)
        return [
            make(
                read(int(form)),
                read(int(surface)),
                seed_of(seed, pictures.ids[form], pictures.ids[surface], maker),
            )
            for form, surface in pairs[parts[part].start : parts[part].stop]
        ]

    def _key(part: range) -> str:
        own = pairs[part.start : part.stop].ravel().tolist()
        works = [[pictures.ids[row], pictures.decides(row)] for row in own]
        return key_of(["conflict", MAKERS_VERSION, maker, seed, works])

    return _Conflicts(parts, tuple(_key(part) for part in parts), _made)


def cue_conflict(
    space: Space,
    pairs: NDArray[np.intp],
    vectors: NDArray[np.float32],
    genres: Sequence[tuple[str, ...]],
    groups: Sequence[str],
    *,
    maker: str,
    gallery: NDArray[np.intp] | None = None,
    k: int = 10,
    repeats: int = 2000,
    seed: int = 0,
) -> list[CueConflict]:
    """Say whether pictures are taken for the work that gave the form or the surface.

    By work: which of the two untreated pictures is nearer. By genre: which work's genres have more
    of the k nearest works, where works of the two artists and works without a genre have no voice.
    The share for form among the decided (Geirhos et al., ICLR 2019, section 2.3: shape bias).

    Parameters
    ----------
    space
        The model's space.
    pairs
        As ``draw_pairs`` gives them. Pairs of several makers may be joined to one number: a pair
        is drawn with all its pictures.
    vectors
        Unit rows of the conflict pictures (``space.place``), shape ``(len(pairs), dim)``.
    genres
        Genres of each work, length n_works.
    groups
        Artist of each work, length n_works.
    maker
        What to call it: a name in ``MAKERS``, or ``all``.
    gallery
        Works that may vote on a genre; by default all.
    k
        How many vote.
    repeats
        Draws of the bootstrap by pair.
    seed
        Decides every draw.

    Returns
    -------
    list of CueConflict
        By work and by genre; no value where nothing is decided.

    Raises
    ------
    ValueError
        If there is not one vector for each pair.

    Notes
    -----
    One half is what a model gives that sees nothing. Weights drawn by lot see something: colours
    and grain pass through them, so by work they are expected to take the side of surface.
    """
    if len(pairs) != len(vectors):
        raise ValueError(f"{len(pairs)} pictures need as many vectors; got {len(vectors)}.")
    pairs = np.asarray(pairs, dtype=np.intp).reshape(-1, 2)
    among = gallery_of(space, genres, groups, gallery)
    ahead = {"work": np.zeros(len(pairs)), "genre": np.zeros(len(pairs))}
    for part in blocks(len(pairs), len(among.rows)):
        form, surface = pairs[part].T
        own = vectors[part]
        ahead["work"][part] = (own * (space.pictures[form] - space.pictures[surface])).sum(axis=1)
        able = among.can_vote(form) & among.can_vote(surface)
        votes = nearest_weights(np.where(able, own @ among.vectors.T, -np.inf), k)
        for_form, for_surface = among.share_genre(form), among.share_genre(surface)
        ahead["genre"][part] = (votes * for_form).sum(axis=1) - (votes * for_surface).sum(axis=1)
    either = [f"{low}-{high}" for low, high in np.sort(pairs, axis=1).tolist()]
    return [
        _told(space.model, maker, by, margins, either, repeats=repeats, seed=seed)
        for by, margins in ahead.items()
    ]


def _told(
    model: str,
    maker: str,
    by: str,
    ahead: NDArray[np.float64],
    pairs: Sequence[str],
    *,
    repeats: int,
    seed: int,
) -> CueConflict:
    """Count for form and surface; ``ahead`` is by how much form is."""
    decided = np.abs(ahead) > TIE
    form = decided & (ahead > 0)
    count = int(decided.sum())
    drawn = derive_seed(seed, f"conflict by {by}, {maker}")
    interval = ratio_interval(form, decided, pairs, repeats=repeats, seed=drawn) if count else None
    return CueConflict(
        model=model,
        maker=maker,
        by=by,
        form=Estimate(int(form.sum()) / count if count else None, interval, chance=0.5, n=count),
        pairs=len(pairs),
        decided=count,
    )
