"""A local server that answers questions for summaries as a test tells it to, and remembers them."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import Any


@dataclass(frozen=True)
class Reply:
    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    after_s: float = 0.0


@dataclass(frozen=True)
class Asked:
    path: str
    headers: Mapping[str, str]
    values: dict[str, Any]

    @property
    def prompt(self) -> str:
        parts = self.values["messages"][0]["content"]
        return next(part["text"] for part in parts if part["type"] == "text")

    @property
    def picture(self) -> str:
        parts = self.values["messages"][0]["content"]
        return next(part["image_url"]["url"] for part in parts if part["type"] == "image_url")


def says(content: Any, **message: Any) -> Reply:
    """A chat completion with that content."""
    values = {"choices": [{"index": 0, "message": {"role": "assistant", "content": content}}]}
    values["choices"][0]["message"].update(message)
    return Reply(json.dumps(values).encode(), headers={"Content-Type": "application/json"})


def fails(status: int, message: str = "", **headers: str) -> Reply:
    body = json.dumps({"error": {"message": message}}).encode()
    return Reply(body, status, {name.replace("_", "-"): value for name, value in headers.items()})


class Stub:
    """What it will answer: each reply once, then the last one for ever; or one by prompt."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.by_prompt: dict[str, Reply] = {}
        self.asked: list[Asked] = []
        self.url = ""
        self._lock = threading.Lock()

    def reply_to(self, asked: Asked) -> Reply:
        with self._lock:
            self.asked.append(asked)
            for words, reply in self.by_prompt.items():
                if words in asked.prompt:
                    return reply
            return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


@contextmanager
def dripping(drop: bytes) -> Iterator[str]:
    """Give the address of a server that is never silent for long, and never says anything."""
    stop = threading.Event()

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                while not stop.wait(0.02):
                    self.request.sendall(drop)

    with ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/v1"
        finally:
            stop.set()
            server.shutdown()


@contextmanager
def serving(*replies: Reply) -> Iterator[Stub]:
    stub = Stub(*replies)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            values = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            reply = stub.reply_to(Asked(self.path, dict(self.headers.items()), values))
            time.sleep(reply.after_s)
            try:
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body)
            except OSError:  # who asked has gone
                self.close_connection = True

        def log_message(self, *told: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    stub.url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
