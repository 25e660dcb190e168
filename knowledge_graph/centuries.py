"""The centuries and half-centuries that works are from, derived from the years of their dates."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

CENTURIES: Mapping[str, int] = MappingProxyType({"century": 100, "half_century": 50})
"""The facets that are derived from the dates, and how many years each of their values has."""


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
