"""Where the server listens, and its life until Ctrl-C."""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from topicart.errors import ServerError

if TYPE_CHECKING:
    from starlette.applications import Starlette

__all__ = ["Address", "listen", "serve"]

_EVERYWHERE = {"0.0.0.0", "::", ""}  # noqa: S104 - only recognised here


@dataclass(frozen=True)
class Address:
    """Where a server listens."""

    host: str
    """As the user named it."""
    port: int
    """As it is, chosen by the system where 0 was asked for."""

    @property
    def url(self) -> str:
        """What to open in a browser on this machine.

        Returns
        -------
        str
            With a slash at the end.
        """
        host = "localhost" if self.host in _EVERYWHERE else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}/"

    @property
    def open_to_others(self) -> bool:
        """Whether other machines can reach it.

        Returns
        -------
        bool
            False only for this machine's own loopback.
        """
        if self.host.casefold() == "localhost":
            return False
        with suppress(ValueError):
            return not ipaddress.ip_address(self.host).is_loopback
        return True


def listen(host: str, port: int) -> tuple[socket.socket, Address]:
    """Take a port.

    Parameters
    ----------
    host : str
        A name or address of this machine.
    port : int
        0 for any that is free.

    Returns
    -------
    socket.socket
        Bound, to be closed by the caller.
    Address
        Where it listens.

    Raises
    ------
    ServerError
        If the port is in use or may not be taken, or the host is not of this machine.
    """
    try:
        found = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except (OSError, UnicodeError) as error:
        raise ServerError(
            f"There is no address {host!r} ({error}). Leave --host out to serve this machine "
            "alone, or name one of its addresses."
        ) from error
    family, kind, protocol, _, place = found[0]
    taken = socket.socket(family, kind, protocol)
    try:
        if os.name != "nt":  # on Windows it would let two servers share one port
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(place)
        taken.listen(256)
    except OSError as error:
        taken.close()
        raise ServerError(_untaken(error, host, port)) from error
    return taken, Address(host, int(taken.getsockname()[1]))


def serve(app: Starlette, taken: socket.socket) -> None:
    """Answer until the process is interrupted.

    Parameters
    ----------
    app : starlette.applications.Starlette
        From :func:`topicart.server.make_app`.
    taken : socket.socket
        From :func:`listen`.
    """
    import uvicorn

    config = uvicorn.Config(
        app,
        log_level="error",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,
        # There is one kind of request and no proxy before us whose headers could be believed.
        ws="none",
        proxy_headers=False,
    )
    # uvicorn ends cleanly and then raises what interrupted it: that is how serving ends.
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[taken])


def _untaken(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} of {host} is in use, perhaps by another `topicart explore`. Name another "
            "with --port, or --port 0 for any that is free."
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return (
            f"Port {port} may not be taken by this user. Name one above 1023 with --port, or "
            "--port 0 for any that is free."
        )
    return (
        f"{host} port {port} cannot be listened at ({error.strerror or error}). Leave --host out "
        "to serve this machine alone, or name one of its addresses."
    )
