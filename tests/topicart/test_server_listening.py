"""Where the server listens, and how it ends."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.topicart.served_runs import FINGERPRINT, Oracle, gallery
from topicart.errors import RunError, ServerError
from topicart.server import Address, listen, make_app
from topicart.server.holding import Holding
from topicart.server.refusals import Refusal
from topicart.server.seeking import Seeker


def test_a_path_through_time_needs_no_graph(tmp_path: Path) -> None:
    holding = Holding(gallery(tmp_path, pages=False))
    assert holding.path(2, 30, later="century")["rows"][-1]["row"] == 30
    with pytest.raises(Refusal, match="are being prepared"):
        holding.path(2, 30)


def test_a_server_that_ends_waits_for_no_model() -> None:
    def slow() -> Any:
        time.sleep(5)
        return Oracle()

    seeker = Seeker(slow, FINGERPRINT)
    with ThreadPoolExecutor(1) as asking:
        asked = asking.submit(seeker.words, "x")
        time.sleep(0.05)
        assert not asked.done()
        seeker.stop()
        with pytest.raises(Refusal, match="being loaded"):
            asked.result(timeout=2)


def test_a_run_without_site_is_refused(tmp_path: Path) -> None:
    bare = gallery(tmp_path, pages=False)
    with pytest.raises(RunError, match="has no site yet: `topicart report"):
        make_app(bare, None)


def test_a_taken_port_is_told_with_what_to_do() -> None:
    taken, address = listen("127.0.0.1", 0)
    with taken:
        with pytest.raises(ServerError, match=rf"Port {address.port} .* is in use.*--port 0"):
            listen("127.0.0.1", address.port)
        assert address.url == f"http://127.0.0.1:{address.port}/"
    with pytest.raises(ServerError, match="no address 'no such host'"):
        listen("no such host", 0)


@pytest.mark.parametrize(
    ("host", "url", "open_to_others"),
    [
        ("127.0.0.1", "http://127.0.0.1:80/", False),
        ("localhost", "http://localhost:80/", False),
        ("::1", "http://[::1]:80/", False),
        ("0.0.0.0", "http://localhost:80/", True),
        ("192.168.1.2", "http://192.168.1.2:80/", True),
        ("museum.example", "http://museum.example:80/", True),
    ],
)
def test_addresses_say_who_can_reach_them(host: str, url: str, open_to_others: bool) -> None:
    address = Address(host, 80)
    assert (address.url, address.open_to_others) == (url, open_to_others)
