from __future__ import annotations

import csv
import gzip
from collections import Counter
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from knowledge_graph import span_of
from knowledge_graph.date_words import _TOKENS
from tests.knowledge_graph.test_dates import shown

YEARS = st.integers(1000, 2100)
ONE_YEAR = [
    "{}", "in {}", "[{}]", "{}.", "May {}", "12 May {}", "May 12, {}", "12. Januar {}", "{}-07-31",
    "le 3 août {}", "31.12.{}", "+{}-00-00T00:00:00Z", "Summer {}", "{} AD", "AD {}", "{} n. Chr.",
    "published {}", "Paris, {}", "dated {}", "{}.0",
]  # fmt: skip
ABOUT = ["c.{}", "c. {}", "ca. {}", "Circa {}", "?{}", "{}?", "um {}", "vers {}", "about {}", "~{}"]
BETWEEN = [
    "{}-{}", "{} – {}", "{}/{}", "{} to {}", "between {} and {}", "zwischen {} und {}", "{}; {}",
    "{} or {}", "von {} bis {}", "entre {} et {}", "dal {} al {}", "tussen {} en {}", "{}, {}",
    "{} bis {}", "{}, printed {}", "after {} and before {}",
]  # fmt: skip
BETWEEN_BCE = [
    "{}-{} BCE", "{} – {} B.C.", "{} BC to {} BC", "{}/{} v. Chr.", "{}-{} av. J.-C.", "{}-{} a.C.",
]  # fmt: skip


@given(YEARS, st.sampled_from(ONE_YEAR))
def test_a_year_is_itself_however_it_is_written(year: int, form: str) -> None:
    assert span_of(form.format(year)) == (year, year, "year")


@given(YEARS, st.sampled_from(ABOUT))
def test_an_approximate_year_is_not_widened(year: int, form: str) -> None:
    assert span_of(form.format(year)) == (year, year, "circa")


@given(st.lists(YEARS, min_size=2, max_size=2, unique=True), st.sampled_from(BETWEEN))
def test_two_years_span_what_lies_between_them_in_either_order(years: list[int], form: str) -> None:
    assert span_of(form.format(*years)) == (min(years), max(years), "range")
    assert span_of("c. " + form.format(*years)) == (min(years), max(years), "circa")


@given(st.integers(1000, 2091), st.integers(1, 9))
def test_the_end_of_a_range_may_be_shortened(year: int, more: int) -> None:
    end = year + more
    assert span_of(f"{year}-{end % 10}") == (year, end, "range")
    if end % 100 > year % 100 or end % 100 == 0:
        assert span_of(f"{year}–{end % 100:02}") == (year, end, "range")


@given(
    st.lists(st.integers(1, 9999), min_size=2, max_size=2, unique=True),
    st.sampled_from(BETWEEN_BCE),
)
def test_years_before_the_common_era_are_negative(years: list[int], form: str) -> None:
    # The end of "1479-58 BC" is shortened; ends as long as their beginnings are not.
    first, last = sorted(year + 10_000 for year in years)
    assert span_of(form.format(last, first)) == (-last, -first, "range")


@given(
    st.integers(1, 20),
    st.sampled_from(["", " CE", " BCE"]),
    st.sampled_from([
        ("{}th century", 0, 100), ("{}. Jahrhundert", 0, 100), ("{}de eeuw", 0, 100),
        ("siglo {}", 0, 100), ("{}e siècle", 0, 100), ("early {}th century", 0, 33),
        ("mid-{}th century", 33, 66), ("late {}th c.", 66, 100),
        ("first half of the {}th century", 0, 50), ("2. Hälfte {}. Jh.", 50, 100),
        ("third quarter of the {}th century", 50, 75), ("last quarter {}th century", 75, 100),
    ]),
)  # fmt: skip
def test_centuries_and_their_parts(number: int, era: str, form: tuple[str, int, int]) -> None:
    written, start, stop = form
    first = -100 * number if era == " BCE" else 100 * number - 99
    expected = (first + start, first + stop - 1, "century")
    assert span_of(written.format(number) + era) == expected


@given(st.integers(101, 209))
def test_a_decade_has_thirds(tens: int) -> None:
    if tens % 10 or tens == 200:
        assert span_of(f"{tens}0s") == (10 * tens, 10 * tens + 9, "decade")
        assert span_of(f"early {tens}0s") == (10 * tens, 10 * tens + 2, "decade")
        assert span_of(f"mid-{tens}0s") == (10 * tens + 3, 10 * tens + 5, "decade")
        assert span_of(f"late {tens}0s") == (10 * tens + 6, 10 * tens + 9, "decade")


