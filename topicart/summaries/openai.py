"""Summaries by a model behind an OpenAI-compatible address: vLLM, Ollama, llama.cpp and others.

The address and the key are used and forgotten: no setting, answer or error holds the key, and
nothing that is written to a run holds either.
"""

from __future__ import annotations

import base64
import io
import os
import queue
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from knowledge_graph import cut, printable
from topicart.errors import ModelError, PictureError
from topicart.summaries.chat import ChatError, chat
from topicart.summaries.summarizer import Failure, Request

if TYPE_CHECKING:
    import httpx2
    from PIL.Image import Image

__all__ = ["OpenAISummarizer"]

_PATH = "/chat/completions"
_JPEG_QUALITY = 90
_CONNECT_S = 10.0
_DAY_S = 86_400.0  # Sockets take no endless wait.
_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 60.0
_LOOK_S = 0.2
_SHORTEST_SECRET = 8  # Servers that want no key are given any word.
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


class OpenAISummarizer:
    """A model behind an address, asked over HTTP with the mosaic as a JPEG.

    Parameters
    ----------
    model
        Its name there.
    endpoint
        The address (http or https), with or without ``/chat/completions`` at its end.
    api_key
        Sent with each request; ``None`` where none is asked for.
    timeout_s
        Longest wait for one answer.
    max_tokens
        Longest answer.
    concurrency
        Topics asked about at a time.
    retries
        How often a request is repeated that failed in passing (overload, time-out).

    Raises
    ------
    ModelError
        If the model has no name, or the address or the key cannot be one.
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
        if not model.strip():
            raise ModelError(
                "The engine openai needs the name of a model. Give --model, as the address knows "
                "it (llava:7b, for example)."
            )
        if not model.strip().isprintable():
            raise ModelError(
                f"The name of the model, {printable(cut(model))!r}, has letters in it that none "
                "has; expected one printable line. Check --model."
            )
        self.model = model.strip()
        self.batch_size = concurrency
        self._url = _address(endpoint)
        self._key = _usable_key(api_key)
        self._timeout_s = min(timeout_s, _DAY_S)
        self._max_tokens = max_tokens
        self._retries = retries

    @classmethod
    def from_environment(
        cls,
        model: str,
        *,
        endpoint: str | None = None,
        api_key: str | None = None,
        **limits: Any,
    ) -> OpenAISummarizer:
        """Take what is not given from the environment.

        Parameters
        ----------
        model
            Its name.
        endpoint
            By default ``OPENAI_BASE_URL``.
        api_key
            By default ``OPENAI_API_KEY``; without either no key is sent.
        **limits
            ``timeout_s``, ``max_tokens``, ``concurrency`` and ``retries``.

        Returns
        -------
        OpenAISummarizer
            Nothing is asked yet.

        Raises
        ------
        ModelError
            If no address is given, or something given cannot be used.
        """
        address = endpoint or os.environ.get("OPENAI_BASE_URL", "")
        if not address.strip():
            raise ModelError(
                "The engine openai needs the address of a server. Give --endpoint or set "
                "OPENAI_BASE_URL: http://localhost:11434/v1 is Ollama on this machine, "
                "http://localhost:8000/v1 vLLM, http://localhost:8080/v1 llama.cpp."
            )
        key = api_key or os.environ.get("OPENAI_API_KEY")
        return cls(model, endpoint=address, api_key=key, **limits)

    @property
    def settings(self) -> Mapping[str, Any]:
        """What decides its texts, beside model and prompt.

        Returns
        -------
        dict
            JSON-ready; no address and no key.
        """
        return {"max_tokens": self._max_tokens, "temperature": 0, "jpeg_quality": _JPEG_QUALITY}

    def summarize(self, requests: Sequence[Request]) -> list[str | Failure]:
        """Ask about each topic, several at a time.

        Parameters
        ----------
        requests
            The topics.

        Returns
        -------
        list of str or Failure
            What the model said to each, or why there is nothing.

        Raises
        ------
        ModelError
            If the answer would be the same for every topic: no such server, path, model or key.
        """
        jobs: queue.SimpleQueue[tuple[int, Request]] = queue.SimpleQueue()
        ended: queue.SimpleQueue[tuple[int, str | Failure | BaseException]] = queue.SimpleQueue()
        begun: dict[int, float] = {}
        stop = threading.Event()
        for job in enumerate(requests):
            jobs.put(job)

        def work() -> None:
            """Ask until there are no more jobs."""
            number = -1
            try:
                with suppress(queue.Empty):
                    while not stop.is_set():
                        number, request = jobs.get_nowait()
                        begun[number] = time.monotonic()
                        ended.put((number, self._answer(client, request, stop)))
            except BaseException as error:  # raised again by who waits for it
                ended.put((number, error))

        answers: list[str | Failure] = [Failure("not asked")] * len(requests)
        left = set(range(len(requests)))
        with self._client() as client:
            # Daemons: a model may take minutes, and Ctrl-C is not to wait for it.
            for _ in range(min(self.batch_size, len(left))):
                threading.Thread(target=work, daemon=True).start()
            try:
                while left:
                    with suppress(queue.Empty):
                        # Not for ever: a wait without end cannot be interrupted on Windows.
                        number, answer = ended.get(timeout=_LOOK_S)
                        if number not in left:  # it came after all, too late
                            continue
                        if isinstance(answer, BaseException):
                            if isinstance(answer, ModelError) and len(left) < len(requests):
                                # What has come is kept; the next batch meets the same error.
                                return [
                                    Failure(str(answer)) if row in left else own
                                    for row, own in enumerate(answers)
                                ]
                            raise answer
                        answers[number] = answer
                        left.discard(number)
                    # A server that sends a byte now and then is never late for a single read.
                    for number in self._overdue(begun, left):
                        answers[number] = Failure("no answer in time")
                        left.discard(number)
                        threading.Thread(target=work, daemon=True).start()
            finally:
                stop.set()
        return answers

    def _overdue(self, begun: Mapping[int, float], left: Collection[int]) -> list[int]:
        """Return what is not answered although all that one may wait for has had its time."""
        tries = self._retries + 1
        longest_s = tries * (_CONNECT_S + 2 * self._timeout_s) + self._retries * _LONGEST_PAUSE_S
        now = time.monotonic()
        return [number for number in left if now - begun.get(number, now) > longest_s]

    def _client(self) -> httpx2.Client:
        import httpx2

        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        return httpx2.Client(
            headers=headers,
            timeout=httpx2.Timeout(self._timeout_s, connect=min(_CONNECT_S, self._timeout_s)),
            follow_redirects=False,
            # A proxy has no business between this machine and itself.
            trust_env=self._url.host not in _HERE,
        )

    def _answer(
        self, client: httpx2.Client, request: Request, stop: threading.Event
    ) -> str | Failure:
        """Ask until there is an answer or no hope of one."""
        try:
            question = self._question(request)
        except PictureError as error:
            return Failure(str(error))
        pause_s = _FIRST_PAUSE_S
        for tries in range(1, self._retries + 2):
            try:
                return chat(
                    client, self._url, question, timeout_s=self._timeout_s, secrets=self._secrets
                )
            except ChatError as error:
                if error.for_all:
                    raise ModelError(f"{self._shown}: {error}.") from None
                failure = Failure(str(error))
                if not error.passing:
                    return failure
                # Not after the last try: nobody would ask again.
                if tries > self._retries or stop.wait(
                    min(pause_s if error.after is None else error.after, _LONGEST_PAUSE_S)
                ):
                    break
                pause_s *= 2
        return Failure(f"{failure.reason} ({tries} times)" if tries > 1 else failure.reason)

    def _question(self, request: Request) -> dict[str, Any]:
        picture = {"type": "image_url", "image_url": {"url": _data_url(request.mosaic())}}
        text = {"type": "text", "text": request.prompt}
        return {
            "model": self.model,
            "messages": [{"role": "user", "content": [picture, text]}],
            "max_tokens": self._max_tokens,
            "temperature": 0,
            "stream": False,
        }

    @property
    def _secrets(self) -> tuple[str, ...]:
        """What no answer may repeat: the key, and the address as far as it is no plain word."""
        key = self._key if len(self._key) >= _SHORTEST_SECRET else ""
        parts = (self._url.netloc.decode("ascii"), self._url.host)
        return tuple(filter(None, (key, *(part for part in parts if {*part} & {".", ":"}))))

    @property
    def _shown(self) -> str:
        """The address without its query, in which some write a key."""
        return str(self._url.copy_with(query=None))


def _address(endpoint: str) -> httpx2.URL:
    """Return where chat completions are asked for; whatever is wrong, no password is printed."""
    import httpx2

    expected = "expected an http or https address such as http://localhost:11434/v1"
    try:
        url = httpx2.URL(endpoint.strip())
        whole = url.scheme in ("http", "https") and bool(url.host)
    except (httpx2.InvalidURL, ValueError):
        whole = False
    if not whole:
        raise ModelError(f"--endpoint (OPENAI_BASE_URL) is no address; {expected}.")
    if url.userinfo:
        raise ModelError(
            f"--endpoint (OPENAI_BASE_URL) at {url.host} has a name or password in it; {expected}, "
            "and the key in OPENAI_API_KEY."
        )
    path = url.path.rstrip("/").removesuffix(_PATH).rstrip("/")
    return url.copy_with(path=path + _PATH, fragment=None)


def _usable_key(key: str | None) -> str:
    """Return a key that can stand in a header, ``""`` for none."""
    key = (key or "").strip()
    if not (key.isascii() and key.isprintable()):
        raise ModelError(
            "The key (--api-key, OPENAI_API_KEY) has letters in it that no key has; expected plain "
            "ASCII in one line. Copy it again."
        )
    return key


def _data_url(picture: Image) -> str:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=_JPEG_QUALITY)
    return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"
