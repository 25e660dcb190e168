"""Summaries by a model behind an OpenAI-compatible address: vLLM, Ollama, llama.cpp and others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from topicart.summaries.summarizer import Failure, Request


class OpenAISummarizer:
    """Asks a model over HTTP.

    Parameters
    ----------
    model
        Its name there.
    endpoint
        The address, up to ``/v1``.
    api_key
        Sent with each request; never written.
    timeout_s, max_tokens, concurrency, retries
        The limits.
    """

    engine = "openai"

    def __init__(
        self,
        model: str,
        *,
        endpoint: str,
        api_key: str | None = None,
        timeout_s: float = 120.0,
        max_tokens: int = 200,
        concurrency: int = 4,
        retries: int = 2,
    ) -> None:
        raise NotImplementedError

    @classmethod
    def from_environment(
        cls, model: str, *, endpoint: str | None = None, api_key: str | None = None, **limits: Any
    ) -> OpenAISummarizer:
        """Take what is not given from ``OPENAI_BASE_URL`` and ``OPENAI_API_KEY``."""
        raise NotImplementedError

    @property
    def settings(self) -> Mapping[str, Any]:
        """What decides its texts."""
        raise NotImplementedError

    def summarize(self, requests: Sequence[Request]) -> list[str | Failure]:
        """Ask about each topic."""
        raise NotImplementedError
