"""What `topicart explore` adds to the pages, in a browser."""

from __future__ import annotations

import io
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from PIL import Image

from tests.topicart.report_runs import HOSTILE
from tests.topicart.served_runs import Oracle, gallery
from topicart.report import write_site
from topicart.server import listen, make_app


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a gallery of forty works, with an oracle for an encoder."""
    hostile = dict(enumerate(HOSTILE, start=20))
    run = gallery(tmp_path_factory.mktemp("explored"), pages=False, titles=hostile)
    write_site(run)
    taken, address = listen("127.0.0.1", 0)
    oracle: Any = Oracle()
    server = uvicorn.Server(uvicorn.Config(make_app(run, oracle), log_level="error"))
    thread = threading.Thread(target=lambda: server.run(sockets=[taken]), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield address.url
    server.should_exit = True
    thread.join(timeout=10)
    taken.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """Open a page that tells of errors."""
    errors: list[str] = []
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_default_timeout(10_000)
    yield page
    page.close()
    assert errors == []


def _found(page: Any) -> list[str]:
    page.wait_for_selector(".explore-found [data-work]")
    tiles = page.query_selector_all(".explore-found [data-work]")
    return [tile.get_attribute("data-work") for tile in tiles]


def test_words_are_sought_among_what_passes_the_filter(page: Any, address: str) -> None:
    page.goto(f"{address}themes.html")
    page.fill(".explore-form input[type=search]", "like 7")
    page.press(".explore-form input[type=search]", "Enter")
    assert _found(page)[0] == "7"
    assert "seek=like+7" in page.url
    page.goto(f"{address}themes.html#genre=portrait&seek=like+7")
    page.reload()
    assert all(int(row) % 2 == 0 for row in _found(page))
    page.click(".explore-found [data-work]")
    page.wait_for_selector("#work[open] .explore-nearest [data-work]")


def test_a_dropped_picture_is_sought(page: Any, address: str) -> None:
    written = io.BytesIO()
    Image.new("RGB", (20, 20), "teal").save(written, "PNG")
    page.goto(f"{address}themes.html")
    picture = {"name": "sea.png", "mimeType": "image/png", "buffer": written.getvalue()}
    page.set_input_files(".explore-form input[type=file]", picture)
    assert _found(page)[0] == "3"
    text = {"name": "sea.txt", "mimeType": "text/plain", "buffer": b"sea"}
    page.set_input_files(".explore-form input[type=file]", text)
    page.wait_for_function(
        "document.querySelector('.explore-drawer').innerText.includes('no picture')"
    )


def test_a_path_is_walked_to_any_work_that_is_clicked(page: Any, address: str) -> None:
    page.goto(f"{address}works.html#work=2")
    page.wait_for_selector(".explore-nearest [data-work]")
    page.click("text=Another artist")
    page.wait_for_function(
        "document.querySelector('.explore-nearest').dataset.asked === '2 artist'"
    )
    page.click("text=Path from here to …")
    page.wait_for_selector("text=Click any work to see the path to it.")
    page.click(".works-row [data-work='8'], .works-row[data-work='8'], [data-work='8']")
    page.wait_for_selector(".explore-way [data-work='8']")
    rows = [
        tile.get_attribute("data-work") for tile in page.query_selector_all(".explore-way button")
    ]
    assert (rows[0], rows[-1]) == ("2", "8")
    assert not page.query_selector("#work[open]")
    # The address is enough to see it again.
    page.reload()
    page.wait_for_selector(".explore-way [data-work='8']")


def test_the_nearest_work_of_each_value_is_shown(page: Any, address: str) -> None:
    page.goto(f"{address}works.html#work=2")
    page.select_option(".explore-across", "artist")
    assert len(_found(page)) == 3
    assert "each=artist" in page.url
    assert not page.query_selector("#work[open]")
    told = page.locator(".explore-value").all_text_contents()
    assert sorted(told) == ["Ada Bell", "Ole Dahl", "Pia Corr its own"]
    page.goto(f"{address}works.html#like=2&each=artist&genre=portrait")
    page.reload()
    assert all(int(row) % 2 == 0 for row in _found(page))


def test_values_whose_nearest_work_lacks_the_words_are_counted(page: Any, address: str) -> None:
    nearest = page.request.get(f"{address}api/analogies?work=2&across=artist&k=9").json()["rows"]
    page.goto(f"{address}works.html#like=2&each=artist&words=Work {nearest[0]['row']}")
    assert _found(page) == [str(nearest[0]["row"])]
    said = page.locator(".explore-drawer [role=status]").text_content()
    assert "1 value of artist" in said
    assert "Of 2 more values the nearest work does not have the words." in said


def test_a_work_is_turned_by_words(page: Any, address: str) -> None:
    page.goto(f"{address}works.html#like=2")
    page.wait_for_selector(".explore-turn input")
    before = _found(page)
    page.fill(".explore-turn input", "as 7")
    page.press(".explore-turn input", "Enter")
    asked = page.request.get(f"{address}api/nearest?work=2&k=60&towards=as 7").json()["rows"]
    turned = [str(one["row"]) for one in asked]
    assert turned != before
    page.wait_for_function(
        "rows => [...document.querySelectorAll('.explore-found [data-work]')]"
        ".map((tile) => tile.dataset.work).join() === rows",
        arg=",".join(turned),
    )
    assert "towards=as+7" in page.url


def test_hostile_titles_are_text_in_the_drawer(page: Any, address: str) -> None:
    page.on("dialog", lambda dialog: pytest.fail(f"a title was run: {dialog.message}"))
    page.goto(f"{address}index.html#seek=like+20&from=20&to=21")
    page.wait_for_selector(".explore-way [data-work='21']")
    assert {str(row) for row in range(20, 20 + len(HOSTILE))} <= set(_found(page))
    for row, title in enumerate(HOSTILE, start=20):
        told = page.locator(f".explore-found [data-work='{row}'] .explore-title")
        told.wait_for()
        [word, *_] = re.findall(r"\w+", title)
        assert word[:20] in told.text_content()
        assert told.locator("*").count() == 0
    assert page.locator(".explore-found img[src='x'], .explore-way img[src='x']").count() == 0


def test_what_is_wrong_is_said_in_the_drawer(page: Any, address: str) -> None:
    page.goto(f"{address}themes.html#seek=x&genre=marine")
    page.wait_for_selector("text=No work has the genre 'marine'. Did you mean 'marina'?")
    page.click(".explore-drawer [aria-label=Close]")
    assert page.is_hidden(".explore-drawer")
    assert "seek" not in page.url


def test_the_search_is_not_in_a_site_without_server(page: Any, site: Path) -> None:
    page.goto((site / "index.html").as_uri())
    assert page.query_selector(".explore-form") is None
