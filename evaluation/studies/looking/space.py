"""Where a model puts pictures and texts, so that they can be compared."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evaluation.studies.looking.canonical import canonical_map
from evaluation.studies.looking.joined import LEAST_WORKS, unit_rows
from evaluation.studies.looking.margin import margin_map
from topicart.errors import StudyError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from evaluation.studies.looking.model import StudyModel

__all__ = ["Space", "spaces_of", "unit_rows"]


@dataclass(frozen=True, eq=False)
class Space:
    """A model's space.

    Parameters
    ----------
    model
        The model's name.
    told
        What it is, in words for tables.
    floor
        Whether its weights were drawn by lot.
    pictures
        Vectors of the works' pictures, unit rows, shape ``(n_works, dim)``.
    features
        What the picture tower gives before anything joins it to texts, shape ``(n_works, width)``:
        what a linear probe reads.
    place
        Raw features of other pictures, shape ``(n, width)``, to unit rows ``(n, dim)``.
    read
        Texts to unit rows ``(n, dim)``; ``None`` if it reads none.
    joined
        Whether a map was trained on the works marked as to learn from: only the others judge it.
    context_length
        How many tokens of a text it reads; ``None`` for all.
    token_counts
        Tokens of texts, uncut; ``None`` if it reads none.
    """

    model: str
    told: str
    floor: bool
    pictures: NDArray[np.float32]
    features: NDArray[np.float32]
    place: Callable[[NDArray[np.float32]], NDArray[np.float32]]
    read: Callable[[Sequence[str]], NDArray[np.float32]] | None
    joined: bool = False
    context_length: int | None = None
    token_counts: Callable[[Sequence[str]], NDArray[np.intp]] | None = None


def spaces_of(
    models: Sequence[StudyModel],
    seen: Mapping[str, NDArray[np.float32]],
    texts: Sequence[str],
    learn: NDArray[np.bool_],
    *,
    groups: Sequence[str] | None = None,
    seed: int = 0,
) -> tuple[Space, ...]:
    """Give each model's space; maps that join two towers are trained here.

    Parameters
    ----------
    models
        The models.
    seen
        For each picture side's name what it gave for the works, shape ``(n_works, width)``.
    texts
        A text for each work; an empty one trains nothing.
    learn
        Works that may be learnt from, shape ``(n_works,)``. Artists are on one side only, unless
        the source's own split (SemArt's) has them on both.
    groups
        What belongs together, a name a work (``StudiedWorks.groups``): some of the groups learnt
        from choose how long, and how freely, is learnt. By default works are drawn one by one.
    seed
        Of the training.

    Returns
    -------
    tuple of Space
        In the order of the models.

    Raises
    ------
    StudyError
        If a map is to be trained and too few works with a text are there to learn from.
    """
    teaching = np.flatnonzero(learn & np.array([bool(text.strip()) for text in texts], bool))
    own = [str(row) for row in range(len(texts))] if groups is None else groups
    spaces = []
    for model in models:
        features = seen[model.pictures.name]
        if model.join is None:
            spaces.append(_of_one_space(model, features))
        else:
            names = [own[int(row)] for row in teaching]
            spaces.append(_of_joined(model, features, texts, teaching, names, seed))
    return tuple(spaces)


def _of_one_space(model: StudyModel, features: NDArray[np.float32]) -> Space:
    project = model.project

    def _place(own: NDArray[np.float32]) -> NDArray[np.float32]:
        return unit_rows(own if project is None else project(own))

    if model.texts is None:
        return _space(model, features, _place, None)
    reads = model.texts
    return _space(model, features, _place, lambda texts: unit_rows(reads.encode(texts)))


def _of_joined(
    model: StudyModel,
    features: NDArray[np.float32],
    texts: Sequence[str],
    teaching: NDArray[np.intp],
    groups: Sequence[str],
    seed: int,
) -> Space:
    """Train the map; the words of a text side that learns words come from the same works."""
    if model.texts is None:
        raise ValueError(f"{model.name} joins pictures to nothing; its texts are None.")
    if len(teaching) < LEAST_WORKS:
        raise StudyError(
            f"{len(teaching):,} works with a text are there to train {model.name} on; expected "
            f"{LEAST_WORKS} at least. Give more works or texts, hold out fewer, or ask models that "
            "need no training."
        )
    # A copy, so that what one study learns is not forgotten when another learns.
    reads = copy.copy(model.texts)
    lessons = [texts[row] for row in teaching]
    reads.fit(lessons)
    learnt = canonical_map if model.join == "cca" else margin_map
    joined = learnt(features[teaching], reads.encode(lessons), groups, seed=seed)

    def _place(own: NDArray[np.float32]) -> NDArray[np.float32]:
        return unit_rows(joined.pictures(own))

    return _space(
        model, features, _place, lambda asked: unit_rows(joined.texts(reads.encode(asked)))
    )


def _space(
    model: StudyModel,
    features: NDArray[np.float32],
    place: Callable[[NDArray[np.float32]], NDArray[np.float32]],
    read: Callable[[Sequence[str]], NDArray[np.float32]] | None,
) -> Space:
    return Space(
        model=model.name,
        told=model.told,
        floor=model.floor,
        pictures=place(features),
        features=features,
        place=place,
        read=read,
        joined=model.join is not None,
        context_length=None if model.texts is None else model.texts.context_length,
        token_counts=None if model.texts is None else model.texts.token_counts,
    )
