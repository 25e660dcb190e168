from __future__ import annotations

import csv
import hashlib
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

import knowledge_graph.download.downloading as downloading
import knowledge_graph.download.fetching as fetching
import knowledge_graph.download.network as network
from knowledge_graph import Artwork, Collection, CollectionError, open_collection
from knowledge_graph.download import (
    DownloadConfig,
    DownloadReport,
    addresses_to_ask,
    download_pictures,
)
from knowledge_graph.download.fetching import seconds_of
from knowledge_graph.download.naming import Names, kind_of, safe_stem
from knowledge_graph.download.schedule import GIVE_UP, Clock, Job, Schedule
from knowledge_graph.sources.pictures import downloads_in
from tests.knowledge_graph.picture_server import Answer, PictureServer, picture, serving


class FastClock(Clock):
    """A clock on which waiting takes no time."""

    waits: list[float] = []  # noqa: RUF012 - of all instances, for download_pictures makes its own

    def __init__(self) -> None:
        self._ahead = 0.0
        FastClock.waits = []

    def now(self) -> float:
        return time.monotonic() + self._ahead

    def wait(self, changed: threading.Condition, seconds: float | None) -> None:
        if seconds is None:
            changed.wait()
        else:
            FastClock.waits.append(seconds)
            self._ahead += seconds


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[PictureServer]:
    monkeypatch.setattr(downloading, "Clock", FastClock)
    with serving() as here:
        yield here


def collection(*works: tuple[str, str]) -> Collection:
    """Works with an address each; a work that comes again has several."""
    urls: dict[str, list[str]] = {}
    for work_id, url in works:
        urls.setdefault(work_id, []).append(url)
    return Collection.from_artworks(
        (Artwork(work_id, image_urls=tuple(of_work)) for work_id, of_work in urls.items()),
        source="works.csv",
    )


def download(folder: Path, *works: tuple[str, str], **config: object) -> DownloadReport:
    told = {"allow_private": True, "rate": 1000.0, "timeout_s": 5.0} | config
    return download_pictures(collection(*works), folder, DownloadConfig.model_validate(told))


def reason_of(report: DownloadReport) -> str:
    """The reason of the one problem."""
    (problem,) = report.problems
    return problem.reason


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {"downloads.csv", "problems.csv"}


# What is written


