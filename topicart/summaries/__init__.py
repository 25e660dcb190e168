"""A few sentences about each topic: composed of facts by rule, or written by a model and checked.

``Summarizer`` is the one protocol; its engines are ``facts`` (no model), ``llava`` (transformers,
here) and ``openai`` (any compatible endpoint). What a model writes is cleaned and refused where it
is no summary (``checking``), and the names in it are held against the members' facts (``names``).
"""

from topicart.summaries.facts import FactsSummarizer
from topicart.summaries.llava import LlavaSummarizer
from topicart.summaries.openai import OpenAISummarizer
from topicart.summaries.summarizer import Failure, Request, Summarizer

__all__ = [
    "FactsSummarizer",
    "Failure",
    "LlavaSummarizer",
    "OpenAISummarizer",
    "Request",
    "Summarizer",
]
