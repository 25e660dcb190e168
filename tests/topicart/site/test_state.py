"""Every state has a link, from the disk and from a server; Back and Forward walk through them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Open = Callable[..., Any]


@pytest.fixture(params=["disk", "server"])
def at(request: pytest.FixtureRequest, open_page: Open) -> Open:
    """Open pages from the disk, then from a web server."""
    base = request.getfixturevalue("served") if request.param == "server" else None
    return lambda name, **more: open_page(name, base=base, **more)


def test_a_link_opens_the_state_that_it_was_taken_from(at: Open) -> None:
    page = at("works.html")
    page.locator(".works-row").first.wait_for()
    page.evaluate("topicart.filter.toggle('artist', 'Šimková, Žofie')")
    page.get_by_role("button", name="Date").click()
    page.locator(".works-body .works-row").nth(2).click()
    page.locator("#work[open] .work-id bdi").wait_for()
    title = page.locator("#work h2").inner_text()
    again = at("works.html", hash=page.url.split("#")[1])
    again.locator("#work[open] h2", has_text=title).wait_for()
    again.locator(".chip", has_text="Šimková, Žofie").wait_for(state="attached")
    assert again.locator(".cell-date[role=columnheader]").get_attribute("aria-sort") == "ascending"


def test_back_closes_a_work_and_forward_opens_it(at: Open) -> None:
    page = at("works.html", hash="style=Cubism")
    page.locator(".works-body .works-row").first.click()
    page.locator("#work[open]").wait_for()
    page.go_back()
    page.locator("#work[open]").wait_for(state="detached")
    assert page.url.endswith("#style=Cubism")
    page.go_forward()
    page.locator("#work[open]").wait_for()
    page.get_by_label("Close", exact=True).click()
    page.locator("#work[open]").wait_for(state="detached")
    page.wait_for_url("**#style=Cubism")


def test_a_work_from_a_link_closes_without_leaving_the_page(at: Open) -> None:
    page = at("about.html", hash="work=4")
    page.locator("#work[open] .work-id bdi").wait_for()
    page.keyboard.press("Escape")
    page.locator("#work[open]").wait_for(state="detached")
    assert page.url.endswith("about.html")


def test_links_carry_the_filter_to_every_view_but_not_the_view(at: Open) -> None:
    page = at("works.html", hash="style=Cubism&sort=title")
    for name in ("themes", "time", "facets", "about"):
        page.locator(f"nav[aria-label=Views] a[data-page='{name}.html']").click()
        page.wait_for_url(f"**/{name}.html#style=Cubism")
        page.locator(".chip", has_text="Cubism").wait_for()
        current = page.locator("nav[aria-label=Views] [aria-current=page]")
        assert current.inner_text().lower() == name
    page.go_back()
    page.wait_for_url("**/facets.html#style=Cubism")


def test_a_work_that_is_none_opens_nothing(open_page: Open) -> None:
    page = open_page("about.html", hash="work=60")
    page.wait_for_url("**/about.html")
    for value in ("abc", "-1", "1.5", "1e9", "999", "0x1", "%00"):
        page.evaluate("(value) => { location.hash = `work=${value}`; }", value)
        page.wait_for_timeout(30)
        assert page.locator("#work[open]").count() == 0, value


def test_an_anchor_keeps_the_filter(open_page: Open) -> None:
    page = open_page("about.html", hash="style=Cubism")
    page.locator(".chip").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**#style=Cubism&at=main")
    assert page.locator(".chip").count() == 1
    page.goto(page.url.split("#")[0] + "#main")
    page.wait_for_url("**at=main")


def test_words_typed_stand_in_the_address_and_after_reload(at: Open) -> None:
    page = at("works.html")
    page.locator(".filter-words").fill("apples & pears #1")
    page.locator(".works-count", has_text="0 of 60").wait_for()
    page.reload()
    page.locator(".works-count", has_text="0 of 60").wait_for()
    assert page.locator(".filter-words").input_value() == "apples & pears #1"
