"""Runs made up of arrays, to be measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from evaluation.topic_words import topic_words
from evaluation.values import RunValues, TopicValues
from knowledge_graph import Artwork, Collection
from topicart.run import Model

ENCODER = Model(
    name="tiny", weights_sha256="a", fingerprint="b", dim=8, device="cpu", precision="float32"
)


def made_run(
    assignments: Sequence[int],
    *,
    tokens: Sequence[Sequence[str]] | None = None,
    facets: Mapping[str, Sequence[str | None]] | None = None,
    words: Sequence[Sequence[str]] | None = None,
    labels: Sequence[Sequence[str]] | None = None,
    apart: float = 0.0,
    titles: Sequence[str] | None = None,
) -> RunValues:
    """Make a run whose works of one topic lie ``apart`` from the others."""
    topics = np.array(assignments, np.int32)
    present = [int(topic) for topic in np.unique(topics) if topic >= 0]
    generator = np.random.default_rng(0)
    vectors = generator.normal(size=(len(topics), 8))
    vectors[np.arange(len(topics)), topics % 8] += apart
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    told = [tuple(own) for own in tokens] if tokens is not None else [()] * len(topics)
    codes = np.array([present.index(topic) if topic >= 0 else -1 for topic in topics], np.int64)
    own_words = words or topic_words(told, codes, len(present))
    works = Collection.from_artworks(
        Artwork(
            f"w{row:05}",
            title=titles[row] if titles else "",
            facets={
                name: (value,)
                for name, values in (facets or {}).items()
                if (value := values[row]) is not None
            },
        )
        for row in range(len(topics))
    )
    return RunValues(
        encoder=ENCODER,
        works=works,
        vectors=vectors.astype(np.float32),
        assignments=topics,
        topics=tuple(
            TopicValues(
                id=topic,
                name=f"Topic {topic}",
                central=(),
                words=tuple(own_words[place]),
                labels=tuple(labels[place]) if labels else (),
                summary="",
            )
            for place, topic in enumerate(present)
        ),
        own_words=words is not None,
        tokens=tuple(told),
    )
