"""Labels judged by the facts: whether topics bear the names that most of their records bear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from prompts import build_vocabulary
from topicart.labels.evidence import weigh_evidence

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from knowledge_graph import Collection


@dataclass(frozen=True)
class LabelAccuracy:
    """How often topics bear the commonest term of their members' records.

    Parameters
    ----------
    n_topics
        Topics of which any member states the facet.
    n_labelled
        Those of them that have a label of the facet.
    n_right
        Those of them whose label is the term that most members state (or one of them, in a tie).
    share
        Mean share, over the labelled topics, of stating members that have the label's fact, 0 to 1.
    """

    n_topics: int
    n_labelled: int
    n_right: int
    share: float


def label_accuracy(
    works: Collection,
    assignments: NDArray[np.int32],
    labels: Sequence[str | None],
    facet: str,
) -> LabelAccuracy:
    """Compare topics' labels with their members' facts.

    Parameters
    ----------
    works
        The works that ``assignments`` speak of.
    assignments
        Topic of each work, shape ``(n_works,)``; -1 for outliers.
    labels
        The label of each topic in this facet, ``None`` where it has none.
    facet
        The kind of fact.

    Returns
    -------
    LabelAccuracy
        Counts; topics that state nothing of the facet are left out.
    """
    vocabulary = build_vocabulary(works, min_works=1)
    columns = [place for place, term in enumerate(vocabulary.terms) if term.facet == facet]
    shares = weigh_evidence(vocabulary, assignments, len(labels)).stated_shares[:, columns]
    terms = [vocabulary.terms[column].text.casefold() for column in columns]
    known = [topic for topic in range(len(labels)) if shares.shape[1] and shares[topic].any()]
    told = [(topic, label.casefold()) for topic in known if (label := labels[topic]) is not None]
    own = [float(shares[topic, terms.index(label)]) if label in terms else 0.0
           for topic, label in told]  # fmt: skip
    right = [share == shares[topic].max() for share, (topic, _) in zip(own, told, strict=True)]
    share = float(np.mean(own)) if own else 0.0
    return LabelAccuracy(len(known), len(told), int(sum(right)), share)
