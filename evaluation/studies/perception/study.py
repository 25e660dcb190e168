"""The whole study of perception, from a collection to what it says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from evaluation.studies.looking import SIDE, load_models, see_all, spaces_of, studied_works
from evaluation.studies.looking.works import held_out_groups
from evaluation.studies.perception.annotations import read_annotations
from evaluation.studies.perception.classes import Answers, classes_of
from evaluation.studies.perception.deformations import DEFORMATIONS, STRENGTHS, treatments
from evaluation.studies.perception.dimensions import Dimensions, load_dimensions
from evaluation.studies.perception.generated import read_generated
from evaluation.studies.perception.parts import Parts
from evaluation.studies.perception.result import DimensionTold, Perception
from evaluation.studies.perception.telling import tell_generated
from evaluation.studies.semantic_gap.asking import texts_of
from evaluation.studies.semantic_gap.result import ModelTold
from topicart import __version__
from topicart.errors import StudyError
from topicart.fit import Silent
from topicart.report.wording import collection_name

if TYPE_CHECKING:
    from evaluation.studies.looking import StudiedWorks
    from knowledge_graph import Collection
    from topicart.fit import Progress

__all__ = ["PERCEPTION_MODELS", "SPOILT_WORKS", "dimensions_told", "run_perception"]

PERCEPTION_MODELS = ("mini", "tower:mini", "random-clip:ViT-S-32")
"""What is looked through unless told otherwise: an encoder, its picture tower, and the floor."""

SPOILT_WORKS = 100
"""Works that are spoilt, each in every way at every strength, unless told otherwise."""


def run_perception(
    collection: Collection,
    out: str | Path,
    *,
    models: Sequence[str] = PERCEPTION_MODELS,
    dimensions: str | Path | None = None,
    annotations: str | Path | None = None,
    generated: str | Path | None = None,
    hold_out: float = 0.3,
    works: int | None = None,
    spoilt_works: int = SPOILT_WORKS,
    repeats: int = 500,
    seed: int = 0,
    device: str = "auto",
    progress: Progress | None = None,
) -> Perception:
    """Study what models see in a collection.

    Parameters
    ----------
    collection
        The works; those without a readable picture are left out and counted.
    out
        Folder in which what models made of pictures is kept (``seen``): an interrupted study goes
        on where it was.
    models
        Names as ``evaluation.studies.looking.model`` takes them.
    dimensions
        A TOML of questions and phrasings; by default the one shipped here.
    annotations
        A CSV of what people answered.
    generated
        A folder of generated works with a ``metadata.csv`` as AI-Pastiche has it.
    hold_out
        Share of the works, in whole artists, that judge models with a map trained here.
    works
        How many works are drawn by lot; by default all.
    spoilt_works
        How many are spoilt by code.
    repeats
        Draws for intervals.
    seed
        Decides everything random.
    device
        ``auto``, ``cpu``, ``cuda``, ``cuda:1``, ``mps``.
    progress
        Told of stages and counts.

    Returns
    -------
    Perception
        What was found; ``evaluation.studies.reporting.write_study`` writes it down.

    Raises
    ------
    StudyError
        If no model is named, or a file of people's answers or of generated works is of no use.
    ModelError
        If a model is not to be had.
    TemplateError
        If the file of dimensions is wrong.
    """
    if not models:
        raise StudyError("A study looks through one model at least; none is named: --model mini.")
    progress = progress or Silent()
    asks = load_dimensions(dimensions)
    fakes = None if generated is None else read_generated(Path(generated))
    progress.stage("load")
    loaded = load_models(models, device=device, seed=seed)
    sees = list({model.pictures.name: model.pictures for model in loaded}.values())
    side = max(SIDE, *(own.side for own in sees))
    studied = studied_works(collection, works=works, seed=seed, side=side, progress=progress)
    answers = _answers(asks, studied)
    told = dimensions_told(asks, answers)
    given = None
    if annotations is not None:
        given = read_annotations(
            annotations, studied.collection.ids, told, treatments=tuple(treatments())
        )
    folder = Path(out) / "seen"
    seen = see_all(studied.pictures, sees, folder, progress=progress)
    # By artist also where the source states splits, or artists would be on both sides. Where no map
    # learns there is nothing to keep from it: all works judge.
    judges = (
        held_out_groups(studied.groups, hold_out, seed=seed)
        if any(model.join for model in loaded)
        else np.ones(len(studied.collection), bool)
    )
    progress.stage("Joining towers")
    texts = texts_of(studied.collection).texts
    spaces = spaces_of(loaded, seen, texts, ~judges, groups=studied.groups, seed=seed)
    parts = Parts(studied, loaded, spaces, judges, asks, folder, repeats, seed, progress)
    rows = parts.answered(answers)
    spoilt = parts.defects(spoilt_works)
    fake = (
        []
        if fakes is None
        else tell_generated(
            fakes,
            studied,
            loaded,
            spaces,
            folder,
            asks.generated,
            judge=judges,
            seed=seed,
            progress=progress,
        )
    )
    return Perception(
        name=collection_name(collection.source),
        version=__version__,
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        works=len(studied.collection),
        models=tuple(
            ModelTold(
                name=space.model,
                told=space.told,
                reads=space.read is not None,
                floor=space.floor,
                joined=space.joined,
                context_length=space.context_length,
                cut=None,
                notes=(model.note,) if model.note else (),
            )
            for model, space in zip(loaded, spaces, strict=True)
        ),
        dimensions=told,
        answered=tuple(rows),
        defects=tuple(spoilt),
        generated=tuple(fake),
        people=() if given is None else tuple(parts.people(given, answers)),
        mistakes=tuple(parts.mistakes(answers)),
        shown_spoilt=parts.shown_spoilt(),
        cautions=tuple(parts.cautions(told, given)),
        settings={
            **studied.about,
            "seed": seed,
            "repeats": repeats,
            "spoilt_works": min(spoilt_works, int(judges.sum())),
            "judging": int(judges.sum()),
            "strengths": list(STRENGTHS),
            "deformations": dict(DEFORMATIONS),
            "dimensions_file": asks.file_text,
            "annotations": None
            if given is None
            else {
                "left_out": dict(given.left_out),
                "notes": list(given.notes),
                "unsure": given.unsure,
            },
        },
    )


def dimensions_told(asks: Dimensions, answers: Sequence[Answers]) -> tuple[DimensionTold, ...]:
    """State what is asked, deformations last.

    Parameters
    ----------
    asks
        The questions.
    answers
        Those that a collection gives answers to.

    Returns
    -------
    tuple of DimensionTold
        In order.
    """
    told = [own.told for own in answers]
    if asks.deformations:
        told.append(
            DimensionTold(
                name="deformation",
                facet="made by code",
                templates=tuple(pair.asked for pair in asks.deformations.values()),
                classes=tuple(asks.deformations),
                works=0,
                left_out={},
            )
        )
    return tuple(told)


def _answers(asks: Dimensions, studied: StudiedWorks) -> list[Answers]:
    found = [classes_of(own, studied) for own in asks.questions.values()]
    return [own for own in found if own is not None]