def test_pictures_are_named_by_their_works_and_listed_with_their_addresses(
    server: PictureServer, tmp_path: Path
) -> None:
    png = server.shows("/b.jpg", picture("PNG"))
    works = [("monet", server.shows("/a")), ("monet", server.shows("/a2")), ("bell", png)]
    progress: list[tuple[int, int]] = []
    report = download_pictures(
        collection(*works),
        tmp_path / "new" / "pictures",
        DownloadConfig(allow_private=True, contact="me@example.org"),
        progress=lambda done, total: progress.append((done, total)),
    )
    folder = tmp_path / "new" / "pictures"
    assert report == DownloadReport(folder, 3, 0, 3, 2 * len(picture()) + len(picture("PNG")), ())
    assert names_in(folder) == {"monet.jpg", "monet-2.jpg", "bell.png"}
    assert (folder / "bell.png").read_bytes() == picture("PNG")
    with (folder / "downloads.csv").open(newline="") as file:
        rows = {row["url"]: row for row in csv.DictReader(file)}
    assert rows[png] == {
        "id": "bell",
        "url": png,
        "file": "bell.png",
        "bytes": str(len(picture("PNG"))),
        "sha256": hashlib.sha256(picture("PNG")).hexdigest(),
        "type": "image/png",
    }
    assert downloads_in(folder)[works[1][1]] == "monet-2.jpg"
    assert progress == [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert (folder / "problems.csv").read_text() == "id,file,reason\n"
    (agent,) = server.agents
    assert agent.startswith("topicart")
    assert agent.endswith("(me@example.org)")


def test_a_collection_finds_what_was_downloaded_for_it(
    server: PictureServer, tmp_path: Path
) -> None:
    urls = [server.shows(f"/{n}.jpg") for n in range(3)]
    rows = [f"{work_id},Pear,{url}" for work_id, url in zip("abc", urls, strict=True)]
    (tmp_path / "works.csv").write_text("\n".join(["id,title,image", *rows]))
    before = open_collection(tmp_path / "works.csv")
    assert (before.n_pictures, before.column("image_urls")) == (0, [[url] for url in urls])
    folder = tmp_path / "pictures"
    download_pictures(before, folder, DownloadConfig(allow_private=True))
    after = open_collection(tmp_path / "works.csv", images=folder)
    assert after.column("images") == [["a.jpg"], ["b.jpg"], ["c.jpg"]]


def test_one_address_of_two_works_is_asked_once(server: PictureServer, tmp_path: Path) -> None:
    url = server.shows("/a.jpg")
    report = download(tmp_path, ("a", url), ("b", url))
    assert (report.n_addresses, report.n_downloaded) == (1, 1)
    assert server.asked == ["/a.jpg"]


def test_a_second_run_asks_only_for_what_is_not_here(server: PictureServer, tmp_path: Path) -> None:
    works = [("a", server.shows("/a")), ("b", server.at("/b")), ("c", server.shows("/c"))]
    first = download(tmp_path, *works)
    assert (first.n_downloaded, reason_of(first)) == (2, "the server answered 404 Not Found")
    assert (tmp_path / "problems.csv").read_text() == (
        f"id,file,reason\nb,{server.at('/b')},the server answered 404 Not Found\n"
    )
    server.shows("/b")
    (tmp_path / "c.jpg").write_bytes(b"cut short by someone")
    (tmp_path / "a.jpg").touch()
    server.asked.clear()
    second = download(tmp_path, *works)
    assert (second.n_here, second.n_downloaded, second.problems) == (1, 2, ())
    assert sorted(server.asked) == ["/b", "/c"]
    assert downloads_in(tmp_path)[server.at("/c")].startswith("c~")
    assert (tmp_path / "c.jpg").read_bytes() == b"cut short by someone"


def test_files_of_others_are_not_overwritten(server: PictureServer, tmp_path: Path) -> None:
    (tmp_path / "A.JPEG").write_bytes(b"mine")
    (tmp_path / "b.jpg").symlink_to(tmp_path / "A.JPEG")
    download(tmp_path, ("a", server.shows("/a")), ("b", server.shows("/b")))
    assert (tmp_path / "A.JPEG").read_bytes() == b"mine"
    assert all(name[1] == "~" for name in downloads_in(tmp_path).values())


def test_what_a_killed_run_left_is_cleaned_and_the_rest_kept(
    server: PictureServer, tmp_path: Path
) -> None:
    works = [("a", server.shows("/a")), ("b", server.shows("/b"))]
    download(tmp_path, *works)
    manifest = tmp_path / "downloads.csv"
    whole = manifest.read_text()
    (tmp_path / ".topicart-0a1b_0_7.part").write_bytes(b"half")
    manifest.write_text(whole + f'c,{server.at("/c")},c.jpg,12,"0ab')
    server.asked.clear()
    report = download(tmp_path, *works)
    assert (report.n_here, report.n_downloaded, server.asked) == (2, 0, [])
    assert names_in(tmp_path) == {"a.jpg", "b.jpg"}
    assert manifest.read_text() == whole
    # Killed after the row was written and before the picture had its name.
    (tmp_path / "b.jpg").unlink()
    assert download(tmp_path, *works).n_downloaded == 1
    assert sorted(manifest.read_text()) == sorted(whole)


@pytest.mark.parametrize("junk", [b"", b"\xff\xfe\0", b"url,file\n", b'id,url\n"', b"x" * 200_000])
def test_a_manifest_that_is_none_is_made_anew(
    server: PictureServer, tmp_path: Path, junk: bytes
) -> None:
    (tmp_path / "downloads.csv").write_bytes(junk)
    assert download(tmp_path, ("a", server.shows("/a"))).n_downloaded == 1
    assert downloads_in(tmp_path) == {server.at("/a"): "a.jpg"}


def test_a_manifest_cannot_lead_out_of_the_folder(server: PictureServer, tmp_path: Path) -> None:
    (tmp_path / "x.jpg").write_bytes(b"12")
    url = server.shows("/a")
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "downloads.csv").write_text(
        f"id,url,file,bytes,sha256,type\na,{url},../x.jpg,2,0,image/jpeg\n"
    )
    assert download(folder, ("a", url)).n_downloaded == 1
    assert (tmp_path / "x.jpg").read_bytes() == b"12"


