"""Which works are the nearest, and which of them share a genre."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluation.retrieval import TIE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from evaluation.studies.looking.space import Space

__all__ = ["Gallery", "blocks", "gallery_of", "nearest_weights"]

_CELLS = 1 << 23


@dataclass(frozen=True, eq=False)
class Gallery:
    """Works among which neighbours are sought.

    Parameters
    ----------
    rows
        Their rows, shape ``(n_gallery,)``.
    vectors
        Their unit vectors, shape ``(n_gallery, dim)``.
    genres
        Which genre each has, sparse, shape ``(n_gallery, n_genres)``.
    every_genre
        The same of every work, shape ``(n_works, n_genres)``.
    artists
        Number of each one's artist, shape ``(n_gallery,)``.
    every_artist
        The same of every work, shape ``(n_works,)``.
    """

    rows: NDArray[np.intp]
    vectors: NDArray[np.float32]
    genres: Any
    every_genre: Any
    artists: NDArray[np.intp]
    every_artist: NDArray[np.intp]

    def share_genre(self, works: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Say which works of the gallery have a genre of each of some works.

        Parameters
        ----------
        works
            Rows of works, shape ``(m,)``.

        Returns
        -------
        ndarray of bool, shape (m, n_gallery)
            False where either has none.
        """
        shared: NDArray[np.bool_] = (self.every_genre[works] @ self.genres.T).toarray() > 0
        return shared

    def can_vote(self, works: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Say which works may speak for the genre of each of some works.

        Parameters
        ----------
        works
            Rows of works, shape ``(m,)``.

        Returns
        -------
        ndarray of bool, shape (m, n_gallery)
            Works with a genre, by another artist: an artist's hand is no genre.
        """
        known = np.asarray(self.genres.sum(axis=1)).ravel() > 0
        able: NDArray[np.bool_] = known & (self.every_artist[works, None] != self.artists)
        return able


def gallery_of(
    space: Space,
    genres: Sequence[tuple[str, ...]],
    groups: Sequence[str],
    gallery: NDArray[np.intp] | None = None,
) -> Gallery:
    """Lay out works among which neighbours are sought.

    Parameters
    ----------
    space
        The model's space.
    genres
        Genres of each work, length n_works.
    groups
        Artist of each work, length n_works.
    gallery
        Rows of works; by default all.

    Returns
    -------
    Gallery
        In the order of the rows.

    Raises
    ------
    ValueError
        If there are not as many genres and artists as works.
    """
    from scipy.sparse import csr_matrix

    if not len(genres) == len(groups) == len(space.pictures):
        raise ValueError(
            f"{len(space.pictures)} works need as many genres and artists; got {len(genres)} and "
            f"{len(groups)}."
        )
    rows = np.arange(len(genres)) if gallery is None else np.asarray(gallery, dtype=np.intp)
    names = {name: at for at, name in enumerate(sorted({one for own in genres for one in own}))}
    columns = [names[one] for own in genres for one in own]
    ends = np.cumsum([0, *map(len, genres)])
    every = csr_matrix(
        (np.ones(len(columns), np.float32), columns, ends), shape=(len(genres), max(1, len(names)))
    )
    _, artists = np.unique(np.asarray(groups), return_inverse=True)
    return Gallery(rows, space.pictures[rows], every[rows], every, artists[rows], artists)


def blocks(works: int, gallery: int) -> Iterator[slice]:
    """Cut works in blocks whose table of cosines fits in memory.

    Parameters
    ----------
    works
        How many works.
    gallery
        How many works a row of the table has.

    Yields
    ------
    slice
        Of the works.
    """
    step = max(1, _CELLS // max(1, gallery))
    for start in range(0, works, step):
        yield slice(start, min(start + step, works))


def nearest_weights(scores: NDArray[np.float32], k: int) -> NDArray[np.float32]:
    """Say how much each item is among the k best of its row.

    Of items that are equal at the last place each counts a part: its chance to be taken if equals
    are ordered at random. So a model that puts everything in one place has neighbours by lot.

    Parameters
    ----------
    scores
        Shape ``(n, m)``; ``-inf`` for what cannot be taken.
    k
        How many.

    Returns
    -------
    ndarray of float32, shape (n, m)
        From 0 to 1; rows sum up to k, or to how many can be taken if these are fewer.
    """
    if k >= scores.shape[1]:
        return np.isfinite(scores).astype(np.float32)
    last = -np.partition(-scores, k - 1, axis=1)[:, k - 1, None]
    enough = np.isfinite(last)
    last = np.where(enough, last, 0.0)
    better = scores > last + TIE
    equal = (scores >= last - TIE) & ~better
    left = k - better.sum(axis=1, keepdims=True)
    part = left / np.maximum(equal.sum(axis=1, keepdims=True), 1)
    weights = np.where(better, 1.0, np.where(equal, part, 0.0))
    return np.where(enough, weights, np.isfinite(scores)).astype(np.float32)
