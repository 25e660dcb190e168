"""The application: the site's files as they are, `api/` beside them, and who may ask."""

from __future__ import annotations

import asyncio
import ipaddress
import mimetypes
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from topicart.errors import RunError
from topicart.server.holding import Holding
from topicart.server.seeking import Seeker

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from topicart.encoder import Encoder
    from topicart.run import Run

__all__ = ["make_app"]

_STATIC = Path(__file__).parent.parent / "report" / "static"

_POLICY = (
    "default-src 'none'; img-src 'self' data: blob:; style-src 'self'; script-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The pages' own policy for a site that is served, and no frame around it."""

_HEADERS = [
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
]

_SCRIPT = """// A server that can search stands behind this page.
"use strict";

window.topicart.server = {
  picture: (row, side = 1024) => `api/picture/${row}?side=${side}`,
};
document.head.append(
  window.topicart.element("link", { rel: "stylesheet", href: "assets/explore.css" }),
);
for (const name of ["explore-drawer", "explore", "explore-path"]) {
  // In order, and after the page's own scripts, which are deferred.
  document.addEventListener("DOMContentLoaded", () => {
    const script = document.createElement("script");
    script.src = `assets/${name}.js`;
    script.async = false;
    document.head.append(script);
  });
}
"""

_ENDING = {
    "error": "The server ends.",
    "expected": "A server that goes on.",
    "remedy": "Start `topicart explore` again, then ask again.",
}

_KINDS = {
    # Some systems call these otherwise or not at all, and browsers are told not to guess.
    ".js": "text/javascript",
    ".css": "text/css",
    ".json": "application/json",
    ".csv": "text/csv",
    ".ttl": "text/turtle",
    ".webp": "image/webp",
    ".parquet": "application/vnd.apache.parquet",
}


def make_app(
    run: Run,
    encoder: Encoder | Callable[[], Encoder] | None,
    *,
    host: str = "127.0.0.1",
) -> Starlette:
    """Make the application that serves a run.

    Parameters
    ----------
    run : Run
        A finished run with its site.
    encoder : Encoder, callable or None
        The run's encoder, or what loads it, in the background once the application starts;
        without it words and pictures cannot be sought.
    host : str
        Where it will listen: a browser that was led here under another name is refused.

    Returns
    -------
    starlette.applications.Starlette
        It writes nothing but ``neighbours/`` in the run's folder.

    Raises
    ------
    RunError
        If the run has no site, or its vectors are not those of its works.
    """
    from starlette.applications import Starlette
    from starlette.exceptions import HTTPException
    from starlette.middleware import Middleware
    from starlette.responses import Response
    from starlette.routing import Mount, Route
    from starlette.staticfiles import StaticFiles

    from topicart.server.api import api_routes, on_error, on_http, on_refusal
    from topicart.server.refusals import Refusal

    if not run.page.is_file():
        raise RunError(f"{run.folder} has no site yet: `topicart report {run.folder}` makes it.")
    for suffix, kind in _KINDS.items():
        mimetypes.add_type(kind, suffix)
    seeker = Seeker(encoder, run.record.model.fingerprint)
    holding = Holding(run, seeker.speaker)

    @asynccontextmanager
    async def _life(_: Starlette) -> AsyncIterator[None]:
        seeker.start()
        holding.start()
        yield
        seeker.stop()

    async def _script(_: Any) -> Response:
        return Response(_SCRIPT, media_type="text/javascript")

    return Starlette(
        routes=[
            Mount("/api", routes=api_routes(holding, seeker)),
            Route("/assets/server.js", _script),
            *(
                # What only a server needs, of this version even where the site is older.
                Route(f"/assets/{file.name}", _file(file))
                for file in sorted(_STATIC.glob("explore*"))
            ),
            Mount("/", StaticFiles(directory=run.page.parent, html=True)),
        ],
        middleware=[Middleware(_Guard, host=host)],
        exception_handlers={
            Refusal: on_refusal,
            HTTPException: on_http,
            Exception: on_error,
        },
        lifespan=_life,
    )


def _file(file: Path) -> Any:
    """Answer with one file."""
    from starlette.responses import FileResponse

    async def _answer(_: Any) -> FileResponse:
        return FileResponse(file)

    return _answer


class _Guard:
    """Refuse who was led here by another site, and send the same headers with what is answered.

    Any page in a browser may send requests to this machine. A page whose name was pointed at this
    machine afterwards (DNS rebinding) could even read the answers: its name stands in Host.
    """

    def __init__(self, app: ASGIApp, host: str) -> None:
        self._app = app
        # The machine's own name, for others in the network where they may look.
        self._names = {"localhost", host.casefold(), socket.gethostname().casefold()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}

        begun = False

        async def _send(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                own = message.setdefault("headers", [])
                own.extend(_HEADERS)
                if not any(name == b"cache-control" for name, _ in own):
                    # Files are asked for again, and answered with 304 while they are the same.
                    own.append((b"cache-control", b"no-cache"))
            await send(message)

        told = self._refused(headers, scope["path"])
        status = 403
        if told is None:
            try:
                await self._app(scope, receive, _send)
                return
            except asyncio.CancelledError:
                # The server ends while this is computed: that is no failure to be told of.
                if begun:
                    return
                status, told = 503, _ENDING
        from starlette.responses import JSONResponse

        await JSONResponse(told, status)(scope, receive, _send)

    def _refused(self, headers: dict[bytes, str], path: str) -> dict[str, str] | None:
        if not self._is_own(headers.get(b"host", "")):
            return {
                "error": "This server does not go by that name.",
                "expected": "The address that `topicart explore` told.",
                "remedy": "Open that address, or name the host with --host.",
            }
        site = headers.get(b"sec-fetch-site", "none")
        if path.startswith("/api/") and site not in ("same-origin", "none"):
            return {
                "error": "Another site asks.",
                "expected": "The pages of this server.",
                "remedy": "Open the address that `topicart explore` told.",
            }
        return None

    def _is_own(self, host: str) -> bool:
        """Whether a Host header names this machine: by a number, or by a name that we know.

        A number can be no rebound name.
        """
        name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
        with suppress(ValueError):
            ipaddress.ip_address(name.strip("[]"))
            return True
        return name.casefold() in self._names