def test_ctrl_c_leaves_what_can_be_gone_on_with(server: PictureServer, tmp_path: Path) -> None:
    works = [(f"w{n}", server.shows(f"/{n}")) for n in range(30)]

    def interrupt(done: int, total: int) -> None:
        if done == 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        download_pictures(
            collection(*works),
            tmp_path,
            DownloadConfig(allow_private=True, rate=1000.0),
            progress=interrupt,
        )
    assert len(names_in(tmp_path)) == 10
    assert len(downloads_in(tmp_path)) == 10
    assert not [thread for thread in threading.enumerate() if "(work)" in thread.name]
    report = download(tmp_path, *works)
    assert (report.n_here, report.n_downloaded) == (10, 20)


def test_a_process_that_is_killed_loses_only_what_is_in_flight(
    server: PictureServer, tmp_path: Path
) -> None:
    works = [(f"w{n}", server.shows(f"/{n}")) for n in range(12)]
    hang = threading.Event()
    server.on("/7", lambda *_: hang.wait(20) and None)
    script = (
        "from knowledge_graph import *; from knowledge_graph.download import *\n"
        f"works = [Artwork(w, image_urls=(u,)) for w, u in {works!r}]\n"
        f"download_pictures(Collection.from_artworks(works), {str(tmp_path)!r},"
        " DownloadConfig(allow_private=True, rate=1000, connections=1))"
    )
    process = subprocess.Popen([sys.executable, "-c", script])
    for _ in range(1500):
        if len(list(tmp_path.glob("*.jpg"))) == 9:  # By id, /7 is the tenth.
            break
        time.sleep(0.01)
    process.kill()
    process.wait()
    hang.set()
    server.shows("/7")
    report = download(tmp_path, *works)
    assert (report.n_here, report.n_downloaded) == (9, 3)
    assert names_in(tmp_path) == {f"w{n}.jpg" for n in range(12)}


# What comes


@pytest.mark.parametrize(
    ("kind", "suffix"),
    [("JPEG", ".jpg"), ("PNG", ".png"), ("WEBP", ".webp"), ("TIFF", ".tif"), ("GIF", ".gif"),
     ("BMP", ".bmp"), ("AVIF", ".avif"), ("JPEG2000", ".jp2")],
)  # fmt: skip
def test_the_suffix_is_what_the_bytes_are(kind: str, suffix: str) -> None:
    try:
        found = kind_of(picture(kind)[:64])
    except (KeyError, OSError):
        pytest.skip(f"this Pillow does not write {kind}")
    assert found is not None
    assert found.suffix == suffix


def test_what_is_no_picture_is_reported(server: PictureServer, tmp_path: Path) -> None:
    page = b"<html>" + b"Please log in. " * 20
    answers = {
        "html": lambda answer, _: answer.send(page, kind="text/html; charset=utf-8"),
        "masked": lambda answer, _: answer.send(page, kind="image/jpeg"),
        "untold": lambda answer, _: answer.send(b"short", kind=""),
        "empty": lambda answer, _: answer.send(b"", kind="image/png"),
        "created": lambda answer, _: answer.send(picture(), 201),
        "odd": lambda answer, _: answer.send(picture(), 599),
        "zipped": lambda answer, _: answer.send(
            b"\x1f\x8b" + bytes(80), headers={"Content-Encoding": "gzip"}
        ),
        "octets": lambda answer, _: answer.send(picture(), kind="application/octet-stream"),
    }
    works = [(name, server.on(f"/{name}.jpg", behave)) for name, behave in answers.items()]
    report = download(tmp_path, *works)
    assert {problem.id: problem.reason for problem in report.problems} == {
        "html": "not a picture but text/html",
        "masked": "not a kind of picture that is read, though the server says image/jpeg",
        "untold": "not a kind of picture that is read, and the server does not say what",
        "empty": "not a kind of picture that is read, though the server says image/png",
        "created": "the server answered 201 Created",
        "odd": "the server answered 599",
        "zipped": "not a kind of picture that is read, though the server says image/jpeg",
    }
    assert names_in(tmp_path) == {"octets.jpg"}


