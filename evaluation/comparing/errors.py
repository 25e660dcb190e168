"""What can be wrong with what is to be compared."""

from __future__ import annotations

from topicart.errors import TopicartError


class ComparisonError(TopicartError):
    """Nothing can be compared."""
