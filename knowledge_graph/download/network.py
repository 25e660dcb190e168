"""Connections to public addresses only.

A name is resolved here, every address that it has is checked, and the connection is made to an
address that was checked: a name that means something else a moment later (DNS rebinding) gains
nothing. TLS still checks the certificate against the name. httpcore2, on which httpx2 stands, lets
the making of connections be replaced (``network_backend``) and httpx2 the transport; only these
public parts of both are used.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpcore2
    import httpx2

    from knowledge_graph.download.config import DownloadConfig

_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class RefusedAddressError(Exception):
    """An address that is not fetched from, whatever is there."""


def is_public(address: str) -> bool:
    """Say whether an IP address is one of the public internet.

    Parameters
    ----------
    address : str
        IPv4 or IPv6, as ``getaddrinfo`` gives it.

    Returns
    -------
    bool
        False for private, loopback, link-local, multicast, reserved and unspecified ones, and for
        IPv6 addresses that carry such an IPv4 address (mapped, 6to4, Teredo, NAT64).
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        within = ip.ipv4_mapped or ip.sixtofour
        if ip in _NAT64:
            within = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if within:
            return is_public(str(within))
        if ip.teredo or ip not in _GLOBAL_UNICAST:
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_private)


def require_public_name(host: str) -> None:
    """Refuse what is private by how it is written, without resolving it (for use with a proxy).

    Parameters
    ----------
    host : str
        The host of an address, without the brackets of IPv6.

    Raises
    ------
    RefusedAddressError
        It is ``localhost`` or a private address, in whatever spelling.
    """
    name = host.rstrip(".").lower()
    literal = name
    with suppress(OSError):
        # As C reads it: 2130706433, 0x7f.1 and 0177.0.0.1 are all 127.0.0.1.
        literal = socket.inet_ntoa(socket.inet_aton(name))
    try:
        public = is_public(literal)
    except ValueError:
        public = name != "localhost" and not name.endswith(".localhost")
    if not public:
        raise RefusedAddressError(_refusal(host, literal))


def client_for(config: DownloadConfig) -> httpx2.Client:
    """Make a client that follows no redirect, keeps no cookie and reads no setting from outside.

    Parameters
    ----------
    config : DownloadConfig
        How pictures are to be downloaded.

    Returns
    -------
    httpx2.Client
        Its connections are checked as ``config`` asks.
    """
    from http.cookiejar import CookieJar, DefaultCookiePolicy

    import httpx2

    transport: httpx2.BaseTransport
    if config.proxy or config.allow_private:
        limits = httpx2.Limits(max_connections=config.connections)
        transport = httpx2.HTTPTransport(limits=limits, proxy=config.proxy, trust_env=False)
    else:
        transport = _public_transport(config.connections)
    return httpx2.Client(
        transport=transport,
        headers={
            "User-Agent": config.agent,
            "Accept": "image/jpeg,image/png,image/webp,image/tiff,image/*;q=0.5,*/*;q=0.1",
            "Accept-Encoding": "identity",  # What is unpacked here could be larger than the limit.
        },
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        timeout=config.timeout_s,
        follow_redirects=False,
        trust_env=False,
    )


def _public_transport(connections: int) -> httpx2.BaseTransport:
    """Make a transport that connects to public addresses only."""
    import httpcore2
    import httpx2

    class PublicBackend(httpcore2.SyncBackend):
        """Connects to a name's addresses after all of them were checked."""

        def connect_tcp(
            self, host: str, port: int, *args: Any, **kwargs: Any
        ) -> httpcore2.NetworkStream:
            failure: Exception = httpcore2.ConnectError(f"{host} has no address")
            for address in public_addresses(host, port):
                try:
                    return super().connect_tcp(address, port, *args, **kwargs)
                except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                    failure = error
            raise failure

    class Stream(httpx2.SyncByteStream):
        """A body as httpcore2 gives it."""

        def __init__(self, response: httpcore2.Response) -> None:
            self._response = response

        def __iter__(self) -> Iterator[bytes]:
            yield from self._response.iter_stream()

        def close(self) -> None:
            self._response.close()

    class Transport(httpx2.BaseTransport):
        """Takes httpx2's requests to a pool of checked connections."""

        def __init__(self) -> None:
            self._pool = httpcore2.ConnectionPool(
                ssl_context=httpx2.create_ssl_context(),
                max_connections=connections,
                keepalive_expiry=5.0,
                network_backend=PublicBackend(),
            )

        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            url = request.url
            answer = self._pool.handle_request(
                httpcore2.Request(
                    request.method,
                    httpcore2.URL(
                        scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
                    ),
                    headers=request.headers.raw,
                    extensions=request.extensions,
                )
            )
            return httpx2.Response(
                answer.status,
                headers=answer.headers,
                stream=Stream(answer),
                extensions=answer.extensions,
            )

        def close(self) -> None:
            self._pool.close()

    return Transport()


def public_addresses(host: str, port: int) -> list[str]:
    """Resolve a name and check all that it means.

    Parameters
    ----------
    host : str
        A name or an IP address in whatever spelling the system understands.
    port : int
        The port.

    Returns
    -------
    list of str
        Its addresses, in the system's order.

    Raises
    ------
    RefusedAddressError
        One of them is not public.
    httpcore2.ConnectError
        The name is not known.
    """
    import httpcore2

    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore2.ConnectError(f"{host} is not known: {error}") from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for address in addresses:
        if not is_public(address):
            raise RefusedAddressError(_refusal(host, address))
    return addresses


def _refusal(host: str, address: str) -> str:
    meaning = "" if host == address else f" ({address})"
    return (
        f"{host}{meaning} is not on the public internet; if you trust the source, allow it with "
        "--allow-private"
    )