def test_what_is_too_large_is_not_read_to_its_end(server: PictureServer, tmp_path: Path) -> None:
    sent = []

    def endless(answer: Answer, _: int) -> None:
        answer.send(picture(), headers={"Content-Length": ""})
        try:
            for n in range(10_000):
                answer.wfile.write(bytes(65536))
                sent.append(n)
        except OSError:
            pass

    works = [
        ("told", server.shows("/told", picture() + bytes(200_000))),
        ("untold", server.on("/untold", endless)),
        ("lie", server.on("/lie", lambda a, _: a.send(b"", headers={"Content-Length": "9" * 15}))),
    ]
    report = download(tmp_path, *works, most_bytes=100_000)
    assert [p.reason for p in report.problems] == ["larger than 100,000 bytes"] * 3
    assert len(sent) < 1000
    assert names_in(tmp_path) == set()


# What may pass


def test_a_server_that_is_busy_is_asked_again_with_longer_waits(
    server: PictureServer, tmp_path: Path
) -> None:
    assert download(tmp_path, ("a", server.fails("/a", 503, 3))).n_downloaded == 1
    waits = [seconds for seconds in FastClock.waits if seconds > 0.1]
    assert len(waits) == 3
    for full, wait in zip((1, 2, 4), waits, strict=True):
        assert full / 2 - 0.1 <= wait <= full


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_errors_that_do_not_pass_are_reported_after_the_last_try(
    server: PictureServer, tmp_path: Path, status: int
) -> None:
    report = download(tmp_path, ("a", server.fails("/a", status, 99)), retries=2)
    assert reason_of(report).startswith(f"the server answered {status}")
    assert reason_of(report).endswith("(3 times)")
    assert len(server.asked) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451, 501])
def test_answers_that_will_not_change_are_not_asked_for_again(
    server: PictureServer, tmp_path: Path, status: int
) -> None:
    report = download(tmp_path, ("a", server.fails("/a", status, 99)))
    assert reason_of(report).startswith(f"the server answered {status}")
    assert len(server.asked) == 1


def test_retry_after_is_honoured_in_seconds_and_as_a_date_and_has_a_limit(
    server: PictureServer, tmp_path: Path
) -> None:
    def longest_wait(retry_after: str) -> float:
        download(
            tmp_path / retry_after[:9], ("a", server.fails("/a", 429, 1, Retry_After=retry_after))
        )
        server.counts.clear()
        return max(FastClock.waits)

    assert longest_wait("7") == pytest.approx(7, abs=0.5)
    date = datetime.now(UTC) + timedelta(seconds=90)
    assert longest_wait(format_datetime(date, usegmt=True)) == pytest.approx(90, abs=2)
    assert longest_wait("86400") == pytest.approx(600, abs=0.5)
    assert longest_wait("soon") <= 1.0


@given(st.text())
def test_retry_after_may_be_any_text(text: str) -> None:
    assert (seconds_of(text) or 0.0) >= 0.0


def test_a_body_that_is_cut_short_is_fetched_again(server: PictureServer, tmp_path: Path) -> None:
    body = picture() + bytes(5000)

    def cut(answer: Answer, count: int) -> None:
        if count:
            answer.send(body)
        else:
            answer.send(body[:2000], headers={"Content-Length": str(len(body))})
            answer.close_connection = True

    assert download(tmp_path, ("a", server.on("/a", cut))).n_downloaded == 1
    assert (tmp_path / "a.jpg").read_bytes() == body


def test_silence_and_dripping_do_not_last(
    server: PictureServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "_TIMEOUTS", 2)
    works = [
        ("drip", server.on("/drip", lambda answer, _: answer.drip(picture(), 0.05))),
        ("silence", server.on("/silence", lambda *_: time.sleep(1))),
    ]
    report = download(tmp_path, *works, timeout_s=0.2, retries=0)
    assert {problem.id: problem.reason for problem in report.problems} == {
        "drip": "too slow: the picture was not there in time",
        "silence": "no answer in time",
    }


def test_a_host_that_is_not_there_is_given_up_and_others_are_not(
    server: PictureServer, tmp_path: Path
) -> None:
    with serving() as gone:
        dead = [(f"dead{n:02}", gone.at(f"/{n}", "localhost")) for n in range(GIVE_UP * 2)]
    report = download(tmp_path, *dead, ("good", server.shows("/a")), connections=2)
    assert report.n_downloaded == 1
    reasons = [problem.reason for problem in report.problems]
    assert len(reasons) == 2 * GIVE_UP
    assert "localhost failed too often in a row; asked no more" in reasons
    assert any(reason.startswith("the connection failed: ") for reason in reasons)


