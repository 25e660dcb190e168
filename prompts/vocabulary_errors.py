"""What is raised when a vocabulary that a user names cannot be used."""

from __future__ import annotations

from knowledge_graph import TopicartError, printable


class VocabularyError(TopicartError):
    """A vocabulary that cannot be read; the message names file and line, and the remedy.

    Parameters
    ----------
    message
        The paragraph; it may quote what is not fit to be printed.
    """

    def __init__(self, message: str) -> None:
        super().__init__(printable(message))
