"""Addresses within the site that carry a filter, as the scripts write them into the address."""

from __future__ import annotations

from urllib.parse import quote

__all__ = ["filter_address"]


def filter_address(page: str, *conditions: tuple[str, object]) -> str:
    """Return the address of a page with a filter.

    Parameters
    ----------
    page
        A page of the site.
    *conditions
        Key (``topic``, or a facet) and the value that works must have.

    Returns
    -------
    str
        Percent-encoded; a bar in a value, which would part two values, and a backslash get a
        backslash in front (``filter.js`` reads it).

    Examples
    --------
    >>> filter_address("works.html", ("topic", 3), ("artist", "Müller & Co|Sons"))
    'works.html#topic=3&artist=M%C3%BCller%20%26%20Co%5C%7CSons'
    """
    pairs = (
        f"{quote(key, safe='')}={quote(_escaped(str(value)), safe='')}" for key, value in conditions
    )
    return f"{page}#{'&'.join(pairs)}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("|", "\\|")
