"""The page of time: its numbers beside a count by hand, and collections that have none."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from knowledge_graph import Artwork
from tests.topicart.report_runs import HOSTILE, write_run
from topicart.report.charts import Bars, draw_bars
from topicart.report.counting import count_periods
from topicart.report.frame import Frame
from topicart.report.summarize import summarize
from topicart.report.timeline import MOST_STACKED, courses, stacked, write_time_page
from topicart.run import Run


def _gallery(
    folder: Path, years: Sequence[int | None], topics: Sequence[int | None], **more: object
) -> Run:
    works = [
        Artwork(id=f"w{number:04}", title=f"Work {number}", year_from=year, year_to=year)
        for number, year in enumerate(years)
    ]
    return write_run(folder, works, topics, **more)  # type: ignore[arg-type]


def _page(run: Run) -> str:
    site = run.page.parent
    site.mkdir(exist_ok=True)
    write_time_page(Frame(site, run, summarize(run), {}))
    return (site / "time.html").read_text(encoding="utf-8")


def test_works_are_counted_by_period_and_topic_as_one_by_one() -> None:
    generator = np.random.default_rng(3)
    years, topics = generator.integers(-480, 1950, 3000), generator.integers(-2, 5, 3000)
    found = count_periods(years, topics, 5)
    assert found is not None
    by_hand = Counter(
        (topic, (year - found.start) // found.step)
        for topic, year in zip(topics.tolist(), years.tolist(), strict=True)
        if topic != -2
    )
    for topic in range(-1, 5):
        expected = [by_hand[topic, place] for place in range(len(found.everything))]
        assert found.counts[topic].tolist() == expected
    assert found.everything.sum() == 3000
    assert (found.step, found.start % found.step) == (50, 0)
    assert found.start <= years.min() < years.max() <= found.end


def test_no_dated_work_has_no_periods() -> None:
    assert count_periods(np.array([], np.int64), np.array([], np.int64), 3) is None


def test_a_theme_has_its_median_its_middle_half_and_its_peak(tmp_path: Path) -> None:
    years = [1801, 1803, 1804, 1861, 1862, 1863, 1864, 1899]
    run = _gallery(tmp_path, [*years, 1950, None], [0] * 8 + [1, 1])
    themes = summarize(run).themes
    periods = count_periods(np.array([*years, 1950]), np.array([0] * 8 + [1]), 2)
    assert periods is not None
    first, second = courses(themes, np.array([*years, 1950]), np.array([0] * 8 + [1]), periods)
    assert first.median in (1861, 1862)
    assert first.middle == (1804, 1863)
    assert first.peak == (1860, 1869, 4)
    assert (second.dated, second.median, second.middle) == (1, 1950, (1950, 1950))


def test_the_stack_gathers_small_themes_and_loses_no_work(tmp_path: Path) -> None:
    topics: list[int | None] = [number % 15 for number in range(60)]
    topics += [-1, -1, None]
    years: list[int | None] = [1800 + number for number in range(63)]
    run = _gallery(tmp_path, years, topics)
    placed = np.array([-2 if topic is None else topic for topic in topics])
    periods = count_periods(np.array(years), placed, 15)
    assert periods is not None
    stack = stacked(summarize(run).themes, periods)
    assert [series.key for series in stack.series[MOST_STACKED:]] == ["others", "outside"]
    assert sum(sum(series.counts) for series in stack.series) == 62
    assert sum(stack.totals) == 62
    assert sum(stack.series[-2].counts) == 12


def test_bars_stand_where_their_numbers_say() -> None:
    bars = Bars(
        left=np.array([0.0, 1.0]),
        right=np.array([1.0, 2.0]),
        low=np.array([0.0, 5.0]),
        high=np.array([5.0, 10.0]),
        keys=["t0", "outside"],
    )
    drawn = draw_bars(bars, size=(200, 100), domains=((0, 2), (0, 10)), marks={0: "1900"})
    assert drawn.outlines == {"t0": "M0,50h100v50h-100Z", "outside": "M100,0h100v50h-100Z"}
    root = ElementTree.fromstring(drawn.svg)
    assert {path.get("class") for path in root.iter("path")} == {"bar t0", "bar outside"}
    assert "1900" in [text.text for text in root.iter("text")]


def test_the_page_has_no_styles_inside_and_names_stay_text(tmp_path: Path) -> None:
    names = dict(enumerate(HOSTILE))
    n = len(HOSTILE)
    run = _gallery(
        tmp_path, [1800 + 9 * number for number in range(4 * n)], list(range(n)) * 4, names=names
    )
    page = _page(run)
    assert "<style" not in page
    assert not re.search(r"\sstyle=", page)
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "{{ 7 * 7 }}" in page
    assert "ö" * 200 not in page


def test_the_table_says_each_period(tmp_path: Path) -> None:
    page = _page(_gallery(tmp_path, [1881, 1882, 1889, 1893, None], [0, 0, 1, 1, 0]))
    assert "4 of 5 works are dated" in page
    row = re.search(r'years=1880\.\.1889".*?</tr>', page, re.DOTALL)
    assert row is not None
    assert re.findall(r"<td>(\d*)</td>", row[0]) == ["2", "1", "3"]


@pytest.mark.parametrize("topics", [[0, 0, 1], [-1, -1, -1]])
def test_without_dates_the_page_says_so(tmp_path: Path, topics: list[int | None]) -> None:
    page = _page(_gallery(tmp_path, [None, None, None], topics))
    assert "None of the works on the map has a date" in page
    assert "time.js" not in page


def test_dated_works_outside_all_themes_have_a_chart_all_the_same(tmp_path: Path) -> None:
    page = _page(_gallery(tmp_path, [1800, 1850, None], [-1, -1, 0]))
    assert "in no theme" in page
    assert "Without a dated work" in page


def test_years_before_the_common_era_are_called_so(tmp_path: Path) -> None:
    page = _page(_gallery(tmp_path, [-480, -470, -30, 14], [0, 0, 0, 0]))
    assert "480 BCE–471 BCE" in page


def test_where_only_works_without_a_picture_are_dated_there_is_nothing_to_draw(
    tmp_path: Path,
) -> None:
    page = _page(_gallery(tmp_path, [1800, 1850], [None, None]))
    assert "None of the works on the map has a date" in page


def test_years_at_the_end_of_the_numbers_take_no_more_time(tmp_path: Path) -> None:
    page = _page(_gallery(tmp_path, [-(2**31), 2**31 - 1, 1800], [0, 0, 0]))
    assert "in steps of 2,000 years" in page or "in steps of 2000 years" in page
