"""What a model is asked about a topic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from topicart.topics import Topic

PromptKind = Literal["basic", "rich"]


def summary_prompt(kind: PromptKind, topic: Topic) -> str:
    """Put the question about one topic.

    Parameters
    ----------
    kind
        ``basic`` shows the pictures alone; ``rich`` adds what is known of them.
    topic
        The topic with its labels.

    Returns
    -------
    str
        The question.
    """
    raise NotImplementedError
