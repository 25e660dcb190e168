"""The topic model: reduce, cluster, describe. Values in, values out; nothing touches the disk."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from topicart.centroids import closeness, reassigned, topic_centroids
from topicart.cluster import (
    Backend,
    ClustererName,
    Clusters,
    default_min_cluster_size,
    largest_first,
    make_clusterer,
)
from topicart.errors import FitError
from topicart.labels import LabelConfig, describe_topics
from topicart.space import Space
from topicart.topics import OUTLIER, Topics

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from knowledge_graph import Collection
    from topicart.embeddings import Embeddings
    from topicart.encoder import Encoder
    from topicart.neighbours import Nearest
    from topicart.slices import Progress

MIN_WORKS = 15
"""UMAP's neighbourhoods mean nothing below this."""


class TopicModelConfig(BaseModel):
    """How topics are found. The defaults follow the published pipeline where it says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    clusterer: ClustererName = "hdbscan"
    """``hdbscan`` (leaves outliers out), ``kmeans`` (needs ``n_topics``) or ``evoc``."""
    min_cluster_size: int | None = Field(default=None, ge=2)
    """Least size of a topic; by default about half the square root of the number of works."""
    min_samples: int | None = Field(default=None, ge=1)
    """HDBSCAN's caution: larger leaves more outliers. By default an eighth of the least size."""
    max_share: float = Field(default=1 / 3, gt=0.0, le=1.0)
    """HDBSCAN chooses smaller topics where one would hold more than this share of the works."""
    backend: Backend = "cpu"
    """``cpu`` (the same to the bit each time) or ``cuml`` (a CUDA GPU)."""
    n_topics: int | None = Field(default=None, ge=2)
    """Number of topics for ``kmeans``; by default half the square root of the number of works."""
    n_components: int = Field(default=5, ge=2)
    """Dimensions in which clusters are sought."""
    n_neighbors: int = Field(default=15, ge=2)
    """UMAP's neighbourhood: larger sees the broader structure."""
    min_dist: float = Field(default=0.0, ge=0.0, le=1.0)
    """UMAP's least distance for clustering."""
    map_min_dist: float = Field(default=0.5, ge=0.0, le=1.0)
    """UMAP's least distance for the map, where pictures need room."""
    reassign: bool = False
    """Put each outlier into the topic with the nearest centroid (its probability stays 0)."""
    threshold_quantile: float = Field(default=0.01, ge=0.0, le=1.0)
    """A new work joins a topic if it is as near to the centroid, or to one of the members, as all
    but this share of the members are to the centroid."""
    labels: LabelConfig = LabelConfig()
    """How topics are named."""
    seed: int = Field(default=0, ge=0)
    """The one seed; every random step derives its own from it."""

    @model_validator(mode="after")
    def _settings_fit_the_clusterer(self) -> TopicModelConfig:
        """Refuse a setting that would silently do nothing."""
        if self.n_topics is not None and self.clusterer != "kmeans":
            raise ValueError(
                f"{self.clusterer} finds the number of topics itself; n_topics (--topics) goes "
                "with kmeans (--clusterer kmeans)"
            )
        if self.min_samples is not None and self.clusterer != "hdbscan":
            raise ValueError(f"min_samples (--min-samples) is of hdbscan, not of {self.clusterer}")
        if self.backend != "cpu" and self.clusterer == "evoc":
            raise ValueError("evoc runs on the CPU alone; leave --backend out")
        if self.min_cluster_size is not None and self.clusterer == "kmeans":
            raise ValueError(
                "kmeans takes a number of topics (n_topics, --topics), not a least size "
                "(min_cluster_size, --min-size)"
            )
        return self


@dataclass(frozen=True, eq=False)
class Placed:
    """Works in their groups and on the map, without names.

    Parameters
    ----------
    clusters
        The groups, largest first.
    positions
        Place of each work on the map, shape ``(n_works, 2)``.
    parameters
        What was really used, JSON-ready.
    nearest
        The nearest works of each, where they were sought.
    """

    clusters: Clusters
    positions: NDArray[np.float32]
    parameters: dict[str, Any]
    nearest: Nearest | None


