"""Vectors with planted groups: unequal, longer in some directions than in others, with noise."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["NOISE", "Planting", "plant"]

NOISE = -1
"""The group of a work that belongs to none."""

_BLOCK = 50_000


@dataclass(frozen=True)
class Planting:
    """What is planted.

    Parameters
    ----------
    works
        How many.
    dimensions
        Of the vectors.
    groups
        How many; their shares are drawn from a Dirichlet distribution with concentration 2, so
        that the largest is many times the smallest.
    noise
        Share of the works that have a direction of their own.
    spread
        Length of a member's own part, evenly in all dimensions, beside a centre of length 1.
    stretch
        Deviation along each of a group's own directions.
    directions
        So many directions a group is stretched in.
    seed
        The one seed.
    """

    works: int = 100_000
    dimensions: int = 512
    groups: int = 200
    noise: float = 0.1
    spread: float = 0.9
    stretch: float = 0.6
    directions: int = 6
    seed: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values.

        Returns
        -------
        dict
            Its fields.
        """
        return asdict(self)


def plant(planting: Planting, folder: Path) -> None:
    """Draw vectors and write them, a block at a time.

    Parameters
    ----------
    planting
        What is planted.
    folder
        Gets ``vectors.npy``, unit rows of float32, and ``groups.npy``, the group of each.
    """
    draw = np.random.default_rng(planting.seed)
    shape = (planting.groups, planting.dimensions)
    centres = draw.normal(size=shape).astype(np.float32)
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    ways = draw.normal(size=(*shape, planting.directions)).astype(np.float32)
    ways *= np.float32(planting.stretch / np.sqrt(planting.dimensions))
    shares = draw.dirichlet(np.full(planting.groups, 2.0))
    groups = draw.choice(planting.groups, planting.works, p=shares)
    groups[draw.random(planting.works) < planting.noise] = NOISE
    vectors = np.lib.format.open_memmap(
        folder / "vectors.npy",
        mode="w+",
        dtype=np.float32,
        shape=(planting.works, planting.dimensions),
    )
    for begin in range(0, planting.works, _BLOCK):
        own = groups[begin : begin + _BLOCK]
        vectors[begin : begin + len(own)] = _block(own, centres, ways, planting, draw)
    vectors.flush()
    np.save(folder / "groups.npy", groups)


def _block(
    groups: NDArray[np.int64],
    centres: NDArray[np.float32],
    ways: NDArray[np.float32],
    planting: Planting,
    draw: np.random.Generator,
) -> NDArray[np.float32]:
    points = draw.standard_normal((len(groups), planting.dimensions), dtype=np.float32)
    points *= np.float32(planting.spread / np.sqrt(planting.dimensions))
    for group in np.unique(groups[groups != NOISE]):
        members = np.flatnonzero(groups == group)
        along = draw.standard_normal((len(members), planting.directions), dtype=np.float32)
        points[members] += centres[group] + along @ ways[group].T
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    return points
