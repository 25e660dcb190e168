"""From dates as people write them to the years that they can mean, and to centuries.

A date is cut into words (``date_words.py``); a ``_Reader`` goes through them once and collects the
years, decades and centuries that are named; the span is what they cover together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from knowledge_graph.centuries import CENTURIES, centuries_of
from knowledge_graph.date_words import Number, tokens_of

__all__ = ["CENTURIES", "Precision", "Span", "centuries_of", "date_columns", "span_of"]

Precision = Literal["", "year", "circa", "range", "decade", "century", "before", "after"]
"""How a date is meant: not understood, one year, about one, between two, a decade, a century or a
part of one, or with one end open."""

_FIRST_YEAR, _LAST_YEAR = -20_000, 2100
_WHOLE = (0, 12)
_TIES = ("pair", "range")
_OPEN_KINDS = ("number", "ordinal")


class Span(NamedTuple):
    """The years that a date can mean; those before the common era are negative."""

    year_from: int | None
    """The first year; None if the date is open there."""
    year_to: int | None
    """The last year; None if the date is open there."""
    precision: Precision


def span_of(text: str) -> Span | None:
    """Say which years a date's text can mean.

    Several dates give the span from the first to the last of them, in whatever order they stand.
    ``1885-6`` ends in 1886, ``1999-2`` in 2002. A decade's or a century's early, mid and late parts
    are thirds of it; ``1800s`` is the 19th century, but ``2000s`` a decade, and so is ``1900s`` in
    ``1890s-1900s``. A number alone may be negative: ``-500`` is 500 BCE. ``circa`` is a precision
    and widens nothing; it takes the place of ``year`` and ``range``. With ``after`` and ``before``,
    which take in the year they name, one end is open, as in ``1950-``; beside another date they are
    taken as that year.
    What was done with a work later, published, exhibited, cast, reprinted or restored, does not
    count if a date stands before it; printed, remade or reconstructed does. There is no year 0, and
    none after 2100.

    Words that are not known are passed over; numbers are not: a date with a number in it that is
    no part of a date is not understood, nor are sizes, inventory numbers and dates of birth.

    Parameters
    ----------
    text : str
        The date as written, in English, German, French, Italian, Spanish, Portuguese or Dutch.

    Returns
    -------
    Span or None
        None where the text is not understood; never a guess.

    Examples
    --------
    >>> span_of("c.1885–86")
    Span(year_from=1885, year_to=1886, precision='circa')
    >>> tuple(span_of("1642/43")), tuple(span_of("12 May 1890")), tuple(span_of("1890-05-12"))
    ((1642, 1643, 'range'), (1890, 1890, 'year'), (1890, 1890, 'year'))
    >>> tuple(span_of("early 17th century")), tuple(span_of("seconda metà del XVII secolo"))
    ((1601, 1633, 'century'), (1651, 1700, 'century'))
    >>> tuple(span_of("after 1900")), tuple(span_of("vor 1650")), tuple(span_of("late 1890s"))
    ((1900, None, 'after'), (None, 1650, 'before'), (1896, 1899, 'decade'))
    >>> tuple(span_of("2nd century BCE")), tuple(span_of("50 BC - AD 50"))
    ((-200, -101, 'century'), (-50, 50, 'range'))
    >>> tuple(span_of("1923, cast 1958")), tuple(span_of("1923, printed after 1958"))
    ((1923, 1923, 'year'), (1923, 1958, 'range'))
    >>> span_of("date not known"), span_of("1200 x 900 mm"), span_of("A01035")
    (None, None, None)
    """
    tokens = tokens_of(text)
    if tokens is None:
        return None
    reader = _Reader()
    for token in tokens:
        getattr(reader, f"read_{token.kind}")(token.value)
        if reader.done:
            break
    return reader.span()


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


@dataclass
class _Named:
    """A number in a date, and what it is found to be."""

    number: int
    kind: str
    """``"year"``, ``"early"`` (a year of three digits), ``"decade"``, ``"century"``; not known yet:
    ``"number"``, and ``"ordinal"``, which may as well be of something else ("2nd version")."""
    link: str
    """How it is tied to what was named before: see ``_Reader``."""
    era: int
    part: tuple[int, int]
    """Of a decade or century, in twelfths."""
    bound: str
    """``"after"``; ``"from"``, which in "from 1900-10" is not of 1910; ``"before"``; ``""``."""
    length: int = 100
    """Years in a century, or in a millennium."""

    def can_be_continued(self, era: int) -> bool:
        """Say whether two digits after it are the end of another year, as in 1885-86."""
        return self.kind in ("year", "decade") and self.number >= 1000 and self.era == era

    def years(self) -> tuple[int, int]:
        """Give the first and the last year."""
        first, last = {
            "decade": (self.number, self.number + 9),
            "century": ((self.number - 1) * self.length + 1, self.number * self.length),
        }.get(self.kind, (self.number, self.number))
        if self.era < 0:
            first, last = -last, -first
        if first == last:
            return first, last
        low, high = (twelfths * (last + 1 - first) // 12 for twelfths in self.part)
        return first + low, first + high - 1


class _Reader:
    """What is understood of a date so far; there is a method for each kind of token.

    ``link`` says how the next number is tied to the last one: ``"beside"`` it; in a ``"list"``,
    after a comma; as its ``"pair"``, after "or" or "/"; in a ``"range"``, after a dash; or
    ``"apart"`` from it.
    """

    def __init__(self) -> None:
        self.named: list[_Named] = []
        self.link = "apart"
        self.about = self.strange = self.done = False
        self._forget()

    def _forget(self) -> None:
        """Drop what was said of a number to come, since something else comes."""
        self.part, self.bound, self.era, self.century, self.decade = _WHOLE, "", 0, 0, False

    def read_word(self, _: object) -> None:
        self._forget()
        self.link, self.strange = "apart", True

    def read_glue(self, _: object) -> None:
        """Pass over an article, a preposition or a full stop."""

    def read_month(self, _: object) -> None:
        self.link = "apart"

    def read_deed(self, _: object) -> None:
        self.done = any(one.kind != "ordinal" for one in self.named)

    def read_link(self, link: str) -> None:
        if link == "list":
            self._close_range()
        if self.link != "apart":
            self.link = link

    def _close_range(self) -> None:
        """Leave a date open after which there is a dash and nothing else, as in ``1950-``."""
        if self.link == "range":
            self.named[-1].bound = "from"

    def read_circa(self, century: int) -> None:
        # "20th C." is a century, "c. 1590" is not.
        if century and self.link == "beside" and self.named[-1].kind == "ordinal":
            self.read_century(century)
        else:
            self.about = True

    def read_bound(self, bound: str) -> None:
        self.bound = bound
        if bound == "before":  # "from 1900 until 1910"
            self.read_link("pair")

    def read_alternative(self, bound: str) -> None:
        for named in self._tied():
            named.bound = bound

    def read_part(self, part: tuple[int, int]) -> None:
        # "early to mid-1890s" has both.
        self.part = part if self.part == _WHOLE else (self.part[0], max(part[1], self.part[1]))

    def read_fraction(self, parts: int) -> None:
        which = self._unexplained(self._tied(), parts)
        if not which:
            self.read_part((4, 8))  # "metà del secolo"
            return
        del self.named[-len(which) :]
        self.link = which[0].link
        numbers = [named.number % (parts + 1) for named in which]  # -1 is the last one.
        self.part = (12 // parts * (min(numbers) - 1), 12 // parts * max(numbers))

    def read_ordinal(self, number: int) -> None:
        if number == 3 and self.link == "beside" and self.named[-1].kind == "ordinal":
            self.read_fraction(3)  # "the first third"
        else:
            self._name(number, "century" if self.century else "ordinal")

    def read_decade(self, _: object) -> None:
        self.decade = True

    def read_siglo(self, length: int) -> None:
        self.century = length

    def read_century(self, length: int) -> None:
        # The dash of "20th-century" is none between dates.
        near = self.link in ("beside", "range")
        numbers = self._unexplained(self._tied("list")) if near else []
        for named in numbers:
            named.kind, named.length = "century", length
            self.link = "beside"
        if not numbers:
            self.century = length  # "siglo XVII"

    def read_era(self, era: int) -> None:
        numbers = [named for named in self._tied() if not named.era and self.link == "beside"]
        for named in numbers:
            named.era = era
            named.kind = "year" if named.kind == "number" else named.kind
        if not numbers:
            self.era = era  # "AD 850"

    def read_number(self, number: Number) -> None:
        value, digits, ending = int(number.digits), len(number.digits), number.ending
        before = self.named[-1] if self.link in _TIES else None
        if digits <= 2 and ending != "ordinal" and before and before.can_be_continued(self.era):
            year = _completed(before.number, value, digits)
            if not year:
                self.link = "beside"
                return
            self.bound = self.bound or before.bound.replace("from", "")
            self._name(year, "decade" if ending else "year")
            return
        if ending and digits < 3:
            kind = "ordinal"
        elif (ending == "plural" or self.decade) and value % 10 == 0 and value >= 100:
            kind = "decade"
        elif ending:
            kind = "number"
        elif self.era or (digits == 4 and 1000 <= value <= _LAST_YEAR):
            kind = "year"
        elif digits == 3 and value >= 100:
            kind = "early"
        else:
            kind = "century" if self.century else "number"
        self.decade = False
        self._name(value, kind)

    def _name(self, number: int, kind: str) -> None:
        """Add a number, with what was said about it before."""
        length = self.century or 100
        self.named.append(_Named(number, kind, self.link, self.era, self.part, self.bound, length))
        self.link, self.part, self.bound = "beside", _WHOLE, ""

    def _tied(self, *links: str) -> list[_Named]:
        """Give the last number and those before it that are tied to it."""
        start = len(self.named)
        while start and (start == len(self.named) or self.named[start].link in (*_TIES, *links)):
            start -= 1
        return self.named[start:]

    @staticmethod
    def _unexplained(tied: list[_Named], highest: int = 99) -> list[_Named]:
        """Give those at the end of which it is not known yet what they number."""
        start = len(tied)
        while (
            start and tied[start - 1].kind in _OPEN_KINDS and 0 != tied[start - 1].number <= highest
        ):
            start -= 1
        return tied[start:]

    def _is_sure(self, named: _Named) -> bool:
        """Say whether a number is explained; 850 is only a year where no other words are."""
        early = named.kind == "early" and not named.era
        return named.number > 0 and named.kind != "number" and not (early and self.strange)

    def span(self) -> Span | None:
        """Give what all together cover."""
        if not self.done:
            self._close_range()
        named = [one for one in self.named if one.kind != "ordinal"]
        if not named or not all(map(self._is_sure, named)):
            return None
        decades = [one for one in named if one.kind == "decade"]
        if all(one.number % 100 == 0 and one.number < 2000 for one in decades):
            for one in decades:  # "1800s", but not those of "1890s-1900s"
                one.number, one.kind = one.number // 100 + 1, "century"
        if self.part != _WHOLE and self.link != "apart" and named[-1].part == _WHOLE:
            named[-1].part = self.part  # "XVII secolo, seconda metà"
        years = [one.years() for one in named]
        first, last = min(first for first, _ in years), max(last for _, last in years)
        if first < _FIRST_YEAR or last > _LAST_YEAR:
            return None
        bounds = {one.bound for one in named}
        if bounds <= {"after", "from"}:
            return Span(first, None, "after")
        if bounds == {"before"}:
            return Span(None, last, "before")
        kinds = {one.kind if one.length == 100 else "range" for one in named}
        for precision in ("decade", "century"):
            if kinds == {precision}:
                return Span(first, last, precision)
        return Span(first, last, "circa" if self.about else "year" if first == last else "range")


def _completed(before: int, value: int, digits: int) -> int | None:
    """Give 1886 for the 86 or the 6 of 1885-86; None for the month in 1890-05."""
    unit: int = 10**digits
    year = before - before % unit + value
    if year >= before or (digits == 2 and value > 12):
        return year
    return None if digits == 2 and value else year + unit
