from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import knowledge_graph.download.fetching as fetching
from knowledge_graph.download.fetching import seconds_of
from knowledge_graph.download.schedule import GIVE_UP, Job, Schedule
from tests.knowledge_graph.download.downloads import FastClock, download, reason_of
from tests.knowledge_graph.picture_server import Answer, PictureServer, picture, serving


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
