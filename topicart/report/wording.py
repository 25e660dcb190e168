"""How texts, numbers and times are worded on the page."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import PurePath

__all__ = [
    "capitalised",
    "collection_name",
    "counted",
    "day",
    "duration",
    "percent",
    "shorten",
    "signed",
    "times",
]

_BLANK = re.compile(r"[\x00-\x1f\x7f-\x9f\s]+")
_TABLES = frozenset({".csv", ".tsv", ".json", ".jsonl", ".parquet", ".ttl", ".nt", ".rdf"})


def collection_name(source: str) -> str:
    """Return a name for people.

    Parameters
    ----------
    source
        The path or data set that the user named.

    Returns
    -------
    str
        Its last part, without hyphens and a table's suffix.
    """
    path = PurePath(source)
    name = path.stem if path.suffix.lower() in _TABLES else path.name
    return capitalised(shorten(re.sub(r"[-_\s]+", " ", name).strip(), 120)) or "Collection"


def shorten(text: str, longest: int) -> str:
    """Return a text of bounded length on one line.

    Parameters
    ----------
    text
        Any text.
    longest
        Most characters to keep.

    Returns
    -------
    str
        Without control characters; cut, with an ellipsis, where it was too long.
    """
    line = _BLANK.sub(" ", text).strip()
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def capitalised(text: str) -> str:
    """Return a text with a capital at its start.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    str
        The rest is as it was.

    Examples
    --------
    >>> capitalised('landscape, Impressionism')
    'Landscape, Impressionism'
    """
    return text[:1].upper() + text[1:]


def counted(number: int, noun: str) -> str:
    """Return a number with its noun.

    Parameters
    ----------
    number
        How many.
    noun
        Of what, in the singular; the plural takes an s.

    Returns
    -------
    str
        The two, in agreement.

    Examples
    --------
    >>> counted(1, 'work')
    '1 work'
    >>> counted(1361, 'work')
    '1,361 works'
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def percent(share: float) -> str:
    """Return a share as a percentage.

    Parameters
    ----------
    share
        0 to 1.

    Returns
    -------
    str
        Without decimals; what is little is not called nothing.

    Examples
    --------
    >>> percent(0.617)
    '62%'
    >>> percent(0.001)
    'under 1%'
    """
    if 0.0 < share < 0.005:
        return "under 1%"
    return f"{share:.0%}"


def times(lift: float) -> str:
    """Return how many times more often something is.

    Parameters
    ----------
    lift
        A share over another.

    Returns
    -------
    str
        With a decimal where it matters.

    Examples
    --------
    >>> times(4.12)
    '4.1×'
    >>> times(23.4)
    '23×'
    """
    return f"{lift:.1f}×" if lift < 9.95 else f"{lift:,.0f}×"


def signed(score: float) -> str:
    """Return a score with its sign.

    Parameters
    ----------
    score
        How far from the mean something is.

    Returns
    -------
    str
        With one decimal.

    Examples
    --------
    >>> signed(2.34)
    '+2.3'
    >>> signed(-0.61)
    '−0.6'
    """
    return f"{round(score, 1) + 0.0:+.1f}".replace("-", "−")


def duration(seconds: float) -> str:
    """Return a time that something took.

    Parameters
    ----------
    seconds
        In seconds.

    Returns
    -------
    str
        In minutes and seconds.

    Examples
    --------
    >>> duration(61.2)
    '1 min 1 s'
    >>> duration(0.3)
    'under a second'
    """
    if seconds < 1:
        return "under a second"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def day(moment: str) -> str:
    """Return the day of a moment.

    Parameters
    ----------
    moment
        In ISO 8601.

    Returns
    -------
    str
        The day, or the text itself if it is no moment.

    Examples
    --------
    >>> day('2026-11-21T03:00:00+00:00')
    '21 November 2026'
    >>> day('once')
    'once'
    """
    try:
        when = datetime.fromisoformat(moment)
    except ValueError:
        return moment
    return f"{when.day} {when:%B %Y}"