def test_a_host_is_asked_so_often_a_second_and_others_do_not_wait_for_it() -> None:
    clock = FastClock()
    start = clock.now()
    jobs = [Job(f"{h}{n}", "w", "w", (), h) for h in ("slow", "other") for n in range(5)]
    schedule = Schedule(jobs, 2.0, 1, clock)
    taken: dict[str, list[float]] = {"slow": [], "other": []}
    while job := schedule.take():
        taken[job.host].append(clock.now() - start)
        if job.address == "slow0" and not job.tries:
            schedule.again(job, after=100.0)
        else:
            schedule.done(job)
    assert taken["other"] == pytest.approx([0, 0.5, 1, 1.5, 2], abs=0.2)
    assert taken["slow"] == pytest.approx([0, 100, 100.5, 101, 101.5, 102], abs=0.2)


# Where pictures are fetched from


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


# The size that is asked for


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("full/full/0/default.jpg", "full/!512,512/0/default.jpg"),
        ("full/max/0/default.jpg", "full/!512,512/0/default.jpg"),
        ("full/%5Emax/0/default.jpg", "full/!512,512/0/default.jpg"),
        ("full/843,/0/default.jpg", "full/!512,512/0/default.jpg"),
        ("full/843%2C/0/default.jpg", "full/!512,512/0/default.jpg"),
        ("full/,600/0/default.jpg", "full/!512,512/0/default.jpg"),
        ("full/pct:25/0/default.jpg", "full/!512,512/0/default.jpg"),
        ("full/!200,200/0/native.jpg", "full/!512,512/0/native.jpg"),
        ("square/400,400/!90/gray.png", "square/!512,512/!90/gray.png"),
        ("10,20,300,400/full/22.5/color.tif", "10,20,300,400/!512,512/22.5/color.tif"),
        ("pct:1.5,2,50,50/full/0/default.jpg", "pct:1.5,2,50,50/!512,512/0/default.jpg"),
        ("info.json", "full/!512,512/0/default.jpg"),
        ("", "full/!512,512/0/default.jpg"),
    ],
)
def test_iiif_images_are_asked_for_at_the_size_needed(path: str, asked: str) -> None:
    base = "https://images.example.org/iiif/2/ab%2Fcd"
    assert addresses_to_ask(f"{base}/{path}".rstrip("/"), 512)[0] == f"{base}/{asked}"


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/full/of/pictures.jpg",
        "https://example.org/iiif/monet.jpg",
        "https://example.org/iiif/object/1/manifest.json",
        "https://example.org/iiif/2/object/manifest",
        "https://example.org/images/T/T01/T01234_10.jpg",
        "https://example.org/wiki/Special:FilePath/A.jpg",
    ],
)
def test_other_addresses_are_asked_as_they_are(url: str) -> None:
    assert addresses_to_ask(url, 512) == (url,)


def test_wikimedia_is_asked_for_a_width_by_https() -> None:
    url = "http://commons.wikimedia.org/wiki/Special:FilePath/%C3%89t%C3%A9%20%281%29.jpg"
    wide = "https" + url[4:] + "?width=800"
    assert addresses_to_ask(url, 800) == (wide, "https" + url[4:])
    assert addresses_to_ask(wide.replace("800", "300"), 800)[0] == wide


@pytest.mark.parametrize("status", [400, 403, 404, 501])
def test_a_server_that_cannot_scale_is_asked_for_the_original(
    server: PictureServer, tmp_path: Path, status: int
) -> None:
    server.fails("/iiif/a/full/!1024,1024/0/default.jpg", status, 99)
    url = server.shows("/iiif/a/full/full/0/default.jpg")
    info = server.at("/iiif/a/info.json")
    assert download(tmp_path, ("a", url), ("b", info)).n_downloaded == 2
    assert sorted(server.asked) == [
        "/iiif/a/full/!1024,1024/0/default.jpg",
        "/iiif/a/full/!1024,1024/0/default.jpg",
        "/iiif/a/full/full/0/default.jpg",
        "/iiif/a/full/full/0/default.jpg",
        "/iiif/a/full/max/0/default.jpg",
    ]
    assert downloads_in(tmp_path) == {url: "a.jpg", info: "b.jpg"}


# Names


