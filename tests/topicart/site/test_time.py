"""The page of time in a browser: a filter changes what is drawn, and so do the choices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.topicart.site.conftest import works

_PASSING = "document.querySelector('.courses [data-topic=\"{}\"] .passing')?.textContent"


def _dated(topic: int, style: str) -> int:
    made, topics = works()
    return sum(
        own == topic and work.year_from is not None and style in work.facets["style"]
        for work, own in zip(made, topics, strict=True)
    )


def test_a_filter_is_drawn_over_the_bars_of_all(open_page: Callable[..., Any]) -> None:
    page = open_page("time.html", hash="style=Realism")
    page.wait_for_selector(".passing-bar", state="attached")
    told = page.evaluate(_PASSING.format(0))
    assert told == f"{_dated(0, 'Realism')} passing"
    assert page.evaluate(_PASSING.format(1)) == "none passing"
    assert "pass the filter" in page.inner_text(".note-filtered")
    page.evaluate("topicart.set({style: null})")
    page.wait_for_selector(".passing-bar", state="detached")
    assert page.evaluate(_PASSING.format(0)) == ""
    assert page.is_hidden(".note-filtered")


def test_all_works_drawn_by_the_script_cover_the_bars_drawn_before(
    open_page: Callable[..., Any],
) -> None:
    page = open_page("time.html", hash="years=-9999..9999")
    page.wait_for_selector(".bars .passing-bar", state="attached")
    boxes = """[...document.querySelectorAll("figure:not([hidden]) .chart.wide .bars .KIND")]
        .map((bar) => bar.getBBox()).map((box) => [box.x, box.y, box.width, box.height])"""
    drawn = page.evaluate(boxes.replace("KIND", "passing-bar"))
    before = page.evaluate(boxes.replace("KIND", "bar:not(.passing-bar)"))
    assert len(drawn) == len(before) > 3
    for own, other in zip(drawn, before, strict=True):
        assert all(abs(one - two) < 0.1 for one, two in zip(own, other, strict=True))


def test_shares_and_order_are_in_the_address(open_page: Callable[..., Any]) -> None:
    page = open_page("time.html")
    page.get_by_role("button", name="Share").click()
    page.get_by_role("button", name="By size").click()
    assert page.evaluate("location.hash") == "#show=share&sort=size"
    assert page.is_visible('figure[data-show="share"]')
    assert page.is_hidden('figure[data-show="count"]')
    sizes = page.evaluate("[...document.querySelectorAll('.courses li')].map(r => +r.dataset.size)")
    assert sizes == sorted(sizes, reverse=True)


def test_a_click_on_a_period_keeps_its_works(open_page: Callable[..., Any]) -> None:
    page = open_page("time.html")
    page.locator("figure:not([hidden]) .chart.wide .period").first.click()
    assert "years=1800..1809" in page.evaluate("decodeURIComponent(location.hash)")


def test_nothing_is_wider_than_a_phone(open_page: Callable[..., Any]) -> None:
    page = open_page("time.html", width=390, height=844)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.is_visible(".chart.narrow >> nth=0")
