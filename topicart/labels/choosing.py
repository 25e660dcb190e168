"""Which term a topic is called by in each facet, and where nothing certain can be said."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from topicart.topics import Label

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from prompts import Vocabulary
    from topicart.labels.closeness import Closeness
    from topicart.labels.config import LabelConfig
    from topicart.labels.evidence import Evidence
    from topicart.topics import Decider

SEEN_FACETS = frozenset({"genre", "subject", "style", "medium", "emotion"})
"""What a picture can show. Who made it, when and where is never said on its word alone."""

_STATED_ENOUGH = 1 / 3
"""Where at least this share of the members state a facet, pictures alone do not contradict them."""

_LEAST_SHARE = 0.15
"""However sure the few records are, they do not speak for a topic that hardly has any."""

_FEW_TERMS = 30
"""Among more terms than this the least score grows with the logarithm of their number."""

_ABOUT_AS_STRONG = 0.75
"""Terms with this part of the best one's information are told apart by the pictures."""


_HALF = 0.5
"""Where fewer members agree, the pictures may pick a term with this part of the best one's."""


def choose_labels(
    topic: int,
    vocabulary: Vocabulary,
    evidence: Evidence,
    closeness: Closeness,
    config: LabelConfig,
) -> tuple[Label, ...]:
    """Choose a topic's label in each facet, and keep the runners-up.

    Facts alone choose a term where enough of the members that state the facet agree, and chance
    does not explain it; among terms about as strong the pictures decide. Fewer members are enough
    where the pictures point at the same term. Pictures alone choose only what a picture can show,
    only where few members state the facet, and only with a clear lead; and where records say what
    is seen, only a term of a vocabulary that was given beside them.

    Parameters
    ----------
    topic
        The topic's row in ``evidence`` and ``closeness``.
    vocabulary
        The terms.
    evidence, closeness
        What facts and pictures say.
    config
        Who may vote, and the thresholds.

    Returns
    -------
    tuple of Label
        By facet: the chosen label first, if there is one, then the runners-up, best first.
    """
    found: list[Label] = []
    facet_of = np.array([term.facet for term in vocabulary.terms])
    columns_of = {facet: np.flatnonzero(facet_of == facet) for facet in vocabulary.facets}
    choices = {
        facet: _choose(facet, columns, topic, evidence, closeness, config)
        for facet, columns in columns_of.items()
    }
    recorded = any(
        decided_by in ("facts", "both")
        for facet, (_, decided_by) in choices.items()
        if facet in SEEN_FACETS
    )
    for facet, columns in columns_of.items():
        chosen, decided_by = choices[facet]
        if recorded and decided_by == "pictures":
            # Records say what is seen here, and not this. A vocabulary given beside them may.
            guessed = chosen is not None and vocabulary.terms[chosen].source == "collection"
            chosen, decided_by = (None, "") if guessed else (chosen, decided_by)
        runners_up = _runners_up(columns, topic, evidence, closeness, config)
        order = dict.fromkeys([*([] if chosen is None else [chosen]), *runners_up])
        found += [
            _label(column, topic, vocabulary, evidence, closeness,
                   decided_by if column == chosen else "")
            for column in list(order)[: config.per_facet]
        ]  # fmt: skip
    return tuple(found)


