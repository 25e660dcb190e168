"""One question to an OpenAI-compatible address: the text of its answer, or the reason why not."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from knowledge_graph import cut, printable
from knowledge_graph.download.fetching import seconds_of

if TYPE_CHECKING:
    import httpx2

__all__ = ["MOST_BYTES", "ChatError", "chat"]

MOST_BYTES = 1 << 20
"""An answer is not read further than this."""

_LONGEST_QUOTE = 200
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
_ENDPOINT = "Check --endpoint: it mostly ends in /v1"
_REMEDIES = {
    401: "Give the key of this address in OPENAI_API_KEY",
    402: "The account behind the key cannot pay",
    403: "The key may not do this: give another in OPENAI_API_KEY, or another --model",
    404: f"{_ENDPOINT}. Check that it knows the --model under this name",
    405: _ENDPOINT,
}


class ChatError(Exception):
    """A question without an answer; the message says why.

    Parameters
    ----------
    reason : str
        In plain words; it may quote the server.
    passing : bool
        Whether the same question may be answered another time.
    after : float, optional
        Seconds that the server asks to be left alone for.
    for_all : bool
        Whether no other question would fare better.
    """

    def __init__(
        self,
        reason: str,
        *,
        passing: bool = False,
        after: float | None = None,
        for_all: bool = False,
    ) -> None:
        super().__init__(reason)
        self.passing = passing
        self.after = after
        self.for_all = for_all


def chat(
    client: httpx2.Client,
    url: httpx2.URL,
    question: Mapping[str, Any],
    *,
    timeout_s: float,
    secrets: Sequence[str] = (),
) -> str:
    """Put one question.

    Parameters
    ----------
    client
        It follows no redirects; its headers hold the key.
    url
        Where chat completions are asked for.
    question
        The JSON that is posted.
    timeout_s
        Longest time that an answer may take to arrive once it has begun.
    secrets
        What is hidden wherever the server repeats it, before anything is cut.

    Returns
    -------
    str
        What the model said, as it said it.

    Raises
    ------
    ChatError
        If there is none.
    """
    with _told(), client.stream("POST", url, json=question) as response:
        body = _without(secrets, _body(response, timeout_s))
    status = response.status_code
    if status == HTTPStatus.OK:
        return _text_of(body)
    if response.is_redirect:
        location = response.headers.get("location", "").encode()
        where = _quoted(_decoded(_without(secrets, location)))
        raise ChatError(
            f"it answers {status} and sends on to {where}, which is not followed. Give the address "
            "itself as --endpoint",
            for_all=True,
        )
    said = _said(body)
    reason = f"the server answered {_named(status)}{said and ': '}{said}"
    if status in _REMEDIES:
        raise ChatError(f"{reason.rstrip('. ')}. {_REMEDIES[status]}", for_all=True)
    after = seconds_of(response.headers.get("retry-after", ""))
    raise ChatError(reason, passing=status in _PASSING, after=after)


@contextmanager
def _told() -> Iterator[None]:
    """Say what went wrong with a connection in the words of a report."""
    import httpx2

    try:
        yield
    except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.ProxyError) as error:
        why = _quoted(str(error)) or "no connection in time"
        raise ChatError(
            f"it cannot be reached ({why}). Start the server, or check --endpoint", for_all=True
        ) from error
    except httpx2.TimeoutException as error:
        raise ChatError("no answer in time", passing=True) from error
    except httpx2.DecodingError as error:
        raise ChatError("the server's answer cannot be unpacked") from error
    except httpx2.RequestError as error:
        why = _quoted(str(error)) or type(error).__name__
        raise ChatError(f"the connection failed: {why}", passing=True) from error


def _body(response: httpx2.Response, timeout_s: float) -> bytes:
    body = bytearray()
    end = time.monotonic() + timeout_s
    # Raw: what is unpacked here could be larger than the limit.
    for chunk in response.iter_raw():
        body += chunk
        if len(body) > MOST_BYTES:
            raise ChatError(f"the server's answer is larger than {MOST_BYTES:,} bytes")
        if time.monotonic() > end:
            raise ChatError("no whole answer in time", passing=True)
    return bytes(body)


def _without(secrets: Sequence[str], body: bytes) -> bytes:
    """Hide secrets, also as JSON may write them."""
    for secret in secrets:
        for written in (secret, secret.replace("/", "\\/")):
            body = body.replace(written.encode(), b"(hidden)")
    return body


def _text_of(body: bytes) -> str:
    """Find the model's words in the JSON of a chat completion."""
    values = _json(body)
    if values is None:
        raise ChatError(f"the server's answer is no JSON but “{_quoted(_decoded(body))}”")
    try:
        message = values["choices"][0]["message"]
        content, refusal = message["content"], message.get("refusal")
    except (AttributeError, KeyError, IndexError, TypeError):
        said = _said(body) or "no choices, message or content"
        raise ChatError(f"the server's answer is no chat completion: {said}") from None
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, dict)]
        content = "".join(part for part in parts if isinstance(part, str))
    if isinstance(refusal, str) and not content:
        raise ChatError(f"the model refused: “{_quoted(refusal)}”")
    if content is None:
        return ""
    if not isinstance(content, str):
        raise ChatError("the server's answer is no chat completion: its content is no text")
    return content


def _said(body: bytes) -> str:
    """Quote a server's own words about what is wrong; nothing of a page or of an unknown form."""
    values = _json(body)
    error = values.get("error", values.get("detail", "")) if isinstance(values, dict) else ""
    if isinstance(error, dict):
        error = error.get("message", "")
    return _quoted(error) if isinstance(error, str) else ""


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _decoded(body: bytes) -> str:
    return body[: 4 * _LONGEST_QUOTE].decode("utf-8", "replace")


def _quoted(text: str) -> str:
    return cut(printable(" ".join(text.split())), _LONGEST_QUOTE)


def _named(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
