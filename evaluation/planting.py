"""A gallery whose themes are known, as clean or as spoilt as one likes: what models are tried on."""

from __future__ import annotations

import csv
import io
import json
import multiprocessing
import os
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from knowledge_graph import Artwork, Collection, TopicartError, open_collection
from knowledge_graph.atomic import (
    make_folder,
    remove_leftovers,
    write_bytes_atomic,
    write_text_atomic,
)
from knowledge_graph.gallery import THEMES, PlannedWork, paint, plan_gallery

if TYPE_CHECKING:
    from PIL import Image

PLANT_VERSION = 1
"""Counts up when the same arguments give other pictures or records."""

_MADE = "planted.json"
_QUALITY = 88
_SMALLEST = 96


class PlantedError(TopicartError):
    """A gallery cannot be planted as asked, or its folder holds something else."""

    exit_code = 6


@dataclass(frozen=True)
class Setting:
    """What a planted gallery is like.

    Parameters
    ----------
    works
        Number of works.
    themes
        Number of themes that they are painted to.
    noise
        Share of the records that belong to another work, and share of the pictures that are covered
        with grain and blur, 0 to 1.
    """

    works: int = 600
    themes: int = len(THEMES)
    noise: float = 0.0

    @property
    def name(self) -> str:  # numpydoc ignore=RT01
        """A short name, fit for a folder."""
        return f"{self.works}-works-{self.themes}-themes-{self.noise:g}-noise"


@dataclass(frozen=True, eq=False)
class Planted:
    """A gallery and the truth about it.

    Parameters
    ----------
    folder
        Where it is; ``truth.csv`` says there what this says here.
    collection
        The works as a catalogue has them: some facts are missing, some are another work's.
    themes
        The theme that each work was painted to, in the collection's order.
    facts
        The same works, in the same order, each with all that is really in its picture.
    setting
        What it is like.
    """

    folder: Path
    collection: Collection
    themes: tuple[str, ...]
    facts: Collection
    setting: Setting


def plant(
    folder: str | Path,
    *,
    works: int = 600,
    themes: int = len(THEMES),
    noise: float = 0.0,
    seed: int = 0,
    size: int = 320,
    paintings: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Planted:
    """Paint works to some themes, and spoil some of the records and of the pictures.

    Parameters
    ----------
    folder
        Where to; new, or holding the same gallery, whole or cut short.
    works
        Number of works, at least one a theme.
    themes
        How many of the sample gallery's themes; which, the seed decides. Fewer are among more.
    noise
        Share of the records that are exchanged among works, and share of the pictures, drawn
        apart, that are blurred and covered with grain, 0 to 1. What less noise spoils, more does.
    seed
        Decides everything.
    size
        The longer side of a picture in pixels.
    paintings
        A folder for the clean pictures, shared by galleries of one seed and size, so that none
        is painted twice. By default ``paintings`` within ``folder``.
    progress
        Called with pictures that are there and all pictures.

    Returns
    -------
    Planted
        The gallery with its truth; the same for the same arguments.

    Raises
    ------
    PlantedError
        If an argument is out of range, or the folder holds something else.
    """
    raise NotImplementedError
