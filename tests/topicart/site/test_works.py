"""The table of all works: sorted, filtered, walked through with the keyboard, fast at any size."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.topicart.site.conftest import works

Open = Callable[..., Any]
ROWS = ".works-body .works-row"
N_MANY = 100_000
_TEXT = 2000


def ids(page: Any) -> list[int]:
    """Return the works of the rows in view, from the top."""
    page.locator(ROWS).first.wait_for()
    rows: list[int] = page.locator(ROWS).evaluate_all("all => all.map((row) => +row.dataset.work)")
    return rows


def test_rows_are_as_in_the_collection_and_tell_of_each_work(open_page: Open) -> None:
    page = open_page("works.html", height=700)
    page.locator(ROWS, has_text="Harbour 0").wait_for()
    assert ids(page) == list(range(len(ids(page))))
    cells = page.locator(ROWS).nth(1).locator("[role=gridcell]").all_inner_texts()
    assert [cell.strip() for cell in cells[1:5]] == ["Harbour 1", "Dahl, Ole", "1802", "Harbour"]
    grid = page.get_by_role("grid")
    assert grid.get_attribute("aria-rowcount") == "61"
    assert page.locator(ROWS).nth(1).get_attribute("aria-rowindex") == "3"


def test_a_head_sorts_up_then_down_then_not_at_all(open_page: Open) -> None:
    page = open_page("works.html", height=5000)
    for key in ("title", "artist", "date", "theme", "certainty"):
        head = page.locator(f".cell-{key}[role=columnheader]")
        listed = []
        for order in ("ascending", "descending", "none"):
            head.get_by_role("button").click()
            page.locator(f".cell-{key}[aria-sort={order}]").wait_for()
            listed.append(ids(page))
        up, down, not_at_all = listed
        assert sorted(up) == sorted(down) == not_at_all == list(range(60)), key
        assert up != down, key


def test_dates_are_sorted_as_years_with_the_undated_last_either_way(open_page: Open) -> None:
    made, _ = works()
    up = sorted(range(60), key=lambda row: (made[row].year_from or 9999, row))
    down = sorted(range(60), key=lambda row: (-(made[row].year_from or -9999), row))
    assert ids(open_page("works.html", hash="sort=date", height=6000)) == up
    assert ids(open_page("works.html", hash="sort=-date", height=6000)) == down


def test_works_without_an_artist_are_last_either_way(open_page: Open) -> None:
    up = ids(open_page("works.html", hash="sort=artist", height=6000))
    down = ids(open_page("works.html", hash="sort=-artist", height=6000))
    assert up[-1] == down[-1] == 57
    assert down[:-1] == up[-2::-1]


def test_titles_are_sorted_whatever_their_case(open_page: Open) -> None:
    page = open_page("works.html", hash="sort=title&topic=1,3", height=6000)
    apples = [11, 15, 16, 17, 18, 19, 20]
    shown = ids(page)
    assert [row for row in shown if row in apples] == apples
    assert shown.index(20) < shown.index(33)


def test_only_what_passes_the_filter_is_listed(open_page: Open) -> None:
    page = open_page("works.html", hash="words=apples&sort=-date", height=3000)
    page.locator(".works-count", has_text="7 of 60 works.").wait_for()
    assert ids(page) == [20, 19, 18, 16, 15, 11, 17]
    page.evaluate("topicart.filter.set('words', 'nothing at all')")
    page.locator(".works-count", has_text="0 of 60 works.").wait_for()
    assert page.locator(ROWS).count() == 0


def test_the_keyboard_walks_and_opens(open_page: Open) -> None:
    page = open_page("works.html", height=700)
    page.locator(ROWS).first.wait_for()
    grid = page.get_by_role("grid")
    grid.focus()
    assert grid.get_attribute("aria-activedescendant") == "row-0"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    assert grid.get_attribute("aria-activedescendant") == "row-1"
    page.keyboard.press("End")
    page.locator("#row-59.active").wait_for()
    box = page.locator("#row-59").bounding_box()
    assert box["y"] + box["height"] <= 701
    page.keyboard.press("PageUp")
    page.keyboard.press("Home")
    page.locator("#row-0.active").wait_for()
    page.keyboard.press("Enter")
    page.locator("#work-title", has_text="Harbour 0").wait_for()
    page.keyboard.press("ArrowRight")
    page.locator("#work-title", has_text="Harbour 1").wait_for()
    page.keyboard.press("Escape")
    page.locator("#work[open]").wait_for(state="detached")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "grid"


def test_a_theme_in_a_row_leads_to_its_room(open_page: Open) -> None:
    page = open_page("works.html", hash="words=harbour")
    page.locator(ROWS).first.locator(".cell-theme a").click()
    page.wait_for_url("**/theme-0.html#words=harbour")


def test_the_first_rows_are_printed(open_page: Open) -> None:
    page = open_page("works.html", height=500)
    page.locator(ROWS).first.wait_for()
    assert page.locator(ROWS).count() < 30
    page.emulate_media(media="print")
    page.locator("#row-59").wait_for()
    assert page.locator(ROWS).count() == 60


@pytest.fixture
def many(site: Path, tmp_path: Path) -> Path:
    """Return a site whose table has a hundred thousand works."""
    folder = tmp_path / "many"
    shutil.copytree(site, folder, ignore=shutil.ignore_patterns("pictures", "titles-*"))

    def put(name: str, value: Any) -> None:
        text = f"topicart.put({json.dumps(name)}, {json.dumps(value)});"
        (folder / "data" / f"{name}.js").write_text(text, encoding="utf-8")

    def packed(kind: str, value: int = 0) -> str:
        return base64.b64encode(np.full(N_MANY, value, kind).tobytes()).decode()

    text = (site / "data" / "base.js").read_text(encoding="utf-8")
    base = json.loads(text[text.index(", ") + 2 : text.rindex(")")])
    base |= {"n": N_MANY, "topic": packed("<i2"), "x": packed("<u2"), "y": packed("<u2")}
    base["sprites"] |= {"cell": packed("<i4", -1), "width": packed("u1"), "height": packed("u1")}
    put("base", base)
    put("certainty", {"probability": packed("u1", 255)})
    backwards = np.arange(N_MANY, dtype="<u4")[::-1]
    put("order-title", {"rows": base64.b64encode(backwards.tobytes()).decode(), "blank": 0})
    for shard in range(N_MANY // _TEXT):
        titles = [f"Work {shard * _TEXT + at}" for at in range(_TEXT)]
        put(f"titles-{shard}", {"title": titles, "artist": [""] * _TEXT, "date": [""] * _TEXT})
    return folder


def test_a_hundred_thousand_rows_are_few_elements_and_few_files(
    open_page: Open, many: Path
) -> None:
    page = open_page("works.html", hash="sort=title", base=many)
    page.locator(ROWS, has_text="Work 99999").wait_for()
    assert page.locator(ROWS).count() < 40
    page.get_by_role("grid").focus()
    page.keyboard.press("End")
    page.locator("#row-99999", has_text="Work 0").wait_for()
    assert page.locator(ROWS).count() < 40
    loaded = "document.querySelectorAll('script[src*=titles-]').length"
    assert page.evaluate(loaded) <= 3
    page.locator(".filter-words").fill("work 777")
    expected = sum("777" in str(number) for number in range(N_MANY))
    page.locator(".works-count", has_text=f"{expected} of 100,000 works.").wait_for()
