from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_graph.centuries import CENTURIES, centuries_of

YEARS = st.integers(-20_000, 2100).filter(bool)


@pytest.mark.parametrize(
    ("year", "century", "half"),
    [
        (1, "1st century", "1-50"),
        (50, "1st century", "1-50"),
        (51, "1st century", "51-100"),
        (100, "1st century", "51-100"),
        (101, "2nd century", "101-150"),
        (1100, "11th century", "1051-1100"),
        (1201, "13th century", "1201-1250"),
        (1650, "17th century", "1601-1650"),
        (1651, "17th century", "1651-1700"),
        (1700, "17th century", "1651-1700"),
        (2001, "21st century", "2001-2050"),
        (-1, "1st century BCE", "50-1 BCE"),
        (-50, "1st century BCE", "50-1 BCE"),
        (-51, "1st century BCE", "100-51 BCE"),
        (-100, "1st century BCE", "100-51 BCE"),
        (-101, "2nd century BCE", "150-101 BCE"),
        (-300, "3rd century BCE", "300-251 BCE"),
    ],
)
def test_years_have_centuries_and_half_centuries(year: int, century: str, half: str) -> None:
    assert centuries_of(year, year, 100) == [century]
    assert centuries_of(year, year, 50) == [half]


@pytest.mark.parametrize(
    ("first", "last", "length", "expected"),
    [
        (1590, 1610, 100, ["16th century", "17th century"]),
        (1601, 1700, 100, ["17th century"]),
        (1601, 1701, 100, []),
        (1601, 1650, 50, ["1601-1650"]),
        (1640, 1689, 50, ["1601-1650", "1651-1700"]),
        (1640, 1690, 50, []),
        (-10, 10, 100, ["1st century BCE", "1st century"]),
        (-200, -101, 100, ["2nd century BCE"]),
        (None, 1650, 100, []),
        (1650, None, 100, []),
        (None, None, 100, []),
    ],
)
def test_a_span_has_the_centuries_it_touches_if_it_is_short_enough(
    first: int | None, last: int | None, length: int, expected: list[str]
) -> None:
    assert centuries_of(first, last, length) == expected


@given(YEARS, st.integers(0, 300), st.sampled_from(sorted(CENTURIES.values())))
def test_a_span_has_at_most_two_and_those_of_its_ends(year: int, more: int, length: int) -> None:
    last = min(year + more, 2100) or 1
    found = centuries_of(year, last, length)
    if last - year < length:
        ends = centuries_of(year, year, length) + centuries_of(last, last, length)
        assert found == list(dict.fromkeys(ends))
    else:
        assert found == []
