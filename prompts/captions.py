"""A work's facts told as one caption."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prompts.caption_templates import CaptionTemplates
from prompts.cleaning import clean_value

if TYPE_CHECKING:
    from knowledge_graph import Artwork

MAX_SUBJECTS = 3


@dataclass(frozen=True)
class Caption:
    """A text, and the facts that it states."""

    text: str
    facts: frozenset[tuple[str, str]] = frozenset()
    """Facets and their values in their original spelling; none if it states no facet."""


class Captioner:
    """Draws captions of works from templates.

    Parameters
    ----------
    templates : CaptionTemplates, optional
        What ``load_caption_templates`` gives; by default the templates shipped here.
    facet_dropout : float
        How often a caption leaves out a fact that it could state, 0 to 1 (excluded).
    """

    def __init__(self, templates: CaptionTemplates | None = None, facet_dropout: float = 0.0):
        raise NotImplementedError

    def sample(self, work: Artwork, chance: random.Random) -> Caption:
        """Return a caption in a template and with facts that chance takes."""
        raise NotImplementedError

    def full(self, work: Artwork) -> Caption:
        """Return a caption with everything that is known, the same each time."""
        raise NotImplementedError


def facts_of(work: Artwork) -> frozenset[tuple[str, str]]:
    """Return everything that a caption of a work may state."""
    raise NotImplementedError


def caption(work: Artwork) -> str:
    """Return the caption of a work in the published form for ArtGraph; absent facts drop out.

    The pattern is ``{genre} painting rendered in {medium} displaying {subject, subject, subject}
    in a {style} manner made by {artist} during {period}`` (Scaringi et al. 2025), in lower case.
    A work without any of these facts is captioned by its title.

    Parameters
    ----------
    work
        The work.

    Returns
    -------
    str
        The caption; empty only if the work has neither facts nor a title.
    """
    genre = _first(work, "genre").removesuffix("painting").strip()
    parts = [
        f"{genre} painting" if genre else "painting",
        _joined("rendered in", _first(work, "medium")),
        _joined("displaying", _first(work, "subject", MAX_SUBJECTS)),
        _joined("in a", _first(work, "style"), "manner"),
        _joined("made by", _first(work, "artist")),
        _joined("during", _first(work, "period")),
    ]
    if parts == ["painting"] + [""] * 5:
        return work.title.lower()
    return " ".join(part for part in parts if part).lower()


def _first(work: Artwork, facet: str, limit: int = 1) -> str:
    return ", ".join(clean_value(value) for value in work.facets.get(facet, ())[:limit])


def _joined(before: str, value: str, after: str = "") -> str:
    return f"{before} {value} {after}".strip() if value else ""
