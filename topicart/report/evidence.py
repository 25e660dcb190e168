"""What each theme is called in each facet, by what evidence, and what else was considered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from topicart.evidence_in_words import (
    COLLECTION,
    FACET_ORDER,
    called_by,
    chance,
    decider,
    origin,
    vocabulary,
    web_address,
)
from topicart.report.wording import shorten

if TYPE_CHECKING:
    from topicart.topics import Label, Topic

__all__ = ["Evidence", "FacetEvidence", "gather_evidence", "vocabularies"]

_LONGEST_TERM = 160
_TELLING = 0.05
_LIKELY, _STANDING_OUT = 0.5, 1.0
_MOST_VOCABULARIES = 8


@dataclass(frozen=True)
class Evidence:
    """A label and what speaks for it.

    Parameters
    ----------
    term
        As it is shown.
    share
        Share of the theme's works that have the fact.
    of_stated
        The same among the works whose records say anything of the facet, or ``None`` where that
        tells nothing more.
    overall
        Share of the whole collection's works that have it.
    lift
        ``share`` over ``overall``.
    chance
        How often chance would give as many, in words; empty where nothing is recorded.
    score
        How much the pictures stand out for the term, in units of the facet's spread; ``None`` where
        no encoder judged.
    decider
        Which witness chose it, in words; empty for a runner-up.
    origin
        Where the word comes from, in words.
    address
        Where it is explained, http or https; empty where nowhere.
    """

    term: str
    share: float
    of_stated: float | None
    overall: float
    lift: float
    chance: str
    score: float | None
    decider: str
    origin: str
    address: str


@dataclass(frozen=True)
class FacetEvidence:
    """A facet of a theme.

    Parameters
    ----------
    facet
        Its name.
    chosen
        What the theme is called, or ``None`` where nothing was certain enough.
    others
        What else was considered, the best first.
    """

    facet: str
    chosen: Evidence | None
    others: tuple[Evidence, ...]


def gather_evidence(topic: Topic, *, most_others: int) -> tuple[FacetEvidence, ...]:
    """Return the evidence of a topic.

    Parameters
    ----------
    topic
        The topic.
    most_others
        Runners-up kept for each facet: the first, and others for which anything speaks.

    Returns
    -------
    tuple of FacetEvidence
        The facets that have any label, in the order in which a reader asks for them.
    """
    chosen = {label.facet: label for label in called_by(topic)}
    found = []
    for facet in FACET_ORDER:
        own = chosen.get(facet)
        others = [label for label in topic.labels_of(facet) if label is not own]
        others = others[:1] + [label for label in others[1:] if _has_a_case(label)]
        if own is not None or others:
            found.append(
                FacetEvidence(
                    facet,
                    None if own is None else _evidence(own),
                    tuple(_evidence(label) for label in others[:most_others]),
                )
            )
    return tuple(found)


def vocabularies(topics: Sequence[Topic]) -> tuple[str, ...]:
    """Return the vocabularies, other than the collection's records, that terms come from.

    Parameters
    ----------
    topics
        The topics.

    Returns
    -------
    tuple of str
        Their names, sorted.
    """
    sources = {label.source for topic in topics for label in topic.labels} - {COLLECTION}
    named = sorted(shorten(vocabulary(source), _LONGEST_TERM) for source in sources)
    return tuple(named[:_MOST_VOCABULARIES])


def _has_a_case(label: Label) -> bool:
    by_records = label.share > 0 and (label.q_value is None or label.q_value < _LIKELY)
    return by_records or (label.score is not None and label.score >= _STANDING_OUT)


def _evidence(label: Label) -> Evidence:
    return Evidence(
        term=shorten(label.term, _LONGEST_TERM),
        share=label.share,
        of_stated=label.stated_share if label.stated_share >= label.share + _TELLING else None,
        overall=label.share / label.lift if label.lift > 0 else 0.0,
        lift=label.lift,
        chance=chance(label.q_value),
        # A score without its contrast is of format 2.0, which measured it otherwise.
        score=None if label.contrast is None else label.score,
        decider=decider(label),
        origin=shorten(origin(label), _LONGEST_TERM),
        address=web_address(label.iri),
    )
