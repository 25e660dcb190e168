"""What every baseline promises: vectors and captions in, a grouping out, and how it was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np

from topicart.cluster import Clusters, largest_first
from topicart.errors import TopicartError
from topicart.topics import OUTLIER

if TYPE_CHECKING:
    from numpy.typing import NDArray

Words = tuple[tuple[str, ...], ...]
"""The top words of each topic, the strongest first."""

N_WORDS = 10
"""Words that a topic of captions is told by, as coherence takes them."""


class BaselineError(TopicartError):
    """A baseline cannot run: too few works, no captions, a package missing or failing."""

    exit_code = 6


@dataclass(frozen=True)
class Description:
    """What a baseline is.

    Parameters
    ----------
    name
        What it is called in a comparison.
    method
        What it does, in a line.
    parameters
        Its settings, before any data are seen.
    paper
        Where the method, or this use of it, was published.
    package
        The package that does the work.
    version
        The version that is installed; ``""`` if none is.
    """

    name: str
    method: str
    parameters: Mapping[str, Any]
    paper: str
    package: str
    version: str


@dataclass(frozen=True)
class Found:
    """The groups that a baseline finds.

    Parameters
    ----------
    assignments
        Topic of each work, shape ``(n_works,)``, int32; 0 is the largest, -1 an outlier.
    probabilities
        How firmly each work belongs, 0 to 1, shape ``(n_works,)``, float32; 0 for outliers. Where
        a method decides without degrees, 1 for every member.
    words
        The top words of each topic; empty where the method has none.
    parameters
        All settings that were used, with derived seeds, as JSON-ready values.
    note
        What a reader of the result must know; ``""`` if nothing.
    """

    assignments: NDArray[np.int32]
    probabilities: NDArray[np.float32]
    words: Words
    parameters: dict[str, Any]
    note: str


class Baseline(Protocol):
    """A way to find topics that a topic model is compared with."""

    @property
    def name(self) -> str:
        """What it is called in a comparison."""
        ...

    @property
    def reads(self) -> Literal["vectors", "texts", "both"]:
        """What it looks at."""
        ...

    @property
    def takes_n_topics(self) -> bool:
        """Whether it must be told the number of topics; others find it themselves."""
        ...

    def describe(self) -> Description:
        """Return what it is, with its settings and source."""
        ...

    def fit(
        self,
        vectors: NDArray[np.float32],
        texts: Sequence[str],
        n_topics: int | None,
        seed: int,
    ) -> Found:
        """Group the works.

        Parameters
        ----------
        vectors
            Unit vectors, shape ``(n_works, dim)``.
        texts
            A caption of each work; ``""`` where there is none.
        n_topics
            Number of topics; a baseline that finds it itself does not use it, and notes so.
        seed
            The one seed. The same gives the same result on the same machine and versions.

        Returns
        -------
        Found
            The groups.

        Raises
        ------
        BaselineError
            If the works or the settings do not allow a result; it says what would.
        ValueError
            If vectors and texts are not aligned, or a vector is not finite.
        """
        ...


def gather(
    clusters: Clusters,
    parameters: dict[str, Any],
    *,
    n_topics: int | None = None,
    words: Words = (),
    notes: Sequence[str] = (),
) -> Found:
    """Number the groups by size, their words with them, and note what was not as asked.

    Parameters
    ----------
    clusters
        Groups under any numbers.
    parameters
        All settings that were used.
    n_topics
        Number of topics asked for, if the method takes one.
    words
        The top words of each group, under the same numbers as ``clusters``.
    notes
        What else a reader must know.

    Returns
    -------
    Found
        Topics numbered from 0, the largest first; a group without works is no topic.
    """
    ordered = largest_first(clusters)
    topics, first = np.unique(ordered.labels, return_index=True)
    groups = clusters.labels[first[topics != OUTLIER]]
    if n_topics is not None and len(groups) < n_topics:
        notes = [*notes, f"asked for {n_topics} topics; {len(groups)} have works"]
    return Found(
        assignments=ordered.labels,
        probabilities=ordered.probabilities,
        words=tuple(words[group] for group in groups) if words else (),
        parameters=parameters,
        note="; ".join(notes),
    )


def decided(labels: NDArray[np.integer[Any]]) -> Clusters:
    """Return groups of a method without degrees: every member belongs wholly.

    Parameters
    ----------
    labels
        Group of each work, shape ``(n_works,)``; -1 for outliers.

    Returns
    -------
    Clusters
        With probability 1 for members and 0 for outliers.
    """
    return Clusters(labels.astype(np.int32), (labels != OUTLIER).astype(np.float32))


def require_aligned(vectors: NDArray[np.float32], texts: Sequence[str]) -> None:
    """Refuse input that a caller has mixed up.

    Parameters
    ----------
    vectors
        Shape ``(n_works, dim)``.
    texts
        One a work.

    Raises
    ------
    ValueError
        If the vectors are no finite matrix, or there are more or fewer texts.
    """
    if vectors.ndim != 2 or not np.isfinite(vectors).all():
        raise ValueError(
            f"vectors must be a matrix of finite numbers, (n_works, dim); got shape {vectors.shape}"
        )
    if len(vectors) != len(texts):
        raise ValueError(
            f"{len(vectors)} vectors but {len(texts)} texts; give one of each a work, '' for none"
        )


def require_works(name: str, n_works: int, least: int) -> None:
    """Refuse too few works.

    Parameters
    ----------
    name
        The baseline.
    n_works
        Works there are.
    least
        Works that it needs.

    Raises
    ------
    BaselineError
        If there are fewer.
    """
    if n_works < least:
        have = "work has" if n_works == 1 else "works have"
        raise BaselineError(
            f"{name}: {n_works} {have} a vector; it needs at least {least}. Add works."
        )


def required_count(name: str, n_topics: int | None, n_works: int, what: str = "works") -> int:
    """Return the number of topics, if it is possible.

    Parameters
    ----------
    name
        The baseline.
    n_topics
        What was asked for.
    n_works
        Works that can be grouped.
    what
        What these are, for the message.

    Returns
    -------
    int
        ``n_topics``.

    Raises
    ------
    BaselineError
        If it is missing, less than 1, or more than the works.
    """
    if n_topics is None:
        raise BaselineError(
            f"{name} does not find the number of topics itself. Give n_topics, for instance the "
            "number that the model found which it is compared with."
        )
    if not 1 <= n_topics <= n_works:
        raise BaselineError(
            f"{name}: n_topics is {n_topics}, and there are {n_works:,} {what}. Ask for 1 to "
            "as many topics."
            if n_works
            else f"{name}: there are no {what} to group. Add works."
        )
    return n_topics


def unused_count(n_topics: int | None) -> tuple[str, ...]:
    """Return the note of a method that finds the number of topics itself.

    Parameters
    ----------
    n_topics
        What was asked for.

    Returns
    -------
    tuple of str
        Empty if nothing was.
    """
    if n_topics is None:
        return ()
    return (f"finds the number of topics itself; n_topics={n_topics} was not used",)


def installed(package: str) -> str:
    """Return the version of a package.

    Parameters
    ----------
    package
        Its name in the registry.

    Returns
    -------
    str
        ``""`` if it is not installed.
    """
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
