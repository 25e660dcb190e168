from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_graph import year_of
from knowledge_graph.dates import centuries_of

YEARS = st.integers(1000, 2099)


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("1578", 1578),
        ("c.1590", 1590),
        ("ca. 1885–86", 1885),
        ("1950 - 1954", 1950),
        ("1642/43", 1642),
        ("1902 ; 1910", 1902),
        ("1501-1550", 1501),
        ("after 1900", 1900),
        ("1890.0", 1890),
        ("12.05.1890", 1890),
        ("1890-05-12", 1890),
        ("1826–7, reprinted 1892", 1826),
        ("1890s", 1890),
        ("early 17th century", 1601),
        ("19th–20th century", 1801),
        ("20th C.", 1901),
        ("17. Jahrhundert", 1601),
        ("XVIIe siècle", 1601),
        ("sec. XV", 1401),
        ("16de eeuw", 1501),
        ("2nd century BC", -200),
        ("1200 BCE", -1200),
        ("500-450 B.C.", -500),
        ("c. 950", 950),
        ("AD 850", 850),
        ("+1890-00-00T00:00:00Z", 1890),
        ("-0500-01-01T00:00:00Z", -500),
    ],
)
def test_a_date_as_people_write_it_gives_its_first_year(text: str, year: int) -> None:
    assert year_of(text) == year


@pytest.mark.parametrize(
    "text",
    ["", "date not known", "n.d.", "12", "no. 850", "18901", "99", "9999", "0000", "99th century",
     "iiii secolo", "before the war", "0 BC", "+0000-01-01", "1 million years"],
)  # fmt: skip
def test_what_is_not_clearly_a_year_is_not_guessed(text: str) -> None:
    assert year_of(text) is None


@given(YEARS, st.sampled_from(["{}", "c. {}", "ca.{}", "{}?", "[{}]", "before {}", "May {}"]))
def test_a_year_is_found_in_whatever_surrounds_it(year: int, form: str) -> None:
    assert year_of(form.format(year)) == year


@given(YEARS, YEARS, st.sampled_from(["-", "–", " - ", "/", " to ", "; ", ", "]))
def test_of_two_years_the_first_written_counts(first: int, second: int, between: str) -> None:
    assert year_of(f"{first}{between}{second}") == first


@given(st.integers(1, 21))
def test_a_century_is_its_first_year(century: int) -> None:
    assert year_of(f"{century}th century") == 100 * century - 99


@given(st.text())
def test_any_text_gives_no_year_or_a_plausible_one(text: str) -> None:
    year = year_of(text)
    assert year is None or (-999_999 <= year <= 2100 and year != 0)


@pytest.mark.parametrize(
    ("year", "century"),
    [(1, "1st century"), (100, "1st century"), (101, "2nd century"), (1100, "11th century"),
     (1201, "13th century"), (2001, "21st century"), (-1, "1st century BCE"),
     (-300, "3rd century BCE")],
)  # fmt: skip
def test_years_have_centuries(year: int, century: str) -> None:
    assert centuries_of(year, year, 100) == [century]
