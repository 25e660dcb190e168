"""Conditions on works' facts, as people write them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

from knowledge_graph import cut
from topicart.errors import RetrievalError

__all__ = [
    "DATE",
    "FIRST_YEAR",
    "LAST_YEAR",
    "Condition",
    "facets_asked",
    "parse_condition",
    "written",
]

_WRITTEN = re.compile(r"\s*([^=!<>]+?)\s*(!=|<=|>=|=|<|>)\s*(.*?)\s*", re.DOTALL)
_RANGE = re.compile(r"(-?\d{1,6})\s*(?:\.\.|–)\s*(-?\d{1,6})")
_YEAR = re.compile(r"-?\d{1,6}")
DATE = "date"
"""What years are asked for by."""
FIRST_YEAR, LAST_YEAR = -(10**6), 10**6
"""The years of a span that has no beginning, or no end."""
_LONGEST = 8000
_HOW = (
    "Write a condition as genre=marina, genre=marina|portrait, style!=Realism, date<1700, "
    "date=1600..1650 or topic=3."
)


@dataclass(frozen=True)
class Condition:
    """One condition on a fact of works."""

    facet: str
    """A facet, ``century``, ``half_century``, ``topic`` or ``date``."""
    values: tuple[str, ...] = ()
    """Any of them; empty for dates."""
    negated: bool = False
    """Whether works must state none of the values; works that state nothing pass."""
    stated: bool = False
    """Whether works that state nothing of the facet fail a negated condition too."""
    years: tuple[int, int] | None = None
    """First and last year, for dates: a work passes whose years touch the span."""


@lru_cache(maxsize=256)
def parse_condition(text: str) -> Condition:
    """Read a condition as people write it.

    Parameters
    ----------
    text : str
        Such as ``genre=marina|portrait`` (a bar or backslash within a value has a backslash in
        front), ``style!=Realism``, ``date<1700``, ``date=1600..1650``, ``topic=3``.

    Returns
    -------
    Condition
        What it asks for; whether works have such facets and values is the matter of their facts.

    Raises
    ------
    RetrievalError
        If it is no condition.

    Examples
    --------
    >>> parse_condition("genre = marina|still life").values
    ('marina', 'still life')
    >>> parse_condition("date<1700").years
    (-1000000, 1699)
    """
    if len(text) > _LONGEST:
        raise RetrievalError(f"A condition has at most {_LONGEST} letters, got {len(text)}. {_HOW}")
    match = _WRITTEN.fullmatch(text)
    if match is None or not match[3]:
        raise RetrievalError(f"{cut(text)!r} is no condition. {_HOW}")
    facet, operator, value = match.groups()
    facet = "_".join(facet.casefold().split())
    if facet == DATE:
        return Condition(DATE, years=_years(operator, value))
    if operator not in ("=", "!="):
        raise RetrievalError(
            f"{cut(text)!r}: only dates are smaller or larger, {facet} is = or !=. {_HOW}"
        )
    values = _parts(value)
    if not values:
        raise RetrievalError(f"{cut(text)!r} names no value. {_HOW}")
    return Condition(facet, values, operator == "!=")


def written(condition: Condition) -> str:
    """Write a condition as people do.

    Parameters
    ----------
    condition : Condition
        Any.

    Returns
    -------
    str
        What :func:`parse_condition` reads as the same condition.

    Examples
    --------
    >>> written(parse_condition("date < 1700"))
    'date<=1699'
    """
    if condition.years is not None:
        first, last = condition.years
        if first <= FIRST_YEAR:
            return f"{condition.facet}<={last}"
        if last >= LAST_YEAR:
            return f"{condition.facet}>={first}"
        return f"{condition.facet}={first}..{last}"
    values = "|".join(re.sub(r"([\\|])", r"\\\1", value) for value in condition.values)
    return f"{condition.facet}{'!=' if condition.negated else '='}{values}"


def facets_asked(texts: Iterable[str]) -> list[str]:
    """Give the facets that conditions ask for.

    Parameters
    ----------
    texts : iterable of str
        Conditions; what is none is passed over.

    Returns
    -------
    list of str
        Each once, in their order.
    """
    facets = []
    for text in texts:
        with suppress(RetrievalError):
            facets.append(parse_condition(text).facet)
    return list(dict.fromkeys(facets))


def _parts(value: str) -> tuple[str, ...]:
    r"""Split at bars; ``\|`` and ``\\`` are the letters. As the page's filter does it."""
    found = re.findall(r"(?:\\[\\|]|[^|])+", value)
    parts = (re.sub(r"\\([\\|])", r"\1", part).strip() for part in found)
    return tuple(dict.fromkeys(part for part in parts if part))


def _years(operator: str, value: str) -> tuple[int, int]:
    if operator == "=" and (span := _RANGE.fullmatch(value)):
        first, last = int(span[1]), int(span[2])
        if first > last:
            raise RetrievalError(f"The years {first} to {last} are in the wrong order. {_HOW}")
        return first, last
    spans: dict[str, Callable[[int], tuple[int, int]]] = {
        "=": lambda year: (year, year),
        "<": lambda year: (FIRST_YEAR, year - 1),
        "<=": lambda year: (FIRST_YEAR, year),
        ">": lambda year: (year + 1, LAST_YEAR),
        ">=": lambda year: (year, LAST_YEAR),
    }
    if operator not in spans or not _YEAR.fullmatch(value):
        raise RetrievalError(
            f"date{operator}{cut(value)} asks for no years: a date is a year, or two as in "
            f"1600..1650, with =, <, <=, > or >=. {_HOW}"
        )
    return spans[operator](int(value))
