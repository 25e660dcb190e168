"""What a fit finds: topics, their labels, and where each work stands. Plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

OUTLIER = -1
"""The topic id of a work that is in no topic."""

SAYABLE_SHARE = 0.1
"""A topic's name and summary say only what at least this share of its members' facts say."""

SAYABLE_STYLE_SHARE = 0.3
"""The same for a style, which in a name speaks for the look of the whole topic."""


@dataclass(frozen=True)
class Label:
    """A term that describes a topic, and why.

    Parameters
    ----------
    facet
        The kind of fact that the term states (genre, style, …).
    term
        The term as it is shown.
    score
        Cosine between the term's prompts and the topic's centroid, less its mean over all topics;
        higher is more specific. ``None`` when no encoder was there to judge.
    cosine
        The plain cosine between the term's prompts and the centroid, or ``None`` likewise.
    share
        Share of the topic's members whose facts contain the term, 0 to 1.
    lift
        ``share`` over the same share in the whole collection; 1 is no more than by chance.
    overlap
        Works that are members and have the term, over works that are or have one of both (their
        Jaccard index), 0 to 1.
    iri
        What the term is called in the collection's vocabulary; ``""`` if it has no IRI.
    """

    facet: str
    term: str
    score: float | None
    cosine: float | None
    share: float
    lift: float
    overlap: float = 0.0
    iri: str = ""

    @property
    def sayable(self) -> bool:
        """Whether enough members share it to say it of the topic."""
        least = SAYABLE_STYLE_SHARE if self.facet == "style" else SAYABLE_SHARE
        return self.share >= least


@dataclass(frozen=True)
class Topic:
    """A theme of the collection.

    Parameters
    ----------
    id
        0 for the largest topic, counting up.
    name
        The headline, made of the leading labels.
    size
        Number of members.
    labels
        The best terms of each facet, best first within a facet.
    summary
        Two or three sentences about the topic.
    representatives
        Ids of the most central works, the most central first.
    """

    id: int
    name: str
    size: int
    labels: tuple[Label, ...]
    summary: str
    representatives: tuple[str, ...]

    def labels_of(self, facet: str) -> tuple[Label, ...]:
        """Return the labels of one facet.

        Parameters
        ----------
        facet
            The kind of fact.

        Returns
        -------
        tuple of Label
            Best first.
        """
        return tuple(label for label in self.labels if label.facet == facet)

    def to_dict(self) -> dict[str, Any]:
        """Return the topic as JSON-ready values.

        Returns
        -------
        dict
            As in ``topics.json``.
        """
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Topic:
        """Return the topic that ``to_dict`` wrote.

        Parameters
        ----------
        values
            What ``to_dict`` returned.

        Returns
        -------
        Topic
            An equal topic.
        """
        known = _known(cls, values)
        known["labels"] = tuple(Label(**_known(Label, label)) for label in known["labels"])
        known["representatives"] = tuple(known["representatives"])
        return cls(**known)


def _known(kind: type[Label | Topic], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that this version knows of: others may have written more, or fewer."""
    return {part.name: values[part.name] for part in fields(kind) if part.name in values}


@dataclass(frozen=True)
class Topics:
    """The result of ``TopicModel.fit``.

    Parameters
    ----------
    ids
        Ids of the works that have a vector, in the order of the arrays below.
    assignments
        Topic of each work, shape ``(n_works,)``; -1 is an outlier.
    probabilities
        How firmly each work belongs to its topic, 0 to 1, shape ``(n_works,)``.
    ranks
        Place of each work in its topic by closeness to the centroid, 0 first, shape ``(n_works,)``;
        -1 for outliers.
    positions
        Place of each work on the map, shape ``(n_works, 2)``.
    centroids
        Unit vector of each topic, shape ``(n_topics, dim)``.
    thresholds
        Lowest cosine to the centroid with which a new work still joins the topic,
        shape ``(n_topics,)``.
    topics
        The topics, largest first.
    parameters
        What the stages really used (a scaled minimum size, say).
    """

    ids: tuple[str, ...]
    assignments: NDArray[np.int32]
    probabilities: NDArray[np.float32]
    ranks: NDArray[np.int32]
    positions: NDArray[np.float32]
    centroids: NDArray[np.float32]
    thresholds: NDArray[np.float32]
    topics: tuple[Topic, ...]
    parameters: Mapping[str, Any]

    def __len__(self) -> int:
        return len(self.topics)

    @property
    def n_outliers(self) -> int:
        """Number of works in no topic."""
        return int((self.assignments == OUTLIER).sum())
