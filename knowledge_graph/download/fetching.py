"""One picture from its address to a file, or the reason why not."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge_graph.download.manifest import one_line
from knowledge_graph.download.network import RefusedAddressError, require_public_name
from knowledge_graph.download.schedule import Schedule
from knowledge_graph.picture_names import SNIFFED, Kind, picture_kind

if TYPE_CHECKING:
    import httpx2

    from knowledge_graph.download.config import DownloadConfig

MOST_REDIRECTS = 5
"""A picture is not followed further than this."""
_MOST_LETTERS = 4000
_TIMEOUTS = 20
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
_ASK_OTHERWISE = frozenset({400, 401, 403, 404, 501})
_OCTETS = frozenset({"", "application/octet-stream", "binary/octet-stream"})


class FetchError(Exception):
    """A picture cannot be had; the message says why.

    Parameters
    ----------
    reason : str
        A few words.
    passing : bool
        Whether it may go better another time.
    after : float, optional
        Seconds that the server asks to be left alone for.
    status : int
        The status that the server answered; 0 if it did not.
    """

    def __init__(
        self, reason: str, *, passing: bool = False, after: float | None = None, status: int = 0
    ) -> None:
        super().__init__(reason)
        self.passing = passing
        self.after = after
        self.status = status


@dataclass(frozen=True)
class Fetched:
    """A picture that was fetched."""

    part: Path
    """Where it lies."""
    n_bytes: int
    """Its size."""
    sha256: str
    """Its hash."""
    kind: Kind
    """What it is."""


def checked_address(address: str) -> httpx2.URL:
    """Check what can be known of an address without asking for it.

    Parameters
    ----------
    address : str
        Any text.

    Returns
    -------
    httpx2.URL
        An http or https address with a host.

    Raises
    ------
    FetchError
        It is none, is very long, or has a password in it.
    """
    import httpx2

    if len(address) > _MOST_LETTERS:
        raise FetchError(
            f"an address of {len(address):,} letters; at most {_MOST_LETTERS:,} are asked"
        )
    try:
        url = httpx2.URL(address)
        host = url.host
    except (httpx2.InvalidURL, ValueError) as error:
        raise FetchError(f"not an address: {one_line(str(error))[:200]}") from error
    if url.scheme not in ("http", "https") or not host:
        raise FetchError("not an http or https address; only those are asked")
    if url.port is not None and not 0 < url.port < 65_536:
        raise FetchError(f"not an address: there is no port {url.port}")
    if url.userinfo:
        raise FetchError("an address with a name or password in it; take them out")
    return url


def fetch(
    client: httpx2.Client,
    asked: tuple[str, ...],
    part: Path,
    schedule: Schedule,
    config: DownloadConfig,
) -> Fetched:
    """Fetch one picture into a file.

    Parameters
    ----------
    client : httpx2.Client
        As ``client_for`` makes it.
    asked : tuple of str
        The addresses under which it may be had; the next one is asked where a server answers that
        it cannot do this one.
    part : Path
        The file to write.
    schedule : Schedule
        Says when the next host may be asked, and whether to stop.
    config : DownloadConfig
        The limits.

    Returns
    -------
    Fetched
        What is in the file now.

    Raises
    ------
    FetchError
        There is no picture to be had.
    OSError
        The file cannot be written.
    """
    for n, address in enumerate(asked):
        try:
            return _fetch_one(client, address, part, schedule, config, first=n == 0)
        except FetchError as failure:
            if failure.status not in _ASK_OTHERWISE or n == len(asked) - 1:
                raise
    raise ValueError("fetch: there is no address to ask")


def _fetch_one(
    client: httpx2.Client,
    address: str,
    part: Path,
    schedule: Schedule,
    config: DownloadConfig,
    *,
    first: bool,
) -> Fetched:
    """Fetch a picture from an address and from where it redirects to, each checked anew."""
    url = checked_address(address)
    for hop in range(MOST_REDIRECTS + 1):
        if config.proxy and not config.allow_private:
            with _told():
                require_public_name(url.raw_host.decode("ascii"))
        if hop or not first:
            schedule.pass_by(url.host)
        with _told(), client.stream("GET", url) as response:
            if response.status_code not in _REDIRECTS:
                return _receive(response, part, schedule, config)
            where = response.headers.get("location", "")
            if response.headers.get("content-length") == "0":
                response.read()  # So that the connection can be used again.
        with _told():
            url = checked_address(str(url.join(where)))
    raise FetchError(f"more than {MOST_REDIRECTS} redirects", status=HTTPStatus.FOUND)


def _receive(
    response: httpx2.Response, part: Path, schedule: Schedule, config: DownloadConfig
) -> Fetched:
    """Write the picture that a server sends to a file, as far as it is one and not too large."""
    status = response.status_code
    if status != HTTPStatus.OK:
        raise FetchError(
            f"the server answered {status} {_phrase(status)}".rstrip(),
            passing=status in _PASSING,
            after=seconds_of(response.headers.get("retry-after", "")),
            status=status,
        )
    told = one_line(response.headers.get("content-type", ""))[:80].partition(";")[0].strip().lower()
    if not told.startswith("image/") and told not in _OCTETS:
        raise FetchError(f"not a picture but {told}", status=status)
    length = response.headers.get("content-length", "")
    if length.isdecimal() and int(length) > config.most_bytes:
        raise _too_large(config)
    kind: Kind | None = None
    head = b""
    n_bytes = 0
    digest = hashlib.sha256()
    end = time.monotonic() + _TIMEOUTS * config.timeout_s
    with part.open("wb") as file:
        for chunk in response.iter_raw():
            n_bytes += len(chunk)
            if n_bytes > config.most_bytes:
                raise _too_large(config)
            if schedule.stopped or time.monotonic() > end:
                raise FetchError("too slow: the picture was not there in time", passing=True)
            if len(head) < SNIFFED:
                head += chunk[:SNIFFED]
                kind = picture_kind(head)
                if len(head) >= SNIFFED and kind is None:
                    break
            digest.update(chunk)
            file.write(chunk)
    if kind is None:
        what = f"though the server says {told}" if told else "and the server does not say what"
        raise FetchError(f"not a kind of picture that is read, {what}", status=status)
    return Fetched(part, n_bytes, digest.hexdigest(), kind)


def seconds_of(retry_after: str) -> float | None:
    """Read the header ``Retry-After`` (RFC 9110, section 10.2.3).

    Parameters
    ----------
    retry_after : str
        Seconds or a date.

    Returns
    -------
    float or None
        Seconds from now, not negative; None if it cannot be read.
    """
    if seconds := re.fullmatch(r"\s*([0-9]{1,9})\s*", retry_after):
        return float(seconds[1])
    try:
        then = parsedate_to_datetime(retry_after)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if then.tzinfo is None:
        then = then.replace(tzinfo=UTC)
    return max(0.0, (then - datetime.now(UTC)).total_seconds())


def _too_large(config: DownloadConfig) -> FetchError:
    return FetchError(f"larger than {config.most_bytes:,} bytes", status=HTTPStatus.OK)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


@contextmanager
def _told() -> Iterator[None]:
    """Say what went wrong with a connection in the words of a report."""
    import httpcore2
    import httpx2

    try:
        yield
    except RefusedAddressError as error:
        raise FetchError(str(error)) from error
    except (httpx2.TimeoutException, httpcore2.TimeoutException) as error:
        raise FetchError("no answer in time", passing=True) from error
    except (
        httpx2.RequestError,
        httpcore2.NetworkError,
        httpcore2.ProtocolError,
        httpcore2.ProxyError,
    ) as error:
        why = one_line(str(error))[:200] or type(error).__name__
        raise FetchError(f"the connection failed: {why}", passing=True) from error
    except (httpx2.InvalidURL, ValueError) as error:
        raise FetchError(f"not an address: {one_line(str(error))[:200]}") from error
