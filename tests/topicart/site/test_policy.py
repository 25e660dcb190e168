"""Whatever gets into a page, the browser lets nothing out of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

_TRY_ALL = """async (elsewhere) => {
  const tries = [
    fetch(elsewhere + "fetch", { mode: "no-cors" }),
    ...["img", "script", "iframe"].map((tag) => new Promise((done) => {
      const made = document.createElement(tag);
      made.onload = made.onerror = done;
      made.src = elsewhere + tag;
      document.body.append(made);
      setTimeout(done, 1000);
    })),
    new Promise((done) => {
      const sheet = document.createElement("link");
      Object.assign(sheet, { rel: "stylesheet", href: elsewhere + "sheet", onerror: done });
      document.head.append(sheet);
      setTimeout(done, 1000);
    }),
  ];
  navigator.sendBeacon(elsewhere + "beacon", "x");
  await Promise.allSettled(tries);
}"""


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, list[str]]]:
    """Serve at an address that no page should know; return it and what it is asked for."""
    asked: list[str] = []

    class _Listening(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        do_POST = do_GET  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), _Listening)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", asked
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("way", ["disk", "server", "no policy"])
def test_a_page_cannot_ask_for_anything_elsewhere(
    way: str, browser: Any, site: Path, served: str, elsewhere: tuple[str, list[str]]
) -> None:
    address, asked = elsewhere
    context = browser.new_context(bypass_csp=way == "no policy")
    page = context.new_page()
    page.goto(f"{site.as_uri() if way == 'disk' else served}/about.html")
    page.evaluate(_TRY_ALL, address)
    context.close()
    if way == "no policy":  # the policy it is that holds them back, and not the trying
        assert {"/fetch", "/img", "/script", "/sheet"} <= set(asked)
    else:
        assert asked == []
