"""Names for topics: the collection's own terms, judged by cosine and by the members' facts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from prompts import (
    Vocabulary,
    build_vocabulary,
    load_templates,
    phrase,
    without_brackets,
)
from topicart.summarize import summarize_facts
from topicart.topics import OUTLIER, Label, Topic

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from knowledge_graph import Collection
    from topicart.encoder import Encoder

NAME_FACETS = ("genre", "subject", "style")
"""The facets whose leading labels make a topic's name: what is shown, then how."""


class LabelConfig(BaseModel):
    """How topics are named."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    min_works: int = Field(default=3, ge=1)
    """A fact stated by fewer works of the collection is no term."""
    min_share: float = Field(default=0.1, ge=0.0, le=1.0)
    """A term needs this share of the members who state its facet, and more than by chance."""
    per_facet: int = Field(default=5, ge=1)
    """Labels kept for a facet."""
    n_representatives: int = Field(default=24, ge=1)
    """Central works kept for a topic."""


@dataclass(frozen=True)
class Evidence:
    """What the members' facts say of each term.

    Parameters
    ----------
    shares
        Share of a topic's members that have the fact, shape ``(n_topics, n_terms)``.
    stated_shares
        The same among the members that state the term's facet at all.
    lifts
        ``shares`` over the share in all works, shape ``(n_topics, n_terms)``.
    overlaps
        Jaccard index of a topic's members and the works that have the fact, the same shape.
    """

    shares: NDArray[np.float64]
    stated_shares: NDArray[np.float64]
    lifts: NDArray[np.float64]
    overlaps: NDArray[np.float64]


def describe_topics(
    collection: Collection,
    ids: Sequence[str],
    assignments: NDArray[np.int32],
    ranks: NDArray[np.int32],
    centroids: NDArray[np.float32],
    *,
    encoder: Encoder | None,
    config: LabelConfig,
) -> tuple[Topic, ...]:
    """Name topics and pick their representatives.

    Parameters
    ----------
    collection
        The works with their facts.
    ids
        Ids of the works that ``assignments`` and ``ranks`` speak of, shape ``(n_works,)``.
    assignments, ranks
        Topic of each work and its place there, shape ``(n_works,)``; -1 for outliers.
    centroids
        Unit vectors, shape ``(n_topics, dim)``.
    encoder
        Encodes the terms' prompts; without it terms are ranked by facts alone.
    config
        Sizes and thresholds.

    Returns
    -------
    tuple of Topic
        One a centroid, in order.
    """
    row_of = {work_id: row for row, work_id in enumerate(collection.ids)}
    works = collection.select([row_of[work_id] for work_id in ids])
    vocabulary = build_vocabulary(works, min_works=config.min_works)
    evidence = weigh_evidence(vocabulary, assignments, len(centroids))
    candidates = (
        (evidence.stated_shares >= config.min_share)
        & (evidence.lifts > 1.0)
        & (evidence.shares > 0.0)
    )
    cosines = _term_cosines(vocabulary, candidates, centroids, encoder)
    contrasts = cosines - (cosines.mean(axis=0) if len(cosines) else 0.0)
    labels = [
        _topic_labels(
            topic,
            vocabulary,
            evidence,
            candidates[topic],
            cosines[topic],
            contrasts[topic],
            config.per_facet,
        )
        for topic in range(len(centroids))
    ]
    members = [_by_rank(assignments, ranks, topic) for topic in range(len(centroids))]
    titles = works.column("title")
    central = [titles[rows[0]] or works.ids[rows[0]] for rows in members]
    return tuple(
        Topic(
            id=topic,
            name=name,
            size=len(members[topic]),
            labels=labels[topic],
            summary=summarize_facts(works, members[topic], labels[topic]),
            representatives=tuple(
                works.ids[row] for row in members[topic][: config.n_representatives]
            ),
        )
        for topic, name in enumerate(compose_names(labels, central))
    )


def weigh_evidence(
    vocabulary: Vocabulary, assignments: NDArray[np.int32], n_topics: int
) -> Evidence:
    """Count how often the members of each topic have each fact.

    Parameters
    ----------
    vocabulary
        Terms of the works, and which work has which.
    assignments
        Topic of each work, shape ``(n_works,)``; -1 for outliers.
    n_topics
        Number of topics.

    Returns
    -------
    Evidence
        Shares, lifts and overlaps; 0 where nothing is stated.
    """
    from scipy.sparse import csr_array

    inside = np.flatnonzero(assignments != OUTLIER)
    ones = np.ones(len(inside), dtype=np.float64)
    member_of = csr_array((ones, (assignments[inside], inside)), shape=(n_topics, len(assignments)))
    counts = (member_of @ vocabulary.presence).toarray()
    sizes = np.asarray(member_of.sum(axis=1)).reshape(-1, 1)
    column_of = {facet: column for column, facet in enumerate(vocabulary.facets)}
    facet_of_term = [column_of[term.facet] for term in vocabulary.terms]
    stated = (member_of @ vocabulary.stated.astype(np.float64))[:, facet_of_term]
    n_works = np.array([term.n_works for term in vocabulary.terms], dtype=np.float64)
    overall = n_works / max(len(assignments), 1)
    shares = counts / np.maximum(sizes, 1.0)
    return Evidence(
        shares=shares,
        stated_shares=counts / np.maximum(stated, 1.0),
        lifts=shares / np.maximum(overall, 1e-12),
        overlaps=counts / np.maximum(sizes + n_works - counts, 1.0),
    )


def compose_names(labels: Sequence[Sequence[Label]], fallbacks: Sequence[str]) -> list[str]:
    """Make a name of each topic's leading labels, no two the same.

    Parameters
    ----------
    labels
        Labels of each topic, best first within a facet.
    fallbacks
        For each topic, the title of its most central work: its name if nothing else can be said.

    Returns
    -------
    list of str
        Names such as ``landscape, river, Impressionism``. A name already taken is lengthened by the
        topic's next labels until it differs, at last by the central work's title.
    """
    taken: set[str] = set()
    names = []
    for own, fallback in zip(labels, fallbacks, strict=True):
        name = _first_free(own, fallback, taken)
        taken.add(name.casefold())
        names.append(name)
    return names


def _first_free(labels: Sequence[Label], fallback: str, taken: set[str]) -> str:
    sayable = [label for label in labels if label.sayable]
    leading = [
        next((label for label in sayable if label.facet == facet), None) for facet in NAME_FACETS
    ]
    words = list(dict.fromkeys(without_brackets(label.term) for label in leading if label))
    spare = [
        word for word in (without_brackets(label.term) for label in sayable) if word not in words
    ]
    if len(words) == 1:
        # One word is no description: say also what most members share, mostly whose they are.
        most = max(
            sayable, key=lambda label: (without_brackets(label.term) not in words, label.share)
        )
        words += [
            word for word in [without_brackets(most.term)] if most.share >= 0.5 and word in spare
        ]
    if words:
        spare.append(f"“{fallback}”")
    else:
        words = [f"Works like “{fallback}”"]
    name = ", ".join(words)
    for word in spare:
        if name.casefold() not in taken:
            break
        name = ", ".join([*words, word])
    number = 2
    while name.casefold() in taken:
        name = f"{', '.join(words)} ({number})"
        number += 1
    return name


def _term_cosines(
    vocabulary: Vocabulary,
    candidates: NDArray[np.bool_],
    centroids: NDArray[np.float32],
    encoder: Encoder | None,
) -> NDArray[np.float32]:
    """Return the cosine of each candidate term's mean prompt to each centroid; NaN for the rest."""
    templates = load_templates()
    wanted = [
        column
        for column in np.flatnonzero(candidates.any(axis=0))
        if vocabulary.terms[column].facet in templates
    ]
    cosines = np.full((len(centroids), len(vocabulary.terms)), np.nan, dtype=np.float32)
    if encoder is None or not wanted:
        return cosines
    prompts = [
        phrase(templates, vocabulary.terms[column].facet, vocabulary.terms[column].text)
        for column in wanted
    ]
    flat = encoder.encode_texts([text for phrasings in prompts for text in phrasings])
    starts = np.cumsum([0, *[len(phrasings) for phrasings in prompts[:-1]]])
    means = np.add.reduceat(flat, starts, axis=0)
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    cosines[:, wanted] = centroids @ means.T
    return cosines


