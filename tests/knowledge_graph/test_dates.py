from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge_graph import Span, span_of
from knowledge_graph.date_words import _TOKENS, LONGEST
from knowledge_graph.dates import _Reader, date_columns

UNDERSTOOD = """
1578 = 1578 1578 year
c.1590 = 1590 1590 circa
c1590 = 1590 1590 circa
ca. 1885–86 = 1885 1886 circa
1950 - 1954 = 1950 1954 range
1642/43 = 1642 1643 range
1902 ; 1910 = 1902 1910 range
early 17th century = 1601 1633 century
1501-1550 = 1501 1550 range
after 1900 = 1900 None after
1200 BCE = -1200 -1200 year
1890.0 = 1890 1890 year
12.05.1890 = 1890 1890 year
12-05-1890 = 1890 1890 year
5/1890 = 1890 1890 year
1890-05 = 1890 1890 year
1890-05-12 = 1890 1890 year
+1890-00-00T00:00:00Z = 1890 1890 year
-0500-01-01T00:00:00Z = -500 -500 year
0650-01-01 = 650 650 year
1890-05-01T00:00:00Z = 1890 1890 year
1890-05-01 00:00:00 = 1890 1890 year
1890-05-01/1891-06-01 = 1890 1891 range
-500 = -500 -500 year
12 May 1890 = 1890 1890 year
May 12, 1890 = 1890 1890 year
12. Mai 1890 = 1890 1890 year
12 de mayo de 1890 = 1890 1890 year
May 1890 = 1890 1890 year
May-June 1890 = 1890 1890 year
12 May 1890 – 3 June 1891 = 1890 1891 range
1890, May = 1890 1890 year
1890-May = 1890 1890 year
after 12 May 1890 = 1890 None after
Winter 1890/91 = 1890 1891 range
Spring 1890 = 1890 1890 year
?1785 = 1785 1785 circa
1785? = 1785 1785 circa
um 1785 = 1785 1785 circa
vers 1785 = 1785 1785 circa
between 1900 and 1910 = 1900 1910 range
zwischen 1900 und 1910 = 1900 1910 range
from 1900 to 1910 = 1900 1910 range
von 1900 bis 1910 = 1900 1910 range
dal 1900 al 1910 = 1900 1910 range
from 1900-10 = 1900 1910 range
after 1900 and before 1910 = 1900 1910 range
after c.1819–20 = 1819 None after
1954-1950 = 1950 1954 range
1999-2 = 1999 2002 range
1885-6 = 1885 1886 range
1896-00 = 1896 1900 range
1860 or 63 = 1860 1863 range
1957–c.66 = 1957 1966 circa
1924–5–c.1937 = 1924 1937 circa
1890s = 1890 1899 decade
1890's = 1890 1899 decade
1890er Jahre = 1890 1899 decade
années 1890 = 1890 1899 decade
anni 1890 = 1890 1899 decade
mid-1890s = 1893 1895 decade
1960s–70s = 1960 1979 decade
late 1960s–early 1970s = 1966 1972 decade
1800s = 1801 1900 century
mid-1800s = 1834 1866 century
17th century = 1601 1700 century
17th-18th century = 1601 1800 century
17th, 18th and 19th centuries = 1601 1900 century
late 17th to early 18th century = 1667 1733 century
mid-17th century = 1634 1666 century
mid to late 17th century = 1634 1700 century
first half of the 17th century = 1601 1650 century
second half of the 17th century = 1651 1700 century
2nd half 17th c. = 1651 1700 century
3rd quarter of the 17th century = 1651 1675 century
last quarter of the 17th century = 1676 1700 century
first third of the 17th century = 1601 1633 century
late 17th or first quarter of the 18th century = 1667 1725 century
seventeenth century = 1601 1700 century
17. Jahrhundert = 1601 1700 century
17./18. Jh. = 1601 1800 century
1. Hälfte 17. Jh. = 1601 1650 century
2. H. 17. Jh. = 1651 1700 century
Ende 19. Jh./Anfang 20. Jh. = 1867 1933 century
letztes Viertel des 16. Jahrhunderts = 1576 1600 century
XVII secolo = 1601 1700 century
XVII secolo, seconda metà = 1651 1700 century
metà del XVII secolo = 1634 1666 century
prima metà del XVII secolo = 1601 1650 century
sec. XV-XVI = 1401 1600 century
XVIIe siècle = 1601 1700 century
1ère moitié du XVIIe siècle = 1601 1650 century
fin du XIXe siècle = 1867 1900 century
début XXe siècle = 1901 1933 century
2e quart du 18e siècle = 1726 1750 century
siglo XVII = 1601 1700 century
s. XIX = 1801 1900 century
siglos XVII-XVIII = 1601 1800 century
primera mitad del siglo XVII = 1601 1650 century
finales del siglo XIX = 1867 1900 century
século XVII = 1601 1700 century
16de eeuw = 1501 1600 century
eerste helft 17de eeuw = 1601 1650 century
late 18th C = 1767 1800 century
20th C. = 1901 2000 century
5th c. BC = -500 -401 century
2nd century BCE = -200 -101 century
1st century BCE - 1st century CE = -100 100 century
1. Jh. v. Chr. = -100 -1 century
IIe siècle av. J.-C. = -200 -101 century
first half of the 2nd century BC = -200 -151 century
2nd millennium BC = -2000 -1001 range
300-200 BCE = -300 -200 range
500-450 B.C. = -500 -450 range
50 BCE - 50 CE = -50 50 range
50 BC–AD 50 = -50 50 range
100 BC - AD 100 = -100 100 range
1000 BC - AD 50 = -1000 50 range
AD 850 = 850 850 year
AD 50-75 = 50 75 range
850 n. Chr. = 850 850 year
20,000 BC = -20000 -20000 year
ca. 1479–1458 B.C. = -1479 -1458 circa
490s BC = -499 -490 decade
c. 950 = 950 950 circa
600-700 = 600 700 range
650 = 650 650 year
post 1900 = 1900 None after
nach 1900 = 1900 None after
not before 1900 = 1900 None after
nicht vor 1900 = 1900 None after
begun 1950 = 1950 None after
1950- = 1950 None after
1950-present = 1950 None after
1950-? = 1950 None after
1596 or after = 1596 None after
before 1650 = None 1650 before
vor 1650 = None 1650 before
by 1650 = None 1650 before
ante 1650 = None 1650 before
prima del 1650 = None 1650 before
not after 1650 = None 1650 before
c.1793 or earlier = None 1793 before
20th-century = 1901 2000 century
nineteenth-century = 1801 1900 century
sec. XV - sec. XVI = 1401 1600 century
1890s–1900s = 1890 1909 decade
1990s-2000s = 1990 2009 decade
2000s = 2000 2009 decade
1700s-1800s = 1701 1900 century
1600-talet = 1601 1700 century
500s BCE = -600 -501 century
1650? = 1650 1650 circa
1950-, cast 1970 = 1950 None after
1950-(52) = 1950 1952 range
published 1823 = 1823 1823 year
first published 1792, reprinted 1993 = 1792 1792 year
1923, cast 1958 = 1923 1923 year
1923, reconstructed 1961 = 1923 1961 range
1962, printed after 1971 = 1962 1971 range
1958, printed no later than 1968 = 1958 1968 range
exhibition copy 2007 (original 1993) = 1993 2007 range
Edo period (1615–1868) = 1615 1868 range
dated 1012 AH/1603–4 CE = 1603 1604 range
begun 1950, finished 1954 = 1950 1954 range
[1890] = 1890 1890 year
1890年 = 1890 1890 year
after Raphael, 1650 = 1650 1650 year
early work, 1890 = 1890 1890 year
late 1890 = 1890 1890 year
XIXe-XXe siècles = 1801 2000 century
1890-1-5 = 1890 1890 year
1890/05/12 = 1890 1890 year
12/05/1890-14/05/1890 = 1890 1890 year
12-05-1890 - 14-06-1891 = 1890 1891 range
Dynasty 18, ca. 1479–1458 B.C. = -1479 -1458 circa
1503–1506 (perhaps until 1517) = 1503 1517 circa
late 6th–early 5th century BCE = -534 -468 century
A.D. 1st–2nd century = 1 200 century
10th-9th century B.C. = -1000 -801 century
17th century or later = 1601 None after
Anfang 1890er Jahre = 1890 1892 decade
no earlier than 1850 = 1850 None after
1850 or so = 1850 1850 year
1900/1901/1902 = 1900 1902 range
17th ca. 1650 = 1650 1650 circa
"""
"""A date, its first year, its last and its precision."""

