"""A run as the plain values that are measured: of all its works, or of some of them."""

from __future__ import annotations

from collections.abc import Collection as Container
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluation.baselines import BASELINES, tokenize
from evaluation.topic_words import topic_words
from prompts import caption
from topicart import OUTLIER

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from knowledge_graph import Collection
    from topicart import Run
    from topicart.run import Model

TOP_N = 10
"""Words, and pictures, of a topic that count, the published number."""


@dataclass(frozen=True)
class TopicValues:
    """A topic with works, as it is measured.

    Parameters
    ----------
    id
        Its number in the run.
    name
        Its headline.
    central
        Ids of its works, the most central first, at most ``TOP_N``.
    words
        Its words, the most telling first, at most ``TOP_N``.
    labels
        The terms of its labels, chosen ones and runners-up.
    summary
        Its summary's text.
    machine_written
        Whether a model wrote the summary, and not a rule.
    """

    id: int
    name: str
    central: tuple[str, ...]
    words: tuple[str, ...]
    labels: tuple[str, ...]
    summary: str
    machine_written: bool = False


@dataclass(frozen=True, eq=False)
class RunValues:
    """What a run found, aligned by works.

    Parameters
    ----------
    encoder
        The encoder that made the vectors.
    works
        The works with a vector, sorted by id.
    vectors
        Their unit vectors, shape ``(n_works, dim)``.
    assignments
        Topic of each as the run numbers them, shape ``(n_works,)``; -1 is an outlier.
    topics
        Each topic that has a work here, ascending by number.
    own_words
        Whether the topics' words are the model's own (LDA); otherwise they are those of highest
        c-TF-IDF in the captions of the members, the outliers a class of their own.
    tokens
        The words of each work's caption.
    read_captions
        Whether the model read the captions, which are made of the records.
    named_by
        What chose the labels: ``facts``, ``pictures`` or ``both``.
    left_out
        Works of the run with a vector that are not looked at.
    """

    encoder: Model
    works: Collection
    vectors: NDArray[np.float32]
    assignments: NDArray[np.int32]
    topics: tuple[TopicValues, ...]
    own_words: bool
    tokens: tuple[tuple[str, ...], ...]
    read_captions: bool = False
    named_by: str = "both"
    left_out: int = 0

    @property
    def ids(self) -> tuple[str, ...]:
        """List the works.

        Returns
        -------
        tuple of str
            Their ids, sorted.
        """
        return tuple(self.works.ids)


def read_values(run: Run, keep: Container[str] | None = None) -> RunValues:
    """Read what is measured of a run.

    Parameters
    ----------
    run
        A finished run.
    keep
        Ids of the works to look at, by default all. A topic of which none is kept is no topic here;
        of the others the most central of the kept works speak.

    Returns
    -------
    RunValues
        Values that no longer need the run's folder.

    Raises
    ------
    RunError
        If the run is damaged.
    """
    run.require_whole()
    table = run.works_with_vector
    every = table.column("id").to_pylist()
    rows = [row for row, work in enumerate(every) if keep is None or work in keep]
    table = table.take(np.array(rows, np.int64))
    in_collection = np.flatnonzero(run.works["topic"].is_valid())[rows]
    works = run.collection.select(in_collection.tolist())
    assignments = table.column("topic").to_numpy().astype(np.int32)
    order = np.argsort(table.column("rank").to_numpy(), kind="stable")
    tokens = tokenize([caption(work) or "" for work in works])
    present = np.unique(assignments[assignments != OUTLIER])
    own_words = run.record.config.get("words") == "own"
    if own_words:
        words = [tuple(word.word for word in run.topics[topic].keywords) for topic in present]
    else:
        codes = np.where(assignments == OUTLIER, OUTLIER, np.searchsorted(present, assignments))
        words = list(topic_words(tokens, codes, len(present), top_n=TOP_N))
    ids = works.ids
    topics = tuple(
        TopicValues(
            id=int(topic),
            name=run.topics[topic].name,
            central=tuple(ids[row] for row in order[assignments[order] == topic][:TOP_N]),
            words=own[:TOP_N],
            labels=tuple(label.term for label in run.topics[topic].labels),
            summary=run.topics[topic].summary.text,
            machine_written=run.topics[topic].summary.machine_written,
        )
        for topic, own in zip(present, words, strict=True)
    )
    return RunValues(
        encoder=run.record.model,
        works=works,
        vectors=run.embeddings.vectors[rows],
        assignments=assignments,
        topics=topics,
        own_words=own_words,
        tokens=tuple(map(tuple, tokens)),
        read_captions=_reads_captions(run.record.config),
        named_by=str((run.record.config["topics"].get("labels") or {}).get("judges", "both")),
        left_out=len(every) - len(rows),
    )


def _reads_captions(config: Mapping[str, Any]) -> bool:
    """Whether works were grouped by their captions too; BERTopic takes but its words from them."""
    method = config.get("method")
    name = method.get("name") if isinstance(method, Mapping) else None
    reads = (
        BASELINES[name].make().reads if isinstance(name, str) and name in BASELINES else "vectors"
    )
    return reads == "texts" or bool(config.get("text_weight"))
