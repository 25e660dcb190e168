"""From a date as people write it to the year that a work is ordered by."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

Precision = Literal["", "year", "circa", "range", "decade", "century", "before", "after"]
"""How a date is meant: not understood, one year, about one, between two, a decade, a century or a
part of one, or with one end open."""

CENTURIES: Mapping[str, int] = MappingProxyType({"century": 100, "half_century": 50})
"""The facets that are derived from the dates, and how many years each of their values has."""


class Span(NamedTuple):
    """The years that a date can mean; those before the common era are negative."""

    year_from: int | None
    """The first year; None if the date is open there."""
    year_to: int | None
    """The last year; None if the date is open there."""
    precision: Precision


_BEFORE_CHRIST = r"(?:b\.?\s?c\.?(?:\s?e\.?)?|v\.?\s?chr\.?|av\.?\s?j\.?-?c\.?|a\.?\s?c\.)(?!\w)"
_ISO = re.compile(r"\s*([+-])(\d{4,6})-\d\d-\d\d")
_BC_YEAR = re.compile(
    rf"(?<!\d)(\d{{1,5}})(?:\s*[-–—/]\s*\d{{1,5}})?\s*{_BEFORE_CHRIST}", re.IGNORECASE
)
_YEAR = re.compile(r"(?<!\d)(1\d{3}|20\d{2})(?!\d)")
_EARLY_YEAR = re.compile(
    r"(?:a\.?d\.?\s*)?([1-9]\d{2})(?:\s*(?:a\.?d\.?|c\.?e\.?))?", re.IGNORECASE
)
_CIRCA = re.compile(r"^\s*(?:circa|about|around|um|vers|ca?\.?|~)\s*(?=\d)", re.IGNORECASE)
_CENTURY_WORD = r"(?:cent(?:ury|uries|\.)|c\.|jahrhunderts?|jh\.?|jhd?t?\.?|eeuw|si[eè]cles?)"
_ORDINAL = r"\s*(?:st|nd|rd|th|e|ème|eme|de|ste|\.)?"
_CENTURY = re.compile(
    rf"(?<!\d)(\d{{1,2}}){_ORDINAL}(?:\s*(?:[-–—/]|to|or|and|bis|oder|und)\s*\d{{1,2}}{_ORDINAL})?"
    rf"[\s-]*{_CENTURY_WORD}(?!\w)(?P<bc>\s*{_BEFORE_CHRIST})?",
    re.IGNORECASE,
)
_ROMAN_CENTURY = re.compile(
    r"(?:si[eè]cle|secolo|sec\.|siglo|s\.|s[eé]culo)\s*([ivx]{1,5})(?!\w)"
    r"|(?<!\w)([ivx]{1,5})\s*(?:e|ème|eme)?\s*(?:si[eè]cles?|secolo|sec\.|eeuw)(?!\w)",
    re.IGNORECASE,
)
_ROMAN = {"i": 1, "v": 5, "x": 10}


def year_of(text: str) -> int | None:
    """Find the first year that a date's text names.

    A range or several dates give the first year written, a century its first year (the 17th is
    1601 to 1700), ``c.``, ``after`` and the like are passed over. Years before Christ are negative
    (500 BC is -500; there is no year 0). A number that is not clearly a year is not guessed at.

    Parameters
    ----------
    text : str
        The date as written: ``"c.1590"``, ``"1885–86"``, ``"17th century"``, ``"1642/43"``.

    Returns
    -------
    int or None
        The year; None where the text names none.
    """
    iso = _ISO.match(text)
    if iso:
        year = int(iso.group(1) + iso.group(2))
        return year if 0 != year <= 2100 else None
    if before_christ := _BC_YEAR.search(text):
        return -int(before_christ.group(1)) or None
    if year_written := _YEAR.search(text):
        return int(year_written.group(1))
    if century := _CENTURY.search(text):
        return _first_year_of_century(int(century.group(1)), bool(century.group("bc")))
    if roman := _ROMAN_CENTURY.search(text):
        return _first_year_of_century(_roman_value(roman.group(1) or roman.group(2)), False)
    early = _EARLY_YEAR.fullmatch(_CIRCA.sub("", text).strip())
    return int(early.group(1)) if early else None


def span_of(text: str) -> Span | None:
    """Say which years a date's text can mean.

    Parameters
    ----------
    text : str
        The date as written.

    Returns
    -------
    Span or None
        None where the text is not understood.
    """
    year = year_of(text)
    return None if year is None else Span(year, year, "year")


def date_columns(texts: Sequence[str]) -> dict[str, list[Any]]:
    """Understand a column of dates.

    Parameters
    ----------
    texts : sequence of str
        The dates as written, ``""`` where there is none.

    Returns
    -------
    dict of str to list
        ``date``, ``year_from``, ``year_to`` and ``date_precision``, as ``collection_schema`` has
        them.
    """
    spans = {text: span_of(text) or Span(None, None, "") for text in set(texts)}
    found = [spans[text] for text in texts]
    return {
        "date": list(texts),
        "year_from": [span.year_from for span in found],
        "year_to": [span.year_to for span in found],
        "date_precision": [span.precision for span in found],
    }


def centuries_of(year_from: int | None, year_to: int | None, length: int) -> list[str]:
    """Name the centuries or half-centuries that a span of years touches.

    Parameters
    ----------
    year_from, year_to : int or None
        The first and the last year.
    length : int
        100 for centuries, 50 for their halves.

    Returns
    -------
    list of str
        Such as ``["17th century"]`` or ``["1601-1650"]``: at most two, and none if the span is
        open or longer than ``length``, for then it says too little.

    Examples
    --------
    >>> centuries_of(1590, 1610, 100), centuries_of(1642, 1642, 50)
    (['16th century', '17th century'], ['1601-1650'])
    """
    if year_from is None or year_to is None or year_to - year_from >= length:
        return []
    first, last = _bin_of(year_from, length), _bin_of(year_to, length)
    return [_bin_name(number, length) for number in range(first, last + 1)]


def _bin_of(year: int, length: int) -> int:
    """Number the years 1 to 100 as bin 0, -100 to -1 as bin -1; year 0 counts as 1."""
    return (max(year, 1) - 1) // length if year >= 0 else -((-year - 1) // length) - 1


def _bin_name(number: int, length: int) -> str:
    first, before = (number * length, "") if number >= 0 else ((-number - 1) * length, " BCE")
    if length == 100:
        century = first // 100 + 1
        return f"{century}{_ordinal(century)} century{before}"
    years = (first + 1, first + length)
    return "-".join(map(str, years[::-1] if before else years)) + before


def _ordinal(number: int) -> str:
    if 10 <= number % 100 <= 20:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def _first_year_of_century(century: int, before_christ: bool) -> int | None:
    """Give 1601 for the 17th century, -200 for the 2nd before Christ, None for the 40th."""
    if not 1 <= century <= 21:
        return None
    return -100 * century if before_christ else 100 * (century - 1) + 1


def _roman_value(numeral: str) -> int:
    """Read a numeral of i, v and x; 0 if it is not written as one writes them."""
    values = [_ROMAN[letter] for letter in numeral.lower()]
    value = sum(
        -here if here < after else here
        for here, after in zip(values, [*values[1:], 0], strict=True)
    )
    units = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
    standard = "x" * (value // 10) + units[value % 10]
    return value if standard == numeral.lower() else 0