NOT_UNDERSTOOD = """
date not known
no date
n.d.
undated
unknown
A01035
020 7887 1234
+44 20 1234 5678
1200 x 900 mm
1200 × 1100
1200 mm
no. 850
inv. 1234
18901
99
12
9999
0000
99th century
iiii secolo
last century
0 BC
+0000-01-01
1 million years
1952.1234
b. 1606
b. c. 1606
born 1606
$1500
1890a
1895s
turn of the 20th century
before the war
Room 850
4 panels, 1923
c.18799–1802
1890½
1 000
2500
21000 BC
17
May 12
17th version
000s
189-?
189?
[189-]
18--
XVIII
1890 (no. 3)
5/1/90
"""


def cases() -> list[tuple[str, str]]:
    found = [line.rpartition(" = ") for line in UNDERSTOOD.strip().splitlines()]
    return [(text, expected) for text, _, expected in found]


def shown(span: Span | None) -> str:
    return "" if span is None else " ".join(map(str, span))


@pytest.mark.parametrize(("text", "expected"), cases())
def test_a_date_as_people_write_it_gives_the_years_it_can_mean(text: str, expected: str) -> None:
    assert shown(span_of(text)) == expected


@pytest.mark.parametrize("text", ["", *NOT_UNDERSTOOD.strip().splitlines()])
def test_what_is_not_clearly_a_date_is_not_guessed(text: str) -> None:
    assert span_of(text) is None


