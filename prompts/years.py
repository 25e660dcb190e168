"""Years in words."""

from __future__ import annotations


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
