from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import knowledge_graph.download.fetching as fetching
import knowledge_graph.download.network as network
from knowledge_graph.download import addresses_to_ask
from tests.knowledge_graph.download.downloads import download, reason_of
from tests.knowledge_graph.picture_server import PictureServer


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/a.jpg", "http://localhost/a.jpg", "https://127.0.0.1:8443/a.jpg",
        "http://[::1]/", "http://10.1.2.3/a", "http://192.168.0.1/", "http://172.16.0.9/",
        "http://169.254.169.254/latest/meta-data", "http://100.64.0.1/", "http://0.0.0.0/",
        "http://224.0.0.1/", "http://255.255.255.255/", "http://240.0.0.1/",
        "http://2130706433/", "http://0x7f000001/", "http://0x7f.1/", "http://017700000001/",
        "http://127.1/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:10.0.0.1]/",
        "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://[fe80::1]/",
        "http://[fd00::1]/", "http://[ff02::1]/", "http://[::]/", "http://[fec0::1]/",
        "http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/", "http://[::127.0.0.1]/",
    ],
)  # fmt: skip
def test_private_addresses_are_refused_in_every_spelling(tmp_path: Path, url: str) -> None:
    report = download(tmp_path, ("a", url), allow_private=False)
    assert "is not on the public internet" in reason_of(report)
    assert "--allow-private" in reason_of(report)
    proxied = download(tmp_path, ("a", url), allow_private=False, proxy="http://127.0.0.1:9")
    assert "is not on the public internet" in reason_of(proxied)


@pytest.mark.parametrize(
    ("address", "public"),
    [("8.8.8.8", True), ("2606:4700::1111", True), ("::ffff:8.8.8.8", True),
     ("64:ff9b::808:808", True), ("2001:db8::1", False), ("192.0.2.1", False),
     ("198.18.0.1", False), ("fe80::1%eth0", False)],
)  # fmt: skip
def test_what_is_public(address: str, public: bool) -> None:
    assert network.is_public(address) is public


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("file:///etc/passwd", "not an http or https address; only those are asked"),
        ("ftp://example.org/a.jpg", "not an http or https address; only those are asked"),
        ("javascript:alert(1)", "not an http or https address; only those are asked"),
        ("http:///a.jpg", "not an http or https address; only those are asked"),
        ("http://me:word@example.org/", "an address with a name or password in it; take them out"),
        ("http://[::1/", "not an address: "),
        ("http://example.org:99999999/", "not an address: "),
        ("http://0177.0.0.1/", "not an address: "),
        ("http://１２７.0.0.1/", "not an address: "),
        ("http://exa\x00mple.org/", "not an address: "),
        ("http://e\x1b[2Jxample.org/", "not an address: "),
        (f"http://example.org/{'a' * 5000}", "an address of 5,019 letters; at most 4,000"),
    ],
)  # fmt: skip
def test_what_is_no_web_address_is_not_asked(tmp_path: Path, url: str, reason: str) -> None:
    report = download(tmp_path, ("a", url))
    assert reason_of(report).startswith(reason)
    assert (report.problems[0].file + reason_of(report)).isprintable()


@given(st.text(max_size=40), st.sampled_from(["", "http://", "https://[", "http://a:b@", "//"]))
def test_any_text_as_an_address_is_either_fine_or_a_problem(text: str, start: str) -> None:
    assert addresses_to_ask(start + text, 100)
    try:
        assert fetching.checked_address(start + text).host
    except fetching.FetchError as error:
        reason = str(error)
        assert reason


def test_redirects_are_followed_and_each_is_checked(
    server: PictureServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The server counts as public under its number and not under its name.
    monkeypatch.setattr(network, "is_public", lambda address: address == "127.0.0.1")
    server.shows("/a.jpg")
    works = [
        ("fine", server.leads("/fine", "/a.jpg", 301)),
        ("kept", server.leads("/kept", server.at("/fine"), 308)),
        ("loop", server.leads("/loop", "/loop")),
        ("private", server.leads("/private", "http://169.254.169.254/latest")),
        ("file", server.leads("/file", "file:///etc/passwd", 307)),
        ("secret", server.leads("/secret", "http://me:pw@example.org/")),
        ("junk", server.leads("/junk", "http://[::")),
    ]
    report = download(tmp_path, *works, allow_private=False)
    reasons = {problem.id: problem.reason for problem in report.problems}
    assert reasons.pop("private").startswith("169.254.169.254 is not on the public internet")
    assert reasons.pop("junk").startswith("not an address")
    assert reasons == {
        "loop": "more than 5 redirects",
        "file": "not an http or https address; only those are asked",
        "secret": "an address with a name or password in it; take them out",
    }
    assert report.n_downloaded == 2
    assert server.counts["/loop"] == 6


def test_the_connection_is_made_to_the_address_that_was_checked(
    server: PictureServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that is public when asked first and private when asked again gains nothing."""
    asked = []
    real = network.socket.getaddrinfo

    def resolve(host: str, *args: object, **kwargs: object) -> object:
        asked.append(host)
        meaning = "127.0.0.1" if host == "museum.example" else host
        return real(meaning, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(network.socket, "getaddrinfo", resolve)
    url = server.at("/a.jpg", "museum.example")
    server.shows("/a.jpg")
    assert "museum.example (127.0.0.1) is not on the public internet" in reason_of(
        download(tmp_path, ("a", url), allow_private=False)
    )
    assert server.asked == []
    monkeypatch.setattr(network, "is_public", lambda _: True)
    asked.clear()
    assert download(tmp_path, ("a", url), allow_private=False).n_downloaded == 1
    assert asked == ["museum.example", "127.0.0.1"]  # The second only parses the number.


def test_one_connection_serves_many_pictures(server: PictureServer, tmp_path: Path) -> None:
    server.shows("/a.jpg")
    works = [(f"w{n}", server.leads(f"/{n}", "/a.jpg")) for n in range(20)]
    assert download(tmp_path, *works, connections=1).n_downloaded == 20
    assert server.n_connections == 1
