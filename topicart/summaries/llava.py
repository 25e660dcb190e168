"""Summarise topics with a vision-language model of the LLaVA family, on this machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from topicart.summaries.summarizer import Failure, Request

__all__ = ["LLAVA_MODELS", "LlavaSummarizer"]

LLAVA_MODELS = {
    "llava-1.5-7b": "llava-hf/llava-1.5-7b-hf",
    "llava-v1.6-mistral-7b": "llava-hf/llava-v1.6-mistral-7b-hf",
    "llava-onevision-0.5b": "llava-hf/llava-onevision-qwen2-0.5b-ov-hf",
}
"""Short names of models to their repositories on the Hugging Face hub."""


class LlavaSummarizer:
    """A vision-language model that looks at a topic's mosaic."""

    @classmethod
    def load(
        cls,
        name: str,
        *,
        device: str = "auto",
        precision: str = "auto",
        four_bit: bool = False,
        batch_size: int = 4,
        max_new_tokens: int = 120,
        offline: bool = False,
    ) -> LlavaSummarizer:
        """Load a model."""
        raise NotImplementedError

    @property
    def engine(self) -> str:
        """``llava``."""
        return "llava"

    @property
    def model(self) -> str:
        """The model's name, with the commit of its repository where that is known."""
        raise NotImplementedError

    @property
    def settings(self) -> Mapping[str, Any]:
        """What else decides the texts."""
        raise NotImplementedError

    @property
    def batch_size(self) -> int:
        """Topics that are given at a time."""
        raise NotImplementedError

    def summarize(self, requests: Sequence[Request]) -> Sequence[str | Failure]:
        """Summarise topics, one answer a request."""
        raise NotImplementedError
