"""Which works train and which judge: nothing that judges shares an artist with what trained."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from knowledge_graph import Artwork
    from training.config import TrainConfig

__all__ = ["Split", "read_split", "split_works", "write_split"]


@dataclass(frozen=True)
class Split:
    """The two sides, as ids in ascending order."""

    train: tuple[str, ...]
    """Works to learn from."""
    held_out: tuple[str, ...]
    """Works to judge by."""
    by: str
    """What keeps them apart: a facet, ``split`` or ``work``."""
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The facet's values of each work that has any; empty unless ``by`` is a facet."""
    groups: Mapping[str, str] = field(default_factory=dict)
    """The group of each held-out work, for intervals over groups: works that are tied by a value
    of the facet, directly or through others, have the same; empty unless ``by`` is a facet."""


def split_works(works: Iterable[Artwork], config: TrainConfig) -> Split:
    """Part works into those that train and those that judge.

    Parameters
    ----------
    works : iterable of Artwork
        ``Pairs.works``, or a Collection, of which works without a picture are on neither side.
    config : TrainConfig
        Its ``hold_out``, ``hold_out_share``, ``hold_out_values`` and ``seed``.

    Returns
    -------
    Split
        Both sides; neither is empty.

    Raises
    ------
    TrainingError
        There is nothing to hold out, or nothing would be left to learn from.
    """
    raise NotImplementedError


def write_split(folder: Path, split: Split) -> Path:
    """Write a split as ``split.csv``: id, part and the facet's values of each work.

    Parameters
    ----------
    folder : Path
        The adapter's folder.
    split : Split
        The split.

    Returns
    -------
    Path
        The file.
    """
    raise NotImplementedError


def read_split(folder: Path) -> Split:
    """Read what ``write_split`` wrote.

    Parameters
    ----------
    folder : Path
        The adapter's folder.

    Returns
    -------
    Split
        The same split.

    Raises
    ------
    TrainingError
        The file is missing, or is no such table.
    """
    raise NotImplementedError
