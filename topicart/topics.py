"""What a fit finds: topics, their labels, and where each work stands. Plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from pydantic import TypeAdapter

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

OUTLIER = -1
"""The topic id of a work that is in no topic."""

CERTAIN_Q = 0.05
"""Up to this corrected probability chance is no explanation."""

Decider = Literal["facts", "pictures", "both", ""]
"""What chose a label: the members' facts, their pictures, both in agreement, or nothing yet."""

_BORNE_OUT = 1 / 3


@dataclass(frozen=True)
class Label:
    """A term that may describe a topic, and all that speaks for and against it.

    Parameters
    ----------
    facet
        The kind of fact that the term states (genre, style, …).
    term
        The term as it is shown.
    cosine
        Cosine between the term's prompts and the topic's centroid; ``None`` when no encoder was
        there to judge.
    contrast
        ``cosine`` less what the term has with everything: the mean of its mean cosine to the other
        topics and of its cosine to the collection's mean; ``None`` likewise.
    score
        ``contrast`` in units of the spread that contrasts have in this facet; ``None`` likewise.
    share
        Share of the topic's members whose facts contain the term, 0 to 1.
    stated_share
        The same among the members whose facts say anything of the facet, 0 to 1.
    lift
        ``share`` over the same share in the whole collection; 1 is no more than by chance.
    p_value
        Probability of so many members with the term by chance (one-sided hypergeometric test among
        the works that state the facet); ``None`` if no work states the term.
    q_value
        ``p_value`` corrected for the number of tests (Benjamini & Hochberg 1995), or ``None``.
    overlap
        Works that are members and have the term, over works that are or have one of both (their
        Jaccard index), 0 to 1.
    source
        Where the word comes from: ``collection``, ``iconclass``, or a vocabulary file's name.
    iri
        What the term is called in its vocabulary; ``""`` if it has no IRI.
    notation
        Its notation there (``73A52``), or ``""``.
    chosen
        Whether the topic is called so; otherwise the term is a runner-up.
    decided_by
        What chose it: ``facts``, ``pictures``, or ``both``; ``""`` for a runner-up.
    """

    facet: str
    term: str
    cosine: float | None = None
    contrast: float | None = None
    score: float | None = None
    share: float = 0.0
    stated_share: float = 0.0
    lift: float = 0.0
    p_value: float | None = None
    q_value: float | None = None
    overlap: float = 0.0
    source: str = "collection"
    iri: str = ""
    notation: str = ""
    chosen: bool = False
    decided_by: Decider = ""

    @property
    def borne_out(self) -> bool:
        """Whether records say it, asked or not: at least a third of all members have it."""
        return self.share >= _BORNE_OUT


@dataclass(frozen=True)
class Keyword:
    """A word that a topic's titles and descriptions use more than others do.

    Parameters
    ----------
    word
        As it is shown.
    score
        Its c-TF-IDF; higher is more telling.
    """

    word: str
    score: float


@dataclass(frozen=True)
class Summary:
    """A few sentences about a topic, and who wrote them.

    Parameters
    ----------
    text
        The sentences.
    engine
        ``facts`` (composed of the evidence, by rule), ``llava`` or ``openai`` (machine-written).
    model
        The model that wrote it; ``""`` for ``facts``.
    prompt
        What it was asked; ``""`` for ``facts``.
    date
        When, ISO 8601 in UTC; ``""`` for ``facts``, which are the same at any time.
    unsupported
        Names of artists, styles or places in the text that no member's facts contain.
    """

    text: str
    engine: str = "facts"
    model: str = ""
    prompt: str = ""
    date: str = ""
    unsupported: tuple[str, ...] = ()

    @property
    def machine_written(self) -> bool:
        """Whether a model wrote it, and not a rule."""
        return self.engine != "facts"


@dataclass(frozen=True)
class Topic:
    """A theme of the collection, or a group of such themes.

    Parameters
    ----------
    id
        0 for the largest topic, counting up; groups have the numbers after the last topic.
    name
        The headline, composed of the chosen labels; no two of a level have the same.
    size
        Number of members.
    labels
        Of each facet the chosen label, if there is one, then the runners-up, the best first.
    summary
        Two or three sentences, and who wrote them.
    representatives
        Ids of the most central works, the most central first.
    keywords
        What titles and descriptions speak of, the most telling first.
    level
        0 for a topic, 1 for a group of topics, 2 for a group of such groups.
    broader
        The id of the group that it is in, ``None`` at the top.
    """

    id: int
    name: str
    size: int
    labels: tuple[Label, ...]
    summary: Summary
    representatives: tuple[str, ...]
    keywords: tuple[Keyword, ...] = ()
    level: int = 0
    broader: int | None = None

    @property
    def chosen(self) -> tuple[Label, ...]:
        """The labels by which the topic is called, at most one a facet."""
        return tuple(label for label in self.labels if label.chosen)

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

        Raises
        ------
        ValueError
            If the values are no topic's.
        """
        summary = values.get("summary")
        if isinstance(summary, str):  # format 2.0 kept the sentences alone
            values = {**values, "summary": {"text": summary}}
        return _reader().validate_python(values)


@cache
def _reader() -> TypeAdapter[Topic]:
    """Give what tells topics from other values; it passes over what this version knows not."""
    return TypeAdapter(Topic)


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
    groups
        Groups of topics (level 1), then groups of those (level 2), each largest first.
    parameters
        What the stages really used (a scaled minimum size, say).
    fitted
        Whether topics were sought among these works, shape ``(n_works,)``; the others were assigned
        to them later. ``None`` where it was so for all.
    nearest
        The nearest works of each, itself first, shape ``(n_works, k)``; ``None`` where they were
        not sought.
    """

    ids: tuple[str, ...]
    assignments: NDArray[np.int32]
    probabilities: NDArray[np.float32]
    ranks: NDArray[np.int32]
    positions: NDArray[np.float32]
    centroids: NDArray[np.float32]
    thresholds: NDArray[np.float32]
    topics: tuple[Topic, ...]
    groups: tuple[Topic, ...]
    parameters: Mapping[str, Any]
    fitted: NDArray[np.bool_] | None = None
    nearest: NDArray[np.int32] | None = None

    def __len__(self) -> int:
        return len(self.topics)

    @property
    def n_outliers(self) -> int:
        """Number of works in no topic."""
        return int((self.assignments == OUTLIER).sum())
