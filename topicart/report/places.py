"""Where works lie on the map, in whole numbers, and an order in which neighbours are near."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

__all__ = ["FULL", "Places", "places_of"]

FULL = 65535
"""The longer side of the map."""


@dataclass(frozen=True)
class Places:
    """Where each work lies.

    Parameters
    ----------
    x, y
        0 to 65535 on one scale for both, y downwards, shape ``(n_works,)``; 0 where it lies
        nowhere.
    on_map
        Whether a work lies on the map, shape ``(n_works,)``.
    """

    x: NDArray[np.uint16]
    y: NDArray[np.uint16]
    on_map: NDArray[np.bool_]

    def z_order(self) -> NDArray[np.int64]:
        """Order the works along a curve on which neighbours are near.

        Returns
        -------
        numpy.ndarray
            Rows of the works by Z-order (Morton 1966), those that lie nowhere last, shape
            ``(n_works,)``.
        """
        code = _spread(self.x) | (_spread(self.y) << np.uint64(1))
        code[~self.on_map] = np.iinfo(np.uint64).max
        order: NDArray[np.int64] = np.argsort(code, kind="stable")
        return order

    def middles(self, group: NDArray[np.int64], n_groups: int) -> list[tuple[int, int]]:
        """Find the middle of each group of works.

        Parameters
        ----------
        group
            Group of each work, negative for none, shape ``(n_works,)``.
        n_groups
            Number of groups.

        Returns
        -------
        list of tuple of int
            Median x and median y of the members that lie on the map; the map's middle for a
            group without any.
        """
        inside = np.flatnonzero((group >= 0) & self.on_map)
        inside = inside[np.argsort(group[inside], kind="stable")]
        ends = np.searchsorted(group[inside], np.arange(n_groups + 1))
        members = [inside[first:last] for first, last in pairwise(ends.tolist())]
        return [
            (int(np.median(self.x[own])), int(np.median(self.y[own])))
            if len(own)
            else (FULL // 2, FULL // 2)
            for own in members
        ]


def places_of(works: pa.Table) -> Places:
    """Scale the places of a run's works to whole numbers.

    Parameters
    ----------
    works
        The run's works.

    Returns
    -------
    Places
        The longer side of the map is used in full.
    """
    import pyarrow as pa

    across, up = (
        works.column(name).cast(pa.float64()).to_numpy(zero_copy_only=False) for name in ("x", "y")
    )
    on_map = np.isfinite(across) & np.isfinite(up)
    if not on_map.any():
        nowhere = np.zeros(len(on_map), np.uint16)
        return Places(nowhere, nowhere, on_map)
    left, top = across[on_map].min(), up[on_map].max()
    extent = max(across[on_map].max() - left, top - up[on_map].min())
    scale = FULL / extent if extent > 0 else 0.0
    with np.errstate(invalid="ignore"):
        x = np.where(on_map, (across - left) * scale, 0.0)
        y = np.where(on_map, (top - up) * scale, 0.0)
    return Places(
        x.round().clip(0, FULL).astype(np.uint16), y.round().clip(0, FULL).astype(np.uint16), on_map
    )


def _spread(values: NDArray[np.uint16]) -> NDArray[np.uint64]:
    """Put a zero between any two bits."""
    bits = values.astype(np.uint64)
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        bits = (bits | (bits << np.uint64(shift))) & np.uint64(mask)
    return bits
