"""Evidence and closeness made by hand: what facts and pictures say, term by term."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from prompts import Term, Vocabulary
from topicart.labels import LabelConfig
from topicart.labels.choosing import choose_labels
from topicart.labels.closeness import Closeness
from topicart.labels.evidence import Evidence
from topicart.topics import Label


def vocabulary(*terms: Term) -> Vocabulary:
    facets = len({term.facet for term in terms})
    return Vocabulary(
        terms, csr_array((1, len(terms)), dtype=np.float32), np.ones((1, facets), dtype=np.bool_)
    )


def labels_of(
    terms: list[tuple[str, str]],
    *,
    shares: list[float] | None = None,
    lifts: list[float] | None = None,
    q_values: list[float] | None = None,
    scores: list[float] | None = None,
    coverage: float = 1.0,
    source: str = "collection",
    **settings: object,
) -> tuple[Label, ...]:
    """Choose the labels of one topic; ``shares`` are of the members that state the facet."""
    n_terms = len(terms)
    stated = np.array([shares or [0.0] * n_terms])
    lift = np.array([lifts or [3.0] * n_terms])
    told = vocabulary(*(Term(facet, text, n_works=5, source=source) for facet, text in terms))
    evidence = Evidence(
        shares=stated * coverage,
        stated_shares=stated,
        coverages=np.full((1, n_terms), coverage),
        lifts=np.where(stated > 0, lift, 0.0),
        information=stated * np.log2(lift),
        p_values=np.array([q_values or [1e-6] * n_terms]),
        q_values=np.array([q_values or [1e-6] * n_terms]),
        overlaps=stated,
    )
    score = np.array([scores or [np.nan] * n_terms])
    config = LabelConfig.model_validate(settings)
    return choose_labels(0, told, evidence, Closeness(score / 10, score / 20, score), config)


def chosen(labels: tuple[Label, ...]) -> dict[str, tuple[str, str]]:
    return {label.facet: (label.term, label.decided_by) for label in labels if label.chosen}