PIECES = [*_TOKENS, "1890", "850", "17th", "17", "5", "86", "XVII", "1890s", "BC", "Raphael", ".0"]


@given(
    st.one_of(
        st.text(),
        st.lists(st.sampled_from(PIECES), max_size=9).map(" ".join),
        st.lists(st.sampled_from(PIECES), max_size=9).map("".join),
        st.from_regex(r"[0-9cabs?.,;/ -]{1,20}", fullmatch=True),
    )
)
def test_any_text_gives_nothing_or_years_in_order(text: str) -> None:
    span = span_of(text)
    if span is None:
        return
    known = [year for year in span[:2] if year is not None]
    assert known
    assert known == sorted(known)
    assert all(-20_000 <= year <= 2100 and year for year in known)
    assert (span.year_from is None) == (span.precision == "before")
    assert (span.year_to is None) == (span.precision == "after")


TATE_FORMS = [
    ("{a}", "{a} {a} year"), ("c.{a}", "{a} {a} circa"), ("date not known", ""),
    ("c.{a}–{b:02}", "{a} 1{b} circa"), ("?{a}", "{a} {a} circa"),
    ("published {a}", "{a} {a} year"),
    ("circa {a}–{b:02}", "{a} 1{b} circa"), ("?c.{a}", "{a} {a} circa"),
    ("?exhibited {a}", "{a} {a} circa"), ("{a}–{b:02}, exhibited 2000", "{a} 1{b} range"),
    ("{a}, printed 2005", "{a} 2005 range"), ("{a}, cast c.1990–5", "{a} {a} year"),
    ("first published {a}, reprinted 1993", "{a} {a} year"), ("{a} or {b:02}", "{a} 1{b} range"),
    ("{a}, printed after 2001", "{a} 2001 range"), ("{a}–?{b:02}", "{a} 1{b} circa"),
    ("{a}, posthumous cast", "{a} {a} year"), ("after c.{a}", "{a} None after"),
    ("{a}, remade 2001, editioned replica 2005", "{a} 2005 range"),
]  # fmt: skip


@given(st.integers(0, 9), st.integers(0, 98), st.integers(1, 99), st.sampled_from(TATE_FORMS))
def test_dates_written_as_at_the_tate(
    hundreds: int, first: int, more: int, form: tuple[str, str]
) -> None:
    last = min(first + more, 99)
    text = form[0].format(a=1000 + 100 * hundreds + first, b=last)
    expected = form[1].replace("1{b}", f"{1000 + 100 * hundreds + last}")
    assert shown(span_of(text)) == expected.format(a=1000 + 100 * hundreds + first)


def test_the_dates_of_the_tate(shared_data: Path) -> None:
    with gzip.open(shared_data / "museum-tables" / "tate_artworks.csv.gz", "rt") as file:
        rows = list(csv.DictReader(file))
    dated = [row for row in rows if row["date_text"] not in ("", "date not known", "no date")]
    spans = {row["date_text"]: span_of(row["date_text"]) for row in rows}
    not_understood = Counter(row["date_text"] for row in dated if not spans[row["date_text"]])
    assert len(dated) == 63_210
    assert dict(not_understood) == {"c.18799–1802": 2}
    assert spans["date not known"] is spans["no date"] is None
    years = {(row["date_text"], row["start_year"], row["end_year"]): 0 for row in dated}
    for row in dated:
        years[row["date_text"], row["start_year"], row["end_year"]] += 1
    agreed = sum(
        works
        for (text, first, last), works in years.items()
        if (span := spans[text]) and (str(span.year_from), str(span.year_to)) == (first, last)
    )
    # The table's own years; of the rest half are "after", which it closes, or misprints of its own.
    assert agreed / sum(bool(row["end_year"]) for row in dated) > 0.985


def test_the_years_of_wikidata_and_wikiart(shared_data: Path) -> None:
    with gzip.open(shared_data / "museum-tables" / "wikidata_paintings.csv.gz", "rt") as file:
        dates = [row["_creation"] for row in csv.DictReader(file)]
    # One and two digits are not clearly years.
    assert {text for text in dates if not span_of(text)} == {
        text for text in dates if len(text.split("-")[0]) < 3
    }
    with (shared_data / "wikiart-sample" / "metadata.csv").open(encoding="utf-8") as file:
        dates = [row["date"] for row in csv.DictReader(file) if row["date"]]
    assert all(span_of(text) for text in dates)
