"""A work's facts told as one caption."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

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
