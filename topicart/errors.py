"""What topicart raises when a user's input, model or disk is at fault, with its exit code."""

from __future__ import annotations

from knowledge_graph import TopicartError, WriteError

__all__ = [
    "BenchmarkError",
    "EmbeddingStoreError",
    "FitError",
    "ModelError",
    "PictureError",
    "RetrievalError",
    "RunError",
    "ServerError",
    "StudyError",
    "TopicartError",
    "TrainingError",
    "WriteError",
]


class ModelError(TopicartError):
    """A model is unknown, out of reach, damaged, unsafe, or cannot run as asked."""

    exit_code = 3


class EmbeddingStoreError(TopicartError):
    """A folder of embeddings is missing, incomplete, damaged, or of another version."""

    exit_code = 5


class PictureError(TopicartError):
    """One picture cannot be read.

    The message is the reason alone, in plain words and without the path, because it goes
    into the ``reason`` column of ``problems.csv`` beside the file's name.

    Parameters
    ----------
    reason
        Why.
    passing
        Whether it lies not in the file but in the moment: the next time it may be read.
    """

    def __init__(self, reason: str, *, passing: bool = False) -> None:
        super().__init__(reason)
        self.passing = passing


class FitError(TopicartError):
    """Topics cannot be sought: too few works, or settings that contradict each other."""

    exit_code = 6


class RunError(TopicartError):
    """A run's folder is missing, in use, cut short, damaged, or of another version."""

    exit_code = 7


class TrainingError(TopicartError):
    """An encoder cannot be taught: too few pairs, contradicting settings, a damaged checkpoint."""

    exit_code = 8


class RetrievalError(TopicartError):
    """Works cannot be sought as asked: an unknown facet or value, or a query like none of them."""

    exit_code = 9


class ServerError(TopicartError):
    """The server cannot start: its port is taken, or there is no such address here."""

    exit_code = 10


class StudyError(TopicartError):
    """A study cannot be made: too few works, no words to ask by, a file that is not as expected."""

    exit_code = 11


class BenchmarkError(TopicartError):
    """A benchmark is unknown, lacks what it measures beside, or ended before it had measured."""

    exit_code = 12
