"""The pages of the facets in a browser: cells that lead on, other orders, counts under a filter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import pytest

from tests.topicart.site.conftest import works

_CELLS = """[...document.querySelectorAll(".matrix tbody tr[data-topic]")].map((row) =>
    [...row.cells].slice(1).map((cell) => [cell.textContent, cell.className, cell.title]))"""


def test_the_script_counts_as_the_page_was_counted(open_page: Callable[..., Any]) -> None:
    for facet in ("style", "genre", "artist", "century"):
        page = open_page(f"facet-{facet}.html")
        before = page.evaluate(_CELLS)
        page.evaluate("topicart.set({years: '-9999..9999'})")
        page.wait_for_selector(".note-filtered:not([hidden])")
        page.evaluate("topicart.set({years: null})")
        page.wait_for_selector(".note-filtered", state="hidden")
        assert page.evaluate(_CELLS) == before


def test_a_filter_counts_again(open_page: Callable[..., Any]) -> None:
    page = open_page("facet-genre.html", hash="topic=0,1")
    page.wait_for_selector(".note-filtered:not([hidden])")
    made, topics = works()
    kinds = [
        sum(
            own == topic and "kind 1" in work.facets["genre"]
            for work, own in zip(made, topics, strict=True)
        )
        for topic in (0, 1, 2)
    ]
    column = page.evaluate(
        "[...document.querySelectorAll('th[data-code]')]"
        ".findIndex((head) => head.dataset.value === 'kind 1')"
    )
    shown = [
        page.evaluate(
            f"document.querySelector('.matrix [data-topic=\"{topic}\"]')"
            f".cells[{column + 1}].querySelector('small')?.textContent ?? '0'"
        )
        for topic in (0, 1, 2)
    ]
    assert [int(number) for number in shown] == [*kinds[:2], 0]
    assert f"{sum(topic in (0, 1) for topic in topics)} works" in page.inner_text(".note-filtered")


def test_a_cell_leads_to_its_works(open_page: Callable[..., Any]) -> None:
    page = open_page("facet-style.html", hash="years=1800..1900")
    page.wait_for_selector(".note-filtered:not([hidden])")
    page.locator('.matrix [data-topic="0"] td a').first.click()
    page.wait_for_url("**/works.html#*")
    state = parse_qs(page.evaluate("location.hash.slice(1)"))
    assert state["topic"] == ["0"]
    assert state["style"] == ["Realism"]
    assert state["years"] == ["1800..1900"]


def test_rows_are_sorted_by_a_column_and_back(open_page: Callable[..., Any]) -> None:
    page = open_page("facet-style.html")
    groups = page.locator(".matrix .group-row").count()
    assert groups > 0
    page.locator(".matrix th[data-code] button").nth(1).click()
    assert page.locator(".matrix .group-row").count() == 0
    shares = page.evaluate(
        "[...document.querySelectorAll('.matrix tbody tr')].map(r => +r.cells[2].dataset.share)"
    )
    assert shares == sorted(shares, reverse=True)
    assert page.locator("th[aria-sort]").count() == 1
    page.get_by_role("button", name="By group").click()
    assert page.locator(".matrix .group-row").count() == groups


@pytest.mark.parametrize("width", [1440, 390])
def test_cells_say_how_many_times_as_often_as_in_the_collection(
    open_page: Callable[..., Any], width: int
) -> None:
    page = open_page("facet-style.html", width=width)
    shares = page.locator(".matrix tbody td").all_inner_texts()
    page.get_by_role("button", name="Times as often").click()
    assert page.evaluate("location.hash") == "#show=lift"
    assert page.is_visible(".of-lift")
    told = page.locator('.matrix [data-topic="0"] td').first
    made, topics = works()
    ofs = [topic for topic, work in zip(topics, made, strict=True) if topic is not None]
    stating = [
        topic
        for topic, work in zip(topics, made, strict=True)
        if topic is not None and "Realism" in work.facets["style"]
    ]
    lift = (stating.count(0) / ofs.count(0)) / (len(stating) / len(ofs))
    assert told.inner_text().split() == [f"{lift:.1f}×", str(stating.count(0))]
    assert f"{lift:.1f} times as often" in told.get_attribute("title")
    page.evaluate("topicart.set({topic: '0,1'})")
    page.wait_for_selector(".note-filtered:not([hidden])")
    assert told.inner_text().split()[0].endswith("×")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.emulate_media(media="print")
    assert told.inner_text().split()[0].endswith("×")
    page.emulate_media(media="screen")
    page.evaluate("topicart.set({topic: null})")
    page.wait_for_selector(".note-filtered", state="hidden")
    page.get_by_role("button", name="Share").click()
    assert page.locator(".matrix tbody td").all_inner_texts() == shares


def test_arrows_go_from_cell_to_cell(open_page: Callable[..., Any]) -> None:
    page = open_page("facet-genre.html")
    assert page.locator('.matrix td a[tabindex="0"]').count() == 1
    page.locator('.matrix td a[tabindex="0"]').focus()
    place = """(() => {
        const cell = document.activeElement.closest("td");
        return [cell.parentElement.rowIndex, cell.cellIndex];
    })()"""
    row, column = page.evaluate(place)
    page.keyboard.press("ArrowRight")
    assert page.evaluate(place)[0] == row
    assert page.evaluate(place)[1] > column
    page.keyboard.press("ArrowDown")
    assert page.evaluate(place)[0] > row
    assert page.locator('.matrix td a[tabindex="0"]').count() == 1


def test_the_table_scrolls_in_its_own_box_on_a_phone(open_page: Callable[..., Any]) -> None:
    page = open_page("facet-genre.html", width=390, height=844)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.evaluate("document.querySelector('.matrix').scrollLeft = 300")
    left = page.evaluate(
        "document.querySelector('.matrix [data-topic] th').getBoundingClientRect().left"
    )
    assert 0 <= left < 60
