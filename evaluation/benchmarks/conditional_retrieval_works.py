"""Invented works for timing conditional search: vectors, and whom each condition allows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from topicart.retrieval import Facts

__all__ = ["FACET", "SHARES", "Invented", "invent"]

SHARES = {"all": 1.0, "tenth": 0.1, "hundredth": 0.01, "thousandth": 0.001}
"""Share of the works that a condition allows, by its name."""
FACET = "allowed"

_INNER = 24
"""Dimensions in which the vectors really vary, as pictures' vectors do."""
_HEAPS = 60
_CHUNK = 65_536


@dataclass(frozen=True, eq=False)
class Invented:
    """Works that can be sought under conditions."""

    vectors: NDArray[np.float32]
    """Shape ``(n, dim)``, of length 1."""
    queries: NDArray[np.float32]
    """Shape ``(m, dim)``, of length 1, drawn as the works are; none of them is a work."""
    allowed: dict[str, NDArray[np.intp]]
    """Rows that meet each condition, ascending."""

    @cached_property
    def facts(self) -> Facts:
        """The conditions as facts: a work states the name of each that it meets.

        Returns
        -------
        Facts
            Of one facet, which has as many values as there are conditions.
        """
        import pyarrow as pa

        n = len(self.vectors)
        starts = np.zeros(n + 1, dtype=np.int32)
        for rows in self.allowed.values():
            starts[1:][rows] += 1
        starts = np.cumsum(starts, dtype=np.int32)
        codes = np.empty(int(starts[-1]), dtype=np.int32)
        free = starts[:-1].copy()
        for code, rows in enumerate(self.allowed.values()):
            codes[free[rows]] = code
            free[rows] += 1
        stated = pa.DictionaryArray.from_arrays(codes, list(self.allowed)).cast(pa.string())
        return Facts(pa.table({FACET: pa.ListArray.from_arrays(starts, stated)}), (FACET,))


def invent(n: int, dim: int, queries: int, seed: int = 0) -> Invented:
    """Invent works.

    Vectors lie in heaps that run into one another on a bent surface. A condition holds for works
    ``scattered`` among all, as that of a museum does, or for ones ``near`` each other, as that
    of a style does: those with the largest inner product with some direction.

    Parameters
    ----------
    n, dim : int
        How many, of how many dimensions.
    queries : int
        How many queries.
    seed : int
        Of the random numbers.

    Returns
    -------
    Invented
        The same for the same numbers.
    """
    draw = np.random.default_rng([seed, n, dim])
    inner = min(dim, _INNER)
    heaps = 2 * draw.normal(size=(_HEAPS, inner)).astype(np.float32)
    turn = draw.normal(size=(inner, dim)).astype(np.float32) / 6

    def _vectors(many: int) -> NDArray[np.float32]:
        made = np.empty((many, dim), dtype=np.float32)
        for first in range(0, many, _CHUNK):
            own = made[first : first + _CHUNK]
            place = draw.standard_normal((len(own), inner), dtype=np.float32)
            place += heaps[draw.integers(0, _HEAPS, len(own))]
            np.tanh(place @ turn, out=own)
            own += 0.05 * draw.standard_normal(own.shape, dtype=np.float32)
            own /= np.linalg.norm(own, axis=1, keepdims=True)
        return made

    works, asked = _vectors(n), _vectors(queries)
    along = works @ _vectors(1)[0]
    allowed = {"all": np.arange(n, dtype=np.intp)}
    for name, share in SHARES.items():
        if share < 1:
            many = max(1, round(share * n))
            allowed[f"{name} scattered"] = np.sort(draw.choice(n, many, replace=False))
            allowed[f"{name} near"] = np.sort(np.argpartition(-along, many - 1)[:many])
    return Invented(works, asked, allowed)
