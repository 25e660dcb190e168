"""The filter: values of a facet or each other, keys and each other, held and shown everywhere."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.topicart.site.conftest import works
from topicart.report.addresses import filter_address

Open = Callable[..., Any]

_PASSING = """() => new Promise((resolve) => {
  const rows = (mask) => [...mask].flatMap((one, row) => (one ? [row] : []));
  topicart.filter.on((mask, n) => resolve([n, mask && rows(mask)]));
})"""


def passing(page: Any) -> tuple[int, list[int] | None]:
    """Return how many works pass the filter, and which."""
    n, rows = page.evaluate(_PASSING)
    return n, rows


_FOUND = """async ([key, value]) => {
  topicart.set({ topic: null, words: null, [key]: value });
  const mask = await topicart.filter.without();
  return [...mask].flatMap((one, row) => (one ? [row] : []));
}"""


def found(page: Any, key: str, value: str) -> list[int]:
    """Return which works pass when the address says only this."""
    rows: list[int] = page.evaluate(_FOUND, [key, value])
    return rows


def test_without_a_filter_all_works_pass(open_page: Open) -> None:
    assert passing(open_page("about.html")) == (60, None)


def test_values_of_a_facet_add_up_and_keys_narrow(open_page: Open) -> None:
    made, topics = works()
    expected = [
        row
        for row, work in enumerate(made)
        if topics[row] in (0, 1)
        and {"Realism", "Cubism"} & set(work.facets["style"])
        and work.year_from is not None
        and 1810 <= work.year_from <= 1840
    ]
    page = open_page("about.html", hash="topic=0,1&style=Realism|Cubism&years=1810..1840")
    assert 0 < len(expected) < 20
    assert passing(page) == (len(expected), expected)


def test_words_are_found_whatever_their_case_and_accents(open_page: Open) -> None:
    page = open_page("about.html")
    for words, rows in {
        "HARBOUR": list(range(10)),
        "harbour dahl": [1, 7],
        "etude": [55, 56, 57, 58, 59],
        "simkova apples": [15],
        "葛飾": [4, 10, 16, 22, 28, 34, 40, 46, 52, 58],
        "الإسكندرية": [12],
        "no such word": [],
    }.items():
        assert found(page, "words", words) == rows, words


def test_works_outside_and_without_a_place_can_be_asked_for(open_page: Open) -> None:
    page = open_page("about.html")
    assert found(page, "topic", "-1") == [55, 56, 57, 58]
    assert found(page, "topic", "-2") == [59]


def test_undated_works_are_in_no_span_and_open_spans_reach_the_end(open_page: Open) -> None:
    made, _ = works()
    late = [row for row, work in enumerate(made) if (work.year_from or 0) >= 1900]
    assert passing(open_page("about.html", hash="years=1900.."))[1] == late


def test_nonsense_in_the_address_filters_nothing_or_all_but_breaks_nothing(open_page: Open) -> None:
    assert passing(open_page("about.html", hash="colour=x&nonsense=1&topic=")) == (60, None)
    assert passing(open_page("about.html", hash="style=Nothing|of|this"))[0] == 0
    assert passing(open_page("about.html", hash="years=abc..x"))[0] == 54


def test_the_panel_chooses_and_counts_under_the_rest_of_the_filter(open_page: Open) -> None:
    page = open_page("works.html", hash="topic=0,1")
    page.click(".filter-button")
    page.click("summary:has-text('Styles')")
    lines = page.locator("[aria-label=Styles] li")
    lines.first.wait_for()
    told = dict(line.rsplit("\n", 1) for line in lines.all_inner_texts())
    assert told["Realism"] == "11"
    assert told["Cubism"] == "10"
    page.get_by_label("Cubism").check()
    page.locator(".filter-active .filter-count", has_text="10 of 60 works").wait_for()
    page.get_by_label("Realism").check()
    page.locator(".filter-active .filter-count", has_text="21 of 60 works").wait_for()
    assert "style=Cubism%7CRealism" in page.url


def test_years_are_chosen_in_the_panel(open_page: Open) -> None:
    page = open_page("works.html")
    page.click(".filter-button")
    page.click("summary:has-text('Years')")
    page.get_by_label("From the year").fill("1900")
    page.keyboard.press("Tab")
    page.locator(".chip", has_text="from 1900").wait_for()
    assert "years=1900.." in page.url


def test_a_hostile_value_is_chosen_shown_and_taken_away_as_text(open_page: Open) -> None:
    page = open_page("works.html")
    page.evaluate("topicart.filter.toggle('style', '\"><img src=x onerror=alert(2)>')")
    chip = page.locator(".chip")
    assert '"><img src=x onerror=alert(2)>' in chip.inner_text()
    assert passing(page)[1] == [21]
    chip.click()
    page.locator(".filter-active").wait_for(state="hidden")
    assert passing(page) == (60, None)


def test_bars_and_backslashes_within_a_value_do_not_split_it(open_page: Open) -> None:
    page = open_page("about.html")
    for values in (
        ["a|b", "c"],
        ["x", "|b"],
        ["x|", "b"],
        ["\\", "|"],
        ["\\|", "a\\b", "||"],
        ["🎨|", "𝔘\\"],
    ):
        page.evaluate("(values) => topicart.filter.set('style', values)", values)
        assert page.evaluate("topicart.filter.values('style')") == values
        for value in values:
            page.goto(page.url.split("#")[0] + filter_address("", ("style", value)))
            assert page.evaluate("topicart.filter.values('style')") == [value]


def test_what_is_no_number_is_no_theme(open_page: Open) -> None:
    page = open_page("about.html", hash="topic=3,")
    assert passing(page)[1] == list(range(33, 44))
    assert page.evaluate("topicart.filter.values('topic')") == [3]
    page = open_page("about.html", hash="topic=,")
    assert passing(page) == (60, None)


def test_years_before_our_era_are_said_as_such(open_page: Open) -> None:
    page = open_page("about.html", hash="years=-500..-401")
    assert page.locator(".chip bdi").inner_text() == "500 BCE–401 BCE"
    page = open_page("about.html", hash="years=..-44")
    assert page.locator(".chip bdi").inner_text() == "until 44 BCE"


def test_back_undoes_what_was_chosen_and_taken_away_but_no_letter(open_page: Open) -> None:
    page = open_page("works.html")
    for change in ("toggle('style', 'Cubism')", "toggle('topic', 1)", "set('years', '1810..1840')"):
        page.evaluate(f"topicart.filter.{change}")
    page.locator(".filter-words").press_sequentially("app", delay=250)
    page.locator(".chip", has_text="“app”").wait_for()
    page.locator(".chip", has_text="Cubism").click()
    page.locator(".chip", has_text="Cubism").wait_for(state="detached")
    for address in (
        "style=Cubism&topic=1&years=1810..1840&words=app",
        "style=Cubism&topic=1",
        "style=Cubism",
    ):
        page.go_back()
        page.wait_for_url(f"**/works.html#{address}")
    page.locator(".works-count", has_text=f"{_stating('Cubism')} of 60").wait_for()
    page.go_back()
    page.locator(".filter-active").wait_for(state="hidden")
    page.go_forward()
    page.locator(".chip", has_text="Cubism").wait_for()


def _stating(style: str) -> int:
    made, _ = works()
    return sum(style in work.facets["style"] for work in made)


def test_a_missing_file_is_told_and_all_works_are_shown(
    browser: Any, site: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "damaged"
    shutil.copytree(site, folder, ignore=shutil.ignore_patterns("facet-style.js", "pictures"))
    page = browser.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    (folder / "data" / "titles-0.js").unlink()
    page.goto(f"{folder.as_uri()}/works.html#style=Cubism")
    page.locator(".filter-trouble", has_text="data/titles-0.js is missing").wait_for()
    page.locator(".filter-trouble", has_text="data/facet-style.js is missing or damaged").wait_for()
    page.locator(".works-count", has_text="60 works.").wait_for()
    assert "cannot be applied: all 60 works are shown" in page.inner_text(".filter-active")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.click("text=Clear all")
    page.locator(".filter-active").wait_for(state="hidden")
    page.close()
    assert errors == []


def test_the_filter_works_with_the_keyboard_alone(open_page: Open) -> None:
    page = open_page("works.html")
    page.locator(".filter-button").focus()
    page.keyboard.press("Enter")
    page.locator("#filter-panel[open]").wait_for()
    assert page.locator(".filter-button").get_attribute("aria-expanded") == "true"
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    page.keyboard.press("Enter")
    page.locator("[aria-label=Themes] li").first.wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    page.locator(".chip").wait_for()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.className") == "filter-button"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator(".filter-active").wait_for(state="hidden")
    assert "#" not in page.url


def test_how_many_pass_is_said_and_printed(open_page: Open) -> None:
    page = open_page("works.html", hash="style=Cubism&words=apples")
    page.locator(".filter-count", has_text="7 of 60 works").first.wait_for()
    assert page.get_by_role("status").filter(has_text="7 of 60 works pass").count() == 1
    page.emulate_media(media="print")
    printed = page.locator(".filter-printed")
    assert printed.inner_text() == "Filtered by Style: Cubism; Words: “apples” – 7 of 60 works."
    assert not page.locator(".bar-nav").is_visible()


def test_clear_all_takes_everything_away_but_the_view(open_page: Open) -> None:
    page = open_page("works.html", hash="style=Cubism&words=apples&sort=-title")
    page.click("text=Clear all")
    page.locator(".filter-active").wait_for(state="hidden")
    assert page.url.endswith("works.html#sort=-title")
    assert page.locator(".filter-words").input_value() == ""


@pytest.mark.parametrize("name", ["works.html", "themes.html"])
def test_nothing_is_wider_than_a_phone(open_page: Open, name: str) -> None:
    page = open_page(name, hash="style=Cubism|Realism&words=a&topic=0,1,2", width=390, height=844)
    page.locator(".chip").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.click(".filter-button")
    page.locator("#filter-panel[open] .filter-part").first.wait_for()
    assert page.locator("#filter-panel").bounding_box()["width"] == 390
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