@dataclass(frozen=True)
class TopicModel:
    """Finds the topics of a collection.

    Parameters
    ----------
    config
        How.

    Examples
    --------
    >>> from topicart import TopicModel, TopicModelConfig
    >>> model = TopicModel(TopicModelConfig(min_cluster_size=20))
    >>> topics = model.fit(embeddings, collection, encoder)  # doctest: +SKIP
    """

    config: TopicModelConfig = field(default_factory=TopicModelConfig)

    def fit(
        self,
        embeddings: Embeddings,
        collection: Collection,
        encoder: Encoder | None = None,
        *,
        on_stage: Callable[[str], object] = str,
        on_count: Progress | None = None,
    ) -> Topics:
        """Find topics, name them and place the works on a map.

        Parameters
        ----------
        embeddings
            Unit vectors, aligned with work ids, shape ``(n_works, dim)``.
        collection
            The works; it may hold more than have a vector.
        encoder
            Encodes the prompts of the terms, in the space of ``embeddings``. Without it topics are
            named from the facts alone.
        on_stage
            Called with ``reduce``, ``cluster``, ``map`` and ``label`` as each begins.
        on_count
            Called with the prompts encoded and all prompts.

        Returns
        -------
        Topics
            The same for the same input, to the bit, on the same machine and versions.

        Raises
        ------
        FitError
            If there are too few works, or vectors of works that the collection does not have.
        """
        if unknown := set(embeddings.ids).difference(collection.ids):
            raise FitError(
                f"{len(unknown):,} works have a vector but are not in the collection, "
                f"{min(unknown)!r} for one. Give the collection that the vectors were made from."
            )
        placed = self.place(embeddings.vectors, on_stage=on_stage)
        on_stage("label")
        topics = topics_of(
            placed.clusters,
            embeddings,
            collection,
            placed.positions,
            placed.parameters,
            encoder=encoder,
            labels=self.config.labels,
            threshold_quantile=self.config.threshold_quantile,
            on_count=on_count,
        )
        return topics if placed.nearest is None else replace(topics, nearest=placed.nearest.rows)

    def cluster(
        self, vectors: NDArray[np.float32], *, on_stage: Callable[[str], object] = str
    ) -> tuple[Clusters, dict[str, Any]]:
        """Find the groups alone, without names and map.

        Parameters
        ----------
        vectors
            Unit vectors, shape ``(n_works, dim)``.
        on_stage
            Called with ``reduce`` and ``cluster`` as each begins.

        Returns
        -------
        tuple of Clusters and dict
            The groups, largest first, and what was really used, JSON-ready.

        Raises
        ------
        FitError
            If there are too few works.
        """
        return self._cluster(self._space(vectors), on_stage)

    def place(
        self, vectors: NDArray[np.float32], *, on_stage: Callable[[str], object] = str
    ) -> Placed:
        """Find the groups and the works' places on the map, without names.

        Parameters
        ----------
        vectors
            Unit vectors, shape ``(n_works, dim)``.
        on_stage
            Called with ``reduce``, ``cluster`` and ``map`` as each begins.

        Returns
        -------
        Placed
            Aligned with ``vectors``.

        Raises
        ------
        FitError
            If there are too few works.
        """
        space = self._space(vectors)
        clusters, used = self._cluster(space, on_stage)
        on_stage("map")
        used["seeds"]["map"] = map_seed = derive_seed(self.config.seed, "map")
        positions = space.reduced(2, self.config.map_min_dist, map_seed)
        return Placed(clusters, positions, used, space.nearest)

    def _space(self, vectors: NDArray[np.float32]) -> Space:
        config = self.config
        seed = derive_seed(config.seed, "neighbours")
        return Space(vectors, n_neighbors=config.n_neighbors, backend=config.backend, seed=seed)

    def _cluster(
        self, space: Space, on_stage: Callable[[str], object]
    ) -> tuple[Clusters, dict[str, Any]]:
        config = self.config
        vectors = space.vectors
        n_works = len(vectors)
        min_cluster_size = config.min_cluster_size or default_min_cluster_size(n_works)
        min_samples = config.min_samples or max(3, min_cluster_size // 8)
        n_topics = config.n_topics or max(2, default_min_cluster_size(n_works))
        require_enough_works(n_works, config)
        seeds = {step: derive_seed(config.seed, step) for step in ("reduce", "cluster")}
        used: dict[str, Any] = {"clusterer": config.clusterer, "seeds": seeds}
        if config.clusterer == "kmeans":
            used["n_topics"] = n_topics
        else:
            used["min_cluster_size"] = min_cluster_size
        if config.clusterer == "hdbscan":
            used |= {"min_samples": min_samples, "max_share": config.max_share}
        clusterer = make_clusterer(
            config.clusterer,
            min_cluster_size=min_cluster_size,
            min_samples=min_samples,
            max_share=config.max_share,
            n_topics=n_topics,
            seed=seeds["cluster"],
            backend=config.backend,
        )
        points = vectors
        if clusterer.reduces:
            on_stage("reduce")
            points = space.reduced(config.n_components, config.min_dist, seeds["reduce"])
        on_stage("cluster")
        clusters = largest_first(clusterer(points))
        if config.reassign:
            centroids = topic_centroids(vectors, clusters)
            used["reassigned"] = int((clusters.labels == OUTLIER).sum()) if len(centroids) else 0
            clusters = reassigned(clusters, vectors, centroids)
        return clusters, used


def topics_of(
    clusters: Clusters,
    embeddings: Embeddings,
    collection: Collection,
    positions: NDArray[np.float32],
    parameters: Mapping[str, Any],
    *,
    encoder: Encoder | None,
    labels: LabelConfig,
    threshold_quantile: float = 0.01,
    on_count: Progress | None = None,
) -> Topics:
    """Make topics of groups, however these were found: centroids, ranks, names, evidence.

    Parameters
    ----------
    clusters
        The groups, numbered from 0, each with a work; aligned with ``embeddings``.
    embeddings
        Unit vectors, aligned with work ids, shape ``(n_works, dim)``.
    collection
        The works; it may hold more than have a vector.
    positions
        Place of each work on the map, shape ``(n_works, 2)``.
    parameters
        What was used to find the groups, JSON-ready.
    encoder
        As for :meth:`TopicModel.fit`.
    labels
        How topics are named.
    threshold_quantile
        As in :class:`TopicModelConfig`.
    on_count
        Called with the prompts encoded and all prompts.

    Returns
    -------
    Topics
        All that a run keeps.
    """
    vectors = embeddings.vectors
    centroids = topic_centroids(vectors, clusters)
    ranks, thresholds = closeness(vectors, clusters, centroids, threshold_quantile)
    row_of = {work_id: row for row, work_id in enumerate(collection.ids)}
    described = describe_topics(
        collection.select([row_of[work_id] for work_id in embeddings.ids]),
        clusters.labels,
        ranks,
        centroids,
        vectors.mean(axis=0),
        encoder=encoder,
        config=labels,
        on_count=on_count,
    )
    return Topics(
        ids=embeddings.ids,
        assignments=clusters.labels,
        probabilities=clusters.probabilities,
        ranks=ranks,
        positions=positions,
        centroids=centroids,
        thresholds=thresholds,
        topics=described.topics,
        groups=described.groups,
        parameters=parameters,
    )


def require_enough_works(n_works: int, config: TopicModelConfig, *, sample: bool = False) -> None:
    """Refuse a collection that is too small for topics.

    Parameters
    ----------
    n_works
        Works with a vector.
    config
        How topics will be sought.
    sample
        Whether these are the works of a sample.

    Raises
    ------
    FitError
        If there are fewer than twice the least size of a topic, or than ``MIN_WORKS``.
    """
    least = config.min_cluster_size or default_min_cluster_size(n_works)
    needed = max(MIN_WORKS, 2 * least)
    if n_works < needed:
        have = "work has" if n_works == 1 else "works have"
        remedy = "Add works, or lower --min-size." if n_works >= MIN_WORKS else "Add works."
        if not n_works:
            remedy = "Name the folder of the pictures with --images."
        too_few = f"{n_works} {have} a picture"
        if sample:
            too_few, remedy = f"--sample {n_works} is too few", "Give more, or leave out --sample."
        raise FitError(
            f"{too_few}; finding topics needs at least {needed} (twice the least "
            f"size of a topic, {least}, and never under {MIN_WORKS}). {remedy}"
        )


def derive_seed(seed: int, step: str) -> int:
    """Derive the seed of one random step.

    Parameters
    ----------
    seed
        The one seed of the fit.
    step
        The step's name.

    Returns
    -------
    int
        0 to 2**31 - 1; different steps get unrelated seeds.
    """
    digest = hashlib.sha256(f"{seed}/{step}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> 1
