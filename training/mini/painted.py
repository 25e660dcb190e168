"""Pictures and facts of the sample gallery, as many as wanted and exact.

Seed 0 is the demo's and the benchmark's gallery and is never trained on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge_graph.gallery import PlannedWork, paint, plan_gallery
from training.mini.features import Features, picture_features
from training.mini.pictures import Facts, PictureSet, picture_set, style_name
from training.mini.texts import Record

if TYPE_CHECKING:
    import torch
    from PIL.Image import Image

PAINTED_SIZE = 256
"""Shorter side in pixels at which works are painted for training."""
GALLERY = 600
"""Works of one gallery, as in the demo."""


def plan_training(works: int, first_seed: int) -> list[PlannedWork]:
    """Plan works for training: galleries of `GALLERY` works with one seed after the other.

    Parameters
    ----------
    works
        How many works.
    first_seed
        The first seed; 600 works have one.

    Returns
    -------
    list of PlannedWork
        The works.
    """
    planned: list[PlannedWork] = []
    while len(planned) < works:
        planned += plan_gallery(min(GALLERY, works - len(planned)), first_seed)
        first_seed += 1
    return planned


def planned_facts(work: PlannedWork) -> Facts:
    """Return what is known of a work: everything, the theme included.

    Parameters
    ----------
    work
        The planned work.

    Returns
    -------
    Facts
        Facet to values.
    """
    return {
        "theme": frozenset({work.theme_words}),
        "subject": frozenset(work.subjects),
        "genre": frozenset({work.genre}),
        "style": frozenset({style_name(work.style)}),
        "artist": frozenset({work.artist}),
    }


def planned_record(work: PlannedWork) -> Record:
    """Return a work's facts as words for the texts.

    Parameters
    ----------
    work
        The planned work.

    Returns
    -------
    Record
        Title and facts.
    """
    return Record(
        work.title,
        {
            "artist": (work.artist,),
            "style": (work.style,),
            "genre": (work.genre,),
            "subject": (work.theme_words, *work.subjects),
            "medium": work.medium,
            "period": (work.period,),
            "place": (work.place,),
        },
    )


def painted_set(
    name: str, planned: Sequence[PlannedWork], tower: torch.nn.Module, cache: Path
) -> PictureSet:
    """Paint works, or take their features from the cache if they would be painted the same.

    Parameters
    ----------
    name
        Name of the set.
    planned
        The works.
    tower
        The image tower with its classifier.
    cache
        File of features to read or write.

    Returns
    -------
    PictureSet
        The works with features and facts.
    """

    def _picture(index: int) -> Image:
        """Paint one of them."""
        return paint(planned[index], PAINTED_SIZE)

    features: Features = picture_features(
        tower, len(planned), _picture, cache=cache, key=_key(planned)
    )
    return picture_set(name, features, [planned_facts(work) for work in planned])


def _key(planned: Sequence[PlannedWork]) -> str:
    """The facts of all works and the pixels of three: a sign that the painter has changed."""
    state = hashlib.sha256(repr([(w.id, w.seed, w.subjects) for w in planned]).encode())
    for work in planned[:3]:
        state.update(paint(work, PAINTED_SIZE).tobytes())
    return state.hexdigest()
