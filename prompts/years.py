"""Years and centuries in words."""

from __future__ import annotations


def century_of(year: int) -> str:
    """Return the century of a year in words.

    Parameters
    ----------
    year
        A year; those before the common era are negative, and 0 counts as 1.

    Returns
    -------
    str
        Such as ``19th century``.

    Examples
    --------
    >>> century_of(1889), century_of(1900), century_of(-44)
    ('19th century', '19th century', '1st century BCE')
    """
    number = (abs(year) - 1) // 100 + 1 if year else 1
    suffix = (
        "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    )
    return f"{number}{suffix} century" + (" BCE" if year < 0 else "")


def year_in_words(year: int) -> str:
    """Return a year as people say it.

    Parameters
    ----------
    year
        A year; those before the common era are negative, and 0 counts as 1.

    Returns
    -------
    str
        Such as ``1889`` or ``500 BCE``.

    Examples
    --------
    >>> year_in_words(1889), year_in_words(-500)
    ('1889', '500 BCE')
    """
    return str(year) if year > 0 else f"{max(-year, 1)} BCE"
