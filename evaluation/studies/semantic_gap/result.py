"""What a study of the semantic gap says, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evaluation.studies.estimate import Estimate, json_ready

__all__ = [
    "ClassDistance",
    "ContentEqual",
    "CueConflict",
    "DistanceRatio",
    "Failure",
    "FoundInstead",
    "Gap",
    "ModelTold",
    "Retrieval",
    "SemanticGap",
    "Survival",
]


@dataclass(frozen=True)
class ModelTold:
    """A model, in words."""

    name: str
    told: str
    reads: bool
    """Whether it reads texts."""
    floor: bool
    """Whether its weights were drawn by lot."""
    joined: bool
    """Whether a map was trained on works of this collection, and only the others judge it."""
    context_length: int | None
    """How many tokens of a text it reads; ``None`` for all."""
    cut: float | None
    """Share of the texts that are longer than that."""
    notes: tuple[str, ...] = ()
    """What a reader must know: that it was trained on these pictures, for example."""


@dataclass(frozen=True)
class ClassDistance:
    """One value of a facet."""

    value: str
    works: int
    within: float | None
    """Mean cosine distance between two of its works; ``None`` of one work."""
    between: float | None
    """Mean cosine distance between a work of it and one that is not."""
    ratio: float | None


@dataclass(frozen=True)
class DistanceRatio:
    """Mean distance within values over mean distance between them; small is good, 1 is chance."""

    model: str
    facet: str
    pairs: Estimate
    """Every pair of works counts the same; ``chance`` is the mean over permutations."""
    classes: Estimate
    """Every value counts the same (the mean of its own ratios)."""
    permuted: tuple[float, float] | None
    """Where 95 % of the permutations' pair-weighted ratios lie."""
    permuted_classes: tuple[float, float] | None
    """The same of the ratios by class."""
    p: float | None
    """Share of permutations as small, pair-weighted, one added (Phipson & Smyth 2010)."""
    works: int
    """Works with a value."""
    unknown: int
    """Works without one, which are left out."""
    singletons: int
    """Values with one work, which have no distance within."""
    by_class: tuple[ClassDistance, ...]
    """Values by number of works, at most 50."""
    published: float | None = None
    """The study's number, where it has this facet."""
    published_as: str = ""
    """What the study calls it."""
    gallery: str = "all"
    """``all`` works, or those ``held out`` from the maps that were trained."""


@dataclass(frozen=True)
class Retrieval:
    """How well texts find their pictures, or pictures their texts."""

    model: str
    direction: str
    """``text to picture`` or ``picture to text``."""
    gallery: str
    """``all`` works, or those ``held out`` from the maps that were trained."""
    group: str
    """``all``, ``additive``, ``narrative``, ``neither``, or a genre."""
    gallery_size: int
    recall_at_1: Estimate
    recall_at_5: Estimate
    recall_at_10: Estimate
    median_rank: Estimate
    by_lot: tuple[float, float] | None = None
    """Of weights by lot: where 95 % of R@10 lie when they are drawn anew."""


@dataclass(frozen=True)
class Gap:
    """Median rank of narrative works over that of additive works."""

    model: str
    direction: str
    gallery: str
    additive: Estimate
    narrative: Estimate
    ratio: Estimate
    """More than 1: what tells a story is found less well. ``chance`` is the median ratio where
    texts are dealt out anew: some pictures come late whatever is asked for."""
    unrelated: tuple[float, float] | None = None
    """Where 95 % of the ratios of texts dealt out anew lie."""
    by_lot: tuple[float, float] | None = None
    """Of weights by lot: where 95 % of the ratios lie when they are drawn anew."""


@dataclass(frozen=True)
class ContentEqual:
    """The gap between works in which the same things are seen."""

    model: str
    what: str
    """Which works, and what is said of them."""
    additive: Estimate
    narrative: Estimate
    ratio: Estimate
    pairs: int
    """Narrative works with an additive partner."""
    things: float
    """Mean share of things that two partners have in common (Jaccard)."""
    gallery: str = "all"
    """``all`` works, or those ``held out`` from the maps that were trained."""


@dataclass(frozen=True)
class Survival:
    """What is left of a work's neighbourhood when its picture is treated."""

    model: str
    treatment: str
    keeps: str
    """``form`` or ``surface``."""
    neighbours: Estimate
    """Share of its ten nearest works that are still among the ten nearest."""
    found: Estimate
    """How often the work itself is the nearest to its treated picture."""
    genre: Estimate
    """Neighbours of its genre, treated over untreated."""
    named: Estimate
    """Zero-shot genre right, treated over untreated; no value for a model that reads no texts."""


@dataclass(frozen=True)
class CueConflict:
    """Pictures with the form of one work and the surface of another, and which of them is seen."""

    model: str
    maker: str
    """How they were made."""
    by: str
    """``work``: which of the two works is nearer; ``genre``: whose genre its neighbours have."""
    form: Estimate
    """Share of decided pictures taken for the one that gave the form (Geirhos et al. 2019)."""
    pairs: int
    decided: int


@dataclass(frozen=True)
class FoundInstead:
    """A work that came before the right one."""

    id: str
    score: float


@dataclass(frozen=True)
class Failure:
    """A narrative query whose picture came late."""

    model: str
    work: str
    group: str
    genre: str
    text: str
    rank: float
    score: float
    instead: tuple[FoundInstead, ...]
    """What came first, the best first."""


@dataclass(frozen=True)
class SemanticGap:
    """Everything that a study of the semantic gap says."""

    name: str
    """The collection's name."""
    version: str
    made: str
    """ISO 8601."""
    works: int
    models: tuple[ModelTold, ...]
    texts: Mapping[str, Any]
    """What works are asked by: which text, how it is cut, examples, how many have none."""
    classes: Mapping[str, Any]
    """Genres that are additive and narrative, how many works each has, which genres are neither."""
    held_out: Mapping[str, Any]
    """Who judges joined models: works, artists."""
    protocol: str
    """``SemArt Text2Art`` or ``own``."""
    ratios: tuple[DistanceRatio, ...]
    retrieval: tuple[Retrieval, ...]
    gaps: tuple[Gap, ...]
    content_equal: tuple[ContentEqual, ...]
    survival: tuple[Survival, ...]
    cue_conflicts: tuple[CueConflict, ...]
    failures: tuple[Failure, ...]
    published: Mapping[str, Any]
    """The published tables that stand beside."""
    cautions: tuple[str, ...]
    settings: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON-ready values.

        Returns
        -------
        dict
            One entry a field, and ``study``, by which a folder is known to hold it.
        """
        told: dict[str, Any] = json_ready(self)
        return {"study": "semantic-gap", **told}
