"""A topic in two or three sentences, composed from its members' facts by rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from knowledge_graph import Collection
    from topicart.summaries.summarizer import Request
    from topicart.topics import Label


class FactsSummarizer:
    """The engine that needs no model: it states what the facts are."""

    engine = "facts"
    model = ""
    batch_size = 64

    @property
    def settings(self) -> Mapping[str, Any]:
        """Nothing but the facts decides its texts."""
        return {}

    def summarize(self, requests: Sequence[Request]) -> Sequence[str]:
        """Summarise topics.

        Parameters
        ----------
        requests
            The topics and their members.

        Returns
        -------
        sequence of str
            One text a request, in order.
        """
        return [summarize_facts(request.members, request.topic.labels) for request in requests]


def summarize_facts(members: Collection, labels: Sequence[Label]) -> str:
    """Say how many works a topic holds, from when, by whom, and what most of them share.

    Parameters
    ----------
    members
        The topic's works.
    labels
        The topic's labels, best first within a facet.

    Returns
    -------
    str
        One to three sentences; the same for the same facts.
    """
    return f"{len(members):,} works."
