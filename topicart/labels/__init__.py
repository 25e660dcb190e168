"""Names for topics: terms of vocabularies, judged by the members' facts and by their pictures."""

from topicart.labels.config import LabelConfig

__all__ = ["LabelConfig"]
