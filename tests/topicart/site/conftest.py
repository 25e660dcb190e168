"""A site in a browser: a small gallery, pages opened from the disk or from a web server."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from knowledge_graph import Artwork
from tests.topicart.report_runs import HOSTILE, group, paint, write_run
from topicart.report import write_site
from topicart.topics import OUTLIER, Keyword, Label, Summary

PER_TOPIC = 11
_SUBJECTS = ("Harbour", "Apples", "Portrait", "Forest", "Battle")
_STYLES = ("Realism", "Cubism", "Romanticism")
_ARTISTS = ("Bell, Ada", "Dahl, Ole", "Eke, Ngozi", "Šimková, Žofie", "葛飾北斎", "محمود سعيد")
_TITLES = {12: "ميناء الإسكندرية", 13: "神奈川沖浪裏", 14: HOSTILE[5]}


def works() -> tuple[list[Artwork], list[int | None]]:
    """Return sixty works and the topic of each: five topics of eleven, four outside, one without.

    Work ``w007`` has the title "Harbour 7". Years run from 1800 to 1940, every ninth work is
    undated; work 57 has no artist. The last of each topic has a hostile title; one is Arabic, one
    Japanese.
    """
    made: list[Artwork] = []
    topics: list[int | None] = []
    for number in range(60):
        topic = number // PER_TOPIC if number < PER_TOPIC * len(_SUBJECTS) else OUTLIER
        title = f"{_SUBJECTS[topic]} {number}" if topic >= 0 else f"Étude {number}"
        if number % PER_TOPIC == PER_TOPIC - 1:
            title = HOSTILE[number // PER_TOPIC]
        year = None if number % 9 == 8 else 1800 + number * 140 // 59
        made.append(
            Artwork(
                id=f"w{number:03}",
                title=_TITLES.get(number, title),
                description="Seen at dusk." if number % 5 == 0 else "",
                date=str(year or ""),
                year_from=year,
                year_to=year,
                iri="https://example.org/work/3" if number == 3 else "",
                facets={
                    "artist": () if number == 57 else (_ARTISTS[number % len(_ARTISTS)],),
                    "style": (HOSTILE[1] if number == 21 else _STYLES[topic % 3],),
                    "genre": () if topic < 0 else (_SUBJECTS[topic].lower(), f"kind {number % 2}"),
                },
                images=(f"w{number:03}.png",),
            )
        )
        topics.append(None if number == 59 else topic)
    return made, topics


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a small gallery's site."""
    folder = tmp_path_factory.mktemp("gallery")
    made, topics = works()
    for number, work in enumerate(made[:-1]):
        width, height = ((120, 160), (200, 120), (300, 80))[number % 3]
        paint(folder / "pictures" / work.images[0], width=width, height=height, hue=4 * number)
    run = write_run(
        folder,
        made,
        topics,
        names={2: HOSTILE[0], **{n: name for n, name in enumerate(_SUBJECTS) if n != 2}},
        labels={
            0: (
                Label(
                    "genre", "harbour", cosine=0.3, contrast=0.2, score=2.3, share=1.0,
                    stated_share=1.0, lift=5.0, q_value=0.001, chosen=True, decided_by="both",
                ),
            )
        },
        summaries={0: Summary("Ships at rest.")},
        keywords={0: (Keyword("harbour", 0.9),)},
        broader={0: 5, 3: 5, 1: 6, 2: 6},
        groups=(
            group(5, "Outdoors", broader=7),
            group(6, "Indoors", broader=7),
            group(7, "Everything", level=2),
        ),
        source="gallery",
    )  # fmt: skip
    return write_site(run).parent


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture(scope="session")
def served(site: Path) -> Iterator[str]:
    """Serve the site on this machine; return its address without a slash at the end."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(site)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def open_page(browser: Any, site: Path) -> Iterator[Callable[..., Any]]:
    """Return a function that opens a page of the site in a browser of its own.

    ``open_page(name, *, hash="", width=1440, height=900, scheme="light", base=None)``: ``base`` is
    the folder or address that the page lies in, the site's folder if none. When the test ends it
    fails if a page wrote an error to the console or asked for anything outside its base.
    """
    problems: list[str] = []
    contexts: list[Any] = []

    def open_one(
        name: str,
        *,
        hash: str = "",  # noqa: A002
        width: int = 1440,
        height: int = 900,
        scheme: str = "light",
        base: Path | str | None = None,
    ) -> Any:
        at = base or site
        root = at.as_uri() if isinstance(at, Path) else at
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            has_touch=width < 600,
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()

        def heard(message: Any) -> None:
            if message.type == "error":
                problems.append(f"console: {message.text}")

        def asked(request: Any) -> None:
            if not request.url.startswith((root, "data:", "blob:")):
                problems.append(f"asked for {request.url}")

        page.on("console", heard)
        page.on("pageerror", lambda error: problems.append(f"error: {error}"))
        page.on("request", asked)
        page.goto(f"{root}/{name}" + (f"#{hash}" if hash else ""))
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert problems == []
