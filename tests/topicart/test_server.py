"""The server: what it finds, what it refuses and how, and that nothing but the site leaves it."""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from starlette.requests import ClientDisconnect
from starlette.testclient import TestClient

from tests.topicart.served_runs import N, Oracle, gallery, vectors
from topicart.errors import ModelError
from topicart.run import Run
from topicart.server import make_app

HOME = "http://127.0.0.1:8765"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return gallery(tmp_path_factory.mktemp("served"))


@pytest.fixture(scope="module")
def oracle() -> Oracle:
    return Oracle()


@pytest.fixture(scope="module")
def client(run: Run, oracle: Oracle) -> Iterator[TestClient]:
    with TestClient(make_app(run, oracle), base_url=HOME) as client:  # type: ignore[arg-type]
        _until(client, "paths")
        yield client


def _until(client: TestClient, what: str) -> None:
    for _ in range(200):
        if client.get("/api/status").json()[what]["ready"]:
            return
        time.sleep(0.02)
    raise AssertionError(client.get("/api/status").json())


def _rows(answer: Any) -> list[int]:
    assert answer.status_code == 200, answer.text
    return [found["row"] for found in answer.json()["rows"]]


def _png(width: int = 30, height: int = 20) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(written, "PNG")
    return written.getvalue()


def _expected(row: int, allowed: list[int]) -> list[int]:
    cosines = vectors() @ vectors()[row]
    return sorted(allowed, key=lambda other: (-cosines[other], other))


def test_words_find_the_nearest_works(client: TestClient) -> None:
    found = client.get("/api/search", params={"words": "like 7", "k": 5})
    assert _rows(found) == _expected(7, list(range(N - 1)))[:5]
    assert found.json()["allowed"] == N - 1
    assert found.json()["rows"][0] == {"row": 7, "score": 1.0}


def test_conditions_are_respected(client: TestClient) -> None:
    where = ["genre=marina", "date<1700"]
    found = client.get("/api/search", params={"words": "like 8", "where": where})
    assert _rows(found) == _expected(8, [1, 3, 5, 7, 9])
    nothing = {"words": "x", "where": ["date<1000"]}
    assert client.get("/api/search", params=nothing).json() == {
        "rows": [],
        "allowed": 0,
        "note": "No work meets these conditions.",
    }


def test_a_picture_finds_works(client: TestClient) -> None:
    answer = client.post(
        "/api/search-picture?k=2&where=topic=1",
        content=_png(),
        headers={"content-type": "image/png"},
    )
    assert _rows(answer) == _expected(3, list(range(1, N - 1, 2)))[:2]


def test_nearest_works_leave_out_the_work_itself(client: TestClient) -> None:
    answer = client.get("/api/nearest", params={"work": 4})
    assert _rows(answer) == _expected(4, [row for row in range(N - 1) if row != 4])[:12]
    other = client.get("/api/nearest", params={"work": 4, "other": "artist", "k": 500})
    assert _rows(other) == _expected(4, [row for row in range(N - 1) if row % 3 != 1])
    assert other.json()["allowed"] == 26


def test_a_path_leads_from_work_to_work(client: TestClient) -> None:
    answer = client.get("/api/path", params={"from": 2, "to": 31}).json()
    rows = [step["row"] for step in answer["rows"]]
    assert (rows[0], rows[-1]) == (2, 31)
    assert answer["rows"][0]["angle"] == 0
    assert all(step["angle"] > 0 for step in answer["rows"][1:])
    assert _rows(client.get("/api/path", params={"from": 2, "to": 2})) == [2]


def test_what_is_like_several_works_is_like_their_mean(client: TestClient) -> None:
    mean = vectors()[[3, 8]].mean(axis=0)
    cosines = vectors() @ mean
    others = sorted(set(range(N - 1)) - {3, 8}, key=lambda row: -cosines[row])
    for question in ("search?like=3&like=8&k=6", "nearest?work=3&work=8&k=6"):
        assert _rows(client.get(f"/api/{question}")) == others[:6]


