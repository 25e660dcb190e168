"""A web server on this machine that behaves as archives' servers do, well and badly."""

from __future__ import annotations

import io
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from PIL import Image


def picture(kind: str = "JPEG", colour: str = "red") -> bytes:
    """A very small picture."""
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(buffer, kind)
    return buffer.getvalue()


class Answer(BaseHTTPRequestHandler):
    """One request, answered as ``PictureServer.answers`` says for its path."""

    protocol_version = "HTTP/1.1"
    server: PictureServer

    def setup(self) -> None:
        super().setup()
        self.server.n_connections += 1

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.server.agents.add(self.headers["User-Agent"])
        path = self.path.partition("?")[0]
        count = self.server.counts[path]
        self.server.counts[path] += 1
        behaviour = self.server.answers.get(path)
        if behaviour is None:
            self.send(b"no such thing", 404, "text/plain")
        else:
            behaviour(self, count)

    def send(
        self,
        body: bytes,
        status: int = 200,
        kind: str = "image/jpeg",
        headers: dict[str, str] | None = None,
    ) -> None:
        all_headers = {"Content-Type": kind, "Content-Length": str(len(body))} | (headers or {})
        self.send_response(status)
        for name, value in all_headers.items():
            if value:
                self.send_header(name, value)
        if not all_headers["Content-Length"]:
            self.close_connection = True
        self.end_headers()
        self.wfile.write(body)

    def drip(self, body: bytes, seconds: float) -> None:
        self.send(b"", headers={"Content-Length": str(len(body))})
        for n in range(len(body)):
            self.wfile.write(body[n : n + 1])
            self.wfile.flush()
            time.sleep(seconds)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


Behaviour = Callable[[Answer, int], None]


class PictureServer(ThreadingHTTPServer):
    """Answers on 127.0.0.1, at a free port."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.answers: dict[str, Behaviour] = {}
        self.asked: list[str] = []
        self.counts: Counter[str] = Counter()
        self.agents: set[str] = set()
        self.n_connections = 0

    def handle_error(self, *args: object) -> None:
        """A client that hangs up is what some tests want."""

    def at(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.server_port}{path}"

    def on(self, path: str, behaviour: Behaviour) -> str:
        self.answers[path] = behaviour
        return self.at(path)

    def shows(self, path: str, body: bytes | None = None) -> str:
        data = picture() if body is None else body
        return self.on(path, lambda answer, _: answer.send(data))

    def leads(self, path: str, where: str, status: int = 302) -> str:
        return self.on(path, lambda answer, _: answer.send(b"", status, "", {"Location": where}))

    def fails(self, path: str, status: int, times: int, **headers: str) -> str:
        """Answer with ``status`` so many times, then with a picture."""
        told = {name.replace("_", "-"): value for name, value in headers.items()}

        def behave(answer: Answer, count: int) -> None:
            if count < times:
                answer.send(b"busy", status, "text/plain", told)
            else:
                answer.send(picture())

        return self.on(path, behave)


@contextmanager
def serving() -> Iterator[PictureServer]:
    """Run a server for as long as the block lasts."""
    server = PictureServer()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
