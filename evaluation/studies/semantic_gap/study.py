"""The whole study of the semantic gap, from a collection to what it says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from evaluation.studies.looking import SIDE, load_models, see_all, spaces_of, studied_works
from evaluation.studies.semantic_gap.asking import LongTexts, TextKind, share_cut, texts_of
from evaluation.studies.semantic_gap.classes import load_classes
from evaluation.studies.semantic_gap.cue_conflict import MAKERS
from evaluation.studies.semantic_gap.parts import MOST_ASKED, Parts
from evaluation.studies.semantic_gap.published import PUBLISHED_GAP, PUBLISHED_TEXT2ART
from evaluation.studies.semantic_gap.result import ModelTold, SemanticGap
from evaluation.studies.semantic_gap.treatments import TREATMENTS
from topicart import __version__
from topicart.errors import StudyError
from topicart.fit import Silent
from topicart.report.wording import collection_name

if TYPE_CHECKING:
    from knowledge_graph import Collection
    from topicart.fit import Progress

__all__ = ["CUE_WORKS", "GAP_MODELS", "run_semantic_gap"]

GAP_MODELS = (
    "mini",
    "cca:tower:mini+tower:mini",
    "linear:tower:mini+tower:mini",
    "random-clip:ViT-S-32",
)
"""What is compared unless told otherwise: an encoder, its towers joined anew, and the floor."""

CUE_WORKS = 150
"""Works that are treated, and twice the pairs in conflict, unless told otherwise."""

_SHOWN = 3
"""Treated works, and pairs in conflict, that are shown as the models saw them."""

_FEW = 20
"""Of fewer works of a group a median says little."""


def run_semantic_gap(
    collection: Collection,
    out: str | Path,
    *,
    models: Sequence[str] = GAP_MODELS,
    text: TextKind = "auto",
    long_texts: LongTexts = "first tokens",
    classes: str | Path | None = None,
    source_format: str = "",
    hold_out: float = 0.3,
    works: int | None = None,
    cue_works: int = CUE_WORKS,
    permutations: int = 200,
    repeats: int = 1000,
    seed: int = 0,
    device: str = "auto",
    progress: Progress | None = None,
) -> SemanticGap:
    """Study the semantic gap.

    Parameters
    ----------
    collection
        The works; those without a readable picture are left out and counted.
    out
        Folder in which what models made of pictures is kept (``seen``): an interrupted study goes
        on where it was.
    models
        Names as ``evaluation.studies.looking.model`` takes them.
    text
        By which text works are asked for.
    long_texts
        What is done with texts that are longer than a model reads.
    classes
        A TOML of additive and narrative genres; by default WikiArt's, or SemArt's for SemArt.
    source_format
        The source's kind: ``semart`` is studied by the Text2Art protocol.
    hold_out
        Share of the works, in whole artists, that judge models with a map trained here.
    works
        How many works are drawn by lot; by default all.
    cue_works
        How many are treated; half as many pairs at most are set in conflict.
    permutations, repeats
        Draws for chance and for intervals.
    seed
        Decides everything random.
    device
        ``auto``, ``cpu``, ``cuda``, ``cuda:1``, ``mps``.
    progress
        Told of stages and counts.

    Returns
    -------
    SemanticGap
        What was found; ``evaluation.studies.reporting.write_study`` writes it down.

    Raises
    ------
    StudyError
        If there are too few works to join towers on, a file of classes is wrong, or no model is
        named.
    ModelError
        If a model is not to be had.
    """
    if not models:
        raise StudyError("A study looks through one model at least; none is named: --model mini.")
    progress = progress or Silent()
    own_classes = load_classes(classes, source_format)
    progress.stage("load")
    loaded = load_models(models, device=device, seed=seed)
    sees = list({model.pictures.name: model.pictures for model in loaded}.values())
    side = max(SIDE, *(own.side for own in sees))
    studied = studied_works(collection, works=works, seed=seed, side=side, progress=progress)
    asked = texts_of(studied.collection, text)
    folder = Path(out) / "seen"
    seen = see_all(studied.pictures, sees, folder, progress=progress)
    by_split = source_format == "semart" and studied.splits
    # Where no map learns there is nothing to keep from it: all works judge.
    judges = (
        studied.held_out(hold_out, seed=seed)
        if by_split or any(model.join for model in loaded)
        else np.ones(len(studied.collection), bool)
    )
    progress.stage("Joining towers")
    spaces = spaces_of(loaded, seen, asked.texts, ~judges, groups=studied.groups, seed=seed)
    genres = studied.values("genre")
    parts = Parts(
        works=studied,
        models=loaded,
        spaces=spaces,
        texts=asked.texts,
        groups=tuple(own_classes.group_of(own) for own in genres),
        judges=judges,
        semart=by_split,
        long_texts=long_texts,
        folder=folder,
        permutations=permutations,
        repeats=repeats,
        seed=seed,
        progress=progress,
    )
    found = parts.found()
    ratios = parts.ratios()
    spoilt = parts.drawn(cue_works)
    survived = parts.survival(cue_works)
    pairs = parts.pairs(cue_works // 2)
    conflicts = parts.conflicts(pairs)
    with_text = [own for own in asked.texts if own]
    return SemanticGap(
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
                cut=share_cut(space, with_text, long_texts) if with_text else None,
                notes=(model.note,) if model.note else (),
            )
            for model, space in zip(loaded, spaces, strict=True)
        ),
        texts={
            "kind": asked.kind,
            "missing": asked.missing,
            "asked": len(parts.asked),
            "asked_at_most": MOST_ASKED,
            "long_texts": long_texts,
            "examples": with_text[:3],
        },
        classes={
            **own_classes.counted(genres),
            "name": own_classes.name,
            "file": own_classes.file_text,
        },
        held_out={
            "works": int(judges.sum()),
            "artists": len({studied.groups[row] for row in np.flatnonzero(judges)}),
            "of": len(judges),
            "by": "split" if studied.splits else "artist",
        }
        if not judges.all()
        else {},
        protocol=_protocol(parts, works),
        ratios=tuple(ratios),
        retrieval=found.tables,
        gaps=found.gaps,
        content_equal=found.content_equal,
        survival=tuple(survived),
        cue_conflicts=tuple(conflicts),
        failures=found.failures,
        published={
            "the gap": [dict(row) for row in PUBLISHED_GAP],
            "Text2Art, among SemArt’s 1,069 test paintings": [
                dict(row) for row in PUBLISHED_TEXT2ART
            ],
        },
        cautions=tuple(_cautions(parts, asked.missing, split=studied.splits)),
        settings={
            **studied.about,
            "seed": seed,
            "permutations": permutations,
            "repeats": repeats,
            "ratio_repeats": parts.ratio_repeats,
            "treated": len(spoilt),
            "conflict_pairs": len(pairs) // 2,
            "shown_treated": [studied.collection.ids[row] for row in spoilt[:_SHOWN]],
            "shown_pairs": [
                [studied.collection.ids[row] for row in pair] for pair in pairs[::2][:_SHOWN]
            ],
            "treatments": {name: own.told for name, own in TREATMENTS.items()},
            "makers": {name: own.told for name, own in MAKERS.items()},
        },
    )


def _protocol(parts: Parts, works: int | None) -> str:
    """Name how works are sought; fewer works than SemArt's are not its Text2Art."""
    if not parts.semart:
        return "own"
    return "SemArt Text2Art" if works is None else "as SemArt Text2Art, on works drawn by lot"