def _topic_labels(
    topic: int,
    vocabulary: Vocabulary,
    evidence: Evidence,
    candidates: NDArray[np.bool_],
    cosines: NDArray[np.float32],
    contrasts: NDArray[np.float32],
    per_facet: int,
) -> tuple[Label, ...]:
    ranked: dict[str, list[tuple[tuple[float, float], Label]]] = {
        facet: [] for facet in vocabulary.facets
    }
    for column in np.flatnonzero(candidates).tolist():
        term = vocabulary.terms[column]
        label = Label(
            facet=term.facet,
            term=term.text,
            score=_rounded(contrasts[column]),
            cosine=_rounded(cosines[column]),
            share=round(float(evidence.shares[topic, column]), 4),
            lift=round(float(evidence.lifts[topic, column]), 2),
            overlap=round(float(evidence.overlaps[topic, column]), 4),
            iri=term.iri,
        )
        ranked[term.facet].append((_weight(evidence, topic, column, label.score), label))
    for labels in ranked.values():
        labels.sort(key=lambda pair: (-pair[0][0], -pair[0][1], pair[1].term))
    return tuple(label for labels in ranked.values() for _, label in labels[:per_facet])


def _rounded(value: np.float32) -> float | None:
    return None if np.isnan(value) else round(float(value), 4)


def _weight(
    evidence: Evidence, topic: int, column: int, score: float | None
) -> tuple[float, float]:
    """Return what terms of a facet are ranked by: facts times contrast, then facts alone.

    The facts' part is the term's share of the divergence between topic and collection,
    ``share * log2(lift)`` bits: a common word needs a large share, a rare one a large lift.
    The second number orders the terms that the encoder finds no nearer than to other topics.
    """
    share = float(evidence.stated_shares[topic, column])
    told = share * math.log2(float(evidence.lifts[topic, column]))
    return (told if score is None else told * max(score, 0.0), told)


def _by_rank(
    assignments: NDArray[np.int32], ranks: NDArray[np.int32], topic: int
) -> NDArray[np.int64]:
    members = np.flatnonzero(assignments == topic)
    return members[np.argsort(ranks[members], kind="stable")]