def test_words_turn_a_work(client: TestClient) -> None:
    turned = client.get("/api/nearest?work=3&towards=like 9&strength=10&k=3")
    assert _rows(turned)[0] == 9
    same = client.get("/api/nearest?work=3&towards=like 9&strength=0&k=3")
    assert _rows(same) == _rows(client.get("/api/nearest?work=3&k=3"))


def test_each_value_has_its_nearest_work(client: TestClient) -> None:
    answer = client.get("/api/analogies?work=4&across=artist&where=genre=portrait").json()
    cosines = vectors() @ vectors()[4]
    told = {one["value"]: one for one in answer["rows"]}
    assert set(told) == {"Ada Bell", "Ole Dahl", "Pia Corr"}
    for number, artist in enumerate(["Ada Bell", "Ole Dahl", "Pia Corr"]):
        own = [row for row in range(0, N - 1, 2) if row % 3 == number and row != 4]
        assert told[artist]["row"] == max(own, key=lambda row: cosines[row])
        assert told[artist]["works"] == len(own)
        assert told[artist]["own"] == (number == 1)
    assert [one["score"] for one in answer["rows"]] == sorted(
        (one["score"] for one in answer["rows"]), reverse=True
    )


def test_a_path_meets_its_conditions(client: TestClient) -> None:
    rows = _rows(client.get("/api/path?from=2&to=30&where=genre=portrait"))
    assert all(row % 2 == 0 for row in rows)
    rows = _rows(client.get("/api/path?from=2&to=31&later=century"))
    assert [160 + row for row in rows] == sorted(160 + row for row in rows)
    assert len(_rows(client.get("/api/path?from=2&to=31&steps=2"))) <= 3


def test_pictures_come_from_the_collection_scaled(client: TestClient) -> None:
    answer = client.get("/api/picture/20", params={"side": 64})
    assert answer.headers["content-type"] == "image/jpeg"
    assert max(Image.open(io.BytesIO(answer.content)).size) == 64
    assert client.get("/api/picture/20", params={"side": 64}).content == answer.content


def test_pictures_outside_the_collection_stay_there(client: TestClient, run: Run) -> None:
    pictures = Path(run.record.source.root)
    Image.new("RGB", (9, 9)).save(pictures.parent / "secret.png")
    (pictures / "w06.png").symlink_to(pictures.parent / "secret.png")
    answer = client.get("/api/picture/6")
    assert answer.status_code == 404
    assert "no longer where it was" in answer.json()["error"]


@pytest.mark.parametrize(
    ("question", "status", "told"),
    [
        ("search", 400, "no words to seek"),
        ("search?words=%20", 400, "no words to seek"),
        ("search?words=" + "x" * 501, 400, "The words have 501 letters"),
        ("search?words=x&k=0", 400, "k=0 cannot be answered"),
        ("search?words=x&k=501", 400, "k=501"),
        ("search?words=x&k=ten", 400, "k=ten"),
        ("search?words=x&k=%D9%A3", 400, "cannot be answered"),
        ("search?words=x&where=genre=marine", 400, "Did you mean 'marina'"),
        ("search?words=x&where=gener=marina", 400, "Did you mean 'genre'"),
        ("search?words=x&where=%00", 400, "is no condition"),
        ("search?words=x" + "&where=date<1" * 41, 400, "41 conditions"),
        ("nearest", 400, "work is missing"),
        ("nearest?work=-1", 400, "no number of a work"),
        ("nearest?work=40", 404, "no work 40"),
        ("nearest?work=39", 404, "no picture that could be read"),
        ("nearest?work=3&other=style", 400, "states no style"),
        ("nearest?work=3&other=date", 400, "century is one"),
        ("path?from=1", 400, "to is missing"),
        ("path?from=1&to=9999999999999", 400, "no number of a work"),
        ("path?from=39&to=1", 404, "no picture that could be read"),
        ("path?from=3&to=1&later=size", 400, "later in 'size'"),
        ("path?from=3&to=1&steps=0", 400, "steps=0"),
        ("path?from=30&to=1&later=century", 400, "later"),
        ("analogies?across=artist", 400, "work is missing"),
        ("analogies?work=39&across=artist", 404, "no picture that could be read"),
        ("analogies?work=3&across=artists", 400, "Did you mean 'artist'"),
        ("analogies?work=3", 400, "no facet"),
        ("search?like=3&towards=", 400, "no words to seek"),
        ("search?like=3&towards=x&strength=1e9", 400, "strength=1e9"),
        ("search?like=3" + "&like=3" * 50, 400, "There are 51 works"),
        ("picture/5", 404, "no longer where it was"),
        ("picture/x", 400, "no number of a work"),
        ("picture/1?side=9999", 400, "side=9999"),
        ("nothing", 404, "There is nothing here"),
    ],
)
def test_bad_questions_are_refused_in_plain_words(
    client: TestClient, question: str, status: int, told: str
) -> None:
    answer = client.get(f"/api/{question}")
    assert answer.status_code == status
    assert set(answer.json()) == {"error", "expected", "remedy"}
    assert told in answer.json()["error"]