@pytest.mark.parametrize(
    ("work_id", "stem"),
    [
        ("claude-monet_water-lilies-1919", "claude-monet_water-lilies-1919"),
        ("1998.23.4", "1998.23.4"), ("a.jpg", "a"), ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\x\\y", "C_x_y"), ("a\x00b\nc\x1b[2J", "a_b_c_[2J"), ("con", "_con"),
        ("Lpt1.x", "_Lpt1.x"), ("NUL", "_NUL"), (".hidden", "hidden"), ("x. . ", "x"),
        ("", "picture"), ("...", "picture"), ("///", "picture"), ("e\u0301te\u0301", "été"),
        ("a\u202egpj.exe", "a_gpj.exe"), ("~", "~"), ("睡蓮" * 100, "睡蓮" * 25),
        ("http://www.wikidata.org/entity/Q1", "http_www.wikidata.org_entity_Q1"),
    ],
)  # fmt: skip
def test_names_of_files_are_safe(work_id: str, stem: str) -> None:
    assert safe_stem(work_id) == stem


@given(st.text())
def test_names_of_files_are_safe_whatever_the_id(work_id: str) -> None:
    stem = safe_stem(work_id)
    assert 0 < len(stem.encode()) <= 150
    assert stem == stem.strip(". ")
    assert not set(stem) & set('/\\:*?"<>|\0\n\r\x7f')


def test_hostile_ids_stay_in_the_folder(server: PictureServer, tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    ids = ["../../x", "/etc/passwd", "..", "a/../../y", "nul", "x" * 5000, "a,\n\"b'", "=1+1"]
    report = download(folder, *((w, server.shows(f"/{n}")) for n, w in enumerate(ids)))
    assert report.n_downloaded == len(ids)
    assert len(downloads_in(folder)) == len(names_in(folder)) == len(ids)
    assert {path.name for path in tmp_path.rglob("*")} == names_in(folder) | {
        "a", "b", "downloads.csv", "problems.csv",
    }  # fmt: skip


def test_ids_that_look_alike_get_names_of_their_own_in_every_order() -> None:
    names = Names(["c.jpg"])
    given_names = [
        names.give(work_id, number, url)
        for work_id, number, url in [
            ("a/b", 1, "u1"), ("a:b", 1, "u2"), ("A_B", 1, "u3"), ("x", 2, "u4"), ("x-2", 1, "u5"),
            ("c", 1, "u6"),
        ]
    ]  # fmt: skip
    assert len({name.casefold() for name in given_names}) == 6
    assert given_names[0] == "a_b"
    assert given_names[3] == "x-2"
    assert [name[:-8] for name in given_names if "~" in name] == ["a_b~", "A_B~", "x-2~", "c~"]
    assert Names([]).give("a", 1, "u") == Names([]).give("a", 1, "v") == "a"


# What a caller can mend


def test_a_collection_without_addresses_says_so(tmp_path: Path) -> None:
    works = Collection.from_artworks([Artwork("a")], source="works.csv")
    with pytest.raises(
        CollectionError, match=r"works\.csv: its works have no addresses .*--images"
    ):
        download_pictures(works, tmp_path)


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for folder in (tmp_path / "file", tmp_path / "file" / "in"):
        with pytest.raises(
            CollectionError, match=r"file.*this is a file or in one; expected a fol"
        ):
            download(folder, ("a", "http://example.org/a.jpg"))


def test_a_folder_that_cannot_be_written_is_refused(
    server: PictureServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "downloads.csv").mkdir()
    with pytest.raises(CollectionError, match=r"cannot be written \(Is a directory\); expected"):
        download(tmp_path, ("a", server.shows("/a")))

    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(downloading, "fetch", full)
    with pytest.raises(CollectionError, match=r"cannot be written \(No space left.*goes on where"):
        download(tmp_path / "other", ("a", server.shows("/a")))


@pytest.mark.parametrize(
    "config",
    [{"size": 0}, {"rate": 0}, {"connections": 0}, {"retries": -1}, {"contact": "a\r\nX: y"},
     {"user_agent": "naïve"}, {"proxy": "socks5://x"}, {"most_bytes": 0}, {"timeout_s": 0}],
)  # fmt: skip
def test_settings_that_cannot_be_are_refused(config: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        DownloadConfig.model_validate(config)


def test_what_is_known_about_works_is_imported_without_the_network() -> None:
    script = (
        "import sys, knowledge_graph\n"
        "assert 'knowledge_graph.download' not in sys.modules\n"
        "import knowledge_graph.download\n"
        "print([m for m in ('httpx2', 'httpcore2', 'pyarrow', 'torch') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
