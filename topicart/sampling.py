"""Topics of more works than fit in memory: sought in a sample, the others assigned in a stream."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from topicart.assigning import (
    Assigned,
    Fitted,
    assign,
    compared,
    put_outliers_in_nearest,
    unassigned,
)
from topicart.centroids import closeness, ranks_in_topics, topic_centroids
from topicart.labels import describe_topics
from topicart.model import TopicModel, derive_seed
from topicart.store import count_embeddings, iter_embeddings, open_embeddings
from topicart.topics import OUTLIER, Topics

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from knowledge_graph import Collection
    from topicart.encoder import Encoder
    from topicart.slices import Progress

__all__ = ["fit_sample", "vectors_of"]


def fit_sample(
    model: TopicModel,
    sample: int | None,
    folder: Path,
    collection: Collection,
    encoder: Encoder | None = None,
    *,
    on_stage: Callable[[str], object] = str,
    on_count: Progress | None = None,
) -> Topics:
    """Find topics in a sample of the works, assign the others, and name the topics after all.

    Of the vectors only the sample's, and one shard, are in memory at a time. Names, evidence and
    ranks are those of all works, as after a fit of all; groups, map and thresholds come from the
    sample.

    Parameters
    ----------
    model
        How topics are sought.
    sample
        Works in the sample, drawn by lot from those with a vector; with ``None``, or where there
        are no more, topics are sought in all, as :meth:`topicart.TopicModel.fit` does.
    folder
        A finished store of embeddings.
    collection
        The works; it may hold more than have a vector.
    encoder
        As for :meth:`topicart.TopicModel.fit`.
    on_stage
        Called with ``reduce``, ``cluster``, ``map``, ``assign`` and ``label`` as each begins.
    on_count
        Called with the works assigned, or the prompts encoded, and all of them.

    Returns
    -------
    Topics
        The same for the same input, to the bit, on the same machine and versions.

    Raises
    ------
    FitError
        If the sample is too small for topics.
    """
    import numpy as np

    if sample is None or sample >= count_embeddings(folder):
        everything = open_embeddings(folder)
        return model.fit(everything, collection, encoder, on_stage=on_stage, on_count=on_count)
    ids, mean = _ids_and_mean(folder)
    seed = derive_seed(model.config.seed, "sample")
    drawn = np.zeros(len(ids), dtype=bool)
    drawn[np.random.default_rng(seed).permutation(len(ids))[:sample]] = True
    vectors = vectors_of(folder, drawn)
    placed = model.place(vectors, on_stage=on_stage)
    clusters, used = placed.clusters, placed.parameters
    used["seeds"]["sample"] = seed
    used |= {"sample": len(vectors), "assigned": len(ids) - len(vectors)}
    centroids = topic_centroids(vectors, clusters)
    thresholds = closeness(vectors, clusters, centroids, model.config.threshold_quantile)[1]
    fitted = Fitted(
        vectors, clusters.labels, clusters.probabilities, placed.positions, centroids, thresholds
    )
    on_stage("assign")
    found = _assign_all(folder, fitted, drawn, on_count)
    if model.config.reassign and len(centroids):
        used["reassigned"] += put_outliers_in_nearest(found)
    # Topics are numbered by their size, and that is of all works now.
    labels, order = _largest_first(found, len(centroids))
    ranks = ranks_in_topics(labels, found.cosines)
    on_stage("label")
    row_of = {work_id: row for row, work_id in enumerate(collection.ids)}
    described = describe_topics(
        collection.select([row_of[work_id] for work_id in ids]),
        labels,
        ranks,
        centroids[order],
        mean,
        encoder=encoder,
        config=model.config.labels,
        on_count=on_count,
    )
    return Topics(
        ids=ids,
        assignments=labels,
        probabilities=found.probabilities,
        ranks=ranks,
        positions=found.positions,
        centroids=centroids[order],
        thresholds=thresholds[order],
        topics=described.topics,
        groups=described.groups,
        parameters=used,
        fitted=drawn,
    )


def vectors_of(folder: Path, wanted: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Read the vectors of some works of a store, which is never whole in memory.

    Parameters
    ----------
    folder
        A finished store of embeddings.
    wanted
        Which of its works, shape ``(n_works,)``.

    Returns
    -------
    numpy.ndarray
        Shape ``(n_wanted, dim)``, float32, in the order of the store.

    Raises
    ------
    EmbeddingStoreError
        If the store is unfinished or damaged.
    """
    import numpy as np

    # Memory is that of the result and one shard.
    vectors = np.empty((int(wanted.sum()), 0), dtype=np.float32)
    row = filled = 0
    for part in iter_embeddings(folder):
        if not row:
            vectors = np.empty((len(vectors), part.dim), dtype=np.float32)
        own = part.vectors[wanted[row : row + len(part)]]
        vectors[filled : filled + len(own)] = own
        row, filled = row + len(part), filled + len(own)
    return vectors


def _ids_and_mean(folder: Path) -> tuple[tuple[str, ...], NDArray[np.float32]]:
    import numpy as np

    ids: list[str] = []
    total = np.zeros(1)
    for part in iter_embeddings(folder):
        ids += part.ids
        total = total + part.vectors.sum(axis=0, dtype=np.float64)
    return tuple(ids), (total / max(len(ids), 1)).astype(np.float32)


def _assign_all(
    folder: Path, fitted: Fitted, drawn: NDArray[np.bool_], on_count: Progress | None
) -> Assigned:
    """Assign the works that were not drawn, shard by shard; those that were keep what they are."""
    import numpy as np

    found = unassigned(len(drawn))
    found.labels[drawn] = fitted.labels
    found.probabilities[drawn] = fitted.probabilities
    found.positions[drawn] = fitted.positions
    nearest, cosines = compared(fitted.vectors, fitted.labels, fitted.centroids)
    found.nearest[drawn], found.cosines[drawn] = nearest, cosines
    row = 0
    for part in iter_embeddings(folder):
        others = np.flatnonzero(~drawn[row : row + len(part)])
        new = assign(part.vectors[others], fitted)
        for column in fields(found):
            getattr(found, column.name)[row + others] = getattr(new, column.name)
        row += len(part)
        if on_count is not None:
            on_count(row, len(drawn))
    return found


def _largest_first(found: Assigned, n_topics: int) -> tuple[NDArray[np.int32], NDArray[np.intp]]:
    """Labels numbered by the topics' sizes, and the old number of each."""
    import numpy as np

    sizes = np.bincount(found.labels[found.labels != OUTLIER], minlength=n_topics)
    order = np.argsort(-sizes, kind="stable")
    new = np.empty(n_topics + 1, dtype=np.int32)
    new[order] = np.arange(n_topics, dtype=np.int32)
    new[OUTLIER] = OUTLIER  # the last place, where -1 leads
    return new[found.labels], order