def _choose(
    facet: str,
    columns: NDArray[np.int64],
    topic: int,
    evidence: Evidence,
    closeness: Closeness,
    config: LabelConfig,
) -> tuple[int | None, Decider]:
    visible = facet in SEEN_FACETS
    seen, score, lead = _seen(columns, closeness.scores[topic]) if visible else (None, 0.0, 0.0)
    if config.judges != "pictures":
        stated, told = evidence.stated_shares[topic], evidence.information[topic]
        certain = columns[
            (evidence.q_values[topic, columns] <= config.max_q)
            & (evidence.lifts[topic, columns] > 1.0)
            & (evidence.shares[topic, columns] >= _LEAST_SHARE)
        ]
        if len(most := certain[stated[certain] >= config.min_share]):
            strongest = _about_as_strong(most, told, _ABOUT_AS_STRONG)
            if visible:
                strongest.sort(key=lambda own: -_known(closeness.scores[topic, own]))
            return strongest[0], "both" if strongest[0] == seen else "facts"
        some = certain[stated[certain] >= config.min_share_agreed]
        if seen in _about_as_strong(some, told, _HALF) and config.judges == "both":
            return seen, "both"
    silent = config.judges == "pictures" or (
        config.judges == "both" and evidence.coverages[topic, columns[0]] < _STATED_ENOUGH
    )
    # One of thousands of terms is near by chance: the more compete, the nearer it must be.
    n_rivals = int(np.count_nonzero(~np.isnan(closeness.scores[topic, columns])))
    needed = config.min_score * max(1.0, math.log(n_rivals + 1) / math.log(_FEW_TERMS))
    clear = score >= needed and lead >= config.min_margin
    if seen is not None and silent and clear:
        return seen, "pictures"
    return None, ""


def _seen(
    columns: NDArray[np.int64], scores: NDArray[np.float64]
) -> tuple[int | None, float, float]:
    """Return the term that the pictures point at, its score, and its lead over the next one."""
    own = columns[~np.isnan(scores[columns])]
    order = own[np.argsort(-scores[own], kind="stable")]
    # One term alone has no rival: whether the pictures show it, or anything else, is not known.
    if len(order) < 2 or scores[order[0]] <= 0.0:
        return None, 0.0, 0.0
    return int(order[0]), float(scores[order[0]]), float(scores[order[0]] - scores[order[1]])


def _about_as_strong(
    columns: NDArray[np.int64], information: NDArray[np.float64], part: float
) -> list[int]:
    """Return the terms with at least this part of the best one's information, the best first."""
    order = columns[np.argsort(-information[columns], kind="stable")]
    best: list[int] = order[information[order] >= part * information[order[:1]]].tolist()
    return best


def _runners_up(
    columns: NDArray[np.int64],
    topic: int,
    evidence: Evidence,
    closeness: Closeness,
    config: LabelConfig,
) -> list[int]:
    """Return what else might have been said: by the facts, and the two nearest to the pictures."""
    frequent = columns[
        (evidence.shares[topic, columns] > 0.0) & (evidence.lifts[topic, columns] > 1.0)
    ]
    by_facts: list[int] = frequent[
        np.argsort(-evidence.information[topic, frequent], kind="stable")
    ].tolist()
    own = columns[~np.isnan(closeness.scores[topic, columns])]
    by_pictures: list[int] = own[np.argsort(-closeness.scores[topic, own], kind="stable")].tolist()
    if config.judges == "pictures":
        return by_pictures
    n_facts = max(config.per_facet - 3, 1)
    return [*by_facts[:n_facts], *by_pictures[:2], *by_facts[n_facts:]]


def _label(
    column: int,
    topic: int,
    vocabulary: Vocabulary,
    evidence: Evidence,
    closeness: Closeness,
    decided_by: Decider,
) -> Label:
    term = vocabulary.terms[column]
    return Label(
        facet=term.facet,
        term=term.text,
        cosine=_rounded(closeness.cosines[topic, column]),
        contrast=_rounded(closeness.contrasts[topic, column]),
        score=_rounded(closeness.scores[topic, column], 2),
        share=round(float(evidence.shares[topic, column]), 4),
        stated_share=round(float(evidence.stated_shares[topic, column]), 4),
        lift=_significant(evidence.lifts[topic, column]),
        p_value=_significant(evidence.p_values[topic, column]) if term.n_works else None,
        q_value=_significant(evidence.q_values[topic, column]) if term.n_works else None,
        overlap=round(float(evidence.overlaps[topic, column]), 4),
        source=term.source,
        iri=term.iri,
        notation=term.notation,
        chosen=bool(decided_by),
        decided_by=decided_by,
    )


def _significant(value: np.float64) -> float:
    return float(f"{value:.4g}")


def _known(value: np.float64) -> float:
    return -np.inf if np.isnan(value) else float(value)


def _rounded(value: np.float64, digits: int = 4) -> float | None:
    return None if np.isnan(value) else round(float(value), digits)
