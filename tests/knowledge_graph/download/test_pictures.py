from __future__ import annotations

from pathlib import Path

import pytest

from knowledge_graph.picture_names import picture_kind
from tests.knowledge_graph.download.downloads import download, names_in
from tests.knowledge_graph.picture_server import Answer, PictureServer, picture


@pytest.mark.parametrize(
    ("kind", "suffix"),
    [("JPEG", ".jpg"), ("PNG", ".png"), ("WEBP", ".webp"), ("TIFF", ".tif"), ("GIF", ".gif"),
     ("BMP", ".bmp"), ("AVIF", ".avif"), ("JPEG2000", ".jp2")],
)  # fmt: skip
def test_the_suffix_is_what_the_bytes_are(kind: str, suffix: str) -> None:
    try:
        found = picture_kind(picture(kind)[:64])
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
