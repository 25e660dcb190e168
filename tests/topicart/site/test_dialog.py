"""The dialog of a work: what it tells, what it leads to, and that nothing in it acts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.topicart.report_runs import HOSTILE

Open = Callable[..., Any]


def opened(page: Any) -> Any:
    """Return the dialog once it tells of a work."""
    page.locator("#work[open] .work-id bdi").wait_for()
    return page.locator("#work")


def test_a_work_is_told_in_words(open_page: Open) -> None:
    dialog = opened(open_page("about.html", hash="work=0"))
    told = dialog.inner_text()
    assert "Harbour 0" in told
    assert "Bell, Ada, 1800" in told
    assert "The nearest of 11 works to the theme’s centre." in told
    assert "It belongs here firmly (probability 1.00)." in told
    assert "Seen at dusk." in told
    assert "In the collection as w000" in told
    image = dialog.locator(".plate img")
    assert image.get_attribute("alt") == "Harbour 0, Bell, Ada, 1800"
    assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0


def test_a_work_outside_and_one_without_picture_say_so(open_page: Open) -> None:
    assert "In no theme" in opened(open_page("about.html", hash="work=56")).inner_text()
    without = opened(open_page("about.html", hash="work=59"))
    assert "No picture." in without.inner_text()
    assert "it had no picture or text that could be read" in without.inner_text()
    assert without.get_by_text("Show on the map").count() == 0


def test_only_addresses_of_the_web_are_links(open_page: Open) -> None:
    dialog = opened(open_page("about.html", hash="work=3"))
    link = dialog.locator("a[href^='https://example.org']")
    assert link.get_attribute("href") == "https://example.org/work/3"
    assert link.get_attribute("rel") == "noreferrer noopener"
    other = opened(open_page("about.html", hash="work=4"))
    assert other.locator("a[target=_blank]").count() == 0


def test_hostile_titles_and_facts_are_text(open_page: Open) -> None:
    page = open_page("about.html", hash="work=0", width=390, height=844)
    for row in (10, 14, 21, 32, 43, 54):
        page.evaluate("(work) => topicart.set({ work })", row)
        page.locator("#work[open] .work-id bdi", has_text=f"w{row:03}").wait_for()
        dialog = page.locator("#work")
        assert dialog.locator("h2 *, dd img, svg, script").count() == 0
        assert dialog.locator("h2").inner_text()
        assert dialog.evaluate("one => one.scrollWidth <= one.clientWidth")
        if row == 21:
            assert dialog.locator("dd", has_text=HOSTILE[1]).count() == 1


def test_a_value_filters_and_back_returns_to_before_the_work(open_page: Open) -> None:
    page = open_page("works.html")
    page.locator(".works-row", has_text="Harbour 3").first.click()
    opened(page).get_by_role("button", name="Realism").click()
    page.locator("#work[open]").wait_for(state="detached")
    page.locator(".chip", has_text="Realism").wait_for()
    assert page.url.endswith("#style=Realism")
    page.go_back()
    page.locator(".filter-active").wait_for(state="hidden")
    assert "#" not in page.url
    assert page.evaluate("topicart.get('work')") is None


def test_a_value_of_a_work_from_a_link_filters_and_back_returns_to_the_work(
    open_page: Open,
) -> None:
    page = open_page("works.html", hash="work=3")
    opened(page).get_by_role("button", name="Realism").click()
    page.wait_for_url("**/works.html#style=Realism")
    page.go_back()
    page.wait_for_url("**/works.html#work=3")
    opened(page)


def test_the_theme_leads_to_its_room_with_the_filter(open_page: Open) -> None:
    page = open_page("about.html", hash="work=2&style=Realism")
    opened(page).locator(".belongs a").click()
    page.wait_for_url("**/theme-0.html#style=Realism")


def test_pictures_of_a_room_open_and_the_arrows_walk_through_them(open_page: Open) -> None:
    page = open_page("theme-0.html")
    tiles = page.locator(".mosaic [data-work]")
    tiles.nth(1).click()
    first = opened(page).locator("h2").inner_text()
    page.keyboard.press("ArrowLeft")
    page.wait_for_function(
        "was => document.querySelector('#work h2').textContent !== was", arg=first
    )
    page.get_by_label("Next work").click()
    page.locator("#work h2", has_text=first).wait_for()
    page.keyboard.press("Escape")
    page.locator("#work[open]").wait_for(state="detached")
    assert tiles.nth(1).evaluate("tile => tile === document.activeElement")


def test_what_a_server_adds_has_a_place(open_page: Open) -> None:
    page = open_page("about.html")
    page.evaluate("""document.addEventListener("topicart:work", (event) => {
      event.detail.slot.textContent = `near ${event.detail.row}`;
    })""")
    page.evaluate("topicart.viewer.open(5)")
    page.locator("#work .slot", has_text="near 5").wait_for()


def test_its_link_can_be_copied(open_page: Open, served: str) -> None:
    page = open_page("about.html", hash="work=5", base=served)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened(page).get_by_role("button", name="Copy link").click()
    page.get_by_role("button", name="Link copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == f"{served}/about.html#work=5"
