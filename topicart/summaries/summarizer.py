"""What every engine of summaries is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from PIL.Image import Image

    from knowledge_graph import Collection
    from topicart.topics import Topic


@dataclass(frozen=True)
class Request:
    """One topic that is to be summarised.

    Parameters
    ----------
    topic
        The topic with its labels.
    members
        The works that are in it.
    prompt
        What a model is asked.
    mosaic
        Makes the one picture that a model sees: the most central works side by side. It raises
        :class:`topicart.errors.PictureError` where none of them can be read.
    """

    topic: Topic
    members: Collection
    prompt: str
    mosaic: Callable[[], Image]


@dataclass(frozen=True)
class Failure:
    """Why a topic got no summary.

    Parameters
    ----------
    reason
        In plain words, for ``problems.csv``.
    """

    reason: str


class Summarizer(Protocol):
    """A way to summarise topics."""

    @property
    def engine(self) -> str:
        """Its name: ``facts``, ``llava`` or ``openai``."""
        ...

    @property
    def model(self) -> str:
        """The model that writes; ``""`` where none does."""
        ...

    @property
    def settings(self) -> Mapping[str, Any]:
        """All else that decides its texts, JSON-ready: with prompt and mosaic the cache's key."""
        ...

    @property
    def batch_size(self) -> int:
        """Topics that it is to be given at a time."""
        ...

    def summarize(self, requests: Sequence[Request]) -> Sequence[str | Failure]:
        """Summarise topics.

        Parameters
        ----------
        requests
            One a topic.

        Returns
        -------
        sequence of str or Failure
            One answer a request, in order, as the model gave it.
        """
        ...
