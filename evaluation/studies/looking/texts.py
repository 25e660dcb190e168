"""What turns texts into vectors: encoders' text sides, TF-IDF, the packaged sentence encoder."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from topicart.errors import StudyError
from topicart.model import derive_seed
from topicart.packaged import MINILM

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from topicart import Encoder

__all__ = ["EncoderTexts", "MiniLM", "Tfidf"]

_ROWS = 4096


class EncoderTexts:
    """An encoder's text side.

    Parameters
    ----------
    encoder
        The encoder.

    Attributes
    ----------
    told : str
        What it is, in words for tables.
    fingerprint : str
        SHA-256 of all that decides a vector.
    context_length : int
        How many tokens of a text are read.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.told = f"{encoder.name} (text tower)"
        self.context_length: int | None = encoder.context_length
        told = f"texts {encoder.name} {encoder.weights_sha256} {encoder.context_length}"
        self.fingerprint = hashlib.sha256(told.encode()).hexdigest()

    def token_counts(self, texts: Sequence[str]) -> NDArray[np.intp]:
        """Count the tokens of texts, uncut.

        Parameters
        ----------
        texts
            The texts.

        Returns
        -------
        numpy.ndarray
            Shape ``(len(texts),)``, with those that mark a text's beginning and end.
        """
        tokenizer: Any = self._encoder.tokenizer
        with self._encoder.tokenizer_lock:
            if hasattr(tokenizer, "tokenizer"):  # Hugging Face's, wrapped by open_clip
                cleaned = [tokenizer.clean_fn(text) for text in texts]
                found = tokenizer.tokenizer(cleaned, truncation=False, verbose=False).input_ids
                return np.array([len(ids) for ids in found], np.intp)
            return np.array([len(tokenizer.encode(text)) + 2 for text in texts], np.intp)

    def fit(self, texts: Sequence[str]) -> None:
        """Learn nothing.

        Parameters
        ----------
        texts
            Not looked at.
        """

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Turn texts into vectors.

        Parameters
        ----------
        texts
            The texts.

        Returns
        -------
        numpy.ndarray
            Unit rows, shape ``(len(texts), dim)``.
        """
        return self._encoder.encode_texts(texts)


class MiniLM:
    """all-MiniLM-L6-v2, whose weights are a Python package.

    Parameters
    ----------
    device
        ``auto``, ``cpu``, ``cuda``, ``cuda:1``, ``mps``.

    Attributes
    ----------
    told : str
        What it is, in words for tables.
    fingerprint : str
        SHA-256 of all that decides a vector.
    context_length : int
        How many word pieces of a text are read.

    Raises
    ------
    ModelError
        If the package is not installed.
    """

    def __init__(self, device: str = "auto") -> None:
        from evaluation.judging.imagenet import SentenceEncoder

        self._sentences = SentenceEncoder(device)
        self.told = f"{MINILM.model} (sentence encoder)"
        self.context_length: int | None = self._sentences.longest
        with MINILM.path.open("rb") as file:
            self.fingerprint = hashlib.file_digest(file, "sha256").hexdigest()

    def token_counts(self, texts: Sequence[str]) -> NDArray[np.intp]:
        """Count the word pieces of texts, uncut.

        Parameters
        ----------
        texts
            The texts.

        Returns
        -------
        numpy.ndarray
            Shape ``(len(texts),)``.
        """
        return self._sentences.token_counts(texts)

    def fit(self, texts: Sequence[str]) -> None:
        """Learn nothing.

        Parameters
        ----------
        texts
            Not looked at.
        """

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Turn texts into vectors.

        Parameters
        ----------
        texts
            The texts.

        Returns
        -------
        numpy.ndarray
            Unit rows, shape ``(len(texts), 384)``.
        """
        return self._sentences.encode_texts(texts)


class Tfidf:
    """Weighed word counts, reduced to their main directions.

    Words are those of the texts it learns from, at most ``words``, without English stop words;
    counts are damped by a logarithm (Salton & Buckley 1988). More than ``dim`` words are reduced by
    a truncated singular value decomposition (Deerwester et al. 1990), so that memory does not grow
    with works times words.

    Parameters
    ----------
    words
        The most words that count; 10,000 in SemArt's CML (Garcia & Vogiatzis 2018).
    dim
        The most dimensions of a vector.
    seed
        Of the reduction, which begins with directions drawn by lot.

    Attributes
    ----------
    told : str
        What it is, in words for tables.
    fingerprint : str
        SHA-256 of all that decides a vector before ``fit``.
    context_length : None
        Texts are read whole.
    """

    def __init__(self, words: int = 10_000, dim: int = 512, seed: int = 0) -> None:
        self._words, self._dim, self._seed = words, dim, derive_seed(seed, "main directions")
        self._counts: Any = None
        self._directions: NDArray[np.float32] | None = None
        self.told = f"TF-IDF ({words:,} words in {dim} dimensions at most)"
        self.fingerprint = hashlib.sha256(f"tfidf 2 {words} {dim} {seed}".encode()).hexdigest()
        self.context_length: int | None = None

    def token_counts(self, texts: Sequence[str]) -> NDArray[np.intp]:
        """Count the words of texts, stop words left out.

        Parameters
        ----------
        texts
            The texts.

        Returns
        -------
        numpy.ndarray
            Shape ``(len(texts),)``.
        """
        words = self._vectorizer().build_analyzer()
        return np.array([len(words(text)) for text in texts], np.intp)

    def fit(self, texts: Sequence[str]) -> None:
        """Learn the words and their main directions.

        Parameters
        ----------
        texts
            Of the works to learn from.

        Raises
        ------
        StudyError
            If they hold no word but stop words.
        """
        from sklearn.decomposition import TruncatedSVD

        self._counts = self._vectorizer()
        try:
            counts = self._counts.fit_transform(texts)
        except ValueError:
            raise StudyError(
                f"The {len(texts):,} texts to learn from hold no word that TF-IDF could count, "
                "only stop words, single letters or nothing. Ask by other texts, or use minilm."
            ) from None
        self._directions = None
        if counts.shape[1] > self._dim:
            reduced = TruncatedSVD(min(self._dim, counts.shape[0]), random_state=self._seed).fit(
                counts
            )
            self._directions = reduced.components_.T.astype(np.float32)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Turn texts into vectors.

        Parameters
        ----------
        texts
            The texts.

        Returns
        -------
        numpy.ndarray
            Shape ``(len(texts), dim)``; 0 where no word of a text was learnt.

        Raises
        ------
        StudyError
            If nothing was learnt yet.
        """
        if self._counts is None:
            raise StudyError("TF-IDF was asked before it learnt words; call fit first.")
        width = len(self._counts.vocabulary_)
        if self._directions is not None:
            width = self._directions.shape[1]
        vectors = np.empty((len(texts), width), np.float32)
        for at in range(0, len(texts), _ROWS):
            counts = self._counts.transform(texts[at : at + _ROWS])
            whole = self._directions is None
            vectors[at : at + _ROWS] = counts.toarray() if whole else counts @ self._directions
        return vectors

    def _vectorizer(self) -> Any:
        from sklearn.feature_extraction.text import TfidfVectorizer

        return TfidfVectorizer(
            max_features=self._words, sublinear_tf=True, stop_words="english", dtype=np.float32
        )
