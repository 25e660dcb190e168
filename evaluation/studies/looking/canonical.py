"""Two towers joined by canonical correlation, which needs no gradient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evaluation.studies.looking.joined import Joined, chooses, mean_log_rank

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["CanonicalCorrelation", "canonical_correlation", "canonical_map"]

_DIRECTIONS = 256
_KEEP = 128
_REGULARISATIONS = (0.01, 0.1, 1.0, 10.0)
_ROWS = 8192
_RELATIVE = 1e-9


@dataclass(frozen=True, eq=False)
class CanonicalCorrelation:
    """Directions in which two views of the same works vary together.

    Parameters
    ----------
    mean_x, mean_y
        Of the views, shapes ``(p,)`` and ``(q,)``.
    to_x, to_y
        From a centred view to its canonical variates, shapes ``(p, d)`` and ``(q, d)``.
    correlations
        Of the pairs of variates, shape ``(d,)``, descending.
    """

    mean_x: NDArray[np.float64]
    mean_y: NDArray[np.float64]
    to_x: NDArray[np.float64]
    to_y: NDArray[np.float64]
    correlations: NDArray[np.float64]

    def x(self, view: NDArray[np.float32]) -> NDArray[np.float32]:
        """Bring the first view into the common space, each variate weighed by its correlation.

        Parameters
        ----------
        view
            Shape ``(n, p)``.

        Returns
        -------
        numpy.ndarray
            Shape ``(n, d)``.
        """
        return _mapped(view, self.mean_x, self.to_x * self.correlations)

    def y(self, view: NDArray[np.float32]) -> NDArray[np.float32]:
        """Bring the second view into the common space.

        Parameters
        ----------
        view
            Shape ``(n, q)``.

        Returns
        -------
        numpy.ndarray
            Shape ``(n, d)``.
        """
        return _mapped(view, self.mean_y, self.to_y * self.correlations)


def canonical_correlation(
    x: NDArray[np.float32],
    y: NDArray[np.float32],
    *,
    directions: int = _DIRECTIONS,
    keep: int = _KEEP,
    regularisation: float = 0.0,
) -> CanonicalCorrelation:
    """Find canonical variates by whitening two views and decomposing what they share.

    Each view is reduced to its principal directions and whitened there; the singular value
    decomposition of the whitened cross-covariance gives the variates and their correlations
    (Hardoon et al. 2004, section 4; Dorfer et al. 2018, section 3.1). The regularisation is added
    to each variance, as a share of their mean (Vinod 1976's ridge).

    Parameters
    ----------
    x, y
        The views, shapes ``(n, p)`` and ``(n, q)``, row by row of the same works.
    directions
        The most principal directions of each.
    keep
        The most canonical variates.
    regularisation
        0 gives the plain analysis.

    Returns
    -------
    CanonicalCorrelation
        In time that grows with the works only by their covariances.
    """
    return _decomposed(*_whitenings(x, y, directions), keep, regularisation)


def canonical_map(
    pictures: NDArray[np.float32],
    texts: NDArray[np.float32],
    groups: Sequence[str],
    *,
    seed: int = 0,
) -> Joined:
    """Join two towers by canonical correlation.

    How strongly variances are regularised is chosen by how well held-back works of the same
    collection find their texts; the map itself is then learnt from all.

    Parameters
    ----------
    pictures, texts
        Of the works to learn from, shapes ``(n, p)`` and ``(n, q)``.
    groups
        What belongs together, a name a work.
    seed
        Decides which works choose.

    Returns
    -------
    Joined
        ``about`` says the regularisation.
    """
    choose = chooses(groups, seed=seed)
    teach = _whitenings(pictures[~choose], texts[~choose], _DIRECTIONS)

    def _misses(regularisation: float) -> float:
        tried = _decomposed(*teach, _KEEP, regularisation)
        return mean_log_rank(tried.x(pictures[choose]), tried.y(texts[choose]))

    best = min(_REGULARISATIONS, key=_misses)
    found = canonical_correlation(pictures, texts, regularisation=best)
    return Joined(found.x, found.y, {"regularisation": best})


@dataclass(frozen=True, eq=False)
class _View:
    """A view's mean, principal directions, shape ``(p, k)``, and their variances, ``(k,)``."""

    mean: NDArray[np.float64]
    directions: NDArray[np.float64]
    variances: NDArray[np.float64]


def _whitenings(
    x: NDArray[np.float32], y: NDArray[np.float32], directions: int
) -> tuple[_View, _View, NDArray[np.float64]]:
    """Give both views' principal directions and the cross-covariance between them."""
    view_x, view_y = _principal(x, directions), _principal(y, directions)
    cross = np.zeros((view_x.directions.shape[1], view_y.directions.shape[1]))
    for rows in _blocks(x):
        left = (x[rows] - view_x.mean) @ view_x.directions
        cross += left.T @ ((y[rows] - view_y.mean) @ view_y.directions)
    return view_x, view_y, cross / max(1, len(x) - 1)


def _decomposed(
    x: _View, y: _View, cross: NDArray[np.float64], keep: int, regularisation: float
) -> CanonicalCorrelation:
    whiten_x = 1 / np.sqrt(x.variances + regularisation * x.variances.mean())
    whiten_y = 1 / np.sqrt(y.variances + regularisation * y.variances.mean())
    left, shared, right = np.linalg.svd(whiten_x[:, None] * cross * whiten_y, full_matrices=False)
    return CanonicalCorrelation(
        x.mean,
        y.mean,
        x.directions @ (whiten_x[:, None] * left[:, :keep]),
        y.directions @ (whiten_y[:, None] * right[:keep].T),
        shared[:keep],
    )


def _principal(view: NDArray[np.float32], directions: int) -> _View:
    """Find a view's principal directions in double precision, some rows at a time.

    Of fewer works than dimensions by the products between works, which are the smaller matrix.
    """
    works, width = view.shape
    mean = view.mean(axis=0, dtype=np.float64)
    if works <= width:
        centred = view - mean
        products = centred @ centred.T
    else:
        products = np.zeros((width, width))
        for rows in _blocks(view):
            centred = view[rows] - mean
            products += centred.T @ centred
    squares, vectors = _largest(products, directions)
    if works <= width:
        vectors = (view - mean).T @ (vectors / np.sqrt(squares))
    return _View(mean, vectors, squares / max(1, works - 1))


def _largest(
    products: NDArray[np.float64], most: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the largest eigenvalues, descending, and their vectors."""
    from scipy.linalg import eigh

    size = len(products)
    values, vectors = eigh(products, subset_by_index=[max(0, size - most), size - 1])
    # What has no variance has no direction, and would be divided by it.
    kept = values > _RELATIVE * max(float(values[-1]), 1e-30)
    return values[kept][::-1], vectors[:, kept][:, ::-1]


def _mapped(
    view: NDArray[np.float32], mean: NDArray[np.float64], to: NDArray[np.float64]
) -> NDArray[np.float32]:
    mapped = np.empty((len(view), to.shape[1]), np.float32)
    for rows in _blocks(view):
        mapped[rows] = (view[rows] - mean) @ to
    return mapped


def _blocks(view: NDArray[np.float32]) -> list[slice]:
    return [slice(at, at + _ROWS) for at in range(0, len(view), _ROWS)]
