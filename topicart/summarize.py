"""A topic in two sentences, made from its members' facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from prompts import shown, year_in_words
from topicart.topics import Label

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from knowledge_graph import Collection


def summarize_facts(works: Collection, members: NDArray[np.int64], labels: Sequence[Label]) -> str:
    """Say how many works a topic holds, from when, by whom, and what most of them share.

    Parameters
    ----------
    works
        The works with their facts.
    members
        Positions of the topic's members in ``works``, shape ``(n_members,)``.
    labels
        The topic's labels, best first within a facet.

    Returns
    -------
    str
        One to three sentences; the same for the same facts.
    """
    chosen = works.select(members)
    years = sorted({year for year in chosen.column("year_from") if year is not None})
    span = "–".join(year_in_words(year) for year in dict.fromkeys((*years[:1], *years[-1:])))
    when = f", {span}" if span else ""
    sentences = [f"{len(chosen):,} works{when}."]
    if shared := [f"{label.term} in {label.share:.0%}" for label in _leading(labels)]:
        sentences.append(f"{_capital(_listed(shared))} of them.")
    artists = Counter(name for names in chosen.facet("artist") for name in names)
    if artists:
        leading = sorted(artists, key=lambda name: (-artists[name], name))[:3]
        told = _listed([f"{shown(name, 'artist')} ({artists[name]})" for name in leading])
        sentences.append(
            f"By {told}."
            if len(artists) <= len(leading)
            else f"Mostly by {told}; {len(artists):,} artists in all."
        )
    return " ".join(sentences)


def _leading(labels: Sequence[Label]) -> list[Label]:
    """Return the first label of what is shown, and of how, that enough members share."""
    first: dict[str, Label] = {}
    for label in labels:
        if label.sayable:
            first.setdefault(label.facet, label)
    return [first[facet] for facet in ("genre", "subject", "style") if facet in first]


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
