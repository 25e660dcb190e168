"""Runs as they are when measured, made up: no model is fitted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from evaluation.comparing import Evaluated
from evaluation.metric import Metric
from evaluation.values import RunValues, TopicValues
from knowledge_graph import Artwork, Collection
from topicart.run import Model

ENCODER = Model(
    name="mini", weights_sha256="a" * 64, fingerprint="b" * 64, dim=4, device="cpu",
    precision="float32",
)  # fmt: skip


def metric(name: str = "iec", value: float | None = 0.5, **fields: Any) -> Metric:
    """Make a measure with what is needed."""
    told = {"title": name.upper(), "family": "pictures", "better": "higher", "n": 3, **fields}
    return Metric(name=name, value=value, **told)


@pytest.fixture
def works(tmp_path: Path) -> Callable[..., Collection]:
    """Make works with a small picture each."""

    def make(ids: Sequence[str], titles: Sequence[str] | None = None) -> Collection:
        root = tmp_path / "pictures"
        root.mkdir(exist_ok=True)
        for number, work in enumerate(ids):
            hue = 37 * number % 256
            Image.new("HSV", (80, 60), (hue, 150, 200)).convert("RGB").save(root / f"{work}.jpg")
        return Collection.from_artworks(
            [
                Artwork(id=work, title=titles[n] if titles else work, images=(f"{work}.jpg",))
                for n, work in enumerate(ids)
            ],
            root=root,
            source="a/small_gallery",
        )

    return make


@pytest.fixture
def evaluated(works: Callable[..., Collection]) -> Callable[..., Evaluated]:
    """Make a measured run out of the topic of each work."""

    def make(
        label: str,
        topics: Sequence[int],
        metrics: Sequence[Metric] = (),
        *,
        first: int = 0,
        name: str = "Topic",
        title: str | None = None,
        **fields: Any,
    ) -> Evaluated:
        ids = [f"w{first + number:03}" for number in range(len(topics))]
        own = works(ids, [title] * len(ids) if title else None)
        assignments = np.array(topics, dtype=np.int32)
        found = tuple(
            TopicValues(
                id=int(topic),
                name=f"{name} {topic}",
                central=tuple(work for work, of in zip(ids, topics, strict=True) if of == topic),
                words=("sea", name),
                labels=(),
                summary="",
            )
            for topic in np.unique(assignments[assignments >= 0])
        )
        values = RunValues(
            encoder=ENCODER,
            works=own,
            vectors=np.zeros((len(ids), 4), dtype=np.float32),
            assignments=assignments,
            topics=found,
            own_words=False,
            tokens=((),) * len(ids),
        )
        return Evaluated(label, f"runs/{label}", values, tuple(metrics), **fields)

    return make
