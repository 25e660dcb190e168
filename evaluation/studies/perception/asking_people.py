"""Which questions people are asked about a collection: those that models are asked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from evaluation.studies.perception.classes import classes_of
from evaluation.studies.perception.dimensions import load_dimensions
from evaluation.studies.perception.study import dimensions_told
from knowledge_graph import cut, nearest
from topicart.errors import StudyError

if TYPE_CHECKING:
    from evaluation.studies.looking import StudiedWorks
    from evaluation.studies.perception.result import DimensionTold

__all__ = ["asked_of_people"]


def asked_of_people(
    works: StudiedWorks, file: Path | None = None, names: Sequence[str] | None = None
) -> tuple[DimensionTold, ...]:
    """Take the questions that a collection gives answers to.

    Parameters
    ----------
    works
        The works.
    file
        A TOML of questions and phrasings; by default the one shipped here.
    names
        Some of them; by default all.

    Returns
    -------
    tuple of DimensionTold
        In the order of the file.

    Raises
    ------
    StudyError
        If a name is none of them, or the collection gives answers to none.
    TemplateError
        If the file is wrong.
    """
    asks = load_dimensions(file)
    found = [classes_of(own, works) for own in asks.questions.values()]
    told = dimensions_told(asks, [own for own in found if own is not None])
    legal = [*asks.questions, *(["deformation"] if asks.deformations else [])]
    for name in names or ():
        if name not in legal:
            raise StudyError(
                f"--dimension {cut(name)} is none of the questions in {asks.name}: "
                f"{', '.join(legal)}.{nearest(name, legal)}"
            )
    kept = tuple(own for own in told if not names or own.name in names)
    missing = [name for name in names or () if name not in {own.name for own in kept}]
    if missing or not kept:
        raise StudyError(
            f"The {len(works.collection):,} works give no two answers to "
            f"{missing[0] if missing else 'any question'}: an answer needs works of two artists, "
            f"as many as {asks.name} says. Leave the question out, or write a lower least-works "
            "in a file of your own and give it with --dimensions."
        )
    return kept
