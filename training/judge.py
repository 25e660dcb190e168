"""How well an encoder knows held-out works: by their captions, and by the names of their classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from knowledge_graph import Artwork

__all__ = ["PRIMARY", "Judged", "TextEncoder", "ZeroShot", "compare", "judge", "mean_recall"]

PRIMARY = "mean_recall_at_10"
"""The one metric that decides when to stop, and which weights are kept."""


class TextEncoder(Protocol):
    """What is asked of an encoder here."""

    def encode_texts(self, texts: Sequence[str], /) -> NDArray[np.float32]:
        """Return a row of length 1 for each text, shape (len(texts), dim)."""


@dataclass(frozen=True)
class ZeroShot:
    """How the classes of one facet were recognised."""

    names: tuple[str, ...]
    """The classes."""
    rows: NDArray[np.intp]
    """The works that are of one or more of the classes."""
    right: NDArray[np.bool_]
    """Whether each of ``rows`` was taken for one of its own classes."""
    chance: float
    """The accuracy of a class drawn at random."""
    majority: float
    """The accuracy of the best constant answer."""


@dataclass(frozen=True)
class Judged:
    """What became of each held-out work, so that two encoders can be compared work by work."""

    ids: tuple[str, ...]
    """The works."""
    caption_to_picture: NDArray[np.float64]
    """Rank of each work's own picture for its caption, shape (n,)."""
    picture_to_caption: NDArray[np.float64]
    """Rank of each work's own caption for its picture, shape (n,)."""
    zero_shot: Mapping[str, ZeroShot]
    """Facet to how its classes were recognised."""


def mean_recall(images: NDArray[np.float32], captions: NDArray[np.float32], k: int = 10) -> float:
    """Return R@k, the mean of both ways; with k = 10 the primary metric."""
    raise NotImplementedError


def judge(
    images: NDArray[np.float32],
    captions: NDArray[np.float32],
    works: Sequence[Artwork],
    encoder: TextEncoder,
    *,
    classes: Mapping[str, Sequence[str]] | None = None,
) -> Judged:
    """Judge an encoder on works with one picture vector (n, dim) and caption vector (n, dim) each."""
    raise NotImplementedError


def compare(
    before: Judged,
    after: Judged,
    *,
    groups: Sequence[str] | None = None,
    repeats: int = 2000,
    seed: int = 0,
) -> dict[str, Any]:
    """Return each metric's before, after, lift and intervals, JSON-ready.

    ``{"works": n, "primary": PRIMARY, "metrics": {name: {"title", "before", "after", "lift",
    "interval": [low, high] | None, "group_interval": …, "n", "chance", "classes", "majority",
    "better": "higher" | "lower"}}}``
    """
    raise NotImplementedError
