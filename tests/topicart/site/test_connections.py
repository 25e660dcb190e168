"""Pages of connections in a browser: nothing grave for anyone, on any screen, light or dark."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.topicart.connections_pages import all_pages, made_run
from tests.topicart.site.test_whole_site import GRAVE

OpenPage = Callable[..., Any]
PAGES = ("search", "words", "analogies", "path", "blind-spots", "nothing")
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("connections")
    all_pages(made_run(folder), folder / "pages")
    return folder / "pages"


def test_pages_please_every_reader(open_page: OpenPage, folder: Path) -> None:
    from axe_playwright_python.base import AXE_SCRIPT

    page = open_page("search.html", base=folder)
    for name in PAGES:
        page.goto(f"{folder.as_uri()}/{name}.html")
        page.evaluate(AXE_SCRIPT)
        page.set_viewport_size({"width": 1440, "height": 900})
        assert page.evaluate(GRAVE, None) == [], name
        assert page.evaluate(WIDER) <= 0, name
        page.emulate_media(color_scheme="dark")
        assert page.evaluate(GRAVE, ["color-contrast"]) == [], f"{name} in the dark"
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate(GRAVE, None) == [], f"{name} on a phone"
        assert page.evaluate(WIDER) <= 0, f"{name} on a phone"


def test_the_line_of_a_path_leads_across_on_a_desk_and_down_on_a_phone(
    open_page: OpenPage, folder: Path
) -> None:
    page = open_page("path.html", base=folder)
    assert page.locator(".step .across").first.is_visible()
    assert not page.locator(".step .down").first.is_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.locator(".step .down").first.is_visible()


def test_a_page_prints_on_white_with_its_pictures(open_page: OpenPage, folder: Path) -> None:
    page = open_page("analogies.html", base=folder, scheme="dark")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(252, 252, 251)"
    assert page.locator(".wall img").first.is_visible()