@pytest.mark.parametrize(
    ("body", "kind", "status", "told"),
    [
        (b"", "image/png", 400, "the file is empty"),
        (b"not a picture", "image/png", 400, "not a picture"),
        (b"<svg onload='x'/>", "image/svg+xml", 400, "SVG"),
        (_png()[:60], "image/png", 400, "cannot be read"),
        (_png(), "text/plain", 415, "not said to be a picture"),
        (b"x" * (20 * 2**20 + 1), "image/png", 413, "too large"),
    ],
    ids=["empty", "text", "svg", "cut", "kind", "large"],
)
def test_bodies_that_are_no_pictures_are_refused(
    client: TestClient, body: bytes, kind: str, status: int, told: str
) -> None:
    answer = client.post("/api/search-picture", content=body, headers={"content-type": kind})
    assert answer.status_code == status
    assert told in answer.json()["error"]


def test_a_picture_is_sent_not_asked_for(client: TestClient) -> None:
    refused = client.get("/api/search-picture")
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
    assert client.post("/api/search?words=x").json()["error"] == "Method Not Allowed."


def test_a_bomb_is_refused_before_it_is_decoded(client: TestClient) -> None:
    import struct
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + crc

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")
    answer = client.post("/api/search-picture", content=bomb, headers={"content-type": "image/png"})
    assert answer.status_code == 400
    assert "decompression bomb" in answer.json()["error"]


@pytest.mark.parametrize(
    "path",
    [
        "/../run.json",
        "/%2e%2e/run.json",
        "/assets/..%2f..%2frun.json",
        "/assets/%2e%2e/%2e%2e/run.json",
        "//etc/passwd",
        "/%00",
        "/run.json",
        "/link.json",
    ],
)
def test_only_the_site_is_served(client: TestClient, run: Run, path: str) -> None:
    link = run.folder / "site" / "link.json"
    if not link.is_symlink():
        link.symlink_to(run.folder / "run.json")
    answer = client.get(path)
    assert answer.status_code in (400, 404)
    assert "format_version" not in answer.text


def test_files_have_their_kind_and_are_not_sent_twice(client: TestClient) -> None:
    page = client.get("/")
    assert page.headers["content-type"].startswith("text/html")
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["cache-control"] == "no-cache"
    again = client.get("/", headers={"if-none-match": page.headers["etag"]})
    assert again.status_code == 304
    script = client.get("/assets/core.js")
    assert script.headers["content-type"].startswith("text/javascript")
    assert script.text == "// core"


