"""The map: pictures and points, names, hands and keys, and the address that brings back a view."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

OpenPage = Callable[..., Any]

_BOXES = """() => [...document.querySelectorAll('.labels a:not([hidden])')].map((link) => {
  const box = link.getBoundingClientRect();
  return [link.textContent, box.left, box.top, box.right, box.bottom];
})"""
_COLOURED = """() => {
  const canvas = document.querySelector('#map-view > canvas');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  let strong = 0, faint = 0;
  for (let at = 3; at < data.length; at += 4) {
    if (data[at] > 100) strong += 1;
    else if (data[at] > 0) faint += 1;
  }
  return { strong, faint };
}"""


def until(page: Any, truth: str) -> None:
    """Wait until an expression is true; the page's policy forbids Playwright's own way."""
    for _ in range(100):
        if page.evaluate(truth):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"never came true: {truth}")


@pytest.fixture
def open_map(open_page: OpenPage, served: str) -> OpenPage:
    """Return a function that opens the map and waits until it is drawn.

    From a web server: of pictures from the disk a browser lets no script read what was drawn.
    """

    def open_one(**options: Any) -> Any:
        page = open_page("index.html", base=served, **options)
        page.wait_for_selector("#map-view[data-drawn]", state="attached")
        until(page, "!document.querySelector('.map-colour').hidden")
        return page

    return open_one


def middle(page: Any) -> tuple[float, float]:
    """Return the point of the page that the map's middle is at."""
    page.focus("#map-view > canvas")
    page.keyboard.press("Shift")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowRight")
    box = page.locator(".crosshair").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def view_of(page: Any) -> list[float]:
    """Return x, y and scale from the address, once it tells of them."""
    until(page, "topicart.get('map') !== null")
    return [float(part) for part in page.evaluate("topicart.get('map')").split(",")]


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
@pytest.mark.parametrize("view", ["", "map=30000,30000,3"])
def test_names_hide_neither_each_other_nor_leave_the_map(
    open_map: OpenPage, width: int, height: int, view: str
) -> None:
    page = open_map(width=width, height=height, hash=view)
    page.wait_for_timeout(500)
    names = page.evaluate(_BOXES)
    outer = page.locator("#map-view").bounding_box()
    assert names or view
    for place, (name, left, top, right, bottom) in enumerate(names):
        assert left >= outer["x"]
        assert top >= outer["y"]
        assert right <= outer["x"] + outer["width"]
        assert bottom <= outer["y"] + outer["height"]
        for other, left_2, top_2, right_2, bottom_2 in names[:place]:
            apart = right <= left_2 or right_2 <= left or bottom <= top_2 or bottom_2 <= top
            assert apart, f"{name} lies on {other}"


def test_the_map_opens_from_the_disk(open_page: OpenPage) -> None:
    page = open_page("index.html")
    page.wait_for_selector("#map-view[data-drawn]", state="attached")
    assert page.locator(".labels a:not([hidden])").count() >= 3
    assert page.locator("#map-view").bounding_box()["height"] > 700


def test_names_lead_to_the_rooms_of_their_themes(open_map: OpenPage) -> None:
    page = open_map()
    link = page.locator(".labels a.topic:not([hidden])").first
    assert re.fullmatch(r"theme-\d\.html", link.get_attribute("href"))


def test_resting_on_a_work_tells_what_it_is(open_map: OpenPage) -> None:
    page = open_map()
    page.evaluate("topicart.map.go(7)")
    until(page, "topicart.get('map') !== null")
    page.mouse.move(*middle(page))
    card = page.locator(".map-hover")
    card.wait_for()
    until(page, "document.querySelector('.map-hover .work-title') !== null")
    assert "Harbour 7" in card.inner_text()
    assert "1816" in card.inner_text()


def test_a_click_opens_the_work_and_back_closes_it(open_map: OpenPage) -> None:
    page = open_map()
    page.evaluate("topicart.map.go(7)")
    until(page, "topicart.get('map') !== null")
    page.mouse.click(*middle(page))
    until(page, "topicart.get('work') === '7'")
    page.go_back()
    until(page, "topicart.get('work') === null")


def test_a_work_opened_from_the_map_closes_by_going_back(open_map: OpenPage) -> None:
    page = open_map()
    page.evaluate("topicart.map.go(7)")
    until(page, "topicart.get('map') !== null")
    page.evaluate("topicart.viewer.open(3, [3, 4])")
    page.locator("#work[open] .place", has_text="1 of 2").wait_for()
    page.keyboard.press("Escape")
    until(page, "topicart.get('work') === null")
    page.mouse.click(*middle(page))
    page.locator("#work[open] h2", has_text="Harbour 7").wait_for()
    assert page.locator("#work [data-go='1']").is_hidden()
    page.keyboard.press("Escape")
    until(page, "topicart.get('work') === null")
    # No dead entry is left: what lies ahead is the work that Back closed.
    page.go_forward()
    until(page, "topicart.get('work') === '7'")


def test_the_keyboard_moves_zooms_and_opens(open_map: OpenPage) -> None:
    page = open_map()
    page.focus("#map-view > canvas")
    page.keyboard.press("+")
    page.keyboard.press("+")
    x, y, scale = view_of(page)
    assert scale == pytest.approx(2.25, rel=0.01)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    until(page, f"!topicart.get('map').startsWith('{x:.0f},{y:.0f},')")
    page.keyboard.press("0")
    until(page, "topicart.get('map') === null")
    page.evaluate("topicart.map.go(3)")
    until(page, "topicart.get('map') !== null")
    page.keyboard.press("Enter")
    assert page.evaluate("topicart.get('work')") == "3"


