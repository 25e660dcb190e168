"""Judges: encoders that score a run's topics and did not make them.

The default judge is fixed and needs no network, the same for every run, so that the numbers of
models with different encoders can be compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from evaluation.judging.imagenet import IMAGENET, SentenceEncoder, imagenet_encoder
from topicart import Encoder, ModelError
from topicart.adapter import read_record

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from knowledge_graph import Collection
    from topicart import Embeddings, Run
    from topicart.run import Model
    from topicart.slices import Progress

DEFAULT_JUDGE = IMAGENET
"""The name of the packaged judge; any other name is an encoder's, as ``Encoder.load`` takes it."""

_KIN = ("mini", "mini-base")
"""Encoders whose image tower is an EfficientNet-Lite of ImageNet, as the packaged judge's is."""


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
        ``imagenet``: EfficientNet-Lite2 for pictures and MiniLM-L6 for words, both Python packages;
        or whatever ``Encoder.load`` takes.
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
    if name == DEFAULT_JUDGE:
        words = SentenceEncoder(device)
        tower = "EfficientNet-Lite2 (ImageNet, whole picture at 260 px)"
        return EncoderJudge(imagenet_encoder(device), picture_tower=tower, words=words)
    try:
        # In float32 wherever it runs, so that its numbers are the same on every machine.
        encoder = Encoder.load(name, device=device, precision="fp32", progress=progress)
    except ModelError as error:
        raise ModelError(
            f"There is no judge {name!r}: it is neither {DEFAULT_JUDGE!r}, the packaged judge, nor "
            f"an encoder that can be loaded. {error}"
        ) from error
    return EncoderJudge(encoder)


def flattery(judge: Judge, encoder: Model) -> str | None:
    """Say that a judge, or what was tuned from it, made the topics that it scores.

    Parameters
    ----------
    judge
        Who scores.
    encoder
        What a run's record says of its encoder.

    Returns
    -------
    str or None
        A warning; ``None`` where it did not.
    """
    if judge.made(encoder):
        who = f"{encoder.name}, the encoder"
    elif (base := _base_of(encoder)) is not None and judge.made(base):
        who = f"{judge.name}, from which {encoder.name} was tuned, the encoder"
    else:
        return None
    return (
        f"The judge is {who} that made these topics: its numbers flatter them and compare with no "
        f"other encoder's. Use another judge ({DEFAULT_JUDGE})."
    )


def _base_of(encoder: Model) -> Model | None:
    """Return what an adapter was trained on; nothing of another encoder, or one that is gone."""
    try:
        weights = read_record(Path(encoder.name)).base.weights_sha256
    except (ModelError, OSError, ValueError):
        return None
    return encoder.model_copy(update={"weights_sha256": weights})


def kinship(judge: Judge, encoder: Model) -> str | None:
    """Say that a judge learnt from the same pictures as the encoder whose topics it scores.

    Parameters
    ----------
    judge
        Who scores.
    encoder
        What a run's record says of its encoder.

    Returns
    -------
    str or None
        A sentence; ``None`` where nothing of the kind is known.
    """
    if judge.name != DEFAULT_JUDGE or encoder.name not in _KIN:
        return None
    return (
        f"The judge is akin to {encoder.name}, whose tower is an EfficientNet-Lite of ImageNet "
        "too: compared with other encoders it may gain by that."
    )


def kinship_of_words(judge: Judge, encoder: Model) -> str | None:
    """Say that the encoder whose topics are scored learnt its words from the judge.

    Parameters
    ----------
    judge
        Who reads.
    encoder
        What a run's record says of its encoder.

    Returns
    -------
    str or None
        A sentence; ``None`` where nothing of the kind is known.
    """
    if judge.name != DEFAULT_JUDGE or encoder.name not in _KIN:
        return None
    return f"{encoder.name}, which helped to choose the words, learnt them from the judge."


class EncoderJudge:
    """An encoder as judge.

    Parameters
    ----------
    encoder
        What sees pictures.
    picture_tower
        Its name in words for tables; by default said by the encoder.
    words
        What reads words; by default the encoder.
    """

    def __init__(
        self,
        encoder: Encoder,
        *,
        picture_tower: str | None = None,
        words: SentenceEncoder | None = None,
    ) -> None:
        self._encoder = encoder
        self._words = words or encoder
        self.name = encoder.name
        self.picture_tower = picture_tower or _tower_in_words(encoder)
        self.text_tower = self._words.name
        self.fingerprint = encoder.fingerprint

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
        return encoder.weights_sha256 == self._encoder.weights_sha256

    def encode_pictures(self, works: Collection, *, progress: Progress | None = None) -> Embeddings:
        """Encode the pictures of works.

        Parameters
        ----------
        works
            The works; one with several pictures gets the mean of their vectors, as in a run.
        progress
            Called with the works done and all works.

        Returns
        -------
        Embeddings
            Of the works that have a readable picture, in the collection's order.
        """
        return self._encoder.encode_images(works, progress=progress)

    def encode_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode texts.

        Parameters
        ----------
        texts
            Words or sentences.

        Returns
        -------
        numpy.ndarray
            Unit rows, shape ``(len(texts), dim)``.
        """
        return self._words.encode_texts(texts)


class OwnVectors:
    """The vectors of a run's own pictures as judge: nothing is loaded, and what it says flatters.

    Parameters
    ----------
    run
        A finished run.
    """

    def __init__(self, run: Run) -> None:
        self._pictures = run.picture_embeddings
        self._encoder = run.record.model
        self.name = self._encoder.name
        self.picture_tower = f"{self.name} (the encoder that made the topics)"
        self.text_tower = None
        self.fingerprint = self._encoder.fingerprint

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
        return encoder.weights_sha256 == self._encoder.weights_sha256

    def encode_pictures(self, works: Collection, *, progress: Progress | None = None) -> Embeddings:
        """Look the vectors of works up.

        Parameters
        ----------
        works
            Works of the run.
        progress
            Called once, at the end.

        Returns
        -------
        Embeddings
            Of the works that have a vector of their pictures, in the collection's order.
        """
        found = self._pictures.select([id_ for id_ in works.ids if id_ in self._pictures])
        if progress is not None:
            progress(len(works), len(works))
        return found

    def encode_texts(self, texts: Sequence[str]) -> None:
        """Say that it reads no words.

        Parameters
        ----------
        texts
            Words or sentences, which are not looked at.
        """
        del texts


def _tower_in_words(encoder: Encoder) -> str:
    height, width = encoder.image_size
    size = f"{height}" if height == width else f"{height} x {width}"
    cut = encoder.preprocess.resize_mode == "shortest"
    return f"{encoder.name} ({'the centre of a' if cut else 'whole'} picture at {size} px)"