def test_the_page_is_told_of_the_server(client: TestClient) -> None:
    assert "api/picture" in client.get("/assets/server.js").text
    for name in ("explore.js", "explore-drawer.js", "explore-path.js", "explore.css"):
        assert client.get(f"/assets/{name}").status_code == 200


def test_other_names_and_other_sites_are_refused(client: TestClient) -> None:
    for host in ("evil.example", "evil.example:8765", "127.0.0.1.evil.example", ""):
        assert client.get("/api/status", headers={"host": host}).status_code == 403
    for host in ("localhost:8765", "127.0.0.1", "[::1]:8765", "[::1]", "192.168.1.9:8765"):
        assert client.get("/api/status", headers={"host": host}).status_code == 200
    for site, status in (("cross-site", 403), ("same-site", 403), ("same-origin", 200)):
        answer = client.get("/api/status", headers={"sec-fetch-site": site})
        assert answer.status_code == status


def test_the_host_that_was_named_may_be_asked_for(run: Run) -> None:
    with TestClient(make_app(run, None, host="museum.example"), base_url=HOME) as client:
        assert client.get("/", headers={"host": "museum.example:80"}).status_code == 200


def test_fifty_clients_at_once_lose_nothing(client: TestClient, oracle: Oracle) -> None:
    def ask(number: int) -> list[int]:
        row = number % (N - 1)
        if number % 3 == 0:
            return _rows(client.get("/api/nearest", params={"work": row, "k": 1}))
        return _rows(client.get("/api/search", params={"words": f"{number} like {row}", "k": 1}))

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(ask, range(200)))
    for number, rows in enumerate(answers):
        row = number % (N - 1)
        others = [other for other in range(N - 1) if number % 3 or other != row]
        assert rows == _expected(row, others)[:1]
    assert oracle.most_at_once == 1


def _failing() -> Oracle:
    raise ModelError("Its weights are gone. Fetch them again.")


def _broken() -> Oracle:
    raise ValueError("surprise")


@pytest.mark.parametrize(
    ("encoder", "why"),
    [
        (None, "served without the model"),
        (_failing, "is not at hand: Its weights are gone"),
        (_broken, r"cannot be loaded (surprise)"),
        (lambda: Oracle("other"), "is not the one that encoded these works"),
    ],
    ids=["none", "missing", "broken", "another"],
)
def test_without_its_encoder_a_run_is_still_explored(run: Run, encoder: Any, why: str) -> None:
    with TestClient(make_app(run, encoder), base_url=HOME) as client:
        answer = client.get("/api/search", params={"words": "x"})
        assert answer.status_code == 503
        assert why in answer.json()["error"]
        assert not client.get("/api/status").json()["search"]["loading"]
        _until(client, "paths")
        assert _rows(client.get("/api/nearest", params={"work": 1}))
        assert _rows(client.get("/api/path", params={"from": 1, "to": 2}))


def test_a_failure_of_ours_is_no_traceback(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret of the house")

    monkeypatch.setattr("topicart.server.holding.Holding.path", fail)
    with TestClient(make_app(run, None), base_url=HOME, raise_server_exceptions=False) as client:
        answer = client.get("/api/path", params={"from": 1, "to": 2})
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.json()["error"] == "The server failed on this question."


def test_whoever_goes_away_or_is_cut_short_leaves_no_traceback(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: Any) -> Any:
        raise ClientDisconnect

    def ending(*_: Any) -> Any:
        raise asyncio.CancelledError

    with TestClient(make_app(run, Oracle()), base_url=HOME) as client:  # type: ignore[arg-type]
        monkeypatch.setattr("starlette.requests.Request.stream", gone)
        sent = client.post(
            "/api/search-picture", content=_png(), headers={"content-type": "image/png"}
        )
        assert (sent.status_code, sent.json()["remedy"]) == (400, "Send it again.")
        monkeypatch.setattr("topicart.server.seeking.Seeker.words", ending)
        answer = client.get("/api/search?words=x")
        assert (answer.status_code, answer.json()["error"]) == (503, "The server ends.")
