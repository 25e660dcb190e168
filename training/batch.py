"""What one step of training sees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prompts import Caption

__all__ = ["Batch", "Fact"]

Fact = tuple[str, str]
"""A facet and one of its values, in its original spelling."""


@dataclass(frozen=True)
class Batch:
    """The pairs of one step: captions and facts of all processes, pictures of this one.

    Every process draws the same plan from the seed, so only vectors have to travel.
    """

    ids: tuple[str, ...]
    """Works of the whole batch, in the order in which all processes have them."""
    captions: tuple[Caption, ...]
    """A caption for each of ``ids``."""
    facts: tuple[frozenset[Fact], ...]
    """Everything that is known of each of ``ids``."""
    own: slice
    """Which of ``ids`` this process computes."""
    pixels: NDArray[np.uint8]
    """Pictures of ``ids[own]``, shape (n_own, height, width, 3), RGB; black where unreadable."""
    readable: NDArray[np.bool_]
    """Whether each picture could be read, shape (n_own,)."""
    views: NDArray[np.float32] | None = None
    """How each picture is cut and mirrored, shape (n_own, 5): left, top, width, height of the cut
    as shares of the picture, and 1 if mirrored, else 0; None if they are taken as they are."""
