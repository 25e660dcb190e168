"""Judges: encoders that score a run's topics and did not make them.

The default judge is fixed and needs no network, the same for every run, so that the numbers of
models with different encoders can be compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from knowledge_graph import Collection
    from topicart import Embeddings, Run
    from topicart.run import Model
    from topicart.slices import Progress

DEFAULT_JUDGE = "imagenet"
"""The name of the packaged judge; any other name is an encoder's, as ``Encoder.load`` takes it."""


class Judge(Protocol):
    """What turns pictures, and mostly words, into vectors to score with."""

    @property
    def name(self) -> str:
        """What it is asked for by."""
        ...

    @property
    def picture_tower(self) -> str:
        """What sees pictures, in words for tables."""
        ...

    @property
    def text_tower(self) -> str | None:
        """What reads words, in words for tables; ``None`` if it reads none."""
        ...

    @property
    def fingerprint(self) -> str:
        """SHA-256 of all that decides a picture's vector."""
        ...

    def made(self, encoder: Model) -> bool:
        """Say whether it made a run's vectors.

        Parameters
        ----------
        encoder
            What the run's record says of its encoder.

        Returns
        -------
        bool
            Whether the weights are the same.
        """
        ...

    def encode_pictures(self, works: Collection, *, progress: Progress | None = None) -> Embeddings:
        """Encode the pictures of works.

        Parameters
        ----------
        works
            The works.
        progress
            Called with the works done and all works.

        Returns
        -------
        Embeddings
            Of the works that have a readable picture, in the collection's order.
        """
        ...

    def encode_texts(self, texts: Sequence[str]) -> NDArray[np.float32] | None:
        """Encode texts.

        Parameters
        ----------
        texts
            Words or sentences.

        Returns
        -------
        numpy.ndarray or None
            Unit rows, shape ``(len(texts), dim)``; ``None`` if it reads no words.
        """
        ...


def load_judge(name: str = DEFAULT_JUDGE, *, device: str = "auto", progress: bool = True) -> Judge:
    """Load a judge by its name.

    Parameters
    ----------
    name
        ``imagenet``, or whatever ``Encoder.load`` takes.
    device
        ``auto``, ``cpu``, ``cuda``, ``cuda:1``, ``mps``.
    progress
        Show a bar on standard error while weights are downloaded.

    Returns
    -------
    Judge
        Ready to score.

    Raises
    ------
    ModelError
        If there is none of that name, or it cannot be loaded; the message says what to do.
    """
    raise NotImplementedError


class OwnVectors:
    """A run's own vectors as judge: nothing is loaded, and what it says may flatter.

    Parameters
    ----------
    run
        A finished run.
    """

    def __init__(self, run: Run) -> None:
        raise NotImplementedError
