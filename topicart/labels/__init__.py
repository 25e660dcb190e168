"""Names for topics: terms of vocabularies, judged by the members' facts and by their pictures.

``describe_topics`` is the stage. Facts are weighed in ``evidence``, prompts and centroids compared
in ``closeness``, a label chosen or withheld in ``choosing``, headlines composed in ``headlines``,
topics grouped in ``hierarchy``, words of titles and descriptions counted in ``keywords``.
"""

from topicart.labels.config import LabelConfig
from topicart.labels.describing import Described, describe_topics, read_words

__all__ = ["Described", "LabelConfig", "describe_topics", "read_words"]
