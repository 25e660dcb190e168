"""How topics are named: whose word counts, from which vocabularies, and when to be silent."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from topicart.topics import CERTAIN_Q

Judges = Literal["both", "facts", "pictures"]
"""Who may vote on a label: the members' facts, their pictures, or both."""


class LabelConfig(BaseModel):
    """How topics are named."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    judges: Judges = "both"
    """Whether ``facts``, ``pictures`` (prompts) or ``both`` choose the labels."""
    vocabularies: tuple[str, ...] = ()
    """Terms beside the collection's own: ``iconclass``, or ``[FACET=]PATH`` of a list or SKOS."""
    language: str = "en"
    """In which language terms are shown, where their vocabulary has it."""
    templates: str | None = None
    """A file of phrasings; by default the one shipped with ``prompts``."""
    min_works: int = Field(default=3, ge=1)
    """A fact stated by fewer works of the collection is no term."""
    max_q: float = Field(default=CERTAIN_Q, gt=0.0, le=1.0)
    """Facts count only below this corrected probability of chance."""
    min_share: float = Field(default=0.4, ge=0.0, le=1.0)
    """Share of the members stating a facet that must agree for facts alone to choose a label."""
    min_share_agreed: float = Field(default=0.2, ge=0.0, le=1.0)
    """The same where the pictures point at the same term."""
    min_score: float = Field(default=1.5, ge=0.0)
    """Score that a term needs for pictures alone to choose it; more among more than 30 terms."""
    min_margin: float = Field(default=0.5, ge=0.0)
    """By how much its score must lead over the next term's of the facet."""
    per_facet: int = Field(default=5, ge=1)
    """Labels kept for a facet, runners-up included."""
    n_keywords: int = Field(default=10, ge=0)
    """Keywords kept for a topic."""
    n_representatives: int = Field(default=24, ge=1)
    """Central works kept for a topic."""
