"""What can be asked of a run: a work, several, words, a picture, a topic, a work turned by words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from topicart.retrieval.index import ConditionalIndex

if TYPE_CHECKING:
    import pyarrow as pa

    from topicart.encoder import Encoder
    from topicart.retrieval.neighbours import Neighbours
    from topicart.run import Run

__all__ = ["Query", "Searcher"]


@dataclass(frozen=True, eq=False)
class Query:
    """What is sought, as a vector of a run's space."""

    vector: NDArray[np.float32]
    """Shape ``(dim,)``, of length 1."""
    shown: str
    """What it is, for people: a title, words in quotes, a file's name."""
    rows: tuple[int, ...] = ()
    """The works that it is made of; they are not found again."""


class Searcher:
    """A run opened to be searched.

    Parameters
    ----------
    run : Run
        A finished run.
    encoder : Encoder or callable, optional
        The model that encoded its works, or what loads it when words or pictures are first sought.
    """

    def __init__(self, run: Run, encoder: Encoder | Callable[[], Encoder] | None = None) -> None:
        self.run = run
        self.index = ConditionalIndex.of_run(run)
        self._source = encoder

    @cached_property
    def works(self) -> pa.Table:
        """The works of the index, in its order, as the run has them."""
        raise NotImplementedError

    @cached_property
    def graph(self) -> Neighbours:
        """The graph of nearest neighbours, made and kept in the run when first asked for."""
        raise NotImplementedError

    def row(self, work: str) -> int:
        """Find a work by its id or its title (exact, then by any unique part of it)."""
        raise NotImplementedError

    def work(self, work: str | int) -> Query:
        """Seek what is like a work."""
        raise NotImplementedError

    def mean(self, works: Sequence[str | int]) -> Query:
        """Seek what is like several works at once: the mean of their vectors."""
        raise NotImplementedError

    def topic(self, topic: int) -> Query:
        """Seek what is like a topic: its centroid."""
        raise NotImplementedError

    def words(self, words: str) -> Query:
        """Seek what words say."""
        raise NotImplementedError

    def picture(self, file: Path) -> Query:
        """Seek what is like a picture in a file."""
        raise NotImplementedError

    def towards(self, query: Query, words: str, *, strength: float = 1.0) -> Query:
        """Turn a query in the direction of words: this work, but in that style."""
        raise NotImplementedError
