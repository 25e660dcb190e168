"""From a date as people write it to the year that a work is ordered by."""

from __future__ import annotations

import re

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
