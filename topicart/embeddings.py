"""Embeddings: one unit vector for each work, and mixing those of pictures with those of words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

__all__ = ["Embeddings", "fuse_texts", "normalise"]

_UNIT_TOLERANCE = 1e-3


@dataclass(frozen=True, eq=False)
class Embeddings:
    """Vectors of works, aligned with the works' ids.

    Raises
    ------
    ValueError
        If the shapes disagree, an id occurs twice, or a vector is not finite, not float32 or not
        of length 1 (within 0.001).
    """

    ids: tuple[str, ...]
    """The works that have a vector, in the collection's order."""
    vectors: NDArray[np.float32]
    """Shape ``(n_works, dim)``, float32, rows of length 1."""

    def __post_init__(self) -> None:
        vectors = self.vectors
        if vectors.ndim != 2 or vectors.shape[0] != len(self.ids):
            raise ValueError(
                f"Embeddings: {len(self.ids)} ids need vectors of shape ({len(self.ids)}, dim), "
                f"got {vectors.shape}."
            )
        if vectors.dtype != np.float32:
            raise ValueError(f"Embeddings: vectors must be float32, got {vectors.dtype}.")
        lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
        # Not-a-number compares false, so this finds it too.
        off = np.flatnonzero(~(np.abs(lengths - 1.0) <= _UNIT_TOLERANCE))
        if off.size:
            first = int(off[0])
            raise ValueError(
                f"Embeddings: every vector must be finite and of length 1; {off.size} are not, the "
                f"first that of {self.ids[first]!r} with length {lengths[first]:.4g}. Divide each "
                "row by its norm."
            )
        if len(self._positions) != len(self.ids):
            # The position kept for an id that occurs twice is its last one.
            twice = next(id_ for row, id_ in enumerate(self.ids) if self._positions[id_] != row)
            raise ValueError(f"Embeddings: the id {twice!r} occurs more than once.")

    @cached_property
    def _positions(self) -> dict[str, int]:
        """Row number by id."""
        return {id_: row for row, id_ in enumerate(self.ids)}

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def dim(self) -> int:
        """Number of dimensions.

        Returns
        -------
        int
            The length of a row.
        """
        return int(self.vectors.shape[1])

    def __contains__(self, id_: object) -> bool:
        return id_ in self._positions

    def rows(self, ids: Sequence[str]) -> NDArray[np.intp]:
        """Find the rows of works.

        Parameters
        ----------
        ids : sequence of str
            Works that have a vector.

        Returns
        -------
        ndarray of int, shape (len(ids),)
            Their rows in :attr:`vectors`.

        Raises
        ------
        KeyError
            If one has no vector; the message names it.
        """
        positions = self._positions
        try:
            return np.fromiter((positions[id_] for id_ in ids), dtype=np.intp, count=len(ids))
        except KeyError as error:
            raise KeyError(
                f"no vector for the work {error.args[0]!r}: {len(self)} works have one; a work "
                "without a readable picture has none unless captions are fused in"
            ) from None

    def select(self, ids: Sequence[str]) -> Embeddings:
        """Take the vectors of some works, in the order given.

        Parameters
        ----------
        ids : sequence of str
            Works that have a vector, each once.

        Returns
        -------
        Embeddings
            A copy of their rows.

        Raises
        ------
        KeyError
            If one has no vector.
        """
        return Embeddings(tuple(ids), self.vectors[self.rows(ids)])


def fuse_texts(
    images: Embeddings, ids: Sequence[str], texts: NDArray[np.float32], weight: float
) -> Embeddings:
    """Mix the works' caption vectors into their picture vectors: late fusion by a weighted mean.

    A work with a picture becomes ``(1 - weight) * picture + weight * text``, scaled back to
    length 1. A work without one has its text vector alone; with ``weight`` 0 it has none, as in
    pictures alone.

    Parameters
    ----------
    images : Embeddings
        Picture vectors of some of the works.
    ids : sequence of str
        All works, each once; the result keeps their order.
    texts : ndarray of float32, shape (len(ids), dim)
        Their caption vectors, of length 1.
    weight : float
        Share of the caption, from 0 (pictures only) to 1 (captions only).

    Returns
    -------
    Embeddings
        With ``weight`` 0, ``images`` itself; otherwise a vector for every work of ``ids``.

    Raises
    ------
    ValueError
        If the weight is not within 0..1, the shapes disagree, or ``images`` has a work that
        ``ids`` has not.
    """
    if not 0.0 <= weight <= 1.0:
        raise ValueError(
            f"The text weight of fusion must be from 0 (pictures only) to 1 (captions only), "
            f"got {weight!r}."
        )
    if weight == 0.0:
        return images
    if texts.shape != (len(ids), images.dim):
        raise ValueError(
            f"Fusion needs one caption vector of {images.dim} dimensions for each of {len(ids)} "
            f"works, got an array of shape {texts.shape}: encode both with the same model."
        )
    position = {id_: row for row, id_ in enumerate(ids)}
    missing = next((id_ for id_ in images.ids if id_ not in position), None)
    if missing is not None:
        raise ValueError(f"Fusion: the work {missing!r} has a picture vector but no caption.")
    at = np.fromiter((position[id_] for id_ in images.ids), dtype=np.intp, count=len(images))
    fused = texts.astype(np.float32, copy=True)
    mixed = (1.0 - weight) * images.vectors + weight * texts[at]
    # A caption exactly opposite to its picture would leave nothing to scale: keep the picture.
    nothing = np.linalg.norm(mixed, axis=1) < 1e-6
    mixed[nothing] = images.vectors[nothing]
    fused[at] = normalise(mixed)
    return Embeddings(tuple(ids), fused)


def normalise(vectors: NDArray[np.floating]) -> NDArray[np.float32]:
    """Scale rows to length 1, in double precision.

    Parameters
    ----------
    vectors : ndarray, shape (n, dim)
        Rows of any length but 0.

    Returns
    -------
    ndarray of float32, shape (n, dim)
        A new array. A row of length 0 becomes not-a-number, which :class:`Embeddings` refuses.
    """
    exact = vectors.astype(np.float64)
    lengths = np.linalg.norm(exact, axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        unit: NDArray[np.float32] = (exact / lengths).astype(np.float32)
    return unit
