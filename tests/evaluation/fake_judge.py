"""A judge that has an opinion of every picture without looking, and remembers what it was asked."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge_graph import Collection
from topicart import Embeddings
from topicart.embeddings import normalise
from topicart.run import Model
from topicart.slices import Progress

MADE_BY = Model(
    name="some-encoder", weights_sha256="a" * 64, fingerprint="f", dim=4, device="cpu",
    precision="fp32",
)  # fmt: skip


class FakeJudge:
    """Vectors are drawn with the file's content, or its name where there is no file, as seed."""

    def __init__(
        self,
        *,
        weights: str = "b" * 64,
        reads_words: bool = True,
        unreadable: Sequence[str] = (),
        stop_after: int | None = None,
        name: str = "fake",
    ) -> None:
        self.name = name
        self.picture_tower = "a fake tower"
        self.text_tower = "a fake reader" if reads_words else None
        self.fingerprint = hashlib.sha256(weights.encode()).hexdigest()
        self.asked: list[str] = []
        self._weights = weights
        self._unreadable = unreadable
        self._stop_after = stop_after

    def made(self, encoder: Model) -> bool:
        return encoder.weights_sha256 == self._weights

    def encode_pictures(self, works: Collection, *, progress: Progress | None = None) -> Embeddings:
        if self._stop_after is not None and len(self.asked) >= self._stop_after:
            raise KeyboardInterrupt
        self.asked += works.ids
        seen = [work for work in works if work.images and work.id not in self._unreadable]
        vectors = [vector_of(_content(works, work.images[0])) for work in seen]
        if progress is not None:
            progress(len(works), len(works))
        stacked = np.stack(vectors) if vectors else np.empty((0, 8), dtype=np.float32)
        return Embeddings(tuple(work.id for work in seen), stacked)

    def encode_texts(self, texts: Sequence[str]) -> NDArray[np.float32] | None:
        return np.stack([vector_of(text.encode()) for text in texts]) if self.text_tower else None


def vector_of(content: bytes) -> NDArray[np.float32]:
    """A unit vector of eight values; one half of it is the same for all."""
    seed = int.from_bytes(hashlib.sha256(content).digest()[:8], "big")
    return normalise(1.0 + np.random.default_rng(seed).normal(size=(1, 8)))[0]


def _content(works: Collection, name: str) -> bytes:
    file = works.root / name
    return file.read_bytes() if file.is_file() else name.encode()