def test_wheel_and_drag_move_the_map(open_map: OpenPage) -> None:
    page = open_map()
    page.mouse.move(900, 500)
    page.mouse.wheel(0, -240)
    x, y, scale = view_of(page)
    assert scale > 1.3
    page.mouse.down()
    page.mouse.move(1000, 560, steps=4)
    page.mouse.up()
    until(page, f"!topicart.get('map').startsWith('{x:.0f},{y:.0f},')")
    assert view_of(page)[2] == scale
    assert page.evaluate("topicart.get('work')") is None


def test_an_address_brings_back_the_view(open_map: OpenPage) -> None:
    page = open_map(hash="map=20000,40000,4&colour=style")
    page.wait_for_timeout(500)
    assert view_of(page) == pytest.approx([20000, 40000, 4], abs=2)
    assert page.locator("#map-colour").input_value() == "style"


def test_two_fingers_zoom_where_one_scrolls_the_page(open_map: OpenPage) -> None:
    page = open_map(width=390, height=844)
    page.evaluate("document.querySelector('#map-view').scrollIntoView()")
    box = page.locator("#map-view").bounding_box()
    session = page.context.new_cdp_session(page)
    x, y = box["x"] + 190, box["y"] + 200

    def touch(kind: str, *apart: float) -> None:
        points = [{"x": x + shift, "y": y, "id": n} for n, shift in enumerate(apart)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", -30, 30)
    for far in (40, 60, 90):
        touch("touchMove", -far, far)
    touch("touchEnd")
    assert view_of(page)[2] > 1.8


def test_a_filter_lets_other_works_fade_and_counts_the_rest(open_map: OpenPage) -> None:
    page = open_map()
    page.wait_for_timeout(600)
    before = page.evaluate(_COLOURED)
    page.evaluate("topicart.set({topic: '1'})")
    until(page, "document.querySelector('.map-count').textContent !== ''")
    page.wait_for_timeout(500)
    after = page.evaluate(_COLOURED)
    assert page.inner_text(".map-count") == "11 of 60 works"
    assert after["strong"] < before["strong"] / 2
    assert [name for name, *_ in page.evaluate(_BOXES)] == ["Apples"]


def test_colours_follow_a_facet_and_its_legend_filters(open_map: OpenPage) -> None:
    page = open_map()
    page.select_option("#map-colour", "style")
    until(page, "topicart.get('colour') === 'style'")
    entry = page.locator(".legend button", has_text="Cubism")
    entry.click()
    until(page, "topicart.get('style') === 'Cubism'")
    until(page, "document.querySelector('.map-count').textContent !== ''")
    assert page.locator(".legend button[aria-pressed=true]").inner_text() == "Cubism"
    entry.click()
    until(page, "topicart.get('style') === null")


def test_the_last_choice_of_colours_wins_though_an_earlier_answer_comes_later(
    open_map: OpenPage,
) -> None:
    page = open_map()
    page.evaluate("""() => {
      const schemeOf = topicart.mapColours.schemeOf;
      topicart.mapColours.schemeOf = async (map, inks, name) => {
        if (name === "style") await new Promise((later) => setTimeout(later, 300));
        return schemeOf(map, inks, name);
      };
    }""")
    for last, entry in (("genre", "harbour"), (None, "Harbour")):
        page.evaluate("last => ['style', last].forEach((colour) => topicart.set({colour}))", last)
        page.wait_for_timeout(500)
        assert page.locator("#map-colour").input_value() == (last or "topic")
        assert entry in page.locator(".legend").inner_text()


def test_colours_follow_the_years(open_map: OpenPage) -> None:
    page = open_map(hash="colour=years")
    until(page, "document.querySelector('#map-colour').value === 'years'")
    assert re.fullmatch(r"\d{4}–\d{4}", page.locator(".legend button").first.inner_text())


def test_only_highlighted_works_stay(open_map: OpenPage) -> None:
    page = open_map()
    page.wait_for_timeout(500)
    before = page.evaluate(_COLOURED)
    page.evaluate("topicart.map.highlight([3, 4])")
    page.wait_for_timeout(400)
    assert page.evaluate(_COLOURED)["strong"] < before["strong"] / 2
    page.evaluate("topicart.map.highlight(null)")
    page.wait_for_timeout(600)
    assert page.evaluate(_COLOURED)["strong"] > before["strong"] * 0.8


def test_paper_gets_a_map_of_its_own_width_and_the_screen_its_map_again(open_map: OpenPage) -> None:
    page = open_map()
    places = "(() => { const box = document.querySelector('#map-view').getBoundingClientRect();"
    size = f"{places} return [box.width, box.height]; }})()"
    on_screen = page.evaluate(size)

    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")

    assert page.evaluate(size) == [680, 640]
    left, right = page.evaluate(f"{places} return [box.left, box.right]; }})()")
    shown = page.evaluate(_BOXES)
    assert shown
    assert all(left <= box[1] and box[3] <= right for box in shown)
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(size) == on_screen
