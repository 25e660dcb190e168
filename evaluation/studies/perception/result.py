"""What a study of perception says, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evaluation.studies.estimate import Estimate, json_ready
from evaluation.studies.semantic_gap.result import ModelTold

__all__ = [
    "Answered",
    "ClassAnswer",
    "DefectSeen",
    "DimensionTold",
    "GeneratedTold",
    "Mistake",
    "PeopleTold",
    "Perception",
    "Phrasing",
]


@dataclass(frozen=True)
class DimensionTold:
    """A kind of question."""

    name: str
    """``content``, ``scene``, ``style``, ``period`` or ``deformation``."""
    facet: str
    """Where the right answers come from."""
    templates: tuple[str, ...]
    classes: tuple[str, ...]
    """The answers that can be given."""
    works: int
    """Works with one of these answers."""
    left_out: Mapping[str, str]
    """Values that are no answers here, and why: too few works, one artist."""


@dataclass(frozen=True)
class Phrasing:
    """One template alone."""

    template: str
    accuracy: Estimate
    changed: float
    """Share of works that it answers otherwise than all templates together."""


@dataclass(frozen=True)
class ClassAnswer:
    """One answer of a dimension."""

    value: str
    works: int
    zero_shot: float | None
    """Recall in words."""
    probe: float | None
    """Recall of the probe."""
    zero_shot_auc: float | None
    probe_auc: float | None


@dataclass(frozen=True)
class Answered:
    """How well a model answers the questions of a dimension, in words and by a probe."""

    model: str
    dimension: str
    zero_shot: Estimate
    """Mean over classes of the share answered right (balanced accuracy)."""
    zero_shot_auc: Estimate
    """Mean over classes of the area under the ROC curve."""
    probe: Estimate
    """Balanced accuracy of a linear probe, artists apart."""
    probe_auc: Estimate
    lift: Estimate
    """AUC of the probe minus AUC in words, on the same works."""
    phrasings: tuple[Phrasing, ...]
    verdict: str
    """``seen and said``, ``seen, not said``, ``seen, not asked``, ``not seen``, ``said, not
    probed`` or ``unsure``."""
    by_class: tuple[ClassAnswer, ...]
    p: float | None = None
    """Share of ways to mix up the names of the answers whose AUC is as high, one added: words whose
    weights were drawn by lot hit some answers too."""


@dataclass(frozen=True)
class DefectSeen:
    """Whether a model's answer moves with the strength of a deformation."""

    model: str
    deformation: str
    asked: str
    """The prompts: what is said of a spoilt and of a sound picture."""
    auc: Estimate
    """The strongest against the untouched, by the answer in words."""
    by_strength: tuple[tuple[float, float], ...]
    """Strength, from 0 to 1, and AUC against the untouched."""
    spearman: Estimate
    """Mean over works of the rank correlation of strength and answer."""
    controls: tuple[float, float] | None
    """Where 95 % of the AUCs of questions that have nothing to do with it lie."""
    p: float | None
    """Share of those questions that move as much in the right direction, one added."""
    moved: tuple[tuple[float, float], ...]
    """Strength, and mean angle in degrees between spoilt and untouched."""
    probe: Estimate
    """AUC of a linear probe, artists apart: whether the vectors hold it at all."""
    verdict: str
    """``seen and said``, ``seen, not said``, ``seen, not asked``, ``invisible`` or ``unsure``."""


@dataclass(frozen=True)
class GeneratedTold:
    """Painted works against generated ones."""

    model: str
    accuracy: Estimate
    precision: Estimate
    recall: Estimate
    f1: Estimate
    robustness: Mapping[str, float]
    """Accuracy when pictures are grey or blurred."""
    by_maker: Mapping[str, float]
    """Share of each generator's works that are told."""
    zero_shot: Estimate
    """AUC of the answer in words."""
    settings: Mapping[str, Any]
    """How many works and prompts, components, published numbers beside."""


@dataclass(frozen=True)
class PeopleTold:
    """People and models on one dimension."""

    dimension: str
    scale: str
    """``nominal`` or ``ordinal``."""
    works: int
    answers: int
    annotators: int
    alpha: Estimate
    """Krippendorff's alpha among people."""
    models: Mapping[str, Mapping[str, Estimate]]
    """For each model ``alpha`` (with it as one more annotator against the people's majority),
    ``accuracy`` (against the majority) and, on an ordinal scale, ``spearman``."""
    person: Mapping[str, Estimate]
    """The same of a person against the others, the mean over people: what a model can reach."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mistake:
    """A work that every model which reads took for something else."""

    dimension: str
    work: str
    right: tuple[str, ...]
    """What the catalogue says."""
    answers: Mapping[str, str]
    """What each model says."""


@dataclass(frozen=True)
class Perception:
    """Everything that a study of perception says."""

    name: str
    version: str
    made: str
    works: int
    models: tuple[ModelTold, ...]
    dimensions: tuple[DimensionTold, ...]
    answered: tuple[Answered, ...]
    defects: tuple[DefectSeen, ...]
    generated: tuple[GeneratedTold, ...]
    people: tuple[PeopleTold, ...]
    mistakes: tuple[Mistake, ...]
    """The surest ones of each dimension."""
    shown_spoilt: str
    """The work that shows what each deformation does; empty where none is asked about."""
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
        return {"study": "perception", **told}