@settings(max_examples=500)
@given(
    text=st.sampled_from([text for text, _ in cases()]),
    around=st.sampled_from(["{}", "  {}\t", "[{}]", "({})", "{} ", "{},", "\u00a0{}"]),
    dash=st.sampled_from("-‐‑‒–—―−－"),
    case=st.sampled_from([str, str.upper, str.lower]),
)
def test_spaces_brackets_case_and_the_kind_of_dash_do_not_matter(
    text: str, around: str, dash: str, case: Callable[[str], str]
) -> None:
    plain = text.replace("–", "-")
    framed = plain if plain[0] in "+-" else around.format(plain)
    assert span_of(case(framed).replace("-", dash)) == span_of(text)


def test_each_kind_of_word_has_a_reader() -> None:
    kinds = {token.kind for token in _TOKENS.values()} | {"word", "number"}
    assert {kind for kind in kinds if not hasattr(_Reader, f"read_{kind}")} == {"deny"}


@pytest.mark.parametrize(
    "piece", ["1", "1890-", "c.", "(", "12.", "b.c.", "17th ", "a\u0301\u0327", "ﷺ", " 1890 ", "-"]
)
def test_long_texts_are_no_dates_and_are_passed_over_at_once(piece: str) -> None:
    assert span_of(piece * 100_000) is None
    span_of(piece * (LONGEST // len(piece)))
    assert span_of(" " * 100_000 + "1890" + " " * 100_000) == (1890, 1890, "year")


def test_a_column_of_dates_keeps_what_is_not_understood() -> None:
    assert date_columns(["c.1590", "date not known", "", "after 1900"]) == {
        "date": ["c.1590", "date not known", "", "after 1900"],
        "year_from": [1590, None, None, 1900],
        "year_to": [1590, None, None, None],
        "date_precision": ["circa", "", "", "after"],
    }


def test_every_year_of_a_thousand_is_understood_in_every_form() -> None:
    forms = ["{}", "c.{}", "{}–99", "after {}", "12 May {}", "{}, cast 1999", "ca. {} BCE"]
    texts = [form.format(year) for form in forms for year in range(1001, 2001)]
    assert None not in map(span_of, texts)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [("1890/91/92", 1890, 1892), ("1914/15/16", 1914, 1916), ("9/1890-3/1891", 1890, 1891),
     ("1890/12/31", 1890, 1890)],
)  # fmt: skip
def test_years_are_not_taken_for_months(text: str, first: int, last: int) -> None:
    span = span_of(text)
    assert span is not None
    assert span[:2] == (first, last)