def _cautions(parts: Parts, missing: int, *, split: bool) -> list[str]:
    """Say what a reader must know before the numbers."""
    said = []
    total = len(parts.judges)
    judging = int(parts.judges.sum())
    if missing == total:
        said.append("No work has a text of the kind asked for: nothing could be sought by words.")
    elif missing:
        said.append(f"{missing:,} of {total:,} works have no text and are in the gallery only.")
    if len(parts.asked) < total - missing:
        said.append(
            f"{len(parts.asked):,} of the {total - missing:,} works with a text were asked for, "
            "drawn by lot; all works are in the gallery."
        )
    for group in ("additive", "narrative"):
        count = sum(
            own == group for own, judge in zip(parts.groups, parts.judges, strict=True) if judge
        )
        if group not in parts.groups:
            said.append(
                f"No work is {group} by the classes used, so there is no gap to measure: edit "
                "classes.toml and give it with --classes."
            )
        elif count < _FEW:
            where = "" if judging == total else f" of the {judging:,} held out"
            few = "1 work" if count == 1 else f"{count} works"
            said.append(
                f"Only {few}{where} {'is' if count == 1 else 'are'} {group}: a median rank of so "
                "few says little."
            )
    if any(space.joined for space in parts.spaces):
        whose = (
            "the test works that the source states, whose artists may be among those learnt from"
            if split
            else "the others, by artists they never met"
        )
        said.append(
            f"Towers were joined on {total - judging:,} works; they are judged on {whose}. Charts "
            f"and answers show every model on those {judging:,} works, marked “held out”."
        )
    return [*said, *parts.works.cautions]
